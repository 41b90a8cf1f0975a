"""Writing into the journal: what was posted counts once, however often and however late it is sent."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest
from django.utils.translation import gettext as _

from psoas.errors import InputError
from psoas.web import clock
from psoas.web.models import Entry, Person

CLOCK_AHEAD = timedelta(hours=1)  # a device's clock may be wrong by so much
LONGEST_KEPT = timedelta(days=60)  # on a device without the server


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which form this is, when it was filled in (UTC), and the local day of that moment."""

    uid: str
    at: datetime
    day: date


def today(request: HttpRequest) -> date:
    """The local day of whoever asks."""
    return clock.local_day(clock.now(), clock.offset_of(request.COOKIES.get(clock.OFFSET_COOKIE)))


def new_uid() -> str:
    """For a form that is about to be shown."""
    return str(uuid4())


def is_uid(words: str) -> bool:
    """Whether it can be the uid of an entry."""
    try:
        return str(UUID(words)) == words
    except ValueError:
        return False


def stamp(request: HttpRequest) -> Stamp:
    """What the form says of itself; without scripts this machine's clock counts. Raises `InputError`."""
    posted = request.POST
    try:
        uid = str(UUID(posted["uid"])) if posted.get("uid") else new_uid()
    except ValueError:
        raise InputError(
            _("This page is out of date"), "uid", _("Look at what you chose, and send it again.")
        ) from None
    offset = clock.offset_of(posted.get("offset"))
    if offset is None:
        offset = clock.offset_of(request.COOKIES.get(clock.OFFSET_COOKIE))
    at = _moment(posted.get("at", ""))
    return Stamp(uid, at, clock.local_day(at, offset))


def _moment(words: str) -> datetime:
    now = clock.now()
    if not words:
        return now
    try:
        at = datetime.fromisoformat(words[:40])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(_("The time of this page cannot be read"), "at", _("Load the page again."))
    at = at.astimezone(UTC)
    if at > now + CLOCK_AHEAD:
        raise InputError(
            _("The clock of this device is ahead: that time has not come yet"),
            "at",
            _("Set the clock, then send it again."),
        )
    if at < now - LONGEST_KEPT:
        raise InputError(_("That is more than two months ago"), "at", _("It is not kept any more."))
    return min(at, now)


def note(person: Person, uid: str, kind: str, at: datetime, value: dict[str, Any]) -> Entry:
    """Keep it, once. The same form with other answers (the back button) is a correction: one more entry."""
    kept, made = _kept(person, uid, kind, at, value)
    if not made and (kept.kind, kept.value) != (kind, value):
        words = json.dumps([kind, value], sort_keys=True)
        kept, _made = _kept(person, str(uuid5(UUID(uid), words)), kind, at, value)
    return kept


def note_once(person: Person, stamped: Stamp, kind: str, value: dict[str, Any]) -> Entry:
    """Keep it with its day, once. The same form with other answers changes nothing: the first ones stand."""
    return _kept(person, stamped.uid, kind, stamped.at, value | {"day": stamped.day.isoformat()})[0]


def _kept(person: Person, uid: str, kind: str, at: datetime, value: dict[str, Any]) -> tuple[Entry, bool]:
    found: tuple[Entry, bool] = Entry.objects.get_or_create(
        person=person, uid=uid, defaults={"kind": kind, "at": at, "value": value}
    )
    return found


def notes_of(person: Person) -> list[Entry]:
    """The journal in the order in which it was kept."""
    return list(person.entries.order_by("id"))


def chosen_day(words: str, stamped: Stamp) -> date:
    """The day that a log is for: the one of the form's own moment unless another is chosen."""
    if not words:
        return stamped.day
    try:
        day = date.fromisoformat(words[:10])
    except ValueError:
        day = None
    if day is None or len(words) != 10:
        raise InputError(_("That is not a day"), "day", _("Choose one from the list."))
    if day > stamped.day:
        raise InputError(_("That day has not come yet"), "day", _("Choose today or a day before."))
    if day < stamped.day - LONGEST_KEPT:
        raise InputError(_("That is more than two months ago"), "day", _("It is not kept any more."))
    return day
