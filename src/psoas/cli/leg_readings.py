"""Readings of hip-flexor tests on the command line: one leg or both, repeated, checked, in SI."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psoas.cli.options import mass_of, number_of
from psoas.engine.hip_flexor_test import ThomasReading
from psoas.engine.leg_pair import exchanged_reading
from psoas.engine.prone_knee_bend import ElyReading
from psoas.engine.push_test import PushReading
from psoas.engine.types import Side
from psoas.errors import InputError

MOST_SPREAD_DEG = 15.0
SIDES: dict[Side, str] = {"r": "right", "l": "left"}


@dataclass(frozen=True, slots=True)
class _Option:
    least: float
    most: float
    means: str
    unit: str = "DEG"
    most_spread: float = MOST_SPREAD_DEG


OPTIONS = {
    "thigh": _Option(
        -50.0,
        70.0,
        "degrees of the thigh above the horizontal; below it is negative (pages and case files write hip "
        "extension, which is positive below)",
    ),
    "knee": _Option(0.0, 135.0, "degrees of knee bend of the hanging leg; a straight knee is 0"),
    "tilt": _Option(
        -20.0,
        45.0,
        "degrees by which the pelvis rolls backwards from level; 0 has its front points and pubic "
        "bone level; "
        "leave it out if nobody looked",
    ),
    "drift": _Option(
        -10.0,
        45.0,
        "degrees by which the hanging thigh has drifted outwards; left out, the average of 16 is taken",
    ),
    "ely": _Option(20.0, 135.0, "degrees of knee bend, lying on the front, where the hip lifts"),
    "push": _Option(
        5.0, 900.0, "newtons of a hand-held dynamometer on the thigh, seated, hip at 90 degrees", "N", 150.0
    ),
}


@dataclass(frozen=True, slots=True)
class LegReadings:
    """What was read of one leg; None: not done."""

    side: Side
    thomas: ThomasReading | None
    ely: ElyReading | None
    push: PushReading | None


def add_reading_arguments(verb: argparse.ArgumentParser) -> None:
    """Every reading may be repeated, and may be given for one leg as r=VALUE or l=VALUE."""
    for name, option in OPTIONS.items():
        verb.add_argument(
            f"--{name}",
            action="append",
            metavar=f"[r=|l=]{option.unit}",
            help=f"{option.means}; repeat it for repeated readings",
        )
    verb.add_argument("--side", choices=tuple(SIDES), help="whose readings those without r= or l= are")
    verb.add_argument(
        "--lever", metavar="M", help="metres from the hip joint to the dynamometer, such as 0.38"
    )
    verb.add_argument("--mass", metavar="KG", help="body mass, for --push")
    verb.add_argument(
        "--error", default="3", metavar="DEG", help="error (SD) of thigh and knee angle; default 3"
    )
    verb.add_argument(
        "--tilt-error", default="5", metavar="DEG", help="error (SD) of the tilt as seen; default 5"
    )
    verb.add_argument(
        "--stiffer",
        choices=tuple(SIDES),
        help="the leg that feels stiffer: shows an exchange of right and left",
    )


def leg_readings(arguments: argparse.Namespace) -> tuple[LegReadings, ...]:
    """The legs that have readings, right first. Raises InputError on anything that is no such reading."""
    given = {name: _by_side(name, getattr(arguments, name) or (), arguments.side) for name in OPTIONS}
    for name in ("thigh", "knee", "ely"):
        _refuse_exchange(name, given[name])
    legs = tuple(
        _leg(side, {name: given[name][side] for name in OPTIONS}, arguments)
        for side in SIDES
        if any(given[name][side] for name in OPTIONS)
    )
    if not legs:
        raise InputError(
            "Nothing was measured.",
            "psoas thomas",
            "Give --side r --thigh DEG --knee DEG --tilt DEG, --ely DEG, or --push N --lever M --mass KG; "
            "or --forward.",
        )
    return legs


def _by_side(name: str, words: Sequence[str], side: Side | None) -> dict[Side, list[float]]:
    option = OPTIONS[name]
    values: dict[Side, list[float]] = {"r": [], "l": []}
    for word in words:
        prefix, equals, number = word.rpartition("=")
        where = f"--{name} {word}"
        if equals and prefix not in SIDES:
            raise InputError(f"{prefix!r} is no side.", where, f"Write --{name} r=VALUE or l=VALUE.")
        mine = prefix if equals else side
        if mine is None:
            raise InputError("Which leg?", where, f"Add --side r or --side l, or write --{name} r={number}.")
        value = number_of(number, where, option.least, option.most, f"{option.means}.")
        values["l" if mine == "l" else "r"].append(value)
    return values


def _refuse_exchange(name: str, values: dict[Side, list[float]]) -> None:
    wrong = exchanged_reading(values["r"], values["l"])
    if wrong is not None:
        raise InputError(
            f"Reading {wrong + 1} of the right leg looks like the left leg's, and the other way round.",
            f"--{name}: right {_listed(values['r'])}; left {_listed(values['l'])}",
            "Were right and left exchanged once? Correct it, or measure again.",
        )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{v:g}" for v in values)


def _leg(side: Side, values: dict[str, list[float]], arguments: argparse.Namespace) -> LegReadings:
    mean = {name: _mean(name, side, values[name]) for name in ("thigh", "knee", "tilt", "drift", "ely")}
    mass = mass_of(arguments.mass)
    push = _push(side, values["push"], mass, arguments.lever)
    thomas = None
    if any(mean[name] is not None for name in ("thigh", "knee", "tilt", "drift")):
        thomas = _thomas(side, mean, arguments)
    ely = None if mean["ely"] is None else ElyReading(float(np.radians(mean["ely"])))
    return LegReadings(side, thomas, ely, push)


def _thomas(side: Side, mean: dict[str, float | None], arguments: argparse.Namespace) -> ThomasReading:
    thigh, knee, tilt, drift = (mean[name] for name in ("thigh", "knee", "tilt", "drift"))
    for name, value in (("thigh", thigh), ("knee", knee)):
        if value is None:
            raise InputError(
                f"The {name} angle of the {SIDES[side]} leg is missing.",
                f"--{name}",
                f"Give {OPTIONS[name].means}.",
            )
    assert thigh is not None and knee is not None
    _refuse_radians(thigh, knee, tilt)
    error = number_of(arguments.error, f"--error {arguments.error}", 1.0, 15.0, "degrees, one SD.")
    tilt_error = number_of(
        arguments.tilt_error, f"--tilt-error {arguments.tilt_error}", 1.0, 20.0, "degrees, one SD."
    )
    return ThomasReading(
        thigh_rad=float(np.radians(thigh)),
        knee_rad=float(np.radians(knee)),
        tilt_rad=None if tilt is None else float(np.radians(tilt)),
        thigh_error_rad=float(np.radians(error)),
        knee_error_rad=float(np.radians(error)),
        tilt_error_rad=float(np.radians(tilt_error)),
        drift_rad=None if drift is None else float(np.radians(round(drift))),
    )


def _refuse_radians(thigh: float, knee: float, tilt: float | None) -> None:
    if abs(thigh) < 1.6 and 0.0 < knee < 3.2:
        raise InputError(
            "These angles look like radians.",
            f"--thigh {thigh:g} --knee {knee:g}",
            "Give degrees: 0.8 radians is 46 degrees. No knee hangs almost straight from a level thigh.",
        )
    if tilt is not None and 0.0 < abs(tilt) < 0.8 and tilt != round(tilt):
        raise InputError(
            "This tilt looks like radians.", f"--tilt {tilt:g}", "Give degrees: 0.2 radians is 11 degrees."
        )


def _push(
    side: Side, values: Sequence[float], mass: float | None, lever_word: str | None
) -> PushReading | None:
    if not values:
        return None
    where = f"--push of the {SIDES[side]} leg"
    if mass is None or lever_word is None:
        raise InputError(
            "A push needs the body mass and the lever.",
            where,
            "Add --mass KG and --lever M, the metres from the hip joint (the bony point at the side of the "
            "hip) to the dynamometer.",
        )
    lever = number_of(
        lever_word, f"--lever {lever_word}", 0.15, 0.60, "metres from the hip joint to the dynamometer."
    )
    _refuse_spread("push", side, values)
    return PushReading(force_n=max(values), lever_m=lever, mass_kg=mass)


def _mean(name: str, side: Side, values: Sequence[float]) -> float | None:
    if not values:
        return None
    _refuse_spread(name, side, values)
    return sum(values) / len(values)


def _refuse_spread(name: str, side: Side, values: Sequence[float]) -> None:
    apart = max(values) - min(values)
    if apart > OPTIONS[name].most_spread:
        unit = "newtons" if name == "push" else "degrees"
        raise InputError(
            f"The readings of the {SIDES[side]} leg differ by {apart:g} {unit}.",
            f"--{name} {_listed(values)}",
            "Measure again: these are not readings of one leg. The other leg's are given as r= or l=.",
        )
