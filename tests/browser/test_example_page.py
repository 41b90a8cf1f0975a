"""The example in real Chromium: shown in one press, removed in one press, also by keyboard."""

from typing import Any

import pytest

from walker import send

pytestmark = [pytest.mark.xdist_group("browser")]


def test_somebody_looks_first_and_clears_up(page: Any) -> None:
    page.goto("/")
    page.get_by_role("button", name="Show an example").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "likely plays a part" in page.inner_text("h1")
    assert "An example, not you." in page.inner_text("main")
    send(page, page.get_by_role("link", name="My way"))
    assert page.inner_text("h1") == "Your way, Example"
    send(page, page.get_by_role("button", name="Remove the example"))
    assert page.url.endswith("/") and page.locator(".people").count() == 0
