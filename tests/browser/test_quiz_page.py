"""Lessons and questions in real Chromium: read by keyboard, answered and both without scripts."""

import re
from typing import Any

import pytest

from walker import begin, send

pytestmark = [pytest.mark.xdist_group("browser")]


def tab_to(page: Any, name: str, at_most: int = 60) -> None:
    """Press Tab until what is called so has the focus, as somebody without a mouse does."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.innerText || document.activeElement.id || '').trim()"
        )
        if re.search(name, focused):
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def enter(page: Any) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_lesson_is_read_and_its_questions_answered_by_keyboard_alone(page: Any) -> None:
    begin(page, name="Kay")
    person = page.url.split("/")[4]
    page.goto(f"/p/{person}/learn/strengthening/")
    tab_to(page, "I have read it: on to its 3 questions")
    enter(page)
    tab_to(page, "Answer the first")
    enter(page)
    tab_to(page, "The muscles of the toes")
    enter(page)
    assert page.inner_text("h1") == "Not quite"
    assert page.locator(".told li").count() == 3  # each wrong one says why, too
    assert "This question comes back on" in page.inner_text("main")
    tab_to(page, "Next question")
    enter(page)
    tab_to(page, "Lifting the knee against a band")
    enter(page)
    assert page.inner_text("h1") == "Right"
    tab_to(page, "Next question")
    enter(page)
    for place in ("Front of the hip", "Back of the hip", "Outer side of the hip"):
        tab_to(page, "^choose")
        page.keyboard.type(place)
    tab_to(page, "Check")
    enter(page)
    assert "Some are not matched yet" in page.inner_text("[role=alert]")
    chosen = page.locator("select").evaluate_all("all => all.map(s => s.selectedOptions[0].text)")
    assert chosen == ["Front of the hip", "Back of the hip", "Outer side of the hip", "choose"]
    page.locator("select").last.focus()
    page.keyboard.type("Front of the thigh")
    tab_to(page, "Check")
    enter(page)
    assert page.inner_text("h1") == "Right"
    page.goto(f"/p/{person}/")
    assert (
        "next: Making it strong" in page.get_by_role("link", name="Learn").last.inner_text()
    )  # one went wrong


def test_the_back_button_after_an_answer_counts_nothing_twice(page: Any) -> None:
    begin(page)
    person = page.url.split("/")[4]
    page.goto(f"/p/{person}/learn/quiz/reverse-plank/")
    send(page, page.get_by_role("button", name="The psoas"))
    told = page.url
    page.go_back()
    send(page, page.get_by_role("button", name="The psoas"))
    page.goto(f"/p/{person}/learn/quiz/")
    assert page.locator("dd").first.inner_text() == "1 of 37"
    page.goto(told)
    assert page.inner_text("h1") == "Not quite"


def test_a_quick_quiz_and_the_filter_of_the_article_without_scripts(chromium: Any, address: str) -> None:
    context = chromium.new_context(
        java_script_enabled=False, base_url=address, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/learn/")
    send(page, page.get_by_role("link", name="Questions to test yourself"))
    send(page, page.get_by_role("link", name="Begin"))
    send(page, page.locator("button.choice").first)
    assert page.locator("h1.outcome").count() == 1 and "comes back" not in page.inner_text("main")
    send(page, page.get_by_role("link", name="Next question"))
    assert "Question 2 of 37" in page.inner_text("main")
    page.goto("/learn/article/")
    send(page, page.locator(".verdicts a").nth(2))
    assert page.locator("article.claim").count() == 12 == page.locator(".claim.v-contradicted").count()
    send(page, page.get_by_role("link", name="Show all 89"))
    assert page.locator("article.claim").count() == 89
    context.close()
