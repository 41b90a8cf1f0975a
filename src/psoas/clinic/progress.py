"""From check-ins to what comes next: forward, hold, back, stop, or a clinician.

Every check-in answers the safety questions anew. A measure has changed only beyond its own error; angles are
shown but never count as success, because pain gets better without them (HamstraWright2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psoas.clinic.assessment import STOPPED
from psoas.clinic.types import Triage
from psoas.errors import InputError

Verdict = Literal["improved", "unchanged", "worse"]
Step = Literal["forward", "hold", "back", "stop", "see_clinician", "answer_questions"]

REVIEW_WEEKS = (2, 6, 12)
WEEKS_WITHOUT_CHANGE = 6
ENOUGH_ADHERENCE = 2.0 / 3.0  # of the planned sessions
PAIN_LIMIT = 5  # of 10, during exercise
RULE_BROKEN_TWICE = 2
RULE_HELD_TWICE = 2

ADVERSE = (
    "new_numbness_or_weakness",
    "locking",
    "giving_way",
    "night_pain",
    "calf_swelling",
    "fever",
    "groin_pain_on_impact",
    "swelling_after_exercise",
)
"""Signs that stop the plan until the safety questions have been answered again."""


@dataclass(frozen=True, slots=True)
class Measure:
    """An outcome with the smallest change that counts, and where that number comes from."""

    id: str
    name: str
    unit: str
    better: Literal["lower", "higher"]
    counts_from: float
    grade: str
    sources: tuple[str, ...]
    decides: bool
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One weekly check-in. `day` counts from the start of the plan; what was not measured is absent.

    values: by id of `measures.toml`. pain_during: worst pain in exercise, 0-10. settled: back to usual by
    next morning. sessions_done of sessions_planned: since the last check-in. adverse: ids of `ADVERSE`.
    """

    day: int
    values: Mapping[str, float]
    sessions_done: int = 0
    sessions_planned: int = 0
    pain_during: int | None = None
    settled: bool | None = None
    adverse: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moved:
    """How one measure moved since the start; `amount` is positive when better."""

    measure: Measure
    amount: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Progress:
    """What the check-ins show and what comes next. because: ids of the reasons, weightiest first."""

    overall: Verdict
    responder: bool
    moved: tuple[Moved, ...]
    adherence: float | None
    step: Step
    because: tuple[str, ...]
    next_review_day: int


def read_measure(entry: Mapping[str, Any]) -> Measure:
    """One raw table of `measures.toml`."""
    return Measure(
        id=entry["id"],
        name=entry["name"],
        unit=entry["unit"],
        better=entry["better"],
        counts_from=float(entry["counts_from"]),
        grade=entry["grade"],
        sources=tuple(entry["sources"]),
        decides=entry["decides"],
        least=float(entry["least"]),
        most=float(entry["most"]),
    )


def review(check_ins: Sequence[CheckIn], triage: Triage, measures: Mapping[str, Measure]) -> Progress:
    """Compare the last check-in with the first, and decide the next step.

    triage: of the answers given at the last check-in. The order of the check-ins does not matter.
    Raises InputError without a check-in, on an unknown id, or on a value outside its scale.
    """
    ordered = sorted(check_ins, key=lambda entry: entry.day)
    _checked(ordered, measures)
    moved = tuple(
        changed(measures[name], _first(ordered, name), _last(ordered, name))
        for name in measures
        if sum(name in entry.values for entry in ordered) > 1
    )
    overall = _overall(moved)
    adherence = _adherence(ordered)
    step, because = _step(ordered, triage, overall, adherence)
    return Progress(
        overall=overall,
        responder=_responder(moved),
        moved=moved,
        adherence=adherence,
        step=step,
        because=because,
        next_review_day=_next_review(ordered[-1].day),
    )


def next_week(week: int, step: Step) -> int | None:
    """The week of the plan to do next, given the one just done; None when the plan stops or waits.

    Week 1 cannot go back further: its lines then take their easier form.
    """
    if step in ("stop", "see_clinician", "answer_questions"):
        return None
    return max(1, week + {"forward": 1, "hold": 0, "back": -1}[step])


def changed(measure: Measure, before: float, after: float) -> Moved:
    """The verdict on one measure: improved or worse only from the smallest change that counts."""
    amount = after - before if measure.better == "higher" else before - after
    verdict: Verdict = "unchanged"
    if amount >= measure.counts_from:
        verdict = "improved"
    elif amount <= -measure.counts_from:
        verdict = "worse"
    return Moved(measure, amount, verdict)


def _checked(ordered: Sequence[CheckIn], measures: Mapping[str, Measure]) -> None:
    if not ordered:
        raise InputError("no check-in", "progress", "Give at least one.")
    for entry in ordered:
        where = f"check-in of day {entry.day}"
        for name in sorted(entry.adverse - set(ADVERSE)):
            raise InputError(f"unknown sign {name!r}", where, f"Use one of {', '.join(ADVERSE)}.")
        for name, value in entry.values.items():
            if name not in measures:
                raise InputError(f"unknown measure {name!r}", where, f"Use one of {', '.join(measures)}.")
            low, high = measures[name].least, measures[name].most
            if not low <= value <= high:
                raise InputError(f"{name} is {value:g}", where, f"It lies between {low:g} and {high:g}.")


def _overall(moved: Sequence[Moved]) -> Verdict:
    verdicts = {entry.verdict for entry in moved if entry.measure.decides}
    if "worse" in verdicts:
        return "worse"
    return "improved" if "improved" in verdicts else "unchanged"


def _responder(moved: Sequence[Moved]) -> bool:
    """Pain two points lower and, with it, own tasks or the questionnaire better."""
    better = {entry.measure.id for entry in moved if entry.verdict == "improved"}
    return "nprs_worst" in better and bool(better & {"psfs_mean", "psfs_single", "akps"})


def _step(
    ordered: Sequence[CheckIn], triage: Triage, overall: Verdict, adherence: float | None
) -> tuple[Step, tuple[str, ...]]:
    last = ordered[-1]
    if triage.level in STOPPED:
        return "stop", ("level", *triage.rules)
    if last.adverse:
        return "stop", tuple(sorted(last.adverse))
    if triage.level is None or triage.unasked:
        return "answer_questions", triage.unasked
    if triage.level == "SOON":
        return "see_clinician", ("level", *triage.rules)
    if overall == "worse" and last.day >= 14:
        return "see_clinician", ("worse",)
    if (
        last.day >= WEEKS_WITHOUT_CHANGE * 7
        and overall != "improved"
        and (adherence or 0.0) >= ENOUGH_ADHERENCE
    ):
        return "see_clinician", ("no_change_after_6_weeks",)
    recent = [entry for entry in ordered if entry.pain_during is not None][-2:]
    broken = [entry for entry in recent if _rule_broken(entry)]
    if len(broken) >= RULE_BROKEN_TWICE or overall == "worse":
        return "back", ("rule_broken_twice",) if len(broken) >= RULE_BROKEN_TWICE else ("worse",)
    if broken:
        return "hold", ("rule_broken_once",)
    if len(recent) < RULE_HELD_TWICE:
        return "hold", ("too_early",)
    if adherence is not None and adherence < ENOUGH_ADHERENCE:
        return "hold", ("few_sessions",)
    return "forward", ("rule_held_twice",)


def _rule_broken(entry: CheckIn) -> bool:
    return (entry.pain_during or 0) > PAIN_LIMIT or entry.settled is False


def _adherence(ordered: Sequence[CheckIn]) -> float | None:
    """Share of the planned sessions that were done, or None while none was planned."""
    planned = sum(entry.sessions_planned for entry in ordered)
    done = sum(min(entry.sessions_done, entry.sessions_planned) for entry in ordered)
    return done / planned if planned else None


def _first(ordered: Sequence[CheckIn], name: str) -> float:
    return next(entry.values[name] for entry in ordered if name in entry.values)


def _last(ordered: Sequence[CheckIn], name: str) -> float:
    return next(entry.values[name] for entry in reversed(ordered) if name in entry.values)


def _next_review(day: int) -> int:
    """The next of 2, 6 and 12 weeks after the start; later every 6 weeks."""
    planned = next((7 * week for week in REVIEW_WEEKS if 7 * week > day), None)
    return planned if planned is not None else 84 + 42 * ((day - 84) // 42 + 1)
