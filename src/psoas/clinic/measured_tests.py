"""Repeated readings of a test, and the finding they show, if they show one.

A test with a stated error does not decide inside it. The shelf states the smallest change that counts
between two occasions (MDC); the error band of one occasion is that over sqrt(2), because a change carries
the error of two. Readings within the band of the cut-off, in the borderline range, or scattered by more
than the MDC are `undecided`. Repeats within one occasion do not shrink the band: setting up anew is most
of the error.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psoas.errors import InputError
from psoas.translation import gettext as _

Outcome = Literal["short", "normal", "undecided"]
REPEATS = 3
MOST = {"hip_extension": (-90.0, 60.0), "rectus_length": (0.0, 150.0), "hip_flexor_strength": (0.0, 2000.0)}
TASK_FALL = 2.0  # points of the 0-10 scale; below it a change can be chance (Piva2009, Salaffi2004)
SIDES = ("right", "left")


@dataclass(frozen=True, slots=True)
class Norm:
    """Cut-offs of one measurement and the MDC of each method; `shows` is the finding of a short or weak
    result.
    """

    id: str
    name: str
    unit: str
    shows: str
    short_below: float
    normal_from: float
    mdc: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """The mean of one side's readings with its 95 % band, and what it shows."""

    norm: Norm
    method: str
    side: str
    mean: float
    band: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Shown:
    """Findings that readings show: present, absent, or measured without a decision."""

    present: frozenset[str]
    absent: frozenset[str]
    undecided: frozenset[str]
    measured: tuple[Measured, ...]


def read_norm(entry: Mapping[str, Any]) -> Norm:
    """A raw `norms/*.toml` that has cut-offs."""
    return Norm(
        id=entry["id"],
        name=entry["name"],
        unit=entry["unit"],
        shows=entry["short"],
        short_below=float(entry["short_below"]),
        normal_from=float(entry["normal_from"]),
        mdc={method: float(value) for method, value in entry["methods"].items()},
    )


def measure(norm: Norm, method: str, side: str, readings: Sequence[float]) -> Measured:
    """Mean, band and outcome of the readings of one occasion (three are asked for; fewer decide nothing)."""
    mdc = norm.mdc[method]
    band = mdc / math.sqrt(2.0)
    mean = sum(readings) / len(readings)
    scattered = max(readings) - min(readings) > mdc
    outcome: Outcome = "undecided"
    if len(readings) >= REPEATS and not scattered:
        if mean <= norm.short_below - band:
            outcome = "short"
        elif mean >= max(norm.normal_from, norm.short_below + band):
            outcome = "normal"
    return Measured(norm, method, side, mean, band, outcome)


def findings_from(readings: Mapping[str, Any], norms: Mapping[str, Norm], side: str, where: str) -> Shown:
    """What the table `[case.readings]` shows about the painful side (`r`, `l` or `both`).

    Each of hip_extension, rectus_length (deg) and hip_flexor_strength (N or Nm):
    `{ method = "goniometer", right = [..], left = [..] }`; task_pain: one entry a day,
    `[{ before = 5, rested = 5, after = 3 }, ...]`. Raises InputError on anything else.
    """
    present: set[str] = set()
    absent: set[str] = set()
    undecided: set[str] = set()
    measured: list[Measured] = []
    wanted = {"r": ("right",), "l": ("left",), "both": SIDES}[side]
    for name, entry in readings.items():
        if name == "task_pain":
            fell = _task_pain_fell(entry, f"{where}.task_pain")
            target = undecided if fell is None else present if fell else absent
            target.add("e_testofchange")
            continue
        if name not in norms:
            raise InputError(
                f"unknown reading {name!r}", where, f"Use one of {', '.join([*norms, 'task_pain'])}."
            )
        sides = _sides(name, entry, norms[name], f"{where}.{name}")
        if name == "hip_flexor_strength":
            sides = _against_other_side(sides, f"{where}.{name}")
        results = [measure(norms[name], entry["method"], s, sides[s]) for s in wanted if s in sides]
        if not results:
            raise InputError(
                _("no reading of the painful side (%(side)s)") % {"side": _side_words(wanted)},
                f"{where}.{name}",
                _("Add it."),
            )
        measured += results
        outcomes = {result.outcome for result in results}
        target = present if "short" in outcomes else undecided if "undecided" in outcomes else absent
        target.add(norms[name].shows)
    if {"e_ext_short", "e_hf_weak_painless", "e_testofchange"} <= absent:
        present.add("e_ext_normal")
    return Shown(frozenset(present), frozenset(absent), frozenset(undecided), tuple(measured))


def _side_words(sides: Sequence[str]) -> str:
    words = {"right": _("right"), "left": _("left")}
    return ", ".join(words[side] for side in sides)


def _sides(name: str, entry: Any, norm: Norm, where: str) -> dict[str, list[float]]:
    if not isinstance(entry, Mapping) or not set(entry) <= {"method", *SIDES}:
        raise InputError(
            "a reading has `method`, `right` and `left`", where, 'Write { method = "...", right = [..] }.'
        )
    if entry.get("method") not in tuple(norm.mdc):  # a list where a word should be has no hash
        raise InputError(
            _("unknown method %(method)s") % {"method": repr(entry.get("method"))},
            where,
            _("Use one of %(methods)s.") % {"methods": ", ".join(norm.mdc)},
        )
    least, most = MOST[name]
    sides = {}
    for side in SIDES:
        if side in entry:
            values = entry[side]
            if not isinstance(values, list) or not 1 <= len(values) <= 10 or not all(map(_is_number, values)):
                raise InputError("readings are a list of 1 to 10 numbers", f"{where}.{side}", "Give three.")
            if not all(least <= value <= most for value in values):
                raise InputError(
                    _("a reading outside %(least)s to %(most)s")
                    % {"least": f"{least:g}", "most": f"{most:g}"},
                    f"{where}.{side}",
                    _("Check unit and sign."),
                )
            sides[side] = [float(value) for value in values]
    return sides


def _against_other_side(sides: dict[str, list[float]], where: str) -> dict[str, list[float]]:
    """Each side's readings in percent of the best of the other side."""
    if set(sides) != set(SIDES) or min(max(values) for values in sides.values()) <= 0:
        raise InputError("strength needs both sides, above zero", where, "Measure the other side as well.")
    best = {side: max(values) for side, values in sides.items()}
    other = {"right": "left", "left": "right"}
    return {side: [100.0 * best[side] / best[other[side]]] * REPEATS for side in SIDES}


def _task_pain_fell(days: Any, where: str) -> bool | None:
    """True: fell by 2 or more below the rested control on two days; False: measured twice and did not; else
    None.
    """
    if not isinstance(days, list) or not days:
        raise InputError(
            "task_pain is a list with one entry a day", where, "Give { before, rested, after } a day."
        )
    for day in days:
        if not isinstance(day, Mapping) or set(day) != {"before", "rested", "after"}:
            raise InputError("a day has before, rested and after", where, "Score all three, 0 to 10.")
        if not all(_is_number(value) and 0 <= value <= 10 for value in day.values()):
            raise InputError("pain is a number from 0 to 10", where, "Correct the score.")
    if len(days) < 2:
        return None
    falls = [day["rested"] - day["after"] >= TASK_FALL for day in days]
    return True if all(falls) else False if not any(falls) else None


def _is_number(value: Any) -> bool:
    """A whole number is one however long; a fraction may be none."""
    return type(value) is int or (isinstance(value, float) and math.isfinite(value))
