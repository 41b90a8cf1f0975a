"""Rows of numbers in text files: read at the door, refused with line and column where they are broken."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.errors import InputError

MAX_BYTES = 1 << 30  # ten minutes of three plates at 2000 Hz are 400 MB of text


def check_file(path: Path) -> None:
    """Refuse what cannot be a recording before its bytes are read."""
    if not path.is_file():
        raise InputError(
            "There is no such file." if not path.exists() else "This is a folder, not a file.",
            str(path),
            "Check the spelling of the path.",
        )
    size = path.stat().st_size
    if size == 0:
        raise InputError("The file is empty.", str(path), "Export or download the recording again.")
    if size > MAX_BYTES:
        raise InputError(
            f"The file is larger ({size / 2**30:.1f} GiB) than psoas reads ({MAX_BYTES / 2**30:.0f} GiB).",
            str(path),
            "Cut the recording into trials of at most ten minutes.",
        )


def read_lines(path: Path, kind: str) -> list[str]:
    """Lines of a text file; `kind` names the format in the error when the bytes are no text."""
    check_file(path)
    data = path.read_bytes()
    if b"\0" in data[:4096]:
        raise InputError(
            f"This is not a {kind} file: it holds binary data.",
            str(path),
            f"Give a {kind} text file, or rename the file to the ending of its real format.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # names from Western Windows software; never fails
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def labels(line: str) -> list[str]:
    """Column labels of a header line: between tabs, empty ones dropped; between blanks without tabs."""
    parts = line.split("\t") if "\t" in line else line.split()
    return [part.strip() for part in parts if part.strip()]


def refuse_twice(names: Sequence[str], where: str, what: str) -> None:
    """Raise for a name that stands twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"The {what} {', '.join(twice)} stands in the file more than once.",
            where,
            "Rename or delete the copy, so that every name is there once.",
        )


def numbers(lines: Sequence[str], first: int, columns: int, path: Path) -> Float[np.ndarray, "row column"]:
    """Rows of `columns` numbers; empty cells and infinities become NaN.

    `first` is the number (from 1) of the first line in the file, for the error of a broken line.
    """
    numbered = [(number, line) for number, line in enumerate(lines, first) if line.strip()]
    block = "\n".join(line for _, line in numbered)
    values = _fast(block)
    regular = values is not None and all(len(line.split()) == columns for _, line in numbered)
    if values is None or not regular or values.size != len(numbered) * columns:
        values = np.array([_row(line, number, columns, path) for number, line in numbered], dtype=float)
    table = values.reshape(len(numbered), columns)
    return np.where(np.isfinite(table), table, np.nan)


def _fast(block: str) -> np.ndarray | None:
    """All numbers of a clean block at C speed, or None where the slow way has to look closer."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            return np.fromstring(block, dtype=float, sep=" ")
        except (DeprecationWarning, ValueError):
            return None


def _row(line: str, number: int, columns: int, path: Path) -> list[float]:
    cells = line.split("\t") if "\t" in line else line.split()
    while len(cells) > columns and not cells[-1].strip():
        cells.pop()
    if len(cells) != columns and len(line.split()) == columns:
        cells = line.split()  # tabs and blanks mixed
    if len(cells) != columns:
        raise InputError(
            f"The line has {len(cells)} cells, the header names {columns} columns.",
            f"{path}, line {number}",
            "Repair the line, or export the file again: it may have been cut off.",
        )
    return [_cell(cell.strip(), number, column, path) for column, cell in enumerate(cells, 1)]


def _cell(cell: str, number: int, column: int, path: Path) -> float:
    if not cell:
        return float("nan")
    try:
        return float(cell)
    except ValueError:
        shown = cell if len(cell) <= 20 else cell[:20] + "..."
        raise InputError(
            f"{shown!r} is not a number.",
            f"{path}, line {number}, column {column}",
            "Write numbers with a decimal point; leave the cell empty where nothing was measured.",
        ) from None


def whole_number(text: str, what: str, where: str) -> int:
    """A count of a header, or the error that it is none."""
    try:
        value = float(text)
        if value == int(value) and value >= 0:
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise InputError(f"{what} in the header is {text!r}, not a count.", where, "Correct the header.")
