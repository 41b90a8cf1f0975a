"""The walk that adapts, on the body page in real Chromium: computed by the worker, told, shown, followed."""

import io
from typing import Any

import numpy as np
import pytest
from test_every_page import AXE, BUILT, MOST_BYTES_3D, RULES
from test_every_page import told as faults

Image = pytest.importorskip("PIL.Image")

pytestmark = [pytest.mark.xdist_group("browser")]
SHORT = "/body/?movement=natural&shorter=5"
COMPUTED_MS = 300_000  # half a minute of a worker that lets everything else go first


def pixels(page: Any) -> np.ndarray:
    picture = page.locator("canvas").screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def walks(page: Any, how: str) -> None:
    """Until the changed body walks so."""
    page.locator(f"[data-part=moves][data-walks={how}]").wait_for(timeout=COMPUTED_MS)


def computed(page: Any, percent: int) -> Any:
    """The second answer, once the worker has it."""
    there = page.locator(f"#adapted[data-scene$='shorter={percent}']")
    there.wait_for(timeout=COMPUTED_MS)
    return there


@pytest.fixture
def page(chromium: Any, address: str) -> Any:
    """The page with its body drawn, at a phone's width."""
    if not BUILT.is_file():
        pytest.skip("the 3D body is not built: make islands, with Node.js")
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=address, service_workers="block"
    )
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(SHORT)
    opened.locator("[data-state=ready]").wait_for(timeout=60_000)
    yield opened
    context.close()
    assert wrong == []


def test_it_is_computed_told_and_free_of_faults(page: Any) -> None:
    second = computed(page, 5)
    assert "If the walk adapts:" in second.inner_text() and "not a prediction" in second.inner_text()
    assert second.locator("table").count() == 2
    if not AXE.is_file():
        pytest.skip("axe-core is not here: make islands brings it, with Node.js")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert faults(found["violations"]) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_changed_body_walks_adapted_by_keyboard(page: Any) -> None:
    computed(page, 5)
    as_before = page.locator("[name=moves][value=before]")
    as_before.wait_for(state="attached")
    page.locator("[name=shown]:checked").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "moves"
    before = pixels(page)
    with page.expect_response(lambda answer: "adapted.bin" in answer.url):
        page.keyboard.press("ArrowRight")
    assert page.locator("[name=moves][value=adapted]").is_checked()
    walks(page, "adapted")
    assert np.mean(np.abs(pixels(page) - before) > 40) > 0.01, "seen from the side, and another walk"
    with page.expect_response(lambda answer: "doing.bin" in answer.url):
        page.keyboard.press("ArrowLeft")
    walks(page, "before")


def test_it_follows_the_slider(page: Any) -> None:
    """Another shortness is asked for where it stands; without any there is no second answer."""
    computed(page, 5)
    turn = """percent => { const slider = document.querySelector("[data-knob=shorter] input[type=range]");
        slider.value = percent; slider.dispatchEvent(new Event("input")); }"""
    page.evaluate(turn, 4)
    page.locator("#adapted[data-poll='1'] progress").wait_for()
    assert page.locator("[data-part=moves]").is_hidden()
    page.evaluate(turn, 0)
    page.locator("#adapted").wait_for(state="hidden")
    page.evaluate(turn, 5)
    computed(page, 5)
    page.locator("[data-part=moves]").wait_for()


def test_without_a_script_and_light(chromium: Any, address: str, page: Any) -> None:
    computed(page, 5)
    plain = chromium.new_context(java_script_enabled=False, base_url=address).new_page()
    plain.goto(SHORT)
    assert plain.locator("#adapted table").count() == 2
    assert plain.locator("noscript").count() == 0, "nothing to wait for"
    plain.context.close()
    fresh = chromium.new_context(base_url=address, service_workers="block").new_page()
    wire = fresh.context.new_cdp_session(fresh)
    wire.send("Network.enable")
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda each: came.append(each["encodedDataLength"]))
    fresh.goto(SHORT)
    fresh.locator("[data-state=ready]").wait_for(timeout=60_000)
    with fresh.expect_response(lambda answer: "adapted.bin" in answer.url):
        fresh.locator("[name=moves][value=adapted]").check(force=True)
    walks(fresh, "adapted")
    assert sum(came) <= MOST_BYTES_3D
    fresh.context.close()
