"""`psoas whatif`: the same movement with a weaker, shorter or stiffer muscle, on several bodies."""

import argparse
import sys

from psoas.cli import options
from psoas.cli.analyse import add_recording, body_of, progress_on_stderr, trial_of
from psoas.engine.body import load_body
from psoas.engine.normative import MOVEMENTS
from psoas.engine.pipeline import Progress as Tell
from psoas.engine.types import Subject
from psoas.engine.what_if import Movement, normative_movement, recorded_movement, what_if
from psoas.errors import InputError
from psoas.exchange.run_folder import as_json
from psoas.exchange.what_if_words import what_if_json, what_if_text

_RECORDING = ("markers", "coordinates", "static", "grf", "mass", "height", "model", "trim")


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """A built-in movement or a recording, and the knobs."""
    verb.add_argument(
        "--movement",
        choices=[name.replace("_", "-") for name in MOVEMENTS],
        help="built in: natural (default), slow or fast walking, step up, step down of healthy adults",
    )
    add_recording(verb)
    options.add_knobs(verb)
    verb.add_argument("--json", action="store_true", help="print numbers instead of words")
    verb.set_defaults(parity=None)


def run(arguments: argparse.Namespace) -> int:
    """Prepare the movement on every body, change it, say what changed."""
    conditions = options.conditions_of(arguments, load_body().muscles)
    if len(conditions) == 1:
        raise InputError(
            "Nothing to change.",
            "psoas whatif",
            "Give a knob: --strength iliopsoas=0.5, --shortness iliopsoas=0.1 or --stiffness iliopsoas=2.",
        )
    with progress_on_stderr() as tell:
        found = what_if(_movement(arguments, tell), conditions[-1])
    if arguments.json:
        sys.stdout.write(as_json(what_if_json(found)))
    else:
        print(what_if_text(found))
    return 0


def _movement(arguments: argparse.Namespace, tell: Tell) -> Movement:
    given = [name for name in _RECORDING if getattr(arguments, name) is not None]
    sides = options.sides_of(arguments.side)
    if not given:
        chosen = MOVEMENTS[(arguments.movement or "natural").replace("-", "_")]
        if not chosen.cyclic and arguments.side == "l":
            raise InputError(
                "Of a step only one leg is known; it is the right one here.", "--side l", "Leave --side out."
            )
        return normative_movement(chosen, sides=sides, progress=tell)
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
