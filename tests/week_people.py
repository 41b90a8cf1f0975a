"""People in the middle of a week, for the tests of its pages. The clock stands where a test sets it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filled import begin, check_in, start_week, to_the_plan

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock(data: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    from psoas.web import clock as real

    stopped = Clock()
    monkeypatch.setattr(real, "now", stopped)
    return stopped


@pytest.fixture(scope="module")
def walked(data: Path) -> str:
    """Somebody who came to the plan over the pages, once; the others have the same rows."""
    from django.test import Client

    return to_the_plan(Client(HTTP_HOST="127.0.0.1"))


@pytest.fixture
def planned(client: Any, walked: str, clock: Clock) -> str:
    """Somebody of this browser, at UTC, who has come to the plan."""
    client.cookies["psoas_offset"] = "0"
    person = begin(client)
    copy("screens", walked, person)
    copy("told", walked, person)
    return person


@pytest.fixture
def person(client: Any, planned: str) -> str:
    """Somebody whose plan began on Monday."""
    start_week(client, planned)
    return planned


def copy(rows: str, source: str, target: str) -> None:
    from psoas.web.models import Person

    for row in getattr(Person.objects.get(pk=source), rows).all():
        row.pk, row.person_id = None, target
        row.save(force_insert=True)


def again(client: Any, person: str, walked: str, **given: Any) -> Any:
    """A check-in in which every safety question is answered as at first."""
    client.post(f"/p/{person}/check-in/", {})
    copy("screens", walked, person)
    return check_in(client, person, **given)


def entries(person: str, kind: str | None = None) -> list[Any]:
    from psoas.web.models import Entry

    found = Entry.objects.filter(person=person).order_by("id")
    return list(found if kind is None else found.filter(kind=kind))


def log(client: Any, person: str, exercise: str = "st_bridge", **posted: str) -> Any:
    return client.post(f"/p/{person}/week/{exercise}/", {"how": "done", **posted})


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
