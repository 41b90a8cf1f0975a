"""What has to hold for any movement: mirror images, scale, loops, balance."""

import copy
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moving import mirrored, mirrored_reaction, on_the_ground, published_body, seen, swaying
from psoas.engine.joint_contact import contact_geometry, joint_contact
from psoas.engine.static_optimisation import DEFAULT, static_optimisation
from psoas.engine.types import AS_BUILT, Condition, Coordinates, FootReaction

BODY = published_body()
JOINTS = ("tibiofemoral", "patellofemoral", "hip")
seeds = st.integers(0, 10_000)
conditions = st.builds(
    lambda strength, shortness, stiffness: Condition(
        "any", {"iliopsoas": strength}, {"iliopsoas": shortness}, {"iliopsoas": stiffness}
    ),
    st.floats(0.1, 1.5),
    st.floats(0.0, 0.2),
    st.floats(0.5, 2.0),
)


def loads(body, coordinates, reaction, side, condition=AS_BUILT, sharing=DEFAULT):
    movement, moments, geometry = seen(body, coordinates, reaction)
    forces = static_optimisation(body.muscles, geometry, moments, side, condition, sharing)
    contacts = [joint_contact(contact_geometry(body, movement, j, side), forces) for j in JOINTS]
    return forces, contacts


@given(seeds, conditions)
def test_left_is_the_mirror_image_of_right(seed, condition):
    sway = swaying(seed, frames=9)
    ground = on_the_ground(BODY, sway, seed)
    right, right_contacts = loads(BODY, sway, ground, "r", condition)
    left, left_contacts = loads(BODY, mirrored(sway), mirrored_reaction(ground), "l", condition)
    order = [left.names.index(name[:-1] + "l") for name in right.names]
    np.testing.assert_allclose(left.activation[:, order], right.activation, atol=1e-6)
    for one, other in zip(right_contacts, left_contacts, strict=True):
        np.testing.assert_allclose(other.force_n * [1.0, 1.0, -1.0], one.force_n, atol=1e-2)
    np.testing.assert_allclose(left_contacts[0].medial_n, right_contacts[0].medial_n, atol=1e-2)


@given(seeds, conditions, st.floats(0.3, 3.0))
def test_everything_heavier_and_stronger_by_k_is_loaded_by_k(seed, condition, k):
    """Mass, ground force, every maximal force and the reserves times k: every load times k."""
    sway = swaying(seed, frames=9)
    ground = on_the_ground(BODY, sway, seed)
    forces, contacts = loads(BODY, sway, ground, "r", condition)
    model = copy.deepcopy(BODY.mj)
    model.body_mass[:] *= k
    model.body_inertia[:] *= k
    muscles = replace(BODY.muscles, max_isometric_force_n=k * BODY.muscles.max_isometric_force_n)
    heavy = replace(BODY, mj=model, mass_kg=k * BODY.mass_kg, muscles=muscles)
    pushed = FootReaction(ground.time_s, k * ground.force_n, ground.point_m, k * ground.free_moment_nm)
    sharing = replace(DEFAULT, reserve_nm=k * DEFAULT.reserve_nm)
    scaled_forces, scaled_contacts = loads(heavy, sway, pushed, "r", condition, sharing)
    np.testing.assert_allclose(scaled_forces.activation, forces.activation, atol=1e-7)
    np.testing.assert_allclose(scaled_forces.force_n, k * forces.force_n, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(scaled_forces.reserve_nm, k * forces.reserve_nm, atol=1e-6)
    for one, other in zip(contacts, scaled_contacts, strict=True):
        np.testing.assert_allclose(other.force_n, k * one.force_n, rtol=1e-5, atol=1e-2)


@given(seeds, conditions)
def test_a_movement_equals_its_frames_one_by_one(seed, condition):
    """Sharing and contact of all frames at once are bit by bit those of each frame alone."""
    sway = swaying(seed, frames=7)
    movement, moments, geometry = seen(BODY, sway, on_the_ground(BODY, sway, seed))
    forces = static_optimisation(BODY.muscles, geometry, moments, "r", condition)
    contact = contact_geometry(BODY, movement, "tibiofemoral", "r")
    load = joint_contact(contact, forces)
    for t in range(7):
        one = static_optimisation(BODY.muscles, _frame(geometry, t), _frame(moments, t), "r", condition)
        np.testing.assert_array_equal(one.activation[0], forces.activation[t])
        alone = joint_contact(_frame(contact, t), one)
        np.testing.assert_allclose(alone.force_n[0], load.force_n[t], rtol=1e-12)


@given(seeds, conditions)
def test_every_frame_balances(seed, condition):
    sway = swaying(seed, frames=7)
    _, moments, geometry = seen(BODY, sway, on_the_ground(BODY, sway, seed))
    for side in ("r", "l"):
        forces = static_optimisation(BODY.muscles, geometry, moments, side, condition)
        rows = [geometry.dofs.index(d) for d in forces.dofs]
        lines = [BODY.muscles.names.index(n) for n in forces.names]
        arms = geometry.moment_arm_m[:, rows][:, :, lines]
        wanted = moments.moment_nm[:, [moments.names.index(d) for d in forces.dofs]]
        carried = np.einsum("tij,tj->ti", arms, forces.force_n) + forces.reserve_nm
        assert np.abs(carried - wanted).max() < 1e-6


@given(seeds)
def test_a_pose_held_still_has_one_answer(seed):
    """Its moments do not depend on how long it is held."""
    pose = swaying(seed, frames=1).value
    names = swaying(seed, frames=1).names

    def held(frames):
        still = Coordinates(0.01 * np.arange(frames), np.repeat(pose, frames, axis=0), names)
        return seen(BODY, still, None)[1].moment_nm

    np.testing.assert_allclose(held(8)[3], held(1)[0], atol=1e-7)


def _frame(record, t):
    """One frame of a record whose arrays have time first."""
    return type(record)(
        **{
            name: value[t : t + 1] if isinstance(value, np.ndarray) else value
            for name in record.__dataclass_fields__
            for value in [getattr(record, name)]
        }
    )
