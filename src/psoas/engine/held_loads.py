"""Load on knee, kneecap and hip of a body that is held up, and where such a load cannot be trusted.

The doubts are this project's own (docs/decisions.md): what lies far above anything that instrumented knees
have measured, what is mostly the resting tension of stretched muscles, and hips flexed beyond a right angle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from psoas.engine.inverse_dynamics import Dynamics
from psoas.engine.joint_contact import ContactGeometry, contact_geometry
from psoas.engine.pipeline import JOINTS
from psoas.engine.quality import DEEP_HIP_DEG, MEASURED_KNEE_BW
from psoas.engine.types import Body, Coordinates, Joint, MuscleForces, Side
from psoas.units import body_weight_n

RESTING_SHARE = 1.0 / 3.0  # of the knee's load; more is more of the passive curves than of the movement


@dataclass(frozen=True, slots=True, eq=False)
class HeldLoads:
    """Resultant contact forces of one side in body weights, and the doubts about the knee in each frame.

    `resting` is the part of the knee's load that the muscles would make without any activation.
    """

    bw: dict[Joint, Float[np.ndarray, "time"]]
    resting: Float[np.ndarray, "time"]
    doubts: tuple[tuple[str, ...], ...]

    @property
    def all_doubts(self) -> tuple[str, ...]:
        """Each doubt once, in the order of the frames."""
        return tuple(dict.fromkeys(doubt for frame in self.doubts for doubt in frame))


def held_loads(
    body: Body, coordinates: Coordinates, swept: Dynamics, muscles: MuscleForces, side: Side
) -> HeldLoads:
    """Contact forces of one side under these muscle forces."""
    weight = body_weight_n(body.mass_kg)
    geometry = {joint: contact_geometry(body, swept, joint, side, split=False) for joint in JOINTS}
    bw = {joint: _size(at, muscles, muscles.force_n) / weight for joint, at in geometry.items()}
    resting = _resting_share(geometry["tibiofemoral"], muscles)
    hip = np.rad2deg(coordinates.value[:, coordinates.names.index(f"hip_flexion_{side}")])
    doubts = tuple(
        _doubts(float(h), float(knee), float(part))
        for h, knee, part in zip(hip, bw["tibiofemoral"], resting, strict=True)
    )
    return HeldLoads(bw, resting, doubts)


def _size(
    at: ContactGeometry, muscles: MuscleForces, force_n: Float[np.ndarray, "time muscle"]
) -> Float[np.ndarray, "time"]:
    return np.asarray(np.linalg.norm(at.offset_n + _pulled(at, muscles.names, force_n), axis=1))


def _resting_share(at: ContactGeometry, muscles: MuscleForces) -> Float[np.ndarray, "time"]:
    """Along the whole force: the part of its size that resting tension makes."""
    whole = at.offset_n + _pulled(at, muscles.names, muscles.force_n)
    resting = _pulled(at, muscles.names, muscles.passive_force_n)
    return np.asarray((whole * resting).sum(axis=1) / (whole * whole).sum(axis=1))


def _pulled(
    at: ContactGeometry, names: Sequence[str], force_n: Float[np.ndarray, "time muscle"]
) -> Float[np.ndarray, "time 3"]:
    columns = [at.names.index(name) for name in names]
    return np.asarray((at.per_newton[:, :, columns] @ force_n[..., None])[..., 0])


def _doubts(hip_deg: float, knee_bw: float, resting: float) -> tuple[str, ...]:
    found = []
    if hip_deg > DEEP_HIP_DEG:
        found.append(
            f"the hip is flexed beyond {DEEP_HIP_DEG:.0f} degrees, further than the body was checked"
        )
    if resting > RESTING_SHARE:
        found.append(
            "much of it is the resting tension of stretched muscles, the least sure part of the body"
        )
    if knee_bw > MEASURED_KNEE_BW:
        found.append(
            f"it is above the {MEASURED_KNEE_BW:g} body weights that no measured knee reaches in daily life"
        )
    return tuple(found)
