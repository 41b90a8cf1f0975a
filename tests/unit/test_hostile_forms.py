"""Every field of every form with what nobody should send: never a broken page, never a script."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from filled import stopped, to_the_plan
from site_pages import PAGES

pytestmark = pytest.mark.xdist_group("web")

HOSTILE = (
    "",
    "x" * 5_000,
    "<script>alert(1)</script>",
    "😀",
    "-1",
    "2999-01-01",
    "1e999",
    "nan",
    "a\x00b",
    "٣",  # a digit that is not one of ours
    "' OR 1=1 --",
    "../../etc/passwd",
)


class Forms(HTMLParser):
    """The forms of a page: where each sends, and its fields with the values they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, list[str]]]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action", ""), {}))
            self._inside = True
        elif self._inside and tag in ("input", "select", "textarea", "button") and given.get("name"):
            held = self.found[-1][2].setdefault(given["name"], [])
            ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if ticked and tag != "button":
                held.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@pytest.fixture(scope="module")
def somebody(data: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    from django.test import Client

    browser = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
    yield browser, {"id": to_the_plan(browser, "Whole"), "stopped": stopped(browser)}


@pytest.mark.parametrize("name", PAGES)
def test_no_field_breaks_a_page(somebody: tuple[Any, dict[str, str]], name: str) -> None:
    browser, ids = somebody
    for address in PAGES[name]:
        path = address.format(**ids)
        page = browser.get(path)
        assert page.status_code in (200, 302, 404), path
        for method, action, fields in Forms(page.content.decode()).found:
            if "delete" in action or action.endswith("/begin/"):
                continue  # forms that make or end people: tested where people are made and deleted
            for field in fields:
                for value in HOSTILE:
                    sent = fields | {field: [value]}
                    answer = getattr(browser, method)(action or path, sent)
                    where = f"{method} {action or path} {field}={value[:30]!r}"
                    assert answer.status_code in (200, 302, 404, 422, 413), where
                    text = answer.content.decode()
                    assert "<script>alert" not in text and "Traceback" not in text, where


def test_a_hostile_name_is_refused_or_kept_as_text(client: Any) -> None:
    for value in HOSTILE:
        answer = client.post("/begin/", {"name": value, "country": "GB"})
        assert answer.status_code in (302, 422)
        text = client.get("/").content.decode() + answer.content.decode()
        assert "<script>alert" not in text
    assert client.post("/begin/", {"name": "Ann", "country": "<b>"}).status_code == 422


def test_files_and_bodies_of_the_wrong_kind_are_refused(somebody: tuple[Any, dict[str, str]]) -> None:
    browser, ids = somebody
    path = f"/p/{ids['id']}/where/"
    for body, kind in (
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "image/png"),
        (b'{"region": ["GROIN_R"]}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"region=GROIN_R&" * 20_000, "application/x-www-form-urlencoded"),
    ):
        answer = browser.post(path, body, content_type=kind)
        assert answer.status_code in (400, 413, 422), kind
        assert "Traceback" not in answer.content.decode()
