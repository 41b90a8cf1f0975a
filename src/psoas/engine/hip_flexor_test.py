"""The modified Thomas test backwards: from measured angles to how short iliopsoas and rectus femoris are.

A bank of 16,384 possible people (quasi-random, the same for every call) is laid on the table once, at three
pelvic tilts. Each weighs as much as the stated prior of shortness and the likelihood of the measured angles
say, the error of the tilt integrated out; mass, leg length, stiffness, ligaments and slack lengths of the
bank's people are drawn from `SPREAD`, so what is not known about the person widens the interval. This is
importance sampling of the joint posterior.

Psoas and iliacus pull at one tendon across the same joint: this test cannot tell them apart, and nothing
here tries to. Angles in radians; thigh above the horizontal positive; tilt posterior positive, 0 with both
front points of the pelvis and the pubic bone level.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.stats import norm, qmc

from psoas.engine.body import load_body
from psoas.engine.hanging_leg import PARAMETERS, People, hanging_leg, people, rest
from psoas.errors import InputError

# Spread among people (SD), by judgement except where a source is named. Factors: of their logarithm.
SPREAD = {
    "mass": 0.20,
    "shank_length": 0.05,
    "flexor_stiffness": 0.25,
    "rectus_stiffness": 0.25,
    "ligament": 0.35,  # van Arkel et al. 2015: SD of 7 degrees, at 3.5 per radian a factor of 1.5
    "iliopsoas_slack": 0.02,
    "rectus_slack": 0.005,
}
TILT_UNSEEN = (np.radians(12.0), np.radians(10.0))  # mean and SD where nobody looked at the pelvis
SHORTNESS_RANGE = (-0.20, 0.45)
TILTS = np.radians([-10.0, 15.0, 40.0])  # the bank is laid down at these; between them a parabola
BANK = 2**14
_CHUNK = 4096
_ENOUGH = 30.0  # people of the bank who effectively speak; fewer give no quantile worth printing

Verdict = Literal["short", "long", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Prior:
    """Belief about shortness before the test, normal, the same for both muscles.

    Default: people whom somebody tests because something seems short (judgement; 0 is the built-in body).
    """

    mean: float = 0.05
    sd: float = 0.08


@dataclass(frozen=True, slots=True)
class ThomasReading:
    """Means of the repeated readings, with the SD of their error. `tilt_rad` None: nobody looked."""

    thigh_rad: float
    knee_rad: float
    tilt_rad: float | None = None
    thigh_error_rad: float = np.radians(3.0)
    knee_error_rad: float = np.radians(3.0)
    tilt_error_rad: float = np.radians(5.0)


@dataclass(frozen=True, slots=True)
class Shortness:
    """Shortness of a muscle: posterior mean and 90 % interval, as part of the optimal fibre length."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """`cannot tell` while the interval covers the built-in body."""
        if self.low > 0.0:
            return "short"
        return "long" if self.high < 0.0 else "cannot tell"


@dataclass(frozen=True, slots=True)
class ThomasEstimate:
    """What the test tells of each muscle; `rectus_more`: probability that the rectus is the shorter one.

    `effective` people of the bank agree with the angles.
    """

    iliopsoas: Shortness
    rectus_femoris: Shortness
    rectus_more: float
    effective: float
    notes: tuple[str, ...]


def thomas_estimate(reading: ThomasReading, prior: Prior = Prior()) -> ThomasEstimate:
    """Shortness from one leg's angles. Raises InputError where no hip and knee of the bank rest like that."""
    who, thigh, knee = _bank()
    tilt, tilt_sd = TILT_UNSEEN
    if reading.tilt_rad is not None:
        tilt, tilt_sd = reading.tilt_rad, reading.tilt_error_rad
    log_weight = _log_likelihood(reading, thigh, knee, tilt, tilt_sd) - 0.5 * (
        ((who.iliopsoas_shortness - prior.mean) / prior.sd) ** 2
        + ((who.rectus_shortness - prior.mean) / prior.sd) ** 2
    )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    effective = float(1.0 / np.sum(weight**2))
    if effective < _ENOUGH:
        raise InputError(
            "No leg that this program knows rests like that.",
            f"thigh {np.degrees(reading.thigh_rad):.0f}, knee {np.degrees(reading.knee_rad):.0f} degrees",
            "Thigh: degrees above the horizontal, below is negative; knee: degrees of bend, 0 is straight. "
            "Were the two exchanged, was the muscle tense, or the tilt read from another line?",
        )
    return ThomasEstimate(
        iliopsoas=_summary(who.iliopsoas_shortness, weight),
        rectus_femoris=_summary(who.rectus_shortness, weight),
        rectus_more=float(weight[who.rectus_shortness > who.iliopsoas_shortness].sum()),
        effective=effective,
        notes=_notes(reading),
    )


def _log_likelihood(
    reading: ThomasReading,
    thigh: Float[np.ndarray, "tilt person"],
    knee: Float[np.ndarray, "tilt person"],
    tilt_rad: float,
    tilt_sd_rad: float,
) -> Float[np.ndarray, "person"]:
    """Of both angles, up to a constant: normal errors, those of the tilt passed on by its slopes."""
    at, slope = _in_tilt(tilt_rad)
    miss_thigh, miss_knee = at @ thigh - reading.thigh_rad, at @ knee - reading.knee_rad
    pass_thigh, pass_knee = (slope @ thigh) * tilt_sd_rad, (slope @ knee) * tilt_sd_rad
    a = reading.thigh_error_rad**2 + pass_thigh**2
    b = reading.knee_error_rad**2 + pass_knee**2
    c = pass_thigh * pass_knee
    determinant = a * b - c**2
    square = (b * miss_thigh**2 - 2.0 * c * miss_thigh * miss_knee + a * miss_knee**2) / determinant
    return np.asarray(-0.5 * (square + np.log(determinant)))


def _in_tilt(tilt_rad: float) -> tuple[Float[np.ndarray, "tilt"], Float[np.ndarray, "tilt"]]:
    """Weights of the three tilts of the bank that give the value and the slope at another (Lagrange)."""
    at, slope = np.empty(3), np.empty(3)
    for k in range(3):
        a, b = np.delete(TILTS, k)
        scale = (TILTS[k] - a) * (TILTS[k] - b)
        at[k] = (tilt_rad - a) * (tilt_rad - b) / scale
        slope[k] = (2.0 * tilt_rad - a - b) / scale
    return at, slope


def _notes(reading: ThomasReading) -> tuple[str, ...]:
    notes: tuple[str, ...] = ("The test cannot tell psoas from iliacus: both are meant by iliopsoas.",)
    if reading.tilt_rad is None:
        notes += (
            "Nobody looked at the pelvis: 10 degrees of tilt more or less move the thigh by about 8, "
            "so the interval is wider than it need be.",
        )
    return notes


def _summary(value: Float[np.ndarray, "person"], weight: Float[np.ndarray, "person"]) -> Shortness:
    order = np.argsort(value)
    below = np.cumsum(weight[order]) - 0.5 * weight[order]
    low, high = np.interp([0.05, 0.95], below, value[order])
    return Shortness(float(weight @ value), float(low), float(high))


@lru_cache(maxsize=1)
def _bank() -> tuple[People, Float[np.ndarray, "tilt person"], Float[np.ndarray, "tilt person"]]:
    """The people of the bank, and where thigh and knee of each come to rest at each of `TILTS`."""
    drawn = [name for name in PARAMETERS if name != "tilt_rad"]
    unit = np.clip(qmc.Sobol(d=len(drawn), seed=20).random(BANK), 1e-6, 1.0 - 1e-6)
    value = {}
    for u, name in zip(unit.T, drawn, strict=True):
        if name in ("iliopsoas_shortness", "rectus_shortness"):
            value[name] = SHORTNESS_RANGE[0] + u * (SHORTNESS_RANGE[1] - SHORTNESS_RANGE[0])
        elif name.endswith("_slack"):
            value[name] = SPREAD[name] * norm.ppf(u)
        else:
            value[name] = np.exp(SPREAD[name] * norm.ppf(u))
    rested = [rest_angles(people(BANK, **value, tilt_rad=tilt)) for tilt in TILTS]
    return people(BANK, **value), np.array([r[0] for r in rested]), np.array([r[1] for r in rested])


def rest_angles(who: People) -> tuple[Float[np.ndarray, "person"], Float[np.ndarray, "person"]]:
    """Thigh and knee of any number of people on the built-in, calibrated body."""
    leg = hanging_leg(load_body())
    parts = []
    for first in range(0, len(who.mass), _CHUNK):
        part = People(**{f.name: getattr(who, f.name)[first : first + _CHUNK] for f in fields(People)})
        rested = rest(leg, part)
        parts.append((rested.thigh_rad, rested.knee_rad))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
