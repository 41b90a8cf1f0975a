"""The passphrase of the pages: asked, guessed at, forgotten after a while; nothing that was typed is lost."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from filled import begin, contents

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

WORDS = "otter lamp seven"


@pytest.fixture
def locked(data: Path) -> Iterator[Any]:
    """The pages with a passphrase; without one again afterwards."""
    from psoas.web import lock
    from psoas.web.models import Guesses

    yield lock.put(WORDS, 15)
    lock.remove()
    Guesses.objects.all().delete()


def browser(**more: Any) -> Any:
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1", **more)


def unlock(client: Any, path: str = "/", words: str = WORDS, **more: str) -> Any:
    return client.post(path, {"_passphrase": words, "_was": "get", **more})


def test_without_a_passphrase_nothing_is_asked(client: Any) -> None:
    assert client.get("/").status_code == 200
    assert "psoas_open" not in client.cookies


def test_a_locked_page_shows_nothing_and_leads_back_to_itself(client: Any, data: Path) -> None:
    from psoas.web import lock

    person = begin(client, "Ada Zanzibar")
    lock.put(WORDS)
    try:
        for path in ("/", f"/p/{person}/", f"/p/{person}/data/psoas.json", "/learn/", "/body/", "/lock/"):
            answer = client.get(path)
            assert answer.status_code == 403 and "Zanzibar" not in answer.content.decode(), path
            assert f'action="{path}"' in answer.content.decode()
        answer = unlock(client, f"/p/{person}/?a=b")
        assert (answer.status_code, answer["Location"]) == (302, f"/p/{person}/?a=b")
        assert "Zanzibar" in client.get(f"/p/{person}/").content.decode()
        cookie = client.cookies["psoas_open"]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["max-age"]
        assert browser().get("/").status_code == 403  # one browser opened is not the other
    finally:
        lock.remove()


def test_what_was_sent_to_a_locked_page_goes_in_with_the_passphrase(client: Any, data: Path) -> None:
    from psoas.web import lock
    from psoas.web.models import Person

    person, path = begin(client), ""
    path = f"/p/{person}/data/"
    lock.put(WORDS)
    try:
        text = "Bea <script>alert(1)</script> 😀"
        answer = client.post(path, {"name": text, "country": "US"})
        assert answer.status_code == 403 and "not lost" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()
        carried = dict(answer.context["typed"])
        assert carried == {"name": text, "country": "US"}
        wrong = client.post(path, {**carried, "_was": "post", "_passphrase": "not the words"})
        assert wrong.status_code == 403 and dict(wrong.context["typed"]) == carried
        assert Person.objects.get(pk=person).country == "GB"
        right = client.post(path, {**carried, "_was": "post", "_passphrase": WORDS})
        assert (right.status_code, right["Location"]) == (302, path)
        kept = Person.objects.get(pk=person)
        assert (kept.name, kept.country) == (text, "US")
    finally:
        lock.remove()


def test_idle_browsers_are_asked_again_and_scripts_do_not_count_as_use(
    client: Any, locked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core import signing

    unlock(client)
    now = time.time()

    def at(minutes: float) -> None:
        monkeypatch.setattr(signing.time, "time", lambda: now + 60 * minutes)

    at(14)
    assert client.get("/learn/").status_code == 200  # used: counted from now
    at(28)
    assert client.get("/learn/", headers={"Psoas-Quiet": "1"}).status_code == 200
    at(30)
    assert client.get("/learn/").status_code == 403


def test_wrong_guesses_wait_longer_and_longer_and_only_where_they_were_made(client: Any, locked: Any) -> None:
    from django.utils import timezone

    from psoas.web.models import Guesses

    phone = browser(REMOTE_ADDR="192.168.1.7")
    for k in range(5):
        answer = unlock(phone, words=f"wrong words {k}")
        assert answer.status_code == 403
    assert answer.context["wait_s"] == 30
    assert unlock(phone).status_code == 403  # even the right one waits
    assert unlock(client).status_code == 302  # this machine does not
    waits = []
    for _ in range(7):
        Guesses.objects.update(until=timezone.now() - timedelta(seconds=1))
        waits.append(unlock(phone, words="wrong words").context["wait_s"])
    assert waits == [60, 120, 240, 480, 900, 900, 900]
    Guesses.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert unlock(phone).status_code == 302
    assert not Guesses.objects.filter(origin="elsewhere").exists()


def test_lock_now_closes_every_browser(client: Any, locked: Any) -> None:
    other = browser()
    for each in (client, other):
        unlock(each)
        assert each.get("/").status_code == 200
    assert client.post("/lock/", {"do": "close"})["Location"] == "/"
    for each in (client, other):
        assert each.get("/").status_code == 403


def test_set_change_and_remove_in_the_page(client: Any, data: Path) -> None:
    from psoas.web import lock

    posted = {"do": "set", "passphrase": WORDS, "again": WORDS, "minutes": "5"}
    try:
        assert client.post("/lock/", posted)["Location"] == "/lock/"
        kept = lock.current()
        assert kept is not None and kept.idle_min == 5 and WORDS not in kept.passphrase
        assert client.get("/lock/").status_code == 200  # whoever sets it is in
        new = {"do": "set", "passphrase": "a new one of words", "again": "a new one of words"}
        assert client.post("/lock/", new).status_code == 422
        assert client.post("/lock/", {**new, "current": "not this one"}).status_code == 422
        assert client.post("/lock/", {**new, "current": WORDS}).status_code == 302
        kept = lock.current()
        assert kept is not None and lock.fits(kept, "a new one of words") and kept.idle_min == 5
        assert client.post("/lock/", {"do": "remove"}).status_code == 422
        assert client.post("/lock/", {"do": "remove", "current": "a new one of words"}).status_code == 302
        assert lock.current() is None and browser().get("/").status_code == 200
        assert b"a new one of words" not in contents(data)
    finally:
        lock.remove()


@pytest.mark.parametrize(
    ("posted", "says"),
    [
        ({}, "Choose one"),
        ({"do": "explode"}, "Choose one"),
        ({"do": "remove"}, "Choose one"),  # there is none
        ({"do": "set"}, "at least 12"),
        ({"do": "set", "passphrase": "short"}, "at least 12"),
        ({"do": "set", "passphrase": "x" * 201}, "at most 200"),
        ({"do": "set", "passphrase": "a" * 20, "again": "a" * 20}, "different letters"),
        ({"do": "set", "passphrase": WORDS, "again": "other"}, "not the same"),
        ({"do": "set", "passphrase": WORDS, "again": WORDS, "minutes": "-1"}, "whole number"),
        ({"do": "set", "passphrase": WORDS, "again": WORDS, "minutes": "<b>"}, "whole number"),
        ({"do": "set", "passphrase": WORDS, "again": WORDS, "minutes": "9" * 9}, "whole number"),
    ],
)
def test_bad_input_is_told_and_sets_nothing(client: Any, posted: dict[str, str], says: str) -> None:
    from psoas.web import lock

    answer = client.post("/lock/", posted)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert WORDS not in answer.content.decode() and lock.current() is None


def test_the_unlocking_form_needs_its_token(client: Any, locked: Any) -> None:
    strict = browser(enforce_csrf_checks=True)
    assert unlock(strict)["Content-Type"].startswith("text/html")
    assert strict.get("/").status_code == 403 and "psoas_open" not in strict.cookies
    page = strict.get("/")
    token = page.context["csrf_token"]
    assert unlock(strict, csrfmiddlewaretoken=str(token)).status_code == 302
    assert strict.get("/").status_code == 200
