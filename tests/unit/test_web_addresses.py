"""Every address with a person in it answers 404 for another browser's person; told from the addresses."""

from collections.abc import Iterator
from typing import Any

import pytest

from filled import DESK, begin, fill

django = pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

# A value that exists for every further part of an address. A new part needs a line here.
UID = "6c6d0a8e-3b0e-5c55-9b5e-0d9b1f1f0a11"
PARTS = {"place": 1, "sheet": "knee", "name": "sitting", "item": "reverse-plank", "uid": UID}
PARTS |= {"exercise": "st_bridge", "step": "pain"}
SHEETS = {"examined": "step"}  # `sheet` means another thing there


def addresses() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and further parts of every address that takes a person's id."""
    from psoas.web.urls import urlpatterns

    for pattern in urlpatterns:
        parts = pattern.pattern.converters
        if "id" in parts:
            yield str(pattern.name), {name: None for name in parts if name != "id"}


@pytest.fixture
def own(client: Any) -> tuple[str, int]:
    """A person with an open way, an answered question (its uid is UID), and a job of theirs."""
    from psoas.web.models import Job, Person

    person = begin(client)
    fill(client, person, DESK)
    client.post(f"/p/{person}/where/", {"region": ["KNEE_ANT_PATELLA_R"], "side": "r"})
    client.post(f"/p/{person}/learn/quiz/reverse-plank/", {"uid": UID, "answer": "0"})
    job = Job.objects.create(person=Person.objects.get(pk=person), kind="walk", key=person)
    return person, job.pk


def kept() -> list[list[dict[str, Any]]]:
    """Every row of every table."""
    from django.apps import apps

    return [list(table.objects.order_by("pk").values()) for table in apps.get_app_config("web").get_models()]


def test_another_browsers_person_is_404_at_every_address(client: Any, own: tuple[str, int]) -> None:
    from django.test import Client
    from django.urls import reverse

    person, job = own
    stranger = Client(HTTP_HOST="127.0.0.1")
    begin(stranger, "Eve")
    nobody = Client(HTTP_HOST="127.0.0.1")
    before, tried = kept(), 0
    for name, parts in addresses():
        filled = {part: PARTS.get(part, job if part == "job" else None) for part in parts}
        assert None not in filled.values(), f"give {name} an example of {filled} in PARTS"
        if name in SHEETS:
            filled["sheet"] = SHEETS[name]
        path = reverse(name, kwargs={"id": person, **filled})
        answers = set()
        for method in ("get", "head", "post"):
            for who in (stranger, nobody):
                code = getattr(who, method)(path, {"sure": "yes", "cancel": "1"}).status_code
                answers.add(code)
                if code == 405:  # refused before it is known whose it is: then the owner is refused too
                    assert getattr(client, method)(path).status_code == 405, path
        assert 404 in answers and answers <= {404, 405}, (path, answers)
        # The 404 is about the person: their own browser gets an answer there.
        assert client.get(path).status_code in (200, 302, 405), path
        tried += 1
    assert tried >= 15
    assert kept() == before
