"""A walking body at some instants of its cycle: where the feet are, what the floor does, what the hips bear.

Everything that a changed movement is judged by (`adapted_movement`) is computed here, for all of them at
once, from coordinates, velocities and accelerations: MuJoCo once an instant, the rest in arrays.

The floor. What the feet bear is what they bore, plus the change that Newton and Euler ask for
(`ground_balance`): whatever the movement did not balance before, it leaves as it was, at the pelvis. A foot
that lands further on is pressed further on.
"""

from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Bool, Float

from psoas.engine.cyclic_change import columns
from psoas.engine.ground_balance import shared_change
from psoas.engine.kinematics import JointMotion, moment_arms, to_coordinates
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.types import Body, Condition, Coordinates, JointMoments
from psoas.engine.walk_sweep import Sweeper, Swept, outside_wrench, pushed

HEEL, TOE = 0, 3  # of the points of a sole; between them the edges of the ball
HELD = ("hip_flexion", "knee_angle", "ankle_angle")
"""Sagittal dofs whose effort is watched."""
_HELD = tuple(f"{dof}_{side}" for side in ("r", "l") for dof in HELD)


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """The instants of a movement that are looked at, as it was: coordinates, and the floor's push.

    `share` is each foot's part of the weight; `rests` says whether heel and ball are down; `landed` is when
    each foot landed, in cycles; order of feet r, l.
    """

    time_s: Float[np.ndarray, "time"]
    values: Float[np.ndarray, "time coordinate"]
    velocity: Float[np.ndarray, "time coordinate"]
    acceleration: Float[np.ndarray, "time coordinate"]
    force_n: Float[np.ndarray, "time 2 3"]
    point_m: Float[np.ndarray, "time 2 3"]
    free_nm: Float[np.ndarray, "time 2 3"]
    share: Float[np.ndarray, "time 2"]
    rests: Bool[np.ndarray, "time 2 2"]
    landed: Float[np.ndarray, "time 2"]


@dataclass(frozen=True, slots=True, eq=False)
class Muscles:
    """What muscles can do in a posture, whatever moves.

    Passive tension of the watched groups on each side, as a part of their maximal force; about the watched
    dofs passive moment (ligaments included), and strength along and against.
    """

    tension: Float[np.ndarray, "time 2 group"]
    passive_nm: Float[np.ndarray, "time dof"]
    along_nm: Float[np.ndarray, "time dof"]
    against_nm: Float[np.ndarray, "time dof"]


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """Force on each foot, and its moment about where the foot was pressed as it was (moved with the foot)."""

    force_n: Float[np.ndarray, "time 2 3"]
    moment_nm: Float[np.ndarray, "time 2 3"]
    point_m: Float[np.ndarray, "time 2 3"]


class Walk:
    """A body at some instants, as it was, and anything that a change of it does."""

    def __init__(self, body: Body, instants: Instants, net_nm: Float[np.ndarray, "time dof"] | None) -> None:
        """`net_nm`: net moments about the watched dofs that stand in for inverse dynamics, as published."""
        self.body, self.instants, self.sweeper = body, instants, Sweeper(body)
        self.before = self.sweeper.sweep(
            instants.time_s, instants.values, instants.velocity, instants.acceleration
        )
        self.columns = columns(body)
        force, moment = outside_wrench(body, self.before)
        arm = instants.point_m - self.before.pelvis_m[:, None]
        borne = np.cross(arm, instants.force_n) + instants.free_nm
        self._left_over = (force - instants.force_n.sum(1), moment - borne.sum(1))
        self._offset_nm = np.zeros((len(instants.time_s), len(_HELD)))
        as_was = self.net_moments(self.before, Floor(instants.force_n, instants.free_nm, instants.point_m))
        if net_nm is not None:
            self._offset_nm = net_nm - as_was

    def changed(
        self,
        value: Float[np.ndarray, "time changed"],
        rate: Float[np.ndarray, "time changed"],
        second: Float[np.ndarray, "time changed"],
    ) -> Swept:
        """The walk with a change of each of CHANGED (the stride is in the pelvis' already)."""
        m = self.instants
        moved = [m.values.copy(), m.velocity.copy(), m.acceleration.copy()]
        for one, more in zip(moved, (value, rate, second), strict=True):
            one[:, self.columns] += more[:, :-1]
        return self.sweeper.sweep(m.time_s, *moved)

    def joint_force(
        self, here: Swept, change: list[Float[np.ndarray, "time changed"]], derivative: int, width: float
    ) -> Float[np.ndarray, "moved time joint"]:
        """Forces at the joints with each changed coordinate's velocity (derivative 1) or acceleration (2)
        larger by `width`."""
        m, count = self.instants, len(self.columns)
        rates = []
        for d, was in ((1, m.velocity), (2, m.acceleration)):
            now = was.copy()
            now[:, self.columns] += change[d][:, :-1]
            rates.append(np.repeat(now[None], count, axis=0))
        for j, column in enumerate(self.columns):
            rates[derivative - 1][j, :, column] += width
        return self.sweeper.joint_force(here.motion, rates[0], rates[1])

    def floor(self, swept: Swept, stride_m: float) -> Floor:
        """What the floor does under a changed movement whose stride is longer by `stride_m`."""
        given = self.instants
        point = given.point_m.copy()
        point[:, :, 0] += stride_m * given.landed
        arm = point - swept.pelvis_m[:, None]
        force, moment = outside_wrench(self.body, swept)
        borne = np.cross(arm, given.force_n) + given.free_nm
        more, turn = shared_change(
            force - self._left_over[0] - given.force_n.sum(1),
            moment - self._left_over[1] - borne.sum(1),
            arm,
            given.share,
        )
        return Floor(given.force_n + more, given.free_nm + turn, point)

    def net_moments(self, swept: Swept, floor: Floor) -> Float[np.ndarray, "time dof"]:
        """Net moments about the watched dofs, right then left."""
        push = pushed(self.body, swept, floor.force_n, floor.moment_nm, floor.point_m)
        whole = to_coordinates(swept.motion, swept.joint_force - push, len(self.body.coordinates))
        return np.asarray(whole[:, [self.body.coordinates.index(n) for n in _HELD]] + self._offset_nm)

    def slip_m(self, swept: Swept, stride_m: float) -> Float[np.ndarray, "time 2 point 3"]:
        """By how much heels and balls that rest on the floor are not where they were; 0 for all others."""
        moved = swept.points_m - self.before.points_m
        moved[..., 0] -= stride_m * self.instants.landed[:, :, None]
        rests = self.instants.rests
        down = np.stack([rests[:, :, 0], rests[:, :, 1], rests[:, :, 1]], axis=2)
        return np.asarray(moved[:, :, :TOE] * down[..., None])

    def slip_slope(
        self, swept: Swept, weight: Float[np.ndarray, "time 2 point 3"]
    ) -> Float[np.ndarray, "time coordinate"]:
        """Derivative of the slips' sum, each times its weight, by every coordinate."""
        nothing = np.zeros((len(weight), 2, 3))
        total = np.zeros_like(swept.joint_force)
        for k in range(TOE):
            total += pushed(self.body, swept, weight[:, :, k], nothing, swept.points_m[:, :, k])
        return to_coordinates(swept.motion, total, len(self.body.coordinates))

    def lowered_m(self, swept: Swept) -> Float[np.ndarray, "time 2 2"]:
        """By how much heel and toes of a swinging foot are lower than they were, where that is low."""
        was, now = (s.points_m[:, :, [HEEL, TOE], 1] for s in (self.before, swept))
        floor = was.min(axis=(0, 1))
        needed = np.minimum(was, floor + _CLEAR_M)
        swings = 1.0 - self.instants.rests.max(axis=2)
        return np.asarray(np.maximum(needed - now, 0.0) * swings[:, :, None])

    def off_sole_nm(self, floor: Floor) -> Float[np.ndarray, "time 2 4"]:
        """How far (m, times the vertical force) pressure leaves the sole: before, behind, and to each side.

        A pressure that was outside already may stay as far outside.
        """
        heel, ball = self.before.points_m[:, :, 0], self.before.points_m[:, :, 1:3].mean(axis=2)
        along = (ball - heel) * [1.0, 0.0, 1.0]
        along = along / np.linalg.norm(along, axis=2, keepdims=True)
        across = np.stack([-along[:, :, 2], 0.0 * along[:, :, 0], along[:, :, 0]], axis=2)
        length = np.linalg.norm((self.before.points_m[:, :, TOE] - heel) * [1.0, 0.0, 1.0], axis=2)
        up = floor.force_n[:, :, 1]
        was = self.instants.point_m - heel
        # A moment about where the foot was pressed moves the pressure: d x F = N, times the vertical force.
        moved = np.stack([floor.moment_nm[:, :, 2], 0.0 * up, -floor.moment_nm[:, :, 0]], axis=2)
        ends = []
        for way, high, low in (
            (along, length, -_BEHIND_HEEL_M),
            (across, _HALF_BREADTH_M, -_HALF_BREADTH_M),
        ):
            at = np.sum(was * way, axis=2)
            by = np.sum(moved * way, axis=2)
            ends += [
                np.maximum(by - np.maximum(high - at, 0.0) * up, 0.0),
                np.maximum(-by - np.maximum(at - low, 0.0) * up, 0.0),
            ]
        return np.stack(ends, axis=2) * (self.instants.share > _LITTLE)[:, :, None]

    def muscles(self, swept: Swept, condition: Condition, groups: tuple[str, ...]) -> Muscles:
        """What the muscles can do here; strength as the fibres' length allows, not their speed."""
        table, paths = self.body.muscles, swept.paths
        arms = moment_arms(self.body, paths, _HELD)
        at_rest = np.zeros_like(paths.length_m)
        pull = capacity(table, paths.length_m, at_rest, condition, force_velocity=False)
        tension = np.empty((len(at_rest), 2, len(groups)))
        for k, side in enumerate(("r", "l")):
            for g, group in enumerate(groups):
                lines = list(lines_of(table, f"{group}_{side}"))
                whole = table.max_isometric_force_n[lines].sum()
                tension[:, k, g] = pull.passive_n[:, lines].sum(1) / whole
        active = pull.active_n[..., None]
        return Muscles(
            tension,
            (arms @ pull.passive_n[..., None])[..., 0] + self._ligaments_nm(swept),
            (np.maximum(arms, 0.0) @ active)[..., 0],
            (np.maximum(-arms, 0.0) @ active)[..., 0],
        )

    def _ligaments_nm(self, swept: Swept) -> Float[np.ndarray, "time dof"]:
        """What ligaments and capsules make about the watched dofs, which are joints of their own."""
        joints = [self.body.mj.joint(name).id for name in _HELD]
        angles = Coordinates(swept.paths.time_s, swept.motion.position[:, joints], _HELD)
        none, whole = np.zeros_like(angles.value), np.zeros((len(angles.value), 3))
        made = with_ligaments(JointMoments(angles.time_s, none, _HELD, whole, whole), self.body, angles)
        return none if made.ligament_nm is None else made.ligament_nm

    def effort(self, swept: Swept, floor: Floor, muscles: Muscles) -> Float[np.ndarray, "time dof"]:
        """What the muscles have to make actively about each watched dof, as a part of what they can.

        Positive along the dof.
        """
        active = self.net_moments(swept, floor) - muscles.passive_nm
        strength = np.where(active > 0.0, muscles.along_nm, muscles.against_nm)
        return np.asarray(active / np.maximum(strength, _FEEBLE_NM))

    def repeated(self, times: int) -> "Walk":
        """The same walk over and over, so that many variants of it are one array."""
        found = copy(self)
        found.instants, found.before = repeated(self.instants, times), repeated(self.before, times)
        force, moment = self._left_over
        found._left_over = (np.tile(force, (times, 1)), np.tile(moment, (times, 1)))
        found._offset_nm = np.tile(self._offset_nm, (times, 1))
        return found


Repeated = TypeVar("Repeated", Instants, Swept, Muscles)


def repeated(given: Repeated, times: int) -> Repeated:
    """Every array over and over along time; muscle paths, which nothing asks of variants in time, once."""
    arrays: dict[str, Any] = {}
    for name in (f.name for f in fields(given)):
        part: Any = getattr(given, name)
        if isinstance(part, JointMotion):
            turned = [np.tile(of, (times, 1)) for of in (part.position, part.slope, part.curvature)]
            arrays[name] = JointMotion(turned[0], turned[1], turned[2], part.source)
        elif isinstance(part, np.ndarray):
            arrays[name] = np.tile(part, (times, *(1,) * (part.ndim - 1)))
    return replace(given, **arrays)


_CLEAR_M = 0.05  # above its lowest a swinging point may be lowered
_BEHIND_HEEL_M = 0.02
_HALF_BREADTH_M = 0.05
_FEEBLE_NM = 1.0  # where no muscle pulls that way
_LITTLE = 0.02  # of the weight: below, where a foot is pressed says nothing
