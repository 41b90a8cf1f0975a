"""Every page of the site: no fault that axe-core finds, light and dark; no sideways scroll; its weight."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_vignettes_walked import VIGNETTES, to_the_answer, to_the_plan

from site_pages import IN_THEIR_TEST, NO_PAGES, PAGES, WITH_3D, names
from walker import begin, safety, send, start_week

pytestmark = [pytest.mark.xdist_group("browser")]

WEB = Path(__file__).parents[2] / "src" / "psoas" / "web"
AXE = WEB / "islands" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = WEB / "static" / "islands" / "body.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_BYTES, MOST_BYTES_3D = 200_000, 1_200_000


@pytest.fixture(scope="module")
def people(chromium: Any, address: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """A browser with somebody who has come to the plan, and somebody who was stopped."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=address)
    page = context.new_page()
    page.set_default_timeout(30_000)
    told = {each["id"]: each for each in VIGNETTES["vignette"]}
    begin(page, name="Stopped")
    safety(page, told["P4"]["answers"])
    stopped = page.url.split("/")[4]
    begin(page, name="Walked")
    safety(page, told["P1"]["answers"])
    to_the_answer(page, told["P1"])
    to_the_plan(page, told["P1"])
    start_week(page)
    yield context, {"id": page.url.split("/")[4], "stopped": stopped}
    context.close()


def test_every_address_of_the_site_is_looked_at() -> None:
    assert names() - NO_PAGES - IN_THEIR_TEST == PAGES.keys() - {"not found"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault_that_axe_finds(people: tuple[Any, dict[str, str]], name: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not here: make islands brings it, with Node.js")
    context, ids = people
    page = context.new_page()
    for path in PAGES[name]:
        page.goto(path.format(**ids), wait_until="load")
        if name in WITH_3D:
            settled(page)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = page.evaluate(
                "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
            )
            assert told(found["violations"]) == [], (path, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.title().strip() and page.locator("h1").count() == 1, path
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(people: tuple[Any, dict[str, str]], name: str) -> None:
    """Bytes that come over the wire to an empty browser for the page and all that it loads."""
    context, ids = people
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.setBypassServiceWorker", {"bypass": True})
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda each: came.append(each["encodedDataLength"]))
    page.goto(PAGES[name][0].format(**ids), wait_until="networkidle")
    if name in WITH_3D:
        settled(page)
        assert sum(came) <= MOST_BYTES_3D
    else:
        assert 0 < sum(came) <= MOST_BYTES
    page.close()


def settled(page: Any) -> None:
    """Until the body is computed and drawn."""
    if not BUILT.is_file():
        pytest.skip("the 3D body is not built: make islands, with Node.js")
    page.locator("[data-island][data-state=ready]").first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")


def told(violations: list[dict[str, Any]]) -> list[str]:
    """Rule and first place of each, to read in a failure."""
    return [
        f"{each['id']} ({len(each['nodes'])}): {json.dumps(each['nodes'][0]['target'])} "
        f"{each['nodes'][0]['failureSummary']}"
        for each in violations
    ]


def test_axe_would_find_a_fault(people: tuple[Any, dict[str, str]]) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not here: make islands brings it, with Node.js")
    page = people[0].new_page()
    page.goto("/")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("() => { document.querySelector('h1').style.color = '#ddd'; document.images[0].alt = ''; }")
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    assert {"color-contrast", "button-name"} <= {each["id"] for each in found}
    page.close()


def test_back_and_forth_keeps_the_plan(people: tuple[Any, dict[str, str]]) -> None:
    """From the plan back to the answer, the tests and the story, and on again: nothing is asked twice."""
    context, ids = people
    page = context.new_page()
    page.goto(f"/p/{ids['id']}/plan/")
    lines = page.locator("article.line h3").all_inner_texts()
    send(page, page.get_by_role("link", name="← Back to the answer"))
    send(page, page.get_by_role("link", name="← Back to the tests"))
    send(page, page.get_by_role("link", name="← Back"))
    assert page.locator("input[value=yes]:checked").count() == 1  # long sitting, as it was told
    page.goto(f"/p/{ids['id']}/plan/")
    assert page.locator("article.line h3").all_inner_texts() == lines
    page.close()
