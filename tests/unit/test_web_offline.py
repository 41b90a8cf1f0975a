"""What a browser may keep, and what a script may ask: nothing of somebody else's."""

from typing import Any

import pytest

from filled import DESK, begin, fill

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

KEPT = "Psoas-Keep"


def test_only_named_pages_are_kept_and_behind_a_passphrase_only_nobodys(client: Any) -> None:
    from psoas.web import lock

    person = begin(client)
    fill(client, person, DESK)
    personal = ("/", f"/p/{person}/", f"/p/{person}/learn/")
    nobodys = ("/learn/", "/learn/sitting/", "/away/")
    never = (
        f"/p/{person}/data/",
        f"/p/{person}/safety/1/",
        f"/p/{person}/data/psoas.json",
        "/lock/",
        "/here/",
    )
    for path in (*personal, *nobodys):
        answer = client.get(path)
        assert answer.headers.get(KEPT) == "1" and answer["Cache-Control"] == "no-store", path
        assert 'data-keep="' in answer.content.decode()
    for path in never:
        assert KEPT not in client.get(path).headers, path
    lock.put("otter lamp seven")
    try:
        client.post("/", {"_passphrase": "otter lamp seven", "_was": "get"})
        for path in (*personal, *never):
            answer = client.get(path)
            assert answer.status_code == 200 and KEPT not in answer.headers, path
        for path in nobodys:
            assert client.get(path).headers.get(KEPT) == "1", path
        client.cookies.pop("psoas_open")
        locked = client.get(f"/p/{person}/")
        assert locked.status_code == 403 and KEPT not in locked.headers
        assert person not in locked.content.decode().replace(f'action="/p/{person}/"', "")
    finally:
        lock.remove()


def test_here_tells_a_browser_of_its_own_people_and_entries_only(client: Any) -> None:
    from django.test import Client
    from django.utils import timezone

    from psoas.web.models import Entry

    person = begin(client)
    stranger = Client(HTTP_HOST="127.0.0.1")
    other = begin(stranger, "Eve")
    uids = {who: f"00000000-0000-4000-8000-00000000000{k}" for k, who in enumerate((person, other))}
    for who, uid in uids.items():
        Entry.objects.create(person_id=who, uid=uid, kind="quiz", at=timezone.now(), value={})
    told = client.get("/here/", {"uid": [*uids.values(), "nothing", "<b>"]}).json()
    assert told["people"] == [person] and told["counted"] == [uids[person]] and len(told["csrf"]) == 64
    assert Client(HTTP_HOST="127.0.0.1").get("/here/", {"uid": list(uids.values())}).json()["counted"] == []


def test_the_worker_and_the_manifest_come_from_the_root_and_from_here(client: Any) -> None:
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "http" not in worker.content.decode()
    policy = worker["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "manifest-src 'self'" in policy and "unsafe" not in policy
    manifest = client.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert all(icon["src"].startswith("/static/icons/") for icon in manifest.json()["icons"])
