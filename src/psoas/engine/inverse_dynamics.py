"""Net forces at every joint from motion and ground reaction.

    tau = M(q) q'' + c(q, q') + g(q) - sum over feet J^T wrench

at every MuJoCo joint, the dependent ones included (Newton-Euler recursion, `mj_rne`). Projected on the
coordinates through the couplings of the knee this is inverse dynamics; read at the slides and hinges of a
joint it is the wrench that the joint passes on, from which `joint_contact` takes the muscles.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import mujoco
import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_interp_spline

from psoas.engine.kinematics import (
    MusclePaths,
    coordinate_values,
    joint_motion,
    swept_paths,
    to_coordinates,
)
from psoas.engine.types import Body, Coordinates, FootReaction, JointMoments

FEET = ("calcn_r", "calcn_l")  # segments that carry the ground reaction, in the order of FootReaction
PELVIS_FORCES = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
PELVIS_MOMENTS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
_SMOOTH = 5  # degree of the spline that is differentiated: continuous accelerations


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """A movement in one sweep: muscle paths, derivatives, and what has to act at every MuJoCo joint.

    `joint_force` is N at slides and N.m at hinges, couplings not applied, muscles not taken out. `axis` is
    the direction of each joint, `orientation` (columns: its axes) that of each MuJoCo body, in the ground.
    """

    time_s: Float[np.ndarray, "time"]
    paths: MusclePaths
    velocity: Float[np.ndarray, "time coordinate"]
    joint_force: Float[np.ndarray, "time joint"]
    axis: Float[np.ndarray, "time joint 3"]
    orientation: Float[np.ndarray, "time segment 3 3"]


def inverse_dynamics(body: Body, coordinates: Coordinates, reaction: FootReaction | None) -> JointMoments:
    """Net moments about every coordinate; `coordinates` are taken as smooth (filtered) and differentiated.

    Without a reaction the feet carry nothing, and the residual is the whole ground reaction.
    """
    return joint_moments(body, dynamics(body, coordinates, reaction))


def dynamics(body: Body, coordinates: Coordinates, reaction: FootReaction | None) -> Dynamics:
    """The sweep: frames, muscle paths and one Newton-Euler recursion a frame.

    `joint_moments`, `muscle_geometry(paths=..., velocity=...)` and `contact_geometry` read it.
    """
    if reaction is not None and not np.array_equal(reaction.time_s, coordinates.time_s):
        raise ValueError("coordinates and ground reaction have to stand on the same times")
    values = coordinate_values(body, coordinates)
    velocity, acceleration = derivatives(coordinates.time_s, values)
    return sweep(body, coordinates.time_s, values, velocity, acceleration, _Feet(body, reaction))


@runtime_checkable  # the tests check signatures
class External(Protocol):
    """Forces from outside: takes their part out of the generalised force of a frame."""

    def take_from(self, force: Float[np.ndarray, "joint"], data: Any, t: int) -> None: ...


def sweep(
    body: Body,
    time_s: Float[np.ndarray, "time"],
    values: Float[np.ndarray, "time coordinate"],
    velocity: Float[np.ndarray, "time coordinate"],
    acceleration: Float[np.ndarray, "time coordinate"],
    external: External,
) -> Dynamics:
    """The sweep at given derivatives of the coordinates, whatever pushes the body from outside."""
    motion = joint_motion(body, values)
    rate = motion.slope * velocity[:, motion.source]
    second = motion.slope * acceleration[:, motion.source]
    second += motion.curvature * velocity[:, motion.source] ** 2
    model, data = body.mj, mujoco.MjData(body.mj)
    frames = len(values)
    force = np.empty((frames, model.nv))
    axis = np.empty((frames, model.njnt, 3))
    orientation = np.empty((frames, model.nbody, 9))
    length = np.empty((frames, model.ntendon))
    entries = np.empty((frames, model.nJten))
    for t in range(frames):
        data.qpos[:], data.qvel[:], data.qacc[:] = motion.position[t], rate[t], second[t]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_tendon(model, data)
        mujoco.mj_comVel(model, data)
        mujoco.mj_rne(model, data, 1, force[t])
        external.take_from(force[t], data, t)
        axis[t], orientation[t] = data.xaxis, data.xmat
        length[t], entries[t] = data.ten_length, data.ten_J
    return Dynamics(
        time_s,
        swept_paths(body, time_s, values, motion, length, entries),
        velocity,
        force,
        axis,
        orientation.reshape(frames, -1, 3, 3),
    )


def joint_moments(body: Body, movement: Dynamics) -> JointMoments:
    """The joint forces projected on the coordinates, and the residual at the pelvis in the ground frame."""
    names = body.coordinates
    moment = to_coordinates(movement.paths.motion, movement.joint_force, len(names))
    turning = [_joint(body, name) for name in PELVIS_MOMENTS]
    # Three hinges about axes that are not at right angles: tau = axes . M, solved for M.
    residual = np.linalg.solve(movement.axis[:, turning], movement.joint_force[:, turning, None])[..., 0]
    return JointMoments(
        movement.time_s, moment, names, moment[:, [names.index(n) for n in PELVIS_FORCES]], residual
    )


def derivatives(
    time_s: Float[np.ndarray, "time"], values: Float[np.ndarray, "time coordinate"]
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time coordinate"]]:
    """Velocity and acceleration by a quintic spline through the values (lower with fewer than six frames)."""
    degree = min(_SMOOTH, len(time_s) - 1)
    if degree < 1:
        return np.zeros_like(values), np.zeros_like(values)
    degree -= degree % 2 == 0
    spline: Any = make_interp_spline(time_s, values, k=degree)
    return np.asarray(spline(time_s, 1)), np.asarray(spline(time_s, 2))


class _Feet:
    """The ground reaction as generalised force, frame by frame, in one buffer."""

    def __init__(self, body: Body, reaction: FootReaction | None) -> None:
        self._model, self._reaction = body.mj, reaction
        self._ids = [body.mj.body(name).id for name in FEET]
        self._push = np.zeros(body.mj.nv)

    def take_from(self, force: Float[np.ndarray, "joint"], data: Any, t: int) -> None:
        if self._reaction is None:
            return
        self._push[:] = 0.0
        for k, foot in enumerate(self._ids):
            mujoco.mj_applyFT(
                self._model,
                data,
                self._reaction.force_n[t, k],
                self._reaction.free_moment_nm[t, k],
                self._reaction.point_m[t, k],
                foot,
                self._push,
            )
        force -= self._push


def _joint(body: Body, name: str) -> int:
    return int(body.mj.joint(name).id)
