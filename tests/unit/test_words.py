"""Every word of the pages goes through gettext: templates, scripts, and each page in a made-up language."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from filled import settle, start_week, stopped, to_the_plan
from reading import reading_grade
from site_pages import PAGES

pytestmark = pytest.mark.xdist_group("web")

SOURCE = Path(__file__).parents[2] / "src" / "psoas"
WEB = SOURCE / "web"
SPOKEN = ("aria-label", "alt", "title", "placeholder", "content")
SILENT = ("script", "style", "code")
UNITS = {"cm", "kg"}
BRAND = "psoas"
OPEN, CLOSE = "⟦", "⟧"


class Visible(HTMLParser):
    """Texts and spoken attributes of a page with their lines; no commands, nor what says translate="no"."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        quiet = tag in SILENT or given.get("translate") == "no" or bool(self._open and self._open[-1][1])
        if tag not in ("meta", "link", "input", "img", "br", "path", "line", "circle", "hr", "use"):
            self._open.append((tag, quiet))
        elif tag == "meta":
            return
        if not quiet:
            self.found += [(self.getpos()[0], given[name]) for name in SPOKEN if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if text.strip() and not (self._open and self._open[-1][1]):
            self.found.append((self.getpos()[0], " ".join(text.split())))


def has_words(text: str) -> bool:
    return text != BRAND and bool(set(re.findall(r"[^\W\d_]{2,}", text)) - UNITS)


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda path: path.name)
def test_a_template_has_no_word_outside_translation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{% block width %\}\w+", "", text)
    text = re.sub(r"\{% (blocktranslate|comment)\b.*?\{% end\1 %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    assert [found for found in Visible(text).found if has_words(found[1])] == []


def test_the_search_for_words_finds_them() -> None:
    page = '<p>Hello</p><img alt="a leg"><b translate="no">psoas</b><i aria-label="x">12 cm</i><p>± 3°</p>'
    assert [text for _line, text in Visible(page).found if has_words(text)] == ["Hello", "a leg"]


def test_scripts_hold_no_sentence() -> None:
    """Words come from the page: a script has no string with two words in it, but for selectors and styles."""
    scripts = [*WEB.glob("static/*.js"), *WEB.glob("islands/src/*.ts")]
    assert len(scripts) >= 6
    found = []
    for path in scripts:
        bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', bare):
            sentence = re.search(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]{2,}$", text)
            if sentence and text not in CODE and not re.search(r"[\[\]#.>=(]", text):
                found.append((path.name, text))
    assert found == []


CODE = {"use strict", "Enter", "Escape", "Home", "End", "Tab", "ArrowLeft", "ArrowRight"}


class Pseudo:
    """A language in which every sentence that was translated stands between brackets."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def to_language(self) -> str:
        return "made-up"

    def gettext(self, text: str) -> str:
        return f"{OPEN}{text}{CLOSE}"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return f"{OPEN}{one if count == 1 else many}{CLOSE}"


@pytest.fixture(scope="module")
def people(data: Any) -> tuple[Any, dict[str, str]]:
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    person = to_the_plan(client, "Whole")
    start_week(client, person)
    client.post(f"/p/{person}/learn/strengthening/")
    client.post(f"/p/{person}/learn/quiz/reverse-plank/", {"answer": "0"})
    return client, {"id": person, "stopped": stopped(client)}


@pytest.fixture
def pseudo(data: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from django.utils import translation
    from django.utils.translation import trans_real

    made_up = Pseudo(trans_real.translation("en"))
    monkeypatch.setitem(trans_real._translations, "en", made_up)
    monkeypatch.setattr(trans_real, "_default", made_up)
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def shelf_words(data: Any) -> tuple[set[str], list[re.Pattern[str]]]:
    """The texts of the shelf, and the same as patterns with their gaps, the longest first; no ids."""
    from psoas.web.presenters.page import shelf

    texts: set[str] = set()

    def gather(value: Any) -> None:
        if isinstance(value, str) and (" " in value or value[:1].isupper()):
            texts.add(" ".join(value.split()))
        elif isinstance(value, dict):
            texts.update(str(word) for key, word in value.items() if key in ("unit", "name"))
            for each in value.values():
                gather(each)
        elif isinstance(value, list | tuple):
            for each in value:
                gather(each)

    gather({name: table for name, table in shelf().knowledge.tables.items()})
    patterns = []
    for text in sorted((t for t in texts if has_words(t)), key=len, reverse=True):
        pattern = re.sub(r"\\\{\w+\\\}", ".{1,80}?", re.escape(text))
        patterns.append(re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE))
    return texts, patterns


def untranslated(text: str, shelf_words: tuple[set[str], list[re.Pattern[str]]]) -> str:
    """What is left of a text when translated sentences and sentences of the shelf are taken out."""
    while OPEN in text and (bare := re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)) != text:
        text = bare
    text = " ".join(text.split())
    texts, patterns = shelf_words
    if not has_words(text) or text in texts:
        return ""
    for pattern in patterns:
        text = pattern.sub(" ", text)
        if not has_words(text):
            return ""
    return text


NAMES = ("Whole", "Stopped")


@pytest.mark.parametrize("name", [name for name in PAGES if name != "body"])
def test_a_page_in_a_made_up_language_keeps_only_words_of_the_shelf(
    people: tuple[Any, dict[str, str]], pseudo: None, shelf_words: Any, name: str
) -> None:
    from psoas.web.models import Told

    client, ids = people
    if name == "about":  # once answered it sends on
        Told.objects.filter(person_id=ids["id"], key="circumstance.office_work").delete()
    for address in PAGES[name]:
        page = client.get(address.format(**ids)).content.decode()
        page = re.sub(r'<a class="call"[^>]*>([^<]*)</a>', r"\1", page)  # a number stands in its sentence
        assert OPEN in page, address
        left = [(line, untranslated(text, shelf_words)) for line, text in Visible(page).found]
        assert [(line, text) for line, text in left if text and text not in NAMES] == [], address
    settle(client, ids["id"])


@pytest.mark.parametrize(
    ("page", "posted"),
    [
        ("/begin/", {"name": "x" * 61}),
        ("/begin/", {"country": "XX"}),
        ("/p/{id}/safety/1/", {"age": "abc"}),
        ("/p/{id}/safety/1/", {"age": "999"}),
        ("/p/{id}/safety/2/", {}),
        ("/p/{id}/safety/3/", {}),
        ("/p/{id}/safety/3/", {"breathless_or_chest_pain": "?"}),
        ("/p/{id}/where/", {}),
        ("/p/{id}/where/", {"region": "GROIN_R"}),
        ("/p/{id}/story/knee/", {}),
        ("/p/{id}/tests/thomas/", {}),
        ("/p/{id}/tests/thomas/", {"method": "inclinometer", "right0": "900", "right1": "1", "right2": "1"}),
        ("/p/{id}/tests/thomas/", {"method": "inclinometer", "left0": "1", "left1": "1", "left2": "1"}),
        ("/p/{id}/tests/thomas/", {"method": "x", "right0": "1", "right1": "1", "right2": "1"}),
        ("/p/{id}/tests/change/", {"before0": "11"}),
        ("/p/{id}/time/", {"days_a_week": "9"}),
        ("/p/{id}/learn/quiz/exercise-and-muscle/", {"pair0": "1"}),
        ("/p/{id}/data/", {"name": "x" * 61}),
    ],
)
def test_what_is_wrong_is_told_in_the_language_of_the_page(
    people: tuple[Any, dict[str, str]], pseudo: None, shelf_words: Any, page: str, posted: dict[str, str]
) -> None:
    client, ids = people
    answer = client.post(page.format(**ids), posted)
    assert answer.status_code == 422
    alerts = re.findall(r'role="alert"[^>]*>(.*?)<', answer.content.decode(), re.DOTALL)
    assert alerts and all(OPEN in alert for alert in alerts)
    assert [untranslated(alert, shelf_words) for alert in alerts] == [""] * len(alerts)


@pytest.mark.parametrize("name", PAGES)
def test_the_words_of_a_page_read_at_grade_eight(people: tuple[Any, dict[str, str]], name: str) -> None:
    """All of five words or more, from the heading to the foot; not sources, nor the line with the edition.

    Shorter pieces (buttons, names in a list) would only make a page seem easier than it is.
    """
    client, ids = people
    for address in PAGES[name]:
        page = client.get(address.format(**ids))
        if page.status_code == 302:
            continue
        text = re.sub(
            r'<details class="sure">.*?</details>|<p class="fine">.*?</p>|psoas\.json',
            "",
            page.content.decode(),
            flags=re.DOTALL,
        )
        texts = [text.rstrip(".:") for _line, text in Visible(text).found if len(text.split()) >= 5]
        assert reading_grade(". ".join(texts) + ".") <= 8, address


def test_the_catalogue_for_translators_is_up_to_date() -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not here")
    tool = SOURCE.parents[1] / "tools" / "words.py"
    found = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_plural_forms_follow_the_number(people: tuple[Any, dict[str, str]]) -> None:
    from psoas.translation import ngettext

    assert (ngettext("a day", "days", 1), ngettext("a day", "days", 0)) == ("a day", "days")
    client, ids = people
    assert "2 questions are due" in client.get(f"/p/{ids['id']}/").content.decode()
    client.post(f"/p/{ids['id']}/learn/quiz/make-it-strong/", {"answer": "0"})
    assert "1 question is due" in client.get(f"/p/{ids['id']}/").content.decode()


def test_clinic_and_engine_speak_the_language_of_the_page(pseudo: None) -> None:
    """Their sentences are made outside Django, and still pass through its translation once it is set up."""
    from psoas.clinic.case_page import ROLES
    from psoas.engine.types import Condition
    from psoas.exchange.words import name_of
    from psoas.translation import gettext

    half = name_of(Condition("x", strength={"iliopsoas_r": 0.5}))
    assert half.startswith(OPEN) and "at half strength" in half
    assert gettext(ROLES["cannot_tell"]) == f"{OPEN}cannot tell{CLOSE}"


def test_what_the_engine_doubts_and_names_can_be_translated(data: Any) -> None:
    """These sentences come from the engine as they are: the catalogue has each of them."""
    from psoas.engine import held_loads
    from psoas.engine.muscle_table import GROUPS
    from psoas.exchange.exercise_words import name_of
    from psoas.web.presenters.movements import SHOWN

    catalogue = (WEB / "locale" / "en" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    doubts = held_loads._doubts(180.0, 9.0, 1.0)
    assert len(doubts) == 3
    titles = [str(shown.name) for shown in SHOWN.values()]
    for words in (*doubts, *(name_of(group) for group in GROUPS), *titles):
        assert f'msgid "{words}"' in catalogue, words


@pytest.mark.parametrize("name", ["body", "body-exercise"])
def test_the_body_in_a_made_up_language(
    people: tuple[Any, dict[str, str]], pseudo: None, shelf_words: Any, name: str
) -> None:
    from psoas.web.presenters import movements

    movements.prepared(movements.FIRST)
    client, ids = people
    page = client.get(PAGES[name][0].format(**ids)).content.decode()
    left = [(line, untranslated(text, shelf_words)) for line, text in Visible(page).found]
    assert [each for each in left if each[1]] == []
