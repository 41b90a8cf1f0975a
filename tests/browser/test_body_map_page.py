"""The figure to mark in real Chromium: by finger, by mouse, by Tab, and the same as in the list."""

from typing import Any

import pytest

from walker import begin, safety, send

pytestmark = [pytest.mark.xdist_group("browser")]

DESK = {"age": 34, "duration_weeks": 10, "pain_now": 5}


def test_a_place_is_marked_by_finger_by_mouse_and_in_the_list_alike(chromium: Any, address: str) -> None:
    context = chromium.new_context(has_touch=True, base_url=address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    begin(page)
    safety(page, DESK)
    send(page, page.get_by_role("link", name="Go on: where does it hurt?"))
    regions = page.locator("[data-region]")
    names = regions.evaluate_all("all => all.map(r => r.dataset.region)")
    boxes = page.locator(".list input[type=checkbox]").evaluate_all("all => all.map(b => b.value)")
    assert set(names) == set(boxes) and len(boxes) == len(set(boxes))
    by_tab = page.locator('[data-region][tabindex="0"]')
    assert by_tab.count() == len(set(names))  # a place that two figures show is reached once
    for role, label, checked in by_tab.evaluate_all(
        "all => all.map(r => ['role', 'aria-label', 'aria-checked'].map(a => r.getAttribute(a)))"
    ):
        assert (role, checked) == ("checkbox", "false") and label
    page.locator('[data-region="KNEE_ANT_PATELLA_L"]').first.tap()
    assert page.locator("#r-KNEE_ANT_PATELLA_L").is_checked()
    assert page.inner_text("[data-said]") == "Kneecap, left: marked"
    page.locator('[data-region="HIP_LAT_R"]').nth(1).click()  # the same place on the figure from the side
    assert page.locator("#r-HIP_LAT_R").is_checked()
    assert [r.get_attribute("aria-checked") for r in page.locator('[data-region="HIP_LAT_R"]').all()] == [
        "true",
        "true",
    ]
    page.locator("#r-HIP_LAT_R").uncheck()
    assert page.locator('[data-region="HIP_LAT_R"][data-on]').count() == 0
    page.locator("#r-CALF_L").check()
    assert page.locator('[data-region="CALF_L"][data-on]').count() == 1
    context.close()
