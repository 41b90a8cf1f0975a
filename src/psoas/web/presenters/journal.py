"""The running plan as the journal tells it: which week it is, what was done, when the next check-in is due.

The journal is only ever added to. What was undone is left out here, and the last word on a thing counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from psoas.clinic.progress import CheckIn, Step

START, ROUND, LOG, MORNING, CHECK_IN, UNDO = "start", "round", "log", "morning", "check-in", "undo"
HOW = ("done", "part", "not")
WEEK_DAYS = 7
ROUND_HOLDS = timedelta(days=2)  # safety answers older than that are asked again before a check-in
ASK_MORNING_FOR_DAYS = 3  # after that nobody remembers how the knee was next morning


class Noted(Protocol):
    """One thing that happened, as `web.models.Entry` keeps it."""

    uid: str
    kind: str
    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Run:
    """A plan under way.

    week: of the plan, from 1: the one being done, or the last one while it waits. easier: its lines take
    their easier form. waits: why it is not done now (`stop`, `see_clinician`, `answer_questions`), else None.
    since: local day on which this week began. check_ins: the baseline first. last: the
    last check-in as kept. round_at: when the safety questions were begun anew for a check-in that is open.
    """

    began: date
    week: int
    easier: bool
    waits: Step | None
    since: date
    tasks: tuple[str, ...]
    check_ins: tuple[CheckIn, ...]
    last: Mapping[str, Any] | None
    last_uid: str
    round_at: datetime | None
    revision: int

    @property
    def due(self) -> date:
        """Local day of the next check-in."""
        return self.since + timedelta(days=WEEK_DAYS)

    def asked_anew(self, now: datetime) -> bool:
        """Whether the safety questions have been begun anew for the check-in that is open."""
        return self.round_at is not None and now - self.round_at < ROUND_HOLDS

    def may_begin_again(self, now: datetime) -> bool:
        """Whether new numbers may be set. A stop is not passed by that; where it got worse or nothing
        changed, a clinician looks first, and the safety questions are answered anew.
        """
        if self.waits is None:
            return self.round_at is None
        worse_or_same = self.last is not None and self.last["level"] == "SELF_CARE"
        return self.waits == "see_clinician" and worse_or_same and self.asked_anew(now)

    def day(self, today: date) -> int:
        """Days since the start."""
        return max(0, (today - self.began).days)


def standing(notes: Iterable[Noted]) -> list[Noted]:
    """What counts: everything but what was undone, and the undoing itself."""
    listed = list(notes)
    undone = {each.value["uid"] for each in listed if each.kind == UNDO}
    return [each for each in listed if each.kind != UNDO and each.uid not in undone]


def run_of(notes: Iterable[Noted]) -> Run | None:
    """The plan under way, from the journal in the order in which it was kept; None before the first start."""
    run: Run | None = None
    for note in standing(notes):
        if note.kind == START:
            run = _begun(note)
        elif run is None:
            continue
        elif note.kind == ROUND:
            run = replace(run, round_at=note.at)
        elif note.kind == CHECK_IN:
            run = _moved(run, note)
    return run


def _begun(note: Noted) -> Run:
    on = date.fromisoformat(note.value["on"])
    return Run(
        began=on,
        week=1,
        easier=False,
        waits=None,
        since=on,
        tasks=tuple(note.value["tasks"]),
        check_ins=(CheckIn(0, note.value["values"]),),
        last=None,
        last_uid=note.uid,
        round_at=None,
        revision=0,
    )


def _moved(run: Run, note: Noted) -> Run:
    told = note.value
    on, following = date.fromisoformat(told["on"]), told["next_week"]
    check_in = CheckIn(
        day=run.day(on),
        values=told["values"],
        sessions_done=told["sessions_done"],
        sessions_planned=told["sessions_planned"],
        pain_during=told["pain_during"],
        settled=told["settled"],
        adverse=frozenset(told["adverse"]),
    )
    return replace(
        run,
        week=run.week if following is None else following,
        easier=told["step"] == "back" and run.week == 1,
        waits=told["step"] if following is None else None,
        since=on,
        check_ins=(*run.check_ins, check_in),
        last=told,
        last_uid=note.uid,
        round_at=None,
        revision=run.revision + 1,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """The last word on one exercise of one day. pain: worst during it, 0 to 10, or None."""

    exercise: str
    day: date
    how: str
    pain: int | None
    uid: str


def logged(notes: Iterable[Noted]) -> dict[tuple[str, date], Done]:
    """What was logged, by exercise and local day."""
    found: dict[tuple[str, date], Done] = {}
    for note in standing(notes):
        if note.kind == LOG:
            told = note.value
            day = date.fromisoformat(told["day"])
            found[told["exercise"], day] = Done(told["exercise"], day, told["how"], told["pain"], note.uid)
    return found


def since_last(notes: Iterable[Noted]) -> list[Noted]:
    """What was kept after the last start or check-in, whatever the clock of the device said."""
    found: list[Noted] = []
    for note in standing(notes):
        found = [] if note.kind in (START, CHECK_IN) else [*found, note]
    return found


def mornings(notes: Iterable[Noted]) -> dict[date, bool]:
    """Whether the knee was back to its usual on the morning after, by local day of the exercise."""
    return {
        date.fromisoformat(note.value["day"]): note.value["settled"]
        for note in standing(notes)
        if note.kind == MORNING
    }


def morning_to_ask(notes: Sequence[Noted], today: date) -> date | None:
    """The last day of exercise before today whose next morning has not been told, if it is recent."""
    days = {each.day for each in logged(notes).values() if each.how != "not" and each.day < today}
    if not days or max(days) in mornings(notes) or (today - max(days)).days > ASK_MORNING_FOR_DAYS:
        return None
    return max(days)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the log says at a check-in, to be looked over: days, worst pain, and whether it settled."""

    sessions_done: int
    sessions_planned: int
    pain_during: int | None
    settled: bool | None


def tally(run: Run, notes: Sequence[Noted], planned: Mapping[int, frozenset[str]], today: date) -> Tally:
    """The log of this week. planned: exercises by weekday (0 Monday).

    A session is a day of exercise. It counts when at least half of that day's exercises were done in whole
    or in part; on a day without a plan one is enough.
    """
    recent = since_last(notes)
    entries = [each for each in logged(recent).values() if each.how != "not" and each.day >= run.since]
    by_day: dict[date, set[str]] = {}
    for each in entries:
        by_day.setdefault(each.day, set()).add(each.exercise)
    done = sum(2 * len(names) >= len(planned.get(day.weekday(), ())) for day, names in by_day.items())
    days = max(1, (today - run.since).days)
    due = sum(bool(planned.get((run.since + timedelta(days=k)).weekday())) for k in range(days))
    settled = mornings(recent).values()
    return Tally(
        sessions_done=done,
        sessions_planned=max(due, done),
        pain_during=max((each.pain for each in entries if each.pain is not None), default=None),
        settled=all(settled) if settled else None,
    )
