"""`psoas case FILE`: safety, explanations and plan for each case of a file."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from psoas.clinic.case import as_record, decide, read_cases
from psoas.clinic.case_page import Block, page
from psoas.clinic.pages import is_checked, notice
from psoas.clinic.reasoning import Reasoning, load_reasoning

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NARROWEST, WIDEST = 60, 96
OWN = ("OwnJudgement", "OwnSearch")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument("file", type=Path, help="case file (TOML), see the how-to on case files")
    parser.add_argument("--country", help="two letters, for the numbers to call; without it none is named")
    parser.add_argument("--json", action="store_true", help="one record per case on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Decide every case of the file; nothing is printed before all of them have been read."""
    reasoning = load_reasoning()
    cases = read_cases(arguments.file, reasoning)
    if arguments.json:
        records = [as_record(case, decide(case, reasoning)) for case in cases]
        print(json.dumps(records, indent=1, ensure_ascii=False))
        return 0
    for case in cases:
        show(page(case, decide(case, reasoning), reasoning, arguments.country), reasoning)
    return 0


def show(blocks: tuple[Block, ...], reasoning: Reasoning) -> None:
    """Print one page: colours on a terminal, plain text into a pipe. Sources are listed at the end."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.width = max(NARROWEST, min(WIDEST, console.width))
    styles = {"title": "bold", "heading": "bold red", "name": "bold", "note": "dim italic"}
    indents = {"says": 2, "item": 2, "therapist": 2, "step": 4, "day": 4, "question": 4, "note": 4}
    marks = {"item": "• ", "step": "– ", "question": "? ", "therapist": "• "}
    numbers: dict[str, int] = {}
    tags = [tag_of(block, reasoning, numbers) for block in blocks]
    for block, tag, following in zip(blocks, tags, [*tags[1:], ""], strict=True):
        text = Text(marks.get(block.kind, "") + block.text, style=styles.get(block.kind, ""))
        if tag and tag != following:  # a run of sentences of one grade and source is tagged once, at its end
            text.append(f" [{tag}]", style="dim")
        if block.kind in ("title", "heading", "name"):
            console.print()
        _print(text, indents.get(block.kind, 0), console)
    console.print("\nSources", style="bold red")
    for name, number in numbers.items():
        _print(Text(f"{number} {reasoning.knowledge.sources[name].cites}"), 2, console)
    console.print()
    _print(Text(notice(reasoning.knowledge.tables["purpose"]), style="dim"), 0, console)
    _print(Text(f"Knowledge {reasoning.knowledge.hash[:12]}.", style="dim"), 0, console)


def _print(text: "Text", indent: int, console: "Console") -> None:
    """Wrapped and indented, without the blanks at the ends of lines that a pipe would keep."""
    for line in text.wrap(console, console.width - indent):
        line.rstrip()
        line.pad_left(indent)
        console.print(line)


def tag_of(block: Block, reasoning: Reasoning, numbers: dict[str, int]) -> str:
    """How sure one can be, and the numbers of the sources; nothing for what is no statement.

    numbers: of the sources met so far; new ones are added. Our own judgement and search need no number.
    """
    if block.grade is None:
        return ""
    words = reasoning.knowledge.tables["purpose"]["grades"]
    statuses = {name: reasoning.knowledge.sources[name].status for name in block.sources}
    word = words[block.grade] if is_checked(block.sources, statuses) else words["unchecked"]
    cited = [name for name in block.sources if name not in OWN]
    listed = ",".join(str(numbers.setdefault(name, len(numbers) + 1)) for name in cited)
    return f"{word} {listed}".strip()
