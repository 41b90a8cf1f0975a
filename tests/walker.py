"""Walks through the pages as a person would, from answers by question."""

from collections.abc import Iterable, Mapping
from typing import Any

MOST_SCREENS = 70


def begin(page: Any, country: str = "GB", name: str = "") -> None:
    """From the first page to the first safety question."""
    page.goto("/")
    page.get_by_label("Name, if you like").fill(name)
    page.get_by_label("Where you are, for the numbers to call").select_option(country)
    send(page, page.get_by_role("button", name="Start with the safety questions"))


def answer_screen(page: Any, answers: Mapping[str, Any]) -> None:
    """One safety screen: what is in `answers`, else none of these, 0 or the first choice."""
    if page.locator("input#answer").count():
        box = page.locator("input#answer")
        box.fill(str(answers.get(box.get_attribute("name"), 0)))
        send(page, page.get_by_role("button", name="Continue"))
    elif page.locator(".rows").count():
        mark(page, answers)
    else:
        first = page.locator("button.choice").first
        value = answers.get(first.get_attribute("name"))
        numbers = page.locator(".scale").count() > 0
        if isinstance(value, str) or numbers:
            send(page, page.locator(f'button.choice[value="{value or 0}"]'))
        elif page.locator('button.choice[value="no"]').count():
            send(page, page.locator(f'button.choice[value="{"yes" if value else "no"}"]'))
        else:
            send(page, first)


def send(page: Any, button: Any) -> None:
    """Press it and wait for the page that follows."""
    with page.expect_navigation():
        button.click()


def mark(page: Any, answers: Mapping[str, Any]) -> None:
    """A sheet of statements: yes to those that are true, then on; or none of these."""
    names = page.locator(".rows input[value=yes]").evaluate_all("boxes => boxes.map(box => box.name)")
    true = [name for name in names if answers.get(name)]
    for name in true:
        page.locator(f'.rows input[name="{name}"][value="yes"]').check(force=True)
    send(page, page.get_by_role("button", name="Continue" if true else "None of these", exact=True))


def safety(page: Any, answers: Mapping[str, Any], at_most: int = MOST_SCREENS) -> int:
    """Every safety screen until the outcome; returns how many there were."""
    for count in range(at_most):
        if page.url.endswith("/safety/"):
            return count
        answer_screen(page, answers)
    return at_most


def where(page: Any, regions: Iterable[str], side: str) -> None:
    """Mark regions on the figure and say which knee."""
    page.locator(f'input[name=side][value="{side}"]').check(force=True)
    for region in regions:
        page.locator(f'[data-region="{region}"]').first.click()
    send(page, page.get_by_role("button", name="Continue"))


def story(page: Any, findings: Iterable[str]) -> None:
    """The sheets of the story up to the tests."""
    true = dict.fromkeys(findings, True)
    while "/story/" in page.url:
        mark(page, true)


def scale(page: Any, name: str, number: int) -> None:
    """A number of the scale from 0 to 10."""
    page.locator(f'.scale input[name="{name}"][value="{number}"]').check(force=True)


def start_week(page: Any, worst: int = 6) -> None:
    """From the plan to this week, with two tasks of one's own."""
    send(page, page.get_by_role("link", name="Start this week"))
    scale(page, "worst", worst)
    for k, (task, score) in enumerate((("Stairs down", 4), ("Squat", 3))):
        page.get_by_label(f"Thing {k + 1}", exact=True).fill(task)
        page.locator(f'select[name="score{k}"]').select_option(str(score))
    send(page, page.get_by_role("button", name="Start this week"))
