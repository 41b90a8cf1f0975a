"""From plates to feet: which foot stood on which plate, and for what time the plates tell everything.

Names of plates are not trusted. A contact belongs to the foot whose heel-toe line its centre of pressure
lies on.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from psoas.engine.feet import SIDES, Feet, spans
from psoas.engine.filtering import low_pass
from psoas.engine.types import FootReaction, GroundReaction
from psoas.errors import InputError

CONTACT_N = 20.0  # vertical force that counts as a foot on the plate
_SHORTEST_CONTACT_S = 0.05
_TOUCH_N = (
    60.0  # less, for so short a time, is noise; more, the first or last of a step at the edge of a record
)
_NEAR_M = 0.10  # centre of pressure to heel-toe line: 7 to 44 mm on the right foot in every trial tried
_FLOOR_M = 0.15  # heel and toe markers are up to 10 cm above the sole
_ASTRAY_M = 0.60  # further from both feet, and forces and markers are not in one frame
_FIRMLY = 0.3  # of a contact's peak: below, the centre of pressure is noisy
_SHARED_S = 0.03
_TOLD = 6  # contacts named in the note


@dataclass(frozen=True, slots=True, eq=False)
class _Contact:
    """One stretch of one plate under load, on the plates' clock, and the side (0 r, 1 l) that stood there."""

    plate: int
    start: int
    stop: int
    side: int


def assign_feet(
    forces: GroundReaction,
    feet: Feet,
    *,
    cutoff_hz: float | None = None,
    window_s: tuple[float, float] | None = None,
) -> tuple[FootReaction, tuple[str, ...]]:
    """Give every contact to a foot. Returns the reaction on the movement's clock, and what was found.

    Wrenches are interpolated (force, and moment about the ground's origin), so the far-off centres of
    pressure of an almost empty plate do no harm; NaN where the plates' clock does not reach. `cutoff_hz`:
    zero-lag fourth-order low-pass of the wrenches. A plate that sees both feet outside of `window_s` is no
    fault.

    Raises InputError where one plate bears both feet, or forces and movement are not in one frame.
    """
    force, moment = forces.force_n, np.cross(forces.point_m, forces.force_n) + forces.free_moment_nm
    contacts = [c for plate in range(force.shape[1]) for c in _contacts(forces, plate, feet, window_s)]
    if not contacts:
        raise InputError(
            "No plate is loaded while the movement lasts.",
            f"plates {', '.join(forces.names)}",
            "Give the forces of this trial, on the same clock.",
        )
    _refuse_other_floor(forces, contacts, feet)
    if cutoff_hz is not None:
        force, moment = (
            low_pass(forces.time_s, part.reshape(len(part), -1), cutoff_hz).reshape(part.shape)
            for part in (force, moment)
        )
    given = np.zeros((len(forces.time_s), 2, 2, 3))
    surface_m = np.zeros((len(forces.time_s), 2))
    empty_n = [_empty_reading(forces.force_n[:, plate, 1]) for plate in range(force.shape[1])]
    taken = np.zeros(force.shape[:2], dtype=bool)
    for contact in contacts:
        taken[contact.start : contact.stop, contact.plate] = True
    for contact in contacts:
        faint = (forces.force_n[:, contact.plate, 1] > empty_n[contact.plate]) & ~taken[:, contact.plate]
        during = _extended(faint, contact)
        taken[during, contact.plate] = True
        for part, whole in enumerate((force, moment)):
            given[during, contact.side, part] += whole[during, contact.plate]
        surface_m[during, contact.side] = np.median(forces.point_m[during, contact.plate, 1])
    time_s = feet.time_s
    columns = [np.interp(time_s, forces.time_s, column) for column in given.reshape(len(given), -1).T]
    wrench = np.stack(columns, axis=1).reshape(len(time_s), 2, 2, 3)
    nearest = np.clip(np.searchsorted(forces.time_s, time_s), 0, len(forces.time_s) - 1)
    height_m = surface_m[nearest]
    wrench[(time_s < forces.time_s[0] - 1e-9) | (time_s > forces.time_s[-1] + 1e-9)] = np.nan
    return _reaction(feet, wrench, height_m), _told(forces, contacts)


def _reaction(
    feet: Feet, wrench: Float[np.ndarray, "time 2 2 3"], height_m: Float[np.ndarray, "time 2"]
) -> FootReaction:
    """Centre of pressure and free moment; under the middle of the foot where it bears little."""
    force, moment = wrench[:, :, 0], wrench[:, :, 1]
    fx, fy, fz = (force[:, :, axis] for axis in range(3))
    firm = fy > CONTACT_N
    fy = np.where(firm, fy, 1.0)
    middle = (feet.heel_m + feet.toe_m) / 2
    x = np.where(firm, (moment[:, :, 2] + height_m * fx) / fy, middle[:, :, 0])
    z = np.where(firm, (height_m * fz - moment[:, :, 0]) / fy, middle[:, :, 2])
    point = np.stack([x, height_m, z], axis=2)
    return FootReaction(feet.time_s, force, point, moment - np.cross(point, force))


def _contacts(
    forces: GroundReaction, plate: int, feet: Feet, window_s: tuple[float, float] | None
) -> list[_Contact]:
    """Contacts of one plate within the movement, each with the foot at its centre of pressure."""
    begin, end = feet.time_s[0], feet.time_s[-1]
    heaviest = float(forces.force_n[:, :, 1].max())
    loaded = forces.force_n[:, plate, 1] > CONTACT_N
    found = []
    for start, stop in spans(loaded):
        short = forces.time_s[stop - 1] - forces.time_s[start] < _SHORTEST_CONTACT_S
        if short and forces.force_n[start:stop, plate, 1].max() < _TOUCH_N:
            continue
        inside = np.arange(start, stop)
        inside = inside[(forces.time_s[inside] >= begin) & (forces.time_s[inside] <= end)]
        vertical = forces.force_n[inside, plate, 1]
        if not len(inside):
            continue
        firm = inside[vertical >= _FIRMLY * vertical.max()]
        away = _distances(forces.time_s[firm], forces.point_m[firm, plate], feet)
        heavy = forces.force_n[firm, plate, 1] >= _FIRMLY * heaviest
        if heavy.any():  # resting a foot lightly, as when seated, says little about where it is
            _refuse_astray(away[heavy], forces.names[plate], forces.time_s[firm][heavy])
            _refuse_shared(away[heavy], forces.names[plate], forces.time_s[firm][heavy], window_s)
        found.append(_Contact(plate, start, stop, int(np.argmin(np.median(away, axis=0)))))
    return found


def _distances(
    time_s: Float[np.ndarray, "sample"], point_m: Float[np.ndarray, "sample 3"], feet: Feet
) -> Float[np.ndarray, "sample 2"]:
    """From points to the heel-toe line of each foot, seen from above, m."""
    away = np.empty((len(time_s), 2))
    for side in range(2):
        heel, toe = (
            np.column_stack([np.interp(time_s, feet.time_s, part[:, side, axis]) for axis in (0, 2)])
            for part in (feet.heel_m, feet.toe_m)
        )
        along, point = toe - heel, point_m[:, [0, 2]] - heel
        share = np.clip(np.sum(point * along, axis=1) / np.maximum(np.sum(along**2, axis=1), 1e-9), 0.0, 1.0)
        away[:, side] = np.linalg.norm(point - share[:, None] * along, axis=1)
    return away


def _refuse_astray(
    away: Float[np.ndarray, "sample 2"], name: str, time_s: Float[np.ndarray, "sample"]
) -> None:
    nearest = float(np.median(away.min(axis=1)))
    if nearest > _ASTRAY_M:
        raise InputError(
            f"Plate {name!r} bears a foot {nearest:.2f} m away from both feet.",
            f"{time_s[0]:.2f} to {time_s[-1]:.2f} s",
            "Forces and movement must be of the same trial, in the same axes and with the same origin.",
        )


def _refuse_other_floor(forces: GroundReaction, contacts: list[_Contact], feet: Feet) -> None:
    """The soles are on the plates: on another height every moment would be wrong by shear force times it."""
    surface = float(np.median([np.median(forces.point_m[c.start : c.stop, c.plate, 1]) for c in contacts]))
    soles = float(np.percentile(np.minimum(feet.heel_m, feet.toe_m)[:, :, 1].min(axis=1), 5))
    if abs(soles - surface) > _FLOOR_M:
        side = "above" if soles > surface else "below"
        raise InputError(
            f"The feet are {abs(soles - surface):.2f} m {side} the plates.",
            f"plates {', '.join(forces.names)}: centre of pressure at a height of {surface:.2f} m",
            "Export movement and forces with the same origin.",
        )


def _refuse_shared(
    away: Float[np.ndarray, "sample 2"],
    name: str,
    time_s: Float[np.ndarray, "sample"],
    window_s: tuple[float, float] | None,
) -> None:
    """Both feet on one plate: its pressure lies between them, or passes from one to the other under load."""
    if window_s is not None:
        used = (time_s >= window_s[0]) & (time_s <= window_s[1])
        away, time_s = away[used], time_s[used]
    between = away.min(axis=1) > _NEAR_M
    on = [(away[:, side] < _NEAR_M) & (away[:, side] < away[:, 1 - side]) for side in range(2)]
    passed_on = all(_longest_s(mask, time_s) > _SHARED_S for mask in on)
    if passed_on or _longest_s(between, time_s) > _SHARED_S:
        where = time_s if passed_on else time_s[between]
        raise InputError(
            f"Plate {name!r} bears both feet at once: what each foot bears cannot be told.",
            f"{where[0]:.2f} to {where[-1]:.2f} s",
            "Use a trial with one foot on a plate, or keep to such a part with --trim.",
        )


def _longest_s(mask: Bool[np.ndarray, "sample"], time_s: Float[np.ndarray, "sample"]) -> float:
    return max((float(time_s[stop - 1] - time_s[start]) for start, stop in spans(mask)), default=0.0)


def _empty_reading(vertical_n: Float[np.ndarray, "time"]) -> float:
    """What a plate reads while nobody stands on it: nine tenths of the samples below contact are less."""
    idle = np.abs(vertical_n[vertical_n <= CONTACT_N])
    return float(np.percentile(idle, 90)) if len(idle) else 0.0


def _extended(faint: Bool[np.ndarray, "time"], contact: _Contact) -> slice:
    """The contact with its beginning and end below the threshold, where `faint` and not another contact's."""
    start, stop = contact.start, contact.stop
    while start > 0 and faint[start - 1]:
        start -= 1
    while stop < len(faint) and faint[stop]:
        stop += 1
    return slice(start, stop)


def loaded(reaction: FootReaction) -> Bool[np.ndarray, "time 2"]:
    """Whether a plate bears each foot."""
    return np.asarray(np.nan_to_num(reaction.force_n[:, :, 1]) > CONTACT_N)


def _told(forces: GroundReaction, contacts: list[_Contact]) -> tuple[str, ...]:
    """Which plate went to which foot, in the order of time."""
    ordered = sorted(contacts, key=lambda contact: contact.start)
    words = [
        f"{forces.names[c.plate]} {'right' if SIDES[c.side] == 'r' else 'left'} "
        f"{forces.time_s[c.start]:.2f}-{forces.time_s[c.stop - 1]:.2f} s"
        for c in ordered[:_TOLD]
    ]
    more = f" and {len(ordered) - _TOLD} more contacts" if len(ordered) > _TOLD else ""
    return (f"Plates given to feet: {'; '.join(words)}{more}.",)
