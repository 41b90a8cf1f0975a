"""The page of work under way: it follows by itself, can be cancelled, has no fault that axe-core finds."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from test_every_page import AXE, RULES

from served import Server
from walker import begin, send

pytestmark = [pytest.mark.xdist_group("browser")]


def test_a_job_is_followed_and_cancelled(chromium: Any, tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.start()
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=server.address, service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    begin(page)
    person = page.url.split("/")[4]
    database = sqlite3.connect(server.folder / "psoas.sqlite3", isolation_level=None, timeout=20)
    database.execute(
        "INSERT INTO web_job"
        " (person_id, kind, given, key, state, part, says, cancel, worker, beat, tries, asked) VALUES ("
        "?, 'walk', '{}', ?, 'running', 0.42, 'Drawing the bodies', 0, 'elsewhere',"
        " '2999-01-01 00:00:00', 1, '2999-01-01 00:00:00')",
        (person, person),
    )  # of a worker that is alive, so that the one of this server leaves it alone
    [(job,)] = database.execute("SELECT id FROM web_job WHERE person_id = ?", (person,)).fetchall()
    page.goto(f"/p/{person}/work/{job}/")
    assert page.get_by_role("progressbar").get_attribute("value") == "42"
    assert page.locator("[role=status]", has_text="Drawing the bodies").count() == 1
    page.get_by_role("button", name="Cancel").focus()
    database.execute("UPDATE web_job SET part = 0.77, says = 'Nearly there' WHERE id = ?", (job,))
    page.get_by_text("77 % done").wait_for()
    page.get_by_text("Nearly there").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Cancel"  # the focus stays where it was
    if AXE.is_file():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        assert [each["id"] for each in found] == []
    send(page, page.get_by_role("button", name="Cancel"))
    page.get_by_text("Being cancelled").wait_for()
    assert database.execute("SELECT cancel FROM web_job WHERE id = ?", (job,)).fetchall() == [(1,)]
    database.execute("UPDATE web_job SET state = 'cancelled' WHERE id = ?", (job,))
    page.get_by_text("Cancelled. Nothing was kept of it.").wait_for()
    assert page.get_by_role("button", name="Try again").count() == 1
    database.close()
    context.close()
    server.stop()
