"""Initial contacts, toe-offs and cycles: from forces where plates bear the feet, else from the movement."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.signal import find_peaks

from psoas.engine.feet import SIDES, Feet, resting, spans
from psoas.engine.ground_reaction import CONTACT_N, loaded
from psoas.engine.types import FootReaction, GaitEvents

PhaseName = Literal["early_stance", "late_stance", "swing"]

STANCE_SHARE = 0.62  # of the cycle, where a toe-off was not recorded: Perry & Burnfield, Gait Analysis (2010)
_SWING_M = 0.2  # a walking foot passes the pelvis by more
_PASSING_M = 0.3  # range of one heel ahead of the other: 0.6 m and more in walking, centimetres in squats
_TURNED_M = 0.01  # a foot that has gone back so far has been furthest out
_APART_S = 0.4
_SAME_S = 0.15  # a contact of the forces and of the kinematics this close are one
_SHORTEST_CONTACT_S = 0.05
_RESTING_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """A phase of a side's gait, s, cut to the time asked for; `seen` is the part of it that is left."""

    name: PhaseName
    start_s: float
    end_s: float
    seen: float


def gait_events(feet: Feet, reaction: FootReaction | None = None) -> tuple[GaitEvents, GaitEvents]:
    """Initial contacts and toe-offs of the right and the left foot.

    From the forces where a foot steps on or off a plate (vertical force through 20 N); elsewhere from the
    heel furthest before and the toe furthest behind the pelvis, which holds on treadmills too
    (Zeni, Richards & Higginson 2008, doi:10.1016/j.gaitpost.2007.07.007; there the sacrum is the reference).
    Against forces in ten walks that is 30 ms early (SD 19) for contacts and 4 ms late (SD 7) for toe-offs; in
    running the toe-off comes 90 ms late. Both are empty where the feet do not pass each other.
    """
    if not steps(feet):
        return tuple(GaitEvents(side, np.empty(0), np.empty(0)) for side in SIDES)  # type: ignore[return-value]
    return _events_of(0, feet, reaction), _events_of(1, feet, reaction)


def steps(feet: Feet) -> bool:
    """Whether the feet pass each other: in walking and running they do, in squats and sit-to-stand not."""
    ahead = feet.heel_m[:, 0, 0] - feet.heel_m[:, 1, 0]
    return bool(np.ptp(ahead) > _PASSING_M)


def _events_of(side: int, feet: Feet, reaction: FootReaction | None) -> GaitEvents:
    contact, off = _from_movement(side, feet)
    if reaction is not None:
        bears = spans(loaded(reaction)[:, side])
        force_n = np.nan_to_num(reaction.force_n[:, side, 1])
        borne = [
            (a, b)
            for a, b in bears
            if feet.time_s[b - 1] - feet.time_s[a] >= _SHORTEST_CONTACT_S or a == 0 or b == len(feet.time_s)
        ]
        # A foot that rests long before its plate speaks, or long after, has not landed or left then.
        rests, long = resting(feet)[:, side], round(_RESTING_S / float(np.median(np.diff(feet.time_s))))
        end = len(feet.time_s)
        ons = [a for a, _ in borne if a > 0 and not (a >= long and rests[a - long])]
        offs = [b for _, b in borne if b < end and not (b + long < end and rests[b + long])]
        on, away = ([_crossing(feet.time_s, force_n, frame) for frame in frames] for frames in (ons, offs))
        under = [(float(feet.time_s[start]), float(feet.time_s[stop - 1])) for start, stop in borne]
        contact, off = _joined(on, contact, under), _joined(away, off, under)
    return GaitEvents(SIDES[side], np.array(contact, dtype=float), np.array(off, dtype=float))


def _from_movement(side: int, feet: Feet) -> tuple[list[float], list[float]]:
    heel = feet.heel_m[:, side, 0] - feet.pelvis_m[:, 0]
    toe = feet.toe_m[:, side, 0] - feet.pelvis_m[:, 0]
    return _furthest(heel, feet.time_s), _furthest(-toe, feet.time_s)


def _furthest(ahead_m: Float[np.ndarray, "time"], time_s: Float[np.ndarray, "time"]) -> list[float]:
    """When a foot is furthest out, once a cycle; not where the recording begins or ends on its way out."""
    apart = max(1, round(_APART_S / float(np.median(np.diff(time_s)))))
    # With low ground on both sides a peak near an end is judged by the side that was recorded.
    ground = [float(ahead_m.min()) - 1.0]
    peaks, _ = find_peaks(np.concatenate([ground, ahead_m, ground]), distance=apart, prominence=_SWING_M)
    found = []
    for peak in peaks - 1:
        before, after = ahead_m[: peak + 1], ahead_m[peak:]
        if min(ahead_m[peak] - before.min(), ahead_m[peak] - after.min()) >= _TURNED_M:
            found.append(float(time_s[peak]))
    return found


def _crossing(time_s: Float[np.ndarray, "time"], force_n: Float[np.ndarray, "time"], after: int) -> float:
    """When the force goes through the threshold, between the frame before `after` and it."""
    low, high = force_n[after - 1], force_n[after]
    share = (CONTACT_N - low) / (high - low) if high != low else 1.0
    return float(time_s[after - 1] + share * (time_s[after] - time_s[after - 1]))


def _joined(forces: list[float], movement: list[float], under: list[tuple[float, float]]) -> list[float]:
    """Events of the forces, and those of the movement where no plate has a word."""
    kept = [
        time
        for time in movement
        if all(abs(time - event) > _SAME_S for event in forces)
        and not any(start + _SAME_S < time < stop - _SAME_S for start, stop in under)
    ]
    return sorted(forces + kept)


def movement(feet: Feet, events: tuple[GaitEvents, GaitEvents]) -> Literal["gait", "other"]:
    """Whether the person walks or runs: the feet pass each other, and one of them lands."""
    return "gait" if steps(feet) and any(len(side.initial_contact_s) for side in events) else "other"


def cycle_s(events: GaitEvents, other: GaitEvents | None = None) -> float | None:
    """Duration of a cycle, s: between contacts of this side, of the other, toe-offs, or twice a step."""
    series = [events.initial_contact_s, events.toe_off_s]
    if other is not None:
        series = [events.initial_contact_s, other.initial_contact_s, events.toe_off_s, other.toe_off_s]
    for times in series:
        if len(times) > 1:
            return float(np.median(np.diff(times)))
    if other is not None:
        for mine, theirs in (
            (events.initial_contact_s, other.initial_contact_s),
            (events.toe_off_s, other.toe_off_s),
        ):
            if len(mine) and len(theirs):
                return 2.0 * float(np.min(np.abs(mine[:, None] - theirs[None, :])))
    return None


def _contacts(events: GaitEvents, other: GaitEvents | None, begin: float, end: float) -> list[float]:
    """Initial contacts of this side from before `begin` to after `end`; those not recorded a cycle apart."""
    length = cycle_s(events, other)
    found = [float(time) for time in events.initial_contact_s]
    if length is None or length <= 0:
        return found
    if not found and other is not None and len(other.initial_contact_s):
        found = [float(other.initial_contact_s[0]) + length / 2]
    if not found and len(events.toe_off_s):
        found = [float(events.toe_off_s[0]) - STANCE_SHARE * length]
    if not found:
        return []
    while found[0] > begin:
        found.insert(0, found[0] - length)
    while found[-1] <= end:
        found.append(found[-1] + length)
    return found


def percent_of_cycle(
    events: GaitEvents, time_s: Float[np.ndarray, "time"], other: GaitEvents | None = None
) -> Float[np.ndarray, "time"]:
    """Percent of this side's gait cycle, 0 at its initial contact; NaN where no cycle is known.

    Where a contact lies outside of the recording, the cycle's duration places it (`cycle_s`).
    """
    contacts = np.array(_contacts(events, other, float(time_s[0]), float(time_s[-1])))
    if len(contacts) < 2:
        return np.full(len(time_s), np.nan)
    index = np.searchsorted(contacts, time_s, side="right") - 1
    known = (index >= 0) & (index < len(contacts) - 1)
    start = contacts[np.clip(index, 0, len(contacts) - 2)]
    end = contacts[np.clip(index, 0, len(contacts) - 2) + 1]
    return np.where(known, 100.0 * (time_s - start) / (end - start), np.nan)


def phases(
    events: GaitEvents, time_s: Float[np.ndarray, "time"], other: GaitEvents | None = None
) -> tuple[Phase, ...]:
    """Early stance, late stance (split at half of stance) and swing of this side within `time_s`, in order.

    A toe-off that was not recorded is placed at 62 % of the cycle.
    """
    begin, end = float(time_s[0]), float(time_s[-1])
    contacts = _contacts(events, other, begin, end)
    found = []
    for start, following in pairwise(contacts):
        offs = [float(t) for t in events.toe_off_s if start < t < following]
        off = offs[0] if offs else start + STANCE_SHARE * (following - start)
        middle = (start + off) / 2
        bounds: tuple[tuple[PhaseName, float, float], ...] = (
            ("early_stance", start, middle),
            ("late_stance", middle, off),
            ("swing", off, following),
        )
        for name, first, last in bounds:
            seen = (min(last, end) - max(first, begin)) / (last - first)
            if seen > 0:
                found.append(Phase(name, max(first, begin), min(last, end), seen))
    return tuple(found)
