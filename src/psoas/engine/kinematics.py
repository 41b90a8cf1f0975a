"""Moves a body: coordinates to joints, segments, muscle paths and back from joints to coordinates.

Every MuJoCo joint of a Body follows exactly one coordinate by a smooth function (the identity, for most), so

    q = f(c),   q' = f' c',   q'' = f' c'' + f'' c'^2,   tau_c = sum over the joints of c of f' tau_joint

and a whole trial is mapped at once. MuJoCo is called once a frame; everything else is in arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import make_interp_spline

from psoas.engine.types import Body, Coordinates, Joint, MuscleGeometry, Side
from psoas.errors import InputError

CONTACT_JOINTS: dict[Joint, str] = {
    "tibiofemoral": "walker_knee",
    "patellofemoral": "patellofemoral",
    "hip": "hip",
}


@dataclass(frozen=True, slots=True, eq=False)
class JointMotion:
    """MuJoCo joints over a movement: position, and its first and second derivative by the joint's coordinate.

    `source[j]` is the coordinate (index in `body.coordinates`) that joint j follows.
    """

    position: Float[np.ndarray, "time joint"]
    slope: Float[np.ndarray, "time joint"]
    curvature: Float[np.ndarray, "time joint"]
    source: Int[np.ndarray, "joint"]


@dataclass(frozen=True, slots=True, eq=False)
class SegmentPoses:
    """Origin and orientation (columns: the segment's axes) of segments in the ground frame."""

    time_s: Float[np.ndarray, "time"]
    origin_m: Float[np.ndarray, "time segment 3"]
    orientation: Float[np.ndarray, "time segment 3 3"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MusclePaths:
    """One sweep of a movement: joints, line lengths, and the entries of their sparse Jacobian dL/dq_joint.

    Read it with `moment_arms` (couplings projected) and `joint_arms` (not projected).
    """

    time_s: Float[np.ndarray, "time"]
    motion: JointMotion
    length_m: Float[np.ndarray, "time muscle"]
    entries: Float[np.ndarray, "time entry"]


def coordinate_values(body: Body, coordinates: Coordinates) -> Float[np.ndarray, "time coordinate"]:
    """Values in the body's own order; a coordinate that the movement does not name stays at its default, 0.

    Raises InputError when the movement names none of the body's coordinates.
    """
    column = {name: i for i, name in enumerate(coordinates.names)}
    if not any(name in column for name in body.coordinates):
        raise InputError(
            "The movement has no coordinate of this body",
            ", ".join(coordinates.names[:5]) or "no columns",
            "Coordinates are named as in the Rajagopal family: hip_flexion_r, knee_angle_r, ...",
        )
    values = np.zeros((len(coordinates.time_s), len(body.coordinates)))
    for i, name in enumerate(body.coordinates):
        if name in column:
            values[:, i] = coordinates.value[:, column[name]]
    return values


def joint_motion(body: Body, values: Float[np.ndarray, "time coordinate"]) -> JointMotion:
    """Every MuJoCo joint from the coordinates (`coordinate_values`), with slopes and curvatures."""
    source = joint_sources(body)
    position = values[:, source]
    slope, curvature = np.ones_like(position), np.zeros_like(position)
    for c in body.couplings:
        j = _joint_index(body)[c.dependent]
        x = values[:, source[j]]
        position[:, j], slope[:, j], curvature[:, j] = c.spline(x), c.spline(x, 1), c.spline(x, 2)
    return JointMotion(position, slope, curvature, source)


@lru_cache(maxsize=32)
def joint_sources(body: Body) -> Int[np.ndarray, "joint"]:
    """Index in `body.coordinates` of the coordinate that each MuJoCo joint follows."""
    index = {name: i for i, name in enumerate(body.coordinates)}
    followed = {c.dependent: c.independent for c in body.couplings}
    return np.array([index[followed.get(name, name)] for name in joint_names(body)])


@lru_cache(maxsize=32)
def joint_names(body: Body) -> tuple[str, ...]:
    """MuJoCo joints of the body; each has one degree of freedom, so joint, qpos and qvel index agree."""
    return tuple(body.mj.joint(j).name for j in range(body.mj.njnt))


@lru_cache(maxsize=32)
def _joint_index(body: Body) -> dict[str, int]:
    return {name: j for j, name in enumerate(joint_names(body))}


def to_coordinates(
    motion: JointMotion, joint_force: Float[np.ndarray, "time joint"], count: int
) -> Float[np.ndarray, "time coordinate"]:
    """Generalised forces of the joints projected on `count` coordinates: tau_c = sum f' tau_joint."""
    return _summed(joint_force * motion.slope, motion.source, count)


def segment_poses(body: Body, coordinates: Coordinates, names: Sequence[str] | None = None) -> SegmentPoses:
    """Where the named segments (default: all) are in every frame."""
    names = tuple(names) if names is not None else segment_names(body)
    ids = [body.mj.body(n).id for n in names]
    position = joint_motion(body, coordinate_values(body, coordinates)).position
    data = mujoco.MjData(body.mj)
    origin = np.empty((len(position), len(ids), 3))
    orientation = np.empty((len(position), len(ids), 9))
    for t, q in enumerate(position):
        data.qpos[:] = q
        mujoco.mj_kinematics(body.mj, data)
        origin[t], orientation[t] = data.xpos[ids], data.xmat[ids]
    return SegmentPoses(coordinates.time_s, origin, orientation.reshape(len(position), len(ids), 3, 3), names)


def marker_positions(
    body: Body, coordinates: Coordinates, names: Sequence[str]
) -> Float[np.ndarray, "time marker 3"]:
    """Where the body's own markers of these names are in every frame."""
    ids = [body.mj.site(f"marker/{n}").id for n in names]
    position = joint_motion(body, coordinate_values(body, coordinates)).position
    data = mujoco.MjData(body.mj)
    place = np.empty((len(position), len(ids), 3))
    for t, q in enumerate(position):
        data.qpos[:] = q
        mujoco.mj_kinematics(body.mj, data)
        place[t] = data.site_xpos[ids]
    return place


def segment_names(body: Body) -> tuple[str, ...]:
    """Segments of the body, root first, the ground left out."""
    return tuple(body.mj.body(i).name for i in range(1, body.mj.nbody))


def muscle_paths(body: Body, coordinates: Coordinates) -> MusclePaths:
    """One pass over the movement: every length and derivative of the muscle lines."""
    values = coordinate_values(body, coordinates)
    motion = joint_motion(body, values)
    return swept_paths(body, coordinates.time_s, values, motion, *_sweep(body, motion.position))


def swept_paths(
    body: Body,
    time_s: Float[np.ndarray, "time"],
    values: Float[np.ndarray, "time coordinate"],
    motion: JointMotion,
    tendon_length_m: Float[np.ndarray, "time muscle"],
    entries: Float[np.ndarray, "time entry"],
) -> MusclePaths:
    """A sweep's copies of MuJoCo's tendon arrays as paths; lengths as the muscle parameters count them."""
    length = tendon_length_m[:, body.tendons]
    for s in body.shortfalls:
        length[:, body.muscles.names.index(s.dependent)] -= s.spline(
            values[:, body.coordinates.index(s.independent)]
        )
    return MusclePaths(time_s, motion, length, entries)


def muscle_geometry(
    body: Body,
    coordinates: Coordinates,
    dofs: Sequence[str],
    *,
    paths: MusclePaths | None = None,
    velocity: Float[np.ndarray, "time coordinate"] | None = None,
) -> MuscleGeometry:
    """Lengths, velocities and moment arms of every line about the named coordinates, couplings projected.

    `paths` of the same movement saves the sweep. `velocity` are the derivatives of the body's coordinates in
    its order; without them a spline through the coordinates gives them.
    """
    values = coordinate_values(body, coordinates)
    paths = paths if paths is not None else muscle_paths(body, coordinates)
    rate = velocity if velocity is not None else coordinate_velocity(coordinates.time_s, values)
    muscle, joint = _jacobian_pattern(body)
    joint_rate = paths.motion.slope * np.take(rate, paths.motion.source, axis=1)
    lengthening = paths.entries * np.take(joint_rate, joint, axis=1)
    return MuscleGeometry(
        time_s=coordinates.time_s,
        length_m=paths.length_m,
        velocity_m_s=_summed(lengthening, muscle, len(body.tendons)),
        moment_arm_m=moment_arms(body, paths, dofs),
        dofs=tuple(dofs),
    )


def moment_arms(body: Body, paths: MusclePaths, dofs: Sequence[str]) -> Float[np.ndarray, "time dof muscle"]:
    """-dL/dc of every line about the named coordinates: all joints that follow a coordinate are included."""
    muscle, joint = _jacobian_pattern(body)
    arms = np.zeros((len(paths.length_m), len(dofs), len(body.tendons)))
    for k, name in enumerate(dofs):
        here = np.flatnonzero(paths.motion.source[joint] == body.coordinates.index(name))
        slopes = np.take(paths.entries, here, axis=1) * np.take(paths.motion.slope, joint[here], axis=1)
        arms[:, k] = -_summed(slopes, muscle[here], len(body.tendons))
    return arms


def _summed(
    entries: Float[np.ndarray, "time entry"], place: Int[np.ndarray, "entry"], count: int
) -> Float[np.ndarray, "time place"]:
    """Entries that share a place, added up, for every frame."""
    total = np.zeros((len(entries), count))
    if len(place):
        order = np.argsort(place, kind="stable")
        taken, first = np.unique(place[order], return_index=True)
        total[:, taken] = np.add.reduceat(np.take(entries, order, axis=1), first, axis=1)
    return total


def joint_arms(
    body: Body, paths: MusclePaths, joints: Sequence[str]
) -> Float[np.ndarray, "time joint muscle"]:
    """-dL/dq of every line at the named MuJoCo joints alone.

    At a slide (`contact_joints`) it is the force along it of one newton in the line, on the child segment.
    """
    muscle, joint = _jacobian_pattern(body)
    arms = np.zeros((len(paths.length_m), len(joints), len(body.tendons)))
    for k, name in enumerate(joints):
        here = np.flatnonzero(joint == _joint_index(body)[name])
        arms[:, k, muscle[here]] = -paths.entries[:, here]
    return arms


def contact_joints(joint: Joint, side: Side) -> tuple[str, str, str]:
    """The three slides of a joint: x, y, z of its frame on its parent (femur; for the hip, pelvis)."""
    stem = f"{CONTACT_JOINTS[joint]}_{side}_translation"
    return (f"{stem}1", f"{stem}2", f"{stem}3")


def coordinate_velocity(
    time_s: Float[np.ndarray, "time"], values: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time coordinate"]:
    """Derivative of an interpolating spline (quintic where there are frames enough); 0 for a single frame."""
    degree = min(5, len(time_s) - 1)
    if degree < 1:
        return np.zeros_like(values)
    degree -= degree % 2 == 0
    spline: Any = make_interp_spline(time_s, values, k=degree)
    return np.asarray(spline(time_s, nu=1))


def _sweep(
    body: Body, position: Float[np.ndarray, "time joint"]
) -> tuple[Float[np.ndarray, "time muscle"], Float[np.ndarray, "time entry"]]:
    """Tendon lengths and the entries of their Jacobian, in the order of `_jacobian_pattern`.

    The one place that knows MuJoCo 4's flat, sparse tendon Jacobian.
    """
    model, data = body.mj, mujoco.MjData(body.mj)
    length = np.empty((len(position), model.ntendon))
    entries = np.empty((len(position), model.nJten))
    for t, q in enumerate(position):
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_tendon(model, data)
        length[t] = data.ten_length
        entries[t] = data.ten_J
    return length, entries


@lru_cache(maxsize=32)
def _jacobian_pattern(body: Body) -> tuple[Int[np.ndarray, "entry"], Int[np.ndarray, "entry"]]:
    """Muscle and joint of every entry of the flat tendon Jacobian; every tendon is a muscle line."""
    model = body.mj
    tendon = np.repeat(np.arange(model.ntendon), model.ten_J_rownnz)
    muscle_of = np.argsort(body.tendons)
    return muscle_of[tendon], np.asarray(model.ten_J_colind, dtype=np.int64)
