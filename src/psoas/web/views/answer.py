"""The answer, what is still to ask about the plan, and the plan."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.clinic.case import Case, Decision, facts_of
from psoas.clinic.plan import circumstances_to_ask
from psoas.clinic.types import Triage
from psoas.web.models import Person
from psoas.web.presenters.answer import answer_of, plan_of
from psoas.web.presenters.own_body import own_body
from psoas.web.presenters.page import shelf
from psoas.web.presenters.sheets import MARKS, mark_of
from psoas.web.presenters.story import decided, told_of
from psoas.web.presenters.walk import own_picture, picture
from psoas.web.presenters.week import running
from psoas.web.views.people import tell
from psoas.web.views.story import after_safety

NUMBERS = ("minutes_a_day", "days_a_week", "sitting_ache_after_min")
ALWAYS = ("office_work", "runner", "feet_roll_in")
AT_ONCE = 5


@require_safe
@after_safety
def answer(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """Where the pain may come from, the role of the hip flexor, and the one next test."""
    case, decision = decided(person)
    own = own_body(case)
    shown = picture() if own is None else own_picture(person, own)
    context = answer_of(case, decision) | {"person": person, "picture": shown, "own": own}
    return render(request, "answer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def time(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """How much time there is, in numbers; each may be left empty."""
    told, known = told_of(person), shelf().circumstances
    typed = {name: str(told.get(f"circumstance.{name}") or "") for name in NUMBERS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in NUMBERS}
        values: dict[str, Any] = {}
        for name, word in typed.items():
            least, most = known[name]["least"], known[name]["most"]
            if word and not (word.isdecimal() and len(word) <= 6 and least <= int(word) <= most):
                errors[name] = _("Give a whole number from %(least)s to %(most)s, or leave it empty.") % {
                    "least": least,
                    "most": most,
                }
            elif word:
                values[f"circumstance.{name}"] = int(word)
        if not errors:
            person.told.filter(key__in=[f"circumstance.{name}" for name in NUMBERS]).delete()
            tell(person, values | {"screen.time": True})
            return redirect("about", person.pk)
    fields = [
        {"id": name, "text": known[name]["text"], "value": typed[name], "error": errors.get(name, "")}
        for name in NUMBERS
    ]
    return render(request, "time.html", {"person": person, "fields": fields}, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def about(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """What the lines of the plan hang on, a few at a time, until nothing is left to ask."""
    wanted, error = to_ask(*decided(person)), ""
    if not wanted:
        return redirect("plan", person.pk)
    asked = wanted[:AT_ONCE]
    marks = dict.fromkeys(asked, "")
    if request.method == "POST":
        shown = [name for name in request.POST.getlist("asked") if name in shelf().circumstances][:AT_ONCE]
        asked = shown or asked
        marks = {name: request.POST.get(name, "") for name in asked}
        none = "none" in request.POST
        if any(mark not in ("", *MARKS) for mark in marks.values()):
            error = _("That is not an answer here. Choose yes, not sure or no.")
        elif none and any(mark in ("yes", "unsure") for mark in marks.values()):
            error = _("Something is marked, and you chose none of these. Keep one of the two.")
        elif not none and not any(marks.values()):
            error = _("Nothing is marked yet. Mark what is true, or choose none of these.")
        else:
            kept = {
                f"circumstance.{name}": None if mark == "unsure" else mark == "yes"
                for name, mark in marks.items()
            }
            tell(person, kept)
            return redirect("about", person.pk)
    known, told = shelf().circumstances, told_of(person)
    rows = [
        {
            "id": name,
            "text": known[name]["text"],
            "help": "",
            "mark": marks[name] or mark_of(told, f"circumstance.{name}"),
        }
        for name in asked
    ]
    return render(
        request,
        "about.html",
        {"person": person, "rows": rows, "left": len(wanted), "error": error},
        status=422 if error else 200,
    )


def to_ask(case: Case, decision: Decision) -> list[str]:
    """Circumstances of yes and no that bear on this plan and have not been asked."""
    facts = facts_of(case, decision.triage, shelf())
    named = (*ALWAYS, *circumstances_to_ask(decision.plan, facts, shelf().remedies))
    return [
        name
        for name in dict.fromkeys(named)
        if shelf().circumstances[name]["type"] == "bool" and name not in case.circumstances
    ]


@require_safe
@after_safety
def plan(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """Every line with dose, steps, progression, stop rule, grade and source."""
    if not told_of(person).get("screen.time"):
        return redirect("time", person.pk)
    case, decision = decided(person)
    if to_ask(case, decision):
        return redirect("about", person.pk)
    run = running(person)
    if run is not None and run.waits and triage.level != "SOON":  # at SOON the plan is general advice only
        return redirect("week", person.pk)
    can_start = any(line.exercise.minutes for line in decision.plan.lines)
    context = plan_of(decision) | {"person": person, "run": run, "can_start": can_start}
    return render(request, "plan.html", context)
