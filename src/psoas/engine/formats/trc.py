"""Marker trajectories, .trc: five header lines, then frame, time and three columns a marker."""

from pathlib import Path

import numpy as np

from psoas.engine.formats import text
from psoas.engine.formats.mot import clock
from psoas.engine.types import Markers
from psoas.errors import InputError
from psoas.units import METRES_PER_UNIT


def read_trc(path: Path) -> Markers:
    """Markers in metres, axes as in the file. NaN where a cell is empty or a marker stands at 0, 0, 0.

    Raises InputError for another format, unknown units, header counts that lie, names that stand twice,
    broken rows, and a clock that does not run.
    """
    lines = text.read_lines(path, ".trc")
    if not lines[0].lstrip().startswith("PathFileType") or len(lines) < 5:
        raise InputError(
            "This is not a .trc file: it does not begin with PathFileType.",
            f"{path}, line 1",
            "Give marker trajectories as .trc or .c3d; export them again if this should be one.",
        )
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    missing = [key for key in ("NumFrames", "NumMarkers", "Units") if key not in header]
    if missing:
        raise InputError(
            f"The header does not say {', '.join(missing)}.",
            f"{path}, lines 2 and 3",
            "Export the file again with a complete header.",
        )
    metres = METRES_PER_UNIT.get(header["Units"].lower())
    if metres is None:
        raise InputError(
            f"Units {header['Units'][:20]!r} are unknown.", f"{path}, line 3", "Use m, cm or mm for Units."
        )
    names = text.labels(lines[3])[2:]
    text.refuse_twice(names, f"{path}, line 4", "marker")
    rows = [line for line in lines[5:] if line.strip()]
    for key, found, things in (("NumMarkers", len(names), "markers"), ("NumFrames", len(rows), "frames")):
        said = text.whole_number(header[key], key, f"{path}, line 3")
        if said != found:
            raise InputError(
                f"The header says {said} {things}, the file has {found}.",
                f"{path}, line 3, {key}",
                "The file may have been cut off: export it again, or correct the header.",
            )
    if not rows or not names:
        raise InputError(
            "The file holds no frames." if names else "The file names no markers.",
            str(path),
            "Export the trial again: nothing was recorded.",
        )
    values = text.numbers(lines[5:], 6, 2 + 3 * len(names), path)
    position = values[:, 2:].reshape(len(values), len(names), 3)
    # Capture software writes a marker that it does not see as 0, 0, 0.
    unseen = np.isnan(position).any(axis=2) | (position == 0.0).all(axis=2)
    position = np.where(unseen[:, :, None], np.nan, position * metres)
    return Markers(clock(values[:, 1], path), position, tuple(names))
