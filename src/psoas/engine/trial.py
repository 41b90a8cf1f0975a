"""Reading a recording: files in, one `Trial` out, and every thing done to it told in a sentence.

Units, axes and signs are turned while reading (`formats`); behind this door everything is in SI units and
radians, y is up, and the person faces x.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import axes, checks
from psoas.engine.formats.c3d import read_c3d
from psoas.engine.formats.coordinates import coordinates_of
from psoas.engine.formats.mot import read_table
from psoas.engine.formats.plates import plates_of
from psoas.engine.formats.trc import read_trc
from psoas.engine.types import Coordinates, GroundReaction, Markers, Source, Trial
from psoas.errors import InputError


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
    moving: Markers | None = None
    joints: Coordinates | None = None
    forces: GroundReaction | None = None
    if markers is not None:
        moving, forces = _read_markers(markers, window_s, notes, with_forces=grf is None)
    elif coordinates is not None:
        joints = _read_coordinates(coordinates, window_s, notes)
    if grf is not None:
        forces = _read_forces(grf, notes)
    main = markers or coordinates
    assert main is not None
    moving, joints, forces = _face_x(moving, joints, forces, main.name, notes)
    standing = None
    if static is not None and moving is not None:
        standing = _read_static(static, moving, notes)
    if forces is not None:
        time_s = moving.time_s if moving is not None else joints.time_s  # type: ignore[union-attr]
        _refuse_no_overlap(time_s, forces, main, grf or main)
    files = [path for path in (markers, coordinates, static, grf) if path is not None]
    return Trial(
        name=name or main.stem,
        markers=moving,
        static_markers=standing,
        coordinates=joints,
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
    path: Path, window_s: checks.Window | None, notes: list[str], *, with_forces: bool
) -> tuple[Markers, GroundReaction | None]:
    forces = None
    up = None
    if _suffix(path, (".trc", ".c3d"), "--markers") == ".trc":
        found = read_trc(path)
    else:
        recording = read_c3d(path)
        found, up = recording.markers, recording.up or None
        notes += [
            f"{path.name}: {note}" if not note.startswith(path.name) else note for note in recording.notes
        ]
        if with_forces and recording.ground_reaction is not None:
            forces = recording.ground_reaction
    checks.refuse_wrong_size(found, path)
    found = checks.even_clock(found, path)
    found = checks.without_gaps(found, path, window_s, notes)
    checks.refuse_short(found.time_s, path)
    found = _turn_up(found, up, path, notes)
    return found, _forces_up(forces, path, notes) if forces is not None else None


def _read_static(path: Path, moving: Markers, notes: list[str]) -> Markers:
    if _suffix(path, (".trc", ".c3d"), "--static") == ".trc":
        standing, up = read_trc(path), None
    else:
        recording = read_c3d(path)
        standing, up = recording.markers, recording.up or None
    checks.refuse_wrong_size(standing, path)
    checks.refuse_other_markers(standing, moving, path)
    seen = np.isfinite(standing.position_m).all(axis=2).any(axis=0)
    if not seen.all():
        kept = np.flatnonzero(seen)
        notes.append(
            f"{path.name}: never seen: {', '.join(checks.at(standing.names, np.flatnonzero(~seen)))}."
        )
        standing = Markers(standing.time_s, standing.position_m[:, kept], checks.at(standing.names, kept))
    standing = _turn_up(standing, up, path, notes)
    return _face_x(standing, None, None, path.name, notes)[0] or standing


def _read_coordinates(path: Path, window_s: checks.Window | None, notes: list[str]) -> Coordinates:
    _suffix(path, (".mot", ".sto"), "--coordinates")
    table = read_table(path)
    start, stop = checks.window_of(table.time_s, window_s, path)
    if window_s is not None:
        table = replace(table, time_s=table.time_s[start:stop], values=table.values[start:stop])
    found, told = coordinates_of(table, path)
    notes += [f"{path.name}: {note}" for note in told]
    checks.refuse_short(found.time_s, path)
    up = axes.named_axis(np.asarray(axes.pelvis_rotation(found).as_matrix()[:, :, 1].mean(axis=0)))
    if up != "y":
        found = axes.turn_coordinates(found, axes.turn_up(up))
        notes.append(f"{path.name}: the person's head pointed along {up}; turned so that y is up.")
    return found


def _read_forces(path: Path, notes: list[str]) -> GroundReaction:
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
    return _forces_up(forces, path, notes)


def _forces_up(forces: GroundReaction, path: Path, notes: list[str]) -> GroundReaction:
    """Vertical along y, and the force that the ground puts on the person, not the other way round."""
    if not np.any(np.abs(forces.force_n) > 20.0):
        raise InputError(
            "The force plates recorded nothing.",
            str(path),
            "Give the forces of this trial, or leave out --grf.",
        )
    axis = axes.up_of_forces(forces)
    if axis.startswith("-"):
        forces = GroundReaction(
            forces.time_s, -forces.force_n, forces.point_m, -forces.free_moment_nm, forces.names
        )
        notes.append(
            f"{path.name}: the plates recorded the force on themselves; turned to the force on the person."
        )
    if axis.lstrip("-") != "y":
        forces = axes.turn_forces(forces, axes.turn_up(axis.lstrip("-")))
        notes.append(f"{path.name}: the forces stood with {axis.lstrip('-')} up; turned so that y is up.")
    return forces


def _turn_up(markers: Markers, said: str | None, path: Path, notes: list[str]) -> Markers:
    seen = axes.up_of_markers(markers)
    up = seen or said or "y"
    if seen is None and said is None:
        notes.append(f"{path.name}: no known markers on pelvis and feet tell what is up; y is taken.")
    if up != "y":
        markers = axes.turn_markers(markers, axes.turn_up(up))
        how = "the person was upside down" if up == "-y" else f"the recording stood with {up} up"
        notes.append(f"{path.name}: {how}; turned so that y is up.")
    return markers


def _face_x(
    markers: Markers | None,
    coordinates: Coordinates | None,
    forces: GroundReaction | None,
    who: str,
    notes: list[str],
) -> tuple[Markers | None, Coordinates | None, GroundReaction | None]:
    """One turn about the vertical for everything that was recorded together."""
    if markers is not None:
        forward = axes.facing_of_markers(markers)
    elif coordinates is not None:
        forward = np.asarray(axes.pelvis_rotation(coordinates).as_matrix()[:, :, 0].mean(axis=0))
    else:
        forward = None
    if forward is None:
        notes.append(f"{who}: the person faces no one direction; not turned.")
        return markers, coordinates, forces
    turn, quarters = axes.turn_facing(forward)
    if quarters == 0:
        return markers, coordinates, forces
    notes.append(axes.facing_note(quarters, who))
    return (
        axes.turn_markers(markers, turn) if markers is not None else None,
        axes.turn_coordinates(coordinates, turn) if coordinates is not None else None,
        axes.turn_forces(forces, turn) if forces is not None else None,
    )


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
