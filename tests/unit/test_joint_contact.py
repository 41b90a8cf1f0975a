"""Contact forces against the free body of everything beyond the joint."""

from dataclasses import replace

import numpy as np
import pytest

from moving import on_the_ground, published_body, seen, swaying
from psoas.engine.inverse_dynamics import dynamics
from psoas.engine.joint_contact import CHILD, contact_geometry, joint_contact
from psoas.engine.kinematics import segment_poses
from psoas.engine.static_optimisation import static_optimisation
from psoas.units import STANDARD_GRAVITY_M_S2

BODY = published_body()
SWAY = swaying(5, frames=41)
GROUND = on_the_ground(BODY, SWAY)
MOVEMENT, MOMENTS, GEOMETRY = seen(BODY, SWAY, GROUND)
BEYOND = {
    "tibiofemoral": ("tibia", "talus", "calcn", "toes"),
    "patellofemoral": ("patella",),
    "hip": ("femur", "patella", "tibia", "talus", "calcn", "toes"),
}


def free_body(joint, side):
    """Mass times acceleration (second differences) less weight and ground, in the child's frame."""
    names = [f"{n}_{side}" for n in BEYOND[joint]]
    poses = segment_poses(BODY, SWAY, names)
    mass = np.array([BODY.mj.body(n).mass[0] for n in names])
    local = np.array([BODY.mj.body(n).ipos for n in names])
    centre = poses.origin_m + np.einsum("tsij,sj->tsi", poses.orientation, local)
    momentum = np.einsum("s,tsi->ti", mass, centre)
    step = SWAY.time_s[1]
    force = np.full_like(momentum, np.nan)
    force[1:-1] = (momentum[2:] - 2.0 * momentum[1:-1] + momentum[:-2]) / step**2
    force[:, 1] += mass.sum() * STANDARD_GRAVITY_M_S2
    if f"calcn_{side}" in names:
        force -= GROUND.force_n[:, "rl".index(side)]
    orientation = segment_poses(BODY, SWAY, [f"{CHILD[joint]}_{side}"]).orientation[:, 0]
    return np.einsum("tij,ti->tj", orientation, force)


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize("joint", CHILD)
def test_without_muscles_the_joint_carries_the_free_body(joint, side):
    offset = contact_geometry(BODY, MOVEMENT, joint, side).offset_n
    expected = free_body(joint, side)
    inner = slice(3, -3)
    np.testing.assert_allclose(offset[inner], expected[inner], atol=0.5)  # N; the differences err by 0.3


def test_a_muscle_over_the_knee_presses_along_its_line():
    """Vastus intermedius: what it pulls on the shank comes back from the femur, newton for newton."""
    contact = contact_geometry(BODY, MOVEMENT, "tibiofemoral", "r")
    size = np.linalg.norm(contact.per_newton[:, :, contact.names.index("vasint_r")], axis=1)
    np.testing.assert_allclose(size, 1.0, atol=1e-6)  # the patellar tendon is one straight line
    assert (contact.per_newton[:, 1, contact.names.index("vasint_r")] < -0.8).all()  # pressed down


def test_a_muscle_that_does_not_cross_the_joint_does_not_press():
    contact = contact_geometry(BODY, MOVEMENT, "tibiofemoral", "r")
    for name in ("soleus_r", "iliacus_r", "glmed1_r"):
        assert np.abs(contact.per_newton[:, :, contact.names.index(name)]).max() < 1e-12
        assert np.abs(contact.split_per_newton[:, contact.names.index(name)]).max() < 1e-12


def test_contact_is_offset_and_muscle_parts_added():
    forces = static_optimisation(BODY.muscles, GEOMETRY, MOMENTS, "r")
    contact = contact_geometry(BODY, MOVEMENT, "tibiofemoral", "r")
    total = contact.offset_n.copy()
    for j, name in enumerate(forces.names):
        total += contact.per_newton[:, :, contact.names.index(name)] * forces.force_n[:, [j]]
    np.testing.assert_allclose(joint_contact(contact, forces).force_n, total, atol=1e-9)


@pytest.mark.parametrize("side", ["r", "l"])
def test_medial_and_lateral_carry_the_axial_force_and_never_pull(side):
    forces = static_optimisation(BODY.muscles, GEOMETRY, MOMENTS, side)
    contact = joint_contact(contact_geometry(BODY, MOVEMENT, "tibiofemoral", side), forces)
    np.testing.assert_allclose(contact.medial_n + contact.lateral_n, -contact.force_n[:, 1])
    pressed = contact.force_n[:, 1] < 0.0
    assert pressed.all()
    assert contact.medial_n.min() >= 0.0
    assert contact.lateral_n.min() >= 0.0


@pytest.mark.parametrize("side", ["r", "l"])
def test_a_push_from_the_outside_loads_the_medial_side(side):
    """A force on the foot that adducts the shank (towards the midline, under the knee's inside) is medial."""
    sign = -1.0 if side == "r" else 1.0  # medial is to the left of the right knee
    moved = GROUND.point_m.copy()
    moved[:, "rl".index(side), 2] += sign * 0.01
    shifted = dynamics(BODY, SWAY, replace(GROUND, point_m=moved))
    before = contact_geometry(BODY, MOVEMENT, "tibiofemoral", side).split_offset_n
    after = contact_geometry(BODY, shifted, "tibiofemoral", side).split_offset_n
    # 10 mm further medial: the axial ground force times 10/40 more on the medial side, less on the lateral
    vertical = GROUND.force_n[:, "rl".index(side), 1]
    change = after - before
    assert (change < 0.0).all()
    assert np.median(-change / vertical) == pytest.approx(0.25, abs=0.05)


def test_the_force_does_not_need_the_point_of_the_ground_force():
    """Mean curves have no centre of pressure: the resultant is the same with the point anywhere."""
    nowhere = dynamics(BODY, SWAY, replace(GROUND, point_m=0.0 * GROUND.point_m))
    for joint in CHILD:
        known = contact_geometry(BODY, MOVEMENT, joint, "r", split=False)
        unknown = contact_geometry(BODY, nowhere, joint, "r", split=False)
        np.testing.assert_allclose(unknown.offset_n, known.offset_n, atol=1e-8)
        assert known.split_offset_n is None
    forces = static_optimisation(BODY.muscles, GEOMETRY, MOMENTS, "r")
    assert joint_contact(contact_geometry(BODY, MOVEMENT, "hip", "r"), forces).medial_n is None
