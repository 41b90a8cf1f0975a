"""The person's way in real Chromium: to the plan, to the stop page, interrupted, and deleted."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from walker import begin, mark, safety, send, story, where

pytestmark = [pytest.mark.xdist_group("browser")]

DESK = {"age": 34, "duration_weeks": 10, "pain_now": 5}
DESK_STORY = ("h_around_patella", "h_squat_stairs", "h_sit_bent", "h_load_change", "h_long_sit")
BLEED = {
    "age": 71,
    "anticoagulant_or_bleeding": True,
    "groin_flank_thigh_pain": True,
    "hip_held_flexed": True,
    "numb_tingle": True,
    "leg_weakness": "marked",
    "pain_now": 4,
}  # public vignette P4
SHOTS: Path | None = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None


def shot(page: Any, name: str) -> None:
    """A picture of the page, where somebody asked for pictures."""
    if SHOTS is not None:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})


def to_the_tests(page: Any) -> None:
    begin(page)
    safety(page, DESK)
    assert "You can start by yourself" in page.inner_text("h1")
    send(page, page.get_by_role("link", name="Go on: where does it hurt?"))
    where(page, ["KNEE_ANT_PATELLA_R"], "r")
    story(page, DESK_STORY)


def test_a_desk_worker_comes_from_the_first_page_to_the_plan(page: Any) -> None:
    """Public vignette P1: self care, kneecap joint leading, hip flexor a likely contributor."""
    page.goto("/")
    shot(page, "start")
    to_the_tests(page)
    shot(page, "tests")
    send(page, page.get_by_role("article").filter(has_text="Modified Thomas").get_by_role("link"))
    page.get_by_label("phone or inclinometer").check(force=True)
    for side, reading in (("right", -5), ("left", 6)):
        for k in range(3):
            page.locator(f'input[name="{side}{k}"]').fill(str(reading))
    send(page, page.get_by_role("button", name="Keep the readings"))
    assert page.locator("section table tbody tr").inner_text().split("\t") == [
        "right",
        "-5.0°",
        "± 3.5°",
        "short",
    ]
    shot(page, "thomas")
    send(page, page.get_by_role("link", name="On to the next test"))
    send(page, page.get_by_role("article").filter(has_text="Test of change").get_by_role("link"))
    for day in "01":
        for moment, score in (("before", 5), ("rested", 5), ("after", 3)):
            page.locator(f'input[name="{moment}{day}"]').fill(str(score))
    shot(page, "change")
    send(page, page.get_by_role("button", name="Keep the scores"))
    send(page, page.get_by_role("article").filter(has_text="Step-down").get_by_role("link"))
    mark(page, {"e_squat_knee": True, "e_valgus_step": True})
    send(page, page.get_by_role("link", name="Go on to the answer"))
    assert "likely plays a part" in page.inner_text("h1")
    leading = page.locator(".s-leading h3").inner_text()
    assert "kneecap" in leading.lower()
    shot(page, "answer")
    send(page, page.get_by_role("link", name="Go on to the plan"))
    page.get_by_label("How many minutes a day can you give to exercise?").fill("20")
    shot(page, "time")
    send(page, page.get_by_role("button", name="Continue"))
    shot(page, "about")
    for _ in range(12):
        if "/plan/" in page.url:
            break
        mark(page, {"kneeling_painful": True, "office_work": True})
    assert page.locator("article.line.core").count() >= 2
    assert page.locator("article.line.extra").count() >= 1
    assert page.locator("article.line .stop").count() == page.locator("article.line").count()
    assert "standing" in page.locator("article.line.extra h3").first.inner_text().lower()  # kneeling hurts
    shot(page, "plan")


def test_a_bleed_stops_everything_and_shows_no_exercise(page: Any) -> None:
    begin(page, "GB")
    safety(page, BLEED)
    assert page.inner_text("h1") == "Get emergency help now"
    assert "Call 999" in page.inner_text("main")
    shot(page, "stop")
    person = page.url.split("/")[4]
    for further in ("where", "tests", "answer", "plan"):
        page.goto(f"/p/{person}/{further}/")
        assert page.url.endswith("/safety/")
    page.goto(f"/p/{person}/")
    assert page.get_by_role("link", name="The plan").count() == 0
    shot(page, "hub-stopped")


def test_an_interrupted_interview_goes_on_where_it_stopped(page: Any, address: str) -> None:
    begin(page, name="Ada")
    safety(page, DESK, at_most=4)
    question, place = page.inner_text("h1"), page.url
    shot(page, "safety")
    send(page, page.get_by_role("link", name="← Back"))
    page.go_forward() if page.url == place else page.goto(place)
    assert page.inner_text("h1") == question
    later = page.context.new_page()  # next week: the same browser, another window
    later.goto("/")
    send(later, later.get_by_role("link", name="Ada").first)
    send(later, later.get_by_role("link", name="Safety first"))
    assert (later.inner_text("h1"), later.url) == (question, place)


def test_the_body_map_by_keyboard(page: Any) -> None:
    begin(page)
    safety(page, DESK)
    send(page, page.get_by_role("link", name="Go on: where does it hurt?"))
    region = page.locator('[data-region="KNEE_MED_JL_L"]').first
    page.locator('[data-region="KNEE_MED_JL_L"][role="checkbox"]').first.wait_for()
    region.focus()
    page.keyboard.press("Enter")
    assert region.get_attribute("aria-checked") == "true"
    assert page.locator("#r-KNEE_MED_JL_L").is_checked()
    assert "Inner side of the knee, left: marked" in page.inner_text("[data-said]")
    page.keyboard.press(" ")
    assert not page.locator("#r-KNEE_MED_JL_L").is_checked()
    page.keyboard.press("Enter")
    shot(page, "where")
    send(page, page.get_by_role("button", name="Continue"))
    assert "Say which knee it is." in page.inner_text("[role=alert]")
    assert page.locator("#r-KNEE_MED_JL_L").is_checked()  # what was marked is kept


def test_export_and_delete(page: Any) -> None:
    begin(page, name="Gone")
    safety(page, DESK, at_most=3)
    send(page, page.get_by_role("link", name="My data"))
    shot(page, "data")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download psoas.json").click()
    content = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert content["person"]["name"] == "Gone" and len(content["safety"]) == 3
    page.get_by_label("Yes, delete everything").check()
    send(page, page.get_by_role("button", name="Delete me"))
    assert page.get_by_text("Gone").count() == 0
    page.go_back()
    page.reload()
    assert "There is nothing here" in page.inner_text("h1")
    page.goto("/")
    page.get_by_text("Used psoas on another computer?").click()
    page.get_by_label("The file psoas.json").set_input_files(download.value.path())
    send(page, page.get_by_role("button", name="Bring it here"))
    assert "Your file has been brought here." in page.inner_text("main")
    assert "Kept on this computer only: 3 safety screens" in page.inner_text("main")


def test_lessons_and_the_article(page: Any) -> None:
    page.goto("/learn/")
    shot(page, "learn")
    send(page, page.locator(".way a").first)
    assert page.locator(".sentence .sure").count() == page.locator(".sentence").count() > 3
    shot(page, "lesson")
    page.goto("/learn/article/")
    assert page.locator("article.claim").count() == 89
    shot(page, "article")


def test_without_scripts_the_way_still_works(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    begin(page)
    safety(page, DESK)
    send(page, page.get_by_role("link", name="Go on: where does it hurt?"))
    page.locator("#r-KNEE_ANT_PATELLA_R").check()
    page.locator("input[name=side][value=r]").check(force=True)
    send(page, page.get_by_role("button", name="Continue"))
    assert "/story/" in page.url
    context.close()


def test_no_page_scrolls_sideways_on_a_phone(page: Any) -> None:
    to_the_tests(page)
    person = page.url.split("/")[4]
    for path in (
        "/",
        "/learn/",
        "/learn/article/",
        *(f"/p/{person}/{x}/" for x in ("where", "tests", "tests/thomas", "answer", "data")),
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
