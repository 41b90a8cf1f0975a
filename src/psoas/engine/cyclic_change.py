"""A smooth change of a cyclic movement: a few harmonics on each coordinate, and a longer or shorter stride.

    change_c(t) = sum over k of  a_ck sqrt(2) cos(k w t) + b_ck sqrt(2) sin(k w t)      (k = 0: a constant)

The functions are orthonormal over a cycle: the mean square of a change is the sum of its squared
coefficients, and that of its acceleration the same sum weighted with (k w)^4, whatever was sampled.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from psoas.engine.types import Body

STRIDE = "stride_length"
"""Pseudo-coordinate (m): the pelvis gains so much ground in a cycle, and feet land by their share further."""

TRUNK = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle")
CHANGED = (
    *("pelvis_tx", "pelvis_ty", "pelvis_tz"),
    *PELVIS,
    *TRUNK,
    *(f"{name}_{side}" for side in ("r", "l") for name in LEG),
    STRIDE,
)
"""What may change, the stride last; arms and toes go along as they did."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What each coefficient is: its coordinate (place in CHANGED), its harmonic, sine or cosine."""

    period_s: float
    place: Int[np.ndarray, "coefficient"]
    order: Int[np.ndarray, "coefficient"]
    sine: Bool[np.ndarray, "coefficient"]


def series(period_s: float, harmonics: int) -> Series:
    """All coefficients of a cycle of this duration: a constant and `harmonics` waves on each coordinate."""
    waves = [(0, False), *((k, turned) for k in range(1, harmonics + 1) for turned in (False, True))]
    rows = [(place, *wave) for place in range(len(CHANGED) - 1) for wave in waves]
    rows.append((len(CHANGED) - 1, 0, False))
    place, order, sine = (np.array(column) for column in zip(*rows, strict=True))
    return Series(period_s, place, order, sine)


def basis(
    given: Series, time_s: Float[np.ndarray, "time"], derivative: int = 0
) -> Float[np.ndarray, "time changed coefficient"]:
    """Change of each of CHANGED (rad, m) by coefficient, or its first or second derivative by time."""
    found = np.zeros((len(time_s), len(CHANGED), len(given.place)))
    rate = 2.0 * np.pi * given.order / given.period_s
    quarter = 0.5 * np.pi * (derivative - given.sine)
    waves = np.cos(time_s[:, None] * rate + quarter) * rate**derivative
    waves *= np.where(given.order > 0, np.sqrt(2.0), 1.0)
    if derivative:
        waves[:, given.order == 0] = 0.0
    found[:, given.place, np.arange(len(given.place))] = waves
    gained = (time_s / given.period_s, np.full_like(time_s, 1.0 / given.period_s), np.zeros_like(time_s))
    found[:, CHANGED.index("pelvis_tx"), -1] = gained[derivative]
    return found


def roughness(given: Series, settle_s: float) -> Float[np.ndarray, "coefficient"]:
    """What a unit of each coefficient costs in acceleration, (settle k w)^4."""
    return np.asarray((settle_s * 2.0 * np.pi * given.order / given.period_s) ** 4)


def columns(body: Body) -> list[int]:
    """Where the changed coordinates stand in `body.coordinates` (the stride is none of them)."""
    return [body.coordinates.index(name) for name in CHANGED[:-1]]


def of(given: Series, name: str) -> Int[np.ndarray, "wave"]:
    """The coefficients of a coordinate, in the order of their waves."""
    return np.flatnonzero(given.place == CHANGED.index(name))


def landed_s(
    contact_s: Float[np.ndarray, "contact"], time_s: Float[np.ndarray, "time"], period_s: float
) -> Float[np.ndarray, "time"]:
    """When the foot landed that is down (or was last down) at each time; a cycle apart where not recorded."""
    known = np.sort(contact_s)
    before = np.arange(known[0] - period_s, time_s[0] - period_s, -period_s)[::-1]
    after = np.arange(known[-1] + period_s, time_s[-1] + period_s, period_s)
    found = np.concatenate([before, known, after])
    return np.asarray(found[np.maximum(np.searchsorted(found, time_s + 1e-9, side="right") - 1, 0)])
