"""A body that is held up: where floor and bands push it, frame by frame, and the dynamics that follow.

The floor pushes straight up at named points; where they leave a choice the pushes are as even as they can be.
A body that moves is pushed sideways too, by what its acceleration asks, in the shares of the upward pushes.
Feet that are braced, one far before the other, also push each other apart or together. By how much is not for
balance to say: as much as makes the moments at hips, knees and ankles smallest (least squares), within
friction. Straight up, the floor's push would pass the rear hip by half a step.
A band pulls its two ends together. Without points on the floor the trunk lies on something: the pelvis takes
what is left, and a leg that touches nothing does not feel it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float
from scipy.optimize import nnls

from psoas.engine.inverse_dynamics import (
    PELVIS_FORCES,
    PELVIS_MOMENTS,
    Dynamics,
    derivatives,
    sweep,
)
from psoas.engine.kinematics import coordinate_values
from psoas.engine.types import Body, Coordinates

FRICTION = 0.4  # of the upward push: a choice, a shoe on a floor holds more
_BENDING = ("hip_flexion", "knee_angle", "ankle_angle")
_UNEVEN = 1e-3  # weight of even pushes beside balance: breaks ties only

# Where a body may rest: segment without side, and the point in its frame (m; z for the right side).
CONTACTS: Mapping[str, tuple[str, tuple[float, float, float]]] = {
    "heel": ("calcn", (0.0, 0.0, 0.0)),
    "ball": ("calcn", (0.18, 0.0, 0.0)),
    "knee": ("tibia", (0.033, -0.063, 0.0)),
    "back": ("torso", (-0.1, 0.33, 0.1)),
    "hand": ("hand", (0.0, -0.05, 0.0)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A band that pulls one point (`at`) `towards` another."""

    at: str
    towards: str
    newtons: float


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """What holds a body in one frame: points on the floor, and bands; `braced` feet push each other apart."""

    on: tuple[str, ...]
    bands: tuple[Band, ...] = ()
    braced: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The dynamics of a body that is held up; `up_n` is the floor's push at each point of `points`.

    `unbalanced_nm` is the moment about level axes that no push from the floor can balance.
    """

    dynamics: Dynamics
    points: tuple[str, ...]
    up_n: Float[np.ndarray, "time point"]
    unbalanced_nm: Float[np.ndarray, "time"]


def known(point: str) -> bool:
    """Whether a point such as heel_r exists."""
    return point[:-2] in CONTACTS and point[-2:] in ("_r", "_l")


def held(body: Body, coordinates: Coordinates, supports: Sequence[Support], *, moving: bool = False) -> Held:
    """Every frame held still, or moving as the coordinates do over time."""
    values = coordinate_values(body, coordinates)
    velocity, acceleration = (
        derivatives(coordinates.time_s, values) if moving else (np.zeros_like(values), np.zeros_like(values))
    )
    pushes = _Pushes(body, supports)
    swept = sweep(body, coordinates.time_s, values, velocity, acceleration, pushes)
    return Held(swept, pushes.points, pushes.up_n, pushes.unbalanced_nm)


def point_on(body: Body, data: Any, name: str) -> tuple[str, Float[np.ndarray, "3"]]:
    """Segment and place (ground frame) of a named point such as heel_r."""
    segment, local = local_point(name)
    i = body.mj.body(segment).id
    return segment, data.xpos[i] + data.xmat[i].reshape(3, 3) @ local


def local_point(name: str) -> tuple[str, Float[np.ndarray, "3"]]:
    """Segment of a named point, and its place in the segment's frame."""
    stem, side = name[:-2], name[-2:]
    segment, local = CONTACTS[stem]
    mirror = np.array([1.0, 1.0, 1.0 if side == "_r" else -1.0])
    return segment if segment == "torso" else segment + side, np.array(local) * mirror


class _Pushes:
    """Bands and floor as generalised force, frame by frame."""

    def __init__(self, body: Body, supports: Sequence[Support]) -> None:
        self._body, self._supports = body, supports
        self._slides, self._hinges = (
            [body.mj.joint(name).id for name in names] for names in (PELVIS_FORCES, PELVIS_MOMENTS)
        )
        self._pelvis = body.mj.body("pelvis").id
        self._push = np.zeros(body.mj.nv)
        self.points = tuple(dict.fromkeys(point for support in supports for point in support.on))
        self.up_n = np.zeros((len(supports), len(self.points)))
        self.unbalanced_nm = np.zeros(len(supports))

    def take_from(self, force: Float[np.ndarray, "joint"], data: Any, t: int) -> None:
        support = self._supports[t]
        self._push[:] = 0.0
        for band in support.bands:
            (a, here), (b, there) = (point_on(self._body, data, name) for name in (band.at, band.towards))
            pull = band.newtons * (there - here) / np.linalg.norm(there - here)
            self._apply(data, a, here, pull)
            self._apply(data, b, there, -pull)
        if support.on:
            self._stand(force, data, t, support)
        force -= self._push

    def _stand(self, force: Float[np.ndarray, "joint"], data: Any, t: int, support: Support) -> None:
        """Pushes that balance what the pelvis would have to be held with; bands are inside the body."""
        on = support.on
        needed = force[self._slides]
        moment = np.linalg.solve(data.xaxis[self._hinges], force[self._hinges])
        places = [point_on(self._body, data, name) for name in on]
        middle = np.mean([place for _, place in places], axis=0)
        moment = moment + np.cross(data.xpos[self._pelvis] - middle, needed)
        arms = np.array([place - middle for _, place in places])
        # Of one newton upwards at each point: up, and moments about the level axes through the middle.
        balance = np.vstack([np.ones(len(on)), -arms[:, 2], arms[:, 0]])
        wanted = np.r_[1.0, moment[0] / needed[1], moment[2] / needed[1], np.zeros(len(on))]
        share, _ = nnls(np.vstack([balance, _UNEVEN * np.eye(len(on))]), wanted)
        share = share / share.sum()
        self.up_n[t, [self.points.index(name) for name in on]] = needed[1] * share
        self.unbalanced_nm[t] = needed[1] * float(np.linalg.norm(balance[1:] @ share - wanted[1:3]))
        push = share[:, None] * needed
        for (segment, place), one in zip(places, push, strict=True):
            self._apply(data, segment, place, one)
        if support.braced:
            self._brace(force, data, on, places, push[:, 1])

    def _brace(
        self,
        force: Float[np.ndarray, "joint"],
        data: Any,
        on: Sequence[str],
        places: Sequence[tuple[str, Float[np.ndarray, "3"]]],
        up: Float[np.ndarray, "point"],
    ) -> None:
        """A forward push on the right foot and the same backwards on the left (or the other way round)."""
        right = np.array([name.endswith("_r") for name in on])
        shared = np.where(right, up / up[right].sum(), -up / up[~right].sum())
        before = self._push.copy()
        for (segment, place), part in zip(places, shared, strict=True):
            self._apply(data, segment, place, np.array([part, 0.0, 0.0]))
        one_newton = self._push - before
        bending = [self._body.mj.joint(f"{dof}_{side}").id for dof in _BENDING for side in "rl"]
        left, by = (force - before)[bending], one_newton[bending]
        most = FRICTION * min(up[right].sum(), up[~right].sum())
        newtons = float(np.clip(left @ by / (by @ by), -most, most))
        self._push[:] = before + newtons * one_newton

    def _apply(
        self, data: Any, segment: str, place: Float[np.ndarray, "3"], push: Float[np.ndarray, "3"]
    ) -> None:
        i = self._body.mj.body(segment).id
        mujoco.mj_applyFT(self._body.mj, data, push, np.zeros(3), place, i, self._push)
