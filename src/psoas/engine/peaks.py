"""Peaks of a joint contact force: one for each phase of the gait cycle, else one over the movement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from psoas.engine.gait import percent_of_cycle, phases
from psoas.engine.types import Analysis, ContactForces, GaitEvents, Side, Solved
from psoas.units import body_weight_n

PhaseOfPeak = Literal["early_stance", "late_stance", "swing", "peak"]

_ORDER: tuple[PhaseOfPeak, ...] = ("early_stance", "late_stance", "swing", "peak")
_PARTED = ("early_stance", "late_stance")
_NO_RIPPLE = 0.8  # of the phase's largest value: a lower local maximum is a ripple on the flank
_SAME = 1e-6  # of equal steps the first one counts, whatever the last bits say
_MOSTLY = 0.5  # a phase of which less was recorded has no peak


@dataclass(frozen=True, slots=True, eq=False)
class Peak:
    """The largest resultant of a phase. `frame` is on the analysis' clock; `percent` of that side's gait
    cycle, or of the movement's time for `peak`."""

    phase: PhaseOfPeak
    frame: int
    percent: float
    n: float
    bw: float


def resultant_n(contact: ContactForces) -> Float[np.ndarray, "time"]:
    """Size of the contact force in every frame."""
    return np.asarray(np.linalg.norm(contact.force_n, axis=1))


def contact_of(solved: Solved, joint: str, side: Side) -> ContactForces:
    """The contact force of one joint; KeyError where the side was not solved."""
    for contact in solved.contacts:
        if contact.joint == joint and contact.side == side:
            return contact
    raise KeyError(f"{joint} {side}")


def percent(analysis: Analysis, side: Side) -> Float[np.ndarray, "time"]:
    """Percent of that side's gait cycle, or of the movement's time where nobody walks."""
    time_s = analysis.coordinates.time_s
    if analysis.movement == "gait":
        of_cycle = percent_of_cycle(*_events(analysis.events, side, time_s))
        if np.isfinite(of_cycle).any():
            return of_cycle
    return np.asarray(100.0 * (time_s - time_s[0]) / max(float(time_s[-1] - time_s[0]), 1e-9))


@lru_cache(maxsize=8)
def _percent(analysis: Analysis, side: Side) -> Float[np.ndarray, "time"]:
    """The same, kept: a movement's peaks are asked for once a condition."""
    return percent(analysis, side)


def peaks(analysis: Analysis, contact: ContactForces) -> tuple[Peak, ...]:
    """The largest resultant of each phase; the larger one where a phase was walked through twice.

    Early and late stance are parted at half of stance; there a local maximum is meant, since what only rises
    or falls through that border is the flank of the other peak (without a top of its own, the largest value).
    A phase that is cut off by the window counts only if most of it is there and its largest force is not at
    the cut: the true peak may lie beyond.
    """
    size = resultant_n(contact)
    weight = body_weight_n(analysis.subject.mass_kg)
    of_cycle = _percent(analysis, contact.side)

    def peak(name: PhaseOfPeak, frame: int) -> Peak:
        return Peak(name, frame, float(of_cycle[frame]), float(size[frame]), float(size[frame]) / weight)

    best: dict[PhaseOfPeak, int] = {}
    for name, frames, whole in _phases(analysis, contact.side):
        solved = frames[np.isfinite(size[frames])]
        if not len(solved):
            continue
        tops = solved[_is_top(size)[solved]]
        frame = int(solved[np.argmax(size[solved])])
        if name in _PARTED and len(tops) and size[tops].max() > _NO_RIPPLE * size[frame]:
            frame = int(tops[np.argmax(size[tops])])
        at_the_cut = frame in (0, len(size) - 1) and not whole
        if at_the_cut:
            continue
        if name not in best or size[frame] > size[best[name]] * (1.0 + _SAME):
            best[name] = frame
    return tuple(
        peak(name, best[name]) for name in ("early_stance", "late_stance", "swing", "peak") if name in best
    )


def _is_top(size: Float[np.ndarray, "time"]) -> Bool[np.ndarray, "time"]:
    """Frames that no neighbour exceeds; the first and the last are none."""
    top = np.zeros(len(size), dtype=bool)
    with np.errstate(invalid="ignore"):
        top[1:-1] = (size[1:-1] >= size[:-2]) & (size[1:-1] >= size[2:])
    return top


@lru_cache(maxsize=8)
def _phases(analysis: Analysis, side: Side) -> list[tuple[PhaseOfPeak, np.ndarray, bool]]:
    """Phases with their frames, and whether the phase was recorded whole; kept, as the percent are."""
    time_s = analysis.coordinates.time_s
    everything: list[tuple[PhaseOfPeak, np.ndarray, bool]] = [("peak", np.arange(len(time_s)), True)]
    if analysis.movement != "gait":
        return everything
    events, _, other = _events(analysis.events, side, time_s)
    found: list[tuple[PhaseOfPeak, np.ndarray, bool]] = []
    for phase in phases(events, time_s, other):
        inside = np.flatnonzero((time_s >= phase.start_s - 1e-9) & (time_s <= phase.end_s + 1e-9))
        if phase.seen > _MOSTLY and len(inside):
            found.append((phase.name, inside, phase.seen > 0.999))
    return found or everything


def _events(
    events: Sequence[GaitEvents], side: Side, time_s: Float[np.ndarray, "time"]
) -> tuple[GaitEvents, Float[np.ndarray, "time"], GaitEvents | None]:
    mine = next(e for e in events if e.side == side)
    other = next((e for e in events if e.side != side), None)
    return mine, time_s, other
