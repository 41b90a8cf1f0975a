"""From what is kept of a person to the values of the clinic: their interview and their case."""

from typing import Any

from psoas.clinic.answers import settled
from psoas.clinic.assessment import Findings
from psoas.clinic.case import Case, Decision, decide
from psoas.clinic.interview import Interview, Step, result
from psoas.clinic.logic import UNSURE
from psoas.clinic.measured_tests import Shown, findings_from
from psoas.clinic.types import Triage, Value
from psoas.web.models import Person
from psoas.web.presenters.page import shelf

NOTHING_SHOWN = Shown(frozenset(), frozenset(), frozenset(), ())


def interview_of(person: Person) -> Interview:
    """The interview as the clinic knows it: the answered screens in order."""
    kept = person.screens.order_by("place").values_list("screen", "values", "not_sure")
    return Interview(tuple(Step(screen, values, frozenset(unsure)) for screen, values, unsure in kept))


def triage_of(person: Person) -> Triage:
    """The level that the answers so far prove."""
    return result(interview_of(person), shelf().knowledge)


def told_of(person: Person) -> dict[str, Any]:
    """Everything told besides the safety questions, by key."""
    return dict(person.told.values_list("key", "value"))


def case_of(person: Person) -> Case:
    """The person's case. What they were not sure about among findings stays unknown."""
    told, reasoning = told_of(person), shelf()
    answers = settled(interview_of(person).answers, reasoning.knowledge)
    side = told.get("side")
    readings = {
        key.removeprefix("reading."): value
        for key, value in told.items()
        if key.startswith("reading.") and of_side(value, side)
    }
    shown = findings_from(readings, reasoning.norms, side or "both", "tests") if readings else NOTHING_SHOWN
    findings = {
        key.removeprefix("finding."): value for key, value in told.items() if key.startswith("finding.")
    }
    measured = shown.present | shown.absent | shown.undecided
    present = {name for name, value in findings.items() if value is True} - measured
    absent = {name for name, value in findings.items() if value is False} - measured
    age = answers.values.get("age")
    return Case(
        id=person.name or "you",
        answers=answers,
        findings=Findings(
            age=age if isinstance(age, int) else None,
            present=frozenset(present) | shown.present,
            absent=frozenset(absent) | shown.absent,
            undecided=shown.undecided,
        ),
        drawing=frozenset(told.get("drawing", ())),
        side=side,
        circumstances=_circumstances(told),
        measured=shown.measured,
    )


def of_side(reading: Any, side: str | None) -> bool:
    """Whether it says something of the painful side: another side may have been named since."""
    other = {"r": "left", "l": "right"}.get(side or "")
    return not isinstance(reading, dict) or bool(set(reading) - {"method", other})


def _circumstances(told: dict[str, Any]) -> dict[str, Value]:
    """Not sure counts as holding: no line is offered on the strength of it."""
    return {
        key.removeprefix("circumstance."): UNSURE if value is None else value
        for key, value in told.items()
        if key.startswith("circumstance.")
    }


def decided(person: Person) -> tuple[Case, Decision]:
    """The case and what follows from it."""
    case = case_of(person)
    return case, decide(case, shelf())
