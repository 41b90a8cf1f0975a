"""psoas.json: what one computer wrote, another one reads; everything else is refused and leaves nothing."""

import copy as copies
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("django", reason="the extra `web` is not installed")

from django.core.files.uploadedfile import SimpleUploadedFile

from filled import BLEED, begin, fill, to_the_plan
from site_pages import PAGES
from week_people import Clock, again, clock, log, person, planned, text, walked

__all__ = ["clock", "person", "planned", "walked"]
pytestmark = pytest.mark.xdist_group("web")


def export(client: Any, person: str) -> dict[str, Any]:
    return dict(json.loads(client.get(f"/p/{person}/data/psoas.json").content))


def bring(client: Any, content: bytes | dict[str, Any]) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post("/bring/", {"file": SimpleUploadedFile("psoas.json", raw)})


def brought(client: Any, content: bytes | dict[str, Any]) -> str:
    answer = bring(client, content)
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"].split("/")[2])


def people() -> int:
    from psoas.web.models import Person

    return int(Person.objects.count())


@pytest.fixture
def kept(client: Any, person: str, walked: str, clock: Clock) -> dict[str, Any]:
    """The file of somebody in their second week, who logged, took back, learnt and checked in."""
    log(client, person, pain="2")
    log(client, person, "sh_standing", pain="0")
    client.post(f"/p/{person}/learn/sitting/", {})
    client.post(f"/p/{person}/learn/quiz/reverse-plank/", {"answer": "2"})
    clock.forward(days=7)
    again(client, person, walked)
    log(client, person, how="part", pain="3")
    clock.at = datetime.now(UTC)  # the rows say when they were written, by the clock of this machine
    content = export(client, person)
    assert {each["kind"] for each in content["journal"]} >= {
        "start",
        "log",
        "round",
        "check-in",
        "lesson",
        "quiz",
    }
    return content


def same(content: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same, with moments written one way."""
    whole = json.dumps({k: content[k] for k in ("person", "safety", "told", "journal", "decided")})
    return dict(json.loads(whole.replace("+00:00", "Z")))


def test_another_computer_has_everything(client: Any, kept: dict[str, Any], clock: Clock) -> None:
    from django.test import Client

    clock.forward(days=1)
    other = Client(HTTP_HOST="127.0.0.1")
    answer = bring(other, kept)
    assert answer["Location"].endswith("/data/?left_out=0")
    told = text(other.get(answer["Location"]))
    assert "Your file has been brought here." in told and "asked again" not in told
    new = answer["Location"].split("/")[2]
    assert same(export(other, new)) == same(kept)
    for addresses in PAGES.values():
        for address in (each for each in addresses if "{id}" in each):
            assert other.get(address.format(id=new), follow=True).status_code == 200, address


def test_a_red_flag_stops_here_too(client: Any, data: Any) -> None:
    first = begin(client, "Bo")
    fill(client, first, BLEED)
    new = brought(client, export(client, first))
    for each in (first, new):
        assert client.get(f"/p/{each}/safety/").context["level"] == "EMERGENCY"
        assert client.get(f"/p/{each}/plan/")["Location"] == f"/p/{each}/safety/"


def test_what_todays_questions_do_not_know_is_asked_again(client: Any, kept: dict[str, Any]) -> None:
    kept["safety"][0]["values"] = {"a_question_of_long_ago": True}
    kept["told"]["finding.h_of_long_ago"] = {"value": True, "at": kept["person"]["began"]}
    kept["told"]["reading.hip_extension"]["value"]["right"] = [400.0]
    answer = bring(client, kept)
    assert answer["Location"].endswith("?left_out=3")
    assert "3 answers do not fit today's questions" in text(client.get(answer["Location"]))
    new = answer["Location"].split("/")[2]
    assert client.get(f"/p/{new}/safety/").status_code == 302  # to what is open now
    assert "finding.h_of_long_ago" not in export(client, new)["told"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "This file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a file that psoas wrote"),
        (b"%PDF-1.7", "not a file that psoas wrote"),
        (b"[1, 2, 3]", "not a file that psoas wrote"),
        (b'{"name": "something else"}', "not a file that psoas wrote"),
        (b"[" * 100_000, "not a file that psoas wrote"),
        ("{}".encode("utf-16"), "not a file that psoas wrote"),
        (b" " * 4_000_001, "too large"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused(client: Any, content: bytes, says: str) -> None:
    before = people()
    answer = bring(client, content)
    assert answer.status_code == 422 and says in text(answer) and "psoas.json" in text(answer)
    assert people() == before


def test_no_file_is_said_so(client: Any) -> None:
    assert "No file is chosen" in text(client.post("/bring/", {}))
    assert client.get("/bring/").status_code == 405


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("person", "began"), "yesterday"),
        (("person", "name"), "x" * 61),
        (("person", "name"), "a\x00b"),
        (("journal", 0, "kind"), "other"),
        (("journal", 0, "uid"), "../../etc/passwd"),
        (("journal", 0, "at"), "0001-01-01T00:00:00+23:00"),
        (("journal", 0, "value", "on"), "9999-12-31"),
        (("journal", 0, "value", "values", "nprs_worst"), 11.0),
        (("journal", 0, "value", "values", "unheard_of"), 1.0),
        (("journal", 0, "value", "scores"), [4, -3]),
        (("journal", 1, "value", "pain"), "<script>alert(1)</script>"),
        (("safety",), {}),
        (("told",), []),
    ],
)
def test_a_damaged_file_is_refused_whole(
    client: Any, kept: dict[str, Any], place: tuple[Any, ...], value: Any
) -> None:
    at = kept
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    before = people()
    answer = bring(client, kept)
    assert answer.status_code == 422 and people() == before
    assert "<script>alert" not in answer.content.decode()


def test_moments_that_have_not_come_count_as_now(client: Any, kept: dict[str, Any], clock: Clock) -> None:
    for each in kept["journal"]:
        each["at"] = (clock() + timedelta(days=200)).isoformat()
    new = brought(client, kept)
    from psoas.web.models import Entry

    assert {each.at for each in Entry.objects.filter(person=new)} == {clock()}


def test_what_the_file_says_was_right_or_decided_does_not_count(client: Any, kept: dict[str, Any]) -> None:
    quiz = next(each for each in kept["journal"] if each["kind"] == "quiz")
    assert quiz["value"]["right"] is False
    quiz["value"]["right"], kept["decided"] = True, {"level": "SELF_CARE"}
    found = export(client, brought(client, kept))
    assert next(each for each in found["journal"] if each["kind"] == "quiz")["value"]["right"] is False
    assert found["decided"] != {"level": "SELF_CARE"}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, each in inner for found in leaves(each, (*path, key))]


STRANGE = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        1e308,
        "",
        "r",
        "\ud7ff",
        "2026-02-30",
        [],
        [[]],
        {},
        {"x": None},
        10**400,
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(draw=st.data())
def test_no_damage_breaks_a_page(client: Any, kept: dict[str, Any], draw: st.DataObject) -> None:
    """One place of the file replaced at random: it is refused in words, or every page still works."""
    damaged = copies.deepcopy(kept)
    path = draw.draw(st.sampled_from(leaves({k: kept[k] for k in ("person", "safety", "told", "journal")})))
    at: Any = damaged
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = draw.draw(STRANGE)
    answer = bring(client, damaged)
    if answer.status_code == 422:
        assert "What" not in text(answer) and "file" in text(answer)
        return
    new = answer["Location"].split("/")[2]
    for page in (
        "",
        "safety/",
        "answer/",
        "plan/",
        "week/",
        "check-in/",
        "progress/",
        "learn/",
        "data/psoas.json",
    ):
        assert client.get(f"/p/{new}/{page}", follow=True).status_code == 200, (path, page)
    client.post(f"/p/{new}/data/delete/", {"sure": "yes"})


def test_the_plan_goes_on_from_the_file(client: Any, data: Any) -> None:
    first = to_the_plan(client)
    new = brought(client, export(client, first))
    lines = [text(client.get(f"/p/{each}/plan/")).split("Do this first")[-1] for each in (first, new)]
    assert lines[0].replace(first, "") == lines[1].replace(new, "")
