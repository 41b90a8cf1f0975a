"""Passive moments: the published regression, the calibrated body beside it, and what stays as it was."""

import numpy as np

from psoas.engine.body import load_body
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.muscle import capacity
from psoas.engine.passive_calibration import (
    calibration,
    hip_ligament_moment,
    knee_capsule_moment,
    measured_hip_moment,
    measured_knee_moment,
    with_calibrated_passive,
)
from psoas.engine.types import Body, Coordinates

HIP, KNEE = (
    a.ravel()
    for a in np.meshgrid(
        np.radians(np.arange(-30.0, 21.0, 10.0)), np.radians(np.arange(10.0, 91.0, 20.0)), indexing="ij"
    )
)


def passive_moments(body: Body) -> np.ndarray:
    poses = Coordinates(
        np.arange(len(HIP)) * 1.0, np.stack([HIP, KNEE], 1), ("hip_flexion_r", "knee_angle_r")
    )
    still = np.zeros((len(HIP), len(body.coordinates)))
    g = muscle_geometry(body, poses, poses.names, velocity=still)
    force = capacity(body.muscles, g.length_m, g.velocity_m_s).passive_n
    return np.einsum("tdm,tm->dt", g.moment_arm_m, force)


def test_regression_at_a_value_worked_out_by_hand() -> None:
    # hip 17 degrees extended, knee 10 degrees bent: exp(2.7065) - exp(0.5958) + 8.072
    hip, knee = np.radians([-17.0]), np.radians([10.0])
    np.testing.assert_allclose(measured_hip_moment(hip, knee), [14.977 - 1.8145 + 8.072], atol=0.01)


def test_calibrated_body_is_nearer_to_measured_moments_at_hip_and_knee() -> None:
    measured = np.array([measured_hip_moment(HIP, KNEE), measured_knee_moment(HIP, KNEE)])
    body = load_body()
    before = passive_moments(body) - measured
    after = passive_moments(with_calibrated_passive(body)) - measured
    after[0] += hip_ligament_moment(HIP, calibration().ligament_rate_per_rad)
    after[1] += knee_capsule_moment(KNEE)
    rms_before, rms_after = (np.sqrt((m**2).mean(axis=1)) for m in (before, after))
    assert (rms_before > 9.0).all()
    assert (rms_after < 4.5).all()


def test_ligaments_are_nearly_slack_in_flexion_and_tighten_in_extension() -> None:
    angle = np.radians(np.linspace(30.0, -40.0, 30))
    moment = hip_ligament_moment(angle, calibration().ligament_rate_per_rad)
    assert (np.diff(moment) > 0.0).all()
    assert moment[0] < 0.5
    np.testing.assert_allclose(hip_ligament_moment(np.radians([-12.0]), 3.0), [5.0])


def test_published_body_is_left_alone_and_active_force_too() -> None:
    body = load_body()
    before = body.muscles.passive_force_length.copy()
    changed = with_calibrated_passive(body)
    np.testing.assert_array_equal(body.muscles.passive_force_length, before)
    np.testing.assert_array_equal(changed.muscles.active_force_length, body.muscles.active_force_length)
    assert changed.name != body.name
