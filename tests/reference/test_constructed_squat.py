"""The constructed squat beside a recorded one at the same knee angle: angles and net moments."""

from pathlib import Path

import numpy as np
import pytest

from psoas.engine.constructed import constructed, constructed_movement
from psoas.engine.pipeline import mechanics_of, recorded
from psoas.engine.scaling import scale
from psoas.engine.trial import read_trial
from psoas.engine.types import Coordinates, JointMoments, Subject

pytestmark = pytest.mark.reference
ANGLES = ("hip_flexion", "ankle_angle")
MOMENTS = {"hip_flexion": 0.15, "knee_angle": 0.20, "ankle_angle": 0.15}  # N.m a kilogram


def at_knee(
    coordinates: Coordinates, moments: JointMoments, mass_kg: float, knee_deg: float
) -> list[dict[str, float]]:
    """Angles (degrees) and moments (N.m/kg) of each leg, each time its knee passes an angle."""
    found = []
    for side in "rl":
        knee = np.rad2deg(coordinates.value[:, coordinates.names.index(f"knee_angle_{side}")])
        for k in np.flatnonzero(np.diff(np.sign(knee - knee_deg))):
            here = {
                dof: float(np.rad2deg(coordinates.value[k, coordinates.names.index(f"{dof}_{side}")]))
                for dof in ANGLES
            }
            here["trunk"] = float(np.rad2deg(coordinates.value[k, coordinates.names.index("pelvis_tilt")]))
            for dof in MOMENTS:
                column = moments.names.index(f"{dof}_{side}")
                here[f"{dof}_moment"] = float(moments.moment_nm[k, column]) / mass_kg
            found.append(here)
    return found


def test_a_recorded_squat_at_the_same_knee_angle_is_alike(shared: Path) -> None:
    folder = shared / "motion/opencap_subject4"
    trial = read_trial(
        markers=folder / "markers/squats1.trc",
        static=folder / "markers/static1.trc",
        grf=folder / "grf/squats1_grf.mot",
    )
    subject = Subject(62.6)
    body = scale(trial, subject).body
    given = recorded(trial, subject, body)
    theirs = mechanics_of(body, given.coordinates, given.reaction, given.covered_s)
    seen = at_knee(theirs.coordinates, theirs.moments, body.mass_kg, 68.0)
    assert len(seen) >= 12  # three squats, down and up, both legs
    built = constructed_movement(constructed()["squat"])
    assert built.moments is not None
    (ours, *_) = at_knee(built.coordinates, built.moments, built.body.mass_kg, 68.0)
    mean = {name: float(np.mean([one[name] for one in seen])) for name in seen[0]}
    for name in (*ANGLES, "trunk"):
        assert ours[name] == pytest.approx(mean[name], abs=6.0)
    for dof, within in MOMENTS.items():
        assert ours[f"{dof}_moment"] == pytest.approx(mean[f"{dof}_moment"], abs=within)
