"""The force that two bones press on each other, from what the joint passes on and what the muscles pull.

At fixed kinematics the contact force is affine in the muscle forces,

    contact = offset + per_newton . muscle force,

where the offset (weight, inertia and ground reaction of everything beyond the joint) is read at the joint's
three slides of the dynamics, and a newton in a line acts there by its arm at the slide. Both are computed
once a movement (`contact_geometry`); a condition then costs one product (`joint_contact`).

Medial and lateral: two contact points on the tibia carry the axial force and the frontal moment of the
tibiofemoral joint, with no help from ligaments; where one would have to pull, the other carries all. They
stand 40 mm apart, scaled with the breadth of the tibia; that is the distance OpenCap's processing uses (it
names Lerner et al. 2015, doi:10.1016/j.jbiomech.2014.12.049; not checked there by us). The body's knees are
straight in the frontal plane, whoever walks, so the split is softer than the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from psoas.engine.inverse_dynamics import Dynamics
from psoas.engine.kinematics import contact_joints, joint_arms
from psoas.engine.types import Body, ContactForces, Joint, MuscleForces, Side

CHILD: dict[Joint, str] = {"tibiofemoral": "tibia", "patellofemoral": "patella", "hip": "femur"}
"""The segment on which the force is given, in whose frame it is expressed."""

_CONDYLE_DISTANCE_M = 0.040


@dataclass(frozen=True, slots=True, eq=False)
class ContactGeometry:
    """How one joint's contact force depends on the muscle forces, over a movement.

    Force on the child segment in its frame. `split_*` is half the difference of the lateral and the medial
    force (N, and N per newton in each line), None where the joint has no such parts or the frontal moment is
    not known.
    """

    joint: Joint
    side: Side
    time_s: Float[np.ndarray, "time"]
    offset_n: Float[np.ndarray, "time 3"]
    per_newton: Float[np.ndarray, "time 3 muscle"]
    split_offset_n: Float[np.ndarray, "time"] | None
    split_per_newton: Float[np.ndarray, "time muscle"] | None
    names: tuple[str, ...]


def contact_geometry(
    body: Body, movement: Dynamics, joint: Joint, side: Side, *, split: bool = True
) -> ContactGeometry:
    """Offset and muscle part of one joint's contact force.

    The force needs the ground reaction's force only; the split needs its point too: pass `split=False`
    where the centre of pressure is not known (mean curves).
    """
    child = body.mj.body(f"{CHILD[joint]}_{side}")
    lines = [j for j, muscle in enumerate(body.muscles.muscle) if muscle.endswith(f"_{side}")]
    slides = contact_joints(joint, side)
    ids = [body.mj.joint(name).id for name in slides]
    orientation = movement.orientation[:, child.id]
    # Slides along `axis` in the ground, then into the child's frame: (R^T axis^T) F, one matrix a frame.
    turn = (movement.axis[:, ids] @ orientation).transpose(0, 2, 1)
    arms = joint_arms(body, movement.paths, slides)[:, :, lines]
    geometry = ContactGeometry(
        joint,
        side,
        movement.time_s,
        (turn @ movement.joint_force[:, ids, None])[..., 0],
        -turn @ arms,
        None,
        None,
        tuple(body.muscles.names[j] for j in lines),
    )
    return _with_split(body, movement, geometry, lines) if split and joint == "tibiofemoral" else geometry


def joint_contact(geometry: ContactGeometry, muscles: MuscleForces) -> ContactForces:
    """Contact force under these muscle forces; lines that are not among them pull nothing."""
    column = {name: i for i, name in enumerate(geometry.names)}
    at = [column[name] for name in muscles.names]
    force = geometry.offset_n + (geometry.per_newton[:, :, at] @ muscles.force_n[..., None])[..., 0]
    medial = lateral = None
    if geometry.split_offset_n is not None and geometry.split_per_newton is not None:
        pulled = (geometry.split_per_newton[:, at] * muscles.force_n).sum(1)
        difference = geometry.split_offset_n + pulled
        axial = -force[:, 1]
        lateral = np.clip(axial / 2.0 + difference, np.minimum(axial, 0.0), np.maximum(axial, 0.0))
        medial = axial - lateral
    return ContactForces(
        geometry.joint, geometry.side, geometry.time_s, force, medial_n=medial, lateral_n=lateral
    )


def _with_split(
    body: Body, movement: Dynamics, force: ContactGeometry, lines: Sequence[int]
) -> ContactGeometry:
    """Adds the frontal moment about the joint centre, from the joint's three hinges.

    tau_i = axis_i . M for three hinges that are not at right angles; M is solved for and its anterior part,
    in the tibial frame, is (lateral - medial) / 2 times the distance (right leg; mirrored on the left).
    """
    child = body.mj.body(f"tibia_{force.side}")
    first, count = int(child.jntadr[0]), int(child.jntnum[0])
    slides = {body.mj.joint(name).id for name in contact_joints(force.joint, force.side)}
    hinges = [j for j in range(first, first + count) if j not in slides]
    arms = joint_arms(body, movement.paths, [body.mj.joint(j).name for j in hinges])[:, :, lines]
    anterior = movement.orientation[:, child.id, :, 0]
    # M . anterior = anterior^T axis^-1 tau: one row a frame that weights the three hinges.
    row = np.linalg.solve(movement.axis[:, hinges].transpose(0, 2, 1), anterior[..., None])[..., 0]
    breadth = body.segment_scales.get(f"tibia_{force.side}", (1.0, 1.0, 1.0))[2]
    per_newton_metre = (1.0 if force.side == "r" else -1.0) / (_CONDYLE_DISTANCE_M * breadth)
    return ContactGeometry(
        force.joint,
        force.side,
        force.time_s,
        force.offset_n,
        force.per_newton,
        per_newton_metre * (row * movement.joint_force[:, hinges]).sum(1),
        -per_newton_metre * (row[:, None] @ arms)[:, 0],
        force.names,
    )
