"""Words and tables for a terminal: no line is longer than 100 columns."""

import textwrap
from collections.abc import Sequence

WIDE = 100
_NARROWEST = 9  # columns of numbers, so that a head of several words does not become a tower


def wrapped(text: str, hang: str = "") -> str:
    """Long lines broken between words, hanging under their indent; rows of a table stay as they are.

    hang: under lines without an indent of their own.
    """
    return "\n".join(_broken(line, hang) for line in text.split("\n"))


def _broken(line: str, hang: str) -> str:
    said = line.lstrip()
    if len(line) <= WIDE or "   " in said:
        return line
    if said != line:
        hang = " " * (len(line) - len(said) + 2)
    return textwrap.fill(line, WIDE, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table, its first column to the left; a head is broken where its cells are narrower."""
    first, *others = zip(heads, *rows, strict=True)
    padded = [[cell.ljust(max(map(len, first))) for cell in first]]
    tops = [[padded[0][0]]]
    for head, *cells in others:
        broken = textwrap.wrap(head, max(_NARROWEST, *map(len, cells)), break_long_words=False)
        width = max(map(len, (*broken, *cells)))
        tops.append([part.rjust(width) for part in broken])
        padded.append([" " * width, *(cell.rjust(width) for cell in cells)])
    deep = max(map(len, tops))
    blank = [" " * len(column[0]) for column in padded]
    over = [[space] * (deep - len(top)) + top for top, space in zip(tops, blank, strict=True)]
    body = zip(*(column[1:] for column in padded), strict=True)
    return ["  ".join(line).rstrip() for line in (*zip(*over, strict=True), *body)]
