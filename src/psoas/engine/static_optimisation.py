"""Shares the joint moments of one leg among its muscles, frame by frame.

    minimise    1/2 sum_j weight_j share_j a_j^2  +  1/2 sum_i (r_i / reserve)^2
    subject to  sum_j arm_ij (a_j active_j + passive_j) + r_i = moment_i,    lower_bound <= a_j <= 1

The passive force is there whatever the muscle does: it stands on the side of the moments and costs nothing,
as does what hip ligaments and knee capsule make (`JointMoments.ligament_nm`).
`share_j` is the part of its muscle's maximal force that a line carries, so a muscle split into lines costs
what the whole did (with equal arms it gives the same answer). The legs share no muscle and are solved apart.

The cost is a choice, not a measurement (docs/decisions.md): the same moments allow knee forces from 1.8 to
4.8 body weights. DEFAULT is one setting for everyone; BAND and UNWEIGHTED say how far it matters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from psoas.engine import dual_newton
from psoas.engine.muscle import Capacity, capacity, knob, tendon_strain
from psoas.engine.muscle_table import lines_of
from psoas.engine.types import (
    AS_BUILT,
    Condition,
    JointMoments,
    MuscleForces,
    MuscleGeometry,
    MuscleTable,
    Patella,
    Side,
)
from psoas.errors import SolveError

LEG_DOFS = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
"""Dofs whose moments the muscles carry. The foot's own joints follow OpenSim's practice and are left out."""
BOTH_LEGS = tuple(f"{dof}_{side}" for side in ("r", "l") for dof in LEG_DOFS)
"""What `muscle_geometry` has to know for both legs."""

_ELASTIC_ROUNDS = 6  # outer iterations of the elastic tendon; more move the reference walk by < 0.001 BW


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """How moments are shared; named settings below.

    `weight` is the cost per muscle or group (1 where nothing is said). `reserve_nm` is the moment of a
    reserve that costs as much as a fully active muscle. `max_velocity_lopt_s` None means: as the body has it.
    `patella` says how contact forces follow (`joint_contact`); the sharing itself does not depend on it.
    """

    name: str
    weight: Mapping[str, float] = field(default_factory=dict)
    lower_bound: float = 0.0
    passive: bool = True
    pennation: bool = True
    force_velocity: bool = True
    max_velocity_lopt_s: float | None = None
    tendon: Literal["rigid", "elastic"] = "rigid"
    reserve_nm: float = 1.0
    patella: Patella = "lever"


DEFAULT = Sharing("default", weight={"gastrocnemius": 3.0})
UNWEIGHTED = Sharing("unweighted")
BAND = tuple(Sharing(f"gastrocnemius_{w:g}", weight={"gastrocnemius": w}) for w in (2.0, 5.0))
ELASTIC = replace(DEFAULT, name="elastic", tendon="elastic")
OPENSIM_PARITY = Sharing("opensim_parity", lower_bound=0.01, passive=False, pennation=False, patella="pulley")
"""The peer's habits, for comparison only: no passive force, no cosine of pennation, lower bound 0.01, and the
kneecap a pulley."""


def static_optimisation(
    muscles: MuscleTable,
    geometry: MuscleGeometry,
    moments: JointMoments,
    side: Side,
    condition: Condition = AS_BUILT,
    sharing: Sharing = DEFAULT,
    *,
    start: MuscleForces | None = None,
    leg: "LegProblem | None" = None,
    throw: bool = True,
) -> MuscleForces:
    """Muscle forces of one leg for one condition; `geometry` serves every condition of the movement.

    Dofs are those of LEG_DOFS that `moments` holds. `start` is the answer of a neighbouring condition, `leg`
    the `leg_problem` of the same geometry, moments and side where many conditions share it.
    A frame that cannot be solved has a status above 0; with `throw`, SolveError lists such frames.
    """
    if not np.array_equal(geometry.time_s, moments.time_s):
        raise ValueError("geometry and moments have to stand on the same times")
    leg = leg or leg_problem(muscles, geometry, moments, side)
    condition = replace(
        condition,
        strength=_on_leg(muscles, leg, condition.strength),
        shortness=_on_leg(muscles, leg, condition.shortness),
        stiffness=_on_leg(muscles, leg, condition.stiffness),
    )
    reserve = np.full(len(leg.dofs), sharing.reserve_nm)
    weight = knob(leg.muscles, _on_leg(muscles, leg, sharing.weight), 1.0) * leg.muscles.share
    lower = np.full(len(weight), sharing.lower_bound)
    multiplier = None if start is None else np.nan_to_num(start.reserve_nm) / reserve**2
    carried = leg.moment_nm - leg.ligament_nm if sharing.passive else leg.moment_nm
    strain: Float[np.ndarray, "time muscle"] | None = None
    for _ in range(_ELASTIC_ROUNDS if sharing.tendon == "elastic" else 1):
        pull = _pull(leg, condition, sharing, strain)
        passive_moment = (leg.arm_m @ pull.passive_n[..., None])[..., 0]
        answer = dual_newton.share(
            leg.arm_m * pull.active_n[:, None, :],
            carried - passive_moment,
            weight,
            reserve,
            lower,
            np.ones_like(weight),
            start=multiplier,
        )
        multiplier = np.nan_to_num(answer.multiplier)
        force = answer.x * pull.active_n + pull.passive_n
        strain = tendon_strain(leg.muscles, np.nan_to_num(force))
    failed = tuple(int(k) for k in np.flatnonzero(answer.status))
    if throw and failed:
        raise SolveError(
            f"{len(failed)} of {len(answer.status)} frames have moments that cannot be shared.",
            f"side {side}, condition {condition.name}, frames {_ranges(failed)}",
            "Look there for gaps or jumps in coordinates and ground reactions, or cut them off with --trim.",
            failed,
        )
    return MuscleForces(
        geometry.time_s,
        answer.x,
        force,
        pull.passive_n,
        answer.reserve,
        answer.status,
        leg.muscles.names,
        leg.dofs,
    )


@dataclass(frozen=True, slots=True, eq=False)
class LegProblem:
    """The muscles of one leg with their arms, the moments to carry, and what ligaments carry of them."""

    muscles: MuscleTable
    length_m: Float[np.ndarray, "time muscle"]
    velocity_m_s: Float[np.ndarray, "time muscle"]
    arm_m: Float[np.ndarray, "time dof muscle"]
    moment_nm: Float[np.ndarray, "time dof"]
    ligament_nm: Float[np.ndarray, "time dof"]
    dofs: tuple[str, ...]


def leg_problem(
    muscles: MuscleTable, geometry: MuscleGeometry, moments: JointMoments, side: Side
) -> LegProblem:
    """The columns of one leg: lines whose muscle is on that side and turns at least one of its dofs."""
    dofs = tuple(f"{d}_{side}" for d in LEG_DOFS if f"{d}_{side}" in moments.names)
    rows = [geometry.dofs.index(d) for d in dofs]
    on_side = [j for j, muscle in enumerate(muscles.muscle) if muscle.endswith(f"_{side}")]
    arm = geometry.moment_arm_m[:, rows][:, :, on_side]
    turns = np.any(arm != 0.0, axis=(0, 1))
    lines = np.array(on_side)[turns]
    columns = [moments.names.index(d) for d in dofs]
    net = moments.moment_nm[:, columns]
    held = np.zeros_like(net) if moments.ligament_nm is None else moments.ligament_nm[:, columns]
    return LegProblem(
        of_lines(muscles, lines),
        geometry.length_m[:, lines],
        geometry.velocity_m_s[:, lines],
        np.ascontiguousarray(arm[:, :, turns]),  # one layout, one order of summing: a frame alone is the same
        net,
        held,
        dofs,
    )


def _on_leg(muscles: MuscleTable, leg: LegProblem, setting: Mapping[str, float]) -> dict[str, float]:
    """The entries of a setting that name a line of this leg; `lines_of` refuses a name that is nowhere."""
    names = set(leg.muscles.names)
    return {
        key: x for key, x in setting.items() if any(muscles.names[j] in names for j in lines_of(muscles, key))
    }


def of_lines(muscles: MuscleTable, lines: Int[np.ndarray, "line"]) -> MuscleTable:
    """The rows of a muscle table."""
    return replace(
        muscles,
        names=tuple(muscles.names[j] for j in lines),
        muscle=tuple(muscles.muscle[j] for j in lines),
        share=muscles.share[lines],
        max_isometric_force_n=muscles.max_isometric_force_n[lines],
        optimal_fibre_length_m=muscles.optimal_fibre_length_m[lines],
        tendon_slack_length_m=muscles.tendon_slack_length_m[lines],
        pennation_rad=muscles.pennation_rad[lines],
        max_velocity_lopt_s=muscles.max_velocity_lopt_s[lines],
        active_force_length=muscles.active_force_length[lines],
        passive_force_length=muscles.passive_force_length[lines],
        fibre_passive=None if muscles.fibre_passive is None else muscles.fibre_passive[lines],
        tendon_per_fibre=None if muscles.tendon_per_fibre is None else muscles.tendon_per_fibre[lines],
    )


def _pull(
    leg: LegProblem,
    condition: Condition,
    sharing: Sharing,
    strain: Float[np.ndarray, "time muscle"] | None,
) -> Capacity:
    pull = capacity(
        leg.muscles,
        leg.length_m,
        leg.velocity_m_s,
        condition,
        strain=strain,
        max_velocity_lopt_s=sharing.max_velocity_lopt_s,
        force_velocity=sharing.force_velocity,
        pennation=sharing.pennation,
    )
    return pull if sharing.passive else replace(pull, passive_n=np.zeros_like(pull.passive_n))


def _ranges(frames: Sequence[int]) -> str:
    """3, 4, 5, 9 as `3-5, 9`."""
    cuts = np.flatnonzero(np.diff(frames) > 1) + 1
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in np.split(np.array(frames), cuts)
    )
