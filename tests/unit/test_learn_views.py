"""Lessons, questions, the article and where to turn: kept for a person, open to everybody, bad input told."""

import json
import re
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from filled import begin

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture
def person(client: Any) -> str:
    return begin(client)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def right_answer(item: Any) -> dict[str, str]:
    """What the form sends when somebody knows it."""
    if item.kind == "choice":
        return {"answer": str(next(k for k, option in enumerate(item.options) if option.right))}
    if item.kind == "true_false":
        return {"answer": str(item.answer).lower()}
    return {f"pair{k}": str(k) for k in range(len(item.pairs))}


def wrong_answer(item: Any) -> dict[str, str]:
    if item.kind == "choice":
        return {"answer": str(next(k for k, option in enumerate(item.options) if not option.right))}
    if item.kind == "true_false":
        return {"answer": str(not item.answer).lower()}
    places = [1, 0, *range(2, len(item.pairs))]
    return {f"pair{k}": str(place) for k, place in enumerate(places)}


def items() -> Any:
    from psoas.web.presenters.learning import questions

    return questions()


def uid_of(words: str) -> str:
    """A uid that is the same for the same words."""
    return str(uuid5(NAMESPACE_URL, words))


def read(client: Any, person: str, lesson: str) -> Any:
    return client.post(f"/p/{person}/learn/{lesson}/", {"uid": str(uuid4())})


def answer(client: Any, person: str, item: Any, sent: dict[str, str], words: str) -> Any:
    """Post an answer, its uid from some words, and open the page that tells about it."""
    posted = client.post(f"/p/{person}/learn/quiz/{item.id}/", sent | {"uid": uid_of(words)})
    assert posted.status_code == 302, posted.content.decode()
    return client.get(posted["Location"])


def back_in_time(person: str, days: int) -> None:
    """As if everything had happened some days ago."""
    from psoas.web.models import Entry

    for entry in Entry.objects.filter(person_id=person):
        day = date.fromisoformat(entry.value["day"]) - timedelta(days=days)
        entry.value["day"] = day.isoformat()
        Entry.objects.filter(pk=entry.pk).update(at=entry.at - timedelta(days=days), value=entry.value)


@pytest.mark.parametrize("page", ["", "article/", "resources/", "quiz/", "quiz/reverse-plank/", "sitting/"])
def test_a_page_is_open_to_everybody_and_a_persons_own_to_nobody_else(
    client: Any, person: str, page: str
) -> None:
    from django.test import Client

    for path in (f"/learn/{page}", f"/p/{person}/learn/{page}"):
        shown = client.get(path)
        assert shown.status_code == 200 and "It does not diagnose" in shown.content.decode()
        assert "<script>" not in shown.content.decode() and " style=" not in shown.content.decode()
    stranger = Client(HTTP_HOST="127.0.0.1")
    begin(stranger, "Eve")
    assert stranger.get(f"/p/{person}/learn/{page}").status_code == 404
    assert stranger.post(f"/p/{person}/learn/{page}", {"answer": "0"}).status_code in (404, 405)


@pytest.mark.parametrize("kind", ["choice", "true_false", "matching"])
@pytest.mark.parametrize("knows", [True, False])
def test_an_answer_is_explained_whole(client: Any, person: str, kind: str, knows: bool) -> None:
    """Each answer with its reason, whether it was chosen or not; the same without a person."""
    for item in (each for each in items() if each.kind == kind):
        sent = right_answer(item) if knows else wrong_answer(item)
        pages = (
            answer(client, person, item, sent, f"{item.id}-{knows}"),
            client.get(f"/learn/quiz/{item.id}/", sent),
        )
        for page in pages:
            assert page.context["right"] is knows
            listed = page.context["answers"]
            reasons = [each.why for each in (*item.options, *item.pairs)] or [item.why]
            assert sorted(each["why"] for each in listed) == sorted(reasons)
            assert ("Right" in text_of(page)) is knows
            assert page.context["sure"]["cites"]
        assert pages[0].context["comes_back"] is not None and pages[1].context["comes_back"] is None


def test_nothing_is_kept_without_a_person(client: Any) -> None:
    from psoas.web.models import Entry

    before = Entry.objects.count()
    client.get("/learn/quiz/reverse-plank/", {"answer": "0"})
    assert client.post("/learn/quiz/reverse-plank/", {"answer": "0"}).status_code == 404
    assert client.post("/learn/sitting/").status_code == 404
    assert Entry.objects.count() == before


def test_the_same_form_twice_counts_once_and_the_first_answer_stands(client: Any, person: str) -> None:
    from psoas.web.models import Entry

    item = next(each for each in items() if each.kind == "choice")
    first = answer(client, person, item, wrong_answer(item), "once")
    again = answer(client, person, item, right_answer(item), "once")
    assert Entry.objects.filter(person_id=person).count() == 1
    assert first.context["right"] is again.context["right"] is False


@pytest.mark.parametrize("uid", ["x" * 37, "a/b", "<b>", "😀", "1"])
def test_a_uid_that_is_none_comes_back_as_an_old_page(client: Any, person: str, uid: str) -> None:
    from psoas.web.models import Entry

    item = items()[0]
    for page in (f"quiz/{item.id}/", "sitting/"):
        posted = client.post(f"/p/{person}/learn/{page}", right_answer(item) | {"uid": uid})
        assert posted.status_code == 422 and "out of date" in text_of(posted)
    assert Entry.objects.filter(person_id=person).count() == 0
    assert answer(client, person, item, right_answer(item), "none").status_code == 200


@pytest.mark.parametrize(
    ("kind", "sent", "says"),
    [
        ("choice", {}, "Nothing is chosen"),
        ("choice", {"answer": "99"}, "not an answer"),
        ("choice", {"answer": "<script>alert(1)</script>"}, "not an answer"),
        ("true_false", {"answer": "😀"}, "not an answer"),
        ("matching", {"pair0": "1"}, "not matched yet"),
        ("matching", {"pair0": "1", "pair1": "1", "pair2": "2", "pair3": "3"}, "twice"),
        ("matching", {"pair0": "-1", "pair1": "1", "pair2": "2", "pair3": "3"}, "not an answer"),
    ],
)
def test_a_bad_answer_comes_back_with_its_message(
    client: Any, person: str, kind: str, sent: dict[str, str], says: str
) -> None:
    item = next(each for each in items() if each.kind == kind and len(each.pairs) in (0, 4))
    posted = client.post(f"/p/{person}/learn/quiz/{item.id}/", sent | {"uid": uid_of("u")})
    assert posted.status_code == 422 and says in text_of(posted) and 'role="alert"' in posted.content.decode()
    assert "<script>alert" not in posted.content.decode()
    chosen = [r["value"] for p in posted.context["pairs"] for r in p["rights"] if r["chosen"]]
    assert chosen == [value for key, value in sorted(sent.items()) if key != "answer" and value != "-1"]
    if sent:  # an address without an answer only asks
        assert client.get(f"/learn/quiz/{item.id}/", sent).status_code == 422


def test_questions_come_when_their_lesson_is_read_and_come_back_spaced(client: Any, person: str) -> None:
    from django.utils import timezone

    def due() -> list[str]:
        return [item.id for item in client.get(f"/p/{person}/learn/quiz/").context["learner"].waiting]

    assert due() == [] and "Questions come when" in text_of(client.get(f"/p/{person}/learn/quiz/"))
    assert read(client, person, "strengthening")["Location"].endswith("/quiz/")
    waiting = due()
    assert waiting and set(waiting) == {item.id for item in items() if item.lesson == "strengthening"}
    assert f"{len(waiting)} questions are due" in text_of(client.get(f"/p/{person}/"))
    item = next(each for each in items() if each.id == waiting[0])
    for turn, gap in enumerate((1, 3, 7, 14, 28, 28)):
        told = answer(client, person, item, right_answer(item), f"u{turn}")
        assert told.context["comes_back"] == timezone.localdate() + timedelta(days=gap)
        assert item.id not in due()
        early = answer(client, person, item, right_answer(item), f"e{turn}")  # too early: nothing changes
        assert early.context["comes_back"] == told.context["comes_back"]
        back_in_time(person, gap)
        assert item.id in due()
    wrong = answer(client, person, item, wrong_answer(item), "w")
    assert wrong.context["comes_back"] == timezone.localdate() + timedelta(days=1)


def test_a_missed_question_brings_its_lesson_back_until_it_is_read(client: Any, person: str) -> None:
    def suggested() -> tuple[str, bool]:
        learner = client.get(f"/p/{person}/learn/").context["learner"]
        return learner.next.id, learner.again

    assert suggested() == ("where-it-lies", False)
    read(client, person, "where-it-lies")
    assert suggested() == ("what-it-does", False)
    item = next(each for each in items() if each.lesson == "children")
    answer(client, person, item, wrong_answer(item), "2")
    assert suggested() == ("children", True)
    read(client, person, "children")
    assert suggested() == ("what-it-does", False)
    assert "read" in text_of(client.get(f"/p/{person}/learn/children/"))


def test_after_five_answers_a_day_the_rest_may_wait(client: Any, person: str) -> None:
    for lesson in ("help-now", "strengthening", "stretching", "where-it-lies"):
        read(client, person, lesson)
    for k in range(5):
        item = client.get(f"/p/{person}/learn/quiz/").context["first"]
        told = answer(client, person, item, right_answer(item), f"q{k}")
        assert ("Enough for today" in text_of(told)) is (k == 4)
    assert "can wait until tomorrow" in text_of(client.get(f"/p/{person}/learn/quiz/"))


def test_a_question_that_was_rewritten_is_asked_anew(client: Any, person: str) -> None:
    from psoas.web.models import Entry

    item = next(each for each in items() if each.kind == "choice")
    answer(client, person, item, right_answer(item), "u")
    Entry.objects.filter(person_id=person).update(
        value={
            "item": item.id,
            "right": True,
            "answer": "as it was worded last year",
            "day": "2026-01-01",
        }
    )
    assert client.get(f"/p/{person}/learn/quiz/{item.id}/{uid_of('u')}/")["Location"].endswith(
        f"/quiz/{item.id}/"
    )
    Entry.objects.filter(person_id=person).update(
        value={"item": "gone", "right": True, "answer": "x", "day": "2026-01-01"}
    )
    assert client.get(f"/p/{person}/learn/quiz/").status_code == 200
    assert client.get(f"/p/{person}/learn/quiz/gone/{uid_of('u')}/").status_code == 404


def test_the_right_answer_does_not_always_stand_first(client: Any) -> None:
    firsts = []
    for item in (each for each in items() if each.kind == "choice"):
        page = client.get(f"/learn/quiz/{item.id}/")
        firsts.append(item.options[int(page.context["options"][0][0])].right)
        again = client.get(f"/learn/quiz/{item.id}/")
        assert again.context["options"] == page.context["options"]  # the order does not jump
    assert 0 < sum(firsts) < len(firsts) / 2


def test_the_quick_quiz_leads_through_every_question(client: Any) -> None:
    path, seen = client.get("/learn/quiz/").context["first"].id, []
    while path:
        item = next(each for each in items() if each.id == path)
        seen.append(path)
        following = client.get(f"/learn/quiz/{path}/", right_answer(item)).context["following"]
        path = following.id if following else None
    assert seen == [item.id for item in items()] and len(set(seen)) == 37


@pytest.mark.parametrize("verdict", ["supported", "partly", "contradicted", "unsupported"])
def test_the_article_by_verdict(client: Any, verdict: str) -> None:
    page = client.get("/learn/article/", {"verdict": verdict})
    claims = [claim for part in page.context["parts"] for claim in part["claims"]]
    count = next(each["count"] for each in page.context["verdicts"] if each["id"] == verdict)
    assert {claim["verdict"] for claim in claims} == {verdict} and len(claims) == count
    assert page.content.decode().count('aria-current="true"') == 1
    assert all(f'id="{claim["id"]}"' in page.content.decode() for claim in claims)


def test_an_article_without_filter_has_every_claim_and_its_anchor(client: Any) -> None:
    page = client.get("/learn/article/").content.decode()
    assert page.count('class="claim ') == 89
    anchors = set(re.findall(r'href="#([\w-]+)"', page))
    assert anchors <= set(re.findall(r'id="([\w-]+)"', page)) and len(anchors) > 100
    assert client.get("/learn/article/", {"verdict": "perhaps"}).status_code == 404


@pytest.mark.parametrize(("country", "number", "checked"), [
    ("GB", "999", True), ("US", "911", True), ("DE", "112", True), ("EU", "112", False), ("", "", False),
])  # fmt: skip
def test_where_to_turn(client: Any, country: str, number: str, checked: bool) -> None:
    page = client.get("/learn/resources/", {"country": country})
    text = text_of(page)
    assert number in text
    assert (f'href="tel:{number}"' in page.content.decode()) is bool(number)
    assert bool(page.context["kinds"]) is checked
    assert ("have been checked yet" in text) is (not checked and country != "")
    if not country:
        assert not re.search(r"\d{3}", " ".join(page.context["call"]))
    for kind in page.context["kinds"]:
        for each in kind["entries"]:
            assert each["url"].startswith("https://") and each["sure"]["cites"]


def test_where_to_turn_knows_the_persons_country_and_refuses_none_such(client: Any) -> None:
    person = begin(client, "Uli", "DE")
    assert "Rheuma-Liga" in text_of(client.get(f"/p/{person}/learn/resources/"))
    assert client.get("/learn/resources/", {"country": "XX"}).status_code == 404


def test_a_lesson_has_no_address_of_another_page() -> None:
    from psoas.web.presenters.learning import lessons

    assert not {lesson.id for lesson in lessons()} & {"article", "resources", "quiz"}


def test_what_was_read_and_answered_is_in_the_export(client: Any, person: str) -> None:
    read(client, person, "sitting")
    item = items()[0]
    answer(client, person, item, right_answer(item), "2")
    content = json.loads(client.get(f"/p/{person}/data/psoas.json").content)
    assert [
        (each["kind"], each["value"].get("lesson") or each["value"]["item"]) for each in content["journal"]
    ] == [
        ("lesson", "sitting"),
        ("quiz", item.id),
    ]


@pytest.mark.parametrize(
    ("tz", "localtime", "zone"),
    [
        ("Asia/Tokyo", "/nowhere", "Asia/Tokyo"),
        (":Europe/Berlin", "/nowhere", "Europe/Berlin"),
        ("", "/usr/share/zoneinfo/America/Lima", "America/Lima"),
        ("nonsense", "/usr/share/zoneinfo/Europe/Rome", "Europe/Rome"),
    ],
)
def test_a_day_is_a_day_where_the_machine_stands(
    monkeypatch: pytest.MonkeyPatch, tz: str, localtime: str, zone: str
) -> None:
    from pathlib import Path

    from psoas.web.clock import time_zone

    monkeypatch.setenv("TZ", tz)
    assert time_zone(Path(localtime)) == zone


def test_every_colour_pair_has_its_contrast_in_light_and_dark(client: Any) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for edges; black on white is 21 to 1."""
    from psoas.web.presenters.design import COLOURS, contrast, pairs, palettes

    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known near miss
    weak = [pair for pair in pairs() if min(pair.light, pair.dark) < pair.least]
    assert weak == []
    light, dark = palettes()
    assert set(light) == set(dark) >= {name for name, _says in COLOURS} and light["paper"] != dark["paper"]
    page = client.get("/design/")
    assert page.status_code == 200 and page.content.decode().count("swatch sw-") == len(COLOURS)


def test_the_style_sheets_use_only_colours_of_the_palette_and_are_light() -> None:
    from psoas.web.presenters.design import BASE, palettes

    sheets = {path.name: path.read_text(encoding="utf-8") for path in BASE.parent.glob("*.css")}
    for name in ("components.css", "pages.css", "learn.css", "design.css"):
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheets[name]), name
        used = set(re.findall(r"var\(--([\w-]+)", sheets[name])) - {"full"}
        assert used <= {*palettes()[0], "serif", "sans", "round", "s1", "s2", "s3", "s4", "s5"}, name
    assert sum(len(text.encode()) for text in sheets.values()) < 60_000
