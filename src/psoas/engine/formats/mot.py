"""OpenSim tables, .mot and .sto: a header, then time and named columns.

The header is honoured and checked: `nRows`/`nColumns` (or `datarows`/`datacolumns`) must tell the truth.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import text
from psoas.engine.types import Coordinates
from psoas.errors import InputError

LENGTHS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")  # m; every other coordinate is an angle
_HEADER_LINES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A .mot or .sto as it stands in the file, nothing converted. `in_degrees` is None where not said."""

    title: str
    time_s: Float[np.ndarray, "time"]
    names: tuple[str, ...]
    values: Float[np.ndarray, "time column"]
    in_degrees: bool | None


def read_table(path: Path) -> Table:
    """Read a .mot or .sto. NaN stands for empty cells.

    Raises InputError for another format, header counts that lie, columns that stand twice, broken numbers,
    and a clock that does not run.
    """
    lines = text.read_lines(path, ".mot or .sto")
    end = next(
        (i for i, line in enumerate(lines[:_HEADER_LINES]) if line.strip().lower() == "endheader"), None
    )
    if end is None:
        raise InputError(
            "This is not a .mot or .sto file: no line says endheader.",
            str(path),
            "Give a table as OpenSim writes it: header, endheader, column names, rows.",
        )
    header = _header(lines[:end])
    start = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), None)
    if start is None:
        raise InputError("The table has no columns.", str(path), "Export the file again.")
    names = text.labels(lines[start])
    if names[0].lower() != "time" or len(names) < 2:
        raise InputError(
            f"The first column is called {names[0][:40]!r}, not 'time'.",
            f"{path}, line {start + 1}",
            "Put the time in seconds into the first column, named time, and data behind it.",
        )
    text.refuse_twice(names, f"{path}, line {start + 1}", "column")
    body = [line for line in lines[start + 1 :] if line.strip()]
    _check_counts(header, rows=len(body), names=names, path=path)
    if not body:
        raise InputError("The table has no rows.", str(path), "Export the trial again: nothing was recorded.")
    values = text.numbers(lines[start + 1 :], start + 2, len(names), path)
    return Table(
        title=lines[0].strip(),
        time_s=clock(values[:, 0], path),
        names=tuple(names[1:]),
        values=values[:, 1:],
        in_degrees=_yes_or_no(header.get("indegrees"), path),
    )


def _header(lines: Sequence[str]) -> dict[str, str]:
    """Keys of both habits, `nRows=73` and `datarows 73`, in lower case."""
    pairs = (line.split("=", 1) if "=" in line else line.split(None, 1) for line in lines)
    return {pair[0].strip().lower(): pair[1].strip() for pair in pairs if len(pair) == 2}


def _check_counts(header: dict[str, str], *, rows: int, names: Sequence[str], path: Path) -> None:
    # OpenSim 4 writes nColumns of the states table into a table of coordinates that it cut out of it.
    cut_from_states = header.get("version") == "3" and all(name.startswith("/") for name in names[1:])
    for keys, found, things in (
        (("nrows", "datarows"), rows, "rows"),
        (("ncolumns", "datacolumns"), len(names), "columns"),
    ):
        for key in keys:
            if key not in header or (things == "columns" and cut_from_states):
                continue
            said = text.whole_number(header[key], key, str(path))
            if said != found:
                raise InputError(
                    f"The header says {said} {things}, the file has {found}.",
                    f"{path}, {key}",
                    "The file may have been cut off: export it again, or correct the header.",
                )


def _yes_or_no(word: str | None, path: Path) -> bool | None:
    if word is None:
        return None
    if word.lower() not in ("yes", "no"):
        raise InputError(f"inDegrees is {word[:20]!r}.", str(path), "Write inDegrees=yes or inDegrees=no.")
    return word.lower() == "yes"


def clock(time_s: Float[np.ndarray, "time"], path: Path) -> Float[np.ndarray, "time"]:
    """The time column, strictly increasing; equal neighbours that only rounding made are spread again."""
    if not np.isfinite(time_s).all():
        row = int(np.flatnonzero(~np.isfinite(time_s))[0])
        raise InputError("The time is missing.", f"{path}, row {row + 1}", "Fill in the time of every row.")
    step = np.diff(time_s)
    if len(step) and step.min() <= 0:
        even = np.linspace(time_s[0], time_s[-1], len(time_s))
        if time_s[-1] > time_s[0] and step.min() == 0 and np.abs(even - time_s).max() < 1e-3:
            return even
        row = int(np.argmax(step <= 0)) + 1
        raise InputError(
            f"The time does not run forward: {time_s[row]:g} s follows {time_s[row - 1]:g} s.",
            f"{path}, row {row + 1}",
            "Remove rows that stand twice and sort the rest by time.",
        )
    return time_s


def write_mot(path: Path, coordinates: Coordinates) -> None:
    """Write coordinates as OpenSim's own tools open them: degrees, and m for pelvis_t*."""
    turned = np.array([name not in LENGTHS for name in coordinates.names])
    values = np.where(turned, np.rad2deg(coordinates.value), coordinates.value)
    _write(path, "Coordinates", coordinates.time_s, coordinates.names, values, in_degrees=True)


def write_sto(
    path: Path,
    title: str,
    time_s: Float[np.ndarray, "time"],
    names: Sequence[str],
    values: Float[np.ndarray, "time column"],
    *,
    in_degrees: bool = False,
) -> None:
    """Write a table that OpenSim opens. Values as given; `in_degrees` only says what they are."""
    _write(path, title, time_s, names, values, in_degrees=in_degrees)


def _write(
    path: Path,
    title: str,
    time_s: Float[np.ndarray, "time"],
    names: Sequence[str],
    values: Float[np.ndarray, "time column"],
    *,
    in_degrees: bool,
) -> None:
    """All or nothing: a table that cannot be written leaves no half of itself behind."""
    if not np.isfinite(values).all():
        column = names[int(np.flatnonzero(~np.isfinite(values).all(axis=0))[0])]
        raise ValueError(f"NaN in column {column}: OpenSim stops at it, so it is never written")
    head = (title, "version=1", f"nRows={len(time_s)}", f"nColumns={len(names) + 1}")
    said = ("inDegrees=yes" if in_degrees else "inDegrees=no", "endheader", "\t".join(["time", *names]))
    rows = np.column_stack([time_s, values])
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join([*head, *said]) + "\n")
        np.savetxt(file, rows, fmt="%.10g", delimiter="\t")
    os.replace(unfinished, path)
