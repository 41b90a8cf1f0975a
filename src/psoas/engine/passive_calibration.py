"""Passive moments of hip and knee beside published ones, and a body whose passive parts were fitted to them.

Measured: Riener and Edrich 1999 (J Biomech 32, 539-544): ten healthy people, double exponentials in hip, knee
and ankle angle. The coefficients were read in three public programs that agree, not in the paper. Silder et
al. 2007 measured the same in twenty people; its parameters were not seen, so nothing is fitted to them.

Signs: a moment is positive where it turns the joint towards flexion. Angles in radians, moments in N.m.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from psoas.engine.body_data import rows
from psoas.engine.muscle_table import lines_of
from psoas.engine.types import Body

# Van Arkel et al. 2015 (J Biomech 48, 3803-3809), as cited in public model code: the ligaments of cadaver
# hips resist with 5 N.m at 12 degrees of extension (SD 7).
LIGAMENT_NM = 5.0
LIGAMENT_AT_RAD = -np.radians(12.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted: factors of passive force by muscle group, and how fast the hip ligaments tighten."""

    stiffness: dict[str, float]
    ligament_rate_per_rad: float


def measured_hip_moment(
    hip_flexion_rad: Float[np.ndarray, "pose"], knee_angle_rad: Float[np.ndarray, "pose"]
) -> Float[np.ndarray, "pose"]:
    """Passive hip flexion moment of Riener and Edrich (1999)."""
    hip, knee = np.degrees(hip_flexion_rad), np.degrees(knee_angle_rad)
    extended = np.exp(1.4655 - 0.0034 * knee - 0.0750 * hip)
    return np.asarray(extended - np.exp(1.3403 - 0.0226 * knee + 0.0305 * hip) + 8.072)


def measured_knee_moment(
    hip_flexion_rad: Float[np.ndarray, "pose"], knee_angle_rad: Float[np.ndarray, "pose"]
) -> Float[np.ndarray, "pose"]:
    """Passive knee flexion moment of Riener and Edrich (1999), ankle in neutral."""
    hip, knee = np.degrees(hip_flexion_rad), np.degrees(knee_angle_rad)
    behind = np.exp(1.800 - 0.0352 * knee + 0.0217 * hip)
    front = np.exp(-3.971 + 0.0495 * knee - 0.0128 * hip)
    return np.asarray(behind - front - 4.820 + knee_capsule_moment(knee_angle_rad))


def knee_capsule_moment(knee_angle_rad: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """The part of the measured knee moment that only a nearly straight knee has: what stops it."""
    return np.asarray(np.exp(2.220 - 0.150 * np.degrees(knee_angle_rad)))


def hip_ligament_moment(
    hip_flexion_rad: Float[np.ndarray, "*shape"], rate_per_rad: float | Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Flexion moment of the hip's ligaments: 5 N.m at 12 degrees of extension, exponential about it."""
    return np.asarray(LIGAMENT_NM * np.exp(rate_per_rad * (LIGAMENT_AT_RAD - hip_flexion_rad)))


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The fit of `tools/fit_passive.py`, as kept in `body_data/passive_calibration.csv`."""
    value = {r["what"]: float(r["value"]) for r in rows("passive_calibration")}
    rate = value.pop("hip_ligament_rate_per_rad")
    return Calibration(value, rate)


def passive_factors(body: Body, stiffness: dict[str, float]) -> Float[np.ndarray, "muscle"]:
    """Factor of the passive force of every line from factors by group, later groups over earlier ones."""
    factor = np.ones(len(body.muscles.names))
    for group, x in stiffness.items():
        factor[list(lines_of(body.muscles, group))] = x
    return factor


@lru_cache(maxsize=8)
def with_calibrated_passive(body: Body) -> Body:
    """The same body with calibrated passive curves; the hip ligaments are a moment beside them.

    Only tests in which a relaxed leg hangs or is moved use it; movements under load keep the published
    curves (docs/decisions.md).
    """
    factor = passive_factors(body, calibration().stiffness)
    curves = body.muscles.passive_force_length * factor[:, None]
    muscles = replace(body.muscles, passive_force_length=curves)
    return replace(body, name=f"{body.name}+calibrated_passive", muscles=muscles)
