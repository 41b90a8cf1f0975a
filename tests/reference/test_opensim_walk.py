"""The reference walk against OpenSim 4.6: inverse dynamics, static optimisation, joint reaction.

Parity copies the peer's habits (no passive force, no cosine of pennation, lower bound 0.01) on its own
scaled body and coordinates, so that what is left is our own error.
"""

import mujoco
import numpy as np
import pytest

from opensim_walk import FOLDER, columns, solved_walk, walk_reaction
from psoas.engine.inverse_dynamics import dynamics, joint_moments
from psoas.engine.joint_contact import contact_geometry, joint_contact
from psoas.engine.kinematics import segment_poses
from psoas.engine.static_optimisation import (
    DEFAULT,
    LEG_DOFS,
    OPENSIM_PARITY,
    UNWEIGHTED,
    static_optimisation,
)
from psoas.engine.types import AS_BUILT, Condition, Coordinates

pytestmark = [pytest.mark.reference, pytest.mark.xdist_group("opensim_walk")]

WEAK = Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5})
SHORT = Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1})
RUNS = {
    "base": AS_BUILT,
    "iliopsoas_strength_50": WEAK,
    "iliopsoas_fibre_length_90_no_passive": SHORT,
}
JOINTS = {
    "tibiofemoral": "walker_knee_{s}_on_tibia_{s}_in_tibia_{s}",
    "patellofemoral": "patellofemoral_{s}_on_patella_{s}_in_patella_{s}",
}


@pytest.fixture(scope="module")
def walk(shared):
    return solved_walk(shared)


def rms(x):
    return float(np.sqrt(np.mean(np.square(x))))


def forces(walk, side, condition=AS_BUILT, sharing=OPENSIM_PARITY):
    return static_optimisation(walk.body.muscles, walk.geometry, walk.moments, side, condition, sharing)


def load_bw(walk, joint, side, condition=AS_BUILT, sharing=OPENSIM_PARITY):
    geometry = contact_geometry(walk.body, walk.movement, joint, side, patella=sharing.patella)
    contact = joint_contact(geometry, forces(walk, side, condition, sharing))
    return np.linalg.norm(contact.force_n, axis=1) / walk.body_weight_n


def peer_load_bw(shared, walk, run, joint, side):
    """Times and resultant of OpenSim's joint reaction."""
    table = columns(shared / FOLDER / run / "w_JointReaction_ReactionLoads.sto")
    stem = JOINTS[joint].format(s=side)
    force = np.array([table[f"{stem}_f{c}"] for c in "xyz"]).T
    return table["time"], np.linalg.norm(force, axis=1) / walk.body_weight_n


def at(walk, time_s):
    return np.searchsorted(walk.moments.time_s, time_s - 1e-6)


def late_stance(shared, walk):
    """Frames of the second half of the right foot's stance."""
    time = walk.moments.time_s
    standing = np.flatnonzero(walk_reaction(shared, time).force_n[:, 0, 1] > 20.0)
    first = standing[: np.argmax(np.r_[np.diff(standing) > 1, True]) + 1]  # until the foot first leaves
    return slice(int(first.mean()), int(first[-1]) + 1)


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize("dof", LEG_DOFS)
def test_inverse_dynamics(shared, walk, dof, side):
    table = columns(shared / FOLDER / "id_walk.sto")
    expected = table[f"{dof}_{side}_moment"] + table.get(f"{dof}_{side}_beta_force", 0.0)
    moment = walk.moments.moment_nm[:, walk.moments.names.index(f"{dof}_{side}")]
    # OpenSim drops part of the knee's own acceleration (next test), which shows at the hip and the knee
    limit = 0.30 if dof in ("hip_flexion", "knee_angle") else 0.10
    assert rms(moment - expected) < limit


def test_the_rest_of_the_body_agrees(shared, walk):
    table = columns(shared / FOLDER / "id_walk.sto")
    for name in ("lumbar_extension", "lumbar_bending", "arm_flex_r", "elbow_flex_l", "subtalar_angle_r"):
        moment = walk.moments.moment_nm[:, walk.moments.names.index(name)]
        assert rms(moment - table[f"{name}_moment"]) < 0.001
    for k, axis in enumerate("xyz"):
        expected = table[f"pelvis_t{axis}_force"]
        assert rms(walk.moments.residual_force_n[:, k] - expected) < 0.5


@pytest.mark.parametrize("side", ["r", "l"])
def test_muscle_forces(shared, walk, side):
    answer = forces(walk, side)
    activation = columns(shared / FOLDER / "base/w_StaticOptimization_activation.sto")
    force = columns(shared / FOLDER / "base/w_StaticOptimization_force.sto")
    expected = np.array([force[name] for name in answer.names]).T
    assert np.corrcoef(answer.force_n.ravel(), expected.ravel())[0, 1] > 0.9999
    assert rms(answer.force_n - expected) < 2.5
    assert rms(answer.activation - np.array([activation[name] for name in answer.names]).T) < 2e-3
    assert np.abs(answer.reserve_nm).max() < 0.02  # the peer's runs used at most 0.015 N.m


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("joint", JOINTS)
def test_contact_forces(shared, walk, run, joint):
    time, expected = peer_load_bw(shared, walk, run, joint, "r")
    load = load_bw(walk, joint, "r", RUNS[run])[at(walk, time)]
    assert rms(load - expected) < (0.015 if joint == "tibiofemoral" else 0.005)
    assert load.max() == pytest.approx(expected.max(), rel=0.01 if joint == "tibiofemoral" else 0.002)


@pytest.mark.parametrize("run", ["iliopsoas_strength_50", "iliopsoas_fibre_length_90_no_passive"])
def test_change_of_the_late_peak(shared, walk, run):
    """At the samples that both of the peer's files hold: +39 % weak, +12 % short without passive force."""
    common = columns(shared / FOLDER / run / "w_JointReaction_ReactionLoads.sto")["time"]
    frames = at(walk, common)
    time, base = peer_load_bw(shared, walk, "base", "tibiofemoral", "r")
    _, changed = peer_load_bw(shared, walk, run, "tibiofemoral", "r")
    expected = changed.max() / base[np.searchsorted(time, common - 1e-6)].max() - 1.0
    ours = load_bw(walk, "tibiofemoral", "r", RUNS[run])[frames].max()
    ours = ours / load_bw(walk, "tibiofemoral", "r")[frames].max() - 1.0
    assert ours == pytest.approx(expected, abs=0.01)


# Changes of the late peak under the peer's cost without passive force, from runs made before this engine.
EXPECTED_LATE = {
    ("strength", "iliopsoas", 0.5): 0.38,
    ("strength", "iliopsoas", 0.25): 0.56,
    ("shortness", "iliopsoas", 0.05): 0.05,
    ("shortness", "iliopsoas", 0.10): 0.12,
    ("shortness", "iliopsoas", 0.15): 0.20,
}


@pytest.mark.parametrize("knob", EXPECTED_LATE, ids=lambda k: f"{k[1]}_{k[0]}_{k[2]:g}")
def test_signs_and_sizes_in_parity_mode(shared, walk, knob):
    """Within 3 percentage points; a short iliopsoas without passive force only is a weaker one: up."""
    name, group, x = knob
    span = late_stance(shared, walk)
    changed = load_bw(walk, "tibiofemoral", "r", Condition("changed", **{name: {group: x}}))[span].max()
    change = changed / load_bw(walk, "tibiofemoral", "r")[span].max() - 1.0
    assert change == pytest.approx(EXPECTED_LATE[knob], abs=0.03)


def test_a_weak_gluteus_loads_the_early_peak_in_parity_mode(shared, walk):
    """+3 % at the knee, +8 % behind the kneecap, nothing late in stance."""
    weak = Condition("weak", strength={"gluteus_maximus": 0.5})
    late = late_stance(shared, walk)
    loading = slice(0, late.start // 2)  # heel strike is the first frame; midstance already rises to late

    def change(joint, span):
        as_built = load_bw(walk, joint, "r")[span].max()
        return load_bw(walk, joint, "r", weak)[span].max() / as_built - 1.0

    assert change("tibiofemoral", loading) == pytest.approx(0.03, abs=0.03)
    assert change("tibiofemoral", loading) > 0.01
    assert change("patellofemoral", loading) == pytest.approx(0.08, abs=0.03)
    assert abs(change("tibiofemoral", late)) < 0.01


def test_a_short_iliopsoas_unloads_the_late_peak_only_with_passive_forces(shared, walk):
    span = late_stance(shared, walk)

    def change(sharing):
        as_built = load_bw(walk, "tibiofemoral", "r", AS_BUILT, sharing)[span].max()
        return load_bw(walk, "tibiofemoral", "r", SHORT, sharing)[span].max() / as_built - 1.0

    assert change(OPENSIM_PARITY) > 0.05
    assert change(DEFAULT) < -0.02
    assert change(UNWEIGHTED) < -0.02


def test_the_split_follows_the_peers_frontal_moment(shared, walk):
    """Medial = axial / 2 - M_x / distance, with the frontal moment of OpenSim's joint reaction."""
    table = columns(shared / FOLDER / "base/w_JointReaction_ReactionLoads.sto")
    contact = joint_contact(
        contact_geometry(walk.body, walk.movement, "tibiofemoral", "r", patella="pulley"), forces(walk, "r")
    )
    stem = JOINTS["tibiofemoral"].format(s="r")
    distance = 0.040 * walk.body.segment_scales["tibia_r"][2]
    axial, moment = -table[f"{stem}_fy"], table[f"{stem}_mx"]
    medial = np.clip(axial / 2.0 - moment / distance, np.minimum(axial, 0), np.maximum(axial, 0))
    loaded = axial > walk.body_weight_n
    assert rms(contact.medial_n[loaded] - medial[loaded]) < 0.05 * walk.body_weight_n
    share = (contact.medial_n / (contact.medial_n + contact.lateral_n))[loaded].mean()
    assert 0.6 < share < 0.8  # instrumented trays


def test_the_peer_drops_part_of_the_knees_acceleration(walk):
    """The force at the pelvis has to be mass times the acceleration of the mass centre, less what pushes.

    Ours is, at 6 rad/s of knee flexion, against second differences of the positions alone. OpenSim 4.6 is
    not: at knee 0.3 rad and 6 rad/s its InverseDynamicsSolver gives 13.26 N along x, where the second
    difference of its own mass centre gives 14.16 N, as ours. That is what is left in `test_inverse_dynamics`.
    """
    time = np.linspace(-0.004, 0.004, 9)
    knee = Coordinates(time, (0.3 + 6.0 * time)[:, None], ("knee_angle_r",))
    residual = joint_moments(walk.body, dynamics(walk.body, knee, None)).residual_force_n[4]
    poses = segment_poses(walk.body, knee)
    mass = np.array([walk.body.mj.body(n).mass[0] for n in poses.names])
    local = np.array([walk.body.mj.body(n).ipos for n in poses.names])
    centre = np.einsum(
        "s,tsi->ti", mass, poses.origin_m + np.einsum("tsij,sj->tsi", poses.orientation, local)
    )
    acceleration = (centre[0] - 2.0 * centre[4] + centre[8]) / 0.004**2
    gravity = np.array([0.0, mass.sum() * -walk.body.mj.opt.gravity[1], 0.0])
    np.testing.assert_allclose(residual, acceleration + gravity, atol=0.02)
    assert residual[0] == pytest.approx(14.16, abs=0.01)
    assert mujoco.mj_getTotalmass(walk.body.mj) == pytest.approx(walk.body.mass_kg)
