"""From resting angles back to shortness: the forward model turned round, and its Jacobian."""

from dataclasses import replace

import numpy as np
import pytest

from psoas.engine.body import load_body
from psoas.engine.hanging_leg import hanging_leg, people, rest
from psoas.engine.shortness_at_rest import BACK_FLAT_TILT_RAD, healthy_leg, hip_at, shortness_at_rest

pytestmark = pytest.mark.xdist_group("thomas")
SHORT = {
    "iliopsoas_shortness": np.array([-0.05, 0.0, 0.1, 0.2]),
    "rectus_shortness": np.array([0.05, 0.0, 0.2, 0.1]),
}
OTHER = {
    "tilt_rad": np.array([0.1, 0.2, 0.3, 0.25]),
    "mass": np.array([0.9, 1.0, 1.2, 1.1]),
    "ligament": np.array([0.7, 1.0, 1.3, 1.0]),
    "rectus_stiffness": np.array([1.2, 1.0, 0.8, 1.1]),
    "iliopsoas_slack_m": np.array([0.002, 0.0, -0.002, 0.001]),
}


def test_shortness_is_found_again() -> None:
    leg = healthy_leg()
    rested = rest(leg, people(4, **SHORT, **OTHER))
    angle = np.stack([rested.hip_flexion_rad, rested.knee_rad], axis=1)
    found = shortness_at_rest(leg, people(4, **OTHER), angle)
    assert found.possible.all()
    np.testing.assert_allclose(found.iliopsoas, SHORT["iliopsoas_shortness"], atol=1e-5)
    np.testing.assert_allclose(found.rectus, SHORT["rectus_shortness"], atol=1e-5)


def test_hip_at_a_thigh_angle_is_the_hip_at_rest() -> None:
    leg = healthy_leg()
    who = people(4, **SHORT, **OTHER)
    rested = rest(leg, who)
    np.testing.assert_allclose(
        hip_at(leg, who, rested.thigh_rad, rested.knee_rad), rested.hip_flexion_rad, atol=1e-6
    )


def test_jacobian_is_that_of_finite_differences_of_the_forward_model() -> None:
    leg = healthy_leg()
    who = people(4, **SHORT, **OTHER)
    step = 1e-4
    columns = []
    for name in ("iliopsoas_shortness", "rectus_shortness"):
        ends = [rest(leg, replace(who, **{name: SHORT[name] + s})) for s in (-step, step)]
        columns.append(
            [
                (getattr(ends[1], a) - getattr(ends[0], a)) / (2 * step)
                for a in ("hip_flexion_rad", "knee_rad")
            ]
        )
    determinant = columns[0][0] * columns[1][1] - columns[0][1] * columns[1][0]
    rested = rest(leg, who)
    angle = np.stack([rested.hip_flexion_rad, rested.knee_rad], axis=1)
    found = shortness_at_rest(leg, who, angle)
    np.testing.assert_allclose(found.log_jacobian, -np.log(np.abs(determinant)), atol=0.02)


def test_an_angle_that_no_muscle_makes_is_not_possible() -> None:
    """A thigh hanging 60 degrees down would need an iliopsoas that pushes."""
    angle = np.radians([[-42.0, 60.0], [-27.0, 52.0]])
    found = shortness_at_rest(healthy_leg(), people(2, ligament=2.0, tilt_rad=0.2), angle)
    assert found.possible.tolist() == [False, True]


def test_average_leg_is_the_built_in_one_but_for_the_zero_of_the_rectus() -> None:
    average = healthy_leg()
    assert 0.0 < average.rectus_average < 0.2
    rested = rest(average, people(tilt_rad=BACK_FLAT_TILT_RAD))
    assert np.degrees(rested.knee_rad[0]) == pytest.approx(52.5, abs=0.01)
    own = rest(
        hanging_leg(load_body()), people(rectus_shortness=average.rectus_average, tilt_rad=BACK_FLAT_TILT_RAD)
    )
    assert own.thigh_rad[0] == pytest.approx(rested.thigh_rad[0], abs=1e-9)
