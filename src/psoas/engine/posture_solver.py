"""The posture of a body in which its markers lie closest to recorded ones, for many frames at once.

    minimise  sum over markers  w |p(q) - y|^2      with  low <= q <= high

Levenberg-Marquardt (Marquardt 1963, doi 10.1137/0111030), with the couplings of knee and spine projected into
the Jacobian. A coordinate that its limit holds back is taken out of the step (projected Newton, Bertsekas
1982, doi 10.1137/0320018).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from psoas.engine.kinematics import joint_motion, joint_sources
from psoas.engine.types import Body

MOST_STEPS = 60
SMALL_STEP = 1e-5  # rad or m: below this a frame is solved; the next step would be far smaller still
SMALL_GAIN = 1e-6  # of the cost, promised: what still moves then is what the markers hardly see
FIRST_DAMPING = 1e-4  # part of each coordinate's own curvature that is added to it
SMALLEST_DAMPING = 1e-9
LARGEST_DAMPING = 1e6
TINY_M2 = 1e-10  # keeps what no marker sees where it is: its curvature is zero
PELVIS_PLACE = ("pelvis_tx", "pelvis_ty", "pelvis_tz")


@dataclass(frozen=True, slots=True, eq=False)
class MarkerProblem:
    """Markers of the body matched with columns of the recording; weights are square roots, 0 where unseen.

    `pull` (m/rad) draws each coordinate to 0 as a marker at that distance from its joint would.
    """

    body: Body
    segment: Int[np.ndarray, "marker"]
    local_m: Float[np.ndarray, "marker 3"]
    measured_m: Float[np.ndarray, "time marker 3"]
    root_weight: Float[np.ndarray, "time marker"]
    pull: Float[np.ndarray, "coordinate"]


@dataclass(frozen=True, slots=True, eq=False)
class _Pose:
    """Where markers and joints are in the ground frame, and how fast each joint follows its coordinate."""

    marker_m: Float[np.ndarray, "time marker 3"]
    anchor_m: Float[np.ndarray, "time joint 3"]
    axis: Float[np.ndarray, "time joint 3"]
    slope: Float[np.ndarray, "time joint"]

    def of(self, which: Int[np.ndarray, "some"] | Bool[np.ndarray, "time"]) -> "_Pose":
        """Some of the frames."""
        return _Pose(self.marker_m[which], self.anchor_m[which], self.axis[which], self.slope[which])

    def put(self, which: Int[np.ndarray, "some"], other: "_Pose") -> None:
        """Overwrite some of the frames."""
        self.marker_m[which], self.anchor_m[which] = other.marker_m, other.anchor_m
        self.axis[which], self.slope[which] = other.axis, other.slope


def carried(
    problem: MarkerProblem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time coordinate"]:
    """The same posture, moved so that the middle of its markers is the middle of the recorded ones."""
    weight = problem.root_weight[:, :, None] ** 2
    gap = weight * (problem.measured_m - pose_of(problem, value).marker_m)
    moved = value.copy()
    moved[:, [problem.body.coordinates.index(n) for n in PELVIS_PLACE]] += gap.sum(axis=1) / weight.sum(
        axis=1
    )
    return moved


def frames_of(problem: MarkerProblem, which: Int[np.ndarray, "some"]) -> MarkerProblem:
    return MarkerProblem(
        problem.body,
        problem.segment,
        problem.local_m,
        problem.measured_m[which],
        problem.root_weight[which],
        problem.pull,
    )


def solve(
    problem: MarkerProblem, start: Float[np.ndarray, "time coordinate"]
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Levenberg-Marquardt in a box, every frame with its own damping, until every frame stands still.

    Returns the coordinates and half the weighted sum of squared distances.
    """
    low, high = problem.body.coordinate_range.T
    value = np.clip(start, low, high)
    pose = pose_of(problem, value)
    cost = cost_of(problem, value, pose)
    damping = np.full(len(value), FIRST_DAMPING)
    going = np.arange(len(value))
    for _ in range(MOST_STEPS):
        part = frames_of(problem, going)
        step, promised = _step(part, value[going], pose.of(going), damping[going])
        trial = np.clip(value[going] - step, low, high)
        trial_pose = pose_of(part, trial)
        trial_cost = cost_of(part, trial, trial_pose)
        before = cost[going]
        better = trial_cost <= before
        accepted = going[better]
        value[accepted], cost[accepted] = trial[better], trial_cost[better]
        pose.put(accepted, trial_pose.of(better))
        damping[going] *= _damping_change(before - trial_cost, promised)
        damping = np.maximum(damping, SMALLEST_DAMPING)
        still = (np.abs(step).max(axis=1) < SMALL_STEP) | (promised < SMALL_GAIN * before)
        going = going[~still & (damping[going] < LARGEST_DAMPING)]
        if not len(going):
            break
    return value, cost


def _damping_change(
    gained: Float[np.ndarray, "time"], promised: Float[np.ndarray, "time"]
) -> Float[np.ndarray, "time"]:
    """Less damping where a step kept its promise, more where it did not, much more where it led up."""
    kept = gained / np.maximum(promised, np.finfo(float).tiny)
    return np.select([kept > 0.75, kept > 0.25, kept >= 0.0], [0.1, 1.0, 4.0], 10.0)


def cost_of(
    problem: MarkerProblem, value: Float[np.ndarray, "time coordinate"], pose: _Pose
) -> Float[np.ndarray, "time"]:
    gap = problem.root_weight[:, :, None] * (pose.marker_m - problem.measured_m)
    total = np.einsum("tma,tma->t", gap, gap) + ((problem.pull * value) ** 2).sum(axis=1)
    return np.asarray(0.5 * total)


def distances(
    problem: MarkerProblem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time marker"]:
    distance = np.linalg.norm(pose_of(problem, value).marker_m - problem.measured_m, axis=2)
    return np.where(problem.root_weight > 0.0, distance, np.nan)


def _step(
    problem: MarkerProblem,
    value: Float[np.ndarray, "time coordinate"],
    pose: _Pose,
    damping: Float[np.ndarray, "time"],
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Damped Gauss-Newton step and the gain it promises.

    Coordinates at a limit that the gradient pushes against do not move.
    """
    jacobian, gap = _linearise(problem, pose)
    gradient = np.matmul(gap[:, None, :], jacobian)[:, 0] + problem.pull**2 * value
    curvature = np.matmul(jacobian.transpose(0, 2, 1), jacobian)
    low, high = problem.body.coordinate_range.T
    held = ((value <= low) & (gradient > 0.0)) | ((value >= high) & (gradient < 0.0))
    curvature[held[:, :, None] | held[:, None, :]] = 0.0
    diagonal = np.arange(curvature.shape[1])
    own = curvature[:, diagonal, diagonal] + problem.pull**2
    curvature[:, diagonal, diagonal] = np.where(held, 1.0, own * (1.0 + damping[:, None]) + TINY_M2)
    gradient = np.where(held, 0.0, gradient)
    step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    promised = 0.5 * ((gradient + damping[:, None] * own * step) * step).sum(axis=1)
    return step, promised


def _linearise(
    problem: MarkerProblem, pose: _Pose
) -> tuple[Float[np.ndarray, "time residual coordinate"], Float[np.ndarray, "time residual"]]:
    """Weighted residuals (markers by x, y, z) and their derivative by the coordinates."""
    marker, joint, gather = _pattern(problem.body, tuple(problem.segment.tolist()))
    hinge = (problem.body.mj.jnt_type[joint] == mujoco.mjtJoint.mjJNT_HINGE)[None, :, None]
    along = pose.axis[:, joint]
    lever = pose.marker_m[:, marker] - pose.anchor_m[:, joint]
    column = np.where(hinge, _cross(along, lever), along)
    column *= (pose.slope[:, joint] * problem.root_weight[:, marker])[:, :, None]
    frames, markers, coordinates = len(pose.slope), len(problem.segment), len(problem.body.coordinates)
    flat = column.transpose(0, 2, 1).reshape(frames * 3, -1) @ gather
    jacobian = np.asarray(flat).reshape(frames, 3, markers, coordinates).transpose(0, 2, 1, 3)
    gap = problem.root_weight[:, :, None] * (pose.marker_m - problem.measured_m)
    return (
        np.ascontiguousarray(jacobian).reshape(frames, 3 * markers, coordinates),
        gap.reshape(frames, 3 * markers),
    )


def _cross(a: Float[np.ndarray, "*some 3"], b: Float[np.ndarray, "*some 3"]) -> Float[np.ndarray, "*some 3"]:
    """Cross product along the last axis; several times faster than numpy's for many small vectors."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


@lru_cache(maxsize=16)
def _pattern(body: Body, segments: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """Pairs of a marker and a joint that moves it, and the matrix that adds pairs up by coordinate."""
    model = body.mj
    source = joint_sources(body)
    pairs = [(m, j) for m, segment in enumerate(segments) for j in _joints_above(model, segment)]
    marker, joint = np.array(pairs).T
    place = marker * len(body.coordinates) + source[joint]
    shape = (len(pairs), len(segments) * len(body.coordinates))
    gather = csr_array((np.ones(len(pairs)), (np.arange(len(pairs)), place)), shape)
    return marker, joint, gather


def _joints_above(model: Any, segment: int) -> list[int]:
    """Joints between the ground and a segment."""
    found: list[int] = []
    while segment != 0:
        first = int(model.body_jntadr[segment])
        found += range(first, first + int(model.body_jntnum[segment]))
        segment = int(model.body_parentid[segment])
    return found


def pose_of(problem: MarkerProblem, value: Float[np.ndarray, "time coordinate"]) -> _Pose:
    """Markers and joints of every frame; one MuJoCo call a frame, all else in arrays."""
    model, data = problem.body.mj, mujoco.MjData(problem.body.mj)
    motion = joint_motion(problem.body, value)
    frames = len(value)
    origin = np.empty((frames, model.nbody, 3))
    turn = np.empty((frames, model.nbody, 9))
    anchor, axis = np.empty((frames, model.njnt, 3)), np.empty((frames, model.njnt, 3))
    for t in range(frames):
        data.qpos[:] = motion.position[t]
        mujoco.mj_kinematics(model, data)
        origin[t], turn[t], anchor[t], axis[t] = data.xpos, data.xmat, data.xanchor, data.xaxis
    turns = turn[:, problem.segment].reshape(frames, -1, 3, 3)
    place = origin[:, problem.segment] + (turns @ problem.local_m[None, :, :, None])[..., 0]
    return _Pose(place, anchor, axis, motion.slope)
