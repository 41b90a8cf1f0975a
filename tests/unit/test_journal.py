"""The running plan from the journal, with fixed days: weeks, undo, tallies, local days. No clock is read."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from psoas.web.clock import local_day, offset_of
from psoas.web.presenters.journal import (
    logged,
    morning_to_ask,
    run_of,
    standing,
    tally,
)

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLANNED = {0: frozenset("abcd"), 2: frozenset("abcd"), 4: frozenset("abcd")}


@dataclasses.dataclass(frozen=True)
class Note:
    uid: str
    kind: str
    at: datetime
    value: Any


def start(day: int = 0, uid: str = "s") -> Note:
    on = MONDAY + timedelta(days=day)
    value = {"on": on.isoformat(), "values": {"nprs_worst": 6.0}, "tasks": ["stairs"], "scores": [4]}
    return Note(uid, "start", NOON + timedelta(days=day), value)


def log(exercise: str, day: int, how: str = "done", pain: int | None = None, uid: str = "") -> Note:
    on = MONDAY + timedelta(days=day)
    value = {"exercise": exercise, "day": on.isoformat(), "how": how, "pain": pain}
    return Note(uid or f"{exercise}{day}{how}", "log", NOON + timedelta(days=day), value)


def checked(day: int, step: str, following: int | None, uid: str = "") -> Note:
    value = {
        "on": (MONDAY + timedelta(days=day)).isoformat(),
        "values": {"nprs_worst": 5.0},
        "sessions_done": 3,
        "sessions_planned": 3,
        "pain_during": 3,
        "settled": True,
        "adverse": [],
        "step": step,
        "next_week": following,
    }
    return Note(uid or f"c{day}", "check-in", NOON + timedelta(days=day), value)


def undo(uid: str) -> Note:
    return Note(f"u{uid}", "undo", NOON, {"uid": uid})


def morning(day: int, settled: bool) -> Note:
    value = {"day": (MONDAY + timedelta(days=day)).isoformat(), "settled": settled}
    return Note(f"m{day}{settled}", "morning", NOON + timedelta(days=day + 1), value)


def test_no_plan_runs_before_it_is_started() -> None:
    assert run_of([]) is None
    assert run_of([log("a", 0), checked(7, "forward", 2)]) is None


def test_a_started_plan_is_in_week_one_and_due_after_seven_days() -> None:
    run = run_of([start()])
    assert run is not None
    assert (run.week, run.waits, run.easier, run.due) == (1, None, False, MONDAY + timedelta(days=7))
    assert [each.day for each in run.check_ins] == [0]


@pytest.mark.parametrize(
    ("step", "following", "week", "waits"),
    [
        ("forward", 2, 2, None),
        ("hold", 1, 1, None),
        ("back", 1, 1, None),
        ("stop", None, 1, "stop"),
        ("see_clinician", None, 1, "see_clinician"),
    ],
)
def test_the_week_follows_the_decision(
    step: str, following: int | None, week: int, waits: str | None
) -> None:
    run = run_of([start(), checked(7, step, following)])
    assert run is not None
    assert (run.week, run.waits, run.easier) == (week, waits, step == "back")
    assert (run.since, run.revision) == (MONDAY + timedelta(days=7), 1)


def test_a_stopped_plan_goes_on_in_its_week_after_a_new_check_in() -> None:
    run = run_of([start(), checked(7, "forward", 2), checked(14, "stop", None), checked(16, "hold", 2)])
    assert run is not None and (run.week, run.waits) == (2, None)
    assert run.due == MONDAY + timedelta(days=23)


def test_an_early_and_a_late_check_in_begin_the_next_seven_days() -> None:
    for day in (3, 12):
        run = run_of([start(), checked(day, "hold", 1)])
        assert run is not None and run.due == MONDAY + timedelta(days=day + 7)


def test_beginning_again_leaves_the_old_check_ins_behind() -> None:
    run = run_of([start(), checked(7, "forward", 2), start(20, "again")])
    assert run is not None and (run.week, len(run.check_ins)) == (1, 1)
    assert run.began == MONDAY + timedelta(days=20)


def test_a_round_of_safety_questions_is_open_until_the_check_in_is_decided() -> None:
    begun = Note("r", "round", NOON + timedelta(days=7), {"steps": []})
    opened, closed = run_of([start(), begun]), run_of([start(), begun, checked(7, "hold", 1)])
    assert opened is not None and opened.round_at == begun.at
    assert closed is not None and closed.round_at is None


def test_undo_is_one_more_entry_and_takes_out_its_target_only() -> None:
    notes = [start(), log("a", 0), log("b", 0), undo("a0done")]
    assert {each.uid for each in standing(notes)} == {"s", "b0done"}
    assert set(logged(notes)) == {("b", MONDAY)}
    back = run_of([start(), checked(7, "forward", 2), undo("c7")])
    assert back is not None and back.week == 1


def test_the_last_word_on_an_exercise_counts() -> None:
    notes = [start(), log("a", 0, "not"), log("a", 0, "done", pain=4)]
    assert logged(notes)["a", MONDAY].how == "done"


def test_a_day_counts_from_half_of_its_exercises() -> None:
    run = run_of([start()])
    assert run is not None
    notes = [start(), *(log(name, 0) for name in "ab"), log("a", 2), log("a", 1), log("c", 4, "not")]
    found = tally(run, notes, PLANNED, MONDAY + timedelta(days=7))
    assert (found.sessions_done, found.sessions_planned) == (2, 3)  # Monday by halves, Tuesday unplanned


def test_the_tally_takes_the_worst_pain_and_every_morning() -> None:
    run = run_of([start()])
    assert run is not None
    pains = [log("a", 0, pain=2), log("b", 0, pain=6, how="part"), log("a", 2), log("b", 2)]
    for mornings_, settled in (((), None), ((True,), True), ((True, False), False)):
        notes = [start(), *pains, *(morning(2 * k, each) for k, each in enumerate(mornings_))]
        found = tally(run, notes, PLANNED, MONDAY + timedelta(days=7))
        assert (found.pain_during, found.settled) == (6, settled)


def test_a_week_begins_empty_after_a_check_in() -> None:
    notes = [start(), log("a", 0), log("b", 0), checked(7, "hold", 1)]
    run = run_of(notes)
    assert run is not None
    assert tally(run, notes, PLANNED, MONDAY + timedelta(days=14)).sessions_done == 0
    later = [*notes, log("c", 7), log("d", 7), log("a", 2, uid="late")]  # the last was kept on a phone
    assert tally(run, later, PLANNED, MONDAY + timedelta(days=14)).sessions_done == 1


def test_the_morning_is_asked_once_the_day_after_and_not_for_long() -> None:
    notes = [start(), log("a", 0)]
    assert morning_to_ask(notes, MONDAY) is None
    assert morning_to_ask(notes, MONDAY + timedelta(days=1)) == MONDAY
    assert morning_to_ask(notes, MONDAY + timedelta(days=4)) is None
    assert morning_to_ask([*notes, morning(0, True)], MONDAY + timedelta(days=1)) is None
    assert morning_to_ask([start(), log("a", 0, "not")], MONDAY + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("at", "offset", "day"),
    [
        ("2026-03-01T23:30:00+00:00", 60, "2026-03-02"),
        ("2026-03-01T23:30:00+00:00", 0, "2026-03-01"),
        ("2026-03-02T00:30:00+00:00", -480, "2026-03-01"),
        ("2026-12-31T10:30:00+00:00", 840, "2027-01-01"),
    ],
)
def test_the_day_is_the_one_of_the_device(at: str, offset: int, day: str) -> None:
    assert local_day(datetime.fromisoformat(at), offset).isoformat() == day


@pytest.mark.parametrize("words", [None, "", "abc", "99999", "841", "-721", "6.5", "٣", "--5", "1" * 400])
def test_an_offset_that_cannot_be_is_no_offset(words: str | None) -> None:
    assert offset_of(words) is None


def test_offsets_of_real_zones_are_taken() -> None:
    assert [offset_of(words) for words in ("0", "-720", "840", "345")] == [0, -720, 840, 345]
