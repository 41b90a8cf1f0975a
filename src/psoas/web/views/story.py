"""Where it hurts, the story of the pain, and the tests a person can do."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.clinic.assessment import EXCLUDE_EACH_OTHER
from psoas.clinic.case import facts_of
from psoas.clinic.measured_tests import MOST, REPEATS, SIDES, findings_from
from psoas.clinic.plan import cautions_of
from psoas.clinic.types import Triage
from psoas.errors import InputError
from psoas.web.models import Person
from psoas.web.presenters import body_map
from psoas.web.presenters.hip_estimate import estimates
from psoas.web.presenters.page import shelf, sure
from psoas.web.presenters.sheets import EXAMINED, MARKS, STEP, STORY, Sheet, rows
from psoas.web.presenters.story import case_of, of_side, told_of, triage_of
from psoas.web.views.people import person_of, tell

DAYS = 2
PAST_SAFETY = ("SOON", "SELF_CARE")  # None, while questions are open, is not
Page = Callable[..., HttpResponse]


def after_safety(page: Page) -> Page:
    """Only a person whose safety questions are answered, and who need not be seen first, gets further."""

    @wraps(page)
    def guarded(request: HttpRequest, id: str, *rest: Any, **named: Any) -> HttpResponse:
        person = person_of(request, id)
        triage = triage_of(person)
        if triage.level not in PAST_SAFETY:  # the result page sends on to what is still to ask
            return redirect("result", person.pk)
        return page(request, person, triage, *rest, **named)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def where(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """The figure to mark, with a list beside it."""
    told, error = told_of(person), ""
    marked = frozenset(told.get("drawing", ()))
    side = told.get("side") or ""
    if request.method == "POST":
        marked, side = frozenset(request.POST.getlist("region")), request.POST.get("side", "")
        if not marked <= set(body_map.names()):
            marked, error = (
                marked & set(body_map.names()),
                _("That place is not on the figure. Choose from the list."),
            )
        elif not marked:
            error = _("Nothing is marked yet. Mark at least one place on the figure or in the list.")
        elif side not in ("r", "l", "both"):
            error = _("Say which knee it is.")
        else:
            tell(person, {"drawing": sorted(marked), "side": side})
            return redirect("story", person.pk, STORY[0].id)
    context = {
        "person": person,
        "views": body_map.views(),
        "groups": body_map.groups(marked),
        "side": side,
        "sides": (("r", _("Right")), ("l", _("Left")), ("both", _("Both"))),
        "error": error,
        "marked": marked,
    }
    return render(request, "where.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def story(request: HttpRequest, person: Person, triage: Triage, sheet: str) -> HttpResponse:
    """One sheet of the story; the next one follows."""
    ids = [each.id for each in STORY]
    if sheet not in ids:
        raise Http404
    at = ids.index(sheet)
    then = ("story", person.pk, ids[at + 1]) if at + 1 < len(ids) else ("tests", person.pk)
    before = ("story", person.pk, ids[at - 1]) if at else ("where", person.pk)
    return _sheet(request, person, STORY[at], then, before, f"{at + 1} / {len(ids)}")


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def examined(request: HttpRequest, person: Person, triage: Triage, sheet: str) -> HttpResponse:
    """What a clinician found, if one has looked; the step-down is such a sheet too."""
    found = next((each for each in (STEP, *EXAMINED) if each.id == sheet), None)
    if found is None:
        raise Http404
    return _sheet(request, person, found, ("tests", person.pk), ("tests", person.pk), "")


def _sheet(
    request: HttpRequest,
    person: Person,
    sheet: Sheet,
    then: tuple[str, ...],
    before: tuple[str, ...],
    at: str,
) -> HttpResponse:
    listed, error = rows(sheet, told_of(person)), ""
    if request.method == "POST":
        marks = {name: request.POST.get(name, "") for name in sheet.asks}
        none = "none" in request.POST and not sheet.tests
        if any(mark not in ("", *MARKS) for mark in marks.values()):
            error = _("That is not an answer here. Choose yes, not sure or no.")
        elif none and any(mark in ("yes", "unsure") for mark in marks.values()):
            error = _("Something is marked, and you chose none of these. Keep one of the two.")
        elif not none and not any(marks.values()):
            error = _("Nothing is marked yet. Mark what is true, or choose none of these.")
        elif any(
            {name for name, mark in marks.items() if mark == "yes"} >= pair for pair in EXCLUDE_EACH_OTHER
        ):
            error = _("Two of these cannot both be true. Change one of them.")
        else:
            told = {name: mark for name, mark in marks.items() if mark or not sheet.tests}
            kept = {
                f"finding.{name}": None if mark == "unsure" else mark == "yes" for name, mark in told.items()
            }
            person.told.filter(key__in=[f"finding.{name}" for name in marks if name not in told]).delete()
            tell(person, kept | {f"screen.{sheet.id}": True})
            return redirect(*then)
        listed = [row | {"mark": marks[row["id"]]} for row in listed]
    test = shelf().weights.tests["step_down"] if sheet is STEP else None
    context = {
        "person": person,
        "sheet": sheet,
        "rows": listed,
        "error": error,
        "at": at,
        "before": before,
        "tested": sheet.tests,
        "test": test,
    }
    return render(request, "sheet.html", context, status=422 if error else 200)


@require_safe
@after_safety
def tests(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """The tests one can do at home, with what stands against one of them, and what a clinician found."""
    told, reasoning = told_of(person), shelf()
    cards = []
    for name, link, done in (
        ("modified_thomas", "thomas", "reading.hip_extension"),
        ("test_of_change", "change", "reading.task_pain"),
        ("step_down", "step", "screen.step"),
    ):
        cards.append(
            {
                "test": reasoning.weights.tests[name],
                "link": link,
                "done": done in told and of_side(told[done], told.get("side")),
                "against": _against(person, triage, name),
            }
        )
    exams = [{"sheet": each, "done": f"screen.{each.id}" in told} for each in EXAMINED]
    return render(request, "tests.html", {"person": person, "cards": cards, "exams": exams})


def _against(person: Person, triage: Triage, test: str) -> str:
    """Why this person should not do the test at home; empty where nothing is known against it."""
    reasoning = shelf()
    holds = cautions_of(facts_of(case_of(person), triage, reasoning), reasoning.remedies)
    cautions = reasoning.weights.tests[test].not_if
    return next((reasoning.remedies.cautions[each].says.text for each in cautions if holds(each)), "")


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def thomas(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """Three readings a side; inside the error nothing is decided, and the page says so."""
    norm, told = shelf().norms["hip_extension"], told_of(person)
    kept = told.get("reading.hip_extension", {})
    typed = {f"{side}{k}": f"{kept[side][k]:g}" for side in SIDES for k in range(REPEATS) if side in kept}
    method, error = kept.get("method", ""), ""
    if request.method == "POST":
        method = request.POST.get("method", "")
        typed = {
            f"{side}{k}": request.POST.get(f"{side}{k}", "").strip() for side in SIDES for k in range(REPEATS)
        }
        try:
            reading = _reading(method, typed)
            findings_from(
                {"hip_extension": reading}, shelf().norms, told.get("side") or "both", _("the test")
            )
            tell(person, {"reading.hip_extension": reading})
            return redirect("thomas", person.pk)
        except InputError as wrong:
            error = f"{wrong.what}. {wrong.advice}"
    measured = [each for each in case_of(person).measured if each.norm.id == "hip_extension"]
    low, high = MOST["hip_extension"]
    context = {
        "person": person,
        "test": shelf().weights.tests["modified_thomas"],
        "against": _against(person, triage, "modified_thomas"),
        "sure": sure(
            shelf().weights.tests["modified_thomas"].grade, shelf().weights.tests["modified_thomas"].sources
        ),
        "norm": norm,
        "sides": [
            {
                "id": side,
                "title": _("Right leg") if side == "right" else _("Left leg"),
                "boxes": [
                    {"name": f"{side}{k}", "number": k + 1, "value": typed.get(f"{side}{k}", "")}
                    for k in range(REPEATS)
                ],
            }
            for side in SIDES
        ],
        "methods": (
            ("inclinometer", _("phone or inclinometer on the thigh")),
            ("goniometer", _("goniometer")),
            ("trigonometric", _("height of the thigh, by ruler")),
        ),
        "method": method,
        "error": error,
        "measured": measured,
        "estimates": estimates(measured),
        "low": low,
        "high": high,
    }
    return render(request, "thomas.html", context, status=422 if error else 200)


def _reading(method: str, typed: dict[str, str]) -> dict[str, Any]:
    """The table of the reading. A side is given whole or not at all. Raises `InputError`."""
    reading: dict[str, Any] = {"method": method}
    if not method:
        raise InputError(_("How was it measured"), "", _("Choose one of the ways."))
    for side in SIDES:
        words = [typed[f"{side}{k}"] for k in range(REPEATS)]
        if not any(words):
            continue
        reading[side] = [_number(word) for word in words]
    return reading


def _number(word: str) -> float:
    try:
        value = float(word.replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or len(word) > 12:
        raise InputError(
            _("Each side needs three numbers"), "", _("Measure three times and write all three, such as -5.")
        )
    return value


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def change(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """Pain in one task before, after a rest, and after a stretch, on two days."""
    told, error = told_of(person), ""
    kept = told.get("reading.task_pain", [])
    moments = (("before", _("First time")), ("rested", _("After a rest")), ("after", _("After the stretch")))
    typed = {f"{name}{d}": str(kept[d][name]) for d in range(len(kept)) for name, _words in moments}
    if request.method == "POST":
        typed = {
            f"{name}{d}": request.POST.get(f"{name}{d}", "").strip()
            for d in range(DAYS)
            for name, _words in moments
        }
        days = []
        for d in range(DAYS):
            words = {name: typed[f"{name}{d}"] for name, _words in moments}
            if not any(words.values()):
                continue
            if all(word.isdecimal() and len(word) <= 2 and int(word) <= 10 for word in words.values()):
                days.append({name: int(word) for name, word in words.items()})
            else:
                error = _("A day needs all three numbers, each a whole number from 0 to 10.")
        if not error and not days:
            error = _("Nothing is written yet. Score the task three times on one day.")
        if not error:
            tell(person, {"reading.task_pain": days})
            return redirect("tests", person.pk)
    test = shelf().weights.tests["test_of_change"]
    days_shown = [
        {
            "title": title,
            "boxes": [
                {"name": f"{name}{d}", "words": words, "value": typed.get(f"{name}{d}", "")}
                for name, words in moments
            ],
        }
        for d, title in enumerate((_("One day"), _("Another day")))
    ]
    context = {
        "person": person,
        "test": test,
        "days": days_shown,
        "error": error,
        "sure": sure(test.grade, test.sources),
    }
    return render(request, "change.html", context, status=422 if error else 200)
