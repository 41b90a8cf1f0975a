"""Every page of the web door: it works, other people's ids are 404, bad input comes back with its message."""

import re
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from filled import DESK, begin, contents, fill, to_the_plan

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

MARKER = "Zanzibar-Quokka"


@pytest.fixture
def ready(client: Any) -> str:
    """A person through the safety questions, with a marked drawing."""
    person = begin(client)
    assert fill(client, person, DESK).endswith("/safety/")
    answer = client.post(f"/p/{person}/where/", {"region": ["KNEE_ANT_PATELLA_R"], "side": "r"})
    assert answer["Location"].endswith("/story/knee/")
    return person


PAGES = (
    "",
    "safety/1/",
    "safety/",
    "where/",
    "story/knee/",
    "tests/",
    "tests/thomas/",
    "tests/change/",
    "tests/step/",
    "tests/exam-hip/",
    "answer/",
    "time/",
    "about/",
    "data/",
    "data/psoas.json",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_and_answers_404_to_another_browser(client: Any, ready: str, page: str) -> None:
    from django.test import Client

    answer = client.get(f"/p/{ready}/{page}")
    assert answer.status_code == 200
    if page != "data/psoas.json":
        text = answer.content.decode()
        assert "It does not diagnose" in text and "No clinician has reviewed this text yet." in text
        assert re.search(r"knowledge [0-9a-f]{12}", text)
        assert "<script>" not in text and " style=" not in text and "onclick" not in text
    stranger = Client(HTTP_HOST="127.0.0.1")
    begin(stranger, "Eve")
    assert stranger.get(f"/p/{ready}/{page}").status_code == 404
    assert stranger.post(f"/p/{ready}/{page}", {}).status_code in (404, 405)


def test_another_browser_cannot_delete_or_export(client: Any, ready: str) -> None:
    from django.test import Client

    stranger = Client(HTTP_HOST="127.0.0.1")
    assert stranger.post(f"/p/{ready}/data/delete/", {"sure": "yes"}).status_code == 404
    stranger.cookies["psoas_people"] = f'["{ready}"]'  # not signed by this machine
    assert stranger.get(f"/p/{ready}/data/psoas.json").status_code == 404
    assert client.get(f"/p/{ready}/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/learn/", "/learn/sitting/", "/learn/article/"])
def test_open_pages_work(client: Any, path: str) -> None:
    assert client.get(path).status_code == 200


def test_headers_are_strict_and_other_hosts_are_refused(client: Any) -> None:
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400
    from django.test import Client

    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post("/begin/", {"name": ""}).status_code == 403


def test_the_data_folder_is_closed_to_others(client: Any, data: Path) -> None:
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "typed", ["", "abc", "-3", "999", "3.5", "<script>alert(1)</script>", "😀", "9" * 400]
)
def test_a_bad_age_comes_back_with_its_message(client: Any, typed: str) -> None:
    person, path = begin(client), ""
    path = f"/p/{person}/safety/1/"
    for _ in range(40):
        page = client.get(path)
        if page.context["first"].id == "age":
            break
        rows = {row["id"]: "no" for row in page.context["rows"]}
        path = client.post(path, {"screen": page.context["screen"].id} | rows)["Location"]
    answer = client.post(path, {"age": typed})
    text = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in text
    assert "<script>alert" not in text
    assert answer.context["mark"] == typed.strip() or answer.context["mark"] == typed


def to_a_sheet(client: Any) -> tuple[str, Any]:
    """A new person at their first safety screen with several statements."""
    person = begin(client)
    path = f"/p/{person}/safety/1/"
    while (page := client.get(path)).context["kind"] != "many":
        first = page.context["first"]
        path = client.post(path, {first.id: DESK.get(first.id) or first.values[0]})["Location"]
    return path, page


def test_none_of_these_beside_a_yes_is_refused_and_kept(client: Any) -> None:
    path, page = to_a_sheet(client)
    first = page.context["rows"][0]["id"]
    for posted, says in (
        ({first: "yes", "none": "1"}, "Keep one"),
        ({}, "Nothing is marked"),
        ({first: "?"}, "not an answer"),
    ):
        answer = client.post(path, posted)
        assert answer.status_code == 422 and says in answer.content.decode()
    answer = client.post(path, {first: "yes", "none": "1"})
    assert answer.context["rows"][0]["mark"] == "yes"


def test_an_answer_sent_twice_or_changed_later_loses_nothing(client: Any) -> None:
    from psoas.web.models import Screen

    person = begin(client)
    fill(client, person, DESK, at_most=6)
    before = list(Screen.objects.filter(person=person).values_list("place", "screen"))
    page = client.get(f"/p/{person}/safety/2/")
    posted = {row["id"]: "no" for row in page.context["rows"]} | {page.context["first"].id: "unsure"}
    if page.context["kind"] == "int":
        posted = {page.context["first"].id: "40"}
    for _ in range(2):
        assert client.post(f"/p/{person}/safety/2/", posted).status_code == 302
    assert list(Screen.objects.filter(person=person).values_list("place", "screen")) == before


def test_emergency_stops_and_withholds(client: Any) -> None:
    person = begin(client)
    assert fill(
        client, person, {"breathless_or_chest_pain": True, "calf_pain_new": True, "age": 60}
    ).endswith("/safety/")
    text = client.get(f"/p/{person}/safety/").content.decode()
    assert 'Call <a class="call" href="tel:999">999</a>, or' in text  # a phone dials it
    for page_ in ("where", "tests", "answer", "time", "about", "plan"):
        assert client.get(f"/p/{person}/{page_}/")["Location"].endswith("/safety/")


def test_readings_inside_the_error_decide_nothing(client: Any, ready: str) -> None:
    path = f"/p/{ready}/tests/thomas/"
    for values, outcome in (
        ((-5, -5, -5), "short"),
        ((-2, -1, -2), "cannot tell"),
        ((14, 14, 15), "long enough"),
    ):
        posted = {f"right{k}": str(value) for k, value in enumerate(values)} | {"method": "inclinometer"}
        assert client.post(path, posted).status_code == 302
        assert outcome in client.get(path).content.decode()


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"method": "inclinometer"},
        {"method": "ruler", "right0": "1", "right1": "1", "right2": "1"},
        {"method": "inclinometer", "right0": "1", "right1": "", "right2": "1"},
        {"method": "inclinometer", "left0": "1", "left1": "2", "left2": "1"},
        {"method": "inclinometer", "right0": "nan", "right1": "1", "right2": "1"},
        {"method": "inclinometer", "right0": "900", "right1": "1", "right2": "1"},
        {"method": "inclinometer", "right0": "<b>", "right1": "😀", "right2": "1"},
    ],
)
def test_bad_readings_come_back(client: Any, ready: str, posted: dict[str, str]) -> None:
    answer = client.post(f"/p/{ready}/tests/thomas/", posted)
    assert answer.status_code == 422 and answer.context["error"]
    shown = {box["name"]: box["value"] for side in answer.context["sides"] for box in side["boxes"]}
    assert {k: v for k, v in shown.items() if v} == {k: v for k, v in posted.items() if k != "method" and v}


@pytest.mark.parametrize(
    ("page", "posted"),
    [
        ("where/", {}),
        ("where/", {"region": "MOON_R", "side": "r"}),
        ("where/", {"region": "GROIN_R", "side": "up"}),
        ("story/knee/", {}),
        ("story/knee/", {"h_medial_line": "perhaps"}),
        ("tests/step/", {}),
        ("tests/exam-hip/", {"e_fadir_pos": "yes", "e_fadir_neg": "yes"}),
        ("tests/change/", {"before0": "11", "rested0": "5", "after0": "3"}),
        ("tests/change/", {"before0": "5"}),
        ("time/", {"minutes_a_day": "-1"}),
        ("time/", {"days_a_week": "9"}),
        ("about/", {"asked": "office_work"}),
        ("data/", {"name": "x" * 61}),
        ("data/", {"name": "x", "country": "XX"}),
    ],
)
def test_bad_input_comes_back_with_a_message(
    client: Any, ready: str, page: str, posted: dict[str, str]
) -> None:
    answer = client.post(f"/p/{ready}/{page}", posted)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_what_nobody_has_tested_stays_unknown(client: Any, ready: str) -> None:
    """Unknown is not no: an unmarked test of a clinician is neither present nor absent."""
    from psoas.web.models import Person
    from psoas.web.presenters.story import case_of

    path = f"/p/{ready}/tests/exam-hip/"
    assert client.post(path, {"e_fadir_pos": "no", "e_hip_ir_limited": "yes"}).status_code == 302
    findings = case_of(Person.objects.get(pk=ready)).findings
    assert (findings.present, findings.absent) == ({"e_hip_ir_limited"}, {"e_fadir_pos"})
    assert client.post(path, {"e_fadir_pos": "no"}).status_code == 302  # taken back again
    assert case_of(Person.objects.get(pk=ready)).findings.present == frozenset()


def test_the_plan_waits_for_its_questions_and_names_dose_and_stop(client: Any, ready: str) -> None:
    findings = {name: "yes" for name in ("h_around_patella", "h_squat_stairs", "h_sit_bent")}
    for sheet in ("knee", "when", "does", "hip", "nerves"):
        asked = {row["id"] for row in client.get(f"/p/{ready}/story/{sheet}/").context["rows"]}
        marks = {k: v for k, v in findings.items() if k in asked} or {"none": "1"}
        assert client.post(f"/p/{ready}/story/{sheet}/", marks).status_code == 302
    assert client.get(f"/p/{ready}/plan/")["Location"].endswith("/time/")
    client.post(f"/p/{ready}/time/", {"minutes_a_day": "20"})
    for _ in range(20):
        page = client.get(f"/p/{ready}/about/")
        if page.status_code == 302:
            break
        client.post(f"/p/{ready}/about/", {"asked": [row["id"] for row in page.context["rows"]], "none": "1"})
    lines = client.get(f"/p/{ready}/plan/").context["lines"]
    assert any(line["core"] for line in lines)
    assert all(
        line["dose"] and line["stop"] and line["progress"] and line["evidence"]["sure"]["cites"]
        for line in lines
    )


def test_deleted_means_gone_from_every_file(client: Any, data: Path) -> None:
    person = begin(client, MARKER)
    fill(client, person, DESK, at_most=5)
    assert MARKER.encode() in contents(data)  # the test could not fail otherwise
    assert client.post(f"/p/{person}/data/delete/", {}).status_code == 302
    assert client.get(f"/p/{person}/").status_code == 200  # not without the tick
    assert client.post(f"/p/{person}/data/delete/", {"sure": "yes"})["Location"] == "/"
    assert client.get(f"/p/{person}/").status_code == 404
    left = contents(data)
    assert MARKER.encode() not in left and person.encode() not in left
    with sqlite3.connect(data / "psoas.sqlite3") as database:
        for table in ("web_screen", "web_told"):
            assert database.execute(
                f"select count(*) from {table} where person_id = ?", (person,)
            ).fetchone() == (0,)
    database.close()


def test_a_database_that_cannot_be_written_keeps_what_was_typed(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    path, page = to_a_sheet(client)
    first = page.context["rows"][0]["id"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON")
    try:
        answer = client.post(path, {first: "unsure"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only=OFF")
    text = answer.content.decode()
    assert answer.status_code == 503 and "could not be kept" in text
    assert f'name="{first}" value="unsure"' in text


def test_the_other_knee_named_later_leaves_the_reading_of_the_first_aside(client: Any, data: Path) -> None:
    person = to_the_plan(client)  # the right thigh was measured
    for side, shown in (("l", []), ("both", ["right"]), ("r", ["right"])):
        client.post(f"/p/{person}/where/", {"region": ["KNEE_ANT_PATELLA_R"], "side": side})
        for page in ("tests/", "answer/", "plan/", "data/psoas.json"):
            assert client.get(f"/p/{person}/{page}").status_code == 200, (side, page)
        page = client.get(f"/p/{person}/tests/thomas/")
        assert [each.side for each in page.context["measured"]] == shown
        cards = client.get(f"/p/{person}/tests/").context["cards"]
        assert [card["done"] for card in cards if card["link"] == "thomas"] == [bool(shown)]


def test_every_finding_a_person_can_tell_is_asked_once(reasoning: Any, data: Path) -> None:
    from psoas.web.presenters.sheets import EXAMINED, STEP, STORY

    asked = [name for sheet in (*STORY, STEP, *EXAMINED) for name in sheet.asks]
    assert len(asked) == len(set(asked))
    by_reading = {"e_ext_short", "e_rf_short", "e_hf_weak_painless", "e_testofchange"}
    assert set(asked) | by_reading == set(reasoning.weights.signs)


def test_every_region_of_the_evidence_is_on_the_figure_and_in_the_list(reasoning: Any, data: Path) -> None:
    from psoas.web.presenters import body_map

    drawn = {region.name for view in body_map.views() for region in view.regions}
    assert drawn == set(body_map.names())
    assert {name if name in body_map.NAMES else name[:-2] for name in drawn} == reasoning.pain_map.regions


def test_a_taken_port_and_a_bad_database_address_are_one_clear_error(data: Path) -> None:
    from psoas.errors import InputError
    from psoas.web.__main__ import listening
    from psoas.web.storage import database

    with listening("127.0.0.1", 0) as taken, pytest.raises(InputError, match="is taken"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(InputError, match="PostgreSQL"):
        database(data, "mysql://somewhere/x")
    found = database(data, "postgresql://ann:p%40ss@db.home:5433/psoas")
    assert (found["USER"], found["PASSWORD"], found["PORT"], found["NAME"]) == (
        "ann",
        "p@ss",
        "5433",
        "psoas",
    )
