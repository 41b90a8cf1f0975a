"""Safety first: one screen a page, each answer kept as it is posted, and what the answers mean."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.clinic.answers import contradictions, settled
from psoas.clinic.interview import Interview, answered, next_screen, result
from psoas.clinic.knowledge import Screen as Shown
from psoas.clinic.triage import proved_level, routes
from psoas.clinic.wording import contacts, route_words
from psoas.errors import InputError
from psoas.web.models import Person, Screen
from psoas.web.presenters.journal import run_of
from psoas.web.presenters.page import shelf
from psoas.web.presenters.safety import form, kept_screen, marks_of, replaced, told_before, verdict
from psoas.web.presenters.sheets import MARKS
from psoas.web.presenters.story import interview_of
from psoas.web.presenters.week import running
from psoas.web.views.noting import new_uid, notes_of
from psoas.web.views.people import person_of


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, id: str, place: int) -> HttpResponse:
    """The screen at a place (from 1). An earlier one shows its answer; later ones are kept."""
    person = person_of(request, id)
    interview = interview_of(person)
    steps = interview.steps
    if place > len(steps) + 1:
        return redirect("safety", person.pk, len(steps) + 1)
    kept = steps[place - 1] if place <= len(steps) else None
    screen = next_screen(interview, shelf().knowledge) if kept is None else kept_screen(kept)
    if screen is None:
        return redirect("result", person.pk)
    if request.method != "POST":
        return _shown(request, person, interview, screen, place, marks_of(kept))
    if request.POST.get("screen") not in (screen.id, None):  # another tab went on: show what is asked now
        return redirect("safety", person.pk, place)
    try:
        values, unsure = read(request, screen)
        step = answered(Interview(), screen, shelf().knowledge, values, unsure).steps[0]
    except InputError as error:
        marks = {name: request.POST.get(name, "") for name in screen.questions}
        message = f"{error.what}. {error.advice}"
        return _shown(request, person, interview, screen, place, marks, message, 422)
    after = replaced(interview, place, step)
    level = proved_level(settled(after.answers, shelf().knowledge), shelf().knowledge)
    wrong = contradictions(after.answers, shelf().knowledge)
    if wrong and level != "EMERGENCY":
        marks = {name: request.POST.get(name, "") for name in screen.questions}
        message = _("%(what)s: both cannot be. Answer again, or go back.") % {"what": wrong[0].says}
        return _shown(request, person, interview, screen, place, marks, message, 422)
    answer = Screen(
        person=person,
        place=place,
        screen=step.screen,
        values=dict(step.values),
        not_sure=sorted(step.not_sure),
    )
    Screen.objects.bulk_create(
        [answer],
        update_conflicts=True,
        unique_fields=("person", "place"),
        update_fields=("screen", "values", "not_sure", "at"),
    )
    if level == "EMERGENCY":
        return redirect("result", person.pk)
    return redirect("safety", person.pk, place + 1)


def read(request: HttpRequest, screen: Shown) -> tuple[dict[str, Any], list[str]]:
    """Answers and not-sures from the form. Raises `InputError` with what to do."""
    questions = [shelf().knowledge.questions[name] for name in screen.questions]
    first = questions[0]
    if first.type == "int":
        if "unsure" in request.POST:
            return {}, [first.id]
        typed = request.POST.get(first.id, "").strip()
        if not typed.removeprefix("-").isdecimal() or len(typed) > 6:
            raise InputError(
                _("This needs a whole number"),
                screen.title,
                _("Give one from %(low)s to %(high)s.") % {"low": first.low, "high": first.high},
            )
        return {first.id: int(typed)}, []
    if first.type == "enum":
        chosen = request.POST.get(first.id, "")
        if chosen == "unsure":
            return {}, [first.id]
        if not chosen:
            raise InputError(
                _("Nothing is chosen"), screen.title, _("Choose one, or say that you are not sure.")
            )
        return {first.id: chosen}, []
    marks = {name: request.POST.get(name, "") for name in screen.questions}
    if any(mark not in ("", *MARKS) for mark in marks.values()):
        raise InputError(_("That is not an answer here"), screen.title, _("Choose yes, not sure or no."))
    if "none" in request.POST and any(mark in ("yes", "unsure") for mark in marks.values()):
        raise InputError(
            _("Something is marked, and you chose none of these"), screen.title, _("Keep one of the two.")
        )
    if "none" not in request.POST and not any(marks.values()):
        raise InputError(
            _("Nothing is marked yet"), screen.title, _("Mark what is true, or choose none of these.")
        )
    values = {name: mark == "yes" for name, mark in marks.items() if mark in ("yes", "no")}
    return values, [name for name, mark in marks.items() if mark == "unsure"]


def _shown(
    request: HttpRequest,
    person: Person,
    interview: Interview,
    screen: Shown,
    place: int,
    marks: dict[str, str],
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    call = contacts(shelf().knowledge, person.country or None)
    notes = notes_of(person)
    run = run_of(notes)
    context = form(screen, marks or told_before(notes)) | {
        "person": person,
        "checking": run is not None and run.round_at is not None,
        "since": None if run is None else run.since,
        "screen": screen,
        "place": place,
        "most": len(shelf().knowledge.screens),
        "scale": range(11),
        "before": place - 1,
        "error": error,
        "call": call,
        "routes": route_words(routes(interview.answers, shelf().knowledge), call),
    }
    return render(request, "safety.html", context, status=status)


@require_safe
def outcome(request: HttpRequest, id: str) -> HttpResponse:
    """What the safety answers mean: stop, or go on."""
    person = person_of(request, id)
    interview = interview_of(person)
    triage = result(interview, shelf().knowledge)
    stopped = triage.level in ("EMERGENCY", "URGENT")
    steps = len(interview.steps)
    if triage.level is None and next_screen(interview, shelf().knowledge) is not None:
        return redirect("safety", person.pk, steps + 1)
    run = running(person)
    context = verdict(triage, person.country) | {
        "person": person,
        "run": run,
        "checking": run is not None and run.round_at is not None,
        "uid": new_uid(),
        "stopped": stopped or triage.level is None,
        "steps": steps,
    }
    return render(request, "result.html", context)
