"""From the assessment to a plan: which lines, in which order, why, and what was left out.

Order of the house: load and education, then strength for hip and knee, then the hip flexor where a test
supports it, then the rest. No line with a caution that holds is ever in a plan; a caution not known yet
stays on its line as "leave it out if". Nothing is planned at EMERGENCY or URGENT, nor while safety
questions are open; until a SOON visit there is general advice only.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from psoas.clinic.assessment import STOPPED, Assessment, Weights
from psoas.clinic.logic import Lookup
from psoas.clinic.remedies import Advice, Count, Exercise, Programme, Remedies, Statement, TherapistLine
from psoas.clinic.schedule import Slot, fit_week
from psoas.clinic.types import Triage

Holds = Callable[[str], bool | None]

HELPING_ROLES = ("primary_source", "likely_contributor", "possible_contributor")
BREAK_EARLIER_MIN = 5  # remind this long before the knee begins to ache
USUAL_BREAK_MIN = 25  # middle of the 20 to 30 min in the article; no trial for the interval
SITTING_PAIN_BREAK_MIN = 15  # sitting pain began at a median of 16 to 20 min (Ophey2024)
SHORTEST_BREAK_MIN = 5
REVIEW_WEEKS = (2, 6, 12)
NO_PLAN_BEFORE = frozenset({"S17", "S22", "S24"})  # fresh operation, bent hip, bone stress: examined first
REVIEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan for this person: the words that hold now, the days, and what to check first."""

    exercise: Exercise
    role: str
    dose: str
    count: Count | None
    steps: tuple[str, ...]
    stop_rule: str
    progress: str
    regress: str
    target: str
    evidence: Statement
    first_week: int
    days: tuple[int, ...]
    leave_out_if: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that is not in the plan: the cautions that hold, or `time` when the week is full."""

    exercise: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do and why. `withheld` says why there is no plan: `level` or `open_questions`."""

    withheld: str | None
    programme: Programme | None = None
    lines: tuple[Line, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    break_every_min: int | None = None
    advice: tuple[Advice, ...] = ()
    therapist: tuple[TherapistLine, ...] = ()
    rules: tuple[Statement, ...] = ()
    see_clinician: bool = False
    review_days: int = REVIEW_DAYS
    review_weeks: tuple[int, ...] = REVIEW_WEEKS


def make_plan(
    triage: Triage,
    assessment: Assessment,
    facts: Lookup,
    holds: Holds,
    weights: Weights,
    remedies: Remedies,
) -> Plan:
    """The plan for one person. facts: what is known of the person, by id; holds: `cautions_of` them."""
    if triage.level in STOPPED:
        return Plan("level")
    if triage.level is None or triage.unasked:
        return Plan("open_questions")
    programme = _programme(triage, assessment, weights, remedies)
    wanted = _wanted(programme, assessment, facts)
    kept, left_out = _without_forbidden(wanted, holds, remedies)
    slots, too_many = fit_week(kept, facts("minutes_a_day"), facts("days_a_week"))
    lines = tuple(_line(slot, facts, remedies) for slot in slots)
    left_out += [LeftOut(exercise.id, ("time",)) for exercise in too_many]
    return Plan(
        withheld=None,
        programme=programme,
        lines=lines,
        left_out=tuple(left_out),
        break_every_min=_break_every(facts),
        advice=_advice(assessment, facts, holds, remedies),
        therapist=_therapist(programme, holds, remedies),
        rules=_rules(programme, lines, remedies),
        see_clinician=programme.see_clinician,
    )


def cautions_of(facts: Lookup, remedies: Remedies) -> Holds:
    """Whether a caution (by id) holds: True, False, or None while unknown; each is asked once."""
    return cache(lambda name: remedies.cautions[name].when(facts))


def forbidding(not_if: Iterable[str], holds: Holds) -> tuple[str, ...]:
    """The cautions among these that hold for this person."""
    return tuple(name for name in not_if if holds(name))


def _programme(triage: Triage, assessment: Assessment, weights: Weights, remedies: Remedies) -> Programme:
    """Until seen: general advice. Else that of the leading explanation, or of equal ones that share one."""
    if triage.level == "SOON":
        return remedies.programmes[
            "until_seen" if NO_PLAN_BEFORE.isdisjoint(triage.rules) else "examined_first"
        ]
    if assessment.leading == "hf_pain" and assessment.role != "primary_source":
        return remedies.programmes["clinician_first"]  # the hip joint and nerves have to be ruled out
    if assessment.leading is not None:
        return remedies.programmes[_of(assessment.leading, weights)]
    best = max((entry.points for entry in assessment.hypotheses), default=0)
    tops = {_of(entry.id, weights) for entry in assessment.hypotheses if entry.points == best}
    if best < 2:
        return remedies.programmes["undecided"]
    if tops <= {"kneecap", "osteoarthritis"}:
        return remedies.programmes["kneecap" if "kneecap" in tops else "osteoarthritis"]
    return remedies.programmes["clinician_first" if "clinician_first" in tops else "knee_clinician"]


def _of(explanation: str, weights: Weights) -> str:
    return weights.explanations[weights.place_of[explanation]].programme


def _wanted(programme: Programme, assessment: Assessment, facts: Lookup) -> list[tuple[str, tuple[str, ...]]]:
    """(role in the plan, alternatives) in order; of the alternatives the first allowed one is taken."""
    wanted: list[tuple[str, tuple[str, ...]]] = [("core", (name,)) for name in programme.core]
    if assessment.role not in HELPING_ROLES:
        return wanted
    because = set(assessment.role_because)
    short = "e_ext_short" in because or facts("e_ext_short") is True
    if programme.when_short and (short or ("e_rf_short" in because and not programme.when_rectus_short)):
        wanted.append(("addon", programme.when_short))
    if programme.when_rectus_short and facts("e_rf_short") is True:
        wanted.append(("optional", programme.when_rectus_short))
    weak = "e_hf_weak_painless" in because
    strengthen = programme.always_add or (programme.when_weak if weak else ())
    wanted += [("addon", (name,)) for name in strengthen]
    return wanted


def _without_forbidden(
    wanted: list[tuple[str, tuple[str, ...]]], holds: Holds, remedies: Remedies
) -> tuple[list[tuple[str, Exercise]], list[LeftOut]]:
    kept: list[tuple[str, Exercise]] = []
    left_out: list[LeftOut] = []
    for role, alternatives in wanted:
        for name in alternatives:
            exercise = remedies.exercises[name]
            holding = forbidding(exercise.not_if, holds)
            if not holding:
                kept.append((exercise.role if role == "addon" else role, exercise))
                break
            left_out.append(LeftOut(name, holding))
    return kept, left_out


def _line(slot: Slot, facts: Lookup, remedies: Remedies) -> Line:
    exercise = slot.exercise
    now = next((other for other in exercise.instead if other.when(facts)), None)
    unknown = (name for name in exercise.not_if if _to_check(name, facts, remedies))
    return Line(
        exercise=exercise,
        role=slot.role,
        dose=(now and now.dose) or exercise.dose,
        count=now.count if now and now.dose else exercise.count,
        steps=(now and now.steps) or exercise.steps,
        stop_rule=(now and now.stop_rule) or exercise.stop_rule,
        progress=(now and now.progress) or exercise.progress,
        regress=(now and now.regress) or exercise.regress,
        target=(now and now.target) or exercise.target,
        evidence=(now and now.evidence) or exercise.evidence,
        first_week=slot.first_week,
        days=slot.days,
        leave_out_if=tuple(unknown),
    )


def _to_check(caution: str, facts: Lookup, remedies: Remedies) -> bool:
    """Whether a caution hangs on a circumstance that nobody has asked about yet."""
    return any(facts(name) is None for name in remedies.cautions[caution].asks)


def circumstances_to_ask(plan: Plan, facts: Lookup, remedies: Remedies) -> tuple[str, ...]:
    """What to ask next about the lines of a plan, each once, in the order of the lines."""
    asked = (
        name
        for line in plan.lines
        for caution in line.leave_out_if
        for name in remedies.cautions[caution].asks
        if facts(name) is None
    )
    return tuple(dict.fromkeys(asked))


def _break_every(facts: Lookup) -> int:
    """Minutes between sitting breaks: five before the knee begins to ache, else the usual.

    A knee that aches in sitting at an unknown time gets the break before the median of such people.
    """
    onset = facts("sitting_ache_after_min")
    if onset is None:
        return SITTING_PAIN_BREAK_MIN if facts("h_sit_bent") else USUAL_BREAK_MIN
    return max(SHORTEST_BREAK_MIN, int(onset) - BREAK_EARLIER_MIN)


def _advice(assessment: Assessment, facts: Lookup, holds: Holds, remedies: Remedies) -> tuple[Advice, ...]:
    return tuple(
        entry
        for entry in remedies.advice
        if (entry.when is None or entry.when(facts))
        and (not entry.only_for or assessment.leading in entry.only_for)
        and not forbidding(entry.not_if, holds)
    )


def _therapist(programme: Programme, holds: Holds, remedies: Remedies) -> tuple[TherapistLine, ...]:
    """Lines for the therapist: what the programme offers, and techniques that are not advised, never as a
    task.
    """
    offered = tuple(remedies.therapist[name] for name in programme.therapist)
    return tuple(line for line in offered if not forbidding(line.not_if, holds))


def _rules(programme: Programme, lines: tuple[Line, ...], remedies: Remedies) -> tuple[Statement, ...]:
    names = ["stop_signs"]
    if len(lines) > 1:
        names = [
            "core_first",
            "pain_green",
            "pain_amber",
            "pain_red",
            "swelling",
            "progress_rule",
            "regress_rule",
            *names,
        ]
        names += ["review_2_weeks", "review_6_weeks", "review_12_weeks", "no_change_clinician"]
    if any(line.role in ("addon", "optional") for line in lines) and programme.id != "hip_flexor":
        names += ["nerve_pull", "addon_optional"]
    return tuple(remedies.statements[name] for name in names)


def dose_of(line: Line, week: int) -> str:
    """The dose of a line in one week of the plan, from 1; after its last week the way to make it harder."""
    weeks = line.exercise.weeks
    if not weeks or line.dose != line.exercise.dose:
        return line.dose
    if week > weeks[-1].last:
        return f"{weeks[-1].text}. {line.progress}"
    return next((entry.text for entry in weeks if week <= entry.last), line.dose)


def count_of(line: Line, week: int) -> Count | None:
    """The same dose in numbers to count by; None for a line that has none, or no time of its own."""
    weeks = line.exercise.weeks
    if not weeks or line.dose != line.exercise.dose:
        return line.count
    return next((entry.count for entry in weeks if week <= entry.last), weeks[-1].count)


def by_day(plan: Plan, week: int) -> Mapping[int, tuple[Line, ...]]:
    """The lines of each day (0 Monday to 6 Sunday) in one week of the plan, from 1."""
    return {
        day: tuple(line for line in plan.lines if day in line.days and line.first_week <= week)
        for day in range(7)
    }
