"""How walking may change for a changed muscle: smallest smooth change that keeps stretch and effort in hand.

    minimise  |change|^2 + |settle^2 acceleration|^2 + |lean of the trunk|^2    in spreads of healthy people
              + stretch (tension above the highest as built)^2    passive, of hip flexors and what was changed
              + effort (effort above the highest as built)^2      of hip, knee and ankle, sagittal
              + floor (slip^2 + lowered swing foot^2 + pressure off the sole^2)

over the coefficients of `cyclic_change`, mean over a cycle, both legs. Forces stay balanced by construction:
the floor pushes as the changed movement needs (`walk_state`). Least squares by Gauss-Newton steps with a
Levenberg-Marquardt guard, the curvature of the held feet's ways included. Every term is zero without a
change of the muscles, so then nothing changes.

A possibility that was computed, not a prediction: nobody knows what people weigh against what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from psoas.engine.cyclic_change import (
    CHANGED,
    PELVIS,
    STRIDE,
    TRUNK,
    Series,
    basis,
    of,
    roughness,
)
from psoas.engine.guarded_newton import NOTHING, Slopes, minimise
from psoas.engine.muscle_table import GROUPS
from psoas.engine.types import AS_BUILT, Condition
from psoas.engine.walk_state import Floor, Muscles, Walk, repeated
from psoas.engine.walk_sweep import Swept
from psoas.units import body_weight_n

# Root mean square over the cycle of the standard deviation between 20 adults, natural walking, degrees, and
# of their stride length, m (Bovi et al. 2011). What is not published there: our judgement, marked so.
SPREAD_DEG: Mapping[str, float] = {
    "pelvis_tilt": 7.2,
    "pelvis_list": 2.6,
    "pelvis_rotation": 4.6,
    "hip_flexion": 8.5,
    "hip_adduction": 4.8,
    "hip_rotation": 11.1,
    "knee_angle": 5.5,
    "ankle_angle": 4.3,
    "subtalar_angle": 4.3,  # judged: as the ankle
    "lumbar_extension": 7.2,  # judged: as the pelvis
    "lumbar_bending": 2.6,
    "lumbar_rotation": 4.6,
}
SPREAD_M: Mapping[str, float] = {
    "pelvis_tx": 0.02,  # judged, as the next two
    "pelvis_ty": 0.02,
    "pelvis_tz": 0.02,
    STRIDE: 0.119,
}
UPRIGHT_DEG = 3.0  # judged: so much lean of the trunk costs as much as one spread of one angle
SETTLE_S = 0.08  # judged: a change that comes and goes with 2 Hz costs twice what a steady one does
WATCHED = ("iliopsoas", "rectus_femoris")
HARMONICS = 6
_TENSION_UNIT = 0.05  # of maximal force above the highest as built costs as much as one spread of one angle
_EFFORT_UNIT = 0.05  # of what the muscles can make, likewise
_SLIP_M, _LOWERED_M, _PRESSURE_M = 0.0007, 0.002, 0.0015
_FURTHEST_RAD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What weighs how much; 1 is as said in the module. `coordinates` by name, without side."""

    name: str = "default"
    stretch: float = 1.0
    effort: float = 1.0
    smooth: float = 1.0
    upright: float = 1.0
    coordinates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The highest passive tension and effort as built; what stays below them costs nothing."""

    tension: Float[np.ndarray, "side group"]
    most: Float[np.ndarray, "dof"]
    least: Float[np.ndarray, "dof"]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The answer: coefficients of the series, whether it was found, in how many steps, at what cost."""

    series: Series
    coefficients: Float[np.ndarray, "coefficient"]
    converged: bool
    steps: int
    cost: float

    @property
    def stride_m(self) -> float:
        """By how much the stride is longer."""
        return float(self.coefficients[-1])

    def at(self, time_s: Float[np.ndarray, "time"], derivative: int = 0) -> Float[np.ndarray, "time changed"]:
        """Change of each of CHANGED, or its derivative."""
        return np.asarray(basis(self.series, time_s, derivative) @ self.coefficients)


def adapted(
    walk: Walk,
    series: Series,
    condition: Condition,
    weights: Weights | None = None,
    *,
    start: Float[np.ndarray, "coefficient"] | None = None,
) -> Change:
    """The change that the weights ask for under the condition; `start` is where to look first."""
    problem = _Problem(walk, series, condition, weights or Weights())
    nothing = np.zeros(len(series.place))
    if start is None and problem.cost(nothing, problem.at(nothing)) < NOTHING:
        return Change(series, nothing, True, 0, 0.0)  # no cost is below zero: nothing has to change
    found = minimise(problem, nothing if start is None else start)
    return Change(series, found.x, found.converged, found.steps, found.cost)


def watched_groups(condition: Condition) -> tuple[str, ...]:
    """Hip flexors, and every group that the condition shortens or stiffens, without side."""
    named = (*condition.shortness, *condition.stiffness)
    changed = (key.removesuffix("_r").removesuffix("_l") for key in named)
    return tuple(dict.fromkeys((*WATCHED, *(g for g in changed if g in GROUPS))))


def limits(walk: Walk, condition: Condition) -> Limits:
    """What the walk as it was asks of the body as built, at most."""
    able = walk.muscles(walk.before, AS_BUILT, watched_groups(condition))
    given = walk.instants
    effort = walk.effort(walk.before, Floor(given.force_n, given.free_nm, given.point_m), able)
    most, least = effort.max(axis=0), effort.min(axis=0)
    return Limits(able.tension.max(axis=0), np.maximum(most, 0.0), np.minimum(least, 0.0))


class _Problem:
    """The cost of a walk by coefficients, with derivatives by differences in every coordinate."""

    def __init__(self, walk: Walk, series: Series, condition: Condition, weights: Weights) -> None:
        self.walk, self.condition, self.weights = walk, condition, weights
        self.groups = watched_groups(condition)
        self.limits = limits(walk, condition)
        self.shapes = [basis(series, walk.instants.time_s, d) for d in range(3)]
        self.quadratic = _quadratic(series, weights)
        self._many = walk.repeated(len(CHANGED) - 1)
        self._per_frame = 1.0 / np.sqrt(len(walk.instants.time_s))
        self._weight_n = body_weight_n(walk.body.mass_kg)

    def at(self, x: Float[np.ndarray, "coefficient"]) -> Swept:
        """The walk, changed."""
        return self.walk.changed(*(shape @ x for shape in self.shapes))

    def cost(self, x: Float[np.ndarray, "coefficient"], swept: Swept) -> float:
        """What a change costs."""
        return float(np.sum(self._rest(x, swept) ** 2) + x @ self.quadratic @ x)

    def residuals(
        self, walk: Walk, swept: Swept, able: Muscles, stride_m: float
    ) -> Float[np.ndarray, "time row"]:
        """Every squared term that is not quadratic in the coefficients, by instant."""
        frames = len(swept.pelvis_m)
        floor = walk.floor(swept, stride_m)
        effort = walk.effort(swept, floor, able)
        beyond = np.maximum(effort - self.limits.most, 0.0) + np.minimum(effort - self.limits.least, 0.0)
        stretch = np.maximum(able.tension - self.limits.tension, 0.0)
        parts = [
            np.sqrt(self.weights.stretch) / _TENSION_UNIT * stretch.reshape(frames, -1),
            np.sqrt(self.weights.effort) / _EFFORT_UNIT * beyond,
            walk.slip_m(swept, stride_m).reshape(frames, -1) / _SLIP_M,
            walk.lowered_m(swept).reshape(frames, -1) / _LOWERED_M,
            walk.off_sole_nm(floor).reshape(frames, -1) / (self._weight_n * _PRESSURE_M),
        ]
        return np.asarray(self._per_frame * np.concatenate(parts, axis=1))

    def _rest(self, x: Float[np.ndarray, "coefficient"], swept: Swept) -> Float[np.ndarray, "time row"]:
        return self.residuals(self.walk, swept, self._able(self.walk, swept), float(x[-1]))

    def _able(self, walk: Walk, swept: Swept) -> Muscles:
        return walk.muscles(swept, self.condition, self.groups)

    def slopes(self, x: Float[np.ndarray, "coefficient"], here: Swept) -> Slopes:
        """How cost and residuals change around a point."""
        rest = self._rest(x, here)
        by, bend = self._differences(x, here, rest)
        parts = [one.transpose(1, 2, 0) @ shape for one, shape in zip(by, self.shapes, strict=True)]
        slope = np.sum(parts, axis=0).reshape(rest.size, -1)
        place = self.shapes[0][:, :-1]
        curved = np.sum(place.transpose(0, 2, 1) @ (bend @ place), axis=0)
        gradient = slope.T @ rest.ravel() + self.quadratic @ x
        return Slopes(slope.T @ slope + self.quadratic, curved, slope, gradient)

    def gradient(
        self,
        x: Float[np.ndarray, "coefficient"],
        swept: Swept,
        slope: Float[np.ndarray, "rest coefficient"],
    ) -> Float[np.ndarray, "coefficient"]:
        """Gradient of half the cost with slopes from nearby."""
        return np.asarray(slope.T @ self._rest(x, swept).ravel() + self.quadratic @ x)

    def near(
        self, x: Float[np.ndarray, "coefficient"], step: Float[np.ndarray, "coefficient"]
    ) -> Float[np.ndarray, "coefficient"]:
        """The step taken, shortened to what differences around a point can tell."""
        furthest = max(float(np.abs(self.shapes[0] @ step).max()), _FURTHEST_RAD)
        return np.asarray(x + step * (_FURTHEST_RAD / furthest))

    def _differences(
        self, x: Float[np.ndarray, "coefficient"], here: Swept, rest: Float[np.ndarray, "time row"]
    ) -> tuple[list[Float[np.ndarray, "changed time row"]], Float[np.ndarray, "time moved moved"]]:
        """Derivatives of the residuals by each coordinate, its velocity and its acceleration, and the
        curvature of the feet's ways times their slips. All variants of one kind are one array."""
        walk, stride, count = self.walk, float(x[-1]), len(CHANGED) - 1
        change = [shape @ x for shape in self.shapes]
        able = self._able(walk, here)
        by = [np.zeros((len(CHANGED), *rest.shape)) for _ in range(3)]
        by[0][-1] = (self.residuals(walk, here, able, stride + _BY_VALUE) - rest) / _BY_VALUE

        apart = [np.tile(part, (count, 1)) for part in change]
        apart[0] += _BY_VALUE * np.repeat(np.eye(count, count + 1), len(rest), axis=0)
        swept = self._many.changed(*apart)
        rests = self.residuals(self._many, swept, self._able(self._many, swept), stride)
        by[0][:-1] = (rests.reshape(count, *rest.shape) - rest) / _BY_VALUE

        held = walk.slip_m(here, stride) * (self._per_frame / _SLIP_M) ** 2
        straight = walk.slip_slope(here, held)[:, walk.columns]
        turned = self._many.slip_slope(swept, np.tile(held, (count, 1, 1, 1)))[:, walk.columns]
        bend = ((turned.reshape(count, *straight.shape) - straight) / _BY_VALUE).transpose(1, 0, 2)

        again, able_again = repeated(here, count), repeated(able, count)
        for derivative, width in ((1, _BY_RATE), (2, _BY_SECOND)):
            force = walk.joint_force(here, change, derivative, width)
            faster = replace(again, joint_force=force.reshape(-1, force.shape[-1]))
            rests = self.residuals(self._many, faster, able_again, stride)
            by[derivative][:-1] = (rests.reshape(count, *rest.shape) - rest) / width
        return by, 0.5 * (bend + bend.transpose(0, 2, 1))


_BY_VALUE, _BY_RATE, _BY_SECOND = 1e-6, 1e-4, 1e-2


def _quadratic(series: Series, weights: Weights) -> Float[np.ndarray, "coefficient coefficient"]:
    """The cost of the change itself: exact over the cycle, diagonal but for the trunk's lean."""
    stems = [CHANGED[place].removesuffix("_r").removesuffix("_l") for place in series.place]
    spread = np.array([SPREAD_M.get(stem) or np.deg2rad(SPREAD_DEG[stem]) for stem in stems])
    weighed = np.array([weights.coordinates.get(stem, 1.0) for stem in stems])
    smooth = 1.0 + weights.smooth * roughness(series, SETTLE_S)
    found = np.diag(weighed * smooth / spread**2)
    for trunk, pelvis in zip(TRUNK, PELVIS, strict=True):
        for a, b in zip(of(series, trunk), of(series, pelvis), strict=True):
            found[np.ix_([a, b], [a, b])] += weights.upright / np.deg2rad(UPRIGHT_DEG) ** 2
    return found
