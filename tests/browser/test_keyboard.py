"""Whole journeys with the keyboard alone: Tab, Space, Enter, arrows and typing, no pointer."""

from typing import Any

import pytest

from keyboard import press, tab_to
from walker import begin, safety, where

pytestmark = [pytest.mark.xdist_group("browser")]

DESK = {"age": 34, "duration_weeks": 10, "pain_now": 5}
MOST_SCREENS = 70


def by_keyboard(page: Any, answers: dict[str, Any]) -> None:
    """One safety screen: a number typed, none of these, no, or the first choice."""
    box = page.locator("input#answer")
    if box.count():
        tab_to(page, page.locator("label[for=answer]").inner_text().strip()[:20])
        page.keyboard.press("Control+A")
        page.keyboard.type(str(answers.get(box.get_attribute("name"), 0)))
        with page.expect_navigation():
            page.keyboard.press("Enter")
    elif page.locator(".rows").count():
        press(page, "None of these")
    else:
        no = page.locator('button.choice[value="no"]')
        press(page, (no if no.count() else page.locator("button.choice").first).inner_text().strip(), " ")


def test_from_the_first_page_through_the_safety_questions(page: Any) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    tab_to(page, "Name, if you like")
    page.keyboard.type("Key")
    press(page, "Start with the safety questions")
    for _ in range(MOST_SCREENS):
        if page.url.endswith("/safety/"):
            break
        by_keyboard(page, DESK)
    assert page.inner_text("h1") == "You can start by yourself"
    press(page, "Go on: where does it hurt?")
    assert "/where/" in page.url


def test_from_the_body_map_to_the_answer(page: Any) -> None:
    begin(page)
    safety(page, DESK)
    press(page, "Go on: where does it hurt?")
    tab_to(page, "Right")
    page.keyboard.press(" ")
    tab_to(page, "Kneecap, right")
    page.keyboard.press(" ")
    press(page, "Continue")
    while "/story/" in page.url:
        first = page.locator("fieldset.row legend").first.inner_text().strip()
        tab_to(page, "Yes")
        page.keyboard.press(" ")
        assert page.locator("fieldset.row input[value=yes]").first.is_checked(), first
        press(page, "Continue")
    press(page, "Do this test")
    tab_to(page, "phone or inclinometer")
    page.keyboard.press(" ")
    for reading in (1, 2, 3):
        tab_to(page, f"Right leg, reading {reading}")
        page.keyboard.type("-5")
    press(page, "Keep the readings")
    assert page.locator("section table tbody tr").inner_text().split("\t")[3] == "short"
    press(page, "On")
    press(page, "Go on to the answer")
    assert "Your hip flexor" in page.inner_text("h1")


def test_an_error_takes_the_focus_and_the_way_back_to_the_field(page: Any) -> None:
    begin(page)
    safety(page, DESK)
    page.goto(page.url.replace("/safety/", "/where/"))
    press(page, "Continue")
    assert page.evaluate("document.activeElement.id") == "error"
    assert "Nothing is marked yet" in page.evaluate("document.activeElement.textContent")
    where(page, ["KNEE_ANT_PATELLA_R"], "r")
    assert "/story/" in page.url
