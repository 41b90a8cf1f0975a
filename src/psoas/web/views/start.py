"""The first page, and the hub from which a person goes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.web.models import Person
from psoas.web.presenters.learning import learner
from psoas.web.presenters.safety import countries
from psoas.web.presenters.sheets import STORY
from psoas.web.presenters.story import told_of, triage_of
from psoas.web.presenters.week import this_week
from psoas.web.views.noting import today
from psoas.web.views.people import hold, ids_of, people_here, person_of

LONGEST_NAME = 60


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What it is, and a button to begin."""
    return render(request, "start.html", first_page(request))


def first_page(request: HttpRequest, name: str = "", country: str = "") -> dict[str, Any]:
    """What the first page shows, with what was typed."""
    people = people_here(request)
    return {
        "people": people,
        "begun": not all(each.is_example for each in people),
        "countries": countries(),
        "name": name,
        "country": country,
    }


@require_http_methods(["POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A new person on this machine; their safety questions come first."""
    name, country = request.POST.get("name", "").strip(), request.POST.get("country", "")
    error = ""
    if len(name) > LONGEST_NAME:
        error = _("A name here has at most %(most)s letters.") % {"most": LONGEST_NAME}
    elif country and country not in {code for code, _name in countries()}:
        error = _("Choose a country from the list, or none.")
    elif "\x00" in name:
        error = _("Please use letters only.")
    if error:
        return render(
            request, "start.html", first_page(request, name, country) | {"error": error}, status=422
        )
    person = Person.objects.create(name=name, country=country)
    response = redirect("safety", person.pk, 1)
    hold(response, [*ids_of(request), person.pk])
    return response


@require_safe
def hub(request: HttpRequest, id: str) -> HttpResponse:
    """Where this person is on their way, and what comes next."""
    person = person_of(request, id)
    triage, told, learning = triage_of(person), told_of(person), learner(person, today(request))
    done = {
        "safety": triage.level is not None,
        "where": "drawing" in told,
        "story": all(f"screen.{sheet.id}" in told for sheet in STORY),
        "tests": any(key.startswith(("reading.", "screen.step", "screen.exam")) for key in told),
    }
    stopped = triage.level in ("EMERGENCY", "URGENT")
    is_open = triage.level is not None and not stopped
    return render(
        request,
        "hub.html",
        {
            "person": person,
            "done": done,
            "triage": triage,
            "stopped": stopped,
            "open": is_open,
            "questions_due": len(learning.waiting),
            "next_lesson": learning.next,
            **(this_week(person, today(request)) if is_open else {}),
        },
    )
