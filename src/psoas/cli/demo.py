"""`psoas demo`: the main job on measured movement that is built in."""

import argparse
import sys
from pathlib import Path

from psoas.cli.analyse import progress_on_stderr
from psoas.engine.normative import normative_walk
from psoas.engine.types import AS_BUILT, Condition
from psoas.exchange.report import Demo
from psoas.exchange.run_folder import as_json, refuse_unwritable, write_run
from psoas.exchange.summary import summary
from psoas.exchange.words import plain_text

CONDITIONS = (
    AS_BUILT,
    Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5}),
    Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1}),
)
LEAD = (
    "Healthy adults walking at their natural speed: the mean of 20 people measured by Bovi et al. (2011), "
    "on a body of average size. A mean curve is flatter than any one person's."
)


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """Where the report goes."""
    verb.add_argument(
        "--out", type=Path, default=Path("psoas-demo"), metavar="DIR", help="default: psoas-demo"
    )
    verb.add_argument("--json", action="store_true", help="print summary.json instead of words")


def run(arguments: argparse.Namespace) -> int:
    """Solve, write, say."""
    refuse_unwritable(arguments.out)
    with progress_on_stderr() as tell:
        analysis = normative_walk(CONDITIONS, progress=tell)
        write_run(analysis, arguments.out, demo=Demo(LEAD))
    numbers = summary(analysis)
    if arguments.json:
        sys.stdout.write(as_json(numbers))
        return 0
    print(f"{LEAD}\n\n{plain_text(analysis, numbers)}\n\nThe report: {arguments.out / 'report.html'}")
    return 0
