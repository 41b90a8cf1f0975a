"""A hand-held dynamometer on the thigh: from newtons to strength of the hip flexors.

The person sits, hip and knee bent 90 degrees, and lifts the thigh against a dynamometer near the knee for
some seconds. What the flexors make is the reading times its lever plus the weight of the leg; what they
could make is that of the built-in body with every hip flexor fully active, by body mass. Their ratio is the
knob `strength`. Passive moments are left out: measured ones are below 1 N.m in this posture (Riener and
Edrich 1999).

Not known from such a reading: whether the person tried as hard as they could (pain, fear, a first try),
which flexor is the weak one, and strength at other angles. The built-in body stands for a strong young man,
and no published norm for this set-up could be verified, so one leg alone gets no verdict; the difference
between the legs is firmer.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from psoas.engine.body import load_body
from psoas.engine.hanging_leg import SHANK, THIGH
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.types import Body, Coordinates
from psoas.units import STANDARD_GRAVITY_M_S2

# SD of the logarithm. Test and retest: 3.3 to 7 % in Denton 2014 (ten people), below 5 % in Thorborg 2010
# (nine; best of four). Arms and curves of a person beside the built-in body: judgement.
READING_SD = 0.05
BODY_SD = 0.10
LEVER_SD_M = 0.01
HIP_SD_RAD = np.radians(5.0)  # how well "90 degrees" is met
SEATED_RAD = np.radians(90.0)
_ANGLES = np.radians(np.linspace(60.0, 120.0, 13))
_DRAWS = 4000


@dataclass(frozen=True, slots=True)
class PushReading:
    """Best reading of one leg (N), its lever from the hip joint (m), body mass (kg)."""

    force_n: float
    lever_m: float
    mass_kg: float


@dataclass(frozen=True, slots=True)
class Strength:
    """Factor of the built-in body's maximal active force: median and 90 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PushEstimate:
    """`hip_flexors`: all of them equally strong or weak. `iliopsoas_alone`: if all the difference were its.

    A negative `iliopsoas_alone` means that weakness of the iliopsoas alone cannot explain the reading.
    `moment_nm`: what the flexors made.
    """

    hip_flexors: Strength
    iliopsoas_alone: Strength
    moment_nm: float


@dataclass(frozen=True, slots=True, eq=False)
class _BuiltIn:
    mass_kg: float
    flexors_nm: Float[np.ndarray, "angle"]
    iliopsoas_nm: Float[np.ndarray, "angle"]
    weight_nm: float


def push_estimate(reading: PushReading) -> PushEstimate:
    """Strength with what one reading leaves open."""
    body = _built_in()
    rng = np.random.default_rng(7)
    size = reading.mass_kg / body.mass_kg
    lever = reading.lever_m + LEVER_SD_M * rng.normal(size=_DRAWS)
    force = reading.force_n * np.exp(READING_SD * rng.normal(size=_DRAWS))
    made = force * lever + body.weight_nm * size
    hip = SEATED_RAD + HIP_SD_RAD * rng.normal(size=_DRAWS)
    person = size * np.exp(BODY_SD * rng.normal(size=_DRAWS))
    could = person * np.interp(hip, _ANGLES, body.flexors_nm)
    iliopsoas = person * np.interp(hip, _ANGLES, body.iliopsoas_nm)
    return PushEstimate(
        hip_flexors=_interval(made / could),
        iliopsoas_alone=_interval(1.0 - (could - made) / iliopsoas),
        moment_nm=float(reading.force_n * reading.lever_m + body.weight_nm * size),
    )


def between_legs(right: PushReading, left: PushReading) -> Strength:
    """Strength of the right as a part of the left: mass, arms and posture are the same and cancel."""
    rng = np.random.default_rng(8)
    weight = _built_in().weight_nm * right.mass_kg / _built_in().mass_kg
    made = [
        leg.force_n * np.exp(READING_SD * rng.normal(size=_DRAWS)) * leg.lever_m + weight
        for leg in (right, left)
    ]
    return _interval(made[0] / made[1])


def _interval(value: Float[np.ndarray, "draw"]) -> Strength:
    low, median, high = np.quantile(value, [0.05, 0.5, 0.95])
    return Strength(float(median), float(low), float(high))


@lru_cache(maxsize=1)
def _built_in() -> _BuiltIn:
    """What the built-in body's right hip flexors can make, and the weight of its leg, seated."""
    body = load_body()
    pose = Coordinates(
        np.arange(len(_ANGLES)) * 1.0,
        np.column_stack([_ANGLES, np.full(len(_ANGLES), SEATED_RAD)]),
        ("hip_flexion_r", "knee_angle_r"),
    )
    still = np.zeros((len(_ANGLES), len(body.coordinates)))
    geometry = muscle_geometry(body, pose, pose.names[:1], velocity=still)
    active = capacity(body.muscles, geometry.length_m, geometry.velocity_m_s).active_n
    moment = np.maximum(geometry.moment_arm_m[:, 0] * active, 0.0)
    iliopsoas = list(lines_of(body.muscles, "iliopsoas_r"))
    return _BuiltIn(
        mass_kg=float(body.mj.body_mass.sum()),
        flexors_nm=moment.sum(axis=1),
        iliopsoas_nm=moment[:, iliopsoas].sum(axis=1),
        weight_nm=_leg_weight(body),
    )


def _leg_weight(body: Body) -> float:
    """Moment of the leg's weight about the hip, thigh level and shank hanging (pelvis x points forwards)."""
    seated = Coordinates(np.zeros(1), np.array([[SEATED_RAD, SEATED_RAD]]), ("hip_flexion_r", "knee_angle_r"))
    segments = (*THIGH, *SHANK)
    placed = segment_poses(body, seated, segments)
    ids = [body.mj.body(s).id for s in segments]
    turned = np.einsum("sij,sj->si", placed.orientation[0], body.mj.body_ipos[ids])
    ahead = placed.origin_m[0, :, 0] + turned[:, 0] - placed.origin_m[0, 0, 0]
    return float(STANDARD_GRAVITY_M_S2 * np.sum(body.mj.body_mass[ids] * ahead))
