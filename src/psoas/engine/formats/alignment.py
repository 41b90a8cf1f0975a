"""Bringing the plates into the axes of the movement that they belong to.

Files that belong together are not always turned together: cameras with z up beside plates with y up, markers
turned by one program and forces by another. The person stands on the plates, so the turn that puts the forces
under the pelvis is the right one.
"""

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import axes
from psoas.engine.types import GroundReaction
from psoas.errors import InputError

_NEARER_M = 0.25  # so much nearer to the pelvis before another turn than the movement's own is believed
_REVERSED_M = 0.5  # what has to speak against it before forces are taken for those on the plates
_LOADED_N = 100.0


def beside(
    forces: GroundReaction,
    up: axes.Turn,
    facing: axes.Turn,
    time_s: Float[np.ndarray, "time"],
    pelvis_m: Float[np.ndarray, "time 3"],
    who: str,
    notes: list[str],
) -> GroundReaction:
    """The force on the person in the axes of the movement, which was turned by `up` and then by `facing`.

    Tried: turned as the movement was; stood up by themselves and turned to the same facing; only stood up.
    Raises InputError where the plates recorded nothing.
    """
    if not np.any(np.abs(forces.force_n) > 20.0):
        raise InputError(
            "The force plates recorded nothing.", who, "Give the forces of this trial, or leave out --grf."
        )
    axis = axes.up_of_forces(forces)
    own = axes.turn_up(axis.lstrip("-"))
    turns = [facing @ up, facing @ own, own]
    cost = [_cost(axes.turn_forces(forces, turn), time_s, pelvis_m) for turn in turns]
    best = min(range(len(turns)), key=lambda i: (cost[i] > min(cost) + _NEARER_M, i))
    turned = axes.turn_forces(forces, turns[best])
    if axis.lstrip("-") != "y" and best > 0:
        notes.append(f"{who}: the forces stood with {axis.lstrip('-')} up; turned so that y is up.")
    if best == 2 and not np.array_equal(facing, np.eye(3)):
        notes.append(
            f"{who}: the forces lie under the person without that turn about the vertical; not turned."
        )
    if axes.up_of_forces(turned) == "-y":
        turned = GroundReaction(
            turned.time_s, -turned.force_n, turned.point_m, -turned.free_moment_nm, turned.names
        )
        notes.append(
            f"{who}: the plates recorded the force on themselves; turned to the force on the person."
        )
    return turned


def _cost(
    forces: GroundReaction, time_s: Float[np.ndarray, "time"], pelvis_m: Float[np.ndarray, "time 3"]
) -> float:
    """Mean horizontal distance of the loaded centres of pressure from the pelvis, m; reversal costs more."""
    axis = axes.up_of_forces(forces)
    if axis.lstrip("-") != "y":
        return float("inf")
    during = (forces.time_s >= time_s[0]) & (forces.time_s <= time_s[-1])
    load = np.where(during[:, None], np.abs(forces.force_n[:, :, 1]), 0.0)
    load = np.where(load > _LOADED_N, load, 0.0)
    price = _REVERSED_M if axis == "-y" else 0.0
    if not load.any():
        return price
    x, z = (np.interp(forces.time_s, time_s, pelvis_m[:, i])[:, None] for i in (0, 2))
    away = np.hypot(forces.point_m[:, :, 0] - x, forces.point_m[:, :, 2] - z)
    return price + float(np.sum(away * load) / np.sum(load))
