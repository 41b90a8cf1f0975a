"""This week of the plan: what to do today, the other days, one exercise with its timer."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.clinic.plan import Line, Plan, by_day, count_of
from psoas.web.models import Entry, Person
from psoas.web.presenters.answer import line_of
from psoas.web.presenters.exercise_picture import draw_in_background, picture_of
from psoas.web.presenters.journal import WEEK_DAYS, Done, Run, logged, morning_to_ask, run_of
from psoas.web.presenters.story import decided

HOW_WORDS = {
    "done": gettext_lazy("done"),
    "part": gettext_lazy("part of it"),
    "not": gettext_lazy("not done"),
}

# What the timer starts with where the dose says nothing; the person sets them. No claim hangs on these.
READY_S = 5
PAUSE_S = {"hold": 10, "reps": 60}
REPETITION_S = 6
SIDES = 2


def running(person: Person) -> Run | None:
    """The plan that this person has under way."""
    return run_of(person.entries.order_by("id"))


def planned_by_weekday(plan: Plan, week: int) -> dict[int, frozenset[str]]:
    """Exercises with time of their own, by weekday (0 Monday)."""
    return {
        day: frozenset(line.exercise.id for line in lines if line.exercise.minutes)
        for day, lines in by_day(plan, week).items()
    }


def minutes_by_weekday(plan: Plan, week: int) -> dict[int, int]:
    """Minutes of exercise by weekday (0 Monday); days without any are left out."""
    lengths = {day: sum(line.exercise.minutes for line in lines) for day, lines in by_day(plan, week).items()}
    return {day: minutes for day, minutes in lengths.items() if minutes}


def this_week(person: Person, today: date) -> dict[str, Any]:
    """The plan under way as one line of the hub: what is left today, and when the check-in is due."""
    notes = list(person.entries.order_by("id"))
    run = run_of(notes)
    if run is None or run.waits:
        return {"run": run}
    log = logged(notes)
    _case, decision = decided(person)
    lines = by_day(decision.plan, run.week)[today.weekday()]
    left = [
        line.exercise.name for line in lines if line.exercise.minutes and (line.exercise.id, today) not in log
    ]
    return {"run": run, "due_in": (run.due - today).days, "left": left}


def week_page(run: Run, notes: Sequence[Entry], plan: Plan, today: date) -> dict[str, Any]:
    """Today's lines with what was logged, the seven days around, and what is due."""
    log, week = logged(notes), by_day(plan, run.week)
    lines = week[today.weekday()]
    first = run.since + timedelta(days=WEEK_DAYS * max(0, (today - run.since).days // WEEK_DAYS))
    days = [first + timedelta(days=k) for k in range(WEEK_DAYS)]
    draw_in_background(line.exercise.id for line in (*lines, *plan.lines))  # today's first
    return {
        "run": run,
        "today": today,
        "due_in": (run.due - today).days,
        "morning": morning_to_ask(notes, today),
        "lines": [_short(line, run, log.get((line.exercise.id, today))) for line in lines],
        "rest": not any(line.exercise.minutes for line in lines),
        "days": [_day(day, week[day.weekday()], log, today) for day in days],
        "break_every_min": plan.break_every_min,
    }


def _short(line: Line, run: Run, done: Done | None) -> dict[str, Any]:
    found = line_of(line, run.week)
    return {
        "id": line.exercise.id,
        "name": line.exercise.name,
        "dose": found["dose"],
        "easier": line.regress if run.easier else "",
        "minutes": line.exercise.minutes,
        "core": line.role == "core",
        "done": done,
        "words": HOW_WORDS[done.how] if done else "",
    }


def _day(
    day: date, lines: Sequence[Line], log: Mapping[tuple[str, date], Done], today: date
) -> dict[str, Any]:
    timed = [line.exercise for line in lines if line.exercise.minutes]
    marks = [(each.name, log.get((each.id, day))) for each in timed]
    return {
        "day": day,
        "today": day == today,
        "minutes": sum(each.minutes for each in timed),
        "entries": [{"name": name, "words": HOW_WORDS[done.how] if done else ""} for name, done in marks],
    }


def exercise_page(run: Run, notes: Sequence[Entry], line: Line, today: date) -> dict[str, Any]:
    """One line as the plan has it, its timer, and the days that it can be logged for."""
    days = [today - timedelta(days=k) for k in range(1, WEEK_DAYS) if today - timedelta(days=k) >= run.since]
    done = logged(notes).get((line.exercise.id, today))
    draw_in_background([line.exercise.id])
    return {
        "run": run,
        "line": line_of(line, run.week),
        "easier": line.regress if run.easier else "",
        "picture": picture_of(line.exercise.id),
        "timer": timer_of(line, run.week),
        "today": today,
        "days": days,
        "done": done,
        "words": HOW_WORDS[done.how] if done else "",
        "scale": range(11),
    }


def timer_of(line: Line, week: int) -> dict[str, Any] | None:
    """What the timer counts: sets of holds, or of repetitions; None for a line without numbers."""
    count = count_of(line, week)
    if count is None:
        return None
    kind = "hold" if count.reps is None else "reps"
    return {
        "kind": kind,
        "sets": count.sets * count.sides,
        "reps": count.reps or 1,
        "seconds": count.hold_s if kind == "hold" else REPETITION_S,
        "pause": PAUSE_S[kind],
        "ready": READY_S,
        "sides": count.sides == SIDES,
        "words": {
            "ready": _("Get ready"),
            "hold": _("Hold {n} of {of}"),
            "reps": _("Set {n} of {of}"),
            "pause": _("Pause"),
            "sides": _("Pause. Change sides"),
            "paused": _("Stopped for now"),
            "done": _("Finished. Now write down how it went"),
            "seconds": _("{n} seconds"),
            "repetition": _("repetition {n} of {of}"),
        },
    }
