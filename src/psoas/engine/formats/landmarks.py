"""Marker names that say where they sit, whatever the laboratory: enough to know up, forward and the feet.

Names are compared in lower case without dots, blanks, dashes and underscores. The tables that place markers
on the body belong to scaling; these here only orient the recording.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from psoas.engine.types import Side

_OF_SIDE = {
    "asis": ("asis", "asi"),
    "psis": ("psis", "psi"),
    "knee": ("knee", "kneelat", "kneelateral", "kne", "lfc", "lknee"),
    "ankle": ("ankle", "anklelat", "anklelateral", "ank", "lmal"),
    "heel": ("heel", "calc", "cal", "hee"),
    "toe": ("toe", "toetip", "bigtoe", "smalltoe", "mt1", "mt2", "mt5", "5meta", "midfootlat", "latfoot"),
}
_MIDDLE = {"sacrum": ("vsacral", "s2", "sacr", "vsac", "sacrum")}


def plain(name: str) -> str:
    """`R.ASIS`, `r_ASIS_study` and `RASIS` are one name."""
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    return plain.removesuffix("study")


def columns(names: Sequence[str], landmark: str, side: Side | None = None) -> list[int]:
    """Columns of the markers on a landmark (`asis psis knee ankle heel toe`, or `sacrum` without a side)."""
    wanted = _MIDDLE[landmark] if side is None else tuple(side + word for word in _OF_SIDE[landmark])
    return [column for column, name in enumerate(names) if plain(name) in wanted]


def all_columns(names: Sequence[str]) -> list[int]:
    """Columns of every marker whose place is known here."""
    found = [column for landmark in _MIDDLE for column in columns(names, landmark)]
    for landmark in _OF_SIDE:
        for side in ("r", "l"):
            found += columns(names, landmark, side)
    return sorted(found)


def mean_position(
    names: Sequence[str],
    position_m: Float[np.ndarray, "time marker 3"],
    places: Sequence[tuple[str, Side | None]],
) -> Float[np.ndarray, "time 3"] | None:
    """Mean of the places over time, each place the mean of its markers seen; None where a place is unknown.

    Every place weighs the same, so that two forefoot markers on one side do not pull the middle to it.
    """
    means = []
    for landmark, side in places:
        found = columns(names, landmark, side)
        if not found:
            return None
        part = position_m[:, found]
        seen = np.isfinite(part).all(axis=2)
        count = seen.sum(axis=1)[:, None]
        total = np.where(seen[:, :, None], part, 0.0).sum(axis=1)
        means.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    mean: Float[np.ndarray, "time 3"] = np.mean(means, axis=0)
    return mean
