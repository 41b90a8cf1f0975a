"""Where a person's markers stand: taken from a static posture, and compared between recordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from psoas.engine.body_tables import Point, Vec3
from psoas.engine.formats.landmarks import plain
from psoas.engine.kinematics import segment_poses
from psoas.engine.marker_sets import MarkerSet
from psoas.engine.types import Body, Coordinates, Markers

MOST_OFFSET_M = 0.01  # how far a bony marker may be moved from the body's point
FEET = ("calcn_r", "calcn_l")
QUIET_S = 0.5  # of the static trial, the stillest stretch, is used


@dataclass(frozen=True, slots=True)
class Shift:
    """Two markers of one segment whose distance differs between static trial and movement."""

    one: str
    other: str
    static_m: float
    moving_m: float

    @property
    def size_m(self) -> float:
        """By how much."""
        return abs(self.moving_m - self.static_m)


def at(markers: Markers, frames: Int[np.ndarray, "some"], names: Sequence[str] | None = None) -> Markers:
    """Some frames and some markers of a recording."""
    kept = markers.names if names is None else tuple(names)
    columns = np.array([markers.names.index(n) for n in kept], dtype=int)
    return Markers(markers.time_s[frames], markers.position_m[np.ix_(frames, columns)], kept)


def quiet_markers(standing: Markers) -> Markers:
    """One frame: the median over the stillest stretch of a static trial in which most markers are seen."""
    duration_s = max(float(standing.time_s[-1] - standing.time_s[0]), 1e-9)
    length = min(len(standing.time_s), max(1, round(QUIET_S * (len(standing.time_s) - 1) / duration_s)))
    seen = np.isfinite(standing.position_m).all(axis=2)
    starts = np.arange(len(standing.time_s) - length + 1)
    count = np.array([seen[s : s + length].any(axis=0).sum() for s in starts])
    starts = starts[count == count.max()]
    steps = np.nan_to_num(np.linalg.norm(np.diff(standing.position_m, axis=0), axis=2)).sum(axis=1)
    travelled = np.r_[0.0, np.cumsum(steps)]
    first = int(starts[np.argmin(travelled[starts + length - 1] - travelled[starts])])
    part = standing.position_m[first : first + length]
    kept = np.flatnonzero(seen[first : first + length].any(axis=0))
    return Markers(
        standing.time_s[first : first + 1],
        np.nanmedian(part[:, kept], axis=0)[None],
        tuple(standing.names[i] for i in kept),
    )


def shifts(still: Markers, moving: Markers, marker_set: MarkerSet, segment: str) -> tuple[Shift, ...]:
    """Distances between markers of one segment in both recordings, those that changed most first."""
    names = [n for n in still.names if n in moving.names and marker_set.segment_of(n) == segment]
    found = [
        Shift(a, b, _median_distance(still, a, b), _median_distance(moving, a, b))
        for i, a in enumerate(names)
        for b in names[:i]
    ]
    return tuple(sorted(found, key=lambda s: -s.size_m))


def _median_distance(markers: Markers, one: str, other: str) -> float:
    a, b = (markers.position_m[:, markers.names.index(n)] for n in (one, other))
    return float(np.nanmedian(np.linalg.norm(a - b, axis=1)))


def levelled(marker_set: MarkerSet, still: Markers) -> MarkerSet:
    """The set with the bony markers of each foot at the heights at which they stand in the static trial.

    A standing foot is flat on the floor, so differences of height between its markers are theirs, not a tilt
    of the foot: thick soles and markers on top of the toes would otherwise turn the ankle by several degrees.
    """
    bony = dict(marker_set.bony)
    for segment in FEET:
        names = [n for n in still.names if plain(n) in bony and bony[plain(n)].segment == segment]
        if not names:
            continue
        seen = np.array([still.position_m[0, still.names.index(n), 1] for n in names])
        heights = np.array([bony[plain(n)].location_m[1] for n in names])
        for name, height in zip(names, seen - seen.mean() + heights.mean(), strict=True):
            x, _, z = bony[plain(name)].location_m
            bony[plain(name)] = replace(bony[plain(name)], location_m=(x, float(height), z))
    return replace(marker_set, bony=bony)


def bony_points(names: Sequence[str], marker_set: MarkerSet, scales: Mapping[str, Vec3]) -> tuple[Point, ...]:
    """Those markers that stand on palpable points, at the anatomical place on the scaled body."""
    found = []
    for name in names:
        landmark = marker_set.bony.get(plain(name))
        if landmark is not None:
            by = scales.get(landmark.segment, (1.0, 1.0, 1.0))
            x, y, z = (p * s for p, s in zip(landmark.location_m, by, strict=True))
            found.append(Point(name, landmark.segment, (x, y, z)))
    return tuple(found)


def offset_points(
    body: Body,
    still: Markers,
    value: Float[np.ndarray, "time coordinate"],
    marker_set: MarkerSet,
) -> tuple[Point, ...]:
    """Where the static posture puts each marker on its segment.

    A technical marker stands where it was seen; a bony one moves from the body's point (the body's own marker
    of that name) towards where it was seen, by MOST_OFFSET_M at most.
    """
    segments = {n: s for n in still.names if (s := marker_set.segment_of(n)) is not None}
    order = sorted(set(segments.values()))
    poses = segment_poses(body, Coordinates(still.time_s, value, body.coordinates), order)
    found = []
    for name, segment in segments.items():
        i = order.index(segment)
        seen_m = still.position_m[0, still.names.index(name)]
        local = poses.orientation[0, i].T @ (seen_m - poses.origin_m[0, i])
        if plain(name) in marker_set.bony:
            point = body.mj.site(f"marker/{name}").pos
            offset = local - point
            local = point + offset * min(1.0, MOST_OFFSET_M / max(float(np.linalg.norm(offset)), 1e-12))
        found.append(Point(name, segment, (float(local[0]), float(local[1]), float(local[2]))))
    return tuple(found)


def unplaced(moving: Markers, points: Sequence[Point], marker_set: MarkerSet) -> list[str]:
    """Sentences that name the markers of the movement that are not on the body, and why."""
    placed = {plain(p.name) for p in points}
    missing = [n for n in moving.names if plain(n) not in placed]
    reasons: dict[str, list[str]] = {}
    for name in missing:
        reason = marker_set.left_out.get(plain(name))
        if reason is None and marker_set.segment_of(name) is None:
            reason = f"unknown to the {marker_set.name} set"
        reasons.setdefault(reason or "no static trial says where they stand", []).append(name)
    return [f"Markers left out ({reason}): {', '.join(names)}." for reason, names in reasons.items()]
