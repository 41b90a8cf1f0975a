"""The example person: whole, said to be one on every page, and gone in one press."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from filled import begin
from site_pages import PAGES

pytestmark = pytest.mark.xdist_group("web")


def show(client: Any) -> str:
    answer = client.post("/example/")
    assert answer.status_code == 302 and answer["Location"].endswith("/answer/")
    return str(answer["Location"].split("/")[2])


def test_the_example_is_whole_and_says_so_on_every_page(client: Any) -> None:
    person = show(client)
    for addresses in PAGES.values():
        for address in (each for each in addresses if "{id}" in each):
            page = client.get(address.format(id=person), follow=True)
            text = page.content.decode()
            assert page.status_code == 200 and text.count("An example, not you.") == 1, address
            assert "Remove the example" in text
    assert client.get(f"/p/{person}/plan/").status_code == 200  # nothing is left to ask
    own = begin(client, "Ada")
    assert "An example, not you." not in client.get(f"/p/{own}/").content.decode()
    assert "An example, not you." not in client.get("/").content.decode()


def test_the_pages_decide_as_the_terminal_does(client: Any, reasoning: Any) -> None:
    import tomllib
    from importlib.resources import files

    from psoas.clinic.case import cases_of, decide
    from psoas.web.models import Person
    from psoas.web.presenters.story import decided

    table = tomllib.loads((files("psoas") / "example_person.toml").read_text(encoding="utf-8"))
    (case,) = cases_of(table, reasoning, "example_person.toml")
    told = decide(case, reasoning)
    _case, shown = decided(Person.objects.get(pk=show(client)))
    assert shown.triage.level == told.triage.level == "SELF_CARE"
    assert shown.assessment.leading == told.assessment.leading == "pfp"
    assert shown.assessment.role == told.assessment.role == "likely_contributor"


def test_a_second_press_shows_the_same_and_one_press_removes_it(client: Any) -> None:
    from psoas.web.models import Person, Screen, Told

    person = show(client)
    assert show(client) == person
    page = client.get(f"/p/{person}/").content.decode()
    form = re.search(r'<form class="example".*?</form>', page, re.DOTALL)
    assert form is not None and f'action="/p/{person}/data/delete/"' in form[0]
    sent = dict(re.findall(r'name="(sure)" value="(\w+)"', form[0]))
    assert client.post(f"/p/{person}/data/delete/", sent)["Location"] == "/"
    assert not Person.objects.filter(pk=person).exists()
    assert not Screen.objects.filter(person_id=person).exists()
    assert not Told.objects.filter(person_id=person).exists()
    assert client.get(f"/p/{person}/").status_code == 404


def test_the_example_is_only_shown_when_asked_for(client: Any) -> None:
    assert client.get("/example/").status_code == 405
    from django.test import Client

    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post("/example/").status_code == 403


def test_an_example_of_before_is_still_one(tmp_path: Path) -> None:
    """A database from when it was kept among what was told."""
    told = f"""
import django, os, sys
os.environ.update(DJANGO_SETTINGS_MODULE="psoas.web.settings", PSOAS_DATA={str(tmp_path)!r})
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", "web", "0004", verbosity=0)
with connection.cursor() as cursor:
    for name in ("a", "b"):
        cursor.execute(f"INSERT INTO web_person VALUES ('{{name}}', '', '', '2026-01-01')")
    cursor.execute("INSERT INTO web_told VALUES (1, 'example', 'true', '2026-01-01', 'a')")
    cursor.execute("INSERT INTO web_told VALUES (2, 'side', '\\"r\\"', '2026-01-01', 'a')")
call_command("migrate", verbosity=0)
from psoas.web.models import Person, Told
print([each.is_example for each in Person.objects.order_by("id")], [each.key for each in Told.objects.all()])
"""
    said = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[True, False] ['side']"
