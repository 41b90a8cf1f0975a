"""Trouble for real: the server killed while it saves, a database locked, read-only or full; no way out."""

import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from filled import begin, contents
from served import Browser, hidden, rows, serving

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

DEEP = bool(os.environ.get("PSOAS_DEEP"))
SAVES, KILLS, AT_ONCE = (4000, 60, 8) if DEEP else (240, 4, 4)
FULL_BYTES = 700_000


def test_no_confirmed_answer_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """Several people answer at once; again and again the server is killed in the middle and started anew."""
    confirmed: dict[str, list[str]] = {}
    sent: dict[str, set[str]] = {}
    done, kills, lock = 0, 0, threading.Lock()
    next_kill = [SAVES * (k + 1) // (KILLS + 1) + random.randrange(5) for k in range(KILLS)]
    alive = threading.Event()
    over = threading.Event()
    port = 0

    def person(browser: Browser, id: str) -> None:
        nonlocal done
        while not over.is_set():
            alive.wait(60)
            name = uuid4().hex
            sent[id].add(name)
            try:
                status, _location, _text = browser.ask(f"/p/{id}/data/", {"name": name, "country": "GB"})
            except OSError:  # killed: nothing was confirmed
                time.sleep(0.02)
                continue
            assert status == 302, status
            with lock:
                confirmed[id].append(name)
                done += 1

    def journal(browser: Browser, id: str) -> None:
        nonlocal done
        _status, _location, page = browser.ask(f"/p/{id}/learn/quiz/")
        found = re.search(r'href="(/p/[^"]+/learn/quiz/[^"/]+/)"', page)
        assert found is not None
        item, answer = found.group(1), {}
        text = browser.ask(item)[2]
        choice = re.search(r'name="answer" value="([^"]+)"', text)
        assert choice is not None, "the first question is one with a choice"
        answer = {"answer": choice.group(1)}
        while not over.is_set():
            alive.wait(60)
            uid = str(uuid4())
            sent[id].add(uid)
            try:
                status, _location, _text = browser.ask(item, answer | {"uid": uid})
            except OSError:
                time.sleep(0.02)
                continue
            assert status == 302, status
            with lock:
                confirmed[id].append(uid)
                done += 1

    people: list[threading.Thread] = []
    wrong: list[str] = []

    def guarded(work: Any, browser: Browser, id: str) -> None:
        try:
            work(browser, id)
        except BaseException as error:
            wrong.append(repr(error))

    while done < SAVES and not wrong:
        with serving(tmp_path, port=port) as (server, bound):
            port = bound
            if not people:
                for k in range(AT_ONCE):
                    browser = Browser(port)
                    id = browser.begin()
                    confirmed[id], sent[id] = [], set()
                    work = (person, journal)[k % 2]
                    people.append(threading.Thread(target=guarded, args=(work, browser, id)))
                for each in people:
                    each.start()
            alive.set()
            until = next_kill[kills] if kills < KILLS else SAVES
            end = time.monotonic() + 300
            while done < until and not wrong:
                assert time.monotonic() < end
                time.sleep(0.005)
            if kills < KILLS:
                kills += 1
            else:
                over.set()
            alive.clear()
            server.send_signal(signal.SIGKILL)
            server.wait()
    over.set()
    alive.set()
    for each in people:
        each.join()
    assert not wrong and kills == KILLS and done >= SAVES
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    names = dict(rows(tmp_path, "SELECT id, name FROM web_person"))
    kept = {uid for (uid,) in rows(tmp_path, "SELECT uid FROM web_entry")}
    for k, (id, values) in enumerate(confirmed.items()):
        if k % 2:
            assert set(values) <= kept and len(values) == len(set(values))
        else:  # the last one confirmed, or one sent after it whose answer the kill swallowed
            later = sent[id] - set(values)
            assert names[id] == values[-1] or names[id] in later


def test_a_locked_database_tells_and_keeps_what_was_typed(client: Any, data: Path) -> None:
    from django.db import connection

    id = begin(client)
    path = f"/p/{id}/data/"
    holder = sqlite3.connect(data / "psoas.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # as a backup or another program would
    connection.close()
    connection.settings_dict["OPTIONS"]["timeout"] = 0.2
    try:
        answer = client.post(path, {"name": "Zoë <b>", "country": "US"})
        told = answer.content.decode()
        assert answer.status_code == 503 and "could not be kept" in told and "Another program" in told
        assert hidden(told) == {"name": "Zoë <b>", "country": "US"} and "<b>" not in told
        assert client.get(path).status_code == 200  # reading goes on
    finally:
        holder.execute("ROLLBACK")
        holder.close()
        connection.settings_dict["OPTIONS"]["timeout"] = 20
        connection.close()
    assert client.post(path, hidden(told)).status_code == 302
    assert client.get(path).context["name"] == "Zoë <b>"


def test_a_read_only_database_tells_and_keeps_what_was_typed(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, port):
        browser = Browser(port)
        path = f"/p/{browser.begin()}/data/"
        server.kill()
        server.wait()
    file = tmp_path / "psoas.sqlite3"
    root = os.getuid() == 0  # whom permissions do not stop
    if root and (not shutil.which("chattr") or subprocess.run(["chattr", "+i", file]).returncode):
        pytest.skip("root, and this file system knows no immutable files")
    if not root:
        file.chmod(0o400)
    try:
        with serving(tmp_path, port=port):
            status, _location, told = browser.ask(path, {"name": "Bo", "country": ""})
            assert status == 503 and "may only be read" in told
            assert hidden(told) == {"name": "Bo", "country": ""}
            assert browser.ask(path)[0] == 200  # reading goes on
    finally:
        if root:
            subprocess.run(["chattr", "-i", file], check=True)
        else:
            file.chmod(0o600)
    with serving(tmp_path, port=port):
        assert browser.ask(path, hidden(told))[0] == 302


def test_a_full_disk_tells_and_keeps_what_was_typed(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, FULL_BYTES))

    confirmed = ""
    with serving(tmp_path) as (server, port):
        browser = Browser(port)
        id = browser.begin()
        server.kill()
        server.wait()
    path = f"/p/{id}/data/"
    with serving(tmp_path, port=port, limit=full):
        for k in range(400):
            posted = {"name": f"{k} " + "x" * 50, "country": "GB"}
            status, _location, told = browser.ask(path, posted)
            if status != 302:
                break
            confirmed = posted["name"]
        assert confirmed and status == 503 and "disk is full" in told and hidden(told) == posted
        status, _location, page = browser.ask(path)
        assert status == 200 and confirmed in page  # what was answered before is there
    with serving(tmp_path, port=port):  # room again: sent again, and kept
        assert browser.ask(path, hidden(told))[0] == 302
        assert posted["name"] in browser.ask(path)[2]
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_nothing_tries_to_leave_this_machine(tmp_path: Path) -> None:
    """Every socket of server and worker, during a journey and the first computation, told by the kernel."""
    log = tmp_path / "calls"
    works = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True)
    if works.returncode:
        pytest.skip("strace may not look at processes here")
    trace = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg,bind",
        "-o",
        str(log),
    )
    folder = tmp_path / "data"
    with serving(folder, before=trace) as (server, port):
        browser = Browser(port)
        id = browser.begin()
        for path in (
            "/",
            "/learn/",
            "/learn/article/",
            "/body/",
            f"/p/{id}/",
            f"/p/{id}/safety/1/",
            "/here/",
        ):
            assert browser.ask(path)[0] == 200, path
        assert browser.ask(f"/p/{id}/data/", {"name": "Bo", "country": "GB"})[0] == 302
        end = time.monotonic() + 180
        while rows(folder, "SELECT state FROM web_job WHERE kind = 'walk'") != [("done",)]:
            assert time.monotonic() < end
            time.sleep(0.2)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)  # strace waits for what it runs
        server.wait()
    told = log.read_text()
    assert "AF_INET" in told  # it was seen to bind
    addresses = re.findall(r'sin6?_addr(?:=inet_addr\(|", )"([^"]+)"', told)
    assert addresses and set(addresses) == {"127.0.0.1"}, set(addresses)
    assert "AF_INET6" not in told


def test_deleted_means_nothing_is_left_in_any_file(client: Any, data: Path) -> None:
    """With entries and jobs: whatever table a person has rows in."""
    from django.utils import timezone

    from psoas.web import jobs
    from psoas.web.models import Entry, Person

    marker = f"Quagga{uuid4().hex}"
    id = begin(client, marker)
    person = Person.objects.get(pk=id)
    Entry.objects.create(
        person=person, uid=str(uuid4()), kind="quiz", at=timezone.now(), value={"says": marker}
    )
    job = jobs.ask("walk", {"for": marker}, person)
    jobs.Job.objects.filter(pk=job.pk).update(result={"says": marker}, state="done")
    assert marker.encode() in contents(data)
    assert marker in client.get(f"/p/{id}/data/psoas.json").content.decode()
    client.post(f"/p/{id}/data/delete/", {"sure": "yes"})
    left = contents(data)
    assert marker.encode() not in left and id.encode() not in left


if sys.platform != "linux":
    pytestmark = [pytestmark, pytest.mark.skip(reason="limits and signals of Linux")]
