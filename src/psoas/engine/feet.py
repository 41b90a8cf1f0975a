"""Where the feet are, and when they rest on the floor."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import uniform_filter1d

from psoas.engine.formats import gaps, landmarks
from psoas.engine.kinematics import segment_poses
from psoas.engine.types import Body, Coordinates, Markers, Side
from psoas.errors import InputError

SIDES: tuple[Side, Side] = ("r", "l")

_TOE_TIP_M = 0.05  # from the toe joint to the tip of the second toe, along the toes' x axis
_LOW_M = 0.03  # above a point's own height on the floor
_RESTING_M_S = 0.4  # in swing the foot passes at 3 m/s or more where it is this low
_SMOOTHED_S = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Feet:
    """Heels, toes and pelvis in the ground frame; `side` order is r, l."""

    time_s: Float[np.ndarray, "time"]
    heel_m: Float[np.ndarray, "time 2 3"]
    toe_m: Float[np.ndarray, "time 2 3"]
    pelvis_m: Float[np.ndarray, "time 3"]


def feet_from_body(body: Body, coordinates: Coordinates) -> Feet:
    """Feet of a posed body: heel and toe tip on the sole, whatever markers there were."""
    names = ("pelvis", "calcn_r", "calcn_l", "toes_r", "toes_l")
    poses = segment_poses(body, coordinates, names)
    heel, ball = poses.origin_m[:, 1:3], poses.origin_m[:, 3:5]
    return Feet(
        coordinates.time_s, heel, ball + _TOE_TIP_M * poses.orientation[:, 3:5, :, 0], poses.origin_m[:, 0]
    )


def feet_from_markers(markers: Markers) -> Feet:
    """Feet as the markers show them. Raises InputError where a foot or the pelvis has no known marker."""
    found = {}
    for place, sides in (("heel", SIDES), ("toe", SIDES), ("asis", SIDES)):
        for side in sides:
            series = landmarks.mean_position(markers.names, markers.position_m, [(place, side)])
            if series is None or not np.isfinite(series).any():
                raise InputError(
                    f"No known marker shows the {'right' if side == 'r' else 'left'} {place}.",
                    f"markers {', '.join(markers.names[:6])}, ...",
                    "Name the markers of heels, toes and pelvis as OpenCap, Plug-in Gait or Rajagopal do.",
                )
            found[place, side] = _held(series)
    heel, toe, front = (np.stack([found[p, s] for s in SIDES], axis=1) for p in ("heel", "toe", "asis"))
    return Feet(markers.time_s, heel, toe, front.mean(axis=1))


def _held(series: Float[np.ndarray, "time 3"]) -> Float[np.ndarray, "time 3"]:
    """Unseen ends hold the nearest position that was seen; gaps inside are straight."""
    seen = np.isfinite(series).all(axis=1)
    frames = np.arange(len(series))
    return np.stack([np.interp(frames, frames[seen], series[seen, axis]) for axis in range(3)], axis=1)


def velocity(
    time_s: Float[np.ndarray, "time"], position_m: Float[np.ndarray, "time 3"]
) -> Float[np.ndarray, "time 3"]:
    """Derivative over a twentieth of a second: steadier than frame by frame."""
    rate = np.gradient(position_m, time_s, axis=0)
    frames = max(1, round(_SMOOTHED_S / float(np.median(np.diff(time_s)))))
    return np.asarray(uniform_filter1d(rate, frames, axis=0, mode="nearest"))


def floor_velocity(feet: Feet) -> Float[np.ndarray, "3"]:
    """Velocity of what the feet stand on: the belt of a treadmill, zero over ground.

    The median over the times when a heel or toe is within 2 cm of its lowest: most of these are stance.
    """
    found = []
    for side in range(2):
        for point in (feet.heel_m[:, side], feet.toe_m[:, side]):
            low = point[:, 1] < _lowest(point) + 0.02
            found.append(velocity(feet.time_s, point)[low])
    moving = np.median(np.concatenate(found), axis=0)
    belt = np.array([moving[0], 0.0, moving[2]])
    return belt if np.linalg.norm(belt) > _RESTING_M_S else np.zeros(3)


def _lowest(point_m: Float[np.ndarray, "time 3"]) -> float:
    """Height of a heel or toe while it rests on the floor."""
    return float(np.percentile(point_m[:, 1], 5))


def resting(feet: Feet) -> Bool[np.ndarray, "time 2"]:
    """Whether heel or toe of each foot rests on the floor: low, and moving with what it stands on."""
    belt = floor_velocity(feet)
    rests = np.zeros((len(feet.time_s), 2), dtype=bool)
    for side in range(2):
        for point in (feet.heel_m[:, side], feet.toe_m[:, side]):
            low = point[:, 1] < _lowest(point) + _LOW_M
            slow = np.linalg.norm(velocity(feet.time_s, point) - belt, axis=1) < _RESTING_M_S
            rests[:, side] |= low & slow
    return rests


def spans(mask: Bool[np.ndarray, "time"]) -> list[tuple[int, int]]:
    """First and one-past-last frame of every stretch of True."""
    return gaps.runs(mask)
