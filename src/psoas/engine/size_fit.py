"""Sizes of the segments from markers on palpable points.

The sizes s and postures q that bring the body's palpable points closest to the markers on them,

    minimise  sum |p(q, s) - y|^2 / MARKER_SD^2  +  priors on log s and q

by Gauss-Newton with the postures eliminated (variable projection: Golub and Pereyra 1973,
doi 10.1137/0710036). Every distance between joint centres and palpable points counts so, in any posture, and
an axis along which nothing was measured takes the size of the others. Left and right have one size.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from psoas.engine.body import build_body
from psoas.engine.body_data import published_tables
from psoas.engine.body_scaling import stretched
from psoas.engine.body_tables import Point, Vec3
from psoas.engine.formats.landmarks import plain
from psoas.engine.inverse_kinematics import Progress, fit_frames
from psoas.engine.kinematics import marker_positions
from psoas.engine.marker_placement import bony_points
from psoas.engine.marker_sets import MarkerSet
from psoas.engine.types import Body, Coordinates, Markers

MARKER_SD_M = 0.01  # how well a marker stands on its palpable point
SIZE_SD = 0.15  # of the logarithm of a segment's size: healthy adults are well inside
SHAPE_SD = 0.07  # of the logarithm of an axis against the segment's main axis
POSTURE_SD = 0.5  # rad from the neutral posture, for joints about which the markers say little
BACK_SD = 0.15  # rad, the same for the back: standing and walking people are upright
_STEPS = 12
_SMALL = 1e-3  # of a scale factor
_NUDGE = 1e-4  # of a scale factor, and of a coordinate: for differences

Axes = tuple[int, ...]
PARTS: tuple[tuple[tuple[str, ...], tuple[Axes, ...]], ...] = (
    (("pelvis",), ((2,), (0,), (1,))),
    (("femur", "patella"), ((0, 1, 2),)),
    (("tibia",), ((0, 1, 2),)),
    (("talus", "calcn", "toes"), ((0,), (1, 2))),
    (("torso",), ((1,), (0,), (2,))),
    (("humerus",), ((0, 1, 2),)),
    (("ulna", "radius", "hand"), ((0, 1, 2),)),
)  # what is scaled together: segments (with _r and _l), and axes that share a factor, the main ones first.
# Long bones grow with their length: the width of knee and ankle under the skin is not measured.
_SIZES: tuple[tuple[int, Axes], ...] = tuple(
    (p, axes) for p, (_, groups) in enumerate(PARTS) for axes in groups
)


def fit_sizes(
    markers: Markers, marker_set: MarkerSet, progress: Progress | None = None
) -> tuple[dict[str, Vec3], Float[np.ndarray, "time coordinate"]]:
    """Factor of every segment along its axes, and the posture of every frame.

    Only bony markers count, NaN where they should not; every frame has the same say.
    """
    bony = _bony_only(markers, marker_set)
    log_size = np.zeros(len(_SIZES))
    prior = _prior()
    value: Float[np.ndarray, "time coordinate"] | None = None
    for step in range(_STEPS):
        body = bare_body(_scales(log_size), bony.names, marker_set)
        value = fit_frames(body, bony, start=value, pull=_pull(body))
        gap, by_size = _reduced(body, bony, value, marker_set, log_size)
        rows = np.vstack([by_size / MARKER_SD_M, prior])
        change = np.linalg.lstsq(rows, -np.r_[gap / MARKER_SD_M, prior @ log_size], rcond=None)[0]
        log_size = log_size + change
        if progress is not None:
            progress("scaling", (step + 1) / _STEPS)
        if np.abs(change).max() < _SMALL:
            break
    scales = _scales(log_size)
    body = bare_body(scales, bony.names, marker_set)
    return scales, fit_frames(body, bony, start=value, pull=_pull(body))


def bare_body(scales: Mapping[str, Vec3], names: tuple[str, ...], marker_set: MarkerSet) -> Body:
    """The scaled skeleton with a single muscle line and its bony markers, built in milliseconds."""
    tables = published_tables()
    bones = replace(tables, lines=(tables.line("tibant_r"),), wraps=(), markers=())
    points: tuple[Point, ...] = bony_points(names, marker_set, scales)
    return build_body(replace(stretched(bones, scales), markers=points), psoas="lumped")


def _bony_only(markers: Markers, marker_set: MarkerSet) -> Markers:
    kept = [i for i, n in enumerate(markers.names) if plain(n) in marker_set.bony]
    return Markers(markers.time_s, markers.position_m[:, kept], tuple(markers.names[i] for i in kept))


def _pull(body: Body) -> Float[np.ndarray, "coordinate"]:
    """m/rad: what keeps a posture near neutral, weighed against a marker's own uncertainty."""
    spread = [BACK_SD if n.startswith("lumbar") else POSTURE_SD for n in body.coordinates]
    return np.array(
        [
            0.0 if n.startswith("pelvis") else MARKER_SD_M / s
            for n, s in zip(body.coordinates, spread, strict=True)
        ]
    )


def _reduced(
    body: Body,
    bony: Markers,
    value: Float[np.ndarray, "time coordinate"],
    marker_set: MarkerSet,
    log_size: Float[np.ndarray, "size"],
) -> tuple[Float[np.ndarray, "row"], Float[np.ndarray, "row size"]]:
    """Distances of all frames, and their change with the sizes, without what a change of posture undoes."""
    here = _markers_at(body, bony.names, value)
    sizes = np.empty((*here.shape, len(log_size)))
    for k in range(len(log_size)):
        nudged = log_size.copy()
        nudged[k] += _NUDGE
        larger = bare_body(_scales(nudged), bony.names, marker_set)
        sizes[..., k] = (_markers_at(larger, bony.names, value) - here) / _NUDGE
    low, high = body.coordinate_range.T
    pull = _pull(body)
    gaps, rows = [], []
    for t in range(len(value)):
        seen = np.isfinite(bony.position_m[t]).all(axis=1)
        free = np.flatnonzero((value[t] > low) & (value[t] < high))
        motion = _motion(body, bony.names, value[t], free)[seen]
        motion = np.vstack([motion.reshape(3 * seen.sum(), -1), np.diag(pull[free])])
        directions, strength, _ = np.linalg.svd(motion, full_matrices=False)
        undone = directions[:, strength > 1e-6 * strength[0]]
        gap = np.r_[(here[t] - bony.position_m[t])[seen].reshape(-1), (pull * value[t])[free]]
        part = sizes[t][seen].reshape(3 * seen.sum(), -1)
        part = np.vstack([part, np.zeros((len(free), len(log_size)))])
        gaps.append(gap - undone @ (undone.T @ gap))
        rows.append(part - undone @ (undone.T @ part))
    # A marker stands as wrong in every frame: many frames say no more about its place than one.
    share = 1.0 / np.sqrt(len(value))
    return share * np.concatenate(gaps), share * np.concatenate(rows)


def _motion(
    body: Body, names: tuple[str, ...], value: Float[np.ndarray, "coordinate"], free: Int[np.ndarray, "free"]
) -> Float[np.ndarray, "marker 3 free"]:
    """How the markers move with the coordinates that are free to move."""
    count = len(free)
    values = np.repeat(value[None], 2 * count, axis=0)
    values[np.arange(count), free] += _NUDGE
    values[count + np.arange(count), free] -= _NUDGE
    place = _markers_at(body, names, values)
    return np.moveaxis((place[:count] - place[count:]) / (2.0 * _NUDGE), 0, -1)


def _markers_at(
    body: Body, names: tuple[str, ...], value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time marker 3"]:
    return marker_positions(body, Coordinates(np.arange(float(len(value))), value, body.coordinates), names)


def _prior() -> Float[np.ndarray, "size size"]:
    """Rows of the prior: the main axis of a part near the published size, the others near the main one."""
    rows = np.zeros((len(_SIZES), len(_SIZES)))
    main: dict[int, int] = {}
    for k, (part, _) in enumerate(_SIZES):
        if part not in main:
            main[part] = k
            rows[k, k] = 1.0 / SIZE_SD
        else:
            rows[k, k], rows[k, main[part]] = 1.0 / SHAPE_SD, -1.0 / SHAPE_SD
    return rows


def _scales(log_size: Float[np.ndarray, "size"]) -> dict[str, Vec3]:
    """Factors by segment name from the logarithms in the order of _SIZES."""
    factor = np.ones((len(PARTS), 3))
    for (part, axes), number in zip(_SIZES, log_size, strict=True):
        factor[part, list(axes)] = np.exp(number)
    known = {s.name for s in published_tables().segments}
    return {
        name: (float(x), float(y), float(z))
        for (segments, _), (x, y, z) in zip(PARTS, factor, strict=True)
        for segment in segments
        for name in (segment, f"{segment}_r", f"{segment}_l")
        if name in known
    }
