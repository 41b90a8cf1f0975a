"""An example to look round in: the invented person of `psoas demo`, marked on every page as an example."""

import tomllib
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from psoas.clinic.interview import Interview, answered, next_screen
from psoas.web.models import Person, Screen
from psoas.web.presenters.page import shelf
from psoas.web.presenters.sheets import STEP, STORY
from psoas.web.presenters.story import decided
from psoas.web.views.answer import to_ask
from psoas.web.views.people import hold, ids_of, people_here, tell

# What the case says in a word, as readings that show it: a short hip flexor, and pain that falls on two days.
READINGS = {
    "reading.hip_extension": {"method": "goniometer", "right": [-6.0, -5.0, -6.0], "left": [7.0, 6.0, 7.0]},
    "reading.task_pain": [{"before": 5, "rested": 5, "after": 3}, {"before": 4, "rested": 4, "after": 2}],
}
MINUTES_A_DAY = 20


@require_http_methods(["POST"])
def example(request: HttpRequest) -> HttpResponse:
    """The example of this browser, made where there is none yet; its answer is shown."""
    person = next((each for each in people_here(request) if each.is_example), None)
    if person is None:
        person = made()
    response = redirect("answer", person.pk)
    hold(response, list(dict.fromkeys([*ids_of(request), person.pk])))
    return response


def made() -> Person:
    """The person of example_person.toml with every page of the way filled in."""
    (case,) = tomllib.loads((files("psoas") / "example_person.toml").read_text(encoding="utf-8"))["case"]
    with transaction.atomic():
        person = Person.objects.create(name=_("Example"), is_example=True)
        _answer_safety(person, case["triage"] | {"age": case["age"]})
        asked = [name for sheet in (*STORY, STEP) for name in sheet.asks]
        told: dict[str, Any] = {f"finding.{name}": name in case["findings"] for name in asked}
        told |= {f"screen.{sheet.id}": True for sheet in (*STORY, STEP)}
        told |= {"drawing": ["KNEE_ANT_PATELLA_R"], "side": case["side"]} | READINGS
        told |= {"circumstance.minutes_a_day": MINUTES_A_DAY, "screen.time": True}
        told["circumstance.office_work"] = True
        tell(person, told)
        while left := to_ask(*decided(person)):
            tell(person, {f"circumstance.{name}": False for name in left})
    return person


def _answer_safety(person: Person, given: dict[str, Any]) -> None:
    """Every screen that is asked: what is given, and nothing of all the rest."""
    knowledge, interview = shelf().knowledge, Interview()
    while (screen := next_screen(interview, knowledge)) is not None:
        values = {id: given.get(id, knowledge.questions[id].nothing) for id in screen.questions}
        interview = answered(interview, screen, knowledge, values)
        Screen.objects.create(
            person=person, place=len(interview.steps), screen=screen.id, values=values, not_sure=[]
        )
