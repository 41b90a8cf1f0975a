"""Around the journal: whose it is, export and deletion, curves, calendar file, words."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from filled import to_the_plan
from week_people import Clock, again, clock, entries, log, person, planned, text, walked

pytest.importorskip("django", reason="the extra `web` is not installed")

__all__ = ["clock", "person", "planned", "walked"]  # fixtures

pytestmark = pytest.mark.xdist_group("web")

MARKER = "Xylograph-Wombat"
PAGES = ("start/", "week/", "week/st_bridge/", "week/calendar/", "check-in/", "progress/")


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
    assert (
        entries(person, "start")[0].value["values"]["sitting_ache_after_min"] == 30.0
    )  # as told for the plan
    values = entries(person, "check-in")[1].value["values"]
    assert values["hip_extension_inclinometer"] == 2.0 and values["sitting_ache_after_min"] == 40.0
    assert client.get(f"/p/{person}/week/").context["break_every_min"] == 35  # five before the new onset


def test_curves_carry_the_error_and_a_table(client: Any, person: str, walked: str, clock: Clock) -> None:
    for worst in (5, 3):
        clock.forward(days=7)
        again(client, person, walked, worst=worst)
    answer = client.get(f"/p/{person}/progress/")
    page = answer.content.decode()
    assert page.count("<svg") == page.count("<table") == 4 == page.count('class="shade"')
    pain = next(each for each in answer.context["curves"] if each["id"] == "nprs_worst")
    assert [row["value"] for row in pain["rows"]] == [6.0, 5.0, 3.0]
    assert [str(row["words"]) for row in pain["rows"]] == ["", "no sure change", "better"]
    assert "From 6 to 3 points of 10: better." in page
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
