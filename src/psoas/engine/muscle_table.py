"""Muscle parameters of a body as arrays, and the names by which people speak of groups of muscles."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from psoas.engine import millard_curves
from psoas.engine.body_tables import ActiveCurve, BodyTables, PassiveCurve
from psoas.engine.tendon import relaxed_with_tendon
from psoas.engine.types import MuscleTable
from psoas.errors import ModelError

# Fibre lengths and velocities at which the curves are sampled; linear interpolation between the samples errs
# by less than 1e-4 of the maximal force. The passive curves go on as straight lines beyond the last sample.
CURVE_LENGTH = np.linspace(0.2, 2.0, 721)
CURVE_VELOCITY = np.linspace(-1.2, 1.2, 241)


@lru_cache(maxsize=256)
def _active(curve: ActiveCurve) -> Float[np.ndarray, "sample"]:
    return millard_curves.active_force_length(curve, CURVE_LENGTH)


@lru_cache(maxsize=256)
def _passive(curve: PassiveCurve) -> Float[np.ndarray, "sample"]:
    return millard_curves.passive_force_length(curve, CURVE_LENGTH)


def tendons_of(tables: BodyTables) -> dict[str, float]:
    """Tendon slack length of every muscle of a body whose muscles are one line each, m."""
    return {m.muscle: m.tendon_slack_length_m for m in tables.lines}


def muscle_table(tables: BodyTables, tendon_m: Mapping[str, float] | None = None) -> MuscleTable:
    """The lines of a body as arrays, curves sampled. Raises ModelError where the velocity curves differ.

    With `tendon_m`, the length of tendon of each muscle that gives, the passive curves are those of relaxed
    fibre and tendon together. (What the tendon of a psoas line has beyond that of the lumped muscle is its
    way along the spine, and gives no more: the muscle split stays the muscle whole.)
    """
    lines = tables.lines
    velocity = {m.velocity for m in lines}
    if len(velocity) != 1:
        raise ModelError(
            "The muscles have different force-velocity curves",
            tables.name,
            "Bodies of the Rajagopal family share one curve; use one for all muscles.",
        )
    optimal = np.array([m.optimal_fibre_length_m for m in lines])
    pennation = np.array([m.pennation_rad for m in lines])
    passive = np.array([_passive(m.passive) for m in lines])
    ratio = None if tendon_m is None else np.array([tendon_m[m.muscle] for m in lines]) / optimal
    whole = passive if ratio is None else relaxed_with_tendon(CURVE_LENGTH, passive, ratio, pennation)
    return MuscleTable(
        names=tuple(m.name for m in lines),
        muscle=tuple(m.muscle for m in lines),
        share=np.array([m.share for m in lines]),
        max_isometric_force_n=np.array([m.max_isometric_force_n for m in lines]),
        optimal_fibre_length_m=optimal,
        tendon_slack_length_m=np.array([m.tendon_slack_length_m for m in lines]),
        pennation_rad=pennation,
        max_velocity_lopt_s=np.array([m.max_velocity_lopt_s for m in lines]),
        curve_length=CURVE_LENGTH,
        active_force_length=np.array([_active(m.active) for m in lines]),
        passive_force_length=whole,
        curve_velocity=CURVE_VELOCITY,
        force_velocity=millard_curves.force_velocity(next(iter(velocity)), CURVE_VELOCITY),
        fibre_passive=None if ratio is None else passive,
        tendon_per_fibre=ratio,
    )


# The muscle lines of each group, without side. Psoas stands for its fascicles or the lumped line.
GROUPS: dict[str, tuple[str, ...]] = {
    "iliopsoas": ("iliacus", "psoas"),
    "psoas": ("psoas",),
    "iliacus": ("iliacus",),
    "rectus_femoris": ("recfem",),
    "quadriceps": ("recfem", "vasint", "vaslat", "vasmed"),
    "hamstrings": ("bflh", "bfsh", "semimem", "semiten"),
    "gluteus_maximus": ("glmax1", "glmax2", "glmax3"),
    "gluteus_medius_minimus": ("glmed1", "glmed2", "glmed3", "glmin1", "glmin2", "glmin3"),
    "adductors": ("addbrev", "addlong", "addmagDist", "addmagIsch", "addmagMid", "addmagProx", "grac"),
    "tensor_fasciae_latae": ("tfl",),
    "gastrocnemius": ("gaslat", "gasmed"),
    "soleus": ("soleus",),
}


def lines_of(muscles: MuscleTable, name: str) -> tuple[int, ...]:
    """Indices of the lines that `name` means: a group, a muscle or one line, with `_r`/`_l` or both sides.

    Raises ModelError listing the groups for a name that means nothing.
    """
    found = _lines(muscles.names, muscles.muscle, name)
    if not found:
        raise ModelError(
            f"There is no muscle or muscle group named {name}",
            "condition",
            f"Groups: {', '.join(GROUPS)}; or a muscle such as recfem_r. Leave out _r/_l for both sides.",
        )
    return found


@lru_cache(maxsize=1024)
def _lines(lines: tuple[str, ...], muscles: tuple[str, ...], name: str) -> tuple[int, ...]:
    side = name[-2:] if name.endswith(("_r", "_l")) else ""
    stem = name.removesuffix(side)
    wanted = {f"{m}{s}" for m in GROUPS.get(stem, (stem,)) for s in ([side] if side else ["_r", "_l"])}
    return tuple(
        i
        for i, (line, muscle) in enumerate(zip(lines, muscles, strict=True))
        if line in wanted or muscle in wanted
    )
