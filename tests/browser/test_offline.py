"""The server away: what was loaded opens as a copy, what was written is kept and counted once."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from served import Server
from walker import begin, send

pytestmark = [pytest.mark.xdist_group("browser")]


KEPT = """async ([path, wanted]) => {
  const pages = await caches.open("psoas-pages");
  const kept = async () => Boolean(await pages.match(location.origin + path));
  const later = () => new Promise((done) => setTimeout(done, 50));
  for (let turn = 0; turn < 600 && (await kept()) !== wanted; turn++) await later();
  return kept();
}"""  # waits until the browser has a copy of the page, or has none any more; tells what it has


def entries(server: Server) -> list[Any]:
    """Kind and uid of everything in the journal."""
    return server.rows("SELECT kind, uid FROM web_entry ORDER BY id")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    served = Server(tmp_path / "data")
    served.start()
    yield served
    served.stop()


@pytest.fixture
def page(chromium: Any, server: Server) -> Iterator[Any]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=server.address, service_workers="allow"
    )
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()


def kept(page: Any, path: str) -> None:
    """Wait until the browser keeps this page and everything that it asked for."""
    assert page.evaluate(
        """async (path) => {
          const pages = await caches.open("psoas-pages"), assets = await caches.open("psoas-static");
          const all = async () => {
            const has = (await pages.keys()).some(({ url }) => new URL(url).pathname === path);
            const held = (await assets.keys()).map(({ url }) => url);
            const styles = [...document.querySelectorAll("link[rel=stylesheet]")];
            return has && styles.every(({ href }) => held.includes(href));
          };
          const later = () => new Promise((done) => setTimeout(done, 50));
          for (let turn = 0; turn < 600 && !(await all()); turn++) await later();
          return all();
        }""",
        path,
    )


def test_what_was_loaded_opens_as_a_copy_while_the_server_is_away(page: Any, server: Server) -> None:
    begin(page, name="Ada")
    person = page.url.split("/")[4]
    for path in ("/learn/sitting/", "/learn/", f"/p/{person}/"):
        page.goto(path)
        kept(page, path)
    server.stop()
    page.goto(f"/p/{person}/")
    page.get_by_text("This is the copy of").wait_for()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.brand')).display") == "flex"
    )  # with its style
    page.goto("/learn/sitting/")
    assert page.locator(".sentence").count() > 3
    page.goto(f"/p/{person}/data/")  # never kept: it says so, and leads to what is
    assert page.inner_text("h1") == "psoas is not running"
    page.locator(f'[data-kept] a[href="/p/{person}/"]').wait_for()
    server.start()
    page.get_by_text("psoas is running again").wait_for()
    page.goto(f"/p/{person}/")
    assert page.locator("#afar [role=status]").inner_text() == ""


def with_a_plan(folder: Path) -> tuple[str, str]:
    """A person whose week has begun: id, and the cookie that holds it. Made in a process of its own."""
    program = """
import django, json
django.setup()
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from filled import start_week, to_the_plan
call_command("migrate", verbosity=0)
setup_test_environment()
client = Client(HTTP_HOST="127.0.0.1")
person = to_the_plan(client)
start_week(client, person)
print(json.dumps([person, client.cookies["psoas_people"].value]))
"""
    environment = os.environ | {
        "PSOAS_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "psoas.web.settings",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    made = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    person, cookie = json.loads(made.stdout)
    return person, cookie


def test_what_is_logged_while_the_server_is_away_arrives_exactly_once(page: Any, server: Server) -> None:
    person, cookie = with_a_plan(server.folder)
    page.context.add_cookies([{"name": "psoas_people", "value": cookie, "url": server.address}])
    exercise = f"/p/{person}/week/sh_standing/"
    page.goto(f"/p/{person}/week/")
    assert page.evaluate(KEPT, [exercise, True])
    server.stop()
    begun = entries(server)
    page.goto(exercise)  # never opened before: the week brought it along, with its timer
    page.get_by_text("This is the copy of").wait_for()
    page.locator("[data-timer]").wait_for()  # shown by its script, which came along too
    form = page.locator("form[data-offline]").filter(has=page.get_by_role("button", name="Done", exact=True))
    uid = form.locator("input[name=uid]").input_value()
    form.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("waiting to be sent: 1").wait_for()
    assert form.locator("input[name=uid]").input_value() != uid  # the next one is another one
    page.reload()  # the browser closed and opened again: still waiting
    page.get_by_text("waiting to be sent: 1").wait_for()
    assert entries(server) == begun
    server.start()
    page.get_by_text(re.compile(r"\bSent: 1\.")).wait_for()
    assert entries(server) == [*begun, ("log", uid)]
    page.goto(f"/p/{person}/week/")
    page.wait_for_load_state("networkidle")
    assert entries(server) == [*begun, ("log", uid)]
    assert page.locator("#afar [role=status]").inner_text() == ""
    assert "Take back" in page.inner_text("main")


def test_the_pages_can_be_installed(page: Any, server: Server) -> None:
    page.goto("/")
    manifest = json.loads(page.request.get("/manifest.webmanifest").text())
    assert manifest["start_url"] == manifest["scope"] == "/" and manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = page.request.get(icon["src"])
        assert answer.ok and answer.headers["content-type"] == "image/png"
    assert page.evaluate("navigator.serviceWorker.ready.then((r) => r.scope)") == server.address + "/"


def test_copies_go_with_the_person_and_with_a_passphrase(page: Any, server: Server) -> None:
    def private() -> list[str]:
        return page.evaluate(
            """async () => (await (await caches.open("psoas-pages")).keys())
                 .map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith("/p/"))"""
        )

    begin(page, name="Gone")
    gone = f"/p/{page.url.split('/')[4]}/"
    page.goto(gone)
    kept(page, gone)
    begin(page, name="Stays")
    stays = f"/p/{page.url.split('/')[4]}/"
    page.goto(stays)
    kept(page, stays)
    page.goto(f"{gone}data/")
    page.get_by_label("Yes, delete everything").check()
    send(page, page.get_by_role("button", name="Delete me"))
    assert not page.evaluate(KEPT, [gone, False])
    assert private() == [stays]
    page.goto("/lock/")
    for field in ("New passphrase", "The same again"):
        page.get_by_label(field).fill("otter lamp seven")
    send(page, page.get_by_role("button", name="Set it"))
    assert not page.evaluate(KEPT, [stays, False])
    page.goto(stays)
    page.wait_for_load_state("networkidle")
    assert private() == []
    send(page, page.get_by_role("link", name="Passphrase"))
    send(page, page.get_by_role("button", name="Lock now").first)
    assert page.inner_text("h1") == "These pages are locked"
    server.stop()
    page.goto(stays)
    assert page.inner_text("h1") == "psoas is not running"
