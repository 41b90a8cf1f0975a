"""The load on a joint over the whole movement, as built and changed, with the band of the change.

A what-if compares peaks (`what_if`); a curve shows what lies between them. Settings differ by a body weight
in the load itself, so each is again compared with its own load as built: its change in every frame, in parts
of its own largest load, is added to the default's curve. The band is the span of these curves, so at the
largest peak it is the band that the words name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from psoas.engine.joint_contact import joint_contact
from psoas.engine.peaks import resultant_n
from psoas.engine.quality import RESERVE_SHARE
from psoas.engine.types import Joint, MuscleForces, Side
from psoas.engine.what_if import Movement, Ready


@dataclass(frozen=True, slots=True, eq=False)
class LoadCurve:
    """Resultant contact force of one joint, N: default setting as built, changed, and the change's band."""

    joint: Joint
    side: Side
    before_n: Float[np.ndarray, "time"]
    after_n: Float[np.ndarray, "time"]
    low_n: Float[np.ndarray, "time"]
    high_n: Float[np.ndarray, "time"]


def load_curve(
    movement: Movement,
    forces: Sequence[Mapping[Side, MuscleForces]],
    joint: Joint = "tibiofemoral",
    side: Side = "r",
) -> LoadCurve:
    """The curve under the muscle forces of `what_if.shared`. Frames that a setting cannot share are NaN."""
    before = [_load_n(ready, ready.as_built, joint, side) for ready in movement.ready]
    after = [_load_n(r, f, joint, side) for r, f in zip(movement.ready, forces, strict=True)]
    largest = float(np.nanmax(before[0]))
    told = [
        before[0] + (changed - built) * largest / float(np.nanmax(built))
        for built, changed in zip(before, after, strict=True)
    ]
    low, high = np.maximum(np.min(told, axis=0), 0.0), np.max(told, axis=0)
    return LoadCurve(joint, side, before[0], after[0], low, high)


def beyond_muscles(movement: Movement, forces: Sequence[Mapping[Side, MuscleForces]]) -> tuple[str, ...]:
    """Dofs whose moment the changed muscles cannot make: reserves carry over a tenth of its largest.

    The limit is that of a doubtful run (Hicks et al. 2015, doi:10.1115/1.4029304). What the muscles as built
    leave to reserves already does not count.
    """
    moments, found = movement.ready[0].moments, []
    for side, changed in forces[0].items():
        built = movement.ready[0].as_built[side]
        for k, dof in enumerate(changed.dofs):
            asked = float(np.abs(moments.moment_nm[:, moments.names.index(dof)]).max())
            left = float(np.nanmax(np.abs(changed.reserve_nm[:, k]) - np.abs(built.reserve_nm[:, k])))
            if left > RESERVE_SHARE[1] * asked:
                found.append(dof)
    return tuple(found)


def _load_n(
    ready: Ready, forces: Mapping[Side, MuscleForces], joint: Joint, side: Side
) -> Float[np.ndarray, "time"]:
    geometry = next(g for g in ready.contacts[side] if g.joint == joint)
    return resultant_n(joint_contact(geometry, forces[side]))
