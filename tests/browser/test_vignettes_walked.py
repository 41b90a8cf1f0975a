"""The seven public vignettes in real Chromium, walked as a person would, to level, answer and plan."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from walker import begin, mark, safety, send, story, where

pytestmark = [pytest.mark.xdist_group("browser")]

VIGNETTES = tomllib.loads((Path(__file__).parents[1] / "data" / "walked_vignettes.toml").read_text("utf-8"))


@pytest.mark.parametrize("told", VIGNETTES["vignette"], ids=lambda told: told["id"])
def test_a_public_vignette_walked_through_the_pages(page: Any, told: dict[str, Any]) -> None:
    begin(page)
    safety(page, told["answers"])
    assert page.inner_text("h1") == told["title"]
    if "marks" in told:
        to_the_answer(page, told)
        assert told["role_words"] in page.inner_text("h1")
        assert page.locator(".s-leading").count() >= 1
        to_the_plan(page, told)
        extra = [name.casefold() for name in page.locator("article.line.extra h3").all_inner_texts()]
        assert bool(extra) is told.get("extra", False), extra
    else:
        stopped(page)
    decided = exported(page)
    assert decided["level"] == told["level"]
    assert set(told.get("rules", ())) <= set(decided["rules"])
    assert decided["within_days"] == told.get("days")
    leading = [each["id"] for each in decided["hypotheses"] if each["standing"] == "leading"]
    assert leading[:1] == told.get("leading", leading[:1])[:1]
    assert set(told.get("leading", ())) <= {each["id"] for each in decided["hypotheses"][:2]}
    assert decided["role"] == told.get("role", "not_shown")


def to_the_answer(page: Any, told: dict[str, Any]) -> None:
    send(page, page.get_by_role("link", name="Go on: where does it hurt?"))
    where(page, told["marks"], told["side"])
    story(page, told["story"])
    if "thomas" in told:
        send(page, page.locator('a[href$="/tests/thomas/"]').first)
        page.get_by_label("phone or inclinometer").check(force=True)
        for side, reading in told["thomas"].items():
            for k in range(3):
                page.locator(f'input[name="{side}{k}"]').fill(str(reading))
        send(page, page.get_by_role("button", name="Keep the readings"))
        send(page, page.get_by_role("link", name="On to the next test"))
    if "change" in told:
        open_test(page, "Test of change")
        for day, scores in enumerate(told["change"]):
            for moment, score in zip(("before", "rested", "after"), scores, strict=True):
                page.locator(f'input[name="{moment}{day}"]').fill(str(score))
        send(page, page.get_by_role("button", name="Keep the scores"))
    for sheet, findings in told["found"].items():
        send(page, page.locator(f'a[href$="/tests/{sheet}/"]').first)
        mark(page, dict.fromkeys(findings, True))
    send(page, page.get_by_role("link", name="Go on to the answer"))


def to_the_plan(page: Any, told: dict[str, Any]) -> None:
    send(page, page.get_by_role("link", name="Go on to the plan"))
    page.get_by_label("How many minutes a day can you give to exercise?").fill(str(told.get("minutes", 25)))
    send(page, page.get_by_role("button", name="Continue"))
    for _ in range(12):
        if "/plan/" in page.url:
            break
        mark(page, dict.fromkeys(told.get("circumstances", ()), True))
    assert page.locator("article.line").count() >= 1
    assert page.locator("article.line .stop").count() == page.locator("article.line").count()
    assert page.locator("article.line .sure").count() >= page.locator("article.line").count()


def stopped(page: Any) -> None:
    """No way on, and no exercise behind any address."""
    person = page.url.split("/")[4]
    for further in ("where", "tests", "answer", "plan"):
        page.goto(f"/p/{person}/{further}/")
        assert page.url.endswith("/safety/")
    assert page.locator("article.line").count() == 0


def open_test(page: Any, name: str) -> None:
    send(page, page.get_by_role("article").filter(has_text=name).get_by_role("link"))


def exported(page: Any) -> dict[str, Any]:
    """What the program decided, from the file that the person can take with them."""
    person = page.url.split("/")[4]
    page.goto(f"/p/{person}/data/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download psoas.json").click()
    content = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    return dict(content["decided"])
