"""Makes a walk ready to be changed, and a changed one ready for muscle forces.

A walk is one body's mechanics with its gait events, looked at 34 times a cycle while it is changed, and in
every frame once it is.

The mean walk has no centre of pressure. It is taken to be where its ground force makes the published ankle
moment, on the line from heel to toes; hip and knee moments keep the difference that then remains between
inverse dynamics and what is published. Only differences of moments are used, so an error of the pressure
matters only as far as the ground force changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from psoas.engine.adapted_movement import Change
from psoas.engine.cyclic_change import CHANGED, landed_s
from psoas.engine.gait import cycle_s
from psoas.engine.inverse_dynamics import Dynamics, derivatives, dynamics, joint_moments
from psoas.engine.kinematics import coordinate_values, segment_poses, to_coordinates
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.pipeline import Mechanics, cut_dynamics
from psoas.engine.types import Coordinates, FootReaction, GaitEvents, JointMoments
from psoas.engine.walk_state import HELD, Instants, Walk
from psoas.engine.walk_sweep import Sweeper, pushed
from psoas.errors import InputError

_A_CYCLE = 34
_ON_FLOOR_N = 20.0
_FLAT_RAD = np.deg2rad(3.0)
"""A sole this much steeper than when flat has its heel (or its ball) off the floor."""
_STEADY = 0.3  # of the time that a foot bears its sole turns slowest: there it is flat
_PRESSED_N = 60.0  # less force says too little about where it acts
_BEHIND, _BEYOND = -0.1, 1.1  # of the line from heel to toes


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """The walk at every frame of its window, to be changed: its mechanics and what goes with them."""

    mechanics: Mechanics
    wide: Coordinates
    period_s: float
    instants: Instants
    net_nm: Float[np.ndarray, "time dof"] | None


def cycle(mechanics: Mechanics, events: Sequence[GaitEvents]) -> Cycle:
    """The walk of these mechanics. Raises InputError where nobody walks, or no foot is down for a while."""
    by_side = {e.side: e for e in events}
    wide, around = mechanics.wide, mechanics.reaction
    period = cycle_s(by_side["r"], by_side["l"]) if len(by_side) == 2 else None
    if (
        wide is None
        or around is None
        or period is None
        or not all(len(e.initial_contact_s) for e in by_side.values())
    ):
        raise InputError(
            "Only walking can be adapted: no cycle of both legs is known here.",
            "movement",
            "Give a recording of a few steps, or a built-in walk.",
        )
    body = mechanics.body
    window = mechanics.coordinates.time_s
    inside = _inside(wide, window)
    values = coordinate_values(body, wide)
    velocity, acceleration = derivatives(wide.time_s, values)
    force, free = around.force_n[inside], around.free_moment_nm[inside]
    up = np.maximum(force[:, :, 1], 0.0)
    if mechanics.split:
        point = around.point_m[inside]
    else:
        point = _implied_pressure(mechanics, values[inside], velocity[inside], acceleration[inside], force)
    share = np.where(up > _ON_FLOOR_N, up, 0.0)
    if not np.all(share.any(axis=1)):
        raise InputError(
            "Only walking can be adapted: for a while no foot is on the floor.",
            "movement",
            "Cut the recording to walking with --trim.",
        )
    share = share / share.sum(axis=1, keepdims=True)
    landed = np.stack(
        [landed_s(e.initial_contact_s, window, period) for e in (by_side["r"], by_side["l"])], axis=1
    )
    instants = Instants(
        window,
        values[inside],
        velocity[inside],
        acceleration[inside],
        force,
        point,
        free,
        share,
        _rests(mechanics, share),
        landed / period,
    )
    return Cycle(mechanics, wide, period, instants, _published(mechanics))


def walk(given: Cycle) -> Walk:
    """The instants by which a change is judged: of a built-in walk one cycle, of a recording all of it."""
    time_s = given.instants.time_s
    rate = (len(time_s) - 1) / float(time_s[-1] - time_s[0])
    frames = len(time_s) if given.net_nm is None else min(round(given.period_s * rate), len(time_s))
    count = min(frames, round(_A_CYCLE * frames / (given.period_s * rate)))
    return _at(given, np.unique(np.round(np.linspace(0, frames, count, endpoint=False)).astype(int)))


def every_frame(given: Cycle) -> Walk:
    """All of it."""
    return _at(given, np.arange(len(given.instants.time_s)))


def changed_mechanics(given: Cycle, change: Change) -> Mechanics:
    """The walk with its change: coordinates, ground reaction and net moments, ready for sharing.

    Where published moments stand in for inverse dynamics they change by what inverse dynamics does, and the
    residual is the change of the residual.
    """
    was, body = given.mechanics, given.mechanics.body
    wide = changed_coordinates(given.wide, change)
    inside = _inside(wide, given.instants.time_s)
    values = coordinate_values(body, wide)
    velocity, acceleration = derivatives(wide.time_s, values)
    walked = every_frame(given)
    swept = walked.sweeper.sweep(
        given.instants.time_s, values[inside], velocity[inside], acceleration[inside]
    )
    floor = walked.floor(swept, change.stride_m)
    reaction = _around(given, floor.force_n, floor.point_m, floor.moment_nm)
    moved, moments = _inverse_dynamics(given, wide, reaction)
    if given.net_nm is not None:
        m = given.instants
        _, as_was = _inverse_dynamics(given, given.wide, _around(given, m.force_n, m.point_m, m.free_nm))
        named = [moments.names.index(n) for n in was.moments.names]
        moments = JointMoments(
            moments.time_s,
            was.moments.moment_nm + moments.moment_nm[:, named] - as_was.moment_nm[:, named],
            was.moments.names,
            moments.residual_force_n - as_was.residual_force_n,
            moments.residual_moment_nm - as_was.residual_moment_nm,
        )
    shown = Coordinates(given.instants.time_s, wide.value[inside], wide.names)
    return replace(
        was,
        coordinates=shown,
        dynamics=moved,
        moments=with_ligaments(moments, body, shown),
        wide=wide,
        reaction=reaction,
    )


def _inside(wide: Coordinates, window: Float[np.ndarray, "time"]) -> slice:
    """The frames of the window among those around it."""
    first = int(np.searchsorted(wide.time_s, window[0] - 1e-9))
    return slice(first, first + len(window))


def _around(given: Cycle, *inside: Float[np.ndarray, "time 2 3"]) -> FootReaction:
    """Force, point and moment in the window as a reaction of the whole movement, silent around it."""
    parts = [np.zeros((len(given.wide.time_s), 2, 3)) for _ in inside]
    for part, of in zip(parts, inside, strict=True):
        part[_inside(given.wide, given.instants.time_s)] = of
    return FootReaction(given.wide.time_s, *parts)


def _inverse_dynamics(
    given: Cycle, wide: Coordinates, reaction: FootReaction
) -> tuple[Dynamics, JointMoments]:
    time_s, body = given.instants.time_s, given.mechanics.body
    moved = cut_dynamics(dynamics(body, wide, reaction), (float(time_s[0]), float(time_s[-1])))
    return moved, joint_moments(body, moved)


def changed_coordinates(was: Coordinates, change: Change) -> Coordinates:
    """Coordinates with the change added."""
    value = was.value.copy()
    more = change.at(was.time_s)
    for j, name in enumerate(CHANGED[:-1]):
        value[:, was.names.index(name)] += more[:, j]
    return Coordinates(was.time_s, value, was.names)


def _at(given: Cycle, frames: Int[np.ndarray, "frame"]) -> Walk:
    m = given.instants
    parts = (
        m.time_s, m.values, m.velocity, m.acceleration, m.force_n, m.point_m, m.free_nm, m.share,
        m.rests, m.landed,
    )  # fmt: skip
    net = None if given.net_nm is None else given.net_nm[frames]
    return Walk(given.mechanics.body, Instants(*(part[frames] for part in parts)), net)


def _published(mechanics: Mechanics) -> Float[np.ndarray, "time dof"] | None:
    """Published moments of the watched dofs, where they stand in for inverse dynamics."""
    if mechanics.split:
        return None
    names = mechanics.moments.names
    wanted = [names.index(f"{dof}_{side}") for side in ("r", "l") for dof in HELD]
    return mechanics.moments.moment_nm[:, wanted]


def _rests(mechanics: Mechanics, share: Float[np.ndarray, "time 2"]) -> np.ndarray:
    """Whether heel and ball of each foot rest on the floor: it bears, and is flat or tilts over them."""
    poses = segment_poses(mechanics.body, mechanics.coordinates, ("calcn_r", "calcn_l"))
    ahead = poses.orientation[:, :, :, 0]
    pitch = np.arctan2(ahead[:, :, 1], np.hypot(ahead[:, :, 0], ahead[:, :, 2]))
    turning = np.abs(np.gradient(pitch, mechanics.coordinates.time_s, axis=0))
    rests = np.zeros((len(share), 2, 2), dtype=bool)
    for foot in range(2):
        down = share[:, foot] > 0.0
        slow = down & (turning[:, foot] <= np.quantile(turning[down, foot], _STEADY)) if down.any() else down
        flat = np.median(pitch[slow, foot]) if slow.any() else 0.0
        rests[:, foot, 0] = down & (pitch[:, foot] > flat - _FLAT_RAD)
        rests[:, foot, 1] = down & (pitch[:, foot] < flat + _FLAT_RAD)
    return rests


def _implied_pressure(
    mechanics: Mechanics,
    values: Float[np.ndarray, "time coordinate"],
    velocity: Float[np.ndarray, "time coordinate"],
    acceleration: Float[np.ndarray, "time coordinate"],
    force_n: Float[np.ndarray, "time 2 3"],
) -> Float[np.ndarray, "time 2 3"]:
    """Where on the line from heel to toes the ground force makes the published ankle moment."""
    body = mechanics.body
    swept = Sweeper(body).sweep(mechanics.coordinates.time_s, values, velocity, acceleration)
    found = np.empty_like(force_n)
    nothing = np.zeros_like(force_n)
    for foot, side in enumerate(("r", "l")):
        heel, toe = swept.points_m[:, foot, 0].copy(), swept.points_m[:, foot, 3].copy()
        floor = np.minimum(heel[:, 1], swept.points_m[:, foot, 1:3, 1].mean(axis=1))
        heel[:, 1], toe[:, 1] = floor, floor
        alone = nothing.copy()
        alone[:, foot] = force_n[:, foot]
        column = body.coordinates.index(f"ankle_angle_{side}")
        net = mechanics.moments.moment_nm[:, mechanics.moments.names.index(f"ankle_angle_{side}")]

        def ankle(
            at: np.ndarray, alone: np.ndarray = alone, foot: int = foot, column: int = column
        ) -> np.ndarray:
            point = nothing.copy()
            point[:, foot] = at
            push = pushed(body, swept, alone, nothing, point)
            whole = to_coordinates(swept.motion, swept.joint_force - push, len(body.coordinates))
            return whole[:, column]

        at_heel, at_toe = ankle(heel), ankle(toe)
        slope = at_toe - at_heel
        firm = np.abs(force_n[:, foot, 1]) > _PRESSED_N
        part = np.where(firm, (net - at_heel) / np.where(firm, slope, 1.0), 0.5)
        part = np.clip(part, _BEHIND, _BEYOND)
        if firm.any():  # where the force is small, as the nearest firm moment has it
            frames = np.arange(len(part))
            part = np.interp(frames, frames[firm], part[firm])
        found[:, foot] = heel + part[:, None] * (toe - heel)
    return found
