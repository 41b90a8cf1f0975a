"""200 people at once doing their check-in against `psoas serve`: errors, waits, and what a request costs.

    python benchmarks/check_ins.py [--people 200] [--think 2:6] [--postgres]

All of them come within one pause and go through every question again, as the pages ask them: each answer
posted and the next page fetched, with a pause to read before each click (`--think`, seconds). Asked: no
error, and 99 of 100 requests within 500 ms. Then the same with nobody ever pausing, so that all wait for all:
more than is asked, and a plain measure of what the server can do. `--postgres` runs both on a PostgreSQL of
its own too. Processor time of the server is told besides: other work on the machine disturbs it least.
"""

import argparse
import asyncio
import math
import os
import pickle
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
TOKEN = secrets.token_hex(16)
AT_MOST_MS = 500.0
UIDS = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
Request = tuple[str, str, dict[str, Any] | None]


def prepare(people: int) -> tuple[list[Request], list[tuple[str, str]]]:
    """People with a running plan, and the requests of one whole check-in. Django of this process, once.

    Returns the requests, with PERSON and UIDS to fill in, and the id and cookie of everybody.
    """
    import django

    django.setup()
    from django.core import signing
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    from filled import start_week, to_the_plan
    from psoas.web.models import Entry, Person, Screen, Told

    call_command("migrate", verbosity=0)
    setup_test_environment()
    client = Client(HTTP_HOST="127.0.0.1")
    first = to_the_plan(client)
    start_week(client, first)
    everybody = [Person(name=f"Person {k}") for k in range(people)]
    Person.objects.bulk_create(everybody)
    for table in (Entry, Screen, Told):
        rows = list(table.objects.filter(person=first))
        copies = [
            table(**{f.attname: getattr(row, f.attname) for f in table._meta.fields if f.name != "id"})
            for row in rows
            for _person in everybody
        ]
        for copy, person in zip(copies, everybody * len(rows), strict=True):
            copy.person_id = person.pk
        table.objects.bulk_create(copies)
    cookies = [signing.dumps([each.pk], salt="psoas_people") for each in everybody]
    return recorded(client, first), list(zip((each.pk for each in everybody), cookies, strict=True))


def recorded(client: Any, person: str) -> list[Request]:
    """Every request of a check-in, as this person's browser would send it."""
    made: list[Request] = []

    def ask(path: str, posted: dict[str, Any] | None = None) -> Any:
        made.append(("GET" if posted is None else "POST", path.replace(person, "PERSON"), posted))
        return client.get(path) if posted is None else client.post(path, posted)

    base = f"/p/{person}/check-in/"
    ask(f"/p/{person}/week/")
    ask(base)
    path = ask(base, {"uid": UIDS[0]})["Location"]
    while "/safety/" in path and not path.endswith("/safety/"):
        page = ask(path)
        if page.status_code == 302:
            path = page["Location"]
            continue
        first = page.context["first"]
        posted: dict[str, Any] = {"screen": page.context["screen"].id}
        if page.context["kind"] == "int":
            posted[first.id] = {"age": 34, "duration_weeks": 11, "pain_now": 4}.get(first.id, 0)
        elif page.context["kind"] == "enum":
            posted[first.id] = first.values[0]
        else:
            posted |= {row["id"]: "no" for row in page.context["rows"]}
        path = ask(path, posted)["Location"]
    ask(path)
    for step, posted in (
        ("pain", {"worst": "4", "sitting": ""}),
        ("tasks", {"score0": "6", "score1": "5"}),
        ("week", {"done": "3", "planned": "3", "pain": "2", "settled": "yes"}),
        ("signs", {"none": "1", "uid": UIDS[1]}),
    ):
        ask(f"{base}{step}/")
        answer = ask(f"{base}{step}/", posted)
        assert answer.status_code == 302, answer.content.decode()
    assert ask(f"{base}outcome/").status_code == 200
    return made


async def one_person(
    port: int, who: tuple[str, str], requests: list[Request], think: tuple[float, float], taken: list[Any]
) -> None:
    """A check-in over one kept-alive connection, as a browser holds it."""
    person, cookie = who
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"Host: 127.0.0.1:{port}\r\nCookie: psoas_people={cookie}; csrftoken={TOKEN}\r\n"
        f"Origin: http://127.0.0.1:{port}\r\n"
    )
    filled = {uid: str(uuid4()) for uid in UIDS}
    before = ""
    for method, path, posted in requests:
        if before != "POST":  # the page after an answer comes by itself
            await asyncio.sleep(random.uniform(*think if before else (0.0, think[1])))
        before = method
        if method == "GET":
            body, more = b"", ""
        else:
            values = {name: filled.get(value, value) for name, value in (posted or {}).items()}
            body = urlencode(values | {"csrfmiddlewaretoken": TOKEN}).encode()
            more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        began = time.perf_counter()
        writer.write(
            f"{method} {path.replace('PERSON', person)} HTTP/1.1\r\n{head}{more}\r\n".encode() + body
        )
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", answer, re.I)
        await reader.readexactly(int(length.group(1)) if length else 0)
        taken.append((method, int(answer.split(" ", 2)[1]), time.perf_counter() - began))
    writer.close()


async def everybody(
    port: int, people: list[tuple[str, str]], requests: list[Request], think: tuple[float, float]
) -> list[Any]:
    """All at once. Returns method, status and seconds of every request."""
    taken: list[Any] = []
    found = await asyncio.gather(
        *(one_person(port, who, requests, think, taken) for who in people), return_exceptions=True
    )
    taken += [("broken", 0, 0.0) for each in found if isinstance(each, BaseException)]
    return taken


def cpu_s(pid: int) -> float:
    """Processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(name: str, people: int, think: tuple[float, float]) -> bool:
    """Prepare in a process of its own, serve, send; print two lines; whether what is asked was reached."""
    from served import serving

    program = f"import sys, pickle; sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); import check_ins; "
    program += (
        f"sys.stdout.buffer.write(pickle.dumps(check_ins.prepare({2 * people + 1}))); sys.stdout.flush(); "
    )
    program += "import os; os._exit(0)"  # pages begin computations in threads; nobody waits for them
    made = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE).stdout
    requests, who = pickle.loads(made)
    first, paused, unpaused = who[:1], who[1 : people + 1], who[people + 1 :]
    with serving(Path(os.environ["PSOAS_DATA"])) as (server, port):
        asyncio.run(everybody(port, first, requests, (0.0, 0.0)))  # warm
        pauses = f"{name}, pauses of {think[0]:g} to {think[1]:g} s"
        ratio = told(pauses, server.pid, port, paused, requests, think)
        told(f"{name}, no pauses", server.pid, port, unpaused, requests, (0.0, 0.0))
    return ratio <= 1.0


def told(
    name: str,
    pid: int,
    port: int,
    who: list[tuple[str, str]],
    requests: list[Request],
    think: tuple[float, float],
) -> float:
    """Send all requests and print the line. Returns p99 over what is asked; infinite with an error."""
    before, began = cpu_s(pid), time.perf_counter()
    taken = asyncio.run(everybody(port, who, requests, think))
    cost_s, wall_s = cpu_s(pid) - before, time.perf_counter() - began
    waits = sorted(1e3 * seconds for _method, _status, seconds in taken)
    wrong = sum(status not in (200, 302) for _method, status, _seconds in taken)
    p99 = waits[len(waits) * 99 // 100]
    print(
        f"{name}: {len(who)} people, {len(taken)} requests in {wall_s:.0f} s, {wrong} errors; "
        f"median {waits[len(waits) // 2]:.0f} ms, p99 {p99:.0f} ms ({p99 / AT_MOST_MS:.2f} of what may be); "
        f"server {1e3 * cost_s / len(taken):.1f} ms of processor a request",
        flush=True,
    )
    return math.inf if wrong else p99 / AT_MOST_MS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--think", default="2:6", help="seconds between seeing a page and answering it")
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    low, _colon, high = arguments.think.partition(":")
    think = (float(low), float(high))
    with ExitStack() as stack:
        os.environ["DJANGO_SETTINGS_MODULE"] = "psoas.web.settings"
        os.environ["PSOAS_DATA"] = stack.enter_context(tempfile.TemporaryDirectory())
        reached = run("SQLite", arguments.people, think)
        if arguments.postgres:
            from throwaway_postgres import postgres

            os.environ["PSOAS_DATABASE_URL"] = stack.enter_context(postgres())
            reached = run("PostgreSQL", arguments.people, think) and reached
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
