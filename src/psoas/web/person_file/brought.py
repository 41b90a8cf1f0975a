"""From a file back to a person.

It is checked twice. What is not such a file, or is damaged, is refused whole. What today's questions do not
know any more, or would not take, is left out: it is unknown then, and asked again. Nothing that the file says
was decided counts; everything is decided anew.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from psoas.clinic.answers import contradictions
from psoas.clinic.assessment import EXCLUDE_EACH_OTHER
from psoas.clinic.interview import Interview, answered, back, result
from psoas.clinic.learning import mark
from psoas.clinic.measured_tests import findings_from
from psoas.clinic.progress import review
from psoas.errors import InputError
from psoas.web import clock
from psoas.web.models import Entry, Person, Screen, Told
from psoas.web.person_file.shape import VALUES, Note, PersonFile, Quiz, SafetyScreen
from psoas.web.presenters import body_map
from psoas.web.presenters.check_in import KEPT
from psoas.web.presenters.journal import run_of
from psoas.web.presenters.learning import question
from psoas.web.presenters.page import shelf
from psoas.web.presenters.safety import countries
from psoas.web.presenters.sheets import EXAMINED, STEP, STORY
from psoas.web.presenters.story import triage_of

MOST_BYTES = 4_000_000  # many years of a journal
SINCE = date(2020, 1, 1)  # nothing can have been kept before there was a first edition
A_DAY = timedelta(days=1)  # a device east of Greenwich is ahead of UTC
SHEETS = (*STORY, STEP, *EXAMINED)
SCREENS = {f"screen.{sheet.id}" for sheet in SHEETS} | {"screen.time"}
FINDINGS = {name for sheet in SHEETS for name in sheet.asks}


@dataclass(frozen=True, slots=True)
class Brought:
    """The new person on this computer, and how many of their answers do not fit today's questions."""

    person: Person
    left_out: int


def read(content: bytes) -> PersonFile:
    """The file as it stands. Raises `InputError` where it is none, or where it is damaged."""
    if not content:
        raise InputError(_("This file is empty"), "", _download_again())
    if len(content) > MOST_BYTES:
        raise InputError(_("This file is too large for one that psoas wrote"), "", choose_psoas_json())
    try:
        plain = msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise InputError(_("This is not a file that psoas wrote"), "", choose_psoas_json()) from None
    if not isinstance(plain, dict) or "psoas" not in plain or "journal" not in plain:
        raise InputError(_("This is not a file that psoas wrote"), "", choose_psoas_json())
    try:
        whole = msgspec.convert(plain, PersonFile)
        for note in whole.journal:
            note.value = msgspec.convert(note.value, VALUES[note.kind])
    except (msgspec.ValidationError, OverflowError) as wrong:
        raise _damaged(str(wrong)) from None
    if b"\\u0000" in content:  # no database keeps it, and nobody can have typed it
        raise _damaged("\\u0000")
    return whole


def brought(whole: PersonFile) -> Brought:
    """A new person with everything that the file says. Raises `InputError`; nothing is kept then."""
    with transaction.atomic():
        known = {code for code, _name in countries()}
        country = whole.person.country if whole.person.country in known else ""
        person = Person.objects.create(
            name=whole.person.name, country=country, is_example=whole.person.is_example
        )
        Person.objects.filter(pk=person.pk).update(began=_past(whole.person.began))
        left_out = _safety(person, whole.safety) + _told(person, whole) + _journal(person, whole.journal)
        run = run_of(person.entries.order_by("id"))
        if run is not None:  # as strict as a check-in of today
            review(run.check_ins, triage_of(person), shelf().measures)
    return Brought(person, left_out)


def _safety(person: Person, steps: list[SafetyScreen]) -> int:
    """Keep the screens that today's questions take; returns how many answers they do not."""
    knowledge, interview, taken = shelf().knowledge, Interview(), []
    for step in steps:
        after = _taken(interview, step)
        if after is not None:
            interview = after
            taken.append(step)
    while contradictions(interview.answers, knowledge) and result(interview, knowledge).level != "EMERGENCY":
        interview = back(interview)
        taken.pop()
    for place, (kept_step, sent) in enumerate(zip(interview.steps, taken, strict=True), 1):
        kept = Screen.objects.create(
            person=person,
            place=place,
            screen=kept_step.screen,
            values=dict(kept_step.values),
            not_sure=sorted(kept_step.not_sure),
        )
        Screen.objects.filter(pk=kept.pk).update(at=_past(sent.at))  # weeks count from when it was said
    return sum(len(each.values) + len(each.not_sure) for each in steps if each not in taken)


def _taken(interview: Interview, step: SafetyScreen) -> Interview | None:
    """The interview with this screen, or None where its questions would not take these answers."""
    knowledge, before = shelf().knowledge, interview.answers
    whole = next((each for each in knowledge.screens if each.id == step.screen), None)
    asked = (*step.values, *step.not_sure)
    answered_before = before.not_sure.union(before.values)
    if whole is None or not asked or len(set(asked)) < len(asked) or answered_before & set(asked):
        return None
    if not set(asked) <= set(whole.questions):
        return None
    try:
        return answered(interview, replace(whole, questions=asked), knowledge, step.values, step.not_sure)
    except InputError:
        return None


def _told(person: Person, whole: PersonFile) -> int:
    """Keep what fits; returns how many do not. A check-in that was under way begins again."""
    told = {key: each for key, each in whole.told.items() if not key.startswith(KEPT)}
    fits = {key: each for key, each in told.items() if _fits(key, each.value)}
    for pair in EXCLUDE_EACH_OTHER:
        both = [f"finding.{name}" for name in pair]
        if all(key in fits and fits[key].value for key in both):
            for key in both:
                del fits[key]
    for key, each in fits.items():
        kept = Told.objects.create(person=person, key=key, value=each.value)
        Told.objects.filter(pk=kept.pk).update(at=_past(each.at))
    return len(told) - len(fits)


def _fits(key: str, value: Any) -> bool:
    """Whether the page that asks for this today would take this answer."""
    kind, _dot, name = key.partition(".")
    if kind == "finding":
        return name in FINDINGS and (value is None or isinstance(value, bool))
    if kind == "circumstance" and name in shelf().circumstances:
        asked = shelf().circumstances[name]
        if asked["type"] == "bool":
            return value is None or isinstance(value, bool)
        return type(value) is int and asked["least"] <= value <= asked["most"]
    if kind == "reading":
        try:
            findings_from({name: value}, shelf().norms, "both", key)
        except InputError:
            return False
        return True
    if key == "drawing":
        known = body_map.names()
        return isinstance(value, list) and bool(value) and all(each in known for each in value)
    if key == "side":
        return value in ("r", "l", "both")
    return key in SCREENS and value is True


def _journal(person: Person, notes: list[Note]) -> int:
    """Keep the entries in their order, each uid once; returns how many answers the quiz does not know."""
    entries: dict[str, Entry] = {}
    left_out = 0
    for note in notes:
        value = _marked(note.value) if isinstance(note.value, Quiz) else note.value
        if value is None:
            left_out += 1
            continue
        for day in (getattr(value, name, None) for name in ("on", "day")):
            if day is not None and not SINCE <= day <= clock.now().date() + A_DAY:
                raise _damaged(f"{note.uid}: {day}")
        entries.setdefault(
            str(note.uid),
            Entry(
                person=person,
                uid=str(note.uid),
                kind=note.kind,
                at=_past(note.at),
                value=msgspec.to_builtins(value),
            ),
        )
    Entry.objects.bulk_create(entries.values(), batch_size=200)
    for note in notes:
        if str(note.uid) in entries:
            entries[str(note.uid)].received = _past(note.received)
    Entry.objects.bulk_update(entries.values(), ["received"], batch_size=200)
    return left_out


def _marked(told: Quiz) -> Quiz | None:
    """The answer with what is right today; None for a question or an answer that is not there any more."""
    asked = question(told.item)
    if asked is None:
        return None
    try:
        return msgspec.structs.replace(told, right=mark(asked, told.answer).right)
    except InputError:
        return None


def _past(at: datetime) -> datetime:
    """The moment, in UTC; one that has not come yet is now. Raises `InputError`."""
    now = clock.now()
    if not SINCE.year <= at.year <= now.year + 1:
        raise _damaged(at.isoformat())
    return min(at.astimezone(UTC), now)


def _damaged(where: str) -> InputError:
    return InputError(_("This file is damaged (%(where)s)") % {"where": where[:160]}, "", _download_again())


def _download_again() -> str:
    return _("Download it again where you used psoas before: My data, Download psoas.json.")


def choose_psoas_json() -> str:
    """What to do where the file is not one of ours."""
    return _("Choose the file psoas.json that you downloaded under My data.")
