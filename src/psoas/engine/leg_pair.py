"""Both legs of one person: which is the shorter one, and signs that right and left were exchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from psoas.engine.hip_flexor_test import Draws, Shortness, summary
from psoas.engine.types import Side

Muscle = Literal["iliopsoas", "rectus"]
_DRAWS = 4096
_CLEAR = 0.95
_APART_DEG = 6.0  # twice the usual error of a reading


@dataclass(frozen=True, slots=True)
class Difference:
    """Right minus left, as part of the optimal fibre length; `shorter` only where 95 % sure."""

    right_minus_left: Shortness
    right_more: float

    @property
    def shorter(self) -> Side | None:
        """The leg whose muscle is shorter, or None: cannot tell."""
        if self.right_more >= _CLEAR:
            return "r"
        return "l" if self.right_more <= 1.0 - _CLEAR else None


def difference(right: Draws, left: Draws, muscle: Muscle) -> Difference:
    """Both posteriors taken as independent; what the legs share would narrow the interval."""
    apart = _resampled(right, muscle, 3) - _resampled(left, muscle, 4)
    even = np.full(len(apart), 1.0 / len(apart))
    return Difference(summary(apart, even), float((apart > 0.0).mean()))


def exchanged_reading(right: Sequence[float], left: Sequence[float]) -> int | None:
    """Index of the repeated reading (degrees) that agrees clearly better with the other leg, if there is one.

    Both legs must lose most of their scatter by one and the same exchange.
    """
    if len(right) != len(left) or len(right) < 3:
        return None
    for k in range(len(right)):
        a, b = list(right), list(left)
        a[k], b[k] = b[k], a[k]
        calmer = (np.ptp(a) < 0.5 * np.ptp(right), np.ptp(b) < 0.5 * np.ptp(left))
        if all(calmer) and min(np.ptp(right), np.ptp(left)) > _APART_DEG:
            return k
    return None


def _resampled(drawn: Draws, muscle: Muscle, seed: int) -> Float[np.ndarray, "draw"]:
    value = drawn.iliopsoas if muscle == "iliopsoas" else drawn.rectus
    return np.random.default_rng(seed).choice(value, _DRAWS, p=drawn.weight)
