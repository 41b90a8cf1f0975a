"""What the psoas does: virtual work, action and reaction, mirror, fascicles and whole, published signs."""

import json

import mujoco
import numpy as np
import pytest

from psoas.cli import main
from psoas.engine.body import load_body
from psoas.engine.kinematics import coordinate_values, joint_motion, moment_arms, muscle_paths
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.psoas_actions import (
    HIP,
    LEVELS,
    POSTURES,
    Actions,
    _coordinates,
    actions,
    disc_directions,
    in_walking,
    whole,
)
from psoas.engine.types import Coordinates
from psoas.exchange.actions_figure import actions_figure
from psoas.exchange.actions_words import answers, tables

BODY = load_body()
FOUND = actions(BODY)
PSOAS, ILIACUS = whole(FOUND, "psoas"), whole(FOUND, "iliacus")
AT = [p.name for p in POSTURES].index
EXTENSION = PSOAS.level_arm_m[:, :, 0]


def lengths(body, values: np.ndarray) -> np.ndarray:
    return muscle_paths(body, Coordinates(np.zeros(1), values[None], body.coordinates)).length_m[0]


@pytest.mark.parametrize("posture", [p.name for p in POSTURES])
def test_virtual_work(posture: str) -> None:
    """Each arm is what the line shortens by when one joint alone turns, on a spine of free levels."""
    body = load_body("levels", "fascicles")
    lines = [body.muscles.names.index(n) for n in FOUND.names]
    rhythm = _coordinates(BODY, [POSTURES[AT(posture)]], "r")
    hinges = joint_motion(BODY, coordinate_values(BODY, rhythm)).position[0]
    start = np.zeros(len(body.coordinates))
    for k, name in enumerate(body.coordinates):
        if name in BODY.coordinates:
            start[k] = rhythm.value[0, BODY.coordinates.index(name)]
        else:  # L4_L5_extension and its like
            level, way = name.rsplit("_", 1)
            number = {"extension": 1, "bending": 2, "rotation": 3}[way]
            start[k] = hinges[BODY.mj.joint(f"{level}_rotation{number}").id]
    i, step = AT(posture), 1e-5

    def arm(name: str) -> np.ndarray:
        at = body.coordinates.index(name)
        there, here = start.copy(), start.copy()
        there[at] += step
        here[at] -= step
        return -(lengths(body, there) - lengths(body, here))[lines] / (2.0 * step)

    for k, dof in enumerate(HIP):
        np.testing.assert_allclose(FOUND.hip_arm_m[i, :, k], arm(f"{dof}_r"), atol=2e-6)
    for n, level in enumerate(LEVELS):
        for k, way in enumerate(("extension", "bending", "rotation")):
            np.testing.assert_allclose(FOUND.level_arm_m[i, :, n, k], arm(f"{level}_{way}"), atol=2e-6)


def test_the_force_on_the_disc_is_a_unit_pull_and_agrees_with_the_moment() -> None:
    """One newton crosses L4/5, however it is split; its lever about the joint centre is the arm at L4/5."""
    size = np.linalg.norm(FOUND.disc, axis=2)
    crossing = np.array([not n.startswith(("iliacus", "psoas_L5")) for n in FOUND.names])
    np.testing.assert_allclose(size[:, crossing], 1.0, atol=1e-12)
    assert not size[:, ~crossing].any()
    data = mujoco.MjData(BODY.mj)
    mujoco.mj_kinematics(BODY.mj, data)
    centre = data.xpos[BODY.mj.body("lumbar4").id]
    axes = data.xmat[BODY.mj.body("lumbar4").id].reshape(3, 3)
    tangent = data.xpos[BODY.mj.body("lumbar3").id] - data.xpos[BODY.mj.body("lumbar5").id]
    tangent /= np.linalg.norm(tangent)
    forward = axes[:, 0] - (axes[:, 0] @ tangent) * tangent
    forward /= np.linalg.norm(forward)
    frame = np.stack([-tangent, forward, np.cross(forward, tangent)])
    for j in np.flatnonzero(crossing):
        pull = frame.T @ FOUND.disc[0, j]
        origin = data.site(f"{FOUND.names[j]}-P1").xpos if _has_site(FOUND.names[j]) else _origin(data, j)
        moment = np.cross(origin - centre, pull)
        assert moment[2] == pytest.approx(FOUND.level_arm_m[0, j, LEVELS.index("L4_L5"), 0], abs=1e-6)


def _has_site(name: str) -> bool:
    return mujoco.mj_name2id(BODY.mj, mujoco.mjtObj.mjOBJ_SITE, f"{name}-P1") >= 0


def _origin(data: mujoco.MjData, j: int) -> np.ndarray:
    tendon = BODY.tendons[BODY.muscles.names.index(FOUND.names[j])]
    return data.site_xpos[BODY.mj.wrap_objid[BODY.mj.tendon_adr[tendon]]]


def test_action_is_reaction() -> None:
    """What a line does to all bodies together is nothing: no force and no moment on the whole body."""
    posed = _coordinates(BODY, POSTURES, "r")
    paths = muscle_paths(BODY, posed)
    pelvis = ("pelvis_tx", "pelvis_ty", "pelvis_tz", "pelvis_tilt", "pelvis_list", "pelvis_rotation")
    lines = [BODY.muscles.names.index(n) for n in FOUND.names]
    np.testing.assert_allclose(moment_arms(BODY, paths, pelvis)[:, :, lines], 0.0, atol=1e-12)


def test_left_is_the_mirror_of_right() -> None:
    left = actions(BODY, side="l")
    assert left.names == tuple(n[:-2] + "_l" for n in FOUND.names)
    for field in ("hip_arm_m", "level_arm_m", "disc", "active_n", "passive_n"):
        np.testing.assert_allclose(getattr(left, field), getattr(FOUND, field), atol=1e-9, rtol=1e-7)


def test_the_fascicles_together_are_the_published_muscle() -> None:
    """Hip arms within 0.3 mm and force within 1 % of the psoas in one line; where the spine is neutral."""
    lumped = load_body("one_joint", "lumped")
    posed = _coordinates(lumped, POSTURES, "r")
    paths = muscle_paths(lumped, posed)
    (line,) = lines_of(lumped.muscles, "psoas_r")
    arms = moment_arms(lumped, paths, [f"{dof}_r" for dof in HIP])[:, :, line]
    np.testing.assert_allclose(PSOAS.hip_arm_m, arms, atol=3e-4)
    pull = capacity(lumped.muscles, paths.length_m, np.zeros_like(paths.length_m))
    one = pull.active_n[:, line] + pull.passive_n[:, line]
    neutral = [i for i, p in enumerate(POSTURES) if "lumbar_extension" not in p.degrees]
    np.testing.assert_allclose(PSOAS.full_n[neutral], one[neutral], rtol=0.01)
    assert FOUND.share[FOUND.lines("psoas")].sum() == pytest.approx(1.0)


def test_sums_are_sums() -> None:
    at = FOUND.lines("psoas")
    full = FOUND.active_n[:, at] + FOUND.passive_n[:, at]
    slow = sum(full[:, k, None] * FOUND.disc[:, j] for k, j in enumerate(at))
    np.testing.assert_allclose(PSOAS.disc_full_n, slow)
    assert PSOAS.hip_full_nm[0, 0] == pytest.approx(
        sum(full[0, k] * FOUND.hip_arm_m[0, j, 0] for k, j in enumerate(at))
    )
    assert not ILIACUS.level_arm_m.any() and not ILIACUS.disc.any()


def test_signs_as_bogduk_pearcy_and_hadfield_describe() -> None:
    """Standing: extends above, flexes below. Bent: flexes every level. Arched: extends the upper ones more.

    "Very small moments": the upper four levels get less than a quarter of what the hip gets, at full
    activation. "Severe compression, large shear": more than half a body weight, and a third of one.
    """
    standing, bent, arched = (EXTENSION[AT(n)] for n in ("standing", "lumbar_flexed", "lumbar_extended"))
    assert (standing[:3] > 0).all() and (standing[3:] < 0).all()
    assert (bent < 0).all()
    assert (arched[:3] > standing[:3]).all() and arched[4] < 0
    i = AT("standing")
    assert np.abs(PSOAS.level_full_nm[i, :4, 0]).max() < 0.25 * PSOAS.hip_full_nm[i, 0]
    assert PSOAS.disc_full_n[i, 0] > 0.5 * FOUND.body_weight_n
    assert PSOAS.disc_full_n[i, 1] > 0.33 * FOUND.body_weight_n


def test_arms_in_a_slice_as_reid_and_others_saw_them() -> None:
    """MRI of fifteen men (Reid et al. 1994): the sideways arm grows downwards, the other stays small."""
    sideways = PSOAS.level_arm_m[AT("standing"), :, 1]
    assert (np.diff(sideways) > 0).all()
    assert np.abs(EXTENSION[AT("standing")][:4]).max() < 0.010
    assert sideways[3] > 2.0 * np.abs(EXTENSION[AT("standing")][3])


def test_it_bends_the_hip_and_hardly_turns_it() -> None:
    flexion, turning = PSOAS.hip_arm_m[:, 0], PSOAS.hip_arm_m[:, 2]
    assert flexion.min() > 0.020 and flexion.max() < 0.040
    assert np.abs(turning).max() < 0.15 * flexion.max()
    assert (ILIACUS.hip_arm_m[:, 0] > flexion).all()


def test_walking_is_below_full_activation() -> None:
    walking = in_walking(BODY)
    assert PSOAS.disc_rest_n[0, 0] < walking.disc_n[0] < PSOAS.disc_full_n[0, 0]
    assert 30.0 < walking.percent < 70.0  # around toe-off
    assert walking.disc_n[0] / walking.force_n == pytest.approx(PSOAS.disc[0, 0], abs=0.03)


def test_a_line_that_does_not_cross_does_nothing_at_the_disc() -> None:
    posed = _coordinates(BODY, POSTURES[:1], "r")
    lines = list(lines_of(BODY.muscles, "rectus_femoris_r"))
    assert not disc_directions(BODY, posed, lines).any()


def test_the_door_and_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["actions"]) == 0
    said = capsys.readouterr().out
    for table in tables(FOUND):
        assert table[0] in said
    for claim, _ in answers(FOUND, in_walking(BODY)):
        assert claim.split("?")[0][:60] in said
    assert "-0 " not in said
    assert main(["actions", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert [p["name"] for p in numbers["postures"]] == [p.name for p in POSTURES]
    standing = numbers["postures"][0]
    assert len(standing["lines"]) == 12
    summed = sum(line["share"] * line["arms_m"]["hip_flexion"] for line in standing["lines"][:11])
    assert summed == pytest.approx(standing["psoas"]["arms_m"]["hip_flexion"], abs=2e-5)


def test_equal_runs_draw_equal_bytes() -> None:
    walking = in_walking(BODY)
    first, second = (actions_figure(actions(BODY), walking) for _ in range(2))
    assert first == second
    assert isinstance(FOUND, Actions)
