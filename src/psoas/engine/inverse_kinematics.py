"""Inverse kinematics: the movement whose markers lie closest to the recorded ones.

Every sixteenth frame is solved first, from the posture of the first frame; the frames between start from what
lies between those, so they need two or three steps (`posture_solver`). The result is low-pass filtered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from psoas.engine.filtering import POSTURE_CUTOFF_HZ, low_pass
from psoas.engine.formats.landmarks import plain
from psoas.engine.posture_solver import MarkerProblem, carried, cost_of, distances, frames_of, pose_of, solve
from psoas.engine.types import Body, Coordinates, Markers
from psoas.errors import InputError

Progress = Callable[[str, float], None]

KEY_FRAME = 16  # frames from one start to the next
CHUNK = 256  # frames solved at once: enough to fill the arrays, few enough to stay in the cache
FAR_M = 0.03  # RMS distance from which a key frame is tried again from elsewhere
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
ARMS = ("arm_", "elbow_", "pro_sup_", "wrist_")
ARM_PULL_M = (
    0.005  # m/rad towards hanging arms: with a straight elbow no marker tells the turn of the arm, and a
)
# turn that jumps from frame to frame would shake the whole body in inverse dynamics
_TOLD = ("pelvis", "hip", "knee", "ankle", "subtalar", "lumbar")
_OFTEN = 0.02  # of the frames
_SEATED = {"hip_flexion": 1.4, "knee_angle": 1.4}  # rad, a second place to start from


@dataclass(frozen=True, slots=True, eq=False)
class MarkerErrors:
    """Distances between recorded and computed markers; NaN where a marker was not seen."""

    names: tuple[str, ...]
    distance_m: Float[np.ndarray, "time marker"]

    @property
    def frame_rms_m(self) -> Float[np.ndarray, "time"]:
        """RMS over the markers of each frame."""
        return np.asarray(np.sqrt(np.nanmean(self.distance_m**2, axis=1)))

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


def inverse_kinematics(
    body: Body,
    markers: Markers,
    *,
    weights: Mapping[str, float] | None = None,
    cutoff_hz: float | None = POSTURE_CUTOFF_HZ,
    progress: Progress | None = None,
) -> Posture:
    """The movement of the body's coordinates that follows the markers, limits and couplings respected.

    Markers are matched by name; one that the body does not have is left out (`errors.names` are those used).
    `weights` change how much a marker counts (SEGMENT_WEIGHT of its segment unless told, 0 leaves it out).
    Arms lean a little to hanging (ARM_PULL_M). `cutoff_hz=None` does not filter. Coordinates that no marker
    sees stay at their default, 0. Raises InputError for frames in which fewer than three markers of the body
    are seen.
    """
    problem, names = _match(body, markers, _weights(body, markers.names) | dict(weights or {}))
    problem = replace(problem, pull=np.where([n.startswith(ARMS) for n in body.coordinates], ARM_PULL_M, 0.0))
    value = _solve_all(problem, progress)
    errors = MarkerErrors(names, distances(problem, value))
    if cutoff_hz is not None:
        value = low_pass(markers.time_s, value, cutoff_hz)
        low, high = body.coordinate_range.T
        value = np.clip(value, low, high)
    return Posture(Coordinates(markers.time_s, value, body.coordinates), errors, _at_limits(body, value))


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
    problem, _ = _match(body, markers, {})
    if pull is not None:
        problem = replace(problem, pull=pull)
    if start is not None:
        return solve(problem, start)[0]
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
) -> tuple[MarkerProblem, tuple[str, ...]]:
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
    problem = MarkerProblem(
        body,
        np.array([body.mj.site_bodyid[i] for i in ids]),
        np.array([body.mj.site_pos[i] for i in ids]),
        np.where(seen[:, :, None], measured, 0.0),
        np.where(seen, np.sqrt(weight[used]), 0.0),
        np.zeros(len(body.coordinates)),
    )
    return problem, names


def _best_of_starts(
    problem: MarkerProblem,
) -> tuple[Float[np.ndarray, "time coordinate"], Float[np.ndarray, "time"]]:
    """Every frame from standing and from sitting: the better posture and its cost."""
    standing, standing_cost = solve(problem, _guess(problem, {}))
    seated, seated_cost = solve(problem, _guess(problem, _SEATED))
    seated_is_better = seated_cost < standing_cost
    best = np.where(seated_is_better[:, None], seated, standing)
    return best, np.minimum(seated_cost, standing_cost)


def _guess(problem: MarkerProblem, bent: Mapping[str, float]) -> Float[np.ndarray, "time coordinate"]:
    """A posture with the given angles on both sides, moved so that its markers surround the recorded ones."""
    body = problem.body
    value = np.zeros((len(problem.measured_m), len(body.coordinates)))
    for name, angle in bent.items():
        for side in "rl":
            value[:, body.coordinates.index(f"{name}_{side}")] = angle
    return carried(problem, value)


def _solve_all(problem: MarkerProblem, progress: Progress | None) -> Float[np.ndarray, "time coordinate"]:
    frames = len(problem.measured_m)
    keys = np.unique(np.r_[np.arange(0, frames, KEY_FRAME), frames - 1])
    at_keys = _with_wrong_turns_undone(frames_of(problem, keys), _key_frames(frames_of(problem, keys)))
    value = np.empty((frames, at_keys.shape[1]))
    for first in range(0, frames, CHUNK):
        here = np.arange(first, min(first + CHUNK, frames))
        between = np.column_stack([np.interp(here, keys, column) for column in at_keys.T])
        value[here] = solve(frames_of(problem, here), between)[0]
        if progress is not None:
            progress("inverse kinematics", (int(here[-1]) + 1) / frames)
    return _with_wrong_turns_undone(problem, value)


def _with_wrong_turns_undone(
    problem: MarkerProblem, value: Float[np.ndarray, "time coordinate"]
) -> Float[np.ndarray, "time coordinate"]:
    """Frames in which a marker is far off are solved again from the nearest frame without one."""
    off = np.nan_to_num(distances(problem, value)).max(axis=1) > FAR_MARKER_M
    if not off.any() or off.all():
        return value
    good, bad = np.flatnonzero(~off), np.flatnonzero(off)
    nearest = good[np.abs(good[None, :] - bad[:, None]).argmin(axis=1)]
    part = frames_of(problem, bad)
    again, cost = solve(part, carried(part, value[nearest]))
    better = cost < cost_of(part, value[bad], pose_of(part, value[bad]))
    result = value.copy()
    result[bad[better]] = again[better]
    return result


def _key_frames(problem: MarkerProblem) -> Float[np.ndarray, "time coordinate"]:
    """Each from the posture of the first; those that end far from their markers also from elsewhere."""
    first, _ = _best_of_starts(frames_of(problem, np.array([0])))
    value, cost = solve(problem, carried(problem, np.repeat(first, len(problem.measured_m), axis=0)))
    far = np.flatnonzero(cost > 0.5 * FAR_M**2 * (problem.root_weight**2).sum(axis=1))
    if len(far):
        others, other_cost = _best_of_starts(frames_of(problem, far))
        better = other_cost < cost[far]
        value[far[better]] = others[better]
    return value


def _at_limits(body: Body, value: Float[np.ndarray, "time coordinate"]) -> tuple[str, ...]:
    """Which coordinates of legs and back were held by their limits, and how often."""
    low, high = body.coordinate_range.T
    share = ((value <= low + 1e-6) | (value >= high - 1e-6)).mean(axis=0)
    held = [
        f"{name} ({100.0 * part:.0f} % of the frames)"
        for name, part in zip(body.coordinates, share, strict=True)
        if part > _OFTEN and name.startswith(_TOLD)
    ]
    return (f"Held at the end of their range: {', '.join(held)}.",) if held else ()
