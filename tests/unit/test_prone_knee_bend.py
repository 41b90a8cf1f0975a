"""Ely's test forwards and backwards."""

import numpy as np
import pytest

from psoas.engine.hanging_leg import DRIFT_RAD, people
from psoas.engine.hip_flexor_test import SPREAD, Prior, ely_estimate
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.muscle import capacity
from psoas.engine.prone_knee_bend import LIFT_NM, LIFT_SD, ElyReading, knee_bend, pull_at_hip
from psoas.engine.shortness_at_rest import beside_average, healthy_leg
from psoas.engine.types import AS_BUILT, Coordinates
from psoas.errors import InputError

pytestmark = pytest.mark.xdist_group("thomas")


def test_the_hip_lifts_where_the_rectus_pulls_as_much_as_holds_it() -> None:
    leg, who = healthy_leg(), people(3, rectus_shortness=np.array([0.0, 0.1, 0.2]))
    knee = knee_bend(leg, who, np.full(3, LIFT_NM))
    np.testing.assert_allclose(pull_at_hip(leg, who, knee), LIFT_NM, rtol=1e-4)
    # the same from the paths of the whole body, hip at 0 within a degree
    body = leg.body
    pose = Coordinates(
        np.zeros(1),
        np.array([[0.0, knee[0], -DRIFT_RAD]]),
        ("hip_flexion_r", "knee_angle_r", "hip_adduction_r"),
    )
    still = np.zeros((1, len(body.coordinates)))
    geometry = muscle_geometry(body, pose, pose.names[:1], velocity=still)
    average = beside_average(AS_BUILT, body.muscles)
    force = capacity(body.muscles, geometry.length_m, geometry.velocity_m_s, average).passive_n[0]
    i = body.muscles.names.index("recfem_r")
    assert geometry.moment_arm_m[0, 0, i] * force[i] == pytest.approx(LIFT_NM, rel=0.1)


def test_a_shorter_rectus_stops_the_knee_earlier_and_a_heavier_pelvis_later() -> None:
    leg = healthy_leg()
    shortness = np.linspace(0.0, 0.25, 11)
    knee = knee_bend(leg, people(11, rectus_shortness=shortness), np.full(11, LIFT_NM))
    assert (np.diff(knee) < 0.0).all()
    heavier = knee_bend(leg, people(11, rectus_shortness=shortness), np.full(11, 1.3 * LIFT_NM))
    assert (heavier > knee).all()


def test_iliopsoas_plays_no_part() -> None:
    leg = healthy_leg()
    knee = knee_bend(leg, people(2, iliopsoas_shortness=np.array([0.0, 0.2])), np.full(2, LIFT_NM))
    assert knee[0] == pytest.approx(knee[1], abs=1e-9)


def test_an_earlier_stop_is_a_shorter_rectus() -> None:
    mean = [ely_estimate(ElyReading(np.radians(k))).mean for k in (115, 95, 75, 55, 40)]
    assert (np.diff(mean) > 0.0).all()


def test_intervals_cover_strangers() -> None:
    """200 people by uniform laws: 90 % intervals cover at least 86 % (two standard errors of 200)."""
    rng = np.random.default_rng(5)
    count = 200
    value = {name: np.sqrt(3.0) * sd * rng.uniform(-1.0, 1.0, count) for name, sd in SPREAD.items()}
    value = {name: v if name.endswith("_m") else np.exp(v) for name, v in value.items()}
    true = rng.uniform(0.0, 0.25, count)
    lift = LIFT_NM * np.exp(np.sqrt(3.0) * LIFT_SD * rng.uniform(-1.0, 1.0, count))
    who = people(count, **value, rectus_shortness=true, tilt_rad=np.radians(5.0) * rng.normal(size=count))
    seen = knee_bend(healthy_leg(), who, lift) + np.radians(2.9) * rng.normal(size=count)
    inside = []
    for knee, s in zip(seen, true, strict=True):
        found = ely_estimate(ElyReading(float(knee)), Prior(0.125), draws=1024)
        inside.append(found.low <= s <= found.high)
    assert np.mean(inside) >= 0.86


def test_a_knee_that_never_stops_so_early_is_refused() -> None:
    with pytest.raises(InputError, match="stops there"):
        ely_estimate(ElyReading(np.radians(3.0)))
