"""The hanging leg read backwards: how short the muscles must be for a leg to rest where it rests.

At given angles the balance of the knee fixes the pull of the rectus femoris, and then the balance of the hip
that of the iliopsoas. Both pulls rise with shortness, so each person (mass, tendons, stiffness, ligaments
given) has one answer, found by bisection for all of them at once. How fast shortness changes with the
angles is the Jacobian that a change of variables from angles to shortness needs.

The built-in body is made the average healthy adult here (`healthy_leg`).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import brentq

from psoas.engine.body import load_body
from psoas.engine.hanging_leg import (
    DRIFT_RAD,
    HangingLeg,
    Lying,
    People,
    hanging_leg,
    joint_moments,
    moment_and_slope,
    of_group,
    passive_force,
    people,
    rest,
    thigh_elevation,
)
from psoas.engine.muscle import knob
from psoas.engine.muscle_table import lines_of
from psoas.engine.types import Condition, MuscleTable

# Harvey 1998 (doi:10.1136/bjsm.32.1.68, Results): 117 athletes, knee bent 52.5 degrees on average.
HEALTHY_KNEE_RAD = np.radians(52.5)
# How far the pelvis rolls back from lying flat while the other knee is held to the chest: 9.3 degrees in 55
# women in this test, 17.0 and 14.0 in 45 men and 55 women with one hip fully bent (abstract of "The
# influence of pelvic rotation on clinical measurements of hip flexion and extension range of motion across
# sex and age", its own page not read); 13 is their mean.
BACK_FLAT_TILT_RAD = np.radians(13.0)

SHORTNESS_RANGE = (-0.35, 0.50)  # sought within; fibres a third longer or half as long are no hip any more
_HALVINGS = 24
_STEP = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class ShortnessAtRest:
    """Shortness with which each person rests at the given angles, as part of the optimal fibre length.

    `log_jacobian`: log of |d(iliopsoas, rectus) / d(hip, knee)|, angles in rad. `possible`: found within
    `SHORTNESS_RANGE`, and stable there.
    """

    iliopsoas: Float[np.ndarray, "person"]
    rectus: Float[np.ndarray, "person"]
    log_jacobian: Float[np.ndarray, "person"]
    possible: Bool[np.ndarray, "person"]


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One muscle group at the given angles: its columns, lengths, and arms about one joint."""

    which: str
    part: Int[np.ndarray, "part"]
    length_m: Float[np.ndarray, "person part"]
    arm_m: Float[np.ndarray, "person 2 part"]


def shortness_at_rest(
    leg: HangingLeg, who: People, angle: Float[np.ndarray, "person 2"], lying: Lying = "supine"
) -> ShortnessAtRest:
    """Shortness of both muscles from hip flexion and knee angle at rest; that in `who` is not looked at."""
    none = np.zeros(len(angle))
    bare = replace(who, iliopsoas_shortness=none, rectus_shortness=none)
    psoas, rectus = _groups(leg, angle)
    others = joint_moments(leg, bare, angle, lying)
    others -= _moment(leg, bare, psoas) + _moment(leg, bare, rectus)
    r, dr, found = _solved(leg, bare, rectus, 1, -others[:, 1], rising=-1.0)
    at_hip = _moment(leg, replace(bare, rectus_shortness=r), rectus)[:, 0]
    i, di, also = _solved(leg, bare, psoas, 0, -others[:, 0] - at_hip, rising=1.0)
    there = replace(bare, iliopsoas_shortness=i, rectus_shortness=r)
    _, slope = moment_and_slope(leg, there, angle, lying)
    stiffness = slope[:, 0, 0] * slope[:, 1, 1] - slope[:, 0, 1] * slope[:, 1, 0]
    stable = (stiffness > 0.0) & (slope[:, 0, 0] < 0.0)
    with np.errstate(divide="ignore"):
        jacobian = np.log(np.abs(stiffness)) - np.log(np.abs(di * dr))
    return ShortnessAtRest(i, r, jacobian, found & also & stable & np.isfinite(jacobian))


def hip_at(
    leg: HangingLeg,
    who: People,
    thigh_rad: Float[np.ndarray, "person"],
    knee_rad: Float[np.ndarray, "person"],
    lying: Lying = "supine",
) -> Float[np.ndarray, "person"]:
    """Hip flexion that puts the thigh at an angle above the horizontal, at each person's tilt."""
    sign = 1.0 if lying == "supine" else -1.0
    hip = sign * thigh_rad - who.tilt_rad
    for _ in range(4):
        now = thigh_elevation(leg, who, np.stack([hip, knee_rad], axis=1), lying)
        hip = hip + sign * (thigh_rad - now)
    return np.asarray(hip)


@lru_cache(maxsize=4)
def healthy_leg(drift_rad: float = DRIFT_RAD) -> HangingLeg:
    """The built-in body's leg, shortness of the rectus counted from where the knee rests as on average.

    Measured passive moments hold the iliopsoas but not the length of the rectus: its fibres 10 % shorter fit
    the moments as well (docs/explanation/thomas.md).
    """
    leg = hanging_leg(load_body())

    def too_straight(part: float) -> float:
        rested = rest(leg, people(rectus_shortness=part, tilt_rad=BACK_FLAT_TILT_RAD))
        return float(HEALTHY_KNEE_RAD - rested.knee_rad[0])

    average = float(brentq(too_straight, *SHORTNESS_RANGE, xtol=1e-6))
    return replace(
        leg if drift_rad == DRIFT_RAD else hanging_leg(load_body(), drift_rad), rectus_average=average
    )


def beside_average(condition: Condition, muscles: MuscleTable) -> Condition:
    """A condition meant of the average adult as one of the built-in body."""
    rectus = list(lines_of(muscles, "rectus_femoris"))
    meant = knob(muscles, condition.shortness, 0.0)[rectus]
    own = 1.0 - (1.0 - meant) * (1.0 - healthy_leg().rectus_average)
    shortness = dict(condition.shortness)
    shortness |= {muscles.names[i]: float(x) for i, x in zip(rectus, own, strict=True)}
    return replace(condition, shortness=shortness)


def _groups(leg: HangingLeg, angle: Float[np.ndarray, "person 2"]) -> tuple[_Group, _Group]:
    """Iliopsoas and rectus femoris at the angles."""
    length = leg.spline(angle)
    slopes = np.stack([leg.spline(angle, nu=(1, 0)), leg.spline(angle, nu=(0, 1))], axis=1)
    groups = []
    for name, which in (("iliopsoas", "iliopsoas_shortness"), ("rectus_femoris", "rectus_shortness")):
        part = np.flatnonzero(of_group(leg, name))
        groups.append(_Group(which, part, length[:, part], -slopes[:, :, part]))
    return groups[0], groups[1]


def _moment(leg: HangingLeg, who: People, group: _Group) -> Float[np.ndarray, "person 2"]:
    force = passive_force(leg, who, group.length_m, group.part)
    return np.asarray(np.einsum("pdl,pl->pd", group.arm_m, force))


def _solved(
    leg: HangingLeg,
    who: People,
    group: _Group,
    joint: int,
    wanted_nm: Float[np.ndarray, "person"],
    *,
    rising: float,
) -> tuple[Float[np.ndarray, "person"], Float[np.ndarray, "person"], Bool[np.ndarray, "person"]]:
    """Shortness at which the group's moment is the wanted one, d moment / d shortness, and where found.

    `rising` is the sign with which the moment changes as the muscle gets shorter.
    """

    def over(s: Float[np.ndarray, "person"]) -> Float[np.ndarray, "person"]:
        moment = _moment(leg, replace(who, **{group.which: s}), group)[:, joint]
        return np.asarray(rising * (moment - wanted_nm))

    low, high = (np.full(len(wanted_nm), end) for end in SHORTNESS_RANGE)
    found = (over(low) < 0.0) & (over(high) > 0.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        below = over(middle) < 0.0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    middle = 0.5 * (low + high)
    slope = rising * (over(middle + _STEP) - over(middle - _STEP)) / (2.0 * _STEP)
    return middle, slope, found
