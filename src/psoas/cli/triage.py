"""`psoas triage`: the safety questions in the terminal, most dangerous first; piped answers work too."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from psoas.clinic.answers import contradictions
from psoas.clinic.interview import Interview, answered, back, next_screen, result
from psoas.clinic.knowledge import Knowledge, Screen, load_knowledge
from psoas.clinic.types import Triage
from psoas.clinic.wording import Message, Reason, contacts, message, route_words
from psoas.errors import InputError

KEYS = "Enter: none of these.  1 3: these.  2?: not sure about 2.  ?: not sure at all.  b: back.  q: stop."
KEYS_ONE = "Give a number.  ?: not sure.  b: back.  q: stop."
COLOURS = {"EMERGENCY": "bold red", "URGENT": "bold red", "SOON": "bold yellow", "SELF_CARE": "bold green"}


class _Stop(Exception):
    """The person has stopped, or the answers have run out."""


class _Back(Exception):
    """The person wants the screen before."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--json", action="store_true", help="the result as JSON; the questions go to stderr")
    parser.add_argument(
        "--country",
        default=os.environ.get("PSOAS_COUNTRY"),
        help="two letters; whose numbers to show (or $PSOAS_COUNTRY). Without it no number is guessed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask until nothing more can change the answer, then say it."""
    knowledge = load_knowledge()
    call = contacts(knowledge, arguments.country)
    screen_out = Console(stderr=arguments.json, highlight=False, width=None if sys.stdout.isatty() else 88)
    purpose = knowledge.tables["purpose"]
    screen_out.print(Text(f"{purpose['says']} {purpose['not_reviewed']}", style="dim"))
    screen_out.print(Text(f"If you feel very ill now: {call.emergency[0].lower()}{call.emergency[1:]}."))
    interview, complete = _ask_all(knowledge, screen_out, call)
    decision = result(interview, knowledge)
    if arguments.json:
        print(json.dumps(record(decision, knowledge, arguments.country, len(interview.steps)), indent=1))
    else:
        show(screen_out, decision, message(decision, knowledge, arguments.country), complete)
    return 0


def _ask_all(knowledge: Knowledge, out: Console, call: Any) -> tuple[Interview, bool]:
    """The interview, and whether it was gone through to its end."""
    interview = Interview()
    told: set[str] = set()
    while (screen := next_screen(interview, knowledge)) is not None:
        try:
            values, unsure = _ask(screen, knowledge, out, len(interview.steps) + 1)
            interview = _accepted(answered(interview, screen, knowledge, values, unsure), knowledge, out)
        except InputError as error:
            out.print(f"{error.what}. {error.advice}", style="yellow")
        except _Back:
            if not interview.steps:
                out.print("This is the first question.", style="yellow")
            interview = back(interview)
        except _Stop:
            return interview, False
        new = tuple(route for route in result(interview, knowledge).routes if route not in told)
        for words in route_words(new, call):
            out.print(Panel(words, title="This comes first", border_style="red"))
        told |= set(new)
    return interview, True


def _accepted(interview: Interview, knowledge: Knowledge, out: Console) -> Interview:
    """The interview, or without its last screen if that contradicts what was said before."""
    wrong = contradictions(interview.answers, knowledge)
    if wrong and result(interview, knowledge).level != "EMERGENCY":
        out.print(f"{wrong[0].says}: both cannot be. Please answer again, or go back with b.", style="yellow")
        return back(interview)
    return interview


def _ask(
    screen: Screen, knowledge: Knowledge, out: Console, number: int
) -> tuple[Mapping[str, Any], list[str]]:
    """Show one screen and read its answer."""
    questions = [knowledge.questions[id] for id in screen.questions]
    first = questions[0]
    out.print()
    out.rule(f"{number}. {screen.title}", align="left", style="dim")
    if screen.text and first.type == "bool":
        out.print(screen.text, style="bold")
    options = first.labels if first.type == "enum" else [question.text for question in questions]
    if first.type == "bool":
        for place, question in enumerate(questions, 1):
            out.print(_hung(f"  [bold]{place}[/]", question.text))
            if question.help:
                out.print(_hung("   ", f"[dim]{question.help}[/]"))
    else:
        out.print(first.text, style="bold")
        if first.help:
            out.print(first.help, style="dim")
        for place, label in enumerate(options if first.type == "enum" else (), 1):
            out.print(_hung(f"  [bold]{place}[/]", label))
    reply = _line(out, KEYS if first.type == "bool" else KEYS_ONE)
    if first.type == "bool":
        return _ticked(reply, list(screen.questions))
    if reply == "?":
        return {}, [first.id]
    if not reply.isdecimal() or len(reply) > 6:
        raise InputError(f"{reply[:20]!r} is not a number here", screen.title, KEYS_ONE)
    if first.type == "int":
        return {first.id: int(reply)}, []
    if not 1 <= int(reply) <= len(first.values):
        raise InputError(f"There is no {reply}", screen.title, f"Give 1 to {len(first.values)}.")
    return {first.id: first.values[int(reply) - 1]}, []


def _hung(mark: str, text: str) -> Grid:
    """Text that wraps beside its mark, not under it."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_row(mark, text)
    return grid


def _ticked(reply: str, ids: list[str]) -> tuple[Mapping[str, Any], list[str]]:
    """Which are ticked and which are not sure, from a reply such as `1 3?`."""
    if reply == "?":
        return {}, ids
    values: dict[str, bool] = {}
    unsure: list[str] = []
    for word in reply.replace(",", " ").split():
        place = word.removesuffix("?")
        if not place.isdecimal() or len(place) > 2 or not 0 <= int(place) <= len(ids):
            raise InputError(f"{word[:20]!r} is not an answer here", "", KEYS)
        if place != "0" and word.endswith("?"):
            unsure.append(ids[int(place) - 1])
        elif int(place):
            values[ids[int(place) - 1]] = True
    both = [id for id in unsure if id in values]
    if both:
        raise InputError("One answer says both yes and not sure", "", "Give each number once.")
    return values, unsure


def _line(out: Console, keys: str) -> str:
    out.print(keys, style="dim")
    out.print("> ", end="")
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        out.print(line.rstrip("\n")[:80], markup=False)  # the reply, as a terminal would show it
    word = line.strip().lower()
    if not line or word in ("q", "quit", "stop"):
        raise _Stop
    if word in ("b", "back"):
        raise _Back
    return "" if word in ("0", "none", "no", "n") and "none" in keys else word


def show(out: Console, decision: Triage, words: Message, complete: bool) -> None:
    """Print the decision as a page."""
    out.print()
    if not complete:
        out.print("You stopped before the end; this is what your answers show so far.", style="yellow")
    for route in words.routes:
        out.print(Panel(route, title="This comes first", border_style="red"))
    colour = COLOURS.get(decision.level or "", "bold")
    out.print(Panel(f"{words.says}\n{words.do}", title=f"[{colour}]{words.title}[/]", border_style=colour))
    _reasons(out, "Why", words.reasons)
    if words.unsure:
        out.print(f"\n[bold]{words.unsure[0]}[/]")
        for text in words.unsure[1:]:
            out.print(_hung("  •", text))
    _reasons(out, "Also", words.advisories)
    if words.open:
        out.print(f"\n[bold]Still open: {len(words.open)} questions[/]")
        for text in words.open[:6]:
            out.print(_hung("  •", text))
        if len(words.open) > 6:
            out.print(f"  and {len(words.open) - 6} more")
    out.print(f"\n{words.purpose} {words.review}", style="dim")
    out.print(f"knowledge {decision.knowledge_hash[:12]}", style="dim")


def _reasons(out: Console, title: str, reasons: tuple[Reason, ...]) -> None:
    if not reasons:
        return
    out.print(f"\n[bold]{title}[/]")
    for reason in reasons:
        draft = ", draft" if reason.draft else ""
        out.print(_hung("  •", f"{reason.text} {reason.do}".rstrip()))
        out.print(_hung("   ", f"[dim]{reason.id}, {reason.sure}{draft}: {'; '.join(reason.sources)}[/]"))


def record(decision: Triage, knowledge: Knowledge, country: str | None, screens: int) -> dict[str, Any]:
    """The decision as JSON values."""
    words = message(decision, knowledge, country)
    return {
        "level": decision.level,
        "rules": list(decision.rules),
        "within_days": decision.within_days,
        "unasked": list(decision.unasked),
        "not_sure": sorted({id for each in decision.unsure for id in each.questions}),
        "professional_recommended": decision.professional_recommended,
        "do": words.do,
        "reasons": [
            {"id": rule.id, "level": rule.level, "reason": rule.reason, "because": list(rule.because)}
            | {"grade": rule.grade, "sources": list(rule.sources), "precaution": rule.precaution}
            for rule in decision.fired
        ],
        "routes": list(decision.routes),
        "screens": screens,
        "knowledge": decision.knowledge_hash,
    }
