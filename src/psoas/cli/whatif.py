"""`psoas whatif`: the same movement with a weaker, shorter or stiffer muscle, on several bodies."""

import argparse
import sys
from textwrap import fill

from psoas.cli import options
from psoas.cli.analyse import add_recording, body_of, progress_on_stderr, trial_of
from psoas.engine.adapted_what_if import adapted_what_if
from psoas.engine.body import load_body
from psoas.engine.movements import Listed, listed
from psoas.engine.pipeline import Progress as Tell
from psoas.engine.types import Subject
from psoas.engine.what_if import SETTINGS, Movement, recorded_movement, what_if
from psoas.errors import InputError
from psoas.exchange.columns import WIDE, wrapped
from psoas.exchange.run_folder import as_json
from psoas.exchange.what_if_words import what_if_json, what_if_text

_RECORDING = ("markers", "coordinates", "static", "grf", "mass", "height", "model", "trim")


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """A built-in movement or a recording, and the knobs."""
    verb.epilog = "Example: psoas whatif --movement squat --shortness iliopsoas=0.15"
    options.add_movement(verb, "natural if no recording is given")
    verb.add_argument("--list", action="store_true", help="the movements that are built in, and no more")
    add_recording(verb)
    options.add_knobs(verb)
    verb.add_argument("--json", action="store_true", help="print numbers instead of words")
    verb.set_defaults(parity=None, passive="calibrated")


def run(arguments: argparse.Namespace) -> int:
    """Prepare the movement, say what the change loads if it stays as it is and if it adapts."""
    if arguments.list:
        return _list(arguments.json)
    conditions = options.conditions_of(arguments, load_body().muscles)
    if len(conditions) == 1:
        raise InputError(
            "Nothing to change.",
            "psoas whatif",
            "Give a knob: --strength iliopsoas=0.5, --shortness iliopsoas=0.1 or --stiffness iliopsoas=2.",
        )
    with progress_on_stderr() as tell:
        movement = _movement(arguments, tell)
        found = what_if(movement, conditions[-1])
        moved = adapted_what_if(movement, conditions[-1], progress=tell)
    if arguments.json:
        sys.stdout.write(as_json(what_if_json(found, moved)))
    else:
        print(wrapped(what_if_text(found, moved)))
    return 0


def _movement(arguments: argparse.Namespace, tell: Tell) -> Movement:
    given = [name for name in _RECORDING if getattr(arguments, name) is not None]
    sides = options.sides_of(arguments.side)
    if not given:
        chosen = listed()[(arguments.movement or "natural").replace("-", "_")]
        if arguments.side == "l" and "l" not in chosen.sides:
            raise InputError(
                "Of this movement only one leg is told; it is the right one here.",
                "--side l",
                "Leave --side out.",
            )
        return chosen.prepare(SETTINGS, sides, tell)
    if arguments.movement is not None:
        raise InputError(
            f"--movement is built in; --{given[0]} belongs to a recording.",
            f"--{given[0]}",
            "Give one or the other.",
        )
    mass = options.mass_of(arguments.mass)
    if mass is None:
        raise InputError("The person's mass is needed.", "--mass", "Give it in kilograms: --mass 62.6.")
    subject = Subject(mass, options.height_of(arguments.height))
    window = options.window_of(arguments.trim)
    model = options.file_of(arguments.model, "--model")
    trial = trial_of(arguments, None, window)
    body, _ = body_of(arguments, trial, subject, model, tell)
    return recorded_movement(trial, subject, body, model=model, sides=sides, window_s=window, progress=tell)


def _list(as_numbers: bool) -> int:
    if as_numbers:
        sys.stdout.write(as_json([_about(one) for one in listed().values()]))
        return 0
    for one in listed().values():
        name = one.id.replace("_", "-")
        about = f"{name:<16}{one.title} ({one.kind}: {one.source.rstrip('.')})"
        print(fill(about, WIDE, subsequent_indent=" " * 16, break_on_hyphens=False))
    return 0


def _about(one: Listed) -> dict[str, object]:
    about = {"id": one.id, "title": one.title, "kind": one.kind, "source": one.source}
    return {**about, "sides": list(one.sides)}
