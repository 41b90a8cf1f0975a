"""Work in the background: done once, told how far it is, cancelled, taken from a dead worker, deleted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from filled import begin

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

WORKER = """
import django, sys
django.setup()
from psoas.web import jobs, work, worker
work.DEAD_S, work.BEAT_S, work.GRACE_S, worker.IDLE_S = 1.0, 0.1, float(sys.argv[1]), 0.05
for name in ("quick", "listens", "deaf"):
    jobs.KINDS["test_" + name] = jobs.Kind(name, "test_web_jobs:" + name, "hub")
sys.exit(worker.main())
"""


def quick(given: Any, tell: Any) -> dict[str, int]:
    tell(0.5, "half")
    return {"twice": 2 * given["number"]}


def listens(given: Any, tell: Any) -> None:
    for k in range(600):
        tell(k / 600, "step")
        time.sleep(0.05)


def deaf(given: Any, tell: Any) -> None:
    time.sleep(60)


def wrong(given: Any, tell: Any) -> None:
    from psoas.errors import InputError

    raise InputError("this cannot be", "here", "Do it otherwise.")


def broken(given: Any, tell: Any) -> None:
    raise ZeroDivisionError


@pytest.fixture
def kinds(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from psoas.web import jobs
    from psoas.web.models import Job

    for work in (quick, listens, deaf, wrong, broken):
        name = f"test_{work.__name__}"
        monkeypatch.setitem(jobs.KINDS, name, jobs.Kind(name, f"test_web_jobs:{work.__name__}", "hub"))
    Job.objects.all().delete()
    yield
    Job.objects.all().delete()


@pytest.fixture
def worker(kinds: None) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts workers in processes of their own, which know the kinds of this file."""
    started: list[subprocess.Popen[bytes]] = []

    def start(grace_s: float = 20.0) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(grace_s)],
                stdin=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": paths},
            )
        )
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()
        assert each.stdin is not None
        each.stdin.close()


def until(true: Callable[[], bool], limit_s: float = 40.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def done_here(job: Any) -> Any:
    """The job after this process has taken and performed it."""
    from psoas.web.work import perform, take

    taken = take("here")
    assert taken is not None and taken.pk == job.pk
    perform(taken)
    job.refresh_from_db()
    return job


def test_work_is_done_once_and_its_result_kept(kinds: None) -> None:
    from psoas.web import jobs
    from psoas.web.work import take

    job = jobs.ask("test_quick", {"number": 21})
    assert jobs.ask("test_quick", {"number": 21}).pk == job.pk  # equal work is one job
    assert jobs.result("test_quick", {"number": 21}) is None
    done_here(job)
    assert (job.state, job.part, job.result) == ("done", 1.0, {"twice": 42})
    assert jobs.result("test_quick", {"number": 21}) == {"twice": 42}
    assert take("here") is None
    assert jobs.ask("test_quick", {"number": 22}).pk != job.pk
    with pytest.raises(ValueError, match="no such kind"):
        jobs.ask("nothing")


def test_a_failure_is_kept_in_words_and_only_tried_again_when_asked(kinds: None, caplog: Any) -> None:
    from psoas.web import jobs

    job = done_here(jobs.ask("test_wrong"))
    assert (job.state, job.says) == ("failed", "this cannot be. Do it otherwise.")
    assert jobs.ask("test_wrong").pk == job.pk
    assert jobs.ask("test_wrong", again=True).pk != job.pk
    jobs.Job.objects.all().delete()
    assert done_here(jobs.ask("test_broken")).state == "failed"


def test_the_oldest_is_taken_first_and_by_one_worker_only(kinds: None) -> None:
    from psoas.web import jobs
    from psoas.web.work import take

    first, second = (jobs.ask("test_quick", {"number": n}).pk for n in (1, 2))
    taken = [take(name) for name in ("a", "b", "c")]
    assert [each.pk if each else None for each in taken] == [first, second, None]


def test_what_ended_its_worker_three_times_has_failed(kinds: None) -> None:
    from django.utils import timezone

    from psoas.web import jobs
    from psoas.web.work import take

    job = jobs.ask("test_quick", {"number": 1})
    for k in range(4):
        taken = take(f"worker {k}")
        assert (taken is not None) == (k < 3)
        jobs.Job.objects.filter(state="running").update(beat=timezone.now() - timedelta(seconds=11))
    job.refresh_from_db()
    assert (job.state, job.tries) == ("failed", 3)


def test_the_job_of_a_killed_worker_is_taken_again(worker: Any) -> None:
    from psoas.web import jobs

    job = jobs.ask("test_listens")
    killed = worker()
    until(lambda: jobs.Job.objects.get(pk=job.pk).part > 0)
    killed.send_signal(signal.SIGKILL)
    by = jobs.Job.objects.get(pk=job.pk).worker
    worker()
    until(lambda: jobs.Job.objects.get(pk=job.pk).worker not in ("", by))
    assert jobs.Job.objects.get(pk=job.pk).tries == 2
    jobs.cancel(job)  # this one listens, so its worker goes on with the next
    until(lambda: not jobs.Job.objects.get(pk=job.pk).open)
    assert jobs.Job.objects.get(pk=job.pk).state == "cancelled"
    next_one = jobs.ask("test_quick", {"number": 4})
    until(lambda: jobs.Job.objects.get(pk=next_one.pk).state == "done")


def test_cancelling_ends_even_work_that_does_not_listen(worker: Any) -> None:
    from psoas.web import jobs
    from psoas.web.work import ENDED_BY_CANCEL

    job, process = jobs.ask("test_deaf"), worker(0.3)
    until(lambda: jobs.Job.objects.get(pk=job.pk).state == "running")
    jobs.cancel(job)
    assert process.wait(20) == ENDED_BY_CANCEL
    assert jobs.Job.objects.get(pk=job.pk).state == "cancelled"


def test_a_worker_ends_with_the_process_that_started_it(worker: Any) -> None:
    from psoas.web import jobs

    job, process = jobs.ask("test_deaf"), worker()
    until(lambda: jobs.Job.objects.get(pk=job.pk).state == "running")
    process.stdin.close()
    assert process.wait(20) == 0


def test_the_page_of_a_job_shows_how_far_it_is_and_cancels(client: Any, kinds: None) -> None:
    from django.test import Client

    from psoas.web import jobs
    from psoas.web.models import Person

    person = begin(client)
    job = jobs.ask("test_listens", {}, Person.objects.get(pk=person))
    shared = jobs.ask("test_listens")
    path = f"/p/{person}/work/{job.pk}/"
    assert "Waiting for its turn" in client.get(path).content.decode()
    jobs.Job.objects.filter(pk=job.pk).update(state="running", part=0.42, says="Drawing the bodies")
    text = client.get(path).content.decode()
    assert "42 % done" in text and "Drawing the bodies" in text and "<progress" in text
    stranger = Client(HTTP_HOST="127.0.0.1")
    begin(stranger, "Eve")
    assert stranger.get(path).status_code == stranger.post(path, {"cancel": 1}).status_code == 404
    assert client.post(f"/p/{person}/work/{shared.pk}/", {"cancel": 1}).status_code == 404  # not theirs alone
    assert client.post(path, {"cancel": 1})["Location"] == path
    assert "Being cancelled" in client.get(path).content.decode()
    jobs.Job.objects.filter(pk=job.pk).update(state="cancelled")
    assert "Try again" in client.get(path).content.decode()
    assert client.post(path, {"again": 1})["Location"] != path
    jobs.Job.objects.filter(pk=job.pk).update(state="done")
    assert "Show it" in client.get(path).content.decode()


def test_a_job_is_exported_and_deleted_with_its_person(client: Any, kinds: None) -> None:
    from psoas.web import jobs
    from psoas.web.models import Person

    person = begin(client)
    job = done_here(jobs.ask("test_quick", {"number": 3}, Person.objects.get(pk=person)))
    exported = client.get(f"/p/{person}/data/psoas.json").json()["computed"]
    assert [(each["kind"], each["given"], each["result"]) for each in exported] == [
        ("test_quick", {"number": 3}, {"twice": 6})
    ]
    client.post(f"/p/{person}/data/delete/", {"sure": "yes"})
    assert not jobs.Job.objects.filter(pk=job.pk).exists()


def test_a_job_deleted_while_it_runs_leaves_nothing(client: Any, kinds: None) -> None:
    from psoas.web import jobs
    from psoas.web.models import Person
    from psoas.web.work import perform, take

    person = begin(client)
    job = jobs.ask("test_quick", {"number": 3}, Person.objects.get(pk=person))
    taken = take("here")
    client.post(f"/p/{person}/data/delete/", {"sure": "yes"})
    assert taken is not None
    perform(taken)
    assert not jobs.Job.objects.filter(pk=job.pk).exists()
