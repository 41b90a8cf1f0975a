"""Contact forces against the free body of everything beyond the joint."""

from dataclasses import replace

import numpy as np
import pytest

from moving import on_the_ground, published_body, seen, swaying
from psoas.engine.body_data import published_tables
from psoas.engine.inverse_dynamics import dynamics
from psoas.engine.joint_contact import CHILD, contact_geometry, joint_contact, ligament_share
from psoas.engine.kinematics import muscle_paths, segment_poses
from psoas.engine.static_optimisation import static_optimisation
from psoas.engine.types import Coordinates
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
    """Vastus intermedius: what the patellar ligament pulls on the shank comes back from the femur."""
    for patella in ("lever", "pulley"):
        contact = contact_geometry(BODY, MOVEMENT, "tibiofemoral", "r", patella=patella)
        line = contact.names.index("vasint_r")
        size = np.linalg.norm(contact.per_newton[:, :, line], axis=1)
        share = ligament_share(BODY, MOVEMENT.paths, "r")[:, BODY.muscles.names.index("vasint_r")]
        # The ligament is one straight line; of a pulley it would pull as hard as the muscle.
        np.testing.assert_allclose(size, share if patella == "lever" else 1.0, atol=1e-6)
        assert (contact.per_newton[:, 1, line] < -0.8 * size).all()  # pressed down


def seen_from_the_first(poses, segment, location_m):
    """Where a point of a segment is over a movement, in the frame of the first segment of `poses`."""
    at = poses.origin_m[:, segment] + poses.orientation[:, segment] @ np.array(location_m)
    return np.einsum("tji,tj->ti", poses.orientation[:, 0], at - poses.origin_m[:, 0])


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize("name", ["recfem", "vasint", "vaslat", "vasmed"])
def test_the_ligament_alone_makes_the_knee_moment(name, side):
    """From positions: the ligament's work at its place on the tibia is that of the line's shortening."""
    step = 1e-4
    tables = published_tables()
    points = tables.line(f"{name}_{side}").points
    assert (points[-2].segment, points[-1].segment) == (f"patella_{side}", f"tibia_{side}")
    for degrees in (5.0, 30.0, 60.0, 90.0, 110.0):
        angle = np.radians(degrees) + step * np.array([-1.0, 0.0, 1.0])
        bend = Coordinates(angle, angle[:, None], (f"knee_angle_{side}",))
        poses = segment_poses(BODY, bend, (f"femur_{side}", f"patella_{side}", f"tibia_{side}"))

        lower = seen_from_the_first(poses, 2, points[-1].location_m)
        along = seen_from_the_first(poses, 1, points[-2].location_m)[1] - lower[1]
        arm = along / np.linalg.norm(along) @ (lower[2] - lower[0]) / (2 * step)
        paths = muscle_paths(BODY, bend)
        line = BODY.muscles.names.index(f"{name}_{side}")
        whole = -(paths.length_m[2, line] - paths.length_m[0, line]) / (2 * step)
        assert ligament_share(BODY, paths, side)[1, line] == pytest.approx(whole / arm, rel=1e-4)
        # In living knees 20 to 50 mm, growing as the knee extends (Sheehan 2007, PMC2753825, abstract).
        assert 0.020 < -arm < 0.052


def test_the_kneecap_loses_force_as_the_knee_bends():
    """Pull of ligament to quadriceps: 1.16 at 10 and 0.65 at 70 degrees in cadavers (Buff et al. 1988).

    The body's is flatter: 0.86 to 0.92 at 10, 0.72 to 0.89 at 70. What presses the tibia is the ligament's
    pull alone, and that follows from the moment.
    """
    angle = np.radians([30.0, 50.0, 70.0, 90.0, 100.0])
    paths = muscle_paths(BODY, Coordinates(angle, angle[:, None], ("knee_angle_r",)))
    share = ligament_share(BODY, paths, "r")
    for name in ("recfem_r", "vasint_r", "vaslat_r", "vasmed_r"):
        of_line = share[:, BODY.muscles.names.index(name)]
        assert (np.diff(of_line) < 0.01).all()
        assert of_line[2] == pytest.approx(1.0 / 1.55, abs=0.25)
        assert of_line[-1] < 0.65
    others = [i for i, name in enumerate(BODY.muscles.names) if not name.startswith(("recfem", "vas"))]
    np.testing.assert_array_equal(share[:, others], 1.0)


@pytest.mark.parametrize("side", ["r", "l"])
def test_how_hard_the_ligament_pulls_does_not_change_what_the_femur_bears_in_all(side):
    """It pulls tibia and kneecap together: one is pressed less, and the other less the other way."""
    both = []
    for patella in ("lever", "pulley"):
        total = 0.0
        for joint in ("tibiofemoral", "patellofemoral"):
            contact = contact_geometry(BODY, MOVEMENT, joint, side, patella=patella)
            child = BODY.mj.body(f"{CHILD[joint]}_{side}").id
            total = total + MOVEMENT.orientation[:, child] @ contact.per_newton
        both.append(total)
    np.testing.assert_allclose(both[0], both[1], atol=1e-12)


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
