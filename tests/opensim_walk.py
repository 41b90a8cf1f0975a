"""The walk that OpenSim solved for this project, read without the product's own readers."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.signal import butter, filtfilt

from psoas.engine.body import body_from_osim
from psoas.engine.inverse_dynamics import Dynamics, dynamics, joint_moments
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.static_optimisation import BOTH_LEGS
from psoas.engine.types import Body, Coordinates, FootReaction, JointMoments, MuscleGeometry
from psoas.units import STANDARD_GRAVITY_M_S2

FOLDER = "reference/opensim_rajagopal_walk"


def columns(path: Path) -> dict[str, np.ndarray]:
    """Columns of a .sto or .mot file by name."""
    lines = path.read_text().splitlines()
    end = next(i for i, line in enumerate(lines) if line.strip().lower() == "endheader")
    values = np.loadtxt(lines[end + 2 :], ndmin=2)
    return dict(zip(lines[end + 1].split(), values.T, strict=True))


def as_the_peer_filters(values: np.ndarray, rate_hz: float, cutoff_hz: float = 6.0) -> np.ndarray:
    """OpenSim's low pass: third-order Butterworth forth and back, half the record mirrored at each end."""
    b, a = butter(3, cutoff_hz / (rate_hz / 2.0))
    return filtfilt(b, a, values, axis=0, padlen=len(values) // 2)


def walk_coordinates(shared: Path) -> Coordinates:
    """The coordinates that the reference runs used: low pass at 6 Hz, rad and m."""
    table = columns(shared / FOLDER / "ik_walk.mot")
    time = table.pop("time")
    lengths = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
    radians = [v if n in lengths else np.radians(v) for n, v in table.items()]
    filtered = as_the_peer_filters(np.array(radians).T, 1.0 / np.diff(time).mean())
    return Coordinates(time, filtered, tuple(table))


def walk_reaction(shared: Path, time_s: np.ndarray) -> FootReaction:
    """The ground reaction of the same trial at these times."""
    table = columns(shared / "motion/rajagopal_walk_run/grf_walk.mot")

    def vector(pattern: str) -> np.ndarray:
        return np.array(
            [[np.interp(time_s, table["time"], table[pattern.format(s=s, c=c)]) for c in "xyz"] for s in "rl"]
        ).transpose(2, 0, 1)

    return FootReaction(
        time_s,
        vector("ground_force_{s}_v{c}"),
        vector("ground_force_{s}_p{c}"),
        vector("ground_torque_{s}_{c}"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    body: Body
    coordinates: Coordinates
    movement: Dynamics
    moments: JointMoments
    geometry: MuscleGeometry

    @property
    def body_weight_n(self) -> float:
        return self.body.mass_kg * STANDARD_GRAVITY_M_S2


@lru_cache(maxsize=2)
def solved_walk(shared: Path, psoas: str = "lumped") -> Walk:
    """Dynamics and geometry of the reference walk over the frames that OpenSim solved.

    `lumped` with the spine in one joint is OpenSim's own body; `fascicles` is ours.
    """
    spine = "one_joint" if psoas == "lumped" else "rhythm"
    body = body_from_osim(shared / FOLDER / "subject_scaled.osim", spine=spine, psoas=psoas)
    whole = walk_coordinates(shared)
    solved = columns(shared / FOLDER / "id_walk.sto")["time"]
    # Derivatives need the neighbours: a margin of 20 frames at both ends, cut off after the sweep.
    inside = slice(
        np.searchsorted(whole.time_s, solved[0] - 1e-6), np.searchsorted(whole.time_s, solved[-1] + 1e-6)
    )
    wide = slice(max(inside.start - 20, 0), inside.stop + 20)
    part = Coordinates(whole.time_s[wide], whole.value[wide], whole.names)
    movement = dynamics(body, part, walk_reaction(shared, part.time_s))
    moments = joint_moments(body, movement)
    geometry = muscle_geometry(body, part, BOTH_LEGS, paths=movement.paths, velocity=movement.velocity)
    keep = slice(inside.start - wide.start, inside.stop - wide.start)
    return Walk(body, _cut(part, keep), _cut(movement, keep), _cut(moments, keep), _cut(geometry, keep))


def _cut(record, frames: slice):
    """The same record over some frames: every array whose first axis is time, nested records too."""
    changed = {}
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if hasattr(value, "__dataclass_fields__"):
            changed[name] = _cut(value, frames)
        elif isinstance(value, np.ndarray) and value.ndim >= 1 and name != "source":
            changed[name] = value[frames]
        else:
            changed[name] = value
    return type(record)(**changed)
