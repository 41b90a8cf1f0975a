"""The built-in body against extracts of OpenSim's numbers and against what anatomy demands."""

import csv
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import myo_sim
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psoas.engine.body import build_body, load_body
from psoas.engine.body_data import numbers, published_tables, rows
from psoas.engine.body_tables import sha256
from psoas.engine.kinematics import (
    coordinate_values,
    joint_motion,
    muscle_geometry,
    muscle_paths,
    segment_poses,
)
from psoas.engine.types import Body, Coordinates
from psoas.errors import ModelError

DATA = Path(__file__).parents[1] / "data"


def at(**angles_rad: float | list[float]) -> Coordinates:
    """A movement through the given values of the named coordinates."""
    columns = np.array(list(angles_rad.values()), dtype=float).reshape(len(angles_rad), -1)
    return Coordinates(0.01 * np.arange(columns.shape[1]), columns.T.copy(), tuple(angles_rad))


def of_muscle(body: Body, muscle: str) -> list[int]:
    return [i for i, m in enumerate(body.muscles.muscle) if m == muscle]


@pytest.fixture(scope="module")
def body() -> Body:
    return load_body()


def test_moment_arms_equal_the_published_model(body: Body) -> None:
    """Every muscle at hip, knee and ankle within 1 mm RMSE of OpenSim, the psoas within 0.5 mm."""
    table: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (DATA / "moment_arms.csv").open() as file:
        for r in csv.DictReader(file):
            table[r["coordinate"], r["muscle"]].append(
                (float(r["angle_rad"]), 1e-3 * float(r["moment_arm_mm"]))
            )
    assert len(table) == 105
    for (coordinate, muscle), points in table.items():
        angle, arm = np.array(points).T
        geometry = muscle_geometry(body, at(**{coordinate: list(angle)}), (coordinate,))
        lines = of_muscle(body, muscle)
        ours = geometry.moment_arm_m[:, 0, lines] @ body.muscles.share[lines]
        rmse = np.sqrt(np.mean((ours - arm) ** 2))
        assert rmse < (0.0005 if muscle == "psoas_r" else 0.001), (coordinate, muscle)


def test_knee_and_patella_follow_the_published_path(body: Body) -> None:
    path = np.loadtxt(DATA / "knee_path.csv", delimiter=",", skiprows=1)
    poses = segment_poses(body, at(knee_angle_r=list(path[:, 0])), ("femur_r", "tibia_r", "patella_r"))
    from_femur = poses.origin_m[:, 1:] - poses.origin_m[:, :1]
    in_femur = np.einsum("tij,tki->tkj", poses.orientation[:, 0], from_femur)
    assert np.abs(in_femur.reshape(len(path), 6) - path[:, 1:]).max() < 5e-6


def test_masses_add_up(body: Body) -> None:
    assert body.mj.body_mass.sum() == pytest.approx(75.337, abs=1e-9)
    assert body.mass_kg == pytest.approx(75.337, abs=1e-9)
    assert body.mj.body("pelvis").mass[0] == pytest.approx(11.777)


def test_the_spine_leaves_the_neutral_trunk_as_published() -> None:
    """Mass, centre and inertia of torso and vertebrae together, about the centre of the torso."""
    for spine in ("rhythm", "levels"):
        body = load_body(spine)
        names = ["torso", *(r["segment"] for r in rows("vertebrae"))]
        poses = segment_poses(body, at(pelvis_ty=0.0))
        ids = [poses.names.index(n) for n in names]
        mass = np.array([body.mj.body(n).mass[0] for n in names])
        centre = poses.origin_m[0, ids] + np.array([body.mj.body(n).ipos for n in names])
        torso = published_tables().segment("torso")
        back = published_tables().joint("back").parent_translation_m
        assert mass.sum() == pytest.approx(torso.mass_kg)
        whole = mass @ centre / mass.sum()
        assert np.allclose(whole, np.array(back) + torso.centre_m, atol=1e-12)
        inertia = np.zeros((3, 3))
        for k, n in enumerate(names):
            axes = Rotation.from_quat(body.mj.body(n).iquat, scalar_first=True).as_matrix()
            r = centre[k] - whole
            inertia += axes @ np.diag(body.mj.body(n).inertia) @ axes.T
            inertia += mass[k] * (r @ r * np.eye(3) - np.outer(r, r))
        assert np.allclose(np.diag(inertia), torso.inertia_kg_m2[:3], atol=1e-9)


def test_lumbar_coordinates_turn_the_torso_as_published() -> None:
    """The shares of the five levels add up to the whole, for each of the three coordinates."""
    for coordinate in ("lumbar_extension", "lumbar_bending", "lumbar_rotation"):
        rhythm, published = (
            segment_poses(b, at(**{coordinate: [0.3]}), ("torso",)).orientation
            for b in (load_body(), load_body("one_joint", "lumped"))
        )
        assert np.allclose(rhythm, published, atol=1e-5)


def test_the_spine_is_that_of_myo_sim() -> None:
    """Our table of vertebrae and origins against the model of the installed package."""
    chain = Path(myo_sim.__file__).parent / "models/torso/assets/myotorso_chain.xml"
    root = ElementTree.parse(chain).getroot()
    place = {b.get("name"): b.get("pos", "") for b in root.iter("body")}
    sites = {s.get("name"): s.get("pos", "") for s in root.iter("site")}
    for r in rows("vertebrae"):
        assert numbers(place[r["segment"]]) == numbers(r["from_parent_m"])
    for r in rows("psoas_fascicles"):
        name = r["fascicle"]
        assert numbers(sites[f"Ps_{name}_Ps_{name}-P1_r"]) == numbers(r["location_m"])


def test_levels_are_free_where_asked() -> None:
    body = load_body("levels")
    assert "L4_L5_extension" in body.coordinates
    assert "lumbar_extension" not in body.coordinates
    assert len(body.coordinates) == len(load_body().coordinates) + 12


def test_the_psoas_is_there_once(body: Body) -> None:
    """Eleven fascicles a side share the published force; no lumped psoas remains."""
    for side in "rl":
        lines = of_muscle(body, f"psoas_{side}")
        assert len(lines) == 11
        assert f"psoas_{side}" not in body.muscles.names
        assert body.muscles.share[lines].sum() == pytest.approx(1.0)
        assert body.muscles.max_isometric_force_n[lines].sum() == pytest.approx(1426.79, abs=0.01)
        assert len(of_muscle(body, f"iliacus_{side}")) == 1
    others = [m for m in body.muscles.muscle if not m.startswith("psoas")]
    assert len(others) == len(set(others)) == 82
    assert np.all(body.muscles.share[[m in others for m in body.muscles.muscle]] == 1.0)


def test_fascicles_have_the_fibre_of_the_whole_psoas(body: Body) -> None:
    """At any hip angle every fascicle sits at the normalised length of the lumped psoas."""
    lumped = load_body("one_joint", "lumped")
    movement = at(hip_flexion_r=list(np.radians([-30, 0, 40, 110])))
    split, whole = (
        (muscle_paths(b, movement).length_m - b.muscles.tendon_slack_length_m)
        / b.muscles.optimal_fibre_length_m
        for b in (body, lumped)
    )
    one = whole[:, lumped.muscles.names.index("psoas_r")]
    assert np.abs(split[:, of_muscle(body, "psoas_r")] - one[:, None]).max() < 1e-6


def passive_moment(body: Body, muscle: str, movement: Coordinates) -> np.ndarray:
    """Passive hip flexion moment of a muscle with a rigid tendon, N.m; the oracle is written out here."""
    geometry, m = muscle_geometry(body, movement, ("hip_flexion_r",)), body.muscles
    total = np.zeros(len(movement.time_s))
    for i in of_muscle(body, muscle):
        along = geometry.length_m[:, i] - m.tendon_slack_length_m[i]
        fibre = np.hypot(along, m.optimal_fibre_length_m[i] * np.sin(m.pennation_rad[i]))
        stretch = np.interp(fibre / m.optimal_fibre_length_m[i], m.curve_length, m.passive_force_length[i])
        force = m.max_isometric_force_n[i] * stretch * along / fibre
        total += force * geometry.moment_arm_m[:, 0, i]
    return total


@pytest.mark.parametrize("spine", ["rhythm", "levels"])
def test_passive_iliopsoas_moment_rises_as_the_hip_extends(spine: str) -> None:
    movement = at(hip_flexion_r=list(np.radians(np.linspace(0, -30, 61))))
    for muscle in ("psoas_r", "iliacus_r"):
        moment = passive_moment(load_body(spine), muscle, movement)  # type: ignore[arg-type]
        assert np.all(np.diff(moment) > 0)
        assert moment[-1] > 2.5 * moment[0] > 0


def test_the_psoas_turns_with_lumbar_posture() -> None:
    """Area-weighted lumbar arms (+ extends): mixed in neutral, all flexing when the spine is flexed,
    the upper levels extending when it is extended (Bogduk, Pearcy and Hadfield 1992)."""
    body = load_body("levels")
    names = tuple(f"{r['joint']}_extension" for r in rows("vertebrae"))
    shares = np.array([float(r["extension_share"]) for r in rows("vertebrae")])
    lines = of_muscle(body, "psoas_r")

    def arms(extension_deg: float) -> np.ndarray:
        movement = at(**dict(zip(names, np.radians(extension_deg) * shares, strict=True)))
        geometry = muscle_geometry(body, movement, names)
        return np.array(1e3 * geometry.moment_arm_m[0][:, lines] @ body.muscles.share[lines])

    neutral = arms(0.0)  # L5/S1 to L1/L2, mm
    assert np.allclose(neutral, [-22.0, -4.9, 1.7, 3.3, 1.0], atol=0.2)
    assert np.all(arms(-30.0) < 0)
    assert np.all(arms(15.0)[2:] > 1.5)
    assert np.all(arms(15.0) > neutral)


def test_left_is_the_mirror_of_right(body: Body) -> None:
    rng = np.random.default_rng(7)
    names = body.coordinates
    right = rng.uniform(-0.3, 0.3, (5, len(names)))
    mirrored = right.copy()
    swap = {"_r": "_l", "_l": "_r"}
    sides = {name: name[:-2] + swap[name[-2:]] for name in names if name[-2:] in swap}
    for i, name in enumerate(names):
        other = names.index(sides.get(name, name))
        flips = name in ("pelvis_list", "pelvis_rotation", "pelvis_tz", "lumbar_bending", "lumbar_rotation")
        mirrored[:, other] = -right[:, i] if flips else right[:, i]
    time_s = np.arange(5.0)
    a, b = (muscle_paths(body, Coordinates(time_s, v, names)).length_m for v in (right, mirrored))
    partner = [
        body.muscles.names.index(n[:-1] + ("l" if n.endswith("r") else "r")) for n in body.muscles.names
    ]
    assert np.abs(a - b[:, partner]).max() < 1e-9


def test_the_fingerprint_follows_the_numbers(body: Body) -> None:
    assert body.sha256 == build_body(published_tables()).sha256
    assert body.sha256 != load_body("one_joint", "lumped").sha256
    first, *rest = published_tables().segments
    heavier = replace(published_tables(), segments=(replace(first, mass_kg=first.mass_kg + 1e-6), *rest))
    assert sha256(heavier) != sha256(published_tables())


def test_fascicles_without_vertebrae_are_refused() -> None:
    with pytest.raises(ModelError, match="need the lumbar vertebrae"):
        build_body(published_tables(), spine="one_joint")


def test_an_impossible_inertia_is_refused() -> None:
    first, *rest = published_tables().segments
    hollow = replace(first, inertia_kg_m2=(0.1, 0.1, -0.1, 0.0, 0.0, 0.0))
    with pytest.raises(ModelError, match="pelvis has an inertia"):
        build_body(replace(published_tables(), segments=(hollow, *rest)))


def test_no_passive_element_disturbs_inverse_dynamics(body: Body) -> None:
    assert not body.mj.dof_armature.any()
    assert not body.mj.dof_damping.any()
    assert not body.mj.jnt_stiffness.any()
    assert np.allclose(body.mj.opt.gravity, [0.0, -9.80665, 0.0])


def test_couplings_hold_at_rest(body: Body) -> None:
    """The dependent joints of the default posture are off zero; a body set by qpos0 would be torn."""
    motion = joint_motion(body, coordinate_values(body, at(hip_flexion_r=0.0)))
    assert np.abs(motion.position - body.mj.qpos0).max() > 0.01
