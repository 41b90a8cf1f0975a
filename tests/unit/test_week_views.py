"""This week: start, log, undo, check in, stop, curves, reminders. The clock stands where a test sets it."""

import json
import re
import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filled import DESK, begin, check_in, fill, start_week, to_the_plan

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARKER = "Xylograph-Wombat"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock(data: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    from psoas.web import clock as real

    stopped = Clock()
    monkeypatch.setattr(real, "now", stopped)
    return stopped


@pytest.fixture(scope="module")
def walked(data: Path) -> str:
    """Somebody who came to the plan over the pages, once; the others have the same rows."""
    from django.test import Client

    return to_the_plan(Client(HTTP_HOST="127.0.0.1"))


@pytest.fixture
def planned(client: Any, walked: str, clock: Clock) -> str:
    """Somebody of this browser, at UTC, who has come to the plan."""
    client.cookies["psoas_offset"] = "0"
    person = begin(client)
    copy("screens", walked, person)
    copy("told", walked, person)
    return person


@pytest.fixture
def person(client: Any, planned: str) -> str:
    """Somebody whose plan began on Monday."""
    start_week(client, planned)
    return planned


def copy(rows: str, source: str, target: str) -> None:
    from psoas.web.models import Person

    for row in getattr(Person.objects.get(pk=source), rows).all():
        row.pk, row.person_id = None, target
        row.save(force_insert=True)


def again(client: Any, person: str, walked: str, **given: Any) -> Any:
    """A check-in in which every safety question is answered as at first."""
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    return check_in(client, person, **given)


def entries(person: str, kind: str | None = None) -> list[Any]:
    from psoas.web.models import Entry

    found = Entry.objects.filter(person=person).order_by("id")
    return list(found if kind is None else found.filter(kind=kind))


def log(client: Any, person: str, exercise: str = "st_bridge", **posted: str) -> Any:
    return client.post(f"/p/{person}/week/{exercise}/", {"how": "done", **posted})


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_nothing_runs_before_it_is_started(client: Any, planned: str) -> None:
    person = planned
    for page in ("week/", "week/st_bridge/", "week/calendar/", "check-in/", "check-in/pain/", "progress/"):
        assert client.get(f"/p/{person}/{page}").status_code == 302, page
    assert log(client, person).status_code == 302 and not entries(person)
    assert "Start this week" in text(client.get(f"/p/{person}/plan/"))
    assert "This week" not in text(client.get(f"/p/{person}/"))


def test_the_start_keeps_pain_tasks_and_angle_of_that_day(client: Any, person: str) -> None:
    (start,) = entries(person, "start")
    assert start.value["on"] == "2026-03-02"
    assert start.value["values"] == {
        "nprs_worst": 6.0,
        "psfs_mean": 3.5,
        "hip_extension_inclinometer": -5.0,
    }
    assert "This week" in text(client.get(f"/p/{person}/"))


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"worst": "11"},
        {"worst": "-1"},
        {"worst": "3.5"},
        {"worst": "😀"},
        {"worst": "٣"},
        {"worst": "<script>alert(1)</script>"},
        {"worst": "9" * 400},
        {"worst": "5", "task0": "Stairs"},
        {"worst": "5", "score0": "5"},
        {"worst": "5", "task0": "x" * 81, "score0": "5"},
        {"worst": "5", "task0": "a\x00b", "score0": "5"},
        {"worst": "5", "uid": "not-a-uid"},
        {"worst": "5", "at": "2026-03-02T14:00:00+00:00"},
        {"worst": "5", "at": "2025-03-02T12:00:00Z"},
        {"worst": "5", "at": "yesterday"},
        {"worst": "5", "at": "2026-03-02T12:00:00"},
    ],
)
def test_a_bad_start_comes_back_with_what_was_typed(
    client: Any, planned: str, posted: dict[str, str]
) -> None:
    person = planned
    answer = client.post(f"/p/{person}/start/", posted)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert answer.context["worst"] == posted.get("worst", "")
    assert answer.context["tasks"][0]["name"] == posted.get("task0", "")
    assert not entries(person)


def test_a_task_may_have_any_letters(client: Any, planned: str) -> None:
    person = planned
    told = {"worst": "5", "task0": "Football ⚽ with  Zoë", "score0": "2"}
    assert client.post(f"/p/{person}/start/", told).status_code == 302
    assert entries(person, "start")[0].value["tasks"] == ["Football ⚽ with Zoë"]
    assert entries(person, "start")[0].value["values"]["psfs_single"] == 2.0


def test_today_shows_the_lines_of_this_weekday(client: Any, person: str, clock: Clock) -> None:
    page = client.get(f"/p/{person}/week/")
    monday = {line["id"] for line in page.context["lines"]}
    assert {"load_mgmt", "st_quad_close", "st_clam_abd", "st_bridge"} <= monday
    assert page.context["days"][0]["day"] == date(2026, 3, 2) and page.context["days"][0]["today"]
    clock.forward(days=5)  # Saturday
    rest = client.get(f"/p/{person}/week/")
    assert "st_bridge" not in {line["id"] for line in rest.context["lines"]}


def test_the_day_is_the_one_of_the_device_not_of_the_server(client: Any, person: str, clock: Clock) -> None:
    clock.forward(hours=11, minutes=30)  # Monday 23:30 at UTC
    for offset, day in (("60", "2026-03-03"), ("0", "2026-03-02"), ("-480", "2026-03-02")):
        client.cookies["psoas_offset"] = offset
        assert client.get(f"/p/{person}/week/").context["today"].isoformat() == day
        assert log(client, person, offset=offset).status_code == 302
        assert entries(person, "log")[-1].value["day"] == day


def test_an_exercise_shows_dose_stop_rule_source_and_timer(client: Any, person: str) -> None:
    answer = client.get(f"/p/{person}/week/sh_standing/")
    page = answer.content.decode()
    assert "2 holds of 30 s" in page and "When to stop:" in page and 'class="sure"' in page
    assert answer.context["timer"]["sets"] == 4  # two on each side
    assert answer.context["timer"]["seconds"] == 30
    assert 'role="timer"' in page and 'aria-live="polite"' in page
    squats = client.get(f"/p/{person}/week/st_quad_close/").context["timer"]
    assert (squats["kind"], squats["sets"], squats["reps"]) == ("reps", 2, 8)
    assert client.get(f"/p/{person}/week/load_mgmt/").context["timer"] is None


@pytest.mark.parametrize("name", ["no_such", "st_kneechest", "tape"])
def test_an_exercise_that_is_not_in_the_plan_is_not_there(client: Any, person: str, name: str) -> None:
    assert client.get(f"/p/{person}/week/{name}/").status_code == 404


def test_what_goes_with_the_whole_day_is_not_logged(client: Any, person: str) -> None:
    assert log(client, person, "load_mgmt").status_code == 404
    assert not entries(person, "log")


def test_a_log_counts_once_however_often_it_is_sent(client: Any, person: str, clock: Clock) -> None:
    uid = str(uuid.uuid4())
    answers = []
    for _ in range(3):
        answers.append(log(client, person, uid=uid, pain="3", at=clock.at.isoformat()))
        clock.forward(minutes=7)
    assert {(each.status_code, each["Location"]) for each in answers} == {(302, f"/p/{person}/week/")}
    (kept,) = entries(person, "log")
    assert kept.uid == uid and kept.value["pain"] == 3


def test_the_back_button_and_another_answer_is_a_correction(client: Any, person: str) -> None:
    uid = str(uuid.uuid4())
    log(client, person, uid=uid, how="not")
    for _ in range(2):
        log(client, person, uid=uid, how="done")
    assert [each.value["how"] for each in entries(person, "log")] == ["not", "done"]
    lines = client.get(f"/p/{person}/week/").context["lines"]
    assert next(each for each in lines if each["id"] == "st_bridge")["done"].how == "done"


def test_two_tabs_log_two_exercises(client: Any, person: str) -> None:
    pages = [client.get(f"/p/{person}/week/{name}/").context["uid"] for name in ("st_bridge", "st_clam_abd")]
    assert len(set(pages)) == 2
    for uid, name in zip(pages, ("st_bridge", "st_clam_abd"), strict=True):
        log(client, person, name, uid=uid)
    assert len(entries(person, "log")) == 2


def test_a_log_that_waited_on_a_phone_counts_for_its_own_day(client: Any, person: str, clock: Clock) -> None:
    filled = clock.at
    clock.forward(days=2)
    log(client, person, at=filled.isoformat(), offset="0", uid=str(uuid.uuid4()))
    assert entries(person, "log")[0].value["day"] == "2026-03-02"
    assert entries(person, "log")[0].at == filled


def test_a_log_is_kept_while_the_plan_is_stopped(client: Any, person: str) -> None:
    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, {**DESK, "saddle_numb": True})
    assert log(client, person).status_code == 302
    assert len(entries(person, "log")) == 1
    assert client.get(f"/p/{person}/week/")["Location"].endswith("/safety/")


@pytest.mark.parametrize(
    "posted",
    [
        {"how": ""},
        {"how": "perhaps"},
        {"pain": "11"},
        {"pain": "-1"},
        {"pain": "😀"},
        {"pain": "1" * 300},
        {"pain": "3\x00"},
        {"day": "2026-03-03"},
        {"day": "2025-03-03"},
        {"day": "tomorrow"},
        {"day": "20260302"},
        {"day": "2026-03-02<b>"},
        {"uid": "x" * 36},
        {"at": "2026-03-09T12:00:00Z"},
    ],
)
def test_a_bad_log_comes_back_and_is_not_kept(client: Any, person: str, posted: dict[str, str]) -> None:
    answer = log(client, person, **posted)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert "<b>" not in answer.content.decode()
    assert answer.context["pain"] == posted.get("pain", "")
    assert not entries(person, "log")


def test_a_clock_a_little_ahead_is_taken_as_now(client: Any, person: str, clock: Clock) -> None:
    log(client, person, at=(clock.at + timedelta(minutes=20)).isoformat(), offset="0")
    assert entries(person, "log")[0].at == clock.at


def test_take_back_is_one_more_entry(client: Any, person: str) -> None:
    log(client, person)
    (kept,) = entries(person, "log")
    uid = str(uuid.uuid4())
    for _ in range(2):
        assert client.post(f"/p/{person}/week/undo/", {"target": kept.uid, "uid": uid}).status_code == 302
    assert [each.kind for each in entries(person)] == ["start", "log", "undo"]
    lines = client.get(f"/p/{person}/week/").context["lines"]
    assert all(line["done"] is None for line in lines)
    for target in ("", str(uuid.uuid4()), entries(person, "start")[0].uid, "😀" * 40, "\x00"):
        assert client.post(f"/p/{person}/week/undo/", {"target": target}).status_code == 422


def test_the_morning_after_is_asked_next_day_and_kept_once(client: Any, person: str, clock: Clock) -> None:
    log(client, person)
    assert client.get(f"/p/{person}/week/").context["morning"] is None
    clock.forward(days=1)
    assert client.get(f"/p/{person}/week/").context["morning"] == date(2026, 3, 2)
    path, uid = f"/p/{person}/week/morning/", str(uuid.uuid4())
    for wrong in ({"day": "2026-03-02"}, {"day": "2026-03-09", "settled": "no"}, {"settled": "maybe"}):
        assert client.post(path, wrong).status_code == 422
    for _ in range(2):
        assert client.post(path, {"day": "2026-03-02", "settled": "no", "uid": uid}).status_code == 302
    (kept,) = entries(person, "morning")
    assert kept.value == {"day": "2026-03-02", "settled": False}
    assert client.get(f"/p/{person}/week/").context["morning"] is None


def test_the_check_in_says_when_it_is_due(client: Any, person: str, clock: Clock) -> None:
    assert "Due on Monday 9 March" in text(client.get(f"/p/{person}/check-in/"))
    clock.forward(days=7)
    assert "due today" in text(client.get(f"/p/{person}/week/"))
    assert "check-in due" in text(client.get(f"/p/{person}/"))
    clock.forward(days=2)
    assert "was due on Monday 9 March" in text(client.get(f"/p/{person}/week/"))


def test_a_check_in_asks_every_safety_question_again(client: Any, person: str, clock: Clock) -> None:
    from psoas.web.models import Screen

    before = {q for each in Screen.objects.filter(person=person) for q in (*each.values, *each.not_sure)}
    clock.forward(days=14)
    assert client.post(f"/p/{person}/check-in/", {}).status_code == 302
    assert not Screen.objects.filter(person=person).exists()
    for page in ("week/", "week/st_bridge/", "plan/", "check-in/pain/"):  # nothing to do until it is answered
        assert client.get(f"/p/{person}/{page}")["Location"].endswith("/safety/"), page
    fill(client, person, DESK)
    after = {q for each in Screen.objects.filter(person=person) for q in (*each.values, *each.not_sure)}
    assert before == after and len(after) > 60
    (kept,) = entries(person, "round")
    assert {q for step in kept.value["steps"] for q in step["values"]} == before


def test_asking_again_shows_what_was_yes_and_lets_weeks_pass(client: Any, person: str, clock: Clock) -> None:
    from psoas.web.models import Person, Screen
    from psoas.web.presenters.safety import told_before

    Screen.objects.filter(person=person, screen="health").update(
        values={"anticoagulant_or_bleeding": False, "cancer_history": True}, not_sure=["diabetes"]
    )
    client.post(f"/p/{person}/check-in/", {})
    assert not Screen.objects.filter(person=person).exists()  # the journal is what tells
    (round_,) = entries(person, "round")
    clock.at = datetime.fromisoformat(round_.value["steps"][0]["at"]) + timedelta(days=15)
    marks = told_before(Person.objects.get(pk=person))
    assert marks["cancer_history"] == "yes" and marks["diabetes"] == "unsure" and marks["age"] == "34"
    assert marks["duration_weeks"] == "12"  # it was 10
    assert "pain_now" not in marks and "anticoagulant_or_bleeding" not in marks  # a no is given again


def test_a_check_in_begun_twice_loses_no_answer(client: Any, person: str) -> None:
    from psoas.web.models import Screen

    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, DESK, at_most=5)
    client.post(f"/p/{person}/check-in/", {})  # another tab
    assert Screen.objects.filter(person=person).count() == 5 and len(entries(person, "round")) == 1


def test_the_first_good_week_holds_the_second_goes_forward(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    clock.forward(days=7)
    first = again(client, person, walked)
    assert first.context["step"] == "hold" and "hold in two check-ins" in text(first)
    assert client.get(f"/p/{person}/week/").context["run"].week == 1
    clock.forward(days=7)
    second = again(client, person, walked)
    assert second.context["step"] == "forward"
    assert "week 2 of the plan" in text(second) and "Monday 23 March" in text(second)
    clock.forward(days=1)
    page = client.get(f"/p/{person}/week/st_quad_close/")
    assert "3 sets of 8-10" in text(page) and page.context["timer"]["sets"] == 3
    assert [each["verdict"] for each in second.context["moved"]] == ["improved", "improved"]


def test_pain_over_the_rule_holds_and_twice_goes_back(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    clock.forward(days=7)
    assert again(client, person, walked, pain=7).context["step"] == "hold"
    clock.forward(days=7)
    back = again(client, person, walked, pain=3, settled="no")
    assert back.context["step"] == "back" and "easier form" in text(back)
    assert "easier form" in text(client.get(f"/p/{person}/week/st_bridge/"))


@pytest.mark.parametrize(
    ("answers", "title"),
    [
        ({"saddle_numb": True, "bladder_bowel_new": True, "back_pain": True}, "emergency"),
        ({"fever": True}, "today"),
    ],
)
def test_a_red_flag_at_the_check_in_stops_the_running_plan(
    client: Any, person: str, clock: Clock, answers: dict[str, bool], title: str
) -> None:
    clock.forward(days=7)
    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, {**DESK, **answers})
    result = client.get(f"/p/{person}/safety/")
    assert title in text(result).lower() and "Your plan is stopped." in text(result)
    for page in (
        "week/",
        "week/st_bridge/",
        "week/calendar/",
        "plan/",
        "check-in/pain/",
        "check-in/outcome/",
    ):
        assert client.get(f"/p/{person}/{page}")["Location"].endswith("/safety/"), page
    assert client.get(f"/p/{person}/progress/").status_code == 200
    hub = text(client.get(f"/p/{person}/"))
    assert "This week" not in hub and "seen first" in hub


def test_after_a_stop_every_question_is_answered_again_before_it_goes_on(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    clock.forward(days=7)
    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, {**DESK, "fever": True})
    clock.forward(days=4)
    outcome = again(client, person, walked)  # begins with a new round
    assert len(entries(person, "round")) == 2
    assert entries(person, "round")[1].value["level"] == "URGENT"
    assert outcome.context["step"] == "hold"
    assert client.get(f"/p/{person}/week/").status_code == 200


@pytest.mark.parametrize("mark", ["yes", "unsure"])
def test_a_sign_stops_the_plan_until_asked_again(
    client: Any, person: str, walked: str, clock: Clock, mark: str
) -> None:
    clock.forward(days=7)
    outcome = again(client, person, walked, signs={"locking": mark})
    assert outcome.context["step"] == "stop" and "The knee gets stuck." in text(outcome)
    waits = client.get(f"/p/{person}/week/")
    assert "The plan waits" in text(waits) and "Bridge" not in text(waits)
    for page in ("week/st_bridge/", "week/calendar/", "plan/"):
        assert client.get(f"/p/{person}/{page}")["Location"].endswith("/week/"), page
    clock.forward(days=1)
    assert again(client, person, walked).context["run"].waits is None
    assert "Bridge" in text(client.get(f"/p/{person}/week/"))


def test_soon_sends_to_a_clinician_and_the_plan_waits(client: Any, person: str, clock: Clock) -> None:
    clock.forward(days=7)
    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, {**DESK, "worsening_2w": True, "night_rest_pain": True})
    outcome = check_in(client, person)
    assert outcome.context["run"].last["level"] == "SOON"
    assert outcome.context["step"] == "see_clinician" and outcome.context["reasons"]
    assert "The plan waits" in text(client.get(f"/p/{person}/week/"))


def test_the_last_step_sent_twice_answers_the_same_and_counts_once(
    client: Any, person: str, walked: str
) -> None:
    again(client, person, walked)  # leaves an outcome; begin another, up to the last step
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    client.post(f"/p/{person}/check-in/pain/", {"worst": "4"})
    client.post(f"/p/{person}/check-in/tasks/", {"score0": "6", "score1": "5"})
    week = {"done": "0", "planned": "3", "pain": "", "settled": "none"}
    client.post(f"/p/{person}/check-in/week/", week)
    uid = str(uuid.uuid4())
    for _ in range(2):
        answer = client.post(f"/p/{person}/check-in/signs/", {"none": "1", "uid": uid})
        assert answer["Location"].endswith("/check-in/outcome/")
    assert len(entries(person, "check-in")) == 2
    assert client.get(f"/p/{person}/check-in/signs/")["Location"].endswith("/check-in/")  # the back button


def test_a_check_in_goes_on_where_it_stopped(client: Any, person: str, walked: str) -> None:
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    client.post(f"/p/{person}/check-in/pain/", {"worst": "4", "sitting": "25"})
    assert client.get(f"/p/{person}/check-in/signs/")["Location"].endswith("/tasks/")
    assert client.get(f"/p/{person}/check-in/")["Location"].endswith("/tasks/")
    again = client.get(f"/p/{person}/check-in/pain/")
    assert (again.context["worst"], again.context["sitting"]) == ("4", "25")


def test_the_log_fills_the_check_in(client: Any, person: str, walked: str, clock: Clock) -> None:
    for days in (0, 2):
        clock.at = MONDAY_NOON + timedelta(days=days)
        for name in ("st_quad_close", "st_clam_abd", "st_bridge", "sh_standing"):
            log(client, person, name, pain="2" if days else "4")
        clock.forward(days=1)
        morning = {"day": (clock.at - timedelta(days=1)).date().isoformat(), "settled": "yes"}
        client.post(f"/p/{person}/week/morning/", morning)
    clock.at = MONDAY_NOON + timedelta(days=7)
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    client.post(f"/p/{person}/check-in/pain/", {"worst": "4"})
    client.post(f"/p/{person}/check-in/tasks/", {"score0": "6", "score1": "5"})
    shown = client.get(f"/p/{person}/check-in/week/").context
    planned = sum(bool(day["minutes"]) for day in client.get(f"/p/{person}/plan/").context["week"])
    assert (shown["done"], shown["pain"], shown["settled"]) == ("2", "4", "yes")
    assert shown["planned"] == str(planned)


@pytest.mark.parametrize(
    ("step", "posted"),
    [
        ("pain", {}),
        ("pain", {"worst": "11"}),
        ("pain", {"worst": "5", "sitting": "0"}),
        ("pain", {"worst": "5", "sitting": "-4"}),
        ("pain", {"worst": "5", "sitting": "999"}),
        ("pain", {"worst": "5", "sitting": "soon 😀"}),
        ("tasks", {"score0": "5"}),
        ("tasks", {"score0": "5", "score1": "\x00"}),
        ("week", {"done": "-1", "planned": "3", "pain": "2", "settled": "yes"}),
        ("week", {"done": "99", "planned": "3", "pain": "2", "settled": "yes"}),
        ("week", {"done": "2", "planned": "3", "pain": "", "settled": "yes"}),
        ("week", {"done": "2", "planned": "3", "pain": "2"}),
        ("week", {"done": "<script>", "planned": "3", "pain": "2", "settled": "yes"}),
        ("signs", {}),
        ("signs", {"locking": "perhaps"}),
        ("signs", {"locking": "yes", "none": "1"}),
        ("signs", {"none": "1", "uid": "1"}),
    ],
)
def test_bad_answers_at_a_check_in_come_back(
    client: Any, person: str, walked: str, step: str, posted: dict[str, str]
) -> None:
    from psoas.web.models import Person
    from psoas.web.presenters.check_in import KEPT, STEPS
    from psoas.web.views.people import tell

    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    before = {
        "pain": {"worst": 5, "sitting": None},
        "tasks": {"scores": [5, 5]},
        "week": {"done": 2, "planned": 3, "pain": 2, "settled": True},
    }
    kept = {f"{KEPT}{each}": before[each] for each in STEPS[: STEPS.index(step)]}
    tell(Person.objects.get(pk=person), kept)
    answer = client.post(f"/p/{person}/check-in/{step}/", posted)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    for name in ("worst", "sitting", "done", "pain"):
        if name in posted and name in answer.context:
            held = answer.context[name]
            assert isinstance(held, dict) or held == posted[name]
    assert not entries(person, "check-in")


def test_an_unknown_step_is_not_there(client: Any, person: str) -> None:
    assert client.get(f"/p/{person}/check-in/moon/").status_code == 404


def test_a_new_reading_of_the_hip_is_a_point_and_an_old_one_is_not(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    clock.forward(days=7)
    again(client, person, walked)
    assert "hip_extension_inclinometer" not in entries(person, "check-in")[0].value["values"]
    readings = {f"right{k}": "2" for k in range(3)}
    client.post(f"/p/{person}/tests/thomas/", {"method": "inclinometer", **readings})
    clock.forward(days=7)
    again(client, person, walked, sitting="40")
    values = entries(person, "check-in")[1].value["values"]
    assert values["hip_extension_inclinometer"] == 2.0 and values["sitting_ache_after_min"] == 40.0
    assert client.get(f"/p/{person}/week/").context["break_every_min"] == 35  # five before the new onset


def test_curves_carry_the_error_and_a_table(client: Any, person: str, walked: str, clock: Clock) -> None:
    for worst in (5, 3):
        clock.forward(days=7)
        again(client, person, walked, worst=worst)
    answer = client.get(f"/p/{person}/progress/")
    page = answer.content.decode()
    assert page.count("<svg") == page.count("<table") == 3 == page.count('class="shade"')
    pain = next(each for each in answer.context["curves"] if each["id"] == "nprs_worst")
    assert [row["value"] for row in pain["rows"]] == [6.0, 5.0, 3.0]
    assert [str(row["words"]) for row in pain["rows"]] == ["", "no sure change", "better"]
    assert "From 6 to 3: better. It counts from 2." in page
    angle = next(each for each in answer.context["curves"] if each["id"].startswith("hip_extension"))
    assert not angle["decides"] and "decides nothing" in page and ">-5<" in page


def test_the_calendar_file_is_for_this_week_and_says_nothing_of_health(
    client: Any, person: str, clock: Clock
) -> None:
    from icalendar import Calendar

    query = {"get": "1", "at": "18:00", "begin": "09:00", "end": "12:00", "breaks": "1"}
    answer = client.get(f"/p/{person}/week/calendar/", query)
    assert answer["Content-Type"].startswith("text/calendar")
    assert "psoas" not in answer.content.decode().lower() and person not in answer.content.decode()
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    names = {str(each["summary"]) for each in events}
    assert names == {"Time for yourself", "Stand up and walk a little", "Look back at the week"}
    breaks = [each for each in events if "Stand" in str(each["summary"])]
    assert [each["dtstart"].dt.strftime("%H:%M") for each in breaks][:2] == ["09:25", "09:50"]
    again = Calendar.from_ical(client.get(f"/p/{person}/week/calendar/", query).content).walk("VEVENT")
    assert [str(each["uid"]) for each in again] == [str(each["uid"]) for each in events]


@pytest.mark.parametrize(
    "query",
    [
        {"at": "25:00"},
        {"at": ""},
        {"at": "6 o'clock"},
        {"begin": "17:00", "end": "09:00"},
        {"end": "😀:00"},
        {"begin": "\x00"},
        {"at": "1" * 500},
    ],
)
def test_a_bad_time_comes_back(client: Any, person: str, query: dict[str, str]) -> None:
    answer = client.get(f"/p/{person}/week/calendar/", {"get": "1", "breaks": "1", **query})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert all(answer.context[name] == value for name, value in query.items())


PAGES = ("start/", "week/", "week/st_bridge/", "week/calendar/", "check-in/", "progress/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_and_is_nobody_elses(client: Any, person: str, page: str) -> None:
    from django.test import Client

    answer = client.get(f"/p/{person}/{page}")
    content = answer.content.decode()
    assert answer.status_code == 200 and "It does not diagnose" in content
    assert "<script>" not in content and " style=" not in content and "onclick" not in content
    stranger = Client(HTTP_HOST="127.0.0.1")
    for asked in (stranger.get, stranger.post):
        assert asked(f"/p/{person}/{page}").status_code in (404, 405)
    assert len(entries(person)) == 1


@pytest.mark.parametrize("page", ["week/morning/", "week/undo/", "week/st_bridge/", "check-in/"])
def test_nobody_else_writes_into_the_journal(client: Any, person: str, page: str) -> None:
    from django.test import Client

    assert Client(HTTP_HOST="127.0.0.1").post(f"/p/{person}/{page}", {"how": "done"}).status_code == 404
    assert len(entries(person)) == 1


def test_another_person_cannot_take_back_an_entry_of_mine(client: Any, person: str) -> None:
    log(client, person)
    (kept,) = entries(person, "log")
    other = to_the_plan(client, "Eve")
    assert client.post(f"/p/{other}/week/undo/", {"target": kept.uid}).status_code == 422


def test_the_export_has_the_journal_and_deleting_leaves_no_byte(
    client: Any, data: Path, planned: str
) -> None:
    person = planned
    told = {"worst": "5", "task0": MARKER, "score0": "2"}
    client.post(f"/p/{person}/start/", told)
    log(client, person, pain="4")
    content = json.loads(client.get(f"/p/{person}/data/psoas.json").content)
    assert [each["kind"] for each in content["journal"]] == ["start", "log"]
    assert content["journal"][0]["value"]["tasks"] == [MARKER] and content["journal"][1]["uid"]
    assert "2 notes" in text(client.get(f"/p/{person}/data/"))
    files = [path for path in data.iterdir() if path.is_file()]
    assert any(MARKER.encode() in path.read_bytes() for path in files)  # the test could not fail otherwise
    client.post(f"/p/{person}/data/delete/", {"sure": "yes"})
    assert not entries(person)
    for path in (each for each in data.iterdir() if each.is_file()):
        assert MARKER.encode() not in path.read_bytes(), path.name


def test_beginning_again_starts_with_week_one_and_keeps_the_journal(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    for _ in range(2):
        clock.forward(days=7)
        again(client, person, walked)
    assert client.get(f"/p/{person}/week/").context["run"].week == 2
    clock.forward(days=60)
    assert "begins again with week 1" in text(client.get(f"/p/{person}/start/"))
    start_week(client, person, worst=4)
    assert client.get(f"/p/{person}/week/").context["run"].week == 1
    assert len(entries(person, "check-in")) == 2


def test_beginning_again_does_not_pass_a_stop(client: Any, person: str, walked: str) -> None:
    again(client, person, walked, signs={"giving_way": "yes"})
    for asked in (client.get, client.post):
        assert asked(f"/p/{person}/start/", {"worst": "3"})["Location"].endswith("/check-in/")
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)  # the signs are not asked yet
    assert client.post(f"/p/{person}/start/", {"worst": "3"})["Location"].endswith("/check-in/")
    assert len(entries(person, "start")) == 1


def test_a_level_that_is_proved_early_does_not_skip_the_other_questions(client: Any, person: str) -> None:
    from psoas.web.models import Person, Screen
    from psoas.web.presenters.story import triage_of

    client.post(f"/p/{person}/check-in/", {})
    fill(client, person, {**DESK, "swelling_no_injury_2w": True, "multiple_joints": True})
    Screen.objects.filter(person=person, screen="right_now").delete()
    triage = triage_of(Person.objects.get(pk=person))
    assert triage.level == "SOON" and triage.unasked  # else this test would say nothing
    for page in ("week/", "check-in/", "check-in/pain/", "week/st_bridge/"):
        assert "/safety/" in client.get(f"/p/{person}/{page}")["Location"], page


def test_the_words_of_these_pages_read_easily(data: Path) -> None:
    from psoas.web.presenters import check_in as presenter
    from reading import reading_grade

    templates = Path(presenter.__file__).parents[1] / "templates"
    names = ("start_week", "week", "week_waits", "exercise", "_timer", "calendar", "progress")
    said = [str(each) for words in (presenter.SIGNS, presenter.BECAUSE) for each in words.values()]
    for path in (*(templates / f"{name}.html" for name in names), *templates.glob("check_in*.html")):
        page = path.read_text(encoding="utf-8")
        said += re.findall(r'{% translate "(.*?)" %}', page)
        said += re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", page)
    sentences = [re.sub(r"{{.*?}}", "4", each).rstrip(".?") + "." for each in said if len(each.split()) > 4]
    assert len(sentences) > 40
    assert [each for each in sentences if reading_grade(each) > 8] == []


def test_the_numbers_of_a_dose_are_those_of_its_words(reasoning: Any) -> None:
    """What the timer counts stands in the words that the person reads."""
    found = 0
    for exercise in reasoning.remedies.exercises.values():
        doses = [(exercise.dose, exercise.count)]
        doses += [(week.text, week.count) for week in exercise.weeks]
        doses += [(other.dose, other.count) for other in exercise.instead if other.dose]
        for text_, count in doses:
            if count is None:
                assert not exercise.minutes or exercise.role == "clinician", exercise.id
                continue
            numbers = {int(each) for each in re.findall(r"\d+", text_)}
            assert count.sets in numbers, (exercise.id, text_)
            if count.reps is None:
                held = re.search(r"(\d+)(?:-(\d+))? s\b", text_)
                assert held and count.hold_s is not None
                assert int(held[1]) <= count.hold_s <= int(held[2] or held[1]), (exercise.id, text_)
            elif re.search(r"sets of", text_):
                assert count.reps in numbers, (exercise.id, text_)
            assert count.sides == (2 if "each side" in exercise.dose else 1), exercise.id
            found += 1
    assert found > 25


def test_who_got_worse_begins_again_once_a_clinician_has_looked(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    clock.forward(days=14)
    outcome = again(client, person, walked, worst=9)
    assert outcome.context["step"] == "see_clinician" and "You got worse" in text(outcome)
    assert client.get(f"/p/{person}/start/")["Location"].endswith("/check-in/")  # not without the questions
    assert client.get(f"/p/{person}/check-in/")["Location"].endswith("/week/")
    clock.forward(days=5)
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    assert "begin again with new numbers" in text(client.get(f"/p/{person}/check-in/"))
    refused = client.post(f"/p/{person}/start/", {"worst": "8"})
    assert refused.status_code == 422 and "A clinician has to look first" in text(refused)
    assert client.post(f"/p/{person}/start/", {"worst": "8", "seen": "yes"})["Location"].endswith("/week/")
    run = client.get(f"/p/{person}/week/").context["run"]
    assert (run.week, run.waits, run.check_ins[0].values["nprs_worst"]) == (1, None, 8.0)


def test_safety_answers_of_last_week_do_not_do_for_a_check_in(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    assert client.get(f"/p/{person}/check-in/")["Location"].endswith("/pain/")
    clock.forward(days=3)
    assert client.get(f"/p/{person}/check-in/pain/")["Location"].endswith("/check-in/")
    assert "Begin the check-in" in text(client.get(f"/p/{person}/check-in/"))
    client.post(f"/p/{person}/check-in/", {})
    assert len(entries(person, "round")) == 2
    assert client.get(f"/p/{person}/check-in/")["Location"].endswith("/safety/999/")


def test_an_exercise_is_drawn_in_its_poses_with_what_it_does(client: Any, person: str) -> None:
    from psoas.web.presenters.exercise_picture import draw_in_background

    client.get(f"/p/{person}/week/")
    for thread in threading.enumerate():
        if thread.name == "exercises":
            thread.join(60)
    draw_in_background(["st_bridge"])  # in vain: it is drawn already
    page = client.get(f"/p/{person}/week/st_bridge/")
    content = page.content.decode()
    assert content.count("<figure>") == len(page.context["picture"]["figures"]) >= 2
    assert "gluteus maximus" in page.context["picture"]["does"] and "See it move" in content
    assert "<figure>" not in client.get(f"/p/{person}/week/load_mgmt/").content.decode()
