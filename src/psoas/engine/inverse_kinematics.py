"""Inverse kinematics: the posture whose markers lie closest to the recorded ones.

    minimise  sum over markers  w |p(q) - y|^2      with  low <= q <= high

Levenberg-Marquardt (Marquardt 1963, doi 10.1137/0111030) on every frame at once, with the couplings of knee
and spine projected into the Jacobian. A coordinate that its limit holds back is taken out of the step
(projected Newton, Bertsekas 1982, doi 10.1137/0320018). Every sixteenth frame is solved first; the frames
between start from what lies between those, so they need two or three steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from psoas.engine.filtering import POSTURE_CUTOFF_HZ, low_pass
from psoas.engine.formats.landmarks import plain
from psoas.engine.kinematics import joint_motion, joint_sources
from psoas.engine.types import Body, Coordinates, Markers
from psoas.errors import InputError

Progress = Callable[[str, float], None]

KEY_FRAME = 16  # frames from one start to the next
CHUNK = 256  # frames solved at once: enough to fill the arrays, few enough to stay in the cache
MOST_STEPS = 60
SMALL_STEP = 1e-5  # rad or m: below this a frame is solved; the next step would be far smaller still
SMALL_GAIN = 1e-8  # of the cost: what still moves then is what the markers hardly see
FIRST_DAMPING = 1e-4  # part of each coordinate's own curvature that is added to it
SMALLEST_DAMPING = 1e-9
LARGEST_DAMPING = 1e6
FAR_M = 0.03  # RMS distance from which a key frame is tried again from elsewhere
TINY_M2 = 1e-10  # keeps what no marker sees where it is: its curvature is zero
FAR_MARKER_M = 0.10  # distance of a single marker that means a limb took a wrong turn
SEGMENT_WEIGHT = {
    "pelvis": 4.0,
    "femur": 1.0,
    "patella": 1.0,
    "tibia": 1.0,
    "talus": 1.0,
    "calcn": 1.0,
    "toes": 1.0,
}  # the pelvis decides about the hips; its markers stand on thin skin
OTHER_WEIGHT = 0.1  # shoulders and arms: the shoulder blade moves by centimetres and is not in the model
_PELVIS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
_SEATED = {"hip_flexion": 1.4, "knee_angle": 1.4}  # rad, a second place to start from


@dataclass(frozen=True, slots=True, eq=False)
class MarkerErrors:
    """Distances between recorded and computed markers; NaN where a marker was not seen."""

    names: tuple[str, ...]
    distance_m: Float[np.ndarray, "time marker"]

    @property
    def frame_rms_m(self) -> Float[np.ndarray, "time"]:
        """RMS over the markers of each frame."""
        return np.sqrt(np.nanmean(self.distance_m**2, axis=1))

    @property
    def mean_rms_m(self) -> float:
        """Mean over the frames of the RMS over the markers."""
        return float(np.nanmean(self.frame_rms_m))

    @property
    def marker_rms_m(self) -> dict[str, float]:
        """RMS over the frames of each marker."""
        return dict(zip(self.names, np.sqrt(np.nanmean(self.distance_m**2, axis=0)).tolist(), strict=True))

    @property
    def worst(self) -> tuple[str, float]:
        """The largest distance of all, and its marker."""
        marker = int(np.nanargmax(np.nanmax(self.distance_m, axis=0)))
        return self.names[marker], float(np.nanmax(self.distance_m))


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """What inverse kinematics found: filtered coordinates, the errors before filtering, and what to know."""

    coordinates: Coordinates
    errors: MarkerErrors
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
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


def inverse_kinematics(
    body: Body,
    markers: Markers,
    *,
    weights: Mapping[str, float] | None = None,
    cutoff_hz: float | None = POSTURE_CUTOFF_HZ,
    progress: Progress | None = None,
) -> Posture:
    """The movement of the body's coordinates that follows the markers, limits and couplings respected.

    Markers are matched by name; one that the body does not have is left out and named in `notes`. `weights`
    change how much a marker counts (SEGMENT_WEIGHT of its segment unless told, 0 leaves it out). `cutoff_hz=None` does not filter.
    Coordinates that no marker sees stay at their default, 0. Raises InputError for markers that share nothing
    with the body, and for frames in which fewer than three of them are seen.
    """
    problem, names, notes = _match(body, markers, _weights(body, markers.names) | dict(weights or {}))
    value = _solve_all(problem, progress)
    errors = MarkerErrors(names, _distances(problem, value))
    if cutoff_hz is not None:
        value = low_pass(markers.time_s, value, cutoff_hz)
        low, high = body.coordinate_range.T
        value = np.clip(value, low, high)
    notes += _at_limits(body, value)
    return Posture(Coordinates(markers.time_s, value, body.coordinates), errors, tuple(notes))


def fit_frames(
    body: Body,
    markers: Markers,
    *,
    start: Float[np.ndarray, "time coordinate"] | None = None,
    pull: Float[np.ndarray, "coordinate"] | None = None,
) -> Float[np.ndarray, "time coordinate"]:
    """Coordinates (order of the body) of frames that need not follow each other; equal weights, not filtered.

    Without `start` every frame is tried from standing and from sitting. `pull` (m/rad) keeps coordinates that
    the markers tell little about near 0: sum (pull q)^2 is added to the squared distances.
    """
    problem, _, _ = _match(body, markers, {})
    if pull is not None:
        problem = replace(problem, pull=pull)
    if start is not None:
        return _solve(problem, start)[0]
    return _best_of_starts(problem)[0]


def _weights(body: Body, names: tuple[str, ...]) -> dict[str, float]:
    """How much each of these markers counts, by the segment that carries it."""
    segment = {plain(n): s.removesuffix("_r").removesuffix("_l") for n, s in placed_markers(body).items()}
    return {n: SEGMENT_WEIGHT.get(segment[plain(n)], OTHER_WEIGHT) for n in names if plain(n) in segment}


def placed_markers(body: Body) -> dict[str, str]:
    """The body's own markers and the segments that carry them."""
    model = body.mj
    sites = (model.site(i) for i in range(model.nsite))
    return {
        s.name.removeprefix("marker/"): model.body(int(s.bodyid[0])).name
        for s in sites
        if s.name.startswith("marker/")
    }


def _match(
    body: Body, markers: Markers, weights: Mapping[str, float]
) -> tuple[_Problem, tuple[str, ...], list[str]]:
    has = {plain(name): name for name in placed_markers(body)}
    weight = np.array([weights.get(n, 1.0) for n in markers.names])
    used = [i for i, n in enumerate(markers.names) if plain(n) in has and weight[i] > 0.0]
    names = tuple(markers.names[i] for i in used)
    ids = [body.mj.site(f"marker/{has[plain(n)]}").id for n in names]
    measured = markers.position_m[:, used]
    seen = np.isfinite(measured).all(axis=2)
    few = np.flatnonzero(seen.sum(axis=1) < 3)
    if len(few):
        at = f"frame {few[0] + 1}, {markers.time_s[few[0]]:.3f} s" if used else "the whole trial"
        raise InputError(
            "Fewer than three markers that the body has are seen.",
            at,
            "Cut the trial to where the markers are seen, or check the marker names against the model's.",
        )
    unknown = [n for n in markers.names if plain(n) not in has]
    notes = [f"Markers without a place on the body, left out: {', '.join(unknown)}."] if unknown else []
    problem = _Problem(
        body,
        np.array([body.mj.site_bodyid[i] for i in ids]),
        np.array([body.mj.site_pos[i] for i in ids]),
        np.where(seen[:, :, None], measured, 0.0),
        np.where(seen, np.sqrt(weight[used]), 0.0),
        np.zeros(len(body.coordinates)),
    )
    return problem, names, notes


def _best_of_starts(
    problem: _Problem,
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Every frame from standing and from sitting: the better posture and its cost."""
    standing, standing_cost = _solve(problem, _guess(problem, {}))
    seated, seated_cost = _solve(problem, _guess(problem, _SEATED))
    seated_is_better = seated_cost < standing_cost
    best = np.where(seated_is_better[:, None], seated, standing)
    return best, np.minimum(seated_cost, standing_cost)


def _guess(problem: _Problem, bent: Mapping[str, float]) -> Float[np.ndarray, "time coordinate"]:
    """A posture with the given angles on both sides, moved so that its markers surround the recorded ones."""
    body = problem.body
    value = np.zeros((len(problem.measured_m), len(body.coordinates)))
    for name, angle in bent.items():
        for side in "rl":
            value[:, body.coordinates.index(f"{name}_{side}")] = angle
    return _carried(problem, value)


def _carried(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time coordinate"]:
    """The same posture, moved so that the middle of its markers is the middle of the recorded ones."""
    weight = problem.root_weight[:, :, None] ** 2
    gap = weight * (problem.measured_m - _pose(problem, value).marker_m)
    moved = value.copy()
    moved[:, [problem.body.coordinates.index(n) for n in _PELVIS]] += gap.sum(axis=1) / weight.sum(axis=1)
    return moved


def _solve_all(problem: _Problem, progress: Progress | None) -> Float[np.ndarray, "time coordinate"]:
    frames = len(problem.measured_m)
    keys = np.unique(np.r_[np.arange(0, frames, KEY_FRAME), frames - 1])
    at_keys = _with_wrong_turns_undone(_frames(problem, keys), _key_frames(_frames(problem, keys)))
    value = np.empty((frames, at_keys.shape[1]))
    for first in range(0, frames, CHUNK):
        here = np.arange(first, min(first + CHUNK, frames))
        between = np.column_stack([np.interp(here, keys, column) for column in at_keys.T])
        value[here] = _solve(_frames(problem, here), between)[0]
        if progress is not None:
            progress("inverse kinematics", (int(here[-1]) + 1) / frames)
    return _with_wrong_turns_undone(problem, value)


def _with_wrong_turns_undone(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time coordinate"]:
    """Frames in which a marker is far off are solved again from the nearest frame without one."""
    off = np.nan_to_num(_distances(problem, value)).max(axis=1) > FAR_MARKER_M
    if not off.any() or off.all():
        return value
    good, bad = np.flatnonzero(~off), np.flatnonzero(off)
    nearest = good[np.abs(good[None, :] - bad[:, None]).argmin(axis=1)]
    part = _frames(problem, bad)
    again, cost = _solve(part, _carried(part, value[nearest]))
    better = cost < _cost(part, value[bad], _pose(part, value[bad]))
    result = value.copy()
    result[bad[better]] = again[better]
    return result


def _key_frames(problem: _Problem) -> Float[np.ndarray, "time coordinate"]:
    """Each from the posture of the first; those that end far from their markers also from elsewhere."""
    first, _ = _best_of_starts(_frames(problem, np.array([0])))
    value, cost = _solve(problem, _carried(problem, np.repeat(first, len(problem.measured_m), axis=0)))
    far = np.flatnonzero(cost > 0.5 * FAR_M**2 * (problem.root_weight**2).sum(axis=1))
    if len(far):
        others, other_cost = _best_of_starts(_frames(problem, far))
        better = other_cost < cost[far]
        value[far[better]] = others[better]
    return value


def _frames(problem: _Problem, which: Int[np.ndarray, "some"]) -> _Problem:
    return _Problem(
        problem.body,
        problem.segment,
        problem.local_m,
        problem.measured_m[which],
        problem.root_weight[which],
        problem.pull,
    )


def _solve(
    problem: _Problem, start: Float[np.ndarray, "time coordinate"]
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Levenberg-Marquardt in a box, every frame with its own damping, until every frame stands still.

    Returns the coordinates and half the weighted sum of squared distances.
    """
    low, high = problem.body.coordinate_range.T
    value = np.clip(start, low, high)
    pose = _pose(problem, value)
    cost = _cost(problem, value, pose)
    damping = np.full(len(value), FIRST_DAMPING)
    going = np.arange(len(value))
    for _ in range(MOST_STEPS):
        part = _frames(problem, going)
        step = _step(part, value[going], pose.of(going), damping[going])
        trial = np.clip(value[going] - step, low, high)
        trial_pose = _pose(part, trial)
        trial_cost = _cost(part, trial, trial_pose)
        moved = np.abs(trial - value[going]).max(axis=1)
        before = cost[going]
        better = trial_cost <= before
        accepted = going[better]
        value[accepted], cost[accepted] = trial[better], trial_cost[better]
        pose.put(accepted, trial_pose.of(better))
        damping[going] *= np.where(better, 0.1, 10.0)
        damping = np.maximum(damping, SMALLEST_DAMPING)
        gain = np.where(better, before - trial_cost, np.inf)
        still = (moved < SMALL_STEP) | (gain < SMALL_GAIN * before) | (damping[going] > LARGEST_DAMPING)
        going = going[~still]
        if not len(going):
            break
    return value, cost


def _cost(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"], pose: _Pose
) -> Float[np.ndarray, "time"]:
    gap = problem.root_weight[:, :, None] * (pose.marker_m - problem.measured_m)
    total = np.einsum("tma,tma->t", gap, gap) + ((problem.pull * value) ** 2).sum(axis=1)
    return np.asarray(0.5 * total)


def _distances(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time marker"]:
    distance = np.linalg.norm(_pose(problem, value).marker_m - problem.measured_m, axis=2)
    return np.where(problem.root_weight > 0.0, distance, np.nan)


def _step(
    problem: _Problem,
    value: Float[np.ndarray, "time coordinate"],
    pose: _Pose,
    damping: Float[np.ndarray, "time"],
) -> Float[np.ndarray, "time coordinate"]:
    """Damped Gauss-Newton step; coordinates at a limit that the gradient pushes against do not move."""
    jacobian, gap = _linearise(problem, pose)
    gradient = np.matmul(gap[:, None, :], jacobian)[:, 0] + problem.pull**2 * value
    curvature = np.matmul(jacobian.transpose(0, 2, 1), jacobian)
    low, high = problem.body.coordinate_range.T
    held = ((value <= low) & (gradient > 0.0)) | ((value >= high) & (gradient < 0.0))
    curvature[held[:, :, None] | held[:, None, :]] = 0.0
    diagonal = np.arange(curvature.shape[1])
    own = curvature[:, diagonal, diagonal] + problem.pull**2
    curvature[:, diagonal, diagonal] = np.where(held, 1.0, own * (1.0 + damping[:, None]) + TINY_M2)
    step: Float[np.ndarray, "time coordinate"] = np.linalg.solve(
        curvature, np.where(held, 0.0, gradient)[:, :, None]
    )[:, :, 0]
    return step


def _linearise(
    problem: _Problem, pose: _Pose
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


def _pose(problem: _Problem, value: Float[np.ndarray, "time coordinate"]) -> _Pose:
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


def _at_limits(body: Body, value: Float[np.ndarray, "time coordinate"]) -> list[str]:
    """Which coordinates were held back by their limits, and how often."""
    low, high = body.coordinate_range.T
    share = ((value <= low + 1e-6) | (value >= high - 1e-6)).mean(axis=0)
    held = [
        f"{n} ({100.0 * s:.0f} % of the frames)"
        for n, s in zip(body.coordinates, share, strict=True)
        if s > 0.02
    ]
    return [f"Held at the end of their range: {', '.join(held)}."] if held else []
