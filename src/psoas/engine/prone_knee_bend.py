"""Ely's test (prone knee bend): how far the relaxed knee bends, and what that says of the rectus femoris.

The person lies on the front, the pelvis strapped, the thigh on the table. The examiner bends the knee until
it resists: where passive muscles and capsule, beyond the weight of the shank, answer with `PUSH_NM`. How
hard examiners push was found nowhere; its spread is part of the interval.

Only the rectus is judged: with the thigh held, the iliopsoas plays no part. Angles in radians; knee 0
straight; tilt as in `hanging_leg` (posterior positive).
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from psoas.engine.hanging_leg import MOST, HangingLeg, People, joint_moments
from psoas.engine.shortness_at_rest import hip_at

# A moment about the knee, 3 kg at the ankle. Judgement; a factor of 1.35 either way is one SD. Measured knees
# (Riener and Edrich 1999) resist with 12 N.m at 120 degrees, hip straight.
PUSH_NM = 12.0
PUSH_SD = 0.3
_KNEES = np.radians(np.linspace(0.0, np.degrees(MOST[1]), 24))
_STEP = 1e-4  # rad


@dataclass(frozen=True, slots=True)
class ElyReading:
    """Knee angle where it first resists, with its error. SD: 8 degrees of MDC95 between two occasions with a
    pelvic strap (71 adults, ElyMDC on the shelf) over 1.96 sqrt(2).
    """

    knee_rad: float
    error_rad: float = np.radians(2.9)


def knee_bend(
    leg: HangingLeg, who: People, push_nm: Float[np.ndarray, "person"]
) -> Float[np.ndarray, "person"]:
    """Knee angle at which each person's relaxed knee first stops a push; the end of the range if never."""
    stop = np.full(len(push_nm), MOST[1])
    before = resistance(leg, who, _prone(leg, who, np.zeros(len(push_nm)))) - push_nm
    stop[before >= 0.0] = 0.0
    for low, high in pairwise(_KNEES):
        after = resistance(leg, who, _prone(leg, who, np.full(len(push_nm), high))) - push_nm
        here = (before < 0.0) & (after >= 0.0) & (stop == MOST[1])
        part = before[here] / (before[here] - after[here])
        stop[here] = low + part * (high - low)
        before = after
    return stop


def ely_log_likelihood(
    leg: HangingLeg, who: People, reading: ElyReading, z: Float[np.ndarray, "person"]
) -> Float[np.ndarray, "person"]:
    """Log likelihood of the reading for each person, up to a constant.

    One true angle a person is drawn from the reading's error (`z`, standard normal); it counts by how likely
    the push is that the knee first stops there, times the Jacobian from push to angle.
    """
    knee = np.clip(reading.knee_rad + reading.error_rad * z, 0.0, MOST[1])
    angle = _prone(leg, who, knee)
    push = resistance(leg, who, angle)
    slope = (resistance(leg, who, angle + np.array([0.0, _STEP])) - push) / _STEP
    stopped_before = np.zeros(len(knee), dtype=bool)
    for earlier in _KNEES:
        here = earlier < knee
        there = resistance(leg, who, _prone(leg, who, np.minimum(knee, earlier)))
        stopped_before |= here & (there > push)
    first = (push > 0.0) & (slope > 0.0) & ~stopped_before
    with np.errstate(divide="ignore", invalid="ignore"):
        log_push = np.log(push / PUSH_NM)
        value = -0.5 * (log_push / PUSH_SD) ** 2 - np.log(push) + np.log(slope)
    return np.where(first, value, -np.inf)


def resistance(
    leg: HangingLeg, who: People, angle: Float[np.ndarray, "person 2"]
) -> Float[np.ndarray, "person"]:
    """Passive moment against bending the knee, the weight of the shank left out, N.m."""
    weightless = replace(who, mass=np.zeros(len(who.mass)))
    return -joint_moments(leg, weightless, angle, "prone")[:, 1]


def _prone(leg: HangingLeg, who: People, knee: Float[np.ndarray, "person"]) -> Float[np.ndarray, "person 2"]:
    return np.stack([hip_at(leg, who, np.zeros(len(knee)), knee, "prone"), knee], axis=1)
