"""The built-in movements: mean walking and stepping of healthy adults, as published, ready for the engine.

Mean angles, joint moments and ground forces of 20 adults (Bovi et al. 2011,
doi:10.1016/j.gaitpost.2010.08.009; numbers in `normative_data`, see NOTICE). No centre of pressure and no
hip-rotation moment are published, so the published moments at hip flexion, hip adduction, knee and ankle
take the place of inverse dynamics, and the knee force has no medial and lateral parts. A mean curve is
flatter than any one person's: steps differ in timing, so peaks are averaged with slopes.

Walking is a cycle, and the left leg does what the right does, half a cycle later. A step is none: it ends at
another height than it begins, only the measured leg is known, and it is taken while that foot is down.
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
from psoas.engine.passive_calibration import with_ligaments
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
    Solved,
    Subject,
)
from psoas.units import body_weight_n


@dataclass(frozen=True, slots=True)
class Normative:
    """A published mean movement: its curves' file, and duration, length and stance (% of it) of a stride."""

    says: str
    curves: str
    stride_s: float
    stride_m: float
    stance_percent: float
    cyclic: bool = True


# Stride time, length and stance of adults (Bovi 2011: its tasks Natural, XS, M, Ascending, Descending).
MOVEMENTS: Mapping[str, Normative] = {
    "natural": Normative("mean natural walking", "bovi2011_adults_natural.csv", 1.1007, 1.3256, 62.64),
    "slow": Normative("mean slow walking", "bovi2011_adults_slow.csv", 1.3894, 1.1655, 65.36),
    "fast": Normative("mean fast walking", "bovi2011_adults_fast.csv", 0.9780, 1.4592, 61.71),
    "step_up": Normative("mean step up", "bovi2011_adults_step_up.csv", 1.6687, 0.4444, 69.04, cyclic=False),
    "step_down": Normative(
        "mean step down", "bovi2011_adults_step_down.csv", 1.3795, 0.4884, 69.99, cyclic=False
    ),
}
NATURAL = MOVEMENTS["natural"]
STRIDE_S = NATURAL.stride_s
ANKLE_OFFSET_DEG = 22.0  # the source's foot axis points down by so much: its ankle reads -22 at foot strike

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
class _Curves:
    """Mean curves at any percent: closed ones over any number of cycles, a step's within 0 to 100 only."""

    curves: Curves
    cyclic: bool

    def at(self, name: str, percent: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
        """Values at a percent of the movement; in a cycle 100 is 0 again."""
        if not self.cyclic:
            return np.asarray(make_interp_spline(np.arange(101.0), self.curves[name], k=3)(percent))
        spline = make_interp_spline(np.arange(101.0), self.curves[name], k=3, bc_type="periodic")
        return np.asarray(spline(np.mod(percent, 100.0)))


@lru_cache(maxsize=8)
def published_curves(movement: Normative = NATURAL) -> Curves:
    """Mean curves by column name at 0 to 100 % of the cycle, in the units of their names, as published."""
    with (files("psoas.engine") / "normative_data" / movement.curves).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "percent"}


def normative_walk(
    conditions: Sequence[Condition] = (AS_BUILT,),
    *,
    curves: Curves | None = None,
    body: Body | None = None,
    sides: tuple[Side, ...] = BOTH,
    sharing: Sharing = DEFAULT,
    movement: Normative = NATURAL,
    progress: Progress | None = None,
) -> Analysis:
    """A mean movement solved for every condition, by default natural walking of the published body.

    Walking is a whole cycle of each leg; of a step only the right leg is known, and `sides` is that.
    `curves` replaces the published ones.
    """
    body = body or load_body()
    tell = progress or (lambda what, share: None)
    tell("movement", 0.0)
    subject = Subject(body.mass_kg, body.height_m)
    mechanics = normative_mechanics(body, curves or published_curves(movement), movement)
    sides = sides if movement.cyclic else ("r",)
    solved, band, geometry = share_moments(mechanics, conditions, sides, sharing, tell)
    time_s = mechanics.coordinates.time_s
    analysis = Analysis(
        subject=subject,
        body=body,
        trial=movement.says,
        movement="gait" if movement.cyclic else "other",
        window_s=(float(time_s[0]), float(time_s[-1])),
        rate_hz=_FRAMES / movement.stride_s,
        coordinates=mechanics.coordinates,
        moments=mechanics.moments,
        solved=solved,
        band=band,
        events=_events(movement),
        quality=Quality("good", ()),
        provenance=provenance(body, sharing, {}),
        geometry=geometry,
        sides=sides,
        notes=NOTES if movement.cyclic else (*STEP_NOTES, _beside_measured(solved[0], body)),
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
STEP_NOTES = (
    "Mean curves of 20 healthy adults (Bovi et al. 2011); a mean is flatter than any one person.",
    NOTES[1],
    NOTES[2],
    "Only the leg that steps is published, and only while its foot is on the ground is it shown.",
    "The rise and fall of the pelvis is not published; leaving it out moves the knee force by newtons only.",
    NOTES[-1],
)


def _beside_measured(solved: Solved, body: Body) -> str:
    """What the knee of a step bears, and what was measured."""
    (knee,) = (c for c in solved.contacts if c.joint == "tibiofemoral")
    most = float(np.nanmax(np.linalg.norm(knee.force_n, axis=1))) / body_weight_n(body.mass_kg)
    return (
        f"Its knee force comes out at {most:.1f} body weights; instrumented knees average 3.2 up and 3.5 "
        "down (Kutzner et al. 2010, 5 people; abstract read)."
    )


def normative_mechanics(body: Body, curves: Curves, movement: Normative = NATURAL) -> Mechanics:
    """Coordinates, dynamics and published moments of the cycles (or the step), ready for sharing."""
    before, after = (_BEFORE, _SHOWN + _AFTER) if movement.cyclic else (0.0, 1.0)
    shown = _SHOWN if movement.cyclic else movement.stance_percent / 100.0
    percent = np.linspace(-100.0 * before, 100.0 * after, round((before + after) * _FRAMES) + 1)
    time_s = percent * movement.stride_s / 100.0
    shut = {name: closed(curve) for name, curve in curves.items()} if movement.cyclic else curves
    periodic = _Curves(shut, movement.cyclic)
    coordinates = _coordinates(body, periodic, percent, time_s, movement)
    window = (0.0, shown * movement.stride_s)
    # The force at the knee's slides does not depend on where the foot is pushed, so any point will do.
    force = body_weight_n(body.mass_kg) * _ground_force(periodic, percent)
    force[:, 1] *= movement.cyclic
    nowhere = np.zeros_like(force)
    reaction = FootReaction(time_s, force, nowhere, nowhere)
    swept = cut_dynamics(dynamics(body, coordinates, reaction), window)
    inside = (percent > -1e-6) & (percent < 100.0 * shown + 1e-6)
    cut = cut_coordinates(coordinates, window)
    moments = with_ligaments(_moments(periodic, percent[inside], swept.time_s, body.mass_kg), body, cut)
    return Mechanics(body, cut, swept, moments, split=False, wide=coordinates, reaction=reaction)


def closed(curve: Float[np.ndarray, "percent"]) -> Float[np.ndarray, "percent"]:
    """The curve with the difference of its ends spread over the cycle, so that 100 % is 0 % again."""
    percent = np.linspace(0.0, 1.0, len(curve))
    shut: Float[np.ndarray, percent] = curve - (curve[-1] - curve[0]) * (percent - 0.5)
    return shut


def _coordinates(
    body: Body,
    periodic: _Curves,
    percent: Float[np.ndarray, "time"],
    time_s: Float[np.ndarray, "time"],
    movement: Normative,
) -> Coordinates:
    """Angles of pelvis and both legs, smoothed like every recording; the pelvis goes forward evenly.

    What is not published (trunk, arms, toes) stays at zero, the pelvis at its height in standing.
    """
    columns = {name: sign * periodic.at(source, percent) for name, (source, sign) in _ANGLES.items()}
    for side, later in _legs(movement.cyclic):
        for name, source in _LEG_ANGLES.items():
            columns[f"{name}_{side}"] = periodic.at(source, percent - later)
        columns[f"ankle_angle_{side}"] = columns[f"ankle_angle_{side}"] + ANKLE_OFFSET_DEG
    value = np.deg2rad(np.column_stack(list(columns.values())))
    value = low_pass(time_s, value, POSTURE_CUTOFF_HZ)
    zero = Coordinates(np.zeros(1), np.zeros((1, 1)), ("pelvis_tilt",))
    height = np.full(len(time_s), -segment_poses(body, zero, ("toes_r",)).origin_m[0, 0, 1])
    value = np.column_stack([value, time_s * movement.stride_m / movement.stride_s, height])
    known = Coordinates(time_s, value, (*columns, "pelvis_tx", "pelvis_ty"))
    return Coordinates(time_s, coordinate_values(body, known), body.coordinates)


def _ground_force(periodic: _Curves, percent: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time 2 3"]:
    """Force on the right and the left foot in body weights; medial is to the left for the right foot."""
    feet = []
    for later, medial in ((0.0, -1.0), (50.0 if periodic.cyclic else 0.0, 1.0)):
        forward, up, inward = (
            periodic.at(f"force_{way}_bw", percent - later) for way in ("forward", "up", "medial")
        )
        feet.append(np.column_stack([forward, up, medial * inward]))
    return np.stack(feet, axis=1)


def _moments(
    periodic: _Curves,
    percent: Float[np.ndarray, "time"],
    time_s: Float[np.ndarray, "time"],
    mass_kg: float,
) -> JointMoments:
    legs = _legs(periodic.cyclic)
    names = tuple(f"{dof}_{side}" for side, _ in legs for dof in _MOMENTS)
    columns = [
        -mass_kg * periodic.at(source, percent - later) for _, later in legs for source in _MOMENTS.values()
    ]
    nothing = np.zeros((len(time_s), 3))
    return JointMoments(time_s, np.column_stack(columns), names, nothing, nothing)


def _legs(cyclic: bool) -> tuple[tuple[Side, float], ...]:
    """The legs that are known, and by how many percent each comes later than the published one."""
    return (("r", 0.0), ("l", 50.0)) if cyclic else (("r", 0.0),)


def _events(movement: Normative) -> tuple[GaitEvents, GaitEvents]:
    stride = movement.stride_s
    off, half = stride * movement.stance_percent / 100.0, stride / 2.0
    if not movement.cyclic:
        return GaitEvents("r", np.array([0.0]), np.array([off])), GaitEvents("l", np.zeros(0), np.zeros(0))
    return (
        GaitEvents("r", np.array([0.0, stride]), np.array([off, off + stride])),
        GaitEvents("l", np.array([-half, half, half + stride]), np.array([off - half, off + half])),
    )
