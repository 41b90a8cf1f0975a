"""Inverse kinematics: the posture whose markers lie closest to the recorded ones.

    minimise  sum over markers  w |p(q) - y|^2      with  low <= q <= high

Levenberg-Marquardt (Marquardt 1963, doi 10.1137/0111030) on every frame at once, with the couplings of knee
and spine projected into the Jacobian. A coordinate that its limit holds back is taken out of the step
(projected Newton, Bertsekas 1982, doi 10.1137/0320018). Every sixteenth frame is solved first; the frames
between start from what lies between those, so they need two or three steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from psoas.engine.filtering import POSTURE_CUTOFF_HZ, low_pass
from psoas.engine.kinematics import joint_motion, joint_sources
from psoas.engine.marker_sets import plain
from psoas.engine.types import Body, Coordinates, Markers
from psoas.errors import InputError

Progress = Callable[[str, float], None]

KEY_FRAME = 16  # frames from one start to the next
CHUNK = 256  # frames solved at once: enough to fill the arrays, few enough to stay in the cache
MOST_STEPS = 60
SMALL_STEP = 1e-7  # rad or m: below this a frame is solved
FIRST_DAMPING = 1e-4
SMALLEST_DAMPING = 1e-9
TINY_M2 = 1e-10  # keeps what no marker sees where it is: its curvature is zero
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
        return dict(
            zip(self.names, np.sqrt(np.nanmean(self.distance_m**2, axis=0)).tolist(), strict=True)
        )

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
    """Markers of the body matched with columns of the recording; weights are square roots, 0 where unseen."""

    body: Body
    segment: Int[np.ndarray, "marker"]
    local_m: Float[np.ndarray, "marker 3"]
    measured_m: Float[np.ndarray, "time marker 3"]
    root_weight: Float[np.ndarray, "time marker"]


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
    change how much a marker counts (1 unless told, 0 leaves it out). `cutoff_hz=None` does not filter.
    Coordinates that no marker sees stay at their default, 0. Raises InputError for markers that share nothing
    with the body, and for frames in which fewer than three of them are seen.
    """
    problem, names, notes = _match(body, markers, weights or {})
    start = _start(problem)
    value = _solve_all(problem, start, progress)
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
    weights: Mapping[str, float] | None = None,
) -> Float[np.ndarray, "time coordinate"]:
    """Coordinates (order of the body) of frames that need not follow each other; not filtered.

    Without `start` every frame is tried from standing and from sitting.
    """
    problem, _, _ = _match(body, markers, weights or {})
    if start is not None:
        return _solve(problem, start)[0]
    return _best_of_starts(problem)


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
    )
    return problem, names, notes


def _start(problem: _Problem) -> Float[np.ndarray, "coordinate"]:
    """Posture of the first frame."""
    return _best_of_starts(_frames(problem, np.array([0])))[0]


def _best_of_starts(problem: _Problem) -> Float[np.ndarray, "time coordinate"]:
    frames = len(problem.measured_m)
    best, best_cost = None, np.full(frames, np.inf)
    for bent in ({}, _SEATED):
        value, cost = _solve(problem, _guess(problem, bent))
        best = value if best is None else np.where((cost < best_cost)[:, None], value, best)
        best_cost = np.minimum(cost, best_cost)
    assert best is not None
    return best


def _guess(problem: _Problem, bent: Mapping[str, float]) -> Float[np.ndarray, "time coordinate"]:
    """A posture with the given angles on both sides, moved so that its markers surround the recorded ones."""
    body = problem.body
    value = np.zeros((len(problem.measured_m), len(body.coordinates)))
    for name, angle in bent.items():
        for side in "rl":
            value[:, body.coordinates.index(f"{name}_{side}")] = angle
    place, _, _ = _place(problem, value)
    weight = problem.root_weight[:, :, None] ** 2
    gap = (weight * (problem.measured_m - place)).sum(axis=1) / weight.sum(axis=1)
    for axis, name in enumerate(("pelvis_tx", "pelvis_ty", "pelvis_tz")):
        value[:, body.coordinates.index(name)] = gap[:, axis]
    return value


def _solve_all(
    problem: _Problem, start: Float[np.ndarray, "coordinate"], progress: Progress | None
) -> Float[np.ndarray, "time coordinate"]:
    frames = len(problem.measured_m)
    keys = np.unique(np.r_[np.arange(0, frames, KEY_FRAME), frames - 1])
    at_keys = _best_from(_frames(problem, keys), start)
    value = np.empty((frames, len(start)))
    for first in range(0, frames, CHUNK):
        here = np.arange(first, min(first + CHUNK, frames))
        between = np.column_stack([np.interp(here, keys, column) for column in at_keys.T])
        value[here] = _solve(_frames(problem, here), between)[0]
        if progress is not None:
            progress("inverse kinematics", (here[-1] + 1) / frames)
    return value


def _best_from(problem: _Problem, start: Float[np.ndarray, "coordinate"]) -> Float[np.ndarray, "time coordinate"]:
    """Key frames from the first posture carried along with the markers, or from standing or sitting if better."""
    others = _best_of_starts(problem)
    value, cost = _solve(problem, np.broadcast_to(start, others.shape).copy())
    other_cost = _cost(problem, others)
    better = other_cost < cost - 1e-9
    return np.where(better[:, None], others, value)


def _frames(problem: _Problem, which: Int[np.ndarray, "some"]) -> _Problem:
    return _Problem(
        problem.body,
        problem.segment,
        problem.local_m,
        problem.measured_m[which],
        problem.root_weight[which],
    )


def _solve(
    problem: _Problem, start: Float[np.ndarray, "time coordinate"]
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Levenberg-Marquardt in a box, every frame with its own damping, until every frame stands still."""
    low, high = problem.body.coordinate_range.T
    value = np.clip(start, low, high)
    cost = _cost(problem, value)
    damping = np.full(len(value), FIRST_DAMPING)
    going = np.arange(len(value))
    for _ in range(MOST_STEPS):
        part = _frames(problem, going)
        step = _step(part, value[going], damping[going])
        trial = np.clip(value[going] - step, low, high)
        trial_cost = _cost(part, trial)
        moved = np.abs(trial - value[going]).max(axis=1)
        better = trial_cost <= cost[going]
        value[going] = np.where(better[:, None], trial, value[going])
        cost[going] = np.where(better, trial_cost, cost[going])
        damping[going] = np.where(
            better, np.maximum(0.1 * damping[going], SMALLEST_DAMPING), 10.0 * damping[going]
        )
        going = going[(moved > SMALL_STEP) & (damping[going] < 1e8)]
        if not len(going):
            break
    return value, cost


def _cost(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time"]:
    """Half the weighted sum of squared distances of every frame."""
    place, _, _ = _place(problem, value)
    gap = problem.root_weight[:, :, None] * (place - problem.measured_m)
    half: Float[np.ndarray, "time"] = 0.5 * np.einsum("tma,tma->t", gap, gap)
    return half


def _distances(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time marker"]:
    place, _, _ = _place(problem, value)
    distance = np.linalg.norm(place - problem.measured_m, axis=2)
    return np.where(problem.root_weight > 0.0, distance, np.nan)


def _step(
    problem: _Problem,
    value: Float[np.ndarray, "time coordinate"],
    damping: Float[np.ndarray, "time"],
) -> Float[np.ndarray, "time coordinate"]:
    """Damped Gauss-Newton step; coordinates at a limit that the gradient pushes against do not move."""
    jacobian, gap = linearise(problem, value)
    gradient = np.einsum("trc,tr->tc", jacobian, gap)
    curvature = np.matmul(jacobian.transpose(0, 2, 1), jacobian)
    low, high = problem.body.coordinate_range.T
    held = _held(value, gradient, low, high)
    curvature[held[:, :, None] | held[:, None, :]] = 0.0
    diagonal = np.arange(curvature.shape[1])
    own = curvature[:, diagonal, diagonal]
    curvature[:, diagonal, diagonal] = np.where(held, 1.0, own * (1.0 + damping[:, None]) + TINY_M2)
    step: Float[np.ndarray, "time coordinate"] = np.linalg.solve(
        curvature, np.where(held, 0.0, gradient)[:, :, None]
    )[:, :, 0]
    return step


def _held(
    value: Float[np.ndarray, "time coordinate"],
    gradient: Float[np.ndarray, "time coordinate"],
    low: Float[np.ndarray, "coordinate"],
    high: Float[np.ndarray, "coordinate"],
) -> Bool[np.ndarray, "time coordinate"]:
    return ((value <= low) & (gradient > 0.0)) | ((value >= high) & (gradient < 0.0))


def linearise(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> tuple[Float[np.ndarray, "time residual coordinate"], Float[np.ndarray, "time residual"]]:
    """Weighted residuals (markers by x, y, z) and their derivative by the coordinates."""
    place, anchor, axis = _place(problem, value)
    slope = joint_motion(problem.body, value).slope
    marker, joint, gather = _pattern(problem.body, tuple(problem.segment.tolist()))
    hinge = (problem.body.mj.jnt_type[joint] == mujoco.mjtJoint.mjJNT_HINGE)[None, :, None]
    along = axis[:, joint]
    column = np.where(hinge, np.cross(along, place[:, marker] - anchor[:, joint]), along)
    column *= (slope[:, joint] * problem.root_weight[:, marker])[:, :, None]
    frames, markers, coordinates = len(value), len(problem.segment), len(problem.body.coordinates)
    flat = column.transpose(0, 2, 1).reshape(frames * 3, -1) @ gather
    jacobian = np.asarray(flat).reshape(frames, 3, markers, coordinates).transpose(0, 2, 1, 3)
    gap = problem.root_weight[:, :, None] * (place - problem.measured_m)
    return (
        np.ascontiguousarray(jacobian).reshape(frames, 3 * markers, coordinates),
        gap.reshape(frames, 3 * markers),
    )


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


def _place(
    problem: _Problem, value: Float[np.ndarray, "time coordinate"]
) -> tuple[
    Float[np.ndarray, "time marker 3"], Float[np.ndarray, "time joint 3"], Float[np.ndarray, "time joint 3"]
]:
    """Marker positions, and anchor and axis of every joint, in the ground frame; one MuJoCo call a frame."""
    model, data = problem.body.mj, mujoco.MjData(problem.body.mj)
    position = joint_motion(problem.body, value).position
    frames = len(value)
    origin = np.empty((frames, model.nbody, 3))
    turn = np.empty((frames, model.nbody, 9))
    anchor, axis = np.empty((frames, model.njnt, 3)), np.empty((frames, model.njnt, 3))
    for t in range(frames):
        data.qpos[:] = position[t]
        mujoco.mj_kinematics(model, data)
        origin[t], turn[t], anchor[t], axis[t] = data.xpos, data.xmat, data.xanchor, data.xaxis
    turns = turn[:, problem.segment].reshape(frames, -1, 3, 3)
    place = origin[:, problem.segment] + np.einsum("tmab,mb->tma", turns, problem.local_m)
    return place, anchor, axis


def _at_limits(body: Body, value: Float[np.ndarray, "time coordinate"]) -> list[str]:
    """Which coordinates were held back by their limits, and how often."""
    low, high = body.coordinate_range.T
    share = ((value <= low + 1e-6) | (value >= high - 1e-6)).mean(axis=0)
    held = [f"{n} ({100.0 * s:.0f} % of the frames)" for n, s in zip(body.coordinates, share, strict=True) if s > 0.02]
    return [f"Held at the end of their range: {', '.join(held)}."] if held else []


def seen_names(markers: Markers, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that the recording has, in its own order."""
    wanted = set(names)
    return tuple(n for n in markers.names if n in wanted)
