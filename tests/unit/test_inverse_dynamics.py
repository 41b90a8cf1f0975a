"""Inverse dynamics where Newton, Euler and the law of energy give the answer without it."""

import mujoco
import numpy as np
import pytest

from moving import on_the_ground, published_body, seen, swaying
from psoas.engine.inverse_dynamics import derivatives, dynamics, inverse_dynamics
from psoas.engine.kinematics import segment_poses
from psoas.engine.types import Coordinates, FootReaction
from psoas.units import STANDARD_GRAVITY_M_S2

BODY = published_body()


def hanging(frames=7):
    """A still person; the pelvis is held in the air."""
    return Coordinates(0.01 * np.arange(frames), np.full((frames, 1), 0.95), ("pelvis_ty",))


def energy(coordinates):
    """Kinetic and potential energy by MuJoCo, joint by joint velocities from the sweep's own slopes."""
    movement = dynamics(BODY, coordinates, None)
    data = mujoco.MjData(BODY.mj)
    motion = movement.paths.motion
    total = []
    for t in range(len(coordinates.time_s)):
        data.qpos[:] = motion.position[t]
        data.qvel[:] = (motion.slope * movement.velocity[:, motion.source])[t]
        mujoco.mj_fwdPosition(BODY.mj, data)
        mujoco.mj_energyPos(BODY.mj, data)
        mujoco.mj_energyVel(BODY.mj, data)
        total.append(data.energy.sum())
    return np.array(total)


def test_a_still_person_weighs_on_the_pelvis():
    moments = inverse_dynamics(BODY, hanging(), None)
    weight = BODY.mass_kg * STANDARD_GRAVITY_M_S2
    np.testing.assert_allclose(moments.residual_force_n, np.tile([0.0, weight, 0.0], (7, 1)), atol=1e-6)
    assert moments.names == BODY.coordinates


def test_the_ground_under_the_mass_centre_takes_the_residual_away():
    poses = segment_poses(BODY, hanging())
    mass = np.array([BODY.mj.body(n).mass[0] for n in poses.names])
    local = np.array([BODY.mj.body(n).ipos for n in poses.names])
    centre = np.einsum(
        "s,si->i", mass, poses.origin_m[0] + np.einsum("sij,sj->si", poses.orientation[0], local)
    )
    centre /= mass.sum()
    half = np.zeros((7, 2, 3))
    half[:, :, 1] = BODY.mass_kg * STANDARD_GRAVITY_M_S2 / 2.0
    point = np.tile([centre[0], 0.0, centre[2]], (7, 2, 1))
    moments = inverse_dynamics(BODY, hanging(), FootReaction(hanging().time_s, half, point, 0.0 * half))
    np.testing.assert_allclose(moments.residual_force_n, 0.0, atol=1e-6)
    np.testing.assert_allclose(moments.residual_moment_nm, 0.0, atol=1e-6)


def test_free_fall_needs_no_force():
    time = 0.01 * np.arange(9)
    falling = (5.0 - STANDARD_GRAVITY_M_S2 * time**2 / 2.0)[:, None]
    moments = inverse_dynamics(BODY, Coordinates(time, falling, ("pelvis_ty",)), None)
    np.testing.assert_allclose(moments.moment_nm[2:-2], 0.0, atol=1e-5)


def test_a_push_on_the_foot_is_its_moment_about_each_joint():
    pushed = hanging()
    force = np.zeros((7, 2, 3))
    force[:, 0] = [30.0, 200.0, -10.0]
    poses = segment_poses(BODY, pushed, ("femur_r", "talus_r"))
    point = np.tile([0.1, 0.02, 0.1], (7, 2, 1))
    moment = np.zeros((7, 2, 3))
    moment[:, 0, 1] = 5.0
    free = inverse_dynamics(BODY, pushed, None).moment_nm
    held = inverse_dynamics(BODY, pushed, FootReaction(pushed.time_s, force, point, moment)).moment_nm
    # about the hip, straight pose: flexion turns about z, adduction about x, internal rotation about y
    arm = point[0, 0] - poses.origin_m[0, 0]
    about_hip = np.cross(arm, force[0, 0]) + moment[0, 0]
    for name, axis in (("hip_flexion_r", 2), ("hip_adduction_r", 0), ("hip_rotation_r", 1)):
        change = (held - free)[0, BODY.coordinates.index(name)]
        assert change == pytest.approx(-about_hip[axis], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_power_of_the_joints_is_the_change_of_energy(seed):
    """The work of all generalised forces goes into motion and height, couplings of the knee included."""
    coordinates = swaying(seed, frames=61)
    movement, moments, _ = seen(BODY, coordinates, None)
    power = (moments.moment_nm * movement.velocity).sum(1)
    change = np.gradient(energy(coordinates), coordinates.time_s, edge_order=2)
    inner = slice(5, -5)
    assert np.abs(power - change)[inner].max() < 0.01 * np.abs(power).max()


def test_work_of_the_ground_is_taken_off():
    coordinates = swaying(1, frames=61)
    reaction = on_the_ground(BODY, coordinates)
    _, free, _ = seen(BODY, coordinates, None)
    movement, held, _ = seen(BODY, coordinates, reaction)
    taken = ((free.moment_nm - held.moment_nm) * movement.velocity).sum(1)
    # velocity of the material point of the heel under the force, by differences
    poses = segment_poses(BODY, coordinates, ("calcn_r", "calcn_l"))
    local = np.einsum("tsji,tsj->tsi", poses.orientation, reaction.point_m - poses.origin_m)
    expected = np.zeros(61)
    for t in range(1, 60):
        before, after = (
            poses.origin_m[k] + np.einsum("sij,sj->si", poses.orientation[k], local[t])
            for k in (t - 1, t + 1)
        )
        expected[t] = (reaction.force_n[t] * (after - before)).sum() / 0.02
        turn = poses.orientation[t + 1] @ poses.orientation[t - 1].transpose(0, 2, 1)
        spin = np.array(
            [turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]]
        )
        expected[t] += (reaction.free_moment_nm[t] * spin.T / 2.0).sum() / 0.02
    inner = slice(5, -5)
    assert np.abs(taken - expected)[inner].max() < 0.02 * np.abs(expected).max()


def test_derivatives_of_a_polynomial_are_exact():
    time = np.linspace(0.0, 1.0, 12)
    velocity, acceleration = derivatives(time, (time**4 - time)[:, None])
    np.testing.assert_allclose(velocity[:, 0], 4 * time**3 - 1, atol=1e-10)
    np.testing.assert_allclose(acceleration[:, 0], 12 * time**2, atol=1e-8)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5])
def test_a_few_frames_are_enough(frames):
    moments = inverse_dynamics(BODY, hanging(frames), None)
    assert np.isfinite(moments.moment_nm).all()
    assert moments.residual_force_n[0, 1] == pytest.approx(BODY.mass_kg * STANDARD_GRAVITY_M_S2)


def test_times_that_differ_are_refused():
    ground = on_the_ground(BODY, hanging())
    late = FootReaction(ground.time_s + 0.01, ground.force_n, ground.point_m, ground.free_moment_nm)
    with pytest.raises(ValueError, match="same times"):
        dynamics(BODY, hanging(), late)
