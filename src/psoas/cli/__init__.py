"""The doors for terminals: one verb a file. Root help needs the standard library only."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from psoas import __version__
from psoas.errors import UserError

VERBS = {
    "demo": "the main job on built-in measured movement and an example person",
    "analyse": "from a recording to the load on the knee",
    "case": "triage, assessment and plan for each case of a file",
    "whatif": "a weaker, shorter or stiffer muscle: the same movement, and the walk adapted to it",
    "exercise": "which muscle an exercise lengthens, which it works, by how much",
    "actions": "what the psoas does at hip and spine, by posture",
    "thomas": "from hip-flexor tests to how short and how strong, with an interval",
    "scene": "bones, muscle paths and activations of a movement, as files for a viewer",
    "triage": "the interview in the terminal",
    "knowledge": "check, list and show the shelf of cited knowledge",
    "serve": "the pages for a person, on this machine only",
}


class _Parser(argparse.ArgumentParser):
    """Wrong options are told as every other wrong input is."""

    def error(self, message: str) -> NoReturn:
        sentence = message[0].upper() + message[1:]
        told = UserError(sentence, f"the options of {self.prog}", f"{self.prog} --help shows all of them.")
        self.exit(2, _said(f"{self.prog}: {told}\n"))


def _said(message: str) -> str:
    from psoas.exchange.columns import wrapped

    return wrapped(message, hang="    ")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. Returns 0 done, 2 the input is wrong, 1 anything else."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _Parser(prog="psoas", description="Is my hip behind my knee pain, and what do I do about it?")
    parser.add_argument("--version", action="version", version=f"psoas {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    # Only the verb that runs is imported: help stays fast, and `case` needs no engine.
    chosen = next((word for word in arguments if word in VERBS), None)
    for name, purpose in VERBS.items():
        verb = verbs.add_parser(name, help=purpose, description=purpose)
        if name == chosen:
            importlib.import_module(f"psoas.cli.{name}").add_arguments(verb)
    parsed = parser.parse_args(arguments)
    try:
        return int(importlib.import_module(f"psoas.cli.{parsed.verb}").run(parsed))
    except UserError as error:
        print(_said(f"psoas {parsed.verb}: {error}"), file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 1
