"""Where a relaxed leg comes to rest: gravity, passive muscles, hip ligaments and knee capsule in balance.

The pelvis is held. Hip flexion and knee angle are free; the thigh has drifted outwards by a given angle (as
far as thighs do on average, unless it was read; `thigh_in_space` finds 16 degrees by itself), does not
turn, and the foot hangs 20 degrees plantarflexed. Lengths of the muscle lines and centres of mass are
fitted once, over all postures of a hanging leg, by cubic splines of the two angles; moment arms are their
exact derivatives, so the forces come from one energy and thousands of people are solved at once.

Side: right; the left leg is its mirror image. Lying: the pelvis frame's x axis points up when supine.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.interpolate import NdBSpline, make_interp_spline

from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.passive_calibration import (
    LIGAMENT_AT_RAD,
    LIGAMENT_NM,
    calibration,
    hip_ligament_moment,
    knee_capsule_moment,
    with_calibrated_passive,
)
from psoas.engine.types import Body, Condition, Coordinates
from psoas.units import STANDARD_GRAVITY_M_S2

Lying = Literal["supine", "prone"]
ANGLES = ("hip_flexion_r", "knee_angle_r")
LEAST = np.array([-0.75, 0.0])  # rad; the postures that the splines cover
MOST = np.array([1.35, 2.4])
KNOTS = (62, 26)
PLANTARFLEXED_RAD = -0.35
DRIFT_RAD = np.radians(15.6)  # outwards; Harvey 1998 (doi:10.1136/bjsm.32.1.68), mean of 117 athletes
# Taut ligaments: 0.6 N.m a degree fits measured moments of hips 15 to 30 degrees extended best (Riener and
# Edrich 1999; RMS 3.2 N.m, at 0.8 4.0). In rotation cadaver hips have 0.8 (SD 0.3; van Arkel et al. 2015,
# abstract, doi:10.1016/j.jbiomech.2015.09.002).
TAUT_NM_PER_RAD = np.degrees(0.6)
SHANK = ("tibia_r", "talus_r", "calcn_r", "toes_r")
THIGH = ("femur_r", "patella_r")
SHORTNESS = np.linspace(-0.45, 0.60, 106)
_SAMPLES = 400
_BEYOND_M = 0.012  # by which tendons may differ
_STEPS = 40
_DONE_NM = 1e-6
_NUDGE = 1e-5  # rad
_START = np.array([-0.4, 0.8])  # hip flexion and knee angle from which Newton sets out
_LEAST_STIFFNESS = 1.0  # N.m/rad; below it a Newton step would run away


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who lies there, one value a person; every factor is 1 and every shift 0 for the body as built.

    Shortness as in `Condition` (part of the optimal fibre length). `slack_m` is by how much the tendons of
    iliopsoas and rectus femoris are longer. `tilt_rad`: posterior tilt of the pelvis from level.
    """

    iliopsoas_shortness: Float[np.ndarray, "person"]
    rectus_shortness: Float[np.ndarray, "person"]
    tilt_rad: Float[np.ndarray, "person"]
    mass: Float[np.ndarray, "person"]
    shank_length: Float[np.ndarray, "person"]
    flexor_stiffness: Float[np.ndarray, "person"]
    rectus_stiffness: Float[np.ndarray, "person"]
    ligament: Float[np.ndarray, "person"]
    iliopsoas_slack_m: Float[np.ndarray, "person"]
    rectus_slack_m: Float[np.ndarray, "person"]


FACTORS = ("mass", "shank_length", "flexor_stiffness", "rectus_stiffness", "ligament")
PARAMETERS = tuple(f.name for f in fields(People))


def people(count: int = 1, **given: Float[np.ndarray, "person"] | float) -> People:
    """People as built but for what is given."""
    return People(
        **{
            name: np.broadcast_to(
                np.asarray(given.get(name, float(name in FACTORS)), dtype=float), (count,)
            ).copy()
            for name in PARAMETERS
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Resting angles, rad: `thigh_rad` above the horizontal; `residual_nm` is what is not in balance."""

    thigh_rad: Float[np.ndarray, "person"]
    knee_rad: Float[np.ndarray, "person"]
    hip_flexion_rad: Float[np.ndarray, "person"]
    residual_nm: Float[np.ndarray, "person"]


@dataclass(frozen=True, slots=True, eq=False)
class Pulls:
    """Passive pull of the lines by shortness of iliopsoas and rectus (`SHORTNESS`) and path length."""

    first_m: Float[np.ndarray, "line"]
    step_m: Float[np.ndarray, "line"]
    force_n: Float[np.ndarray, "shortness line sample"]


@dataclass(frozen=True, slots=True, eq=False)
class HangingLeg:
    """The splined geometry of a right leg.

    Columns of `spline`: the muscle lines, then three vectors in the pelvis frame: hip to the thigh's
    centre of mass, hip to knee, knee to the centre of mass of shank and foot. `rectus_average` is the
    shortness, against the body's own fibres, that counts as 0 (`shortness_at_rest.healthy_leg`).
    """

    body: Body
    lines: Int[np.ndarray, "line"]
    spline: Any  # scipy NdBSpline: values of all columns and their derivatives
    pulls: Pulls
    thigh_kg: float
    shank_kg: float
    rectus_average: float = 0.0


@lru_cache(maxsize=4)
def hanging_leg(body: Body, drift_rad: float = DRIFT_RAD) -> HangingLeg:
    """Fits the geometry of a body's right leg (0.5 s), the thigh drifted outwards by so much."""
    relaxed = with_calibrated_passive(body)
    poses = _nodes()
    movement = Coordinates(
        np.arange(len(poses)) * 1.0,
        np.column_stack([poses, np.full(len(poses), -drift_rad), np.full(len(poses), PLANTARFLEXED_RAD)]),
        (*ANGLES, "hip_adduction_r", "ankle_angle_r"),
    )
    still = np.zeros((len(poses), len(body.coordinates)))
    geometry = muscle_geometry(relaxed, movement, ANGLES, velocity=still)
    force = capacity(relaxed.muscles, geometry.length_m, geometry.velocity_m_s).passive_n
    crosses = np.abs(geometry.moment_arm_m).max(axis=(0, 1)) > 1e-6
    lines = np.flatnonzero(crosses & (force.max(axis=0) > 1e-3))
    thigh, thigh_kg = _centre(relaxed, movement, THIGH)
    shank, shank_kg = _centre(relaxed, movement, SHANK)
    joints = segment_poses(relaxed, movement, ("femur_r", "tibia_r")).origin_m
    lengths = geometry.length_m[:, lines]
    columns = np.hstack(
        [
            lengths,
            thigh - joints[:, 0],
            joints[:, 1] - joints[:, 0],
            shank - joints[:, 1],
        ]
    )
    return HangingLeg(relaxed, lines, _splined(columns), _pulls(relaxed, lines, lengths), thigh_kg, shank_kg)


def rest(leg: HangingLeg, who: People, lying: Lying = "supine") -> Rest:
    """Balance by damped Newton on the two moments, from the posture in which the energy is least nearby."""
    free = np.tile(_START, (len(who.mass), 1))
    moving = np.arange(len(free))
    for _ in range(_STEPS):
        part, angle = _some(who, moving), free[moving]
        moment, slope = moment_and_slope(leg, part, angle, lying)
        held = _held(angle, moment)
        left = np.abs(np.where(held, 0.0, moment)).max(axis=1) >= _DONE_NM
        if not left.any():
            break
        moving = moving[left]
        change = _newton_step(moment[left], slope[left], held[left])
        free[moving] = np.clip(angle[left] + change, LEAST, MOST)
    moment = joint_moments(leg, who, free, lying)
    held = _held(free, moment)
    return Rest(
        thigh_rad=thigh_elevation(leg, who, free, lying),
        knee_rad=free[:, 1],
        hip_flexion_rad=free[:, 0],
        residual_nm=np.abs(np.where(held, 0.0, moment)).max(axis=1),
    )


def joint_moments(
    leg: HangingLeg, who: People, angle: Float[np.ndarray, "person 2"], lying: Lying
) -> Float[np.ndarray, "person 2"]:
    """Everything that turns hip flexion and knee, N.m; zero where the leg rests."""
    n = len(leg.lines)
    value = leg.spline(angle)
    slopes = (leg.spline(angle, nu=(1, 0)), leg.spline(angle, nu=(0, 1)))
    force = passive_force(leg, who, value[:, :n])
    up = _up(who.tilt_rad, lying)
    moment = np.empty_like(angle)
    for k, slope in enumerate(slopes):
        thigh, knee, shank = (slope[:, n + 3 * i : n + 3 * i + 3] for i in range(3))
        raised = leg.thigh_kg * thigh + leg.shank_kg * (knee + who.shank_length[:, None] * shank)
        weight = STANDARD_GRAVITY_M_S2 * who.mass * np.sum(raised * up, axis=1)
        moment[:, k] = -np.sum(slope[:, :n] * force, axis=1) - weight
    moment[:, 0] += who.ligament * taut_ligament_moment(angle[:, 0])
    moment[:, 1] += knee_capsule_moment(angle[:, 1])
    return moment


def taut_ligament_moment(hip_flexion_rad: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Flexion moment of the hip ligaments: as calibrated up to 5 N.m, from there on taut and linear.

    The calibration's exponential was fitted to hips no further back than 15 degrees; at 30, where a leg
    hangs, it may be twice what all of a hip was measured to resist with.
    """
    past = np.maximum(LIGAMENT_AT_RAD - hip_flexion_rad, 0.0)
    before = np.maximum(hip_flexion_rad, LIGAMENT_AT_RAD)
    toe = hip_ligament_moment(before, calibration().ligament_rate_per_rad)
    return np.where(past > 0.0, LIGAMENT_NM + TAUT_NM_PER_RAD * past, toe)


def _some(who: People, which: Int[np.ndarray, "part"]) -> People:
    return People(**{name: getattr(who, name)[which] for name in PARAMETERS})


def _held(
    angle: Float[np.ndarray, "person 2"], moment: Float[np.ndarray, "person 2"]
) -> Bool[np.ndarray, "person 2"]:
    """Where an angle stands at the end of its range and is pressed against it."""
    return np.asarray(((angle <= LEAST + 1e-9) & (moment < 0.0)) | ((angle >= MOST - 1e-9) & (moment > 0.0)))


def moment_and_slope(
    leg: HangingLeg, who: People, angle: Float[np.ndarray, "person 2"], lying: Lying
) -> tuple[Float[np.ndarray, "person 2"], Float[np.ndarray, "person 2 2"]]:
    moment = joint_moments(leg, who, angle, lying)
    ahead = [joint_moments(leg, who, angle + _NUDGE * e, lying) - moment for e in np.eye(2)]
    return moment, np.stack(ahead, axis=2) / _NUDGE


def _newton_step(
    moment: Float[np.ndarray, "person 2"],
    slope: Float[np.ndarray, "person 2 2"],
    held: Bool[np.ndarray, "person 2"],
) -> Float[np.ndarray, "person 2"]:
    """Newton on the energy (its Hessian is minus the slope), made convex, at most 0.15 rad long."""
    hessian = -0.5 * (slope + np.swapaxes(slope, 1, 2))
    force = np.where(held, 0.0, moment)
    apart = held[:, :, None] | held[:, None, :]
    hessian = np.where(apart, 0.0, hessian) + np.where(held[:, :, None] & np.eye(2, dtype=bool), 1.0, 0.0)
    lift = np.maximum(0.0, _LEAST_STIFFNESS - np.linalg.eigvalsh(hessian)[:, 0])
    hessian = hessian + lift[:, None, None] * np.eye(2)
    change = np.linalg.solve(hessian, force[:, :, None])[:, :, 0]
    longest = np.abs(change).max(axis=1, keepdims=True)
    return np.asarray(change * np.minimum(1.0, 0.15 / np.maximum(longest, 1e-12)))


def passive_force(
    leg: HangingLeg,
    who: People,
    length: Float[np.ndarray, "person part"],
    part: Int[np.ndarray, "part"] | None = None,
) -> Float[np.ndarray, "person part"]:
    """Passive tendon force of the lines with every person's own fibres, tendons and stiffness.

    `part` are columns of the leg's lines (all, if not given) that `length` holds.
    """
    part = np.arange(len(leg.lines)) if part is None else part
    flexor, rectus = of_group(leg, "iliopsoas")[part], of_group(leg, "rectus_femoris")[part]
    rectus_shortness = 1.0 - (1.0 - who.rectus_shortness) * (1.0 - leg.rectus_average)
    short = who.iliopsoas_shortness[:, None] * flexor + rectus_shortness[:, None] * rectus
    slack = who.iliopsoas_slack_m[:, None] * flexor + who.rectus_slack_m[:, None] * rectus
    stiff = np.where(rectus > 0.0, who.rectus_stiffness[:, None], who.flexor_stiffness[:, None])
    table = leg.pulls
    row, down = _place((short - SHORTNESS[0]) / (SHORTNESS[1] - SHORTNESS[0]), len(SHORTNESS))
    column, along = _place((length - slack - table.first_m[part]) / table.step_m[part], _SAMPLES)
    upper, lower = (
        (1.0 - along) * table.force_n[r, part, column] + along * table.force_n[r, part, column + 1]
        for r in (row, row + 1)
    )
    return np.asarray(stiff * ((1.0 - down) * upper + down * lower))


def _place(
    at: Float[np.ndarray, "person part"], count: int
) -> tuple[Int[np.ndarray, "person part"], Float[np.ndarray, "person part"]]:
    """Sample before a place in a table of `count`, and part of the way to the next; straight on beyond."""
    left = np.clip(at.astype(np.int64), 0, count - 2)
    return left, at - left


def _pulls(body: Body, lines: Int[np.ndarray, "line"], lengths: Float[np.ndarray, "pose line"]) -> Pulls:
    """The body's own passive forces (`muscle.capacity`), tabulated."""
    first = lengths.min(axis=0) - _BEYOND_M
    step = (lengths.max(axis=0) + _BEYOND_M - first) / (_SAMPLES - 1)
    path = np.zeros((_SAMPLES, len(body.muscles.names)))
    path[:, lines] = first + step * np.arange(_SAMPLES)[:, None]
    force = np.empty((len(SHORTNESS), len(lines), _SAMPLES))
    for k, part in enumerate(SHORTNESS):
        short = Condition("short", shortness={"iliopsoas": float(part), "rectus_femoris": float(part)})
        force[k] = capacity(body.muscles, path, np.zeros_like(path), short).passive_n[:, lines].T
    return Pulls(first, step, force)


@lru_cache(maxsize=16)
def of_group(leg: HangingLeg, group: str) -> Float[np.ndarray, "line"]:
    return np.isin(leg.lines, lines_of(leg.body.muscles, f"{group}_r")).astype(float)


def thigh_elevation(
    leg: HangingLeg, who: People, angle: Float[np.ndarray, "person 2"], lying: Lying
) -> Float[np.ndarray, "person"]:
    """Angle of the line from hip to knee above the horizontal."""
    n = len(leg.lines)
    thigh = leg.spline(angle)[:, n + 3 : n + 6]
    along = np.sum(thigh * _up(who.tilt_rad, lying), axis=1)
    return np.asarray(np.arcsin(along / np.linalg.norm(thigh, axis=1)))


def _up(tilt_rad: Float[np.ndarray, "person"], lying: Lying) -> Float[np.ndarray, "person 3"]:
    """The vertical in the pelvis frame: anterior when supine, posterior when prone, turned by the tilt."""
    sign = 1.0 if lying == "supine" else -1.0
    zero = np.zeros_like(tilt_rad)
    return sign * np.stack([np.cos(tilt_rad), -np.sin(tilt_rad), zero], axis=1)


def _grid() -> tuple[Float[np.ndarray, "hip"], Float[np.ndarray, "knee"]]:
    hip, knee = (np.linspace(a, b, n) for a, b, n in zip(LEAST, MOST, KNOTS, strict=True))
    return hip, knee


def _nodes() -> Float[np.ndarray, "pose 2"]:
    return np.stack([a.ravel() for a in np.meshgrid(*_grid(), indexing="ij")], axis=1)


def _splined(columns: Float[np.ndarray, "pose column"]) -> Any:
    """Cubic tensor spline through the columns at the nodes."""
    hip, knee = _grid()
    along_hip: Any = make_interp_spline(hip, columns.reshape(len(hip), len(knee), -1), k=3, axis=0)
    along_knee: Any = make_interp_spline(knee, np.moveaxis(along_hip.c, 1, 0), k=3, axis=0)
    return NdBSpline((along_hip.t, along_knee.t), np.moveaxis(along_knee.c, 0, 1).copy(), 3)


def _centre(
    body: Body, movement: Coordinates, segments: tuple[str, ...]
) -> tuple[Float[np.ndarray, "pose 3"], float]:
    """Common centre of mass of segments, in the pelvis frame (the pelvis is not turned), and their mass."""
    poses = segment_poses(body, movement, segments)
    ids = [body.mj.body(s).id for s in segments]
    mass = body.mj.body_mass[ids]
    centre = poses.origin_m + np.einsum("tsij,sj->tsi", poses.orientation, body.mj.body_ipos[ids])
    return np.einsum("s,tsi->ti", mass / mass.sum(), centre), float(mass.sum())
