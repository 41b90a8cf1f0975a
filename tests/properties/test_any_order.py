"""Answers changed later, in any order: no page breaks, and none forgets that a person must be seen first."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("django", reason="the extra `web` is not installed")

from filled import begin
from week_people import Clock, clock, copy, planned, walked

__all__ = ["clock", "planned", "walked"]
pytestmark = pytest.mark.xdist_group("web")

PAGES = ("", "tests/", "tests/thomas/", "answer/", "about/", "plan/", "week/", "data/psoas.json")
MARKS = st.sampled_from(["yes", "no", "unsure", ""])
STEPS = st.sampled_from(
    [
        "where",
        *(f"story/{sheet}" for sheet in ("knee", "when", "does", "hip", "nerves")),
        *(f"tests/{sheet}" for sheet in ("step", "exam-hip", "exam-knee", "exam-nerve")),
        "tests/thomas",
        "tests/change",
        "time",
        "about",
        "safety",
        "start",
    ]
)
ANGLE = st.sampled_from(["-25", "-5", "0", "7.5", "30"])
SCORE = st.integers(0, 10).map(str)


def form(client: Any, person: str, step: str, draw: st.DataObject) -> tuple[str, dict[str, Any]]:
    """The address of a page of the way, and what somebody might send there."""
    at = f"/p/{person}/{step}/"
    if step == "where":
        places = st.lists(st.sampled_from(["KNEE_ANT_PATELLA_R", "KNEE_MED_JL_L", "HIP_LAT_R"]), min_size=1)
        return at, {"region": draw.draw(places), "side": draw.draw(st.sampled_from(["r", "l", "both"]))}
    if step == "tests/thomas":
        sides = draw.draw(st.sets(st.sampled_from(["left", "right"]), min_size=1))
        read = {f"{side}{k}": draw.draw(ANGLE) for side in sorted(sides) for k in range(3)}
        return at, {"method": draw.draw(st.sampled_from(["goniometer", "inclinometer"]))} | read
    if step == "tests/change":
        names = [f"{moment}{day}" for moment in ("before", "rested", "after") for day in "01"]
        return at, {name: draw.draw(SCORE) for name in names}
    if step == "time":
        return at, {"minutes_a_day": draw.draw(st.sampled_from(["", "5", "60"]))}
    if step == "start":
        return at, {"worst": draw.draw(SCORE), "task0": "Stairs", "score0": draw.draw(SCORE), "seen": "1"}
    if step == "safety":
        at = f"/p/{person}/safety/{draw.draw(st.integers(1, 20))}/"
    page = client.get(at, follow=True)
    at = page.redirect_chain[-1][0] if page.redirect_chain else at
    names = [row["id"] for row in (page.context or {}).get("rows", ())]
    return at, {"asked": names} | {name: draw.draw(MARKS) for name in names}


@settings(
    max_examples=100 if os.environ.get("PSOAS_DEEP") else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.data())
def test_no_order_of_answers_breaks_a_page(
    client: Any, walked: str, clock: Clock, draw: st.DataObject
) -> None:
    person = begin(client)
    copy("screens", walked, person)
    copy("told", walked, person)
    for step in draw.draw(st.lists(STEPS, min_size=1, max_size=6)):
        at, posted = form(client, person, step, draw)
        assert client.post(at, posted).status_code in (302, 405, 422), at
        level = client.get(f"/p/{person}/safety/", follow=True).context.get("level")
        for page in PAGES:
            shown = client.get(f"/p/{person}/{page}", follow=True)
            assert shown.status_code == 200, page
            if level in ("EMERGENCY", "URGENT") and page in ("answer/", "plan/", "week/"):
                assert shown.redirect_chain[-1][0].endswith("/safety/"), page
