"""The check-in: the safety questions anew, what the clinic decides, and what stops a running plan."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from filled import DESK, check_in, fill
from week_people import MONDAY_NOON, Clock, again, clock, copy, entries, log, person, planned, text, walked

pytest.importorskip("django", reason="the extra `web` is not installed")

__all__ = ["clock", "person", "planned", "walked"]  # fixtures

pytestmark = pytest.mark.xdist_group("web")


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
    from psoas.web.views.noting import notes_of

    Screen.objects.filter(person=person, screen="health").update(
        values={"anticoagulant_or_bleeding": False, "cancer_history": True}, not_sure=["diabetes"]
    )
    client.post(f"/p/{person}/check-in/", {})
    assert not Screen.objects.filter(person=person).exists()  # the journal is what tells
    (round_,) = entries(person, "round")
    clock.at = datetime.fromisoformat(round_.value["steps"][0]["at"]) + timedelta(days=15)
    marks = told_before(notes_of(Person.objects.get(pk=person)))
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


def test_the_pain_of_the_safety_questions_is_not_asked_twice(
    client: Any, person: str, walked: str, clock: Clock
) -> None:
    """The same words about the same 24 hours; older answers are not taken over."""
    clock.at = datetime.now(UTC)
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    clock.at = datetime.now(UTC)
    assert client.get(f"/p/{person}/check-in/pain/").context["worst"] == str(DESK["pain_now"])
    clock.forward(hours=25)
    assert client.get(f"/p/{person}/check-in/pain/").context["worst"] == ""


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
