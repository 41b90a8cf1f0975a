"""One job after the other: taken from the table, done with a beat beside it, ended with what it gave."""

import importlib
import logging
import os
import threading
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from psoas.errors import UserError
from psoas.web.jobs import KINDS, Cancelled
from psoas.web.models.job import Job, State

BEAT_S = 1.0
DEAD_S = 10.0  # ten beats missed: whoever did this job does it no more
MOST_TRIES = 3
GRACE_S = 1.0  # for a cancelled job to end by itself, before its process is ended
ENDED_BY_CANCEL = 3

_log = logging.getLogger("django")


def take(name: str) -> Job | None:
    """The next job, marked as ours: the oldest that waits, or that a dead worker left; None without one."""
    now = timezone.now()
    left = Q(state=State.RUNNING, beat__lt=now - timedelta(seconds=DEAD_S))
    for found in Job.objects.filter(Q(state=State.WAITING) | left)[:20]:
        as_seen = Job.objects.filter(pk=found.pk, state=found.state, beat=found.beat)
        if found.cancel:
            as_seen.update(state=State.CANCELLED, ended=now)
        elif found.tries >= MOST_TRIES:
            _log.error("job %s (%s) ended its worker %d times", found.pk, found.kind, found.tries)
            as_seen.update(state=State.FAILED, ended=now)
        elif as_seen.update(state=State.RUNNING, worker=name, beat=now, part=0.0, tries=F("tries") + 1):
            return Job.objects.filter(pk=found.pk).first()
    return None


def perform(job: Job) -> None:
    """Do it, with a beat beside it; keep the result, the failure or the cancelling."""
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, state=State.RUNNING)

    def tell(part: float, says: str) -> None:
        if not mine.filter(cancel=False).update(part=min(max(part, 0.0), 1.0), says=says):
            raise Cancelled

    over = threading.Event()
    beats = threading.Thread(target=_beat, args=(job, over), daemon=True)
    beats.start()
    try:
        module, _colon, function = KINDS[job.kind].work.partition(":")
        found = getattr(importlib.import_module(module), function)(job.given, tell)
        _end(job, State.DONE, result=found, part=1.0, says="")
    except Cancelled:
        _end(job, State.CANCELLED)
    except UserError as error:
        _end(job, State.FAILED, says=f"{error.what}. {error.advice}"[:200])
    except Exception:  # the pages and the next job go on
        _log.exception("job %s (%s) failed", job.pk, job.kind)
        _end(job, State.FAILED, says="")
    finally:
        over.set()
        beats.join()


def _end(job: Job, state: str, **values: object) -> None:
    """Mark as ended, unless somebody else has taken it over, or it was deleted."""
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, state=State.RUNNING)
    mine.update(state=state, ended=timezone.now(), **values)


def _beat(job: Job, over: threading.Event) -> None:
    """Say each second that the job is being done. A cancelled one that does not end ends with its process."""
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, state=State.RUNNING)
    while not over.wait(BEAT_S):
        try:
            goes_on = mine.filter(cancel=False).update(beat=timezone.now())
        except DatabaseError:  # the next beat may get through
            connection.close()
            continue
        if not goes_on and not over.wait(GRACE_S):
            _end(job, State.CANCELLED)
            os._exit(ENDED_BY_CANCEL)
    connection.close()
