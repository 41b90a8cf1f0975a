"""The check-in: the safety questions anew, four short questions, and what follows from them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.clinic.assessment import STOPPED
from psoas.clinic.progress import next_week, review
from psoas.clinic.types import Triage
from psoas.errors import InputError
from psoas.web import clock
from psoas.web.models import Entry, Person
from psoas.web.presenters import check_in as presenter
from psoas.web.presenters.check_in import (
    KEPT,
    SIGNS,
    SITTING,
    STEPS,
    angle_values,
    instrument_item,
    kept_check_in,
)
from psoas.web.presenters.journal import CHECK_IN, ROUND, START, Run, run_of, tally
from psoas.web.presenters.page import shelf
from psoas.web.presenters.sheets import MARKS
from psoas.web.presenters.story import case_of, decided, told_of, triage_of
from psoas.web.presenters.week import planned_by_weekday, running
from psoas.web.views.noting import Stamp, new_uid, note, notes_of, stamp, today
from psoas.web.views.people import person_of, tell
from psoas.web.views.story import after_safety
from psoas.web.views.week import score

MOST_DAYS = 60


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, id: str) -> HttpResponse:
    """What a check-in is; posting asks every safety question again."""
    person = person_of(request, id)
    run, triage = running(person), triage_of(person)
    if run is None:
        return redirect("plan", person.pk)
    stopped = triage.level in STOPPED
    if request.method == "POST":
        try:
            begun = stamp(request)
        except InputError as wrong:
            context = {"person": person, "error": f"{wrong.what}. {wrong.advice}"}
            return render(request, "week_error.html", context, status=422)
        if stopped or not run.asked_anew(clock.now()):
            _ask_anew(person, begun.uid, begun.at)
        return redirect("safety", person.pk, 999)
    if stopped:
        return redirect("result", person.pk)
    if triage.level is None or triage.unasked:
        return redirect("safety", person.pk, 999)
    if run.asked_anew(clock.now()):
        if run.waits and run.may_begin_again(clock.now()):
            return render(request, "check_in_seen.html", {"person": person, "run": run})
        return redirect("check-in-step", person.pk, _first_open(told_of(person)))
    if run.waits:
        return redirect("week", person.pk)
    day = today(request)
    context = {
        "person": person,
        "run": run,
        "uid": new_uid(),
        "due_in": (run.due - day).days,
    }
    return render(request, "check_in.html", context)


def _ask_anew(person: Person, uid: str, at: datetime) -> None:
    """Move the safety answers into the journal, so that every question is asked again."""
    steps = [
        {"screen": each.screen, "values": each.values, "not_sure": each.not_sure, "at": each.at.isoformat()}
        for each in person.screens.order_by("place")
    ]
    if not steps:
        return
    level = triage_of(person).level
    with transaction.atomic():
        note(person, uid, ROUND, at, {"steps": steps, "level": level, "knowledge": shelf().knowledge.hash})
        person.screens.all().delete()
        person.told.filter(key__startswith=KEPT).delete()


def _first_open(told: dict[str, Any]) -> str:
    return next((step for step in STEPS if f"{KEPT}{step}" not in told), STEPS[-1])


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def ask(request: HttpRequest, person: Person, triage: Triage, step: str) -> HttpResponse:
    """One of the four steps; each is kept as it is posted, the last one decides."""
    if step not in STEPS:
        raise Http404
    notes = notes_of(person)
    run = run_of(notes)
    if run is None or not run.asked_anew(clock.now()):
        # Perhaps decided already: the same form sent twice, or the back button.
        sent_again = run is not None and request.POST.get("uid") == run.last_uid
        return redirect("check-in-outcome" if sent_again else "check-in", person.pk)
    if triage.unasked:
        return redirect("safety", person.pk, 999)
    told, at = told_of(person), STEPS.index(step)
    if any(f"{KEPT}{each}" not in told for each in STEPS[:at]):
        return redirect("check-in-step", person.pk, _first_open(told))
    if step == "tasks" and not run.tasks:
        tell(person, {f"{KEPT}tasks": {"scores": []}})
        return redirect("check-in-step", person.pk, "week")
    kept, error = told.get(f"{KEPT}{step}"), ""
    if request.method == "POST":
        try:
            answer = READ[step](request, run)
            if step != STEPS[-1]:
                tell(person, {f"{KEPT}{step}": answer})
                return redirect("check-in-step", person.pk, STEPS[at + 1])
            _decide(person, run, notes, stamp(request), told | {f"{KEPT}{step}": answer}, triage)
            return redirect("check-in-outcome", person.pk)
        except InputError as wrong:
            error = f"{wrong.what}. {wrong.advice}"
    context = _SHOW[step](request, person, run, notes, kept) | {
        "person": person,
        "run": run,
        "step": step,
        "number": at + 1,
        "of": len(STEPS),
        "before": STEPS[at - 1] if at else "",
        "error": error,
        "uid": new_uid(),
        "scale": range(11),
    }
    return render(request, f"check_in_{step}.html", context, status=422 if error else 200)


def _decide(
    person: Person, run: Run, notes: list[Entry], now: Stamp, told: dict[str, Any], triage: Triage
) -> Entry:
    """Ask the clinic what comes next, and keep the check-in with its decision."""
    before = next(each for each in reversed(notes) if each.kind in (START, CHECK_IN))
    fresh = person.told.filter(key__startswith="reading.", at__gt=before.received).exists()
    angles = angle_values(case_of(person)) if fresh else {}
    made = kept_check_in(told, run, now.day, angles)
    found = review([*run.check_ins, made], triage, shelf().measures)
    value = {
        "on": now.day.isoformat(),
        "values": dict(made.values),
        "scores": told[f"{KEPT}tasks"]["scores"],
        "sessions_done": made.sessions_done,
        "sessions_planned": made.sessions_planned,
        "pain_during": made.pain_during,
        "settled": made.settled,
        "adverse": sorted(made.adverse),
        "level": triage.level,
        "step": found.step,
        "because": list(found.because),
        "overall": found.overall,
        "week": run.week,
        "next_week": next_week(run.week, found.step),
        "next_review_day": found.next_review_day,
        "knowledge": shelf().knowledge.hash,
    }
    with transaction.atomic():
        entry = note(person, now.uid, CHECK_IN, now.at, value)
        person.told.filter(key__startswith=KEPT).delete()
        sitting = told[f"{KEPT}pain"]["sitting"]
        if sitting is not None:  # breaks follow the person's own onset time
            tell(person, {f"circumstance.{SITTING}": sitting})
    return entry


def _read_pain(request: HttpRequest, run: Run) -> dict[str, Any]:
    worst, sitting = request.POST.get("worst", ""), request.POST.get("sitting", "").strip()
    if not worst:
        raise InputError(_("The pain has no number yet"), "worst", _("Choose one from 0 to 10."))
    known = shelf().circumstances[SITTING]
    if sitting and not (
        sitting.isascii()
        and sitting.isdecimal()
        and len(sitting) <= 3
        and known["least"] <= int(sitting) <= known["most"]
    ):
        raise InputError(
            _("The minutes of sitting are not a whole number from %(least)s to %(most)s") % known,
            SITTING,
            _("Correct them, or leave them empty."),
        )
    return {"worst": score(worst), "sitting": int(sitting) if sitting else None}


def _read_tasks(request: HttpRequest, run: Run) -> dict[str, Any]:
    words = [request.POST.get(f"score{k}", "") for k in range(len(run.tasks))]
    if not all(words):
        raise InputError(_("A task has no number yet"), "score", _("Give each of them one from 0 to 10."))
    return {"scores": [score(each) for each in words]}


def _read_week(request: HttpRequest, run: Run) -> dict[str, Any]:
    numbers = {}
    for name in ("done", "planned"):
        word = request.POST.get(name, "").strip()
        if not (word.isascii() and word.isdecimal() and len(word) <= 2 and int(word) <= MOST_DAYS):
            raise InputError(
                _("The days are not a whole number"),
                name,
                _("Give one from 0 to %(most)s.") % {"most": MOST_DAYS},
            )
        numbers[name] = int(word)
    pain, settled = request.POST.get("pain", ""), request.POST.get("settled", "")
    if numbers["done"] and not pain:
        raise InputError(
            _("The pain during exercise has no number yet"), "pain", _("Choose one from 0 to 10.")
        )
    if settled not in ("yes", "no", "none"):
        raise InputError(
            _("You have not said how the knee was next morning"), "settled", _("Choose one of the answers.")
        )
    return {
        **numbers,
        "pain": score(pain) if pain else None,
        "settled": {"yes": True, "no": False, "none": None}[settled],
    }


def _read_signs(request: HttpRequest, run: Run) -> dict[str, Any]:
    """A sign that somebody is not sure about counts: unknown is not no."""
    marks = {name: request.POST.get(name, "") for name in SIGNS}
    if any(mark not in ("", *MARKS) for mark in marks.values()):
        raise InputError(_("That is not an answer here"), "signs", _("Choose yes, not sure or no."))
    marked = [name for name, mark in marks.items() if mark in ("yes", "unsure")]
    if "none" in request.POST and marked:
        raise InputError(
            _("Something is marked, and you chose none of these"), "signs", _("Keep one of the two.")
        )
    if "none" not in request.POST and not any(marks.values()):
        raise InputError(
            _("Nothing is marked yet"), "signs", _("Mark what is true, or choose none of these.")
        )
    return {"signs": marked}


READ = {"pain": _read_pain, "tasks": _read_tasks, "week": _read_week, "signs": _read_signs}


def _show_pain(request: HttpRequest, person: Person, run: Run, notes: Any, kept: Any) -> dict[str, Any]:
    kept = kept or {"worst": presenter.pain_told(person, clock.now()), "sitting": None}
    sitting = "" if kept["sitting"] is None else kept["sitting"]
    return {
        "pain": instrument_item("nprs", "worst"),
        "worst": request.POST.get("worst", str(kept["worst"])),
        "sitting": request.POST.get("sitting", str(sitting)),
        "sitting_text": shelf().circumstances[SITTING]["text"],
    }


def _show_tasks(request: HttpRequest, person: Person, run: Run, notes: Any, kept: Any) -> dict[str, Any]:
    scores = kept["scores"] if kept else [""] * len(run.tasks)
    return {
        "labels": instrument_item("psfs", "activity_1"),
        "tasks": [
            {"k": f"score{k}", "name": name, "value": request.POST.get(f"score{k}", str(scores[k]))}
            for k, name in enumerate(run.tasks)
        ],
    }


def _show_week(request: HttpRequest, person: Person, run: Run, notes: Any, kept: Any) -> dict[str, Any]:
    """What the log says, to be looked over."""
    _case, decision = decided(person)
    counted = tally(run, notes, planned_by_weekday(decision.plan, run.week), today(request))
    settled = {True: "yes", False: "no", None: "" if counted.sessions_done else "none"}[counted.settled]
    pain = "" if counted.pain_during is None else str(counted.pain_during)
    shown = {
        "done": str(counted.sessions_done),
        "planned": str(counted.sessions_planned),
        "pain": pain,
        "settled": settled,
    }
    if kept:
        again = {True: "yes", False: "no", None: "none"}[kept["settled"]]
        pain = "" if kept["pain"] is None else str(kept["pain"])
        shown = {
            "done": str(kept["done"]),
            "planned": str(kept["planned"]),
            "pain": pain,
            "settled": again,
        }
    return {name: request.POST.get(name, value) for name, value in shown.items()}


def _show_signs(request: HttpRequest, person: Person, run: Run, notes: Any, kept: Any) -> dict[str, Any]:
    return {
        "rows": [
            {"id": name, "text": text, "help": "", "mark": request.POST.get(name, "")}
            for name, text in SIGNS.items()
        ]
    }


_SHOW = {"pain": _show_pain, "tasks": _show_tasks, "week": _show_week, "signs": _show_signs}


@require_safe
@after_safety
def outcome(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """What the last check-in means for the plan, and why."""
    run = running(person)
    if run is None or run.last is None:
        return redirect("check-in", person.pk)
    context = presenter.outcome(run) | {"person": person, "uid": new_uid()}
    return render(request, "check_in_outcome.html", context)
