"""The page of the Thomas test shows what the body model makes of the readings, and decides nothing by it."""

from typing import Any

import pytest

from filled import DESK, begin, fill

pytest.importorskip("django", reason="the extra `web` is not installed")
pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture
def path(client: Any) -> str:
    person = begin(client)
    fill(client, person, DESK)
    client.post(f"/p/{person}/where/", {"region": ["KNEE_ANT_PATELLA_R"], "side": "r"})
    return f"/p/{person}/tests/thomas/"


def shown(client: Any, path: str, degrees: str) -> str:
    """The page after three equal readings of the right leg."""
    readings = {f"right{k}": degrees for k in range(3)}
    client.post(path, {"method": "inclinometer", **readings})
    return " ".join(client.get(path).content.decode().split())


def test_no_estimate_before_there_are_readings(client: Any, path: str) -> None:
    assert "body model" not in client.get(path).content.decode()


def test_a_thigh_well_above_the_level_is_read_as_short(client: Any, path: str) -> None:
    page = shown(client, path, "-15")
    assert "The body model reads a short hip flexor." in page
    assert "90 in 100" in page and "nor how the knee hung" in page


def test_the_clinics_own_word_stays_beside_an_estimate_that_cannot_tell(client: Any, path: str) -> None:
    page = shown(client, path, "15")
    assert "The body model cannot tell" in page
    assert "long enough" in page


def test_a_leg_that_hangs_like_no_other_is_told(client: Any, path: str) -> None:
    assert "knows no leg" in shown(client, path, "59")
