"""Right beside left: differences, and exchanged readings."""

import numpy as np
import pytest

from psoas.engine.hip_flexor_test import Prior, ThomasReading, posterior
from psoas.engine.leg_pair import difference, exchanged_reading

pytestmark = pytest.mark.xdist_group("thomas")


def drawn(thigh: float, knee: float = 52.0):  # type: ignore[no-untyped-def]
    return posterior(ThomasReading(*np.radians([thigh, knee, 13.0])), Prior())


def test_the_clearly_shorter_side_is_named_and_a_small_difference_is_not() -> None:
    assert difference(drawn(12.0, 65.0), drawn(-18.0), "iliopsoas").shorter == "r"
    assert difference(drawn(-18.0), drawn(12.0, 65.0), "iliopsoas").shorter == "l"
    assert difference(drawn(-10.0), drawn(-14.0), "iliopsoas").shorter is None
    assert difference(drawn(-12.0, 25.0), drawn(-12.0, 60.0), "rectus").shorter == "r"


def test_the_interval_is_wider_than_that_of_one_leg() -> None:
    one = drawn(-10.0)
    d = difference(one, drawn(-14.0), "iliopsoas").right_minus_left
    spread = np.sqrt(one.weight @ (one.iliopsoas - one.weight @ one.iliopsoas) ** 2)
    assert d.high - d.low > 2 * 1.64 * spread


@pytest.mark.parametrize(
    ("right", "left", "index"),
    [
        ([-12.0, -11.0, 4.0], [4.0, 5.0, -13.0], 2),
        ([5.0, -12.0, -11.0, -10.0], [-12.0, 4.0, 5.0, 6.0], 0),
        ([-12.0, -11.0, -13.0], [4.0, 5.0, 3.0], None),
        ([-12.0, -11.0, 4.0], [4.0, 5.0, 3.0], None),
        ([-12.0, 4.0], [4.0, -12.0], None),
        ([-1.0, 0.0, 2.0], [2.0, 1.0, -1.0], None),
    ],
)
def test_an_exchanged_reading_is_found(right: list[float], left: list[float], index: int | None) -> None:
    assert exchanged_reading(right, left) == index
