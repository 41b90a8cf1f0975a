"""Values of the command line, read once and checked: a clear error where one makes no sense."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from psoas.engine.movements import listed
from psoas.engine.muscle_table import GROUPS, lines_of
from psoas.engine.types import AS_BUILT, Condition, MuscleTable, Side
from psoas.errors import InputError, ModelError

# Knob: (least, most, what it means). Wide enough for every published weakness and contracture we know of;
# beyond it the muscle model's curves say nothing.
KNOBS: dict[str, tuple[float, float, str]] = {
    "strength": (0.0, 3.0, "times the maximal active force: 0.5 is half as strong"),
    "shortness": (-0.3, 0.4, "part by which the fibres are shorter: 0.1 is 10 %"),
    "stiffness": (0.0, 5.0, "times the passive force: 2 is twice as stiff"),
}


def add_knobs(verb: argparse.ArgumentParser) -> None:
    """--strength, --shortness and --stiffness; each may be repeated."""
    knobs = verb.add_argument_group(
        "what is changed",
        f"G is {', '.join(GROUPS)}, or a muscle such as recfem; with _r or _l on one side only.",
    )
    for knob, (least, most, means) in KNOBS.items():
        knobs.add_argument(
            f"--{knob}",
            action="append",
            default=[],
            metavar="G=x",
            help=f"x {means} ({least:g} to {most:g}); may be repeated".replace("%", "%%"),
        )


def add_movement(verb: argparse.ArgumentParser, default: str) -> None:
    """--movement NAME, one that is built in."""
    names = [name.replace("_", "-") for name in listed()]
    verb.add_argument(
        "--movement",
        choices=names,
        metavar="NAME",
        help=f"a built-in one: {', '.join(names)}; {default}. `psoas whatif --list` says what each is",
    )


def conditions_of(arguments: argparse.Namespace, muscles: MuscleTable) -> tuple[Condition, ...]:
    """As built, and one further condition with all knobs of the call together."""
    settings = {knob: _knob(knob, getattr(arguments, knob), muscles) for knob in KNOBS}
    words = [f"{group}_{knob}_{x:g}" for knob, setting in settings.items() for group, x in setting.items()]
    return (AS_BUILT, Condition("+".join(words), **settings)) if words else (AS_BUILT,)


def _knob(knob: str, given: Sequence[str], muscles: MuscleTable) -> dict[str, float]:
    least, most, means = KNOBS[knob]
    setting: dict[str, float] = {}
    for word in given:
        group, equals, number = word.partition("=")
        group = group.strip()
        where = f"--{knob} {word}"
        if not group or not equals:
            raise InputError(
                f"{word!r} is not a group and a number.", where, f"Write --{knob} iliopsoas=x, x {means}."
            )
        x = number_of(number, where, least, most, f"x is {means}.")
        if group in setting:
            raise InputError(f"{group} has two values.", where, f"Give one --{knob} for each group.")
        try:
            lines_of(muscles, group)
        except ModelError as error:
            raise InputError(error.what + ".", where, error.advice) from None
        setting[group] = x
    return setting


def number_of(word: str, where: str, least: float, most: float, advice: str) -> float:
    """A finite number in the range, or InputError."""
    try:
        value = float(word)
    except ValueError:
        raise InputError(f"{word!r} is not a number.", where, advice) from None
    if not math.isfinite(value) or not least <= value <= most:
        raise InputError(f"{value:g} is out of range.", where, f"Between {least:g} and {most:g}; {advice}")
    return value


def mass_of(word: str | None) -> float | None:
    """--mass in kg."""
    return None if word is None else number_of(word, f"--mass {word}", 10.0, 300.0, "the mass in kilograms.")


def height_of(word: str | None) -> float | None:
    """--height in m."""
    advice = "the height in metres: 1.70."
    return None if word is None else number_of(word, f"--height {word}", 0.5, 2.5, advice)


def window_of(word: str | None) -> tuple[float, float] | None:
    """--trim a:b, in seconds of the trial's own clock."""
    if word is None:
        return None
    where, advice = f"--trim {word}", "Write --trim 0.45:1.95, in seconds of the trial's own clock."
    begin, colon, end = word.partition(":")
    if not colon:
        raise InputError("Begin and end are needed.", where, advice)
    first, last = (number_of(part, where, -1e5, 1e5, advice) for part in (begin, end))
    if last <= first:
        raise InputError("The end is not after the beginning.", where, advice)
    return first, last


def sides_of(word: str) -> tuple[Side, ...]:
    """--side r, l or both."""
    return {"r": ("r",), "l": ("l",), "both": ("r", "l")}[word]  # type: ignore[return-value]


def file_of(path: Path | None, option: str) -> Path | None:
    """A file that is there and can be read."""
    if path is None:
        return None
    if not path.is_file():
        word = "is a folder" if path.is_dir() else "is not there"
        raise InputError(f"The file {word}.", f"{option} {path}", "Check the path.")
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InputError("The file cannot be read.", f"{option} {path}", str(error.strerror)) from error
