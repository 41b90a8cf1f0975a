"""The safety questions as screens, and what their answers mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psoas.clinic.interview import Interview, Step
from psoas.clinic.knowledge import Screen as Shown
from psoas.clinic.types import Triage
from psoas.clinic.wording import message
from psoas.web import clock
from psoas.web.presenters.journal import ROUND, Noted
from psoas.web.presenters.page import shelf, sure

ASKED_FRESH = ("pain_now",)
WEEKS_PASS = ("duration_weeks", "selfcare_weeks")


def countries() -> list[tuple[str, str]]:
    """Countries whose numbers are known."""
    return [(each["id"], each["name"]) for each in shelf().knowledge.tables["countries"]["country"]]


def kept_screen(kept: Step) -> Shown:
    """A screen as it was asked, from its kept answers."""
    knowledge = shelf().knowledge
    whole = next(each for each in knowledge.screens if each.id == kept.screen)
    asked = tuple(id for id in whole.questions if id in kept.values or id in kept.not_sure)
    return Shown(whole.id, whole.order, whole.title, whole.text, asked)


def replaced(interview: Interview, place: int, step: Step) -> Interview:
    """The interview with the answer at a place (from 1) put in, or added at the end."""
    return Interview((*interview.steps[: place - 1], step, *interview.steps[place:]))


def form(screen: Shown, marks: dict[str, str]) -> dict[str, Any]:
    """What the page asks. marks: yes, no, unsure, or what was typed, by question."""
    knowledge = shelf().knowledge
    questions = [knowledge.questions[id] for id in screen.questions]
    first = questions[0]
    kind = "many" if first.type == "bool" and len(questions) > 1 else first.type
    return {
        "kind": kind,
        "title": screen.title,
        "text": screen.text if first.type == "bool" else "",
        "first": first,
        "mark": marks.get(first.id, ""),
        "options": list(zip(first.values, first.labels, strict=True)) if first.type == "enum" else [],
        "rows": [
            {"id": each.id, "text": each.text, "help": each.help, "mark": marks.get(each.id, "")}
            for each in questions
        ],
    }


def marks_of(kept: Step | None) -> dict[str, str]:
    """What was answered before, as the form shows it."""
    if kept is None:
        return {}
    words = {True: "yes", False: "no"}
    marks = {id: words[value] if isinstance(value, bool) else str(value) for id, value in kept.values.items()}
    return marks | dict.fromkeys(kept.not_sure, "unsure")


def told_before(notes: Sequence[Noted]) -> dict[str, str]:
    """What was answered before a check-in asked again, where it helps and cannot lull.

    Every question is answered anew. A yes stays marked until it is changed; a no has to be given again,
    and so has the pain. Weeks go on counting by themselves.
    """
    last = next((each for each in reversed(notes) if each.kind == ROUND), None)
    if last is None:
        return {}
    marks: dict[str, str] = {}
    for step in last.value["steps"]:
        weeks = max(0, (clock.now() - datetime.fromisoformat(step["at"])).days // 7)
        for id, value in step["values"].items():
            if value is True:
                marks[id] = "yes"
            elif id in WEEKS_PASS and isinstance(value, int):
                marks[id] = str(value + weeks)
            elif not isinstance(value, bool) and id not in ASKED_FRESH:
                marks[id] = str(value)
        marks |= dict.fromkeys(step["not_sure"], "unsure")
    return marks


def verdict(triage: Triage, country: str) -> dict[str, Any]:
    """The decision in words, every reason with its grade and source."""
    words = message(triage, shelf().knowledge, country or None)
    rules = {rule.id: rule for rule in triage.fired}

    def told(reasons: Any) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "name": rules[each.id].name,
                "text": each.text,
                "do": each.do,
                "draft": each.draft,
                "sure": sure(rules[each.id].grade, rules[each.id].sources),
            }
            for each in reasons
        ]

    return {
        "words": words,
        "level": triage.level or "OPEN",
        "reasons": told(words.reasons),
        "advisories": told(words.advisories),
    }
