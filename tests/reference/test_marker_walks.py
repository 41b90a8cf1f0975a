"""Ten recordings, markers to coordinates, with one setting: marker errors, and angles beside published."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from psoas.engine.body import body_from_osim
from psoas.engine.inverse_kinematics import Posture, inverse_kinematics
from psoas.engine.scaling import Scaling, scale
from psoas.engine.trial import read_trial
from psoas.engine.types import Coordinates, Subject

pytestmark = [pytest.mark.reference, pytest.mark.xdist_group("marker_walks")]

# name: markers, static trial, mass (kg), published coordinates
OPENCAP = "opencap_subject4"
RAJAGOPAL, GAIT2392, KULEUVEN, LENHART = (
    "rajagopal_walk_run",
    "gait2392_walk",
    "kuleuven_gait_squat",
    "lenhart_walk",
)
TRIALS: dict[str, tuple[str, str | None, float, str | None]] = {
    name: (
        f"{OPENCAP}/markers/{name}.trc",
        f"{OPENCAP}/markers/static1.trc",
        62.6,
        f"{OPENCAP}/ik_degrees/{name}_manual_scaling_ik.mot",
    )
    for name in ("walking1", "walking2", "walking4", "squats1", "STS1")
} | {
    "rajagopal": (
        f"{RAJAGOPAL}/motion_capture_walk.trc",
        f"{RAJAGOPAL}/static_walk_2.trc",
        85.07,
        f"{RAJAGOPAL}/coordinates.sto",
    ),
    "gait2392": (
        f"{GAIT2392}/subject01_walk1.trc",
        f"{GAIT2392}/subject01_static.trc",
        72.6,
        f"{GAIT2392}/subject01_walk1_ik.mot",
    ),
    "kuleuven": (f"{KULEUVEN}/markers.trc", None, 62.7, None),
    "Squat2": (f"{KULEUVEN}/markers_Squat2.trc", None, 62.7, None),
    "lenhart": (f"{LENHART}/overground_17.trc", f"{LENHART}/static1.trc", 62.0, None),
}
# Measured mean RMS (mm) and a little more; the issue asks for 25 at most on the seven walks, 15 as aim.
# kuleuven has no static trial: its markers stay on the body's points and its clusters have no place.
MOST_MM = {
    "walking1": 10.0,
    "walking2": 10.0,
    "walking4": 10.0,
    "rajagopal": 12.5,
    "gait2392": 13.5,
    "lenhart": 15.0,
    "kuleuven": 21.0,
    "squats1": 16.0,
    "STS1": 16.0,
    "Squat2": 32.0,
}
JOINTS = (
    "pelvis_tilt",
    "pelvis_list",
    "pelvis_rotation",
    *(
        f"{n}_{s}"
        for n in ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
        for s in "rl"
    ),
)


@cache
def solved(shared: Path, name: str) -> tuple[Scaling, Posture]:
    markers, static, mass, _ = TRIALS[name]
    motion = shared / "motion"
    trial = read_trial(markers=motion / markers, static=motion / static if static else None)
    scaling = scale(trial, Subject(mass))
    assert trial.markers is not None
    return scaling, inverse_kinematics(scaling.body, trial.markers)


def published(shared: Path, name: str) -> Coordinates:
    path = TRIALS[name][3]
    assert path is not None
    found = read_trial(coordinates=shared / "motion" / path).coordinates
    assert found is not None
    return found


def differences(ours: Coordinates, theirs: Coordinates) -> dict[str, np.ndarray]:
    """Ours minus theirs, degrees, over the time that both hold."""
    both = (ours.time_s >= theirs.time_s[0]) & (ours.time_s <= theirs.time_s[-1])
    return {
        n: np.degrees(
            ours.value[both, ours.names.index(n)]
            - np.interp(ours.time_s[both], theirs.time_s, theirs.value[:, theirs.names.index(n)])
        )
        for n in JOINTS
        if n in theirs.names
    }


@pytest.mark.parametrize("name", TRIALS)
def test_markers_are_followed(shared: Path, name: str) -> None:
    scaling, posture = solved(shared, name)
    assert 1000.0 * posture.errors.mean_rms_m <= MOST_MM[name]
    assert scaling.body.scaled_from == ("moving" if TRIALS[name][1] is None else "static")
    low, high = scaling.body.coordinate_range.T
    assert np.all(posture.coordinates.value >= low) and np.all(posture.coordinates.value <= high)


@pytest.mark.parametrize(
    "name", ["walking1", "walking2", "walking4", "rajagopal", "gait2392", "lenhart", "kuleuven"]
)
def test_the_worst_marker_of_a_walk_is_a_sliding_one(shared: Path, name: str) -> None:
    assert solved(shared, name)[1].errors.worst[1] <= 0.075


# RMS over the trial, degrees. The published angles come from bodies whose pelvis and thigh frames stand
# otherwise (their pelvis markers were moved to fit, or stand on other points), so offsets of a few degrees in
# pelvis tilt, and with it in hip flexion, are differences of convention: the curves below them agree.
@pytest.mark.parametrize(
    ("name", "tilt", "hip", "knee", "ankle"),
    [
        ("walking1", 3.0, 4.5, 3.0, 3.5),
        ("walking2", 3.0, 4.5, 3.0, 3.5),
        ("walking4", 3.0, 4.5, 3.0, 3.5),
        ("squats1", 4.0, 4.0, 3.0, 3.5),
        ("STS1", 4.0, 4.0, 3.0, 3.5),
        ("gait2392", 2.0, 3.0, 4.0, 4.0),
        ("rajagopal", 7.0, 9.5, 5.0, 5.5),
    ],
)
def test_angles_lie_beside_the_published_ones(
    shared: Path, name: str, tilt: float, hip: float, knee: float, ankle: float
) -> None:
    found = differences(solved(shared, name)[1].coordinates, published(shared, name))
    for joint, most in (
        ("pelvis_tilt", tilt),
        ("hip_flexion", hip),
        ("knee_angle", knee),
        ("ankle_angle", ankle),
    ):
        for coordinate in (c for c in found if c.startswith(joint)):
            assert np.sqrt(np.mean(found[coordinate] ** 2)) <= most, coordinate


@pytest.mark.parametrize("name", ["walking1", "walking2", "walking4", "gait2392", "rajagopal"])
def test_without_its_offset_every_flexion_curve_agrees(shared: Path, name: str) -> None:
    found = differences(solved(shared, name)[1].coordinates, published(shared, name))
    for coordinate in (c for c in found if c.startswith(("pelvis", "hip_flexion", "knee", "ankle"))):
        assert np.std(found[coordinate]) <= 3.5, coordinate


def test_on_the_published_body_the_published_angles_come_out(shared: Path) -> None:
    """Same scaled model, same markers: only weights and the solver differ."""
    opencap = shared / "motion" / OPENCAP
    body = body_from_osim(opencap / "models" / "manually_scaled.osim")
    trial = read_trial(markers=opencap / "markers" / "walking1.trc")
    assert trial.markers is not None
    found = differences(inverse_kinematics(body, trial.markers).coordinates, published(shared, "walking1"))
    for coordinate, gap in found.items():
        assert np.sqrt(np.mean(gap**2)) <= 1.5, coordinate


def test_a_scaled_model_is_used_as_it_is(shared: Path) -> None:
    opencap = shared / "motion" / OPENCAP
    trial = read_trial(markers=opencap / "markers" / "walking1.trc")
    scaling = scale(trial, Subject(62.6), model=opencap / "models" / "manually_scaled.osim")
    assert scaling.body.scaled_from == "osim"
    assert any("the model does not have them" in n and "R_HJC_reg" in n for n in scaling.notes)


def test_a_model_with_other_markers_takes_them_from_the_set(shared: Path) -> None:
    trial = read_trial(markers=shared / "motion" / OPENCAP / "markers" / "walking1.trc")
    model = shared / "reference" / "opensim_rajagopal_walk" / "subject_scaled.osim"
    scaling = scale(trial, Subject(85.07), model=model)
    assert any("OpenCap set" in n for n in scaling.notes)
    assert trial.markers is not None
    assert np.isfinite(inverse_kinematics(scaling.body, trial.markers).errors.mean_rms_m)


def test_the_static_trial_of_another_laboratory_is_one_clear_error(shared: Path) -> None:
    from psoas.errors import InputError

    motion = shared / "motion"
    with pytest.raises(InputError):
        trial = read_trial(
            markers=motion / OPENCAP / "markers" / "walking1.trc",
            static=motion / GAIT2392 / "subject01_static.trc",
        )
        scale(trial, Subject(62.6))
