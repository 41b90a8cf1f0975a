"""The modified Thomas test backwards: from measured angles to how short iliopsoas and rectus femoris are.

4,096 possible legs (the same random numbers for every call) are drawn: true angles and tilt from the reading
and its errors; mass, leg length, stiffness, ligaments and tendons from `SPREAD`. Each has one shortness of
either muscle with which it would rest like that (`shortness_at_rest`), and counts by the stated prior of
shortness times the Jacobian of that change of variables. That is importance sampling of the joint
posterior; nearly every draw counts, because all of them explain the reading.

Psoas and iliacus pull at one tendon across the same joint: this test cannot tell them apart, and nothing
here tries to. Angles in radians; thigh above the horizontal positive; tilt posterior positive, 0 with both
front points of the pelvis and the pubic bone level.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from psoas.engine.hanging_leg import HangingLeg, People, people
from psoas.engine.prone_knee_bend import ElyReading, ely_log_likelihood
from psoas.engine.shortness_at_rest import (
    BACK_FLAT_TILT_RAD,
    ShortnessAtRest,
    healthy_leg,
    hip_at,
    shortness_at_rest,
)
from psoas.errors import InputError

# Spread among people (SD), of the logarithm for factors. Judged, and held to what is published: healthy
# women's thighs spread by 6.0 degrees in this test (source at `BACK_FLAT_TILT_RAD`). Legs drawn from these
# spreads differ by 3.5; reading (3), roll of the pelvis (3) and 3 points of true shortness make up the
# rest. `mass` is that of the leg against the passive strength of its own muscles, so it varies less than
# the mass of people.
SPREAD = {
    "mass": 0.10,
    "shank_length": 0.05,
    "flexor_stiffness": 0.12,
    "rectus_stiffness": 0.25,
    "ligament": 0.30,  # van Arkel et al. 2015: SD of 7 degrees, at 0.6 N.m a degree 4 of 14 N.m
    "iliopsoas_slack_m": 0.0015,
    "rectus_slack_m": 0.0015,
}
TILT_UNSEEN = (BACK_FLAT_TILT_RAD, np.radians(10.0))  # mean and SD where nobody looked at the pelvis
PRONE_TILT_SD = np.radians(5.0)  # of a pelvis under a strap, about level (judgement)
# Where only the thigh was read; nothing follows of the rectus.
KNEE_UNSEEN = (np.radians(55.0), np.radians(20.0))
DRAWS = 4096
_ENOUGH = 50.0  # draws that effectively count; fewer give no quantile worth printing
_PLAUSIBLE = 0.02  # a reading of which fewer draws have any answer is refused

Verdict = Literal["short", "not short", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Prior:
    """Belief about shortness before the test, normal, the same for both muscles and weak.

    Default: people whom somebody tests because something seems short (judgement; 0 is the average adult).
    """

    mean: float = 0.05
    sd: float = 0.11


@dataclass(frozen=True, slots=True)
class ThomasReading:
    """Means of the repeated readings, with the SD of their error.

    `knee_rad`, `tilt_rad` None: nobody looked. `drift_rad`: how far the thigh has drifted outwards; None:
    not read, the average is taken.
    """

    thigh_rad: float
    knee_rad: float | None
    tilt_rad: float | None = None
    thigh_error_rad: float = np.radians(3.0)
    knee_error_rad: float = np.radians(3.0)
    tilt_error_rad: float = np.radians(5.0)
    drift_rad: float | None = None


@dataclass(frozen=True, slots=True)
class Shortness:
    """Shortness of a muscle: posterior mean and 90 % interval, as part of the optimal fibre length."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """`cannot tell` while the interval covers the average adult."""
        if self.low > 0.0:
            return "short"
        return "not short" if self.high < 0.0 else "cannot tell"


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """The posterior as weighted draws; weights add up to 1."""

    iliopsoas: Float[np.ndarray, "draw"]
    rectus: Float[np.ndarray, "draw"]
    weight: Float[np.ndarray, "draw"]


@dataclass(frozen=True, slots=True)
class ThomasEstimate:
    """What the test tells of each muscle; `rectus_more`: probability that the rectus is the shorter one.

    `effective`: draws that effectively count.
    """

    iliopsoas: Shortness
    rectus_femoris: Shortness
    rectus_more: float
    effective: float
    notes: tuple[str, ...]


def thomas_estimate(
    reading: ThomasReading, prior: Prior = Prior(), *, ely: ElyReading | None = None, draws: int = DRAWS
) -> ThomasEstimate:
    """Shortness from one leg's angles, jointly with its prone knee bend where that was read too.

    Raises InputError where no hip and knee can rest like that.
    """
    drawn = posterior(reading, prior, ely=ely, draws=draws)
    more = drawn.weight[drawn.rectus > drawn.iliopsoas].sum()
    return ThomasEstimate(
        iliopsoas=summary(drawn.iliopsoas, drawn.weight),
        rectus_femoris=summary(drawn.rectus, drawn.weight),
        rectus_more=float(more),
        effective=float(1.0 / np.sum(drawn.weight**2)),
        notes=_notes(reading),
    )


def posterior(
    reading: ThomasReading, prior: Prior, *, ely: ElyReading | None = None, draws: int = DRAWS
) -> Draws:
    """The joint posterior of both muscles. Raises InputError where no leg can rest like that."""
    who, at = _explanations(reading, draws)
    square = (at.iliopsoas - prior.mean) ** 2 + (at.rectus - prior.mean) ** 2
    log_weight = np.where(at.possible, at.log_jacobian - 0.5 * square / prior.sd**2, -np.inf)
    if at.possible.mean() < _PLAUSIBLE or _effective(log_weight) < _ENOUGH * draws / DRAWS:
        raise _impossible(reading)
    if ely is not None:
        owner = replace(who, iliopsoas_shortness=at.iliopsoas, rectus_shortness=at.rectus)
        log_weight = log_weight + ely_log_likelihood(healthy_leg(), owner, ely, _normal_draws(draws)[:, 3])
        if _effective(log_weight) < _ENOUGH * draws / DRAWS:
            raise _disagree(reading, ely)
    weight = np.exp(log_weight - log_weight.max())
    return Draws(at.iliopsoas, at.rectus, weight / weight.sum())


def leg_of(reading: ThomasReading) -> HangingLeg:
    """The average leg at the drift that was read."""
    return healthy_leg() if reading.drift_rad is None else healthy_leg(reading.drift_rad)


@lru_cache(maxsize=4)
def _explanations(reading: ThomasReading, draws: int) -> tuple[People, ShortnessAtRest]:
    """People who could have given the reading, and the shortness with which each would rest like that."""
    leg = leg_of(reading)
    z = _normal_draws(draws)
    who = _possible_people(reading, z)
    thigh = reading.thigh_rad + reading.thigh_error_rad * z[:, 0]
    bend, error = KNEE_UNSEEN
    if reading.knee_rad is not None:
        bend, error = reading.knee_rad, reading.knee_error_rad
    knee = np.maximum(bend + error * z[:, 1], 0.0)
    angle = np.stack([hip_at(leg, who, thigh, knee), knee], axis=1)
    return who, shortness_at_rest(leg, who, angle)


def ely_estimate(reading: ElyReading, prior: Prior = Prior(), *, draws: int = DRAWS) -> Shortness:
    """Shortness of the rectus from a prone knee bend alone; of the iliopsoas that test says nothing.

    Raises InputError where no knee of the prior stops there.
    """
    z = _normal_draws(draws)
    unseen = ThomasReading(0.0, 0.0, 0.0, tilt_error_rad=PRONE_TILT_SD)
    rectus = prior.mean + prior.sd * z[:, 0]
    who = replace(_possible_people(unseen, z), rectus_shortness=rectus)
    log_weight = ely_log_likelihood(healthy_leg(), who, reading, z[:, 3])
    if _effective(log_weight) < _ENOUGH * draws / DRAWS:
        raise InputError(
            "No knee that this program knows stops there.",
            f"prone knee bend {np.degrees(reading.knee_rad):.0f} degrees",
            "Give degrees of knee bend, 0 is straight, where the hip lifts.",
        )
    weight = np.exp(log_weight - log_weight.max())
    return summary(rectus, weight / weight.sum())


def summary(value: Float[np.ndarray, "draw"], weight: Float[np.ndarray, "draw"]) -> Shortness:
    """Mean and 90 % interval of weighted draws."""
    order = np.argsort(value)
    below = np.cumsum(weight[order]) - 0.5 * weight[order]
    low, high = np.interp([0.05, 0.95], below, value[order])
    return Shortness(float(weight @ value), float(low), float(high))


@lru_cache(maxsize=4)
def _normal_draws(count: int) -> Float[np.ndarray, "draw dimension"]:
    """Standard normal numbers, a Latin hypercube: thigh, knee, tilt, Ely, then one for each of `SPREAD`."""
    rng = np.random.default_rng(20)
    strata = rng.permuted(np.tile(np.arange(count)[:, None], (1, 4 + len(SPREAD))), axis=0)
    return np.asarray(ndtri((strata + rng.random(strata.shape)) / count))


def _possible_people(reading: ThomasReading, z: Float[np.ndarray, "draw dimension"]) -> People:
    tilt, tilt_sd = TILT_UNSEEN
    if reading.tilt_rad is not None:
        tilt, tilt_sd = reading.tilt_rad, reading.tilt_error_rad
    value = {}
    for (name, sd), column in zip(SPREAD.items(), z[:, 4:].T, strict=True):
        value[name] = sd * column if name.endswith("slack_m") else np.exp(sd * column)
    return people(len(z), **value, tilt_rad=tilt + tilt_sd * z[:, 2])


def _effective(log_weight: Float[np.ndarray, "draw"]) -> float:
    """How many draws effectively count."""
    if not np.isfinite(log_weight).any():
        return 0.0
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() ** 2 / np.sum(weight**2))


def _disagree(reading: ThomasReading, ely: ElyReading) -> InputError:
    return InputError(
        "The hanging leg and the prone knee bend do not belong to one muscle.",
        f"hanging knee {_degrees(reading.knee_rad)}, prone knee {np.degrees(ely.knee_rad):.0f} degrees",
        "Measure both again, relaxed, the pelvis held; or give one of the two tests alone.",
    )


def _impossible(reading: ThomasReading) -> InputError:
    return InputError(
        "No leg that this program knows rests like that.",
        f"thigh {np.degrees(reading.thigh_rad):.0f}, knee {_degrees(reading.knee_rad)} degrees",
        "Thigh: degrees above the horizontal, below is negative; knee: degrees of bend, 0 is straight. "
        "Were the two exchanged, was the muscle tense, or the tilt read from another line?",
    )


def _degrees(angle_rad: float | None) -> str:
    return "not read" if angle_rad is None else f"{np.degrees(angle_rad):.0f}"


def _notes(reading: ThomasReading) -> tuple[str, ...]:
    notes: tuple[str, ...] = ("The test cannot tell psoas from iliacus: both are meant by iliopsoas.",)
    if reading.tilt_rad is None:
        notes += (
            "Nobody looked at the pelvis: 10 degrees of tilt more or less move the thigh by about 8, "
            "so the interval is wider than it need be.",
        )
    if reading.drift_rad is None:
        notes += (
            "The thigh's drift outwards was not read, and the average of 16 degrees taken: of a thigh "
            "further out the rectus looks longer than it is.",
        )
    return notes
