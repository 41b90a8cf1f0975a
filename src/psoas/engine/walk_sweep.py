"""MuJoCo over the instants of a walk: joints, muscle paths, soles, and the floor's pushes at the joints."""

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float, Int

from psoas.engine.inverse_dynamics import FEET, PELVIS_FORCES, PELVIS_MOMENTS
from psoas.engine.kinematics import JointMotion, MusclePaths, joint_motion, swept_paths
from psoas.engine.types import Body

POINTS: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("calcn", (0.0, 0.0, 0.0)),
    ("calcn", (0.18, 0.0, -0.04)),
    ("calcn", (0.18, 0.0, 0.04)),
    ("toes", (0.05, 0.0, 0.0)),
)
"""On each sole: heel, both edges of the ball (they rest on the floor by turns), and the tip of the toes."""


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """What MuJoCo says about them: joints, muscle paths, forces at the joints without any floor."""

    motion: JointMotion
    paths: MusclePaths
    joint_force: Float[np.ndarray, "time joint"]
    axis: Float[np.ndarray, "time joint 3"]
    anchor_m: Float[np.ndarray, "time joint 3"]
    points_m: Float[np.ndarray, "time 2 point 3"]
    pelvis_m: Float[np.ndarray, "time 3"]


class Sweeper:
    """MuJoCo over instants, in one buffer."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._data: Any = mujoco.MjData(body.mj)
        self._segments = [
            body.mj.body(f"{segment}_{side}").id for side in ("r", "l") for segment, _ in POINTS
        ]
        mirror = np.array([1.0, 1.0, -1.0])
        self._local = np.array(
            [np.array(at) * (mirror if side == "l" else 1.0) for side in ("r", "l") for _, at in POINTS]
        )

    def sweep(
        self,
        time_s: Float[np.ndarray, "time"],
        values: Float[np.ndarray, "time coordinate"],
        velocity: Float[np.ndarray, "time coordinate"],
        acceleration: Float[np.ndarray, "time coordinate"],
    ) -> Swept:
        """Everything at these instants."""
        model, data = self.body.mj, self._data
        motion = joint_motion(self.body, values)
        rate, second = _joint_rates(motion, velocity, acceleration)
        frames = len(values)
        force = np.empty((frames, model.nv))
        axis, anchor = np.empty((frames, model.njnt, 3)), np.empty((frames, model.njnt, 3))
        length, entries = np.empty((frames, model.ntendon)), np.empty((frames, model.nJten))
        origin = np.empty((frames, len(self._segments), 3))
        turned = np.empty((frames, len(self._segments), 9))
        pelvis, root = np.empty((frames, 3)), model.body("pelvis").id
        for t in range(frames):
            data.qpos[:], data.qvel[:], data.qacc[:] = motion.position[t], rate[t], second[t]
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            mujoco.mj_tendon(model, data)
            mujoco.mj_comVel(model, data)
            mujoco.mj_rne(model, data, 1, force[t])
            axis[t], anchor[t] = data.xaxis, data.xanchor
            length[t], entries[t] = data.ten_length, data.ten_J
            origin[t], turned[t] = data.xpos[self._segments], data.xmat[self._segments]
            pelvis[t] = data.xpos[root]
        points = origin + (turned.reshape(frames, -1, 3, 3) @ self._local[..., None])[..., 0]
        return Swept(
            motion,
            swept_paths(self.body, time_s, values, motion, length, entries),
            force,
            axis,
            anchor,
            points.reshape(frames, 2, len(POINTS), 3),
            pelvis,
        )

    def joint_force(
        self,
        motion: JointMotion,
        velocity: Float[np.ndarray, "variant time coordinate"],
        acceleration: Float[np.ndarray, "variant time coordinate"],
    ) -> Float[np.ndarray, "variant time joint"]:
        """Forces at the joints in the same postures with other velocities and accelerations."""
        model, data = self.body.mj, self._data
        force = np.empty((len(velocity), len(motion.position), model.nv))
        rates = [_joint_rates(motion, v, a) for v, a in zip(velocity, acceleration, strict=True)]
        for t, q in enumerate(motion.position):
            data.qpos[:] = q
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            for k, (rate, second) in enumerate(rates):
                data.qvel[:], data.qacc[:] = rate[t], second[t]
                mujoco.mj_comVel(model, data)
                mujoco.mj_rne(model, data, 1, force[k, t])
        return force


def _joint_rates(
    motion: JointMotion,
    velocity: Float[np.ndarray, "time coordinate"],
    acceleration: Float[np.ndarray, "time coordinate"],
) -> tuple[Float[np.ndarray, "time joint"], Float[np.ndarray, "time joint"]]:
    rate = velocity[:, motion.source]
    second = motion.slope * acceleration[:, motion.source] + motion.curvature * rate**2
    return motion.slope * rate, second


def outside_wrench(
    body: Body, swept: Swept
) -> tuple[Float[np.ndarray, "time 3"], Float[np.ndarray, "time 3"]]:
    """Force, and moment about the pelvis' origin, that the whole movement needs from outside."""
    slides = [body.mj.joint(name).id for name in PELVIS_FORCES]
    hinges = [body.mj.joint(name).id for name in PELVIS_MOMENTS]
    moment = np.linalg.solve(swept.axis[:, hinges], swept.joint_force[:, hinges, None])[..., 0]
    return swept.joint_force[:, slides], moment


def pushed(
    body: Body,
    swept: Swept,
    force_n: Float[np.ndarray, "time 2 3"],
    moment_nm: Float[np.ndarray, "time 2 3"],
    point_m: Float[np.ndarray, "time 2 3"],
) -> Float[np.ndarray, "time joint"]:
    """Generalised force of the floor's pushes at every joint (what `mj_applyFT` gives, for all at once)."""
    total = np.zeros_like(swept.joint_force)
    slide = np.equal(body.mj.jnt_type, int(mujoco.mjtJoint.mjJNT_SLIDE))
    for foot, name in enumerate(FEET):
        chain = _chain(body, name)
        axis, anchor = swept.axis[:, chain], swept.anchor_m[:, chain]
        force = force_n[:, None, foot]
        turning = np.cross(point_m[:, None, foot] - anchor, force) + moment_nm[:, None, foot]
        total[:, chain] += np.sum(axis * np.where(slide[chain][None, :, None], force, turning), axis=2)
    return total


def _chain(body: Body, segment: str) -> Int[np.ndarray, "joint"]:
    """Joints between the ground and a segment."""
    model, at = body.mj, body.mj.body(segment).id
    found: list[int] = []
    while at > 0:
        found += range(int(model.body_jntadr[at]), int(model.body_jntadr[at] + model.body_jntnum[at]))
        at = int(model.body_parentid[at])
    return np.array(sorted(found))
