"""Passive parts of the body fitted to measured passive moments: muscles, hip ligaments, knee capsule.

The published curves were fitted with tendons that stretch (Uhlrich et al. 2022, to Silder et al. 2007) and
are too stiff with rigid ones. Here each curve stands for fibre and tendon together
(`tendon.relaxed_with_tendon`), and every group's fibres are let out by a part of their optimal length: eight
numbers a published model, fitted by `tools/fit_passive.py` to the curves of `measured_moments`, regularised,
no joint force in view.

Signs: a moment is positive where it turns the joint towards flexion. Angles in radians, moments in N.m.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL, published_tables, rows
from psoas.engine.body_tables import BodyTables, MuscleLine
from psoas.engine.muscle_table import GROUPS
from psoas.engine.types import Body, Coordinates, JointMoments

# Van Arkel et al. 2015 (doi:10.1016/j.jbiomech.2015.09.002), nine cadaver hips: the ligaments resist with
# 5 N.m at 12 degrees of extension (SD 7; as cited in public model code), 0.8 N.m more a degree where they
# do so in rotation (SD 0.3; abstract), which stands in for extension here.
LIGAMENT_NM = 5.0
LIGAMENT_AT_RAD = -np.radians(12.0)
LIGAMENT_NM_PER_RAD = np.degrees(0.8)

FITTED: dict[str, tuple[str, ...]] = {
    **{g: GROUPS[g] for g in ("iliopsoas", "adductors", "rectus_femoris")},
    "vasti": ("vasint", "vaslat", "vasmed"),
    "hamstrings": GROUPS["hamstrings"],
    "glutei": (*GROUPS["gluteus_maximus"], *GROUPS["gluteus_medius_minimus"], "piri"),
    **{g: GROUPS[g] for g in ("gastrocnemius", "soleus")},
}
"""The muscles (without side) that share one fitted number."""
_SAME = 1e-4  # strain; two passive curves closer than this are the same


@dataclass(frozen=True, slots=True)
class Calibration:
    """By how many optimal lengths each group's fibres are let out, and how fast the hip ligaments tighten."""

    let_out: Mapping[str, float]
    ligament_rate_per_rad: float


@lru_cache(maxsize=2)
def calibration(model: str = DEFAULT_MODEL) -> Calibration:
    """The fit of `tools/fit_passive.py` for a published model, as `passive_calibration.csv` keeps it."""
    kept = {r["group"]: float(r["let_out"]) for r in rows("passive_calibration") if r["model"] == model}
    return Calibration(kept, LIGAMENT_NM_PER_RAD / LIGAMENT_NM)


def hip_ligament_moment(
    hip_flexion_rad: Float[np.ndarray, "*shape"], rate_per_rad: float | Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Flexion moment of the hip's ligaments: 5 N.m at 12 degrees of extension, exponential about it."""
    return np.asarray(LIGAMENT_NM * np.exp(rate_per_rad * (LIGAMENT_AT_RAD - hip_flexion_rad)))


def knee_capsule_moment(knee_angle_rad: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """What stops a nearly straight knee: that part of the knee moment of Riener and Edrich (1999)."""
    return np.asarray(np.exp(2.220 - 0.150 * np.degrees(knee_angle_rad)))


def calibrated(tables: BodyTables) -> BodyTables | None:
    """The body with its fibres let out; None where its passive curves are not those of a published model."""
    for model in (DEFAULT_MODEL, SECOND_MODEL):
        if _has_curves_of(tables, model):
            return let_out(tables, calibration(model).let_out)
    return None


def let_out(tables: BodyTables, by: Mapping[str, float]) -> BodyTables:
    """Every group's passive curve moved to longer fibres by so many optimal lengths."""
    of_muscle = {muscle: x for group, x in by.items() for muscle in FITTED[group]}
    return replace(tables, lines=tuple(_let_out(m, of_muscle.get(m.muscle[:-2], 0.0)) for m in tables.lines))


def with_ligaments(moments: JointMoments, body: Body, coordinates: Coordinates) -> JointMoments:
    """The moments with what ligaments and capsule contribute to them, where the body is a calibrated one."""
    if body.passive != "calibrated":
        return moments
    part = np.zeros_like(moments.moment_nm)
    for side in ("r", "l"):
        for dof, contribution in ((f"hip_flexion_{side}", _hip), (f"knee_angle_{side}", knee_capsule_moment)):
            if dof in moments.names:
                angle = coordinates.value[:, coordinates.names.index(dof)]
                part[:, moments.names.index(dof)] = contribution(angle)
    return replace(moments, ligament_nm=part)


def with_calibrated_passive(body: Body) -> Body:
    """The body itself: bodies of the published models are calibrated as built. ValueError for others."""
    if body.passive != "calibrated":
        raise ValueError("the passive curves of this body were not calibrated")
    return body


def _hip(hip_flexion_rad: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
    return hip_ligament_moment(hip_flexion_rad, calibration().ligament_rate_per_rad)


def _has_curves_of(tables: BodyTables, model: str) -> bool:
    known = {m.name: m.passive for m in published_tables(model).lines}
    return all(
        m.name in known
        and abs(m.passive.strain_at_zero_force - known[m.name].strain_at_zero_force) < _SAME
        and abs(m.passive.strain_at_one_norm_force - known[m.name].strain_at_one_norm_force) < _SAME
        for m in tables.lines
    )


def _let_out(line: MuscleLine, by: float) -> MuscleLine:
    zero, one = line.passive.strain_at_zero_force + by, line.passive.strain_at_one_norm_force + by
    return replace(
        line, passive=replace(line.passive, strain_at_zero_force=zero, strain_at_one_norm_force=one)
    )
