"""The force that two bones press on each other, from what the joint passes on and what the muscles pull.

At fixed kinematics the contact force is affine in the muscle forces,

    contact = offset + per_newton . muscle force,

where the offset (weight, inertia and ground reaction of everything beyond the joint) is read at the joint's
three slides of the dynamics, and a newton in a line acts there by its arm at the slide. Both are computed
once a movement (`contact_geometry`); a condition then costs one product (`joint_contact`).

The kneecap is a lever. Of the extensor mechanism only the patellar ligament touches the tibia, so the moment
that a quadriceps line makes at the knee fixes the ligament's pull: the line's force times its arm at the knee
over the ligament's own arm (`ligament_share`: 0.9 at 20 degrees, 0.6 at 90). OpenSim's path is a rope over a
pulley, with the same pull on both sides and a moment on the tibia that nothing there makes, which
`patella="pulley"` copies.

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
from psoas.engine.kinematics import MusclePaths, contact_joints, joint_arms, moment_arms
from psoas.engine.types import Body, ContactForces, Joint, MuscleForces, Patella, Side

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
    body: Body,
    movement: Dynamics,
    joint: Joint,
    side: Side,
    *,
    split: bool = True,
    patella: Patella = "lever",
) -> ContactGeometry:
    """Offset and muscle part of one joint's contact force.

    The force needs the ground reaction's force only; the split needs its point too: pass `split=False`
    where the centre of pressure is not known (mean curves).
    """
    child = body.mj.body(f"{CHILD[joint]}_{side}")
    lines = [j for j, muscle in enumerate(body.muscles.muscle) if muscle.endswith(f"_{side}")]
    ids = _slides(body, joint, side)
    into_child = movement.orientation[:, child.id].transpose(0, 2, 1)
    share = np.ones((len(movement.time_s), len(lines)))
    if patella == "lever" and joint != "hip":
        share = ligament_share(body, movement.paths, side)[:, lines]
    pull = _pull(body, movement, joint, side)[:, :, lines]
    if joint == "patellofemoral":
        # What the ligament pulls less at the tibia, it pulls less at the kneecap, the other way.
        pull += (1.0 - share)[:, None] * _pull(body, movement, "tibiofemoral", side)[:, :, lines]
    else:
        pull *= share[:, None]
    geometry = ContactGeometry(
        joint,
        side,
        movement.time_s,
        (into_child @ movement.axis[:, ids].transpose(0, 2, 1) @ movement.joint_force[:, ids, None])[..., 0],
        -into_child @ pull,
        None,
        None,
        tuple(body.muscles.names[j] for j in lines),
    )
    if not split or joint != "tibiofemoral":
        return geometry
    return _with_split(body, movement, geometry, lines, share)


def ligament_share(body: Body, paths: MusclePaths, side: Side) -> Float[np.ndarray, "time muscle"]:
    """Pull of the patellar ligament per newton in each line over the kneecap; 1 for the other lines.

    The arm of the whole line about the knee over the arm of its last stretch, the tibia moving alone.
    Measured in cadavers: 1.16 at 10 and 0.65 at 70 degrees (Buff et al. 1988, 10.1016/0021-9290(88)90187-x).
    """
    tibia = body.mj.body(f"tibia_{side}")
    joints = list(range(int(tibia.jntadr[0]), int(tibia.jntadr[0] + tibia.jntnum[0])))
    arms = joint_arms(body, paths, [body.mj.joint(j).name for j in joints])
    ligament = (arms * paths.motion.slope[:, joints, None]).sum(1)
    over_kneecap = joint_arms(body, paths, contact_joints("patellofemoral", side)).any(axis=(0, 1))
    share: Float[np.ndarray, "time muscle"] = np.ones(ligament.shape)
    whole = moment_arms(body, paths, (f"knee_angle_{side}",))[:, 0]
    share[:, over_kneecap] = whole[:, over_kneecap] / ligament[:, over_kneecap]
    return share


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


def _slides(body: Body, joint: Joint, side: Side) -> list[int]:
    return [body.mj.joint(name).id for name in contact_joints(joint, side)]


def _pull(body: Body, movement: Dynamics, joint: Joint, side: Side) -> Float[np.ndarray, "time 3 muscle"]:
    """Force of one newton in every line on the child segment, in the ground."""
    arms = joint_arms(body, movement.paths, contact_joints(joint, side))
    return np.asarray(movement.axis[:, _slides(body, joint, side)].transpose(0, 2, 1) @ arms)


def _with_split(
    body: Body,
    movement: Dynamics,
    force: ContactGeometry,
    lines: Sequence[int],
    share: Float[np.ndarray, "time line"],
) -> ContactGeometry:
    """Adds the frontal moment about the joint centre, from the joint's three hinges.

    tau_i = axis_i . M for three hinges that are not at right angles; M is solved for and its anterior part,
    in the tibial frame, is (lateral - medial) / 2 times the distance (right leg; mirrored on the left).
    """
    child = body.mj.body(f"tibia_{force.side}")
    first, count = int(child.jntadr[0]), int(child.jntnum[0])
    slides = _slides(body, force.joint, force.side)
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
        -per_newton_metre * (row[:, None] @ arms)[:, 0] * share,
        force.names,
    )
