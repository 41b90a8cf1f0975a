"""Turning recordings into the ground frame: y up, the person facing x, z to the person's right.

Only whole quarter turns: they move numbers between columns and lose nothing. All turns are proper, so a
recording never becomes its mirror image.
"""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from psoas.engine.formats import landmarks
from psoas.engine.types import Coordinates, GroundReaction, Markers
from psoas.errors import InputError

Turn = Float[np.ndarray, "3 3"]

_TO_Y = {  # the proper quarter turn that brings an axis up, by the fewest changes for the eye
    "x": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "-x": ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    "y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "-y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "-z": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
}


def named_axis(vector: Float[np.ndarray, "3"]) -> str:
    """The axis nearest to a direction: x, -x, y, -y, z or -z."""
    axis = int(np.argmax(np.abs(vector)))
    return ("" if vector[axis] > 0 else "-") + "xyz"[axis]


def turn_up(axis: str) -> Turn:
    """The turn that brings the named axis to +y."""
    return np.array(_TO_Y[axis], dtype=float)


def turn_facing(forward: Float[np.ndarray, "3"]) -> tuple[Turn, int]:
    """Quarter turns about +y (0 to 3) after which a person who faces `forward` faces x, and their matrix."""
    quarters = round(np.arctan2(forward[2], forward[0]) / (np.pi / 2)) % 4
    c, s = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters]
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=float), quarters


def facing_note(quarters: int, who: str) -> str:
    """What a person is told about a turn about the vertical."""
    faced = {1: "z", 2: "-x (backwards)", 3: "-z"}[quarters]
    return f"{who}: the person faced {faced}; turned by {quarters * 90} degrees about the vertical to face x."


def turn_markers(markers: Markers, turn: Turn) -> Markers:
    """The same markers in turned axes."""
    return Markers(markers.time_s, markers.position_m @ turn.T, markers.names)


def turn_forces(forces: GroundReaction, turn: Turn) -> GroundReaction:
    """The same forces in turned axes."""
    return GroundReaction(
        forces.time_s,
        forces.force_n @ turn.T,
        forces.point_m @ turn.T,
        forces.free_moment_nm @ turn.T,
        forces.names,
    )


def up_of_markers(markers: Markers) -> str | None:
    """The axis from the feet to the pelvis; None where no such marker is known or the person lies."""
    feet = _mean_over_time(markers, (("heel", "r"), ("heel", "l")))
    if feet is None:
        feet = _mean_over_time(markers, (("toe", "r"), ("toe", "l")))
    pelvis = _mean_over_time(markers, (("asis", "r"), ("asis", "l")))
    if feet is None or pelvis is None:
        return None
    upward = pelvis - feet
    if np.abs(upward).max() < 0.7 * np.linalg.norm(upward):
        return None
    return named_axis(upward)


def facing_of_markers(markers: Markers) -> Float[np.ndarray, "3"] | None:
    """Mean horizontal direction that the pelvis faces (y up); None where it is unknown or turns about.

    Raises InputError where right and left stand on the wrong sides of it.
    """
    front = _place(markers, (("asis", "r"), ("asis", "l")))
    back = _place(markers, (("psis", "r"), ("psis", "l")))
    if back is None:
        back = _place(markers, (("sacrum", None),))
    if front is None or back is None:
        front = _place(markers, (("toe", "r"), ("toe", "l")))
        back = _place(markers, (("heel", "r"), ("heel", "l")))
    if front is None or back is None:
        return None
    ahead = (front - back) * (1.0, 0.0, 1.0)
    ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    if not np.isfinite(ahead).all(axis=1).any():
        return None
    mean = np.nanmean(ahead, axis=0)
    if np.linalg.norm(mean) < 0.5:
        return None
    _refuse_mirrored(markers, ahead)
    return np.asarray(mean)


def _refuse_mirrored(markers: Markers, ahead: Float[np.ndarray, "time 3"]) -> None:
    right = _place(markers, (("asis", "r"),))
    left = _place(markers, (("asis", "l"),))
    if right is None or left is None:
        return
    to_right = np.cross(ahead, (0.0, 1.0, 0.0))
    side = np.sum((right - left) * to_right, axis=1)
    if np.nanmedian(side) < 0:
        raise InputError(
            "The markers of the right side stand on the person's left.",
            f"{markers.names[landmarks.columns(markers.names, 'asis', 'r')[0]]} and its left partner",
            "Exchange the names of right and left, or export with right-handed axes.",
        )


def _place(
    markers: Markers, places: tuple[tuple[str, str | None], ...]
) -> Float[np.ndarray, "time 3"] | None:
    return landmarks.mean_position(markers.names, markers.position_m, places)  # type: ignore[arg-type]


def _mean_over_time(
    markers: Markers, places: tuple[tuple[str, str | None], ...]
) -> Float[np.ndarray, "3"] | None:
    position = _place(markers, places)
    if position is None or not np.isfinite(position).all(axis=1).any():
        return None
    return np.asarray(np.nanmedian(position, axis=0))


def up_of_forces(forces: GroundReaction) -> str:
    """The axis along which the plates push the person, on the whole."""
    return named_axis(np.nansum(forces.force_n, axis=(0, 1)))


_PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")


def pelvis_rotation(coordinates: Coordinates) -> Rotation:
    """Pelvis in the ground: Rz(tilt) Rx(list) Ry(rotation)."""
    column = [coordinates.names.index(name) for name in _PELVIS[:3]]
    return Rotation.from_euler("ZXY", coordinates.value[:, column])


def turn_coordinates(coordinates: Coordinates, turn: Turn) -> Coordinates:
    """The same movement in turned axes: only the pelvis in the ground changes."""
    column = [coordinates.names.index(name) for name in _PELVIS]
    turned = Rotation.from_matrix(turn) * pelvis_rotation(coordinates)
    value = coordinates.value.copy()
    value[:, column[:3]] = np.unwrap(turned.as_euler("ZXY"), axis=0)
    value[:, column[3:]] = coordinates.value[:, column[3:]] @ turn.T
    return Coordinates(coordinates.time_s, value, coordinates.names)


def pelvis_of(movement: Markers | Coordinates) -> Float[np.ndarray, "time 3"]:
    """About where the pelvis is; the middle of all markers where its own are unknown."""
    if isinstance(movement, Coordinates):
        column = [movement.names.index(name) for name in _PELVIS[3:]]
        return np.asarray(movement.value[:, column])
    place = _place(movement, (("asis", "r"), ("asis", "l")))
    if place is None or not np.isfinite(place).all():
        place = np.nanmean(movement.position_m, axis=1)
    return place
