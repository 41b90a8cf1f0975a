"""Least squares by Gauss-Newton steps that are guarded and put back: knows no biomechanics.

A step is corrected with the same slopes as long as that lowers the cost: slopes are dear, and what a straight
step took from a curved, stiff valley is put back (as the second-order correction of sequential quadratic
programming does). A step that still does not lower the cost is shortened (Levenberg-Marquardt).
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, cho_factor, cho_solve

NOTHING = 1e-9
"""A cost that is none."""
_GAIN = 1e-5  # an unguarded step that lowers the cost by less (a part of it), or two others, are the last
_MOST_STEPS = 60
_LEAST_GUARD, _FIRST_GUARD, _MOST_GUARD = 1e-12, 1e-4, 1e3
_CORRECTIONS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Around a point: Gauss-Newton matrix, what known curvature adds to it, slopes of the residuals, and the
    gradient of half the cost."""

    normal: Float[np.ndarray, "unknown unknown"]
    curved: Float[np.ndarray, "unknown unknown"]
    slope: Float[np.ndarray, "residual unknown"]
    gradient: Float[np.ndarray, "unknown"]


@runtime_checkable
class Problem(Protocol):
    """A sum of squares of what is found at a point."""

    def at(self, x: Float[np.ndarray, "unknown"]) -> Any:
        """What is found there; handed back to the others."""

    def cost(self, x: Float[np.ndarray, "unknown"], here: Any) -> float:
        """The sum of squares."""

    def slopes(self, x: Float[np.ndarray, "unknown"], here: Any) -> Slopes:
        """How it changes around."""

    def gradient(
        self, x: Float[np.ndarray, "unknown"], here: Any, slope: Float[np.ndarray, "residual unknown"]
    ) -> Float[np.ndarray, "unknown"]:
        """Gradient of half the cost, with slopes from nearby."""

    def near(
        self, x: Float[np.ndarray, "unknown"], step: Float[np.ndarray, "unknown"]
    ) -> Float[np.ndarray, "unknown"]:
        """Where a step leads, cut where slopes tell nothing any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Where the search ended, and whether it ended by itself."""

    x: Float[np.ndarray, "unknown"]
    converged: bool
    steps: int
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    x: Float[np.ndarray, "unknown"]
    here: Any
    cost: float


def minimise(problem: Problem, start: Float[np.ndarray, "unknown"]) -> Minimum:
    """The point of least cost near `start`."""
    x, here = start.copy(), problem.at(start)
    cost = problem.cost(x, here)
    guard, small = _LEAST_GUARD, 0
    for steps in range(1, _MOST_STEPS + 1):
        slopes, free = problem.slopes(x, here), guard == _LEAST_GUARD
        tried, guard = _step(problem, x, cost, slopes, guard)
        gained = cost - tried.cost
        if gained > 0.0:
            x, here, cost = tried.x, tried.here, tried.cost
        small = small + 1 if gained <= _GAIN * cost + NOTHING else 0
        if small == 2 or (small and gained > 0.0 and free):
            return Minimum(x, True, steps, cost)
    return Minimum(x, False, _MOST_STEPS, cost)


def _step(
    problem: Problem, x: Float[np.ndarray, "unknown"], cost: float, slopes: Slopes, guard: float
) -> tuple[_Tried, float]:
    """A lower point (or the best one tried), and the guard for the next step."""
    while True:
        try:
            stiff = cho_factor(slopes.normal + slopes.curved + guard * np.diag(np.diag(slopes.normal)))
        except LinAlgError:
            guard = max(10.0 * guard, _FIRST_GUARD)
            continue
        tried, best = problem.near(x, -cho_solve(stiff, slopes.gradient)), _Tried(x, None, np.inf)
        for _ in range(_CORRECTIONS):
            there = problem.at(tried)
            below = problem.cost(tried, there)
            if not below < best.cost:
                break
            best = _Tried(tried, there, below)
            tried = problem.near(tried, -cho_solve(stiff, problem.gradient(tried, there, slopes.slope)))
        if best.cost < cost:
            return best, max(guard / 100.0, _LEAST_GUARD)
        if guard > _MOST_GUARD:
            return best, _LEAST_GUARD
        guard = max(10.0 * guard, _FIRST_GUARD)
