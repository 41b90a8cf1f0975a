"""`psoas demo`: the main job on measured movement that is built in."""

import argparse
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

from psoas.cli.analyse import progress_on_stderr
from psoas.cli.case import tag_of
from psoas.clinic.case import cases_of, decide
from psoas.clinic.case_page import page
from psoas.clinic.reasoning import load_reasoning
from psoas.engine.normative import normative_walk
from psoas.engine.types import AS_BUILT, Condition
from psoas.exchange.columns import wrapped
from psoas.exchange.report import Demo, Person
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
    person = example_person()
    with progress_on_stderr() as tell:
        analysis = normative_walk(CONDITIONS, progress=tell)
        write_run(analysis, arguments.out, demo=Demo(LEAD, person))
    numbers = summary(analysis)
    if arguments.json:
        sys.stdout.write(as_json(numbers))
        return 0
    print(wrapped(f"{LEAD}\n\n{plain_text(analysis, numbers)}\n\n{_in_short(person)}"))
    print(f"\nThe report: {arguments.out / 'report.html'}")
    return 0


def example_person() -> Person:
    """Safety, explanations and plan for the person of example_person.toml, decided now from the shelf."""
    table = tomllib.loads((files("psoas") / "example_person.toml").read_text(encoding="utf-8"))
    reasoning = load_reasoning()
    (case,) = cases_of(table, reasoning, "example_person.toml")
    blocks = page(case, decide(case, reasoning), reasoning)
    numbers: dict[str, int] = {}
    tags = [tag_of(block, reasoning, numbers) for block in blocks]
    # A run of sentences of one grade and source is tagged once, at its end, as `psoas case` does.
    shown = (tag if tag != after else "" for tag, after in zip(tags, [*tags[1:], ""], strict=True))
    return Person(
        table["case"][0]["vignette"],
        tuple(
            (block.kind, block.text.removeprefix("example: "), tag)
            for block, tag in zip(blocks, shown, strict=True)
        ),
        tuple(reasoning.knowledge.sources[name].cites for name in numbers),
    )


def _in_short(person: Person) -> str:
    """The headings of the person's page down to the plan's last line: the whole of it is in the report."""
    lines = [f"An example person. {person.about}", ""]
    for kind, text, _ in person.blocks:
        if kind == "heading" and text == "Your first week":
            break
        if kind in ("title", "heading"):
            lines.append(text)
        elif kind == "name":
            lines.append(f"  - {text}")
    return "\n".join(lines)
