"""Ely's test (prone knee bend): how far the relaxed knee bends before the hip lifts, and what that says.

The person lies on the front, the thigh on the table. The examiner bends the knee; the rectus femoris, which
crosses the hip as well, tightens until its pull tips the pelvis: `LIFT_NM` about the hip. What holds the
pelvis down is its weight, the back and a strap; its spread is part of the interval, and the largest part.

Only the rectus is judged: nothing else that crosses the hip tightens as the knee bends. Angles in radians;
knee 0 straight; tilt as in `hanging_leg` (posterior positive).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from psoas.engine.hanging_leg import MOST, HangingLeg, People, of_group, passive_force
from psoas.engine.shortness_at_rest import hip_at

# Weight of the built-in pelvis about the hip joints: 9 N.m (11.8 kg at 0.08 m); with back and strap 15.
# Judgement; a factor of 1.35 either way is one SD.
LIFT_NM = 15.0
LIFT_SD = 0.3
_HALVINGS = 30
_STEP = 1e-4  # rad


@dataclass(frozen=True, slots=True)
class ElyReading:
    """Knee angle where the hip lifts, with its error. SD: 8 degrees of MDC95 between two occasions with a
    pelvic strap (71 adults, ElyMDC on the shelf) over 1.96 sqrt(2).
    """

    knee_rad: float
    error_rad: float = np.radians(2.9)


def knee_bend(
    leg: HangingLeg, who: People, lift_nm: Float[np.ndarray, "person"]
) -> Float[np.ndarray, "person"]:
    """Knee angle at which each person's rectus tips the pelvis; the end of the range if it never does."""
    low, high = np.zeros(len(lift_nm)), np.full(len(lift_nm), MOST[1])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        bends_on = pull_at_hip(leg, who, middle) < lift_nm
        low, high = np.where(bends_on, middle, low), np.where(bends_on, high, middle)
    return np.asarray(0.5 * (low + high))


def ely_log_likelihood(
    leg: HangingLeg, who: People, reading: ElyReading, z: Float[np.ndarray, "person"]
) -> Float[np.ndarray, "person"]:
    """Log likelihood of the reading for each person, up to a constant.

    One true angle a person is drawn from the reading's error (`z`, standard normal); it counts by how likely
    the moment is that lifts the hip there, times the Jacobian from moment to angle.
    """
    knee = np.clip(reading.knee_rad + reading.error_rad * z, 0.0, MOST[1] - _STEP)
    pull = pull_at_hip(leg, who, knee)
    slope = (pull_at_hip(leg, who, knee + _STEP) - pull) / _STEP
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.log(pull / LIFT_NM) / LIFT_SD
        value = -0.5 * deviation**2 - np.log(pull) + np.log(slope)
    return np.where((pull > 0.0) & (slope > 0.0), value, -np.inf)


def pull_at_hip(
    leg: HangingLeg, who: People, knee: Float[np.ndarray, "person"]
) -> Float[np.ndarray, "person"]:
    """Passive flexion moment of the rectus about the hip, the thigh flat on the table, N.m."""
    angle = np.stack([hip_at(leg, who, np.zeros(len(knee)), knee, "prone"), knee], axis=1)
    rectus = np.flatnonzero(of_group(leg, "rectus_femoris"))
    force = passive_force(leg, who, leg.spline(angle)[:, rectus], rectus)
    arm = -leg.spline(angle, nu=(1, 0))[:, rectus]
    return np.asarray(np.sum(arm * force, axis=1))
