"""Reading a recording: files in, one `Trial` out, and every thing done to it told in a sentence.

Units, axes and signs are turned while reading (`formats`); behind this door everything is in SI units and
radians, y is up, and the person faces x.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import axes, checks, landmarks
from psoas.engine.formats.alignment import beside
from psoas.engine.formats.c3d import read_c3d
from psoas.engine.formats.coordinates import coordinates_of
from psoas.engine.formats.mot import read_table
from psoas.engine.formats.plates import plates_of
from psoas.engine.formats.trc import read_trc
from psoas.engine.types import Coordinates, GroundReaction, Markers, Side, Source, Trial
from psoas.errors import InputError

SIDES: tuple[Side, Side] = ("r", "l")
_FLOOR_M = 0.15
_SOLE_M = 0.03  # from the sole to the lowest markers of the foot, about


def read_trial(
    *,
    markers: Path | None = None,
    static: Path | None = None,
    coordinates: Path | None = None,
    grf: Path | None = None,
    window_s: checks.Window | None = None,
    name: str | None = None,
) -> Trial:
    """Read one recording: markers from .trc .c3d, coordinates from .mot .sto, forces from .mot .sto .c3d.

    A .c3d in `markers` brings its own forces unless `grf` names others. `window_s` (on the trial's own clock)
    is what will be used: markers are cut to it and half a second around it; gaps elsewhere do not matter.

    Raises InputError with what, where and advice for everything that cannot be used as given.
    """
    if (markers is None) == (coordinates is None):
        raise InputError(
            "Give either markers or coordinates of the moving trial.",
            "--markers, --coordinates",
            "Use --markers walk.trc, or --coordinates ik.mot if inverse kinematics is already done.",
        )
    notes: list[str] = []
    main = markers or coordinates
    assert main is not None
    standing = None
    if markers is not None:
        moving, recorded, up = _read_markers(markers, window_s, notes)
        moving, facing = _face_x(moving, main.name, notes)
        moving = _on_the_floor(moving, up, main.name, notes)
        movement: Markers | Coordinates = moving
        if static is not None:
            standing = _read_static(static, moving, notes)
    else:
        joints, up = _read_coordinates(main, window_s, notes)
        movement, facing = _face_x(joints, main.name, notes)
        recorded = None
    forces = recorded if grf is None else _read_forces(grf, notes)
    if forces is not None:
        source = grf or main
        _refuse_no_overlap(movement.time_s, forces, main, source)
        pelvis_m = axes.pelvis_of(movement)
        forces = beside(forces, up, facing, movement.time_s, pelvis_m, source.name, notes)
    files = [path for path in (markers, coordinates, static, grf) if path is not None]
    return Trial(
        name=name or main.stem,
        markers=movement if isinstance(movement, Markers) else None,
        static_markers=standing,
        coordinates=movement if isinstance(movement, Coordinates) else None,
        ground_reaction=forces,
        sources=tuple(Source(path, sha256_of(path)) for path in files),
        notes=tuple(notes),
    )


def sha256_of(path: Path) -> str:
    """Hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _suffix(path: Path, allowed: tuple[str, ...], option: str) -> str:
    if path.suffix.lower() not in allowed:
        raise InputError(
            f"{option} cannot be a {path.suffix or 'file without ending'}.",
            str(path),
            f"Give one of {' '.join(allowed)}.",
        )
    return path.suffix.lower()


def _read_markers(
    path: Path, window_s: checks.Window | None, notes: list[str]
) -> tuple[Markers, GroundReaction | None, axes.Turn]:
    """Markers with y up, the forces of a .c3d as recorded, and how the markers were turned."""
    forces, said = None, None
    if _suffix(path, (".trc", ".c3d"), "--markers") == ".trc":
        found = read_trc(path)
    else:
        recording = read_c3d(path)
        found, forces, said = recording.markers, recording.ground_reaction, recording.up or None
        notes += [note if note.startswith(path.name) else f"{path.name}: {note}" for note in recording.notes]
    checks.refuse_wrong_size(found, path)
    found = checks.even_clock(found, path)
    found = checks.without_gaps(found, path, window_s, notes)
    checks.refuse_short(found.time_s, path)
    found, turn = _turn_up(found, said, path, notes)
    return found, forces, turn


def _read_static(path: Path, moving: Markers, notes: list[str]) -> Markers:
    if _suffix(path, (".trc", ".c3d"), "--static") == ".trc":
        standing, said = read_trc(path), None
    else:
        recording = read_c3d(path)
        standing, said = recording.markers, recording.up or None
    checks.refuse_wrong_size(standing, path)
    checks.refuse_other_markers(standing, moving, path)
    seen = np.isfinite(standing.position_m).all(axis=2).any(axis=0)
    if not seen.all():
        hidden = ", ".join(checks.at(standing.names, np.flatnonzero(~seen)))
        notes.append(f"{path.name}: never seen, left out: {hidden}.")
        kept = np.flatnonzero(seen)
        standing = Markers(standing.time_s, standing.position_m[:, kept], checks.at(standing.names, kept))
    standing, _ = _turn_up(standing, said, path, notes)
    return _face_x(standing, path.name, notes)[0]


def _read_coordinates(
    path: Path, window_s: checks.Window | None, notes: list[str]
) -> tuple[Coordinates, axes.Turn]:
    """Coordinates with y up, and how the pelvis was turned."""
    _suffix(path, (".mot", ".sto"), "--coordinates")
    table = read_table(path)
    if window_s is not None:
        checks.window_of(table.time_s, window_s, path)
        wide = (window_s[0] - checks.RUN_IN_S, window_s[1] + checks.RUN_IN_S)
        start, stop = checks.window_of(table.time_s, wide, path)
        table = replace(table, time_s=table.time_s[start:stop], values=table.values[start:stop])
    found, told = coordinates_of(table, path)
    notes += [f"{path.name}: {note}" for note in told]
    checks.refuse_short(found.time_s, path)
    up = axes.named_axis(np.asarray(axes.pelvis_rotation(found).as_matrix()[:, :, 1].mean(axis=0)))
    turn = axes.turn_up(up)
    if up != "y":
        found = axes.turn_coordinates(found, turn)
        notes.append(f"{path.name}: the person's head pointed along {up}; turned so that y is up.")
    return found, turn


def _read_forces(path: Path, notes: list[str]) -> GroundReaction:
    """Forces as recorded, axes and sign untouched."""
    if _suffix(path, (".mot", ".sto", ".c3d"), "--grf") == ".c3d":
        recording = read_c3d(path)
        if recording.ground_reaction is None:
            raise InputError(
                "The .c3d holds no force plates that can be read.",
                str(path),
                "Leave out --grf, or give a .mot.",
            )
        forces, told = recording.ground_reaction, tuple(n for n in recording.notes if "plate" in n)
    else:
        forces, told = plates_of(read_table(path), path)
    notes += [f"{path.name}: {note}" for note in told]
    return forces


def _turn_up(markers: Markers, said: str | None, path: Path, notes: list[str]) -> tuple[Markers, axes.Turn]:
    seen = axes.up_of_markers(markers)
    up = seen or said or "y"
    if seen is None and said is None:
        notes.append(f"{path.name}: no known markers on pelvis and feet tell what is up; y is taken.")
    if up != "y":
        how = "the person was upside down" if up == "-y" else f"the recording stood with {up} up"
        notes.append(f"{path.name}: {how}; turned so that y is up.")
    turn = axes.turn_up(up)
    return axes.turn_markers(markers, turn), turn


Moving = TypeVar("Moving", Markers, Coordinates)


def _face_x(moving: Moving, who: str, notes: list[str]) -> tuple[Moving, axes.Turn]:
    """The movement turned about the vertical until the person faces x, and the turn."""
    if isinstance(moving, Markers):
        forward = axes.facing_of_markers(moving)
    else:
        forward = np.asarray(axes.pelvis_rotation(moving).as_matrix()[:, :, 0].mean(axis=0))
    if forward is None:
        notes.append(f"{who}: the person faces no one direction; not turned.")
        return moving, np.eye(3)
    turn, quarters = axes.turn_facing(forward)
    if quarters == 0:
        return moving, turn
    notes.append(axes.facing_note(quarters, who))
    if isinstance(moving, Markers):
        return axes.turn_markers(moving, turn), turn
    return axes.turn_coordinates(moving, turn), turn


def _on_the_floor(markers: Markers, up: axes.Turn, who: str, notes: list[str]) -> Markers:
    """A recording that was upside down hung from where its floor was not; its feet are put on y = 0."""
    places = [(place, side) for place in ("heel", "toe") for side in SIDES]
    feet = [column for place, side in places for column in landmarks.columns(markers.names, place, side)]
    if not np.array_equal(up, axes.turn_up("-y")) or not feet:
        return markers
    lowest = float(np.nanpercentile(markers.position_m[:, feet, 1], 5))
    if -_FLOOR_M < lowest < _FLOOR_M:
        return markers
    notes.append(f"{who}: the feet were at a height of {lowest:.2f} m; put on the floor.")
    return Markers(markers.time_s, markers.position_m - np.array([0.0, lowest - _SOLE_M, 0.0]), markers.names)


def _refuse_no_overlap(
    time_s: Float[np.ndarray, "time"], forces: GroundReaction, main: Path, grf: Path
) -> None:
    begin, end = max(time_s[0], forces.time_s[0]), min(time_s[-1], forces.time_s[-1])
    if not begin < end:
        raise InputError(
            f"The forces ({forces.time_s[0]:g} to {forces.time_s[-1]:g} s) and the movement "
            f"({time_s[0]:g} to {time_s[-1]:g} s) have no time in common.",
            f"{main.name} and {grf.name}",
            "Give the forces of the same trial, on the same clock.",
        )
