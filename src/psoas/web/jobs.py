"""Ask for work that takes longer than a page may. The worker does it; the table of jobs is the queue.

    job = ask("walk")                        # now, for everybody
    job = ask("what_if", {"strength": 0.5}, person)
    job.state, job.part, job.result          # waiting, running, done, failed or cancelled; 0 to 1; JSON

A kind of work is a line in `KINDS`: a function `work(given, tell)` that returns JSON. It calls
`tell(part, says)` now and then, which ends it (`Cancelled`) where somebody cancelled it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from psoas import __version__
from psoas.web.models.job import OPEN, Job, State
from psoas.web.models.person import Person

Tell = Callable[[float, str], None]
Work = Callable[[Mapping[str, Any], Tell], Any]


class Cancelled(Exception):
    """Somebody cancelled the job, or deleted the person whose it was."""


@dataclass(frozen=True, slots=True)
class Kind:
    """work: `module:function`, imported by the worker alone. then: name of the page that shows the result."""

    title: str | Promise
    work: str
    then: str


KINDS: dict[str, Kind] = {
    "walk": Kind(gettext_lazy("The picture of a step"), "psoas.web.presenters.walk:compute", "answer"),
    "adapted": Kind(gettext_lazy("The walk adapted"), "psoas.web.presenters.adapted:compute", "body"),
}


def ask(
    kind: str, given: Mapping[str, Any] | None = None, person: Person | None = None, *, again: bool = False
) -> Job:
    """The job for this work: the latest one there is, in whatever state, else a new one.

    again: a new one also where the latest failed or was cancelled.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of work: {kind}")
    key = _key(kind, given or {}, person)
    found = latest(key)
    if found is not None and not (again and found.state in (State.FAILED, State.CANCELLED)):
        return found
    try:
        with transaction.atomic():
            return Job.objects.create(person=person, kind=kind, given=dict(given or {}), key=key)
    except IntegrityError:  # another request asked for the same in this moment
        return Job.objects.get(key=key, state__in=OPEN)


def result(kind: str, given: Mapping[str, Any] | None = None, person: Person | None = None) -> Any:
    """What the work gave, or None while it has not been done."""
    found = latest_of(kind, given, person)
    return found.result if found is not None and found.state == State.DONE else None


def latest_of(kind: str, given: Mapping[str, Any] | None = None, person: Person | None = None) -> Job | None:
    """The latest job for this work, in whatever state; None where nobody has asked for it."""
    return latest(_key(kind, given or {}, person))


def latest(key: str) -> Job | None:
    """The latest job of a key."""
    return Job.objects.filter(key=key).order_by("-id").first()


def cancel(job: Job) -> None:
    """Cancel: at once where nobody has begun, else within two seconds."""
    begun = Job.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel=True)
    if not begun:
        Job.objects.filter(pk=job.pk, state=State.WAITING).update(
            state=State.CANCELLED, ended=timezone.now(), cancel=True
        )


def _key(kind: str, given: Mapping[str, Any], person: Person | None) -> str:
    text = json.dumps([kind, given, person.pk if person else None, __version__], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
