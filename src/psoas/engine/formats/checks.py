"""Whether marker trajectories can be used: a person's size, an even clock, gaps, the marker set.

Short gaps are filled; a marker with a long one is left out; a landmark with a long one is refused.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import gaps, landmarks
from psoas.engine.types import Markers
from psoas.errors import InputError

FEWEST_FRAMES = 10
LEAST_IN_VIEW_S = 0.5
LONGEST_S = 900.0  # a ten-minute recording passes
MOST_FRAMES = 200_000
RUN_IN_S = 0.5  # kept around a window, so that filters have settled when it begins
_MOST_LEFT_OUT = 0.25  # of the markers; more, and the trial is broken rather than a marker hidden
_PERSON_M = (0.3, 3.5)  # extent of the markers on a person

Window = tuple[float, float]


def refuse_wrong_size(markers: Markers, path: Path) -> None:
    """A person is about a metre or two long: other sizes are another unit."""
    known = landmarks.all_columns(markers.names)
    columns = known if len(known) >= 4 else list(range(len(markers.names)))
    seen = markers.position_m[np.isfinite(markers.position_m[:, columns]).all(axis=2).any(axis=1)][:, columns]
    if not len(seen):
        raise InputError("No marker is seen in any frame.", str(path), "Export the trial again.")
    middle = seen[len(seen) // 2]
    extent = float(np.nanmax(np.nanmax(middle, axis=0) - np.nanmin(middle, axis=0)))
    low, high = _PERSON_M
    if low <= extent <= high or extent == 0.0:
        return
    for unit, factor in (("millimetres", 1e-3), ("centimetres", 1e-2)):
        if low <= extent * factor <= high:
            raise InputError(
                f"The markers span {extent:.4g} m in one frame: these are {unit} declared as metres.",
                f"{path}, Units",
                f"Write {'mm' if factor < 2e-3 else 'cm'} for Units.",
            )
        if low <= extent / factor <= high:
            raise InputError(
                f"The markers span {extent:.4g} m in one frame: these are metres declared as {unit}.",
                f"{path}, Units",
                "Write m for Units.",
            )
    raise InputError(
        f"The markers span {extent:.3g} m in one frame: that is no person.",
        str(path),
        "Check the units, and delete markers that are not on the person.",
    )


def even_clock(markers: Markers, path: Path) -> Markers:
    """The clock of a camera is even: small rounding is smoothed, missing frames are refused."""
    time_s = markers.time_s
    if len(time_s) < 3:
        return markers
    even = np.linspace(time_s[0], time_s[-1], len(time_s))
    step = float(np.median(np.diff(time_s)))
    if np.abs(even - time_s).max() > 0.6 * step:
        late = int(np.argmax(np.diff(time_s) - step))
        raise InputError(
            f"Frames are missing: {time_s[late + 1]:g} s follows {time_s[late]:g} s, in steps of {step:g} s.",
            f"{path}, frame {late + 2}",
            "Export every frame, or cut the trial there with --trim.",
        )
    return Markers(even, markers.position_m, markers.names)


def refuse_short(time_s: Float[np.ndarray, "time"], path: Path) -> None:
    if len(time_s) < FEWEST_FRAMES:
        raise InputError(
            f"The trial has {len(time_s)} frame{'s' if len(time_s) != 1 else ''}; at least {FEWEST_FRAMES} "
            "are needed to know how fast the body moves.",
            str(path),
            "Give a longer trial, or a wider --trim.",
        )
    length = float(time_s[-1] - time_s[0])
    if length > LONGEST_S or len(time_s) > MOST_FRAMES:
        raise InputError(
            f"The trial lasts {length:.0f} s ({len(time_s)} frames); psoas takes up to {LONGEST_S:.0f} s "
            f"and {MOST_FRAMES} frames at once.",
            str(path),
            "Choose a part with --trim, for example --trim 10:20.",
        )


def window_of(time_s: Float[np.ndarray, "time"], window_s: Window | None, path: Path) -> tuple[int, int]:
    """Indices of the window, without its run-in."""
    if window_s is None:
        return 0, len(time_s)
    begin, end = window_s
    inside = np.flatnonzero((time_s >= begin - 1e-9) & (time_s <= end + 1e-9))
    if not begin < end or not len(inside):
        raise InputError(
            f"The window {begin:g} to {end:g} s holds nothing of the trial.",
            f"--trim, {path}",
            f"The trial lasts from {time_s[0]:g} to {time_s[-1]:g} s.",
        )
    return int(inside[0]), int(inside[-1]) + 1


def without_gaps(markers: Markers, path: Path, window_s: Window | None, notes: list[str]) -> Markers:
    """Short gaps filled, markers with long ones left out, landmarks with long ones refused.

    Where landmarks enter the cameras' view late or leave it early, the trial is cut to where they are seen.
    """
    start, stop = window_of(markers.time_s, window_s, path)
    if window_s is None:
        start, stop = _in_view(markers)
        if (start, stop) != (0, len(markers.time_s)):
            begin, end = markers.time_s[start], markers.time_s[stop - 1]
            notes.append(f"{path.name}: cut to {begin:.2f} to {end:.2f} s, where every landmark is in view.")
            markers, start, stop = gaps.cut(markers, start, stop), 0, stop - start
    position = markers.position_m.copy()
    told, left_out = [], []
    for column, name in enumerate(markers.names):
        position[:, column], filled, long, _ = gaps.fill(markers.time_s, position[:, column])
        inside = [(a, b) for a, b in long if a < stop and b > start]
        if inside:
            left_out.append((column, inside[0]))
        elif filled:  # short gaps at an edge stay unseen
            frames = sum(b - a for a, b in filled)
            told.append(f"{name} ({frames} frame{'s' if frames > 1 else ''})")
    _refuse_left_out(markers, left_out, path)
    if told:
        notes.append(f"{path.name}: short gaps filled: {', '.join(told)}.")
    if left_out:
        names = ", ".join(markers.names[column] for column, _ in left_out)
        notes.append(f"{path.name}: unseen for more than {gaps.LONGEST_FILLED_S:g} s, left out: {names}.")
    kept = np.array([i for i in range(len(markers.names)) if i not in {column for column, _ in left_out}])
    whole = Markers(markers.time_s, position[:, kept], at(markers.names, kept))
    if window_s is None:
        return whole
    return gaps.cut(whole, *_with_run_in(whole, start, stop))


def _in_view(markers: Markers) -> tuple[int, int]:
    """Frames between the long gaps with which landmarks begin and end; all where that leaves too little."""
    frames = len(markers.time_s)
    first, last = 0, frames
    for column in landmarks.all_columns(markers.names):
        seen = np.flatnonzero(np.isfinite(markers.position_m[:, column]).all(axis=1))
        if not len(seen):
            continue
        if gaps.length_s(markers.time_s, 0, int(seen[0])) > gaps.LONGEST_FILLED_S:
            first = max(first, int(seen[0]))
        if gaps.length_s(markers.time_s, int(seen[-1]) + 1, frames) > gaps.LONGEST_FILLED_S:
            last = min(last, int(seen[-1]) + 1)
    long_enough = (
        last - first >= FEWEST_FRAMES and markers.time_s[last - 1] - markers.time_s[first] >= LEAST_IN_VIEW_S
    )
    return (first, last) if long_enough else (0, frames)


def _refuse_left_out(markers: Markers, left_out: list[tuple[int, tuple[int, int]]], path: Path) -> None:
    if not left_out:
        return
    needed = set(landmarks.all_columns(markers.names))
    missing = [(column, gap) for column, gap in left_out if column in needed]
    if missing or len(left_out) > _MOST_LEFT_OUT * len(markers.names):
        column, (first, last) = (missing or left_out)[0]
        begin, end = markers.time_s[first], markers.time_s[last - 1]
        more = len(missing or left_out) - 1
        length = gaps.length_s(markers.time_s, first, last)
        raise InputError(
            f"Marker {markers.names[column]} is not seen for {length:.2f} s"
            + (f", and {more} more have long gaps." if more else "."),
            f"{path}, frames {first + 1} to {last} ({begin:.2f} to {end:.2f} s)",
            f"Gaps up to {gaps.LONGEST_FILLED_S:g} s are filled. Fill this one in the capture "
            "software, or keep to where the marker is seen with --trim.",
        )


def _with_run_in(markers: Markers, start: int, stop: int) -> tuple[int, int]:
    """The window and up to half a second around it in which every marker is seen as well as inside."""
    hidden = ~np.isfinite(markers.position_m).all(axis=(1, 2))
    step = float(markers.time_s[1] - markers.time_s[0]) if len(markers.time_s) > 1 else 1.0
    most = round(RUN_IN_S / step)
    first, last = start, stop
    while first > max(0, start - most) and not hidden[first - 1]:
        first -= 1
    while last < min(len(hidden), stop + most) and not hidden[last]:
        last += 1
    return first, last


def refuse_other_markers(standing: Markers, moving: Markers, path: Path) -> None:
    theirs = {landmarks.plain(name) for name in standing.names}
    common = sum(landmarks.plain(name) in theirs for name in moving.names)
    if common < 0.5 * len(moving.names):
        raise InputError(
            f"The static trial shares only {common} of the {len(moving.names)} markers of the moving trial.",
            f"{path}: {', '.join(standing.names[:6])}, ...",
            "Give the static trial of the same person, day and marker set.",
        )


def at(names: tuple[str, ...], columns: np.ndarray) -> tuple[str, ...]:
    return tuple(names[int(column)] for column in columns)
