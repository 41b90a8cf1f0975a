"""This week: start, log, take back, the morning after."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from filled import DESK, fill, start_week
from week_people import Clock, again, clock, entries, log, person, planned, text, walked

pytest.importorskip("django", reason="the extra `web` is not installed")

__all__ = ["clock", "person", "planned", "walked"]  # fixtures

pytestmark = pytest.mark.xdist_group("web")


def test_nothing_runs_before_it_is_started(client: Any, planned: str) -> None:
    person = planned
    for page in ("week/", "week/st_bridge/", "week/calendar/", "check-in/", "check-in/pain/", "progress/"):
        assert client.get(f"/p/{person}/{page}").status_code == 302, page
    assert log(client, person).status_code == 302 and not entries(person)
    assert "Start this week" in text(client.get(f"/p/{person}/plan/"))
    assert "This week" not in text(client.get(f"/p/{person}/"))


def test_the_start_keeps_pain_tasks_angle_and_sitting_of_that_day(client: Any, person: str) -> None:
    (start,) = entries(person, "start")
    assert start.value["on"] == "2026-03-02"
    assert start.value["values"] == {
        "nprs_worst": 6.0,
        "psfs_mean": 3.5,
        "hip_extension_inclinometer": -5.0,
        "sitting_ache_after_min": 30.0,
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
