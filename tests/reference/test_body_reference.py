"""The body against OpenSim: tables computed with it, and OpenSim itself where it is installed."""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psoas.engine import millard_curves
from psoas.engine.body import body_from_osim, build_body, load_body
from psoas.engine.body_data import published_tables
from psoas.engine.body_scaling import scaled
from psoas.engine.body_tables import BodyTables
from psoas.engine.formats.osim import read_osim
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.types import Body, Coordinates

pytestmark = [pytest.mark.reference, pytest.mark.xdist_group("body")]
MODEL = "reference/opensim_models/RajagopalLaiUhlrich2023.osim"
SCALED = "reference/opensim_rajagopal_walk/subject_scaled.osim"
ArmTable = dict[tuple[str, str], np.ndarray]
LEG = ("hip_flexion_r", "hip_adduction_r", "hip_rotation_r", "knee_angle_r", "ankle_angle_r")


@pytest.fixture(scope="module")
def opensim() -> Any:
    module = pytest.importorskip("opensim", reason="OpenSim is not installed (pip install opensim)")
    module.Logger.setLevelString("Error")
    return module


@pytest.fixture(scope="module")
def arm_table(shared: Path) -> ArmTable:
    """Angle rad, moment arm m, length m by coordinate and muscle."""
    table: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    with (shared / "reference/moment_arms_RajagopalLaiUhlrich2023.csv").open() as file:
        for r in csv.DictReader(file):
            row = (float(r["angle_rad"]), float(r["moment_arm_m"]), float(r["musculotendon_length_m"]))
            table[r["coordinate"], r["muscle"]].append(row)
    return {key: np.array(rows) for key, rows in table.items()}


def bodies(shared: Path) -> dict[str, Callable[[], Body]]:
    return {
        "built in": load_body,
        "lumped": lambda: load_body("one_joint", "lumped"),
        "read": lambda: body_from_osim(shared / MODEL),
    }


@pytest.mark.parametrize("which", ["built in", "lumped", "read"])
def test_every_moment_arm(shared: Path, arm_table: ArmTable, which: str) -> None:
    """RMSE below 1 mm for all 105 pairs (required 2), psoas below 0.5 mm, no jump of our own."""
    body = bodies(shared)[which]()
    errors = {}
    for (coordinate, muscle), (angle, arm, _) in ((k, v.T) for k, v in arm_table.items()):
        movement = Coordinates(angle, angle[:, None], (coordinate,))
        geometry = muscle_geometry(body, movement, (coordinate,))
        lines = [i for i, m in enumerate(body.muscles.muscle) if m == muscle]
        error = geometry.moment_arm_m[:, 0, lines] @ body.muscles.share[lines] - arm
        errors[coordinate, muscle] = np.sqrt(np.mean(error**2)), np.abs(np.diff(error)).max()
    assert len(errors) == 105
    assert max(rmse for rmse, _ in errors.values()) < 1e-3
    assert max(rmse for (_, muscle), (rmse, _) in errors.items() if muscle == "psoas_r") < 0.5e-3
    invented = {
        k: rmse for k, (rmse, _) in errors.items() if k[1].startswith("gas") and k[0].startswith("hip")
    }
    assert max(rmse for k, (rmse, _) in errors.items() if k not in invented) < 0.5e-3
    assert max(jump for _, jump in errors.values()) < 1e-3


def test_lengths_are_those_of_the_published_model(arm_table: ArmTable) -> None:
    body = load_body("one_joint", "lumped")
    for (coordinate, muscle), (angle, _, length) in ((k, v.T) for k, v in arm_table.items()):
        geometry = muscle_geometry(body, Coordinates(angle, angle[:, None], (coordinate,)), (coordinate,))
        error = geometry.length_m[:, body.muscles.names.index(muscle)] - length
        assert np.sqrt(np.mean(error**2)) < 0.2e-3, (coordinate, muscle)


def test_knee_path(shared: Path) -> None:
    path = np.loadtxt(shared / "reference/knee_path_RajagopalLaiUhlrich2023.csv", delimiter=",", skiprows=1)
    movement = Coordinates(path[:, 0], path[:, :1], ("knee_angle_r",))
    poses = segment_poses(load_body(), movement, ("femur_r", "tibia_r", "patella_r"))
    from_femur = poses.origin_m[:, 1:] - poses.origin_m[:, :1]
    in_femur = np.einsum("tij,tki->tkj", poses.orientation[:, 0], from_femur)
    assert np.abs(in_femur.reshape(len(path), 6) - path[:, 1:]).max() < 1e-6


def test_muscle_curves(shared: Path) -> None:
    lines = {m.name: m for m in published_tables().lines}
    with (shared / "reference/millard_curves_RajagopalLaiUhlrich2023.csv").open() as file:
        header, *rows = csv.reader(file)
    table = np.array(rows, dtype=float)
    for k, name in enumerate(header[1:], start=1):
        muscle, curve = name.rsplit(".", 1)
        sample = millard_curves.active_force_length if curve == "fl" else millard_curves.passive_force_length
        parameters: Any = lines[muscle].active if curve == "fl" else lines[muscle].passive
        assert np.abs(sample(parameters, table[:, 0]) - table[:, k]).max() < 2e-5, name
    velocity = np.loadtxt(
        shared / "reference/millard_force_velocity_RajagopalLaiUhlrich2023.csv", delimiter=",", skiprows=1
    )
    ours = millard_curves.force_velocity(lines["soleus_r"].velocity, velocity[:, 0])
    assert np.abs(ours - velocity[:, 1]).max() < 2e-5


def model_and_state(opensim: Any, path: Path) -> tuple[Any, Any]:
    model = opensim.Model(str(path))
    coordinates = model.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinates.get(i).set_locked(False)
        coordinates.get(i).set_clamped(False)
    return model, model.initSystem()


def pose(model: Any, state: Any, names: tuple[str, ...], values: np.ndarray) -> None:
    for name, value in zip(names, values, strict=True):
        model.getCoordinateSet().get(name).setValue(state, float(value), False)
    model.assemble(state)
    model.realizePosition(state)


@pytest.mark.parametrize("file", [MODEL, SCALED])
def test_segments_are_where_opensim_has_them(opensim: Any, shared: Path, file: str) -> None:
    """Random poses over the whole range of every coordinate: origins within 1e-6 m, axes within 1e-6."""
    model, state = model_and_state(opensim, shared / file)
    body = body_from_osim(shared / file, "one_joint", "lumped")
    low, high = body.coordinate_range.T
    values = np.random.default_rng(11).uniform(low, high, (8, len(low)))
    poses = segment_poses(body, Coordinates(np.arange(8.0), values, body.coordinates))
    for t in range(8):
        pose(model, state, body.coordinates, values[t])
        for k, name in enumerate(poses.names):
            transform = model.getBodySet().get(name).getTransformInGround(state)
            origin = [transform.p().get(i) for i in range(3)]
            axes = [[transform.R().get(i, j) for j in range(3)] for i in range(3)]
            assert np.abs(poses.origin_m[t, k] - origin).max() < 1e-6, name
            assert np.abs(poses.orientation[t, k] - axes).max() < 1e-6, name


def test_a_scaled_body_pulls_as_opensim_has_it(opensim: Any, shared: Path) -> None:
    """Moment arms about the five leg coordinates and lengths of every right muscle, walking and squatting."""
    model, state = model_and_state(opensim, shared / SCALED)
    body = body_from_osim(shared / SCALED, "one_joint", "lumped")
    walking = [[30, -5, 3, 5, 0], [0, 5, 0, 15, 8], [-12, 3, -4, 35, -15], [20, 0, 2, 62, 3]]
    squatting = [[90, -10, 0, 95, 15], [95, -15, 10, 95, 20], [100, -5, -10, 110, 25], [80, -20, 20, 100, 30]]
    postures = np.radians(walking + squatting)
    geometry = muscle_geometry(body, Coordinates(np.arange(8.0), postures, LEG), LEG)
    arm_error, length_error = [], {}
    muscles = [n for n in body.muscles.names if n.endswith("_r")]
    for t, posture in enumerate(postures):
        pose(model, state, LEG, posture)
        for name in muscles:
            i, muscle = body.muscles.names.index(name), model.getMuscles().get(name)
            length_error[name, t] = abs(geometry.length_m[t, i] - muscle.getLength(state))
            for d, coordinate in enumerate(LEG):
                theirs = muscle.computeMomentArm(state, model.getCoordinateSet().get(coordinate))
                arm_error.append(abs(geometry.moment_arm_m[t, d, i] - theirs))
    assert np.sqrt(np.mean(np.square(arm_error))) < 0.3e-3
    assert max(arm_error) < 2.5e-3
    assert max(e for (name, _), e in length_error.items() if not name.startswith("gas")) < 0.6e-3
    assert max(length_error.values()) < 1.2e-3


def test_our_scaling_gives_the_scaled_model(shared: Path) -> None:
    """Published tables with the model's own factors: what OpenSim's scale tool made of them."""
    theirs = read_osim(shared / SCALED)
    factors = {s.name: s.scale for s in theirs.segments if s.scale}
    ours = scaled(published_tables(), factors, theirs.mass_kg)
    for segment in theirs.segments:
        assert ours.segment(segment.name).mass_kg == pytest.approx(segment.mass_kg, rel=1e-9)
    for joint in theirs.joints:
        same = ours.joint(joint.name)
        assert np.allclose(same.parent_translation_m, joint.parent_translation_m, atol=1e-8)
        assert np.allclose(same.child_translation_m, joint.child_translation_m, atol=1e-8)
    for name, line in ((m.name, m) for m in theirs.lines):
        ratio = line.optimal_fibre_length_m / ours.line(name).optimal_fibre_length_m
        assert ratio == pytest.approx(1.0, abs=2e-3), name
        for p, q in zip(line.points, ours.line(name).points, strict=True):
            assert np.allclose(p.location_m, q.location_m, atol=1e-7)
    radius = {w.name: w.radius_m for w in ours.wraps}
    for wrap in theirs.wraps:
        assert radius[wrap.name] == pytest.approx(wrap.radius_m, rel=1e-6)


def test_the_built_in_tables_are_the_published_model(shared: Path) -> None:
    """Every number of the middle and the right side, to the seven digits that are kept."""
    theirs, ours = read_osim(shared / MODEL), published_tables()

    def numbers(tables: BodyTables) -> dict[str, float]:
        found: dict[str, float] = {}

        def walk(path: str, value: Any) -> None:
            if isinstance(value, float):
                found[path] = value
            elif isinstance(value, tuple):
                for i, v in enumerate(value):
                    walk(f"{path}/{i}", v)
            elif hasattr(value, "__dataclass_fields__"):
                for field in value.__dataclass_fields__:
                    walk(f"{path}/{field}", getattr(value, field))

        for kind in ("segments", "joints", "coordinates", "wraps", "lines", "markers"):
            for item in getattr(tables, kind):
                if not item.name.endswith("_l"):
                    walk(f"{kind}/{item.name}", item)
        return found

    a, b = numbers(theirs), numbers(ours)
    assert a.keys() == b.keys()
    assert len(a) > 2400
    off = {k: (a[k], b[k]) for k in a if abs(a[k] - b[k]) > 1e-6 * abs(a[k]) + 1e-12}
    assert not off


@pytest.mark.parametrize("name", ["manually_scaled", "optimized_scale_and_markers"])
def test_other_bodies_of_the_family_are_read(shared: Path, name: str) -> None:
    body = body_from_osim(shared / f"motion/opencap_subject4/models/{name}.osim")
    assert body.mass_kg == pytest.approx(62.6)
    assert body.mj.body_mass.sum() == pytest.approx(62.6)
    assert len(body.muscles.names) == 104
    assert build_body(read_osim(shared / f"motion/opencap_subject4/models/{name}.osim")).sha256 == body.sha256
