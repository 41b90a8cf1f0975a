"""The answer and the plan as a page shows them; every statement with its grade and sources."""

from typing import Any

from django.utils.translation import gettext as _

from psoas.clinic.assessment import Hypothesis, missing_for
from psoas.clinic.case import Case, Decision
from psoas.clinic.case_page import AREAS, DAYS, MOST_EXPLANATIONS, ROLES, STANDINGS, WHO
from psoas.clinic.plan import Line, by_day, dose_of
from psoas.clinic.remedies import Statement
from psoas.engine.exercise import motions
from psoas.web.presenters.page import shelf, sure


def statement(name: str) -> dict[str, Any]:
    """A sentence of the shelf that goes with every plan."""
    return _said(shelf().remedies.statements[name])


def _said(each: Statement) -> dict[str, Any]:
    return {"text": each.text, "sure": sure(each.grade, each.sources)}


def answer_of(case: Case, decision: Decision) -> dict[str, Any]:
    """Explanations, role of the hip flexor, next test."""
    assessment, weights = decision.assessment, shelf().weights
    shown = [each for each in assessment.hypotheses[:MOST_EXPLANATIONS] if each.points > 0]
    most = max((each.points for each in shown), default=1)
    role = weights.roles[assessment.role]
    signs = [weights.signs[name] for name in assessment.role_because if name in weights.signs]
    following = decision.next_test
    test = None if following is None else following.test
    return {
        "explanations": [_explanation(case, each, most) for each in shown],
        "nothing_leads": statement("nothing_leads") if assessment.leading is None else None,
        "nobody_excluded": statement("nobody_excluded"),
        "matches": [
            {"text": each.pattern.plain, "sure": sure(each.pattern.grade, each.pattern.sources)}
            for each in decision.matches
        ],
        "role": assessment.role,
        "role_words": _(ROLES[assessment.role]),
        "role_says": {"text": role["says"], "sure": sure(role["grade"], tuple(role["sources"]))},
        "role_because": [{"text": each.plain, "sure": sure(each.grade, each.sources)} for each in signs],
        "joint": statement("hip_joint_not_stretch")
        if assessment.role == "cannot_tell" and "e_hip_ir_limited" in assessment.role_because
        else None,
        "measured": case.measured,
        "test": test,
        "test_who": "" if test is None else _(WHO[test.who]),
        "test_sure": None if test is None else sure(test.grade, test.sources),
    }


def _explanation(case: Case, entry: Hypothesis, most: int) -> dict[str, Any]:
    weights = shelf().weights
    found = weights.explanations[weights.place_of[entry.id]]
    missing = [weights.signs[name].plain for name in missing_for(entry.id, case.findings, weights)[:3]]
    return {
        "id": entry.id,
        "name": found.plain_name,
        "standing": entry.standing,
        "standing_words": _(STANDINGS[entry.standing]),
        "points": entry.points,
        "most": max(most, 1),
        "says": {"text": found.says, "sure": sure(found.grade, found.sources)},
        "outlook": {"text": found.outlook, "sure": sure(found.outlook_grade, found.outlook_sources)},
        "for": _reasons(entry.spoke_for),
        "against": _reasons(entry.spoke_against),
        "missing": missing,
    }


def _reasons(pairs: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    signs = shelf().weights.signs
    return [
        {"text": signs[name].plain, "sure": sure(signs[name].grade, signs[name].sources)}
        if name in signs
        else {"text": _("Your age."), "sure": sure("judgement", ("OwnJudgement",))}
        for name, _points in pairs
    ]


def plan_of(decision: Decision) -> dict[str, Any]:
    """Lines, first week, rules, advice, what was left out, and what is for a therapist only."""
    plan, remedies = decision.plan, shelf().remedies
    week = by_day(plan, 1)
    left = [
        {
            "name": remedies.exercises[each.exercise].name,
            "because": None if each.because == ("time",) else _said(remedies.cautions[each.because[0]].says),
        }
        for each in plan.left_out
    ]
    return {
        "programme": None if plan.programme is None else _said(plan.programme.says),
        "lines": [line_of(each) for each in plan.lines],
        "week": [
            {
                "day": _(DAYS[day]),
                "names": [each.exercise.name for each in lines if each.exercise.minutes],
                "minutes": sum(each.exercise.minutes for each in lines),
            }
            for day, lines in week.items()
        ]
        if any(each.exercise.minutes for each in plan.lines)
        else [],
        "rules": [_said(each) for each in plan.rules],
        "advice": [
            {
                "title": _(title),
                "entries": [
                    {
                        "text": each.says.text.replace("{minutes}", str(plan.break_every_min)),
                        "sure": sure(each.says.grade, each.says.sources),
                    }
                    for each in plan.advice
                    if each.area == area
                ],
            }
            for area, title in AREAS.items()
            if any(each.area == area for each in plan.advice)
        ],
        "left_out": left,
        "therapist": [
            {"name": each.name, "text": f"{each.what} {each.limits}", "sure": sure(each.grade, each.sources)}
            for each in plan.therapist
        ],
        "see_clinician": decision.triage.professional_recommended or plan.see_clinician,
        "level": decision.triage.level,
    }


def line_of(line: Line, week: int = 1) -> dict[str, Any]:
    """One line of the plan in the words of a week."""
    remedies = shelf().remedies
    return {
        "id": line.exercise.id,
        "motion": line.exercise.id in motions(),
        "name": line.exercise.name,
        "role": line.role,
        "core": line.role == "core",
        "dose": dose_of(line, week),
        "target": line.target,
        "steps": line.steps,
        "mistakes": line.exercise.mistakes if line.evidence is line.exercise.evidence else "",
        "progress": line.progress,
        "regress": line.regress,
        "stop": line.stop_rule,
        "first_week": line.first_week,
        "days": [_(DAYS[day]) for day in line.days],
        "minutes": line.exercise.minutes,
        "weeks": [(each.first, each.last, each.text) for each in line.exercise.weeks],
        "evidence": _said(line.evidence),
        "check": [_said(remedies.cautions[name].says) for name in line.leave_out_if],
    }
