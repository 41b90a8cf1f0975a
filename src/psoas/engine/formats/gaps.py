"""Short gaps are filled and reported; long ones are never invented."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import PchipInterpolator

from psoas.engine.types import Markers

LONGEST_FILLED_S = 0.2  # about one low-pass period at 6 Hz: longer, and the filling would be movement made up


def runs(mask: Bool[np.ndarray, "time"]) -> list[tuple[int, int]]:
    """First and one-past-last index of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def length_s(time_s: Float[np.ndarray, "time"], start: int, stop: int) -> float:
    """How long a gap lasts: between the samples seen before and after it."""
    last = len(time_s) - 1
    return float(time_s[min(stop, last)] - time_s[max(start - 1, 0)])


def fill(
    time_s: Float[np.ndarray, "time"], values: Float[np.ndarray, "time channel"]
) -> tuple[
    Float[np.ndarray, "time channel"], list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]
]:
    """Fill the gaps of channels that are seen together, by a shape-preserving cubic.

    Returns the values, and the stretches filled, too long to fill, and short at an edge (left NaN).
    """
    missing = ~np.isfinite(values).all(axis=1)
    filled, long, edge = [], [], []
    for start, stop in runs(missing):
        at_edge = start == 0 or stop == len(time_s)
        if length_s(time_s, start, stop) > LONGEST_FILLED_S + 1e-9:
            long.append((start, stop))
        elif at_edge:
            edge.append((start, stop))
        else:
            filled.append((start, stop))
    if not filled or (~missing).sum() < 2:
        return values, [], long, edge
    curve = PchipInterpolator(time_s[~missing], values[~missing], axis=0)
    result = values.copy()
    for start, stop in filled:
        result[start:stop] = curve(time_s[start:stop])
    return result, filled, long, edge


def cut(markers: Markers, start: int, stop: int) -> Markers:
    """The frames from `start` to before `stop`."""
    return Markers(markers.time_s[start:stop], markers.position_m[start:stop], markers.names)
