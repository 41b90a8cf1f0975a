"""The built-in movement: mean natural walking of healthy adults, as published, made ready for the engine.

Mean angles, joint moments and ground forces of 20 adults (Bovi et al. 2011,
doi:10.1016/j.gaitpost.2010.08.009; numbers in `normative_data`, see NOTICE). No centre of pressure and no
hip-rotation moment are published, so the published moments at hip flexion, hip adduction, knee and ankle
take the place of inverse dynamics, and the knee force has no medial and lateral parts. A mean curve is
flatter than any one person's: steps differ in timing, so peaks are averaged with slopes.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_interp_spline

from psoas.engine import quality
from psoas.engine.body import load_body
from psoas.engine.filtering import POSTURE_CUTOFF_HZ, low_pass
from psoas.engine.inverse_dynamics import dynamics
from psoas.engine.kinematics import coordinate_values, segment_poses
from psoas.engine.pipeline import (
    BOTH,
    Mechanics,
    Progress,
    cut_coordinates,
    cut_dynamics,
    provenance,
    share_moments,
)
from psoas.engine.static_optimisation import DEFAULT, Sharing
from psoas.engine.types import (
    AS_BUILT,
    Analysis,
    Body,
    Condition,
    Coordinates,
    FootReaction,
    GaitEvents,
    JointMoments,
    Quality,
    Side,
    Subject,
)
from psoas.units import body_weight_n

STRIDE_S = 1.1007  # Bovi 2011, adults, natural: stride time
STRIDE_M = 1.3256  # stride length
STANCE_PERCENT = 62.64  # stance time
ANKLE_OFFSET_DEG = 22.0  # the source's foot axis points down by so much: its ankle reads -22 at foot strike
DATA = "bovi2011_adults_natural.csv"

Curves = Mapping[str, Float[np.ndarray, "percent"]]

# Coordinate: source column and sign of the source's convention (its anterior tilt and its upward obliquity
# are turned against the body's pelvis_tilt and pelvis_list on the right side).
_ANGLES = {
    "pelvis_tilt": ("pelvic_tilt_deg", 1.0),
    "pelvis_list": ("pelvic_obliquity_deg", -1.0),
    "pelvis_rotation": ("pelvic_rotation_deg", 1.0),
}
_LEG_ANGLES = {
    "hip_flexion": "hip_flexion_deg",
    "hip_adduction": "hip_adduction_deg",
    "hip_rotation": "hip_rotation_deg",
    "knee_angle": "knee_flexion_deg",
    "ankle_angle": "ankle_dorsiflexion_deg",
}
# The published moments are internal and positive in extension, abduction, plantarflexion.
_MOMENTS = {
    "hip_flexion": "hip_extension_moment_nm_kg",
    "hip_adduction": "hip_abduction_moment_nm_kg",
    "knee_angle": "knee_extension_moment_nm_kg",
    "ankle_angle": "ankle_plantarflexion_moment_nm_kg",
}
_FRAMES = 100  # a cycle
_BEFORE, _SHOWN, _AFTER = 1.0, 1.5, 1.0
"""Cycles: shown are a whole one of each leg; those around it keep filter and derivatives off the ends."""


@dataclass(frozen=True, slots=True, eq=False)
class _Periodic:
    """A closed curve over the cycle, at any percent and any number of cycles."""

    curves: Curves

    def at(self, name: str, percent: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
        """Values at a percent of the cycle; 100 is 0 again."""
        spline = make_interp_spline(np.arange(101.0), self.curves[name], k=3, bc_type="periodic")
        return np.asarray(spline(np.mod(percent, 100.0)))


@lru_cache(maxsize=1)
def published_curves() -> Curves:
    """Mean curves by column name at 0 to 100 % of the cycle, in the units of their names, as published."""
    with (files("psoas.engine") / "normative_data" / DATA).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "percent"}


def normative_walk(
    conditions: Sequence[Condition] = (AS_BUILT,),
    *,
    curves: Curves | None = None,
    body: Body | None = None,
    sides: tuple[Side, ...] = BOTH,
    sharing: Sharing = DEFAULT,
    progress: Progress | None = None,
) -> Analysis:
    """Mean natural walking, a whole cycle of each leg, solved for every condition, on the published body.

    The left leg does what the right does, half a cycle later. `curves` replaces the published ones.
    """
    body = body or load_body()
    tell = progress or (lambda what, share: None)
    tell("movement", 0.0)
    subject = Subject(body.mass_kg, body.height_m)
    mechanics = normative_mechanics(body, curves or published_curves())
    solved, band, geometry = share_moments(mechanics, conditions, sides, sharing, tell)
    time_s = mechanics.coordinates.time_s
    analysis = Analysis(
        subject=subject,
        body=body,
        trial="mean natural walking",
        movement="gait",
        window_s=(float(time_s[0]), float(time_s[-1])),
        rate_hz=_FRAMES / STRIDE_S,
        coordinates=mechanics.coordinates,
        moments=mechanics.moments,
        solved=solved,
        band=band,
        events=_events(),
        quality=Quality("good", ()),
        provenance=provenance(body, sharing, {}),
        geometry=geometry,
        sides=sides,
        notes=NOTES,
    )
    # Nothing was recorded here: no marker errors, and no residual where published moments stand.
    found = quality.of_analysis(analysis, None)
    return replace(analysis, quality=replace(found, residual_force_n=None, residual_moment_nm=None))


NOTES = (
    "Mean curves of 20 healthy adults (Bovi et al. 2011); a mean is flatter than any one person.",
    "Published joint moments take the place of inverse dynamics; the hip-rotation moment is not published.",
    "No centre of pressure is published: no medial and lateral share.",
    "The left leg does what the right does, half a cycle later.",
    "The first and last percent of the published angles differ by up to 1 degree; the drift is spread.",
    f"{ANKLE_OFFSET_DEG:.0f} degrees are added to the ankle: the source measures it to another foot axis.",
)


def normative_mechanics(body: Body, curves: Curves) -> Mechanics:
    """Coordinates, dynamics and published moments of the cycles, ready for sharing."""
    percent = np.linspace(
        -100.0 * _BEFORE, 100.0 * (_SHOWN + _AFTER), round((_BEFORE + _SHOWN + _AFTER) * _FRAMES) + 1
    )
    time_s = percent * STRIDE_S / 100.0
    periodic = _Periodic({name: closed(curve) for name, curve in curves.items()})
    coordinates = _coordinates(body, periodic, percent, time_s)
    window = (0.0, _SHOWN * STRIDE_S)
    # The force at the knee's slides does not depend on where the foot is pushed, so any point will do.
    force = body_weight_n(body.mass_kg) * _ground_force(periodic, percent)
    nowhere = np.zeros_like(force)
    swept = cut_dynamics(dynamics(body, coordinates, FootReaction(time_s, force, nowhere, nowhere)), window)
    inside = (percent > -1e-6) & (percent < 100.0 * _SHOWN + 1e-6)
    moments = _moments(periodic, percent[inside], swept.time_s, body.mass_kg)
    return Mechanics(body, cut_coordinates(coordinates, window), swept, moments, split=False)


def closed(curve: Float[np.ndarray, "percent"]) -> Float[np.ndarray, "percent"]:
    """The curve with the difference of its ends spread over the cycle, so that 100 % is 0 % again."""
    percent = np.linspace(0.0, 1.0, len(curve))
    shut: Float[np.ndarray, percent] = curve - (curve[-1] - curve[0]) * (percent - 0.5)
    return shut


def _coordinates(
    body: Body, periodic: _Periodic, percent: Float[np.ndarray, "time"], time_s: Float[np.ndarray, "time"]
) -> Coordinates:
    """Angles of pelvis and both legs, smoothed like every recording; the pelvis goes forward evenly.

    What is not published (trunk, arms, toes) stays at zero, the pelvis at its height in standing.
    """
    columns = {name: sign * periodic.at(source, percent) for name, (source, sign) in _ANGLES.items()}
    for side, later in (("r", 0.0), ("l", 50.0)):
        for name, source in _LEG_ANGLES.items():
            columns[f"{name}_{side}"] = periodic.at(source, percent - later)
        columns[f"ankle_angle_{side}"] = columns[f"ankle_angle_{side}"] + ANKLE_OFFSET_DEG
    value = np.deg2rad(np.column_stack(list(columns.values())))
    value = low_pass(time_s, value, POSTURE_CUTOFF_HZ)
    zero = Coordinates(np.zeros(1), np.zeros((1, 1)), ("pelvis_tilt",))
    height = np.full(len(time_s), -segment_poses(body, zero, ("toes_r",)).origin_m[0, 0, 1])
    value = np.column_stack([value, time_s * STRIDE_M / STRIDE_S, height])
    known = Coordinates(time_s, value, (*columns, "pelvis_tx", "pelvis_ty"))
    return Coordinates(time_s, coordinate_values(body, known), body.coordinates)


def _ground_force(periodic: _Periodic, percent: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time 2 3"]:
    """Force on the right and the left foot in body weights; medial is to the left for the right foot."""
    feet = []
    for later, medial in ((0.0, -1.0), (50.0, 1.0)):
        forward, up, inward = (
            periodic.at(f"force_{way}_bw", percent - later) for way in ("forward", "up", "medial")
        )
        feet.append(np.column_stack([forward, up, medial * inward]))
    return np.stack(feet, axis=1)


def _moments(
    periodic: _Periodic,
    percent: Float[np.ndarray, "time"],
    time_s: Float[np.ndarray, "time"],
    mass_kg: float,
) -> JointMoments:
    names = tuple(f"{dof}_{side}" for side in BOTH for dof in _MOMENTS)
    columns = [
        -mass_kg * periodic.at(source, percent - later)
        for later in (0.0, 50.0)
        for source in _MOMENTS.values()
    ]
    nothing = np.zeros((len(time_s), 3))
    return JointMoments(time_s, np.column_stack(columns), names, nothing, nothing)


def _events() -> tuple[GaitEvents, GaitEvents]:
    off, half = STRIDE_S * STANCE_PERCENT / 100.0, STRIDE_S / 2.0
    return (
        GaitEvents("r", np.array([0.0, STRIDE_S]), np.array([off, off + STRIDE_S])),
        GaitEvents("l", np.array([-half, half, half + STRIDE_S]), np.array([off - half, off + half])),
    )
