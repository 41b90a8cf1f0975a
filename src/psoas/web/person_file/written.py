"""From what is kept of a person to the file."""

import json

import msgspec

from psoas import __version__
from psoas.clinic.case import as_record
from psoas.web.models import Person
from psoas.web.person_file.shape import Note, PersonFile, SafetyScreen, Telling, Who
from psoas.web.presenters.page import shelf
from psoas.web.presenters.story import decided


def written(person: Person) -> bytes:
    """Everything that is kept of this person, and what was decided from it, as indented JSON."""
    whole = PersonFile(
        psoas=__version__,
        knowledge=shelf().knowledge.hash,
        person=Who(person.name, person.country, person.began, person.is_example),
        safety=[
            SafetyScreen(each.screen, each.values, each.not_sure, each.at)
            for each in person.screens.order_by("place")
        ],
        told={each.key: Telling(each.value, each.at) for each in person.told.all()},
        journal=[
            Note(each.uid, each.kind, each.at, each.received, each.value)
            for each in person.entries.order_by("id")
        ],
        computed=[
            {
                "kind": each.kind,
                "given": each.given,
                "state": each.state,
                "result": each.result,
                "at": each.asked.isoformat(),
            }
            for each in person.jobs.all()
        ],
        decided=as_record(*decided(person)),
    )
    return json.dumps(msgspec.to_builtins(whole), indent=1, ensure_ascii=False).encode("utf-8")
