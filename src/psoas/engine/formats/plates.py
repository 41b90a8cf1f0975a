"""Ground reaction columns of a .mot, under every habit of naming, as force plates.

The names r and l, 1 and 2 are kept as labels and believed in nothing: which foot stood on a plate is found
from the feet (`ground_reaction.assign_feet`).
"""

import re
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import gaps
from psoas.engine.formats.mot import Table
from psoas.engine.types import GroundReaction
from psoas.errors import InputError

# ground_force_vx, 1_ground_force_vx, ground_force_1_vx, R_ground_force_vx; ground_torque_x, ground_force_1_mx
_OPENSIM = re.compile(
    r"^(?P<before>.*?)_?ground_(?:force|torque|moment)_?(?P<after>.*?)_?(?P<kind>[vpmt]?)(?P<axis>[xyz])$",
    re.I,
)
_OTHER = re.compile(r"^(?P<before>.*?)(?P<after>)_?(?P<kind>[vpmt])(?P<axis>[xyz])$", re.I)  # FP1_vx
_FORCE, _POINT, _MOMENT = "force", "point of application", "free moment"
_LOADED_N = 20.0


def plates_of(table: Table, path: Path) -> tuple[GroundReaction, tuple[str, ...]]:
    """Plates of a table, axes as in the file, N, m and N.m; and what had to be done.

    Raises InputError where no plate is found, a plate lacks a column, or a force is missing for long.
    """
    found = _find(table.names, _OPENSIM) or _find(table.names, _OTHER)
    if not found:
        raise InputError(
            "No force plate is found among the columns.",
            f"{path}: {', '.join(table.names[:6])}{', ...' if len(table.names) > 6 else ''}",
            "Name the columns as OpenSim does: ground_force_1_vx, ..._px, ground_torque_1_x, for x, y, z.",
        )
    parts, notes = [], []
    for plate, columns in found.items():
        lacking = [
            f"{what} {axis}" for what in (_FORCE, _POINT) for axis in "xyz" if (what, axis) not in columns
        ]
        moments = [axis for axis in "xyz" if (_MOMENT, axis) in columns]
        lacking += [f"{_MOMENT} {axis}" for axis in "xyz" if moments and axis not in moments]
        if lacking:
            raise InputError(
                f"Force plate {plate!r} lacks {', '.join(lacking)}.",
                f"{path}, column names",
                "Export force (v), point of application (p) and torque, each for x, y and z.",
            )
        if not moments:
            notes.append(f"Plate {plate!r} has no free moment; taken as zero.")
        zero = np.zeros(len(table.time_s))
        parts.append(
            [
                np.column_stack(
                    [
                        table.values[:, columns[what, axis]] if (what, axis) in columns else zero
                        for axis in "xyz"
                    ]
                )
                for what in (_FORCE, _POINT, _MOMENT)
            ]
        )
    stacked = np.array(parts).transpose(1, 2, 0, 3)
    forces = GroundReaction(table.time_s, stacked[0], stacked[1], stacked[2], tuple(found))
    return _complete(forces, path, notes)


def _find(names: tuple[str, ...], pattern: re.Pattern[str]) -> dict[str, dict[tuple[str, str], int]]:
    """Plate -> (quantity, axis) -> column."""
    plates: dict[str, dict[tuple[str, str], int]] = {}
    for column, name in enumerate(names):
        match = pattern.match(name)
        if match is None:
            continue
        kind = match["kind"].lower()
        quantity = {"v": _FORCE, "p": _POINT}.get(kind, _MOMENT)
        if kind == "" and "force" in name.lower():
            continue  # ground_force_x: a sum or a foreign habit, never a plate's column
        plate = "_".join(part for part in (match["before"], match["after"]) if part) or "ground"
        plates.setdefault(plate, {})[quantity, match["axis"].lower()] = column
    return plates


def _complete(forces: GroundReaction, path: Path, notes: list[str]) -> tuple[GroundReaction, tuple[str, ...]]:
    """Short gaps filled, long ones refused; a point missing on an empty plate is no gap."""
    force, point, moment = (x.copy() for x in (forces.force_n, forces.point_m, forces.free_moment_nm))
    for plate, name in enumerate(forces.names):
        free = np.linalg.norm(np.nan_to_num(force[:, plate]), axis=1) < _LOADED_N
        known = np.isfinite(force[:, plate]).all(axis=1)
        for part in (point, moment):
            part[free & known, plate] = np.nan_to_num(part[free & known, plate])
        together = np.concatenate([force[:, plate], point[:, plate], moment[:, plate]], axis=1)
        together, filled, long, edge = gaps.fill(forces.time_s, together)
        for start, stop in long + edge:
            raise InputError(
                f"Force plate {name!r} has no values for {gaps.length_s(forces.time_s, start, stop):.2f} s.",
                f"{path}, {forces.time_s[start]:.3f} to {forces.time_s[stop - 1]:.3f} s",
                "Export the forces again, or cut the trial there with --trim.",
            )
        if filled:
            notes.append(f"Plate {name!r}: {len(filled)} short gaps in the forces filled.")
        force[:, plate], point[:, plate], moment[:, plate] = (
            together[:, :3],
            together[:, 3:6],
            together[:, 6:],
        )
    _refuse_millimetres(force, point, path)
    return GroundReaction(forces.time_s, force, point, moment, forces.names), tuple(notes)


def _refuse_millimetres(
    force: Float[np.ndarray, "time plate 3"], point: Float[np.ndarray, "time plate 3"], path: Path
) -> None:
    """Under one foot the pressure wanders by some decimetres; by metres it cannot."""
    wandered = [
        float(np.ptp(point[start:stop, plate], axis=0).max())
        for plate in range(force.shape[1])
        for start, stop in gaps.runs(np.linalg.norm(force[:, plate], axis=1) > 5 * _LOADED_N)
    ]
    far = float(np.median(wandered)) if wandered else 0.0
    if far > 5.0:
        raise InputError(
            f"The centre of pressure wanders by {far:.0f} m under one foot: these are millimetres.",
            f"{path}, columns p",
            "Export points of application in metres and torques in N.m.",
        )
