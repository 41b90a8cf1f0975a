"""The leg that may drift outwards: published drift, the leg held in line beside it, and its monotony."""

import numpy as np
import pytest

from psoas.engine.hanging_leg import people, rest
from psoas.engine.shortness_at_rest import BACK_FLAT_TILT_RAD, beside_average, healthy_leg
from psoas.engine.thigh_in_space import Posture, rest_in_space
from psoas.engine.types import AS_BUILT, Condition

pytestmark = pytest.mark.xdist_group("thomas")


def posture(group: str = "iliopsoas", part: float = 0.0, tilt: float = BACK_FLAT_TILT_RAD) -> Posture:
    body = healthy_leg().body
    condition = Condition("short", shortness={group: part}) if part else AS_BUILT
    return rest_in_space(body, tilt, beside_average(condition, body.muscles))


def test_average_leg_drifts_out_as_published() -> None:
    """Harvey 1998: 15.6 degrees on average; knee 52.5."""
    average = posture()
    assert np.degrees(average.outwards_rad) == pytest.approx(15.6, abs=4.0)
    assert np.degrees(average.knee_rad) == pytest.approx(52.5, abs=4.0)


def test_agrees_with_the_leg_held_at_the_average_drift() -> None:
    held = rest(healthy_leg(), people(tilt_rad=BACK_FLAT_TILT_RAD))
    average = posture()
    assert np.degrees(abs(average.thigh_rad - held.thigh_rad[0])) < 1.0
    assert np.degrees(abs(average.knee_rad - held.knee_rad[0])) < 3.0


def test_thigh_rises_with_a_short_iliopsoas_smoothly() -> None:
    """0 to 25 %, back flat: never down, and where it is steepest half a step makes half the rise."""
    thigh = np.degrees([posture(part=x).thigh_rad for x in np.arange(0.0, 0.2501, 0.01)])
    assert (np.diff(thigh) > 0.0).all()
    end = np.degrees([posture(part=x).thigh_rad for x in np.arange(0.23, 0.2501, 0.001)])
    assert (np.diff(end) > 0.0).all()
    assert np.diff(end).max() < 0.65 * np.diff(end[::2]).max()


def test_short_tensor_fasciae_latae_draws_the_thigh_outwards() -> None:
    outwards = [posture("tensor_fasciae_latae", x).outwards_rad for x in (0.0, 0.1, 0.2)]
    assert (np.diff(outwards) > 0.0).all()


def test_start_does_not_matter_and_nothing_is_left_turning(monkeypatch: pytest.MonkeyPatch) -> None:
    from psoas.engine import thigh_in_space

    first = posture(part=0.1)
    monkeypatch.setattr(thigh_in_space, "_START", np.array([0.3, 0.2, 1.6]))
    second = posture(part=0.1)
    assert first.thigh_rad == pytest.approx(second.thigh_rad, abs=1e-4)
    assert first.outwards_rad == pytest.approx(second.outwards_rad, abs=1e-4)
