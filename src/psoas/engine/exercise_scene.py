"""A motion as a movement to look at: there and back through its poses, standing or lying on a floor.

Poses are angles only. Between them the angles go smoothly, and the body is put where its points rest: on the
floor, or on a step or bench where another part hangs lower. Activations are solved in the held poses and
blended on the way between them, so they are right in the poses and a picture between; a relaxed pose asks
for none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float

from psoas.engine.body import load_body
from psoas.engine.bones import bone_names, lowest_corners
from psoas.engine.exercise import Motion, Pose, Verdict, coordinates_of
from psoas.engine.kinematics import SegmentPoses, segment_poses
from psoas.engine.muscle import capacity
from psoas.engine.scene import Scene, scene
from psoas.engine.support import local_point
from psoas.engine.types import Body, Coordinates, MuscleForces

RATE_HZ = 12.0
HOLD_S, TURN_S, GO_S, BACK_S = 1.0, 0.4, 1.6, 1.8  # at the ends, at poses between, from pose to pose, back
Rests = Literal["upright", "back", "side"]
_HANGS_M = 0.10  # what lies lower than this below the support hangs over its edge
_FLESH_M = 0.05  # between bone and bench
_STEP_M = 0.03
_STRETCHED_FOOT_RAD = np.deg2rad(-35.0)
_LYING_RAD = np.deg2rad(45.0)
# Points of the upper body in their segments, m: waist, chest, neck, head; shoulder, elbow, hand of each side.
UPPER: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("torso", (-0.02, 0.1, 0.0)),
    ("torso", (-0.02, 0.3, 0.0)),
    ("torso", (0.0, 0.44, 0.0)),
    ("torso", (0.03, 0.58, 0.0)),
    *((f"{part}_{side}", (0.0, 0.0, 0.0)) for side in ("r", "l") for part in ("humerus", "ulna", "hand")),
)
_BENCH_M = (0.75, 0.5)  # along and across the trunk


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Something to stand or lie on: middle and half sizes, m, in the ground frame; its foot is the floor."""

    middle_m: tuple[float, float, float]
    half_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class ExerciseScene:
    """The scene, when each pose is reached (percent of the whole), what one rests on, and on which side.

    `upper_m` are points of the upper body, which has no bones here: see `UPPER`.
    """

    scene: Scene
    duration_s: float
    poses: tuple[tuple[str, float], ...]
    boxes: tuple[Box, ...]
    rests: Rests
    upper_m: Float[np.ndarray, "time upper 3"]


def exercise_scene(verdict: Verdict, body: Body | None = None) -> ExerciseScene:
    """The motion of a verdict, ready to be drawn; it repeats."""
    body = body or load_body()
    motion = verdict.motion
    poses = ([motion.begin] if motion.begin else []) + list(motion.poses)
    time_s, share, reached_s = _timeline(len(poses))
    corner = coordinates_of(poses)
    angles = Coordinates(time_s, share @ _feet_let_go(corner, poses), corner.names)
    placed, boxes, rests = _placed(body, poses, angles)
    duration_s = float(time_s[-1] + 1.0 / RATE_HZ)
    shown = scene(body, placed)
    if verdict.held is not None:
        muscles = _blended(body, motion, verdict.held.poses, verdict.held.muscles, poses, share, shown)
        shown = scene(body, placed, {motion.side: muscles})
    told = tuple((pose.name, 100.0 * at / duration_s) for pose, at in zip(poses, reached_s, strict=True))
    return ExerciseScene(shown, duration_s, told, boxes, rests, _upper(body, placed))


def _timeline(
    poses: int,
) -> tuple[Float[np.ndarray, "time"], Float[np.ndarray, "time pose"], tuple[float, ...]]:
    """Times, the share of each pose in every frame, and when each pose is reached."""
    if poses == 1:
        return np.arange(2) / RATE_HZ, np.ones((2, 1)), (0.0,)
    knots: list[tuple[float, int]] = [(0.0, 0), (HOLD_S, 0)]
    reached = [0.0]
    for k in range(1, poses):
        reached.append(knots[-1][0] + GO_S)
        stay = HOLD_S if k == poses - 1 else TURN_S
        knots += [(reached[-1], k), (reached[-1] + stay, k)]
    knots.append((knots[-1][0] + BACK_S, 0))
    time_s = np.arange(0.0, knots[-1][0] - 1e-9, 1.0 / RATE_HZ)
    share = np.zeros((len(time_s), poses))
    for (begin, a), (end, b) in pairwise(knots):
        inside = (time_s >= begin - 1e-9) & (time_s < end - 1e-9)
        x = (time_s[inside] - begin) / (end - begin)
        eased = x * x * (3.0 - 2.0 * x)
        share[inside, a] += 1.0 - eased
        share[inside, b] += eased
    return time_s, share, tuple(reached)


def _feet_let_go(corner: Coordinates, poses: Sequence[Pose]) -> Float[np.ndarray, "pose coordinate"]:
    """The angles of the poses, the foot of a kneeling leg stretched where its pose says nothing of it."""
    value = corner.value.copy()
    for k, pose in enumerate(poses):
        for side in _kneeling(poses):
            if f"ankle_angle_{side}" not in pose.angles:
                value[k, corner.names.index(f"ankle_angle_{side}")] = _STRETCHED_FOOT_RAD
    return value


def _kneeling(poses: Sequence[Pose]) -> tuple[str, ...]:
    return tuple(side for side in ("r", "l") if any(f"knee_{side}" in pose.on for pose in poses))


def _placed(
    body: Body, poses: Sequence[Pose], angles: Coordinates
) -> tuple[Coordinates, tuple[Box, ...], Rests]:
    """The angles with the pelvis moved so that the body rests on something, and what that is."""
    names = (*bone_names(), "torso", "hand_r", "hand_l")
    posed = segment_poses(body, angles, names)
    lowest = lowest_corners(posed)
    for side in _kneeling(poses):  # toes bend as the body's do not
        lowest[:, [names.index(f"{part}_{side}") for part in ("calcn", "toes")]] = np.inf
    on = next((pose.on for pose in poses if pose.on), ())
    first = {c: poses[0].angles.get(c, 0.0) for c in ("pelvis_tilt", "pelvis_list")}
    rests: Rests = "back" if abs(first["pelvis_tilt"]) > _LYING_RAD else "upright"
    rests = "side" if abs(first["pelvis_list"]) > _LYING_RAD else rests
    if on:
        points = np.stack([_place(posed, name) for name in on], axis=1)
        fixed, height = points.mean(axis=1), points[:, :, 1].min(axis=1)
        hangs = float((lowest.min(axis=1) - height).min())
        height = height if hangs > -_STEP_M else height + hangs
        points[:, :, 1] -= height[:, None]
        boxes = () if hangs > -_STEP_M else (_step(points[0] - [fixed[0, 0], 0.0, fixed[0, 2]]),)
    elif rests != "upright":
        pelvis = names.index("pelvis")
        fixed, support = posed.origin_m[:, pelvis], lowest[:, pelvis].min()
        hangs = float(lowest.min() - support)
        height = np.full(len(fixed), lowest.min())
        boxes = () if hangs > -_HANGS_M else (_bench(posed.orientation[0, pelvis], -hangs - _FLESH_M),)
    else:
        feet = [names.index(f"calcn_{side}") for side in ("r", "l")]
        stands = feet[int(np.argmin(lowest[:, feet].max(axis=0)))]
        fixed, height, boxes = posed.origin_m[:, stands], lowest.min(axis=1), ()
    move = -np.column_stack([fixed[:, 0], height, fixed[:, 2]])
    value = angles.value.copy()
    for k, name in enumerate(("pelvis_tx", "pelvis_ty", "pelvis_tz")):
        value[:, angles.names.index(name)] += move[:, k]
    return Coordinates(angles.time_s, value, angles.names), boxes, rests


def _place(posed: SegmentPoses, point: str) -> Float[np.ndarray, "time 3"]:
    """Where a named point such as heel_r is."""
    segment, local = local_point(point)
    k = posed.names.index(segment)
    return np.asarray(posed.origin_m[:, k] + posed.orientation[:, k] @ local)


def _upper(body: Body, placed: Coordinates) -> Float[np.ndarray, "time upper 3"]:
    names = tuple(dict.fromkeys(segment for segment, _ in UPPER))
    posed = segment_poses(body, placed, names)
    at = [names.index(segment) for segment, _ in UPPER]
    local = np.array([point for _, point in UPPER])
    return np.asarray(posed.origin_m[:, at] + np.einsum("tuij,uj->tui", posed.orientation[:, at], local))


def _step(points: Float[np.ndarray, "point 3"]) -> Box:
    """A block under points that stand above the floor."""
    low, high = points.min(axis=0), points.max(axis=0)
    top = float(low[1]) / 2.0
    middle = (float(low[0] + high[0]) / 2.0, top, float(low[2] + high[2]) / 2.0)
    return Box(middle, (float(high[0] - low[0]) / 2.0 + 0.09, top, float(high[2] - low[2]) / 2.0 + 0.08))


def _bench(pelvis: Float[np.ndarray, "3 3"], height_m: float) -> Box:
    """A bench under pelvis and trunk, whose edge is where the thighs begin."""
    along = pelvis[:, 1] * [1.0, 0.0, 1.0]
    along = along / np.linalg.norm(along)
    half = np.abs(along) * _BENCH_M[0] / 2.0 + np.abs(along[[2, 1, 0]]) * _BENCH_M[1] / 2.0
    middle = along * (_BENCH_M[0] / 2.0 - 0.1)
    return Box(
        (float(middle[0]), height_m / 2.0, float(middle[2])), (float(half[0]), height_m / 2.0, float(half[2]))
    )


def _blended(
    body: Body,
    motion: Motion,
    held: Sequence[Pose],
    solved: MuscleForces,
    poses: Sequence[Pose],
    share: Float[np.ndarray, "time pose"],
    shown: Scene,
) -> MuscleForces:
    """Activations of the held poses, by their share in each frame, and the forces that go with them."""
    when = {pose.at_s: k for k, pose in enumerate(held)}
    of_pose = np.zeros((len(poses), solved.activation.shape[1]))
    for k, pose in enumerate(poses):
        if pose is not motion.begin and not pose.relaxed:
            of_pose[k] = solved.activation[when[pose.at_s]]
    activation = share @ of_pose
    lines = [body.muscles.names.index(name) for name in solved.names]
    pull = capacity(body.muscles, shown.length_m, np.zeros_like(shown.length_m))
    passive = pull.passive_n[:, lines]
    frames = len(share)
    return replace(
        solved,
        time_s=shown.bones.time_s,
        activation=activation,
        force_n=activation * pull.active_n[:, lines] + passive,
        passive_force_n=passive,
        reserve_nm=np.zeros((frames, solved.reserve_nm.shape[1])),
        status=np.zeros(frames, dtype=int),
    )
