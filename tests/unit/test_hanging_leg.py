"""The hanging leg: where gravity alone leaves it, a slow direct balance beside it, and its monotony."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import root

from psoas.engine.body import load_body
from psoas.engine.hanging_leg import PLANTARFLEXED_RAD, People, hanging_leg, joint_moments, people, rest
from psoas.engine.inverse_dynamics import inverse_dynamics
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.muscle import capacity
from psoas.engine.passive_calibration import (
    calibration,
    hip_ligament_moment,
    knee_capsule_moment,
    with_calibrated_passive,
)
from psoas.engine.types import Condition, Coordinates

TILT = np.radians(15.0)
NAMES = ("pelvis_tilt", "hip_flexion_r", "knee_angle_r", "ankle_angle_r")


def full_model_moments(x: np.ndarray, tilt: float, condition: Condition) -> np.ndarray:
    """The same balance with nothing fitted: inverse dynamics and muscles of the whole body in one posture."""
    body = with_calibrated_passive(load_body())
    pose = Coordinates(np.zeros(1), np.array([[np.pi / 2 + tilt, *x, PLANTARFLEXED_RAD]]), NAMES)
    dofs = ("hip_flexion_r", "knee_angle_r")
    still = np.zeros((1, len(body.coordinates)))
    geometry = muscle_geometry(body, pose, dofs, velocity=still)
    force = capacity(body.muscles, geometry.length_m, geometry.velocity_m_s, condition).passive_n
    needed = inverse_dynamics(body, pose, None)
    weight = np.array([needed.moment_nm[0, needed.names.index(d)] for d in dofs])
    moment = geometry.moment_arm_m[0] @ force[0] - weight
    moment[0] += hip_ligament_moment(x[:1], calibration().ligament_rate_per_rad)[0]
    moment[1] += knee_capsule_moment(x[1:])[0]
    return np.asarray(moment)


@pytest.mark.parametrize(
    ("tilt", "iliopsoas", "rectus"),
    [(0.0, 0.0, 0.0), (15.0, 0.08, 0.0), (25.0, 0.0, 0.15), (10.0, 0.12, 0.2)],
)
def test_rest_agrees_with_a_slow_balance_of_the_whole_body(
    tilt: float, iliopsoas: float, rectus: float
) -> None:
    short = Condition("short", shortness={"iliopsoas": iliopsoas, "rectus_femoris": rectus})
    who = people(tilt_rad=np.radians(tilt), iliopsoas_shortness=iliopsoas, rectus_shortness=rectus)
    fast = rest(hanging_leg(load_body()), who)
    start = np.array([fast.hip_flexion_rad[0] + 0.15, fast.knee_rad[0] - 0.15])
    slow = root(full_model_moments, start, args=(np.radians(tilt), short), method="hybr")
    assert slow.success
    assert np.degrees(abs(slow.x[0] - fast.hip_flexion_rad[0])) < 0.1
    assert np.degrees(abs(slow.x[1] - fast.knee_rad[0])) < 0.1


def test_without_muscles_the_shank_hangs_plumb() -> None:
    """The thigh is stopped at the end of the range; knee and foot then are a free pendulum."""
    leg = hanging_leg(load_body())
    muscles = replace(leg.body.muscles, passive_force_length=0.0 * leg.body.muscles.passive_force_length)
    bare = replace(leg, body=replace(leg.body, muscles=muscles))
    who = people(ligament=0.0, tilt_rad=TILT)
    rested = rest(bare, who)
    # What keeps the centre of mass of shank and foot off the plumb line is the knee's capsule alone.
    angle = np.array([[rested.hip_flexion_rad[0], rested.knee_rad[0]]])
    assert abs(joint_moments(bare, who, angle, "supine")[0, 1]) < 1e-4
    shank = leg.spline(angle)[0, -3:]
    up = np.array([np.cos(TILT), -np.sin(TILT), 0.0])
    assert np.degrees(np.arccos(-shank @ up / np.linalg.norm(shank[:2]))) < 8.0
    assert rested.hip_flexion_rad[0] == pytest.approx(-0.75)  # nothing holds the thigh but the range


def test_weight_of_a_level_leg_by_hand() -> None:
    """Mass times lever of the two parts, the thigh level and no muscle taken into account."""
    leg = hanging_leg(load_body())
    muscles = replace(leg.body.muscles, passive_force_length=0.0 * leg.body.muscles.passive_force_length)
    bare = replace(leg, body=replace(leg.body, muscles=muscles))
    angle = np.array([[0.0, np.radians(90.0)]])
    moment = joint_moments(bare, people(ligament=0.0), angle, "supine")[0, 0]
    parts = leg.spline(angle)[0, len(leg.lines) :].reshape(3, 3)
    lever = leg.thigh_kg * -parts[0, 1] + leg.shank_kg * -(parts[1, 1] + parts[2, 1])
    assert moment == pytest.approx(-9.80665 * lever, rel=0.02)
    assert leg.thigh_kg + leg.shank_kg == pytest.approx(14.66, abs=0.05)


def test_healthy_body_beside_published_thomas_angles() -> None:
    """Harvey 1998 (117 athletes): thigh 11.9 below the horizontal, knee 52.5. Spread: see validation page."""
    rested = rest(hanging_leg(load_body()), people(tilt_rad=TILT))
    assert abs(np.degrees(rested.thigh_rad[0]) + 11.9) < 6.0
    assert abs(np.degrees(rested.knee_rad[0]) - 52.5) < 12.2


@pytest.mark.parametrize("tilt", [0.0, 15.0, 30.0])
def test_thigh_rises_with_shortness_without_jumps(tilt: float) -> None:
    shortness = np.arange(0.0, 0.2501, 0.005)
    short = people(len(shortness), iliopsoas_shortness=shortness, tilt_rad=np.radians(tilt))
    step = np.diff(np.degrees(rest(hanging_leg(load_body()), short).thigh_rad))
    assert (step > 0.0).all()
    assert step.max() < 2.5  # half a point of shortness never moves the thigh by more


def test_knee_straightens_with_a_short_rectus_and_the_thigh_hardly_moves() -> None:
    shortness = np.arange(0.0, 0.2501, 0.01)
    rested = rest(hanging_leg(load_body()), people(len(shortness), rectus_shortness=shortness, tilt_rad=TILT))
    assert (np.diff(rested.knee_rad) < 0.0).all()
    assert np.ptp(np.degrees(rested.thigh_rad)) < 4.0


@given(st.floats(-0.1, 0.25), st.floats(-0.1, 0.25), st.floats(-0.2, 0.6), st.floats(0.6, 1.5))
def test_everybody_comes_to_rest(iliopsoas: float, rectus: float, tilt: float, mass: float) -> None:
    who = people(iliopsoas_shortness=iliopsoas, rectus_shortness=rectus, tilt_rad=tilt, mass=mass)
    rested = rest(hanging_leg(load_body()), who)
    assert rested.residual_nm[0] < 1e-4


def test_many_equal_one_at_a_time() -> None:
    rng = np.random.default_rng(3)
    tilt, short = rng.uniform(0.0, 0.4, 20), rng.uniform(0.0, 0.2, 20)
    leg = hanging_leg(load_body())
    together: People = people(20, tilt_rad=tilt, iliopsoas_shortness=short)
    alone = [
        rest(leg, people(tilt_rad=t, iliopsoas_shortness=s)).thigh_rad[0]
        for t, s in zip(tilt, short, strict=True)
    ]
    np.testing.assert_allclose(rest(leg, together).thigh_rad, alone, atol=1e-6)
