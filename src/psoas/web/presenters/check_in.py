"""The check-in: its questions after the safety ones, and what follows from it, in words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.clinic.case import Case
from psoas.clinic.progress import ADVERSE, PAIN_LIMIT, CheckIn, changed
from psoas.web.models import Person
from psoas.web.presenters.answer import statement
from psoas.web.presenters.journal import Run
from psoas.web.presenters.page import shelf, sure

STEPS = ("pain", "tasks", "week", "signs")
KEPT = "check_in."  # answers of a check-in that is not finished yet, among what was told
MOST_TASKS = 5
LONGEST_TASK = 80
SITTING = "sitting_ache_after_min"

SIGNS = {
    "new_numbness_or_weakness": gettext_lazy("New numbness, or new weakness of a leg."),
    "locking": gettext_lazy("The knee gets stuck."),
    "giving_way": gettext_lazy("The knee gives way."),
    "night_pain": gettext_lazy("Pain at night that wakes you and does not ease when you turn."),
    "calf_swelling": gettext_lazy("A swollen calf."),
    "fever": gettext_lazy("Fever."),
    "groin_pain_on_impact": gettext_lazy("Pain in the groin when you land, hop or run."),
    "swelling_after_exercise": gettext_lazy("The knee swells after exercise."),
}
assert set(SIGNS) == set(ADVERSE)  # every sign that stops a plan is asked

BECAUSE = {
    "rule_held_twice": gettext_lazy(
        "The pain stayed within the rule in two check-ins, and you did most of it."
    ),
    "rule_broken_once": gettext_lazy("The pain went over the rule once. Give it a week."),
    "rule_broken_twice": gettext_lazy("The pain went over the rule in two check-ins."),
    "too_early": gettext_lazy("The rule has to hold in two check-ins before anything is added."),
    "few_sessions": gettext_lazy(
        "Less than two thirds of the planned days were done. First make it a habit."
    ),
    "worse": gettext_lazy("You got worse, by as much as counts for that measure."),
    "no_change_after_6_weeks": gettext_lazy(
        "Six weeks of doing it changed nothing that counts. Somebody should look."
    ),
    "level": gettext_lazy("Your safety answers say that you should be seen."),
}
VERDICTS = {
    "improved": gettext_lazy("better"),
    "unchanged": gettext_lazy("no sure change"),
    "worse": gettext_lazy("worse"),
}
ANGLE_MEASURES = {
    "hip_extension": {
        "goniometer": "hip_extension_goniometer",
        "inclinometer": "hip_extension_inclinometer",
        "trigonometric": "hip_extension_inclinometer",
    },
    "rectus_length": {"goniometer": "hanging_knee_bend"},
}


def instrument_item(instrument: str, item: str) -> Mapping[str, str]:
    """Words of one question of the shelf's questionnaires."""
    listed = shelf().knowledge.tables["instruments"][instrument]["item"]
    found: Mapping[str, str] = next(each for each in listed if each["id"] == item)
    return found


def pain_told(person: Person, now: datetime) -> str:
    """The worst pain as the safety questions were just told it: of the same 24 hours, so not asked twice."""
    told = person.screens.filter(values__has_key="pain_now").first()
    fresh = told is not None and timedelta(0) <= now - told.at < timedelta(days=1)
    return str(told.values["pain_now"]) if told is not None and fresh else ""


def task_values(scores: list[int]) -> dict[str, float]:
    """The measure of the person's own tasks: one task counts by itself, several by their mean."""
    if not scores:
        return {}
    if len(scores) == 1:
        return {"psfs_single": float(scores[0])}
    return {"psfs_mean": sum(scores) / len(scores)}


def angle_values(case: Case) -> dict[str, float]:
    """Readings of the painful side as measures; of two sides the tighter one."""
    found: dict[str, float] = {}
    for each in case.measured:
        name = ANGLE_MEASURES.get(each.norm.id, {}).get(each.method)
        if name is not None:
            found[name] = min(each.mean, found.get(name, each.mean))
    return found


def reasons(because: list[str]) -> list[str]:
    """Why, in words: the rule of the plan, signs, and the safety rules that fired."""
    rules = {rule.id: rule.name for rule in shelf().knowledge.rules}
    said = []
    for name in because:
        if name in SIGNS:
            said.append(_("You marked: %(sign)s") % {"sign": str(SIGNS[name])})
        elif name in BECAUSE:
            said.append(str(BECAUSE[name]))
        elif name in rules:
            said.append(rules[name])
    return said


def outcome(run: Run) -> dict[str, Any]:
    """What the last check-in decided, why, and what changed beyond its error."""
    assert run.last is not None
    step = run.last["step"]
    return {
        "run": run,
        "step": step,
        "says": statement(f"step_{step}"),
        "reasons": reasons(run.last["because"]),
        "moved": moved_rows(run),
        "rule": statement("pain_red"),
        "limit": PAIN_LIMIT,
    }


def moved_rows(run: Run) -> list[dict[str, Any]]:
    """First and last value of every measure taken twice, and whether that is a change."""
    rows = []
    for name, measure in shelf().measures.items():
        values = [each.values[name] for each in run.check_ins if name in each.values]
        if len(values) > 1:
            moved = changed(measure, values[0], values[-1])
            rows.append(
                {
                    "id": name,
                    "name": measure.name,
                    "unit": measure.unit,
                    "first": values[0],
                    "last": values[-1],
                    "counts_from": measure.counts_from,
                    "verdict": moved.verdict,
                    "words": VERDICTS[moved.verdict],
                    "sure": sure(measure.grade, measure.sources),
                }
            )
    return rows


def kept_check_in(told: Mapping[str, Any], run: Run, today: date, angles: Mapping[str, float]) -> CheckIn:
    """The check-in from its four steps, as they were kept among what was told."""
    pain, tasks = told[f"{KEPT}pain"], told[f"{KEPT}tasks"]
    week, signs = told[f"{KEPT}week"], told[f"{KEPT}signs"]
    values: dict[str, float] = {"nprs_worst": float(pain["worst"]), **task_values(tasks["scores"]), **angles}
    if pain["sitting"] is not None:
        values[SITTING] = float(pain["sitting"])
    return CheckIn(
        day=run.day(today),
        values=values,
        sessions_done=week["done"],
        sessions_planned=week["planned"],
        pain_during=week["pain"],
        settled=week["settled"],
        adverse=frozenset(signs["signs"]),
    )
