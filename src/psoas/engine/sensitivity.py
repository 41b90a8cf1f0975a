"""By how much each choice of the load sharing moves the knee force: one choice changed at a time.

The movement, its moments and its geometry stay; only the sharing changes. A result that moves with a choice
is as sure as the choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from psoas.engine.joint_contact import ContactGeometry, joint_contact
from psoas.engine.static_optimisation import (
    BAND,
    DEFAULT,
    ELASTIC,
    OPENSIM_PARITY,
    UNWEIGHTED,
    Sharing,
    static_optimisation,
)
from psoas.engine.types import (
    AS_BUILT,
    Condition,
    FrameMask,
    JointMoments,
    MuscleGeometry,
    MuscleTable,
    Patella,
)

_IN_PARTS = ("glmax", "glmed", "glmin", "addmag")
"""Muscles that the published model splits into parts, each with its own cost."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What one choice does to one joint's resultant force, in body weights.

    `rms_bw` is the difference from the default over all frames, `peak_bw` the peak of each span as built,
    `change` that peak's relative change by condition and span under this choice.
    """

    says: str
    sharing: Sharing
    rms_bw: float
    peak_bw: Mapping[str, float]
    change: Mapping[str, Mapping[str, float]]


def choices(muscles: MuscleTable) -> tuple[tuple[str, Sharing], ...]:
    """The default and its neighbours, one choice changed at a time, each in words; the peer's habits last."""
    return (
        ("default", DEFAULT),
        ("passive forces off", replace(DEFAULT, name="no_passive", passive=False)),
        ("lower bound 0.01", replace(DEFAULT, name="bound_0.01", lower_bound=0.01)),
        ("lower bound 0.02", replace(DEFAULT, name="bound_0.02", lower_bound=0.02)),
        ("no force-velocity", replace(DEFAULT, name="no_velocity", force_velocity=False)),
        ("fastest 10 lengths a second", replace(DEFAULT, name="vmax_10", max_velocity_lopt_s=10.0)),
        ("elastic tendon", ELASTIC),
        ("kneecap a pulley", replace(DEFAULT, name="pulley", patella="pulley")),
        ("reserves of 10 N.m", replace(DEFAULT, name="reserve_10", reserve_nm=10.0)),
        ("gastrocnemius weight 2", BAND[0]),
        ("gastrocnemius weight 5", BAND[1]),
        ("no weights", UNWEIGHTED),
        ("weights by muscle volume", Sharing("volume", weight=volume_weights(muscles))),
        ("glutei and adductor magnus as one muscle each", _as_one(muscles)),
        ("OpenSim's habits", OPENSIM_PARITY),
    )


def sensitivity(
    muscles: MuscleTable,
    geometry: MuscleGeometry,
    moments: JointMoments,
    contacts: Mapping[Patella, ContactGeometry],
    body_weight_n: float,
    spans: Mapping[str, FrameMask],
    conditions: Sequence[Condition] = (),
) -> tuple[Effect, ...]:
    """Every choice on one movement; `spans` are the frames in which peaks are sought (early stance, ...).

    `contacts` are one joint's, for either way to take the kneecap.
    """

    def load(sharing: Sharing, condition: Condition) -> Float[np.ndarray, "time"]:
        contact = contacts[sharing.patella]
        forces = static_optimisation(
            muscles, geometry, moments, contact.side, condition, sharing, throw=False
        )
        return np.asarray(np.linalg.norm(joint_contact(contact, forces).force_n, axis=1)) / body_weight_n

    def peaks(resultant: Float[np.ndarray, "time"]) -> dict[str, float]:
        return {name: float(np.nanmax(resultant[frames])) for name, frames in spans.items()}

    default = load(DEFAULT, AS_BUILT)
    effects = []
    for says, sharing in choices(muscles):
        as_built = load(sharing, AS_BUILT)
        base = peaks(as_built)
        change = {
            c.name: {span: peak / base[span] - 1.0 for span, peak in peaks(load(sharing, c)).items()}
            for c in conditions
        }
        rms = float(np.sqrt(np.nanmean((as_built - default) ** 2)))
        effects.append(Effect(says, sharing, rms, base, change))
    return tuple(effects)


def volume_weights(muscles: MuscleTable) -> dict[str, float]:
    """Cost of each muscle by its volume (maximal force times optimal fibre length), 1 on average."""
    volume: dict[str, float] = {}
    line = muscles.max_isometric_force_n * muscles.optimal_fibre_length_m
    for name, amount in zip(muscles.muscle, line, strict=True):
        volume[name] = volume.get(name, 0.0) + float(amount)
    mean = sum(volume.values()) / len(volume)
    return {name: amount / mean for name, amount in volume.items()}


def _as_one(muscles: MuscleTable) -> Sharing:
    """The default with the parts of the big muscles charged by their share of force, like our psoas lines."""
    force = dict(zip(muscles.muscle, muscles.max_isometric_force_n, strict=True))
    weight = dict(DEFAULT.weight)
    for stem in _IN_PARTS:
        for side in ("_r", "_l"):
            parts = {n: f for n, f in force.items() if n.startswith(stem) and n.endswith(side)}
            weight |= {n: float(f) / sum(parts.values()) for n, f in parts.items()}
    return replace(DEFAULT, name="big_muscles_as_one", weight=weight)
