"""Movement of a body: couplings, poses and muscle paths, each against a slow or written-out answer."""

import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas.engine import kinematics
from psoas.engine.body import load_body
from psoas.engine.body_data import published_tables
from psoas.engine.couplings import piecewise, straight_between
from psoas.engine.kinematics import (
    contact_joints,
    coordinate_values,
    coordinate_velocity,
    joint_arms,
    joint_motion,
    joint_names,
    marker_positions,
    moment_arms,
    muscle_geometry,
    muscle_paths,
    segment_poses,
    to_coordinates,
)
from psoas.engine.types import Coordinates
from psoas.errors import InputError

BODY = load_body()
LEG = ("hip_flexion_r", "hip_adduction_r", "hip_rotation_r", "knee_angle_r", "ankle_angle_r")
angles = st.lists(st.floats(-0.4, 0.4), min_size=5, max_size=5).map(lambda v: [*v[:3], 0.7 + v[3], v[4]])


def leg_at(values: list[list[float]]) -> Coordinates:
    return Coordinates(0.01 * np.arange(len(values)), np.array(values, dtype=float), LEG)


@given(angles)
def test_moment_arms_are_minus_the_slope_of_length(values: list[float]) -> None:
    """-dL/dq by central differences, couplings included; lines at the edge of a wrap are let off."""
    step = 1e-5
    around = [list(values)]
    for i in range(5):
        for sign in (1.0, -1.0):
            around.append([v + sign * step * (k == i) for k, v in enumerate(values)])
    paths = muscle_paths(BODY, leg_at(around))
    arms = moment_arms(BODY, paths, LEG)
    length = paths.length_m.copy()
    for s in BODY.shortfalls:  # the published shortfall is no part of the path
        if s.independent in LEG:
            length[:, BODY.muscles.names.index(s.dependent)] += s.spline(np.array(around)[:, 3])
    for i in range(5):
        slope = (length[1 + 2 * i] - length[2 + 2 * i]) / (2 * step)
        settled = np.abs(arms[1 + 2 * i, i] - arms[2 + 2 * i, i]) < 1e-4
        assert settled.mean() > 0.95
        assert np.abs(arms[0, i] + slope)[settled].max() < 2e-6


@given(angles)
def test_a_batch_equals_a_loop(values: list[float]) -> None:
    frames = [values, [0.0] * 5, [0.5 * v for v in values]]
    whole = muscle_paths(BODY, leg_at(frames))
    for t, frame in enumerate(frames):
        one = muscle_paths(BODY, leg_at([frame]))
        assert np.array_equal(one.length_m[0], whole.length_m[t])
        assert np.array_equal(moment_arms(BODY, one, LEG)[0], moment_arms(BODY, whole, LEG)[t])


def test_joint_derivatives_are_those_of_the_positions() -> None:
    step = 1e-5
    knee = np.linspace(-0.09, 2.19, 47)  # off the spline's knots
    at = [
        joint_motion(BODY, coordinate_values(BODY, Coordinates(knee, (knee + d)[:, None], ("knee_angle_r",))))
        for d in (-step, 0.0, step)
    ]
    here = np.flatnonzero(at[1].source == BODY.coordinates.index("knee_angle_r"))
    assert len(here) == 9  # tibia: 3 slides, 3 hinges; patella: 2 slides, 1 hinge
    first = (at[2].position - at[0].position) / (2 * step)
    second = (at[2].slope - at[0].slope) / (2 * step)
    assert np.abs(first - at[1].slope)[:, here].max() < 1e-6
    assert np.abs(second - at[1].curvature)[:, here].max() < 1e-3


def test_projection_keeps_power() -> None:
    """tau_c . c' = tau_joint . q' for any forces and velocities."""
    rng = np.random.default_rng(3)
    values = rng.uniform(-0.3, 0.3, (4, len(BODY.coordinates)))
    motion = joint_motion(BODY, values)
    rate = rng.normal(size=values.shape)
    force = rng.normal(size=motion.position.shape)
    joint_power = np.sum(force * motion.slope * rate[:, motion.source], axis=1)
    assert np.allclose(np.sum(to_coordinates(motion, force, values.shape[1]) * rate, axis=1), joint_power)


def test_the_hip_turns_the_thigh() -> None:
    """Flexion by 0.5 rad turns the femur about the pelvis' z axis, about the hip centre."""
    poses = segment_poses(BODY, leg_at([[0.5, 0, 0, 0, 0]]), ("pelvis", "femur_r"))
    c, s = np.cos(0.5), np.sin(0.5)
    assert np.allclose(poses.orientation[0, 1], [[c, -s, 0], [s, c, 0], [0, 0, 1]])
    hip = published_tables().joint("hip_r").parent_translation_m
    assert np.allclose(poses.origin_m[0, 1], hip)


def test_the_pelvis_moves_as_its_coordinates_say() -> None:
    names = ("pelvis_tx", "pelvis_ty", "pelvis_tz", "pelvis_tilt", "pelvis_list", "pelvis_rotation")
    value = np.array([[1.0, 0.9, -0.2, 0.2, -0.1, 0.4]])
    poses = segment_poses(BODY, Coordinates(np.zeros(1), value, names), ("pelvis",))
    assert np.allclose(poses.origin_m[0, 0], value[0, :3])

    def turn(axis: int, angle: float) -> np.ndarray:
        i, j = (axis + 1) % 3, (axis + 2) % 3
        m = np.eye(3)
        m[i, i] = m[j, j] = np.cos(angle)
        m[i, j], m[j, i] = -np.sin(angle), np.sin(angle)
        return m

    assert np.allclose(poses.orientation[0, 0], turn(2, 0.2) @ turn(0, -0.1) @ turn(1, 0.4))


def test_velocity_is_the_rate_of_length() -> None:
    """Lines lengthen as their moment arms and the joint velocities say, for smooth movement."""
    time_s = np.linspace(0.0, 1.0, 101)
    wave = np.sin(2 * np.pi * time_s)
    value = np.column_stack([0.3 * wave, 0.1 * wave, 0.1 * wave, 0.9 + 0.3 * wave, 0.1 * wave])
    geometry = muscle_geometry(BODY, Coordinates(time_s, value, LEG), LEG)
    inner = slice(5, -5)
    rate = np.gradient(geometry.length_m, time_s, axis=0)[inner]
    assert np.abs(rate - geometry.velocity_m_s[inner]).max() < 0.02
    assert np.median(np.abs(rate - geometry.velocity_m_s[inner])) < 1e-4
    given_rate = coordinate_velocity(time_s, coordinate_values(BODY, Coordinates(time_s, value, LEG)))
    again = muscle_geometry(BODY, Coordinates(time_s, value, LEG), LEG, velocity=given_rate)
    assert np.array_equal(again.velocity_m_s, geometry.velocity_m_s)


def test_coordinate_velocity_of_few_frames() -> None:
    assert np.array_equal(coordinate_velocity(np.zeros(1), np.ones((1, 2))), np.zeros((1, 2)))
    for n in (2, 3, 4, 5, 6):
        t = np.linspace(0.0, 0.5, n)
        assert np.allclose(coordinate_velocity(t, 3.0 * t[:, None]), 3.0)


def test_contact_slides_take_the_pull_of_a_line() -> None:
    """At the knee's slides a line puts its unit pull on the tibia, in the joint's axes on the femur."""
    movement = leg_at([[0.2, 0.0, 0.0, 0.6, 0.0]])
    arms = joint_arms(BODY, muscle_paths(BODY, movement), contact_joints("tibiofemoral", "r"))
    line = BODY.muscles.names.index("semimem_r")
    data = mujoco.MjData(BODY.mj)
    data.qpos[:] = joint_motion(BODY, coordinate_values(BODY, movement)).position[0]
    mujoco.mj_fwdPosition(BODY.mj, data)
    joints = [BODY.mj.joint(n).id for n in contact_joints("tibiofemoral", "r")]
    pull = data.xaxis[joints].T @ arms[0, :, line]  # in the ground frame
    assert np.linalg.norm(pull) == pytest.approx(1.0, abs=1e-9)
    # it points from the tibia's attachment towards the path's next point, up along the thigh
    assert pull[1] > 0.8


def test_joints_are_named_by_their_coordinates() -> None:
    names = joint_names(BODY)
    without = set(BODY.coordinates) - set(names)
    assert without == {"lumbar_extension", "lumbar_bending", "lumbar_rotation"}
    assert BODY.mj.nq == BODY.mj.nv == len(names)
    ranges = dict(zip(names, BODY.mj.jnt_range, strict=True))
    for name, (low, high) in zip(BODY.coordinates, BODY.coordinate_range, strict=True):
        if name in names:
            assert np.allclose(ranges[name], (low, high))
    assert not BODY.mj.jnt_limited.any()


def test_markers_ride_on_their_segments() -> None:
    marker = next(m for m in published_tables().markers if m.segment == "tibia_r")
    movement = leg_at([[0.3, 0.1, 0.0, 0.8, 0.0]])
    poses = segment_poses(BODY, movement, ("tibia_r",))
    place = poses.origin_m[0, 0] + poses.orientation[0, 0] @ np.array(marker.location_m)
    assert np.allclose(marker_positions(BODY, movement, (marker.name,))[0, 0], place)


def test_a_movement_of_another_body_is_refused() -> None:
    with pytest.raises(InputError, match="no coordinate of this body"):
        coordinate_values(BODY, Coordinates(np.zeros(1), np.zeros((1, 1)), ("elbow_of_an_octopus",)))


def test_the_flat_jacobian_is_scattered_as_mujoco_has_it() -> None:
    """Against MuJoCo's own dense expansion, one entry at a time."""
    motion = joint_motion(BODY, coordinate_values(BODY, leg_at([[0.2, 0.1, 0.0, 0.5, 0.1]])))
    data = mujoco.MjData(BODY.mj)
    data.qpos[:] = motion.position[0]
    mujoco.mj_fwdPosition(BODY.mj, data)
    dense = np.zeros((BODY.mj.ntendon, BODY.mj.nv))
    for tendon in range(BODY.mj.ntendon):
        for k in range(BODY.mj.ten_J_rownnz[tendon]):
            at = BODY.mj.ten_J_rowadr[tendon] + k
            dense[tendon, BODY.mj.ten_J_colind[at]] += data.ten_J[at]
    paths = kinematics.muscle_paths(BODY, leg_at([[0.2, 0.1, 0.0, 0.5, 0.1]]))
    assert np.allclose(joint_arms(BODY, paths, joint_names(BODY))[0], -dense[BODY.tendons].T)


def test_straight_lines_are_level_outside() -> None:
    line = straight_between(np.array([0.0, 1.0, 3.0]), np.array([2.0, 4.0, 0.0]))
    assert np.allclose(line(np.array([-5.0, 0.5, 2.0, 9.0])), [2.0, 3.0, 2.0, 0.0])


def test_splines_pass_their_knots_and_run_straight_outside() -> None:
    for axis in published_tables().joint("patellofemoral_r").axes:
        if axis.function.kind == "simm_spline":
            spline, x = piecewise(axis.function), np.array(axis.function.x)
            assert np.allclose(spline(x), axis.function.y, atol=1e-14)
            outside = np.array([x[0] - 0.5, x[-1] + 0.5])
            assert np.allclose(spline(outside, 2), 0.0)
            assert np.allclose(spline(outside, 1), spline(x[[0, -1]], 1))
            for nu in (0, 1, 2):  # twice smooth inside, once at the ends
                inner = x[1:-1]
                assert np.allclose(spline(inner - 1e-12, nu), spline(inner + 1e-12, nu), atol=1e-9)
