"""A page of the manual for every vignette: the person, what psoas answers, and what was expected by hand.

`docs/generate.py` calls `vignette_pages` and writes what it returns.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from psoas.clinic.case import as_record, decide, read_cases
from psoas.clinic.pages import notice
from psoas.clinic.reasoning import Reasoning
from psoas.clinic.types import Unsure

LEVELS = {
    "EMERGENCY": "Emergency care now",
    "URGENT": "A clinician today",
    "SOON": "A clinician within {days} days",
    "SELF_CARE": "A plan of one's own may start",
    None: "No level yet: questions are open",
}
ROLES = {
    "primary_source": "the likely source",
    "likely_contributor": "a likely part of it",
    "possible_contributor": "a possible part of it",
    "unlikely": "unlikely to be part of it",
    "cannot_tell": "the tests so far cannot tell",
    "not_shown": "not shown",
}


def vignette_pages(paths: Iterable[Path], reasoning: Reasoning) -> dict[str, str]:
    """File name under docs/vignettes -> markdown, one page a vignette and `index.md`."""
    pages: dict[str, str] = {}
    lines = [
        "# Vignettes",
        "",
        "Invented people, what psoas answers, and what was written by hand before.",
    ]
    for path in sorted(paths):
        written = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        lines += ["", f"## {path.stem.replace('_', ' ').capitalize()}", ""]
        for words, case in zip(written, read_cases(path, reasoning), strict=True):
            decision = decide(case, reasoning)
            record = as_record(case, decision)
            pages[f"{case.id}.md"] = _page(words, record, decision.triage.unsure, reasoning)
            lines.append(f"- [{words['title']}]({case.id}.md): {_level(record)}")
    return {"index.md": "\n".join([*lines, ""]), **pages}


def _level(record: dict[str, Any]) -> str:
    return LEVELS[record["level"]].format(days=record["within_days"])


def _page(
    words: dict[str, Any], record: dict[str, Any], unsure: tuple[Unsure, ...], reasoning: Reasoning
) -> str:
    shelf = reasoning.knowledge
    rules = {rule.id: rule for rule in shelf.rules}
    lines = [f"# {words['title']}", "", f"> {notice(shelf.tables['purpose'])}", "", words["vignette"], ""]
    lines += ["## What psoas answers", "", f"**{_level(record)}.**", ""]
    lines += [f"- {name}: {rules[name].name}. {rules[name].says}" for name in record["rules"]]
    lines += [""] if record["rules"] else ["No red flag fired.", ""]
    for doubt in unsure:
        lines += [f"Not sure of {', '.join(doubt.questions)}: that counts as {doubt.level}.", ""]
    if record["unasked"]:
        lines += [f"Still open: {', '.join(record['unasked'])}.", ""]
    named = [h for h in record["hypotheses"] if h["points"] > 0][:3]
    if named:
        conditions = shelf.tables["conditions"]
        lines += ["Explanations, best first:", ""]
        lines += [f"- {conditions[h['id']]['name']} ({h['standing']}, {h['points']} points)" for h in named]
        lines.append("")
    lines += [f"The hip flexor: {ROLES[record['role']]}.", ""]
    if record["plan"]:
        lines += ["Plan:", ""] + [f"- {line['id']}: {line['dose']}" for line in record["plan"]] + [""]
    return "\n".join([*lines, *_expected(words), ""])


def _expected(words: dict[str, Any]) -> list[str]:
    lines = ["## What was written before", "", words["plan_focus"], ""]
    for key, value in words.items():
        if key.startswith("expected_"):
            said = ", ".join(value) if isinstance(value, list) else value
            lines.append(f"- {key.removeprefix('expected_').replace('_', ' ')}: {said or 'none'}")
    return lines
