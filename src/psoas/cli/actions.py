"""`psoas actions`: what the psoas can do at hip and spine, by posture."""

import argparse
import sys

from psoas.engine.psoas_actions import actions, in_walking
from psoas.exchange.actions_words import actions_json, actions_text
from psoas.exchange.run_folder import as_json


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """Nothing to choose: one body, one side, every posture."""
    verb.add_argument("--json", action="store_true", help="print numbers instead of words")


def run(arguments: argparse.Namespace) -> int:
    """Compute and say."""
    found, walking = actions(), in_walking()
    if arguments.json:
        sys.stdout.write(as_json(actions_json(found, walking)))
    else:
        print(actions_text(found, walking))
    return 0
