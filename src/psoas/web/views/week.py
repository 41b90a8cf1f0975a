"""The plan under way: start it, this week, one exercise with its timer and log, reminders."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import wraps
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from psoas.clinic.case import Decision
from psoas.clinic.types import Triage
from psoas.errors import InputError
from psoas.exchange.calendar import Breaks, Words, reminders
from psoas.web import clock
from psoas.web.models import Entry, Person
from psoas.web.presenters.check_in import (
    LONGEST_TASK,
    MOST_TASKS,
    SITTING,
    angle_values,
    instrument_item,
    pain_told,
    task_values,
)
from psoas.web.presenters.journal import HOW, LOG, MORNING, START, UNDO, Run, run_of
from psoas.web.presenters.page import shelf
from psoas.web.presenters.story import decided, told_of
from psoas.web.presenters.week import exercise_page, minutes_by_weekday, running, week_page
from psoas.web.views.answer import to_ask
from psoas.web.views.noting import chosen_day, is_uid, new_uid, note, notes_of, stamp, today
from psoas.web.views.people import person_of
from psoas.web.views.story import PAST_SAFETY, after_safety

Page = Callable[..., HttpResponse]
MOST_PAIN = 10


def with_run(page: Page) -> Page:
    """Only a person with a plan under way, past the safety questions; what is open comes first."""

    @wraps(page)
    def guarded(request: HttpRequest, id: str, *rest: Any, **named: Any) -> HttpResponse:
        person = person_of(request, id)
        case, decision = decided(person)
        if decision.triage.level not in PAST_SAFETY:
            return redirect("result", person.pk)
        notes = notes_of(person)
        run = run_of(notes)
        if run is None:
            return redirect("plan", person.pk)
        if decision.triage.unasked:  # a check-in has begun: its questions come first
            return redirect("safety", person.pk, 999)
        if to_ask(case, decision):
            return redirect("about", person.pk)
        return page(request, person, run, notes, decision, *rest, **named)

    return guarded


def score(words: str) -> int:
    """A number from 0 to 10. Raises `InputError`."""
    if not (words.isascii() and words.isdecimal() and len(words) <= 2 and int(words) <= MOST_PAIN):
        raise InputError(_("That is not a number from 0 to 10"), "score", _("Choose one of the numbers."))
    return int(words)


@require_http_methods(["GET", "HEAD", "POST"])
@after_safety
def start(request: HttpRequest, person: Person, triage: Triage) -> HttpResponse:
    """Pain and own tasks as they are now; the plan begins today."""
    run = running(person)
    if run is not None and (triage.unasked or not run.may_begin_again(clock.now())):
        return redirect("check-in", person.pk)
    seen = run is not None and run.waits is not None  # a clinician has to have looked
    case, decision = decided(person)
    if to_ask(case, decision):
        return redirect("about", person.pk)
    if not any(line.exercise.minutes for line in decision.plan.lines):
        return redirect("plan", person.pk)
    error, worst = "", request.POST.get("worst", pain_told(person, clock.now()))
    typed = [
        {"name": request.POST.get(f"task{k}", ""), "score": request.POST.get(f"score{k}", "")}
        for k in range(MOST_TASKS)
    ]
    if request.method == "POST":
        try:
            begun = stamp(request)
            tasks = _tasks(typed)
            if seen and "seen" not in request.POST:
                raise InputError(
                    _("A clinician has to look first"), "seen", _("Tick the box once that is so.")
                )
            if not worst:
                raise InputError(_("The pain has no number yet"), "worst", _("Choose one from 0 to 10."))
            scores = [each for _name, each in tasks]
            values = {"nprs_worst": float(score(worst)), **task_values(scores), **angle_values(case)}
            sitting = told_of(person).get(f"circumstance.{SITTING}")
            if sitting is not None:
                values[SITTING] = float(sitting)
            value = {
                "on": begun.day.isoformat(),
                "values": values,
                "tasks": [name for name, _score in tasks],
                "scores": scores,
                "knowledge": shelf().knowledge.hash,
            }
            note(person, begun.uid, START, begun.at, value)
            return redirect("week", person.pk)
        except InputError as wrong:
            error = f"{wrong.what}. {wrong.advice}"
    context = {
        "person": person,
        "error": error,
        "uid": new_uid(),
        "scale": range(MOST_PAIN + 1),
        "worst": worst,
        "pain": instrument_item("nprs", "worst"),
        "task": instrument_item("psfs", "activity_1"),
        "tasks": [{"k": k, **each} for k, each in enumerate(typed)],
        "longest": LONGEST_TASK,
        "again": run is not None,
        "seen": seen,
        "ticked": "seen" in request.POST,
    }
    return render(request, "start_week.html", context, status=422 if error else 200)


def _tasks(typed: list[dict[str, str]]) -> list[tuple[str, int]]:
    """The named tasks with their scores. Raises `InputError`."""
    tasks = []
    for each in typed:
        name = " ".join(each["name"].split())
        if not name and not each["score"]:
            continue
        if not name or not each["score"]:
            raise InputError(
                _("A task needs its name and its number"), "task", _("Give both, or leave both empty.")
            )
        if len(name) > LONGEST_TASK or "\x00" in name:
            raise InputError(
                _("The name of a task is too long or has signs that cannot be kept"),
                "task",
                _("Use at most %(most)s letters.") % {"most": LONGEST_TASK},
            )
        tasks.append((name, score(each["score"])))
    return tasks


@require_safe
@with_run
def week(
    request: HttpRequest, person: Person, run: Run, notes: list[Entry], decision: Decision
) -> HttpResponse:
    """Today's exercises, the other days, and what is due; or why the plan waits."""
    if run.waits:
        return render(request, "week_waits.html", {"person": person, "run": run, "uid": new_uid()})
    context = week_page(run, notes, decision.plan, today(request))
    context |= {
        "person": person,
        "uid": new_uid(),
        "see_clinician": decision.triage.professional_recommended or decision.plan.see_clinician,
    }
    return render(request, "week.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: HttpRequest, id: str, exercise: str) -> HttpResponse:
    """One exercise with its timer; posting keeps how it went.

    A log is always kept, also while the plan is stopped: it may have waited on a phone.
    """
    person = person_of(request, id)
    if exercise not in shelf().remedies.exercises:
        raise Http404
    if request.method == "POST" and not shelf().remedies.exercises[exercise].minutes:
        raise Http404  # nothing to log: it goes with the whole day
    if request.method == "POST" and running(person) is not None:
        try:
            logged = stamp(request)
            how, pain = request.POST.get("how", ""), request.POST.get("pain", "")
            if how not in HOW:
                raise InputError(_("Nothing is chosen"), "how", _("Choose done, part of it, or not done."))
            value = {
                "exercise": exercise,
                "day": chosen_day(request.POST.get("day", ""), logged).isoformat(),
                "how": how,
                "pain": score(pain) if pain else None,
            }
            note(person, logged.uid, LOG, logged.at, value)
            return redirect("week", person.pk)
        except InputError as wrong:
            return _exercise(request, id, exercise, f"{wrong.what}. {wrong.advice}")
    return _exercise(request, id, exercise, "")


@with_run
def _exercise(
    request: HttpRequest,
    person: Person,
    run: Run,
    notes: list[Entry],
    decision: Decision,
    exercise: str,
    error: str,
) -> HttpResponse:
    if run.waits:
        return redirect("week", person.pk)
    line = next((each for each in decision.plan.lines if each.exercise.id == exercise), None)
    if line is None:
        raise Http404
    context = exercise_page(run, notes, line, today(request)) | {
        "person": person,
        "error": error,
        "uid": new_uid(),
        "pain": request.POST.get("pain", ""),
        "chosen": request.POST.get("day", ""),
    }
    return render(request, "exercise.html", context, status=422 if error else 200)


@require_POST
def morning(request: HttpRequest, id: str) -> HttpResponse:
    """Whether the knee was back to its usual on the morning after."""
    person = person_of(request, id)
    try:
        told = stamp(request)
        day = chosen_day(request.POST.get("day", ""), told)
        settled = request.POST.get("settled", "")
        if settled not in ("yes", "no"):
            raise InputError(_("Nothing is chosen"), "settled", _("Choose yes or no."))
        note(person, told.uid, MORNING, told.at, {"day": day.isoformat(), "settled": settled == "yes"})
    except InputError as wrong:
        return _not_kept(request, person, wrong)
    return redirect("week", person.pk)


@require_POST
def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Take back one entry of this person, by a further entry."""
    person = person_of(request, id)
    target = request.POST.get("target", "")
    try:
        told = stamp(request)
        if not is_uid(target) or not person.entries.filter(uid=target, kind__in=(LOG, MORNING)).exists():
            raise InputError(_("There is nothing to take back"), "target", _("Look at the week again."))
        note(person, told.uid, UNDO, told.at, {"uid": target})
    except InputError as wrong:
        return _not_kept(request, person, wrong)
    return redirect("week", person.pk)


def _not_kept(request: HttpRequest, person: Person, wrong: InputError) -> HttpResponse:
    context = {"person": person, "error": f"{wrong.what}. {wrong.advice}"}
    return render(request, "week_error.html", context, status=422)


@require_safe
@with_run
def calendar(
    request: HttpRequest, person: Person, run: Run, notes: list[Entry], decision: Decision
) -> HttpResponse:
    """A calendar file for the days left of this week, at times that the person sets."""
    if run.waits:
        return redirect("week", person.pk)
    every = decision.plan.break_every_min
    typed = {
        "at": request.GET.get("at", "18:00"),
        "begin": request.GET.get("begin", "09:00"),
        "end": request.GET.get("end", "17:00"),
    }
    error, breaks = "", None
    if "get" in request.GET:
        try:
            at, begin, end = (_time(typed[name]) for name in ("at", "begin", "end"))
            if begin >= end:
                raise InputError(
                    _("The day ends before it begins"), "end", _("Set the second time after the first.")
                )
            if request.GET.get("breaks") and every:
                breaks = Breaks(begin, end, every)
            return _file(person, run, minutes_by_weekday(decision.plan, run.week), at, breaks, today(request))
        except InputError as wrong:
            error = f"{wrong.what}. {wrong.advice}"
    context = {
        "person": person,
        "run": run,
        "every": every,
        "error": error,
        "breaks": "get" not in request.GET or "breaks" in request.GET,
        **typed,
    }
    return render(request, "calendar.html", context, status=422 if error else 200)


def _file(
    person: Person, run: Run, minutes: dict[int, int], at: time, breaks: Breaks | None, now: date
) -> HttpResponse:
    content = reminders(
        owner=uuid5(NAMESPACE_URL, person.pk),
        first=now,
        last=max(now, run.due - timedelta(days=1)),
        sessions=minutes,
        at=at,
        breaks=breaks,
        words=Words(_("Time for yourself"), _("Stand up and walk a little"), _("Look back at the week")),
        revision=run.revision,
        stamp=clock.now(),
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reminders.ics"'
    return response


def _time(words: str) -> time:
    """A time of day such as 18:00. Raises `InputError`."""
    try:
        if len(words) != 5:
            raise ValueError
        return time.fromisoformat(words)
    except ValueError:
        raise InputError(_("That is not a time of day"), "time", _("Write it as 18:00.")) from None
