"""The hand-held dynamometer: by hand, back from a known strength, and what one leg cannot say."""

import numpy as np
import pytest

from psoas.engine.body import load_body
from psoas.engine.inverse_dynamics import inverse_dynamics
from psoas.engine.push_test import PushReading, between_legs, push_estimate
from psoas.engine.types import Coordinates

MASS = float(load_body().mj.body_mass.sum())


def test_weight_of_the_leg_is_that_of_inverse_dynamics() -> None:
    """Seated upright, thigh level: what the hip needs with no push at all."""
    pose = Coordinates(np.zeros(1), np.radians([[90.0, 90.0]]), ("hip_flexion_r", "knee_angle_r"))
    needed = inverse_dynamics(load_body(), pose, None)
    weight = needed.moment_nm[0, needed.names.index("hip_flexion_r")]
    assert push_estimate(PushReading(0.0, 0.38, MASS)).moment_nm == pytest.approx(weight, rel=0.01)


@pytest.mark.parametrize("strength", [0.4, 0.7, 1.0])
def test_a_known_strength_is_found_again(strength: float) -> None:
    """What the built-in body's flexors make at that strength, less the weight of the leg, read at 0.38 m."""
    one = push_estimate(PushReading(300.0, 0.38, MASS))
    could = one.moment_nm / one.hip_flexors.median
    weight = push_estimate(PushReading(0.0, 0.38, MASS)).moment_nm
    found = push_estimate(PushReading((strength * could - weight) / 0.38, 0.38, MASS)).hip_flexors
    assert found.median == pytest.approx(strength, rel=0.02)
    assert found.low < strength < found.high
    assert found.high / found.low > 1.3  # one reading of one leg is no precise thing


def test_weakness_of_all_asks_for_more_weakness_of_one() -> None:
    found = push_estimate(PushReading(200.0, 0.38, MASS))
    assert found.iliopsoas_alone.median < found.hip_flexors.median < 1.0
    assert push_estimate(PushReading(60.0, 0.38, MASS)).iliopsoas_alone.high < 0.0


def test_legs_beside_each_other_are_firmer_than_one() -> None:
    right, left = PushReading(200.0, 0.38, MASS), PushReading(250.0, 0.38, MASS)
    ratio, one = between_legs(right, left), push_estimate(right).hip_flexors
    assert ratio.high / ratio.low < one.high / one.low
    assert ratio.high < 1.0
    same = between_legs(right, right)
    assert same.low < 1.0 < same.high
