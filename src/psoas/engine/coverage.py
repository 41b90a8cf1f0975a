"""For what time the plates tell everything, and whether they agree with the stated mass."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from psoas.engine.feet import Feet, resting, spans, velocity
from psoas.engine.gait import gait_events
from psoas.engine.ground_reaction import loaded
from psoas.engine.types import FootReaction, GaitEvents
from psoas.errors import InputError
from psoas.units import STANDARD_GRAVITY_M_S2

_LAG_S = 0.08  # so long may kinematics and forces disagree about touch-down and lift-off
_SHORTEST_REST_S = 0.04
_BEFORE_S, _AFTER_S = 0.07, 0.09  # a foot bears before it is still, and until after it moves again
_LATE_S = 0.02  # toe-offs told from the movement are exact to this; its contacts are early, never late
_ROLLING_S = 0.2  # between landing and resting, and between resting and toe-off
_SHORTEST_COVERED_S = 0.2
_BORNE = 0.6  # of body weight by two resting feet: less, and something else bears the person
_LEAST_DUE = 0.3  # of the weight, however fast the pelvis sinks
_SETTLING_S = 0.1
_WARN, _REFUSE = 0.10, 0.30
_STILL_M_S = 0.05
_STANDING_S = 0.3


def covered_range(
    reaction: FootReaction,
    feet: Feet,
    mass_kg: float,
    *,
    window_s: tuple[float, float] | None = None,
) -> tuple[tuple[float, float], tuple[str, ...]]:
    """The longest stretch in which every foot on the floor stands on a plate, s; and what was cut and why.

    Within `window_s` where one is chosen.

    A foot on the floor with no plate under it ends the range, as does a seat that bears the person (both feet
    rest and the plates carry less than 60 % of the weight), and the plates' clock.

    Raises InputError where no stretch of 0.2 s is left.
    """
    time_s = feet.time_s
    seated = _seated(reaction, feet, mass_kg)
    missing = _without_plate(reaction, feet) & ~seated[:, None]
    silent = ~np.isfinite(reaction.force_n).all(axis=(1, 2))
    low, high = window_s or (float(time_s[0]), float(time_s[-1]))
    chosen = (time_s >= low - 1e-9) & (time_s <= high + 1e-9)
    missing, seated, silent = missing & chosen[:, None], seated & chosen, silent & chosen
    covered = ~(missing.any(axis=1) | seated | silent) & chosen
    stretches = spans(covered)
    longest = max(stretches, key=lambda s: s[1] - s[0], default=(0, 0))
    start, stop = longest
    if stop - start < 2 or time_s[stop - 1] - time_s[start] < _SHORTEST_COVERED_S:
        raise InputError(
            "At no time does every foot on the floor stand on a force plate.",
            f"{low:.2f} to {high:.2f} s",
            "Give the forces of every plate that was stepped on, or leave out --grf for kinematics only.",
        )
    begin, end = float(time_s[start]), float(time_s[stop - 1])
    notes = []
    if stop - start < chosen.sum():
        reasons = []
        for side, word in enumerate(("right", "left")):
            if missing[:, side].any():
                reasons.append(
                    f"the {word} foot is on the floor without a plate {_times(missing[:, side], time_s)}"
                )
        if seated.any():
            reasons.append(f"something other than the plates bears the person {_times(seated, time_s)}")
        if silent.any():
            reasons.append(f"the plates have no data {_times(silent, time_s)}")
        notes.append(f"Cut to {begin:.2f} to {end:.2f} s, covered by the plates: {'; '.join(reasons)}.")
    others = [s for s in stretches if s != longest and time_s[s[1] - 1] - time_s[s[0]] >= _SHORTEST_COVERED_S]
    if others:
        words = ", ".join(f"{time_s[a]:.2f}-{time_s[b - 1]:.2f} s" for a, b in others)
        notes.append(f"Also covered, choose with --trim: {words}.")
    return (begin, end), tuple(notes)


def _times(mask: Bool[np.ndarray, "time"], time_s: Float[np.ndarray, "time"]) -> str:
    found = [f"{time_s[a]:.2f}-{time_s[b - 1]:.2f} s" for a, b in spans(mask)]
    return ", ".join(found[:3]) + (f" and {len(found) - 3} times more" if len(found) > 3 else "")


def _without_plate(
    reaction: FootReaction, feet: Feet, *, before_s: float = _BEFORE_S, after_s: float = _AFTER_S
) -> Bool[np.ndarray, "time 2"]:
    """Frames in which a foot is on the floor and no plate bears it, and a margin around them.

    A foot is on the floor while it rests; from contact to toe-off of a stance that no plate saw; and where
    neither is told, `before_s` before it rests and `after_s` after, because it rolls on and off.
    """
    time_s, rests, bears = feet.time_s, resting(feet), loaded(reaction)
    missing = np.zeros_like(rests)
    for side, events in enumerate(gait_events(feet)):
        for start, stop in spans(rests[:, side] & ~bears[:, side]):
            length = time_s[stop - 1] - time_s[start]
            borne_before = start > 0 and bool(bears[start - 1, side])
            borne_after = stop < len(time_s) and bool(bears[stop, side])
            if length < (_LAG_S if borne_before or borne_after else _SHORTEST_REST_S):
                continue
            first, last = float(time_s[start]), float(time_s[stop - 1])
            if not borne_before:
                landed = _within(events.initial_contact_s, first - _ROLLING_S, first)
                first = first - before_s if landed is None else landed
            if not borne_after:
                left = _within(events.toe_off_s, last, last + _ROLLING_S)
                last = last + after_s if left is None else left + _LATE_S
            missing[:, side] |= (time_s >= first) & (time_s <= last) & ~bears[:, side]
        for contact, off in _stances(events, feet):
            during = (time_s >= contact) & (time_s <= off)
            if off - contact > _LAG_S and not bears[during, side].any():
                missing[:, side] |= (time_s >= contact) & (time_s <= off + _LATE_S)
    return missing


def _within(times: Float[np.ndarray, "event"], first: float, last: float) -> float | None:
    """The event between two times, if there is one."""
    return next((float(time) for time in times if first <= time <= last), None)


def _stances(events: GaitEvents, feet: Feet) -> list[tuple[float, float]]:
    """From each contact to the next toe-off; what the recording begins or ends in is cut there."""
    begin, end = float(feet.time_s[0]), float(feet.time_s[-1])
    contacts, offs = events.initial_contact_s, events.toe_off_s
    stances = [(float(c), float(min((o for o in offs if o > c), default=end))) for c in contacts]
    if len(offs) and not (len(contacts) and contacts[0] < offs[0]):
        stances.insert(0, (begin, float(offs[0])))
    return stances


def _vertical_n(reaction: FootReaction) -> Float[np.ndarray, "time"]:
    return np.asarray(np.nan_to_num(reaction.force_n[:, :, 1]).sum(axis=1))


def _seated(reaction: FootReaction, feet: Feet, mass_kg: float) -> Bool[np.ndarray, "time"]:
    """Both feet rest, and yet the plates bear far less than the person weighs, longer than a dip lasts.

    Somebody who sinks, or slows while rising, bears less for a moment; the pelvis says how much.

    The weight is the stated one or the most that the plates bore for long, whichever is less: an overstated
    mass is the business of `check_mass`.
    """
    total = _vertical_n(reaction)
    weight = min(mass_kg * STANDARD_GRAVITY_M_S2, float(np.percentile(total, 80)))
    both = resting(feet).all(axis=1)
    sinking = velocity(feet.time_s, velocity(feet.time_s, feet.pelvis_m))[:, 1] / STANDARD_GRAVITY_M_S2
    due = weight * np.clip(1.0 + sinking, _LEAST_DUE, 1.0)
    light = both & (total < _BORNE * due) & np.isfinite(reaction.force_n).all(axis=(1, 2))
    seated = np.zeros_like(light)
    for start, stop in spans(light):
        if feet.time_s[stop - 1] - feet.time_s[start] > 2 * _SETTLING_S:
            first, last = feet.time_s[start] - _SETTLING_S, feet.time_s[stop - 1] + _SETTLING_S
            seated |= (feet.time_s >= first) & (feet.time_s <= last)
    return np.asarray(seated)


def check_mass(
    reaction: FootReaction, feet: Feet, mass_kg: float, events: Sequence[GaitEvents] = ()
) -> tuple[str, ...]:
    """Compare the stated mass with what the plates weighed; a sentence about it.

    Judged only while standing still on plates, or over a whole gait cycle in which every foot on the floor is
    on a plate (impulse over time, less the change of the pelvis' vertical velocity). More than 10 % apart is
    warned about, more than 30 % refused with InputError.
    """
    weighed = _weighed_standing(reaction, feet, mass_kg)
    how = "standing"
    if weighed is None:
        weighed, how = _weighed_over_cycle(reaction, feet, mass_kg, events), "over a gait cycle"
    if weighed is None:
        return ("Mass not checked: no standing and no whole cycle with every foot on a plate.",)
    apart = weighed / mass_kg - 1.0
    if abs(apart) > _REFUSE:
        raise InputError(
            f"The plates weigh {weighed:.1f} kg ({how}), the stated mass is {mass_kg:.1f} kg.",
            "--mass and force plates",
            "Correct the mass, or give the forces of this person and trial.",
        )
    if abs(apart) > _WARN:
        return (
            f"Mass in doubt: the plates weigh {weighed:.1f} kg ({how}), {mass_kg:.1f} kg is stated "
            f"({100 * apart:+.0f} %).",
        )
    return (f"The plates weigh {weighed:.1f} kg ({how}); {mass_kg:.1f} kg is stated.",)


def _weighed_standing(reaction: FootReaction, feet: Feet, mass_kg: float) -> float | None:
    """Mean mass on the plates over the frames of standing still, or None without such frames."""
    bears, rests = loaded(reaction), resting(feet)
    still = np.linalg.norm(velocity(feet.time_s, feet.pelvis_m), axis=1) < _STILL_M_S
    both = (bears & rests).all(axis=1) & still & ~_seated(reaction, feet, mass_kg)
    standing = np.zeros_like(both)
    for start, stop in spans(both):
        if feet.time_s[stop - 1] - feet.time_s[start] >= _STANDING_S:
            standing[start:stop] = True
    if not standing.any():
        return None
    return float(np.mean(_vertical_n(reaction)[standing]) / STANDARD_GRAVITY_M_S2)


def _weighed_over_cycle(
    reaction: FootReaction, feet: Feet, mass_kg: float, events: Sequence[GaitEvents]
) -> float | None:
    """Mass from the impulse of whole covered cycles: integral F dt = m (g T + change of v)."""
    time_s = feet.time_s
    missing = _without_plate(reaction, feet, before_s=0.0)
    covered = ~missing.any(axis=1) & np.isfinite(reaction.force_n).all(axis=(1, 2))
    covered &= ~_seated(reaction, feet, mass_kg)
    rising = velocity(time_s, feet.pelvis_m)[:, 1]
    masses = []
    for side in events:
        for begin, end in pairwise(side.initial_contact_s):
            cycle = np.flatnonzero((time_s >= begin) & (time_s < end - 1e-9))
            if len(cycle) < 3 or not covered[cycle].all():
                continue
            if time_s[cycle[0]] - begin > 0.05 or end - time_s[cycle[-1]] > 0.05:
                continue
            impulse = float(np.trapezoid(_vertical_n(reaction)[cycle], time_s[cycle]))
            length = float(time_s[cycle[-1]] - time_s[cycle[0]])
            change = float(rising[cycle[-1]] - rising[cycle[0]])
            masses.append(impulse / (STANDARD_GRAVITY_M_S2 * length + change))
    return float(np.mean(masses)) if masses else None
