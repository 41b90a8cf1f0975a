"""Movements built rather than measured: a squat, standing up, a lunge, a step down.

A file of `constructed_data` says a few postures with their times, which points stay on the floor, and which
share of the weight each of them is to bear. The movement between them is the smoothest there is (minimum
jerk, at rest in every posture). Then the whole is set right frame by frame (`posture_solver`): the points on
the floor stay where they are, everything else stays as near to the stated postures as that allows, and the
body is moved over its feet until its weight lies where it is to be borne. Moments are those of a body held
still in each frame (quasi-static); `speed` says by how much the tempo would change the floor's push.

Nothing here is a recording, and everything that shows it says so.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from psoas.engine import quality
from psoas.engine.body import load_body
from psoas.engine.held_loads import held_loads
from psoas.engine.inverse_dynamics import derivatives, joint_moments
from psoas.engine.kinematics import SegmentPoses, segment_poses
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.pipeline import BOTH, Mechanics, Progress, provenance, share_moments
from psoas.engine.posture_solver import MarkerProblem, solve
from psoas.engine.static_optimisation import DEFAULT, LEG_DOFS, Sharing
from psoas.engine.support import Support, held, local_point
from psoas.engine.types import (
    AS_BUILT,
    Analysis,
    Body,
    Condition,
    Coordinates,
    GaitEvents,
    Quality,
    Side,
    Subject,
)
from psoas.units import STANDARD_GRAVITY_M_S2

_RATE_HZ = 20.0
_FIXED, _KEPT = 30.0, 1.0  # roots of weights: points on the floor, and everything else
_HELD_M = 30.0  # pulls a coordinate to zero as a point held fast at a metre would
_LOOSE_M = 0.01
_LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle")
_HANDLE_M = 0.1  # each segment is kept by its origin and three points so far from it along its axes
_ROUNDS = 6  # of moving the body over its feet; the last moves it by less than a millimetre
DOUBTFUL_TIMES = 1.5  # the mean of instrumented knees; measured people are few, older, and differ
# The moment about the thigh's own axis is left out, as in mean walking: nobody published it.
_DOFS = tuple(f"{dof}_{side}" for side in ("r", "l") for dof in LEG_DOFS if dof != "hip_rotation")


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Joint angles (rad, others 0) at a time."""

    name: str
    at_s: float
    angles: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Constructed:
    """A movement to build. `carry` is the share of the weight at each point of the floor; `sides` are told.

    `measured_bw` is the mean peak that instrumented knees show in the activity `like`; `known` is what was
    measured of the what-ifs that suggest themselves, if anything was.
    """

    id: str
    title: str
    says: str
    source: str
    sides: tuple[Side, ...]
    carry: Mapping[str, float]
    braced: bool
    measured_bw: float
    like: str
    known: str
    postures: tuple[Posture, ...]


@lru_cache(maxsize=1)
def constructed() -> Mapping[str, Constructed]:
    """Every constructed movement by id."""
    folder = files("psoas.engine") / "constructed_data"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    tables = [tomllib.loads(f.read_text(encoding="utf-8")) for f in found]
    return {
        t["id"]: Constructed(
            t["id"],
            t["title"],
            t["says"],
            t["source"],
            tuple(t["sides"]),
            t["carry"],
            t["braced"],
            t["measured"]["bw"],
            t["measured"]["like"],
            t.get("known", ""),
            tuple(
                Posture(
                    p["name"], float(p["at_s"]), {c: float(np.deg2rad(v)) for c, v in p["degrees"].items()}
                )
                for p in t["pose"]
            ),
        )
        for t in tables
    }


@lru_cache(maxsize=8)
def coordinates_of(movement: Constructed) -> Coordinates:
    """The movement of the built-in body: feet still on the floor, weight where it is to be borne."""
    body = load_body()
    stated = _stated(body, movement)
    points = [local_point(name) for name in movement.carry]
    floor = _floor(body, stated, points)
    stated = _over(body, stated, points, floor)
    kept = segment_poses(body, stated)
    borne = np.array(list(movement.carry.values())) @ floor
    shift = np.zeros((len(stated.time_s), 3))
    value = stated.value
    for _ in range(_ROUNDS):
        problem = _problem(body, kept, points, floor, shift, _pull(body, movement))
        value, _ = solve(problem, value)
        moved = Coordinates(stated.time_s, value, stated.names)
        gap = borne - _centre(body, segment_poses(body, moved))
        gap[:, 1] = 0.0
        shift = shift + gap
    return Coordinates(stated.time_s, value, stated.names)


def constructed_mechanics(body: Body, movement: Constructed) -> Mechanics:
    """Dynamics held still and the moments that the legs' muscles have to make."""
    coordinates = coordinates_of(movement)
    supports = [Support(tuple(movement.carry), braced=movement.braced)] * len(coordinates.time_s)
    swept = held(body, coordinates, supports).dynamics
    moments = joint_moments(body, swept)
    columns = [moments.names.index(dof) for dof in _DOFS]
    asked = replace(moments, moment_nm=moments.moment_nm[:, columns], names=_DOFS)
    return Mechanics(body, coordinates, swept, with_ligaments(asked, body, coordinates), split=False)


def constructed_movement(
    movement: Constructed,
    conditions: Sequence[Condition] = (AS_BUILT,),
    *,
    body: Body | None = None,
    sides: tuple[Side, ...] = BOTH,
    sharing: Sharing = DEFAULT,
    progress: Progress | None = None,
) -> Analysis:
    """A constructed movement solved for every condition, with its doubts."""
    body = body or load_body()
    tell = progress or (lambda what, share: None)
    tell("movement", 0.0)
    mechanics = constructed_mechanics(body, movement)
    sides = tuple(side for side in movement.sides if side in sides)
    solved, band, geometry = share_moments(mechanics, conditions, sides, sharing, tell)
    time_s = mechanics.coordinates.time_s
    nobody = tuple(GaitEvents(side, np.zeros(0), np.zeros(0)) for side in BOTH)
    analysis = Analysis(
        subject=Subject(body.mass_kg, body.height_m),
        body=body,
        trial=f"{movement.title} (constructed)",
        movement="other",
        window_s=(float(time_s[0]), float(time_s[-1])),
        rate_hz=_RATE_HZ,
        coordinates=mechanics.coordinates,
        moments=mechanics.moments,
        solved=solved,
        band=band,
        events=nobody,
        quality=Quality("good", ()),
        provenance=provenance(body, sharing, {}),
        geometry=geometry,
        sides=sides,
    )
    return _judged(analysis, movement, mechanics)


def _judged(analysis: Analysis, movement: Constructed, mechanics: Mechanics) -> Analysis:
    """The analysis with its doubts, and notes that say what it is and how it stands to measured knees."""
    found = quality.of_analysis(analysis, None)
    found = replace(found, residual_force_n=None, residual_moment_nm=None)
    most = 0.0
    for side in analysis.sides:
        muscles = analysis.solved[0].muscles[side]
        loads = held_loads(analysis.body, mechanics.coordinates, mechanics.dynamics, muscles, side)
        most = max(most, float(np.nanmax(loads.bw["tibiofemoral"])))
        for doubt in loads.all_doubts:
            says = f"{quality.SIDE_WORD[side].capitalize()} knee: {doubt}."
            found = quality.with_doubt(found, "doubtful", says)
    beside = (
        f"The knee's load comes out at {most:.1f} body weights at most; instrumented knees average "
        f"{movement.measured_bw:.2f} in {movement.like} (Kutzner et al. 2010, 5 people; abstract read)."
    )
    if most > DOUBTFUL_TIMES * movement.measured_bw:
        found = quality.with_doubt(found, "doubtful", beside)
    floor = (
        "The feet push against each other by as much as makes the joint moments smallest, within friction."
        if movement.braced
        else "The floor pushes straight up."
    )
    notes = (
        f"Constructed, not measured: {movement.says}",
        f"Angles: {movement.source}",
        f"Held still in every frame and in balance. {floor} At the stated tempo the floor's push would "
        f"change by at most {100 * speed(movement):.0f} %.",
        "The moment that turns the thigh about its own axis is left out.",
        beside,
        *([movement.known] if movement.known else []),
    )
    return replace(analysis, quality=found, notes=notes)


def to_depth(movement: Constructed, part: float) -> Constructed:
    """The same movement that goes a part (or more) of its way from its first posture."""
    first = movement.postures[0].angles

    def less(posture: Posture) -> Posture:
        names = first.keys() | posture.angles.keys()
        reached = {
            n: (1.0 - part) * first.get(n, 0.0) + part * posture.angles.get(n, 0.0) for n in sorted(names)
        }
        return replace(posture, angles=reached)

    return replace(movement, postures=tuple(less(posture) for posture in movement.postures))


def speed(movement: Constructed) -> float:
    """The largest vertical acceleration of the whole body at the stated tempo, in parts of gravity."""
    body, coordinates = load_body(), coordinates_of(movement)
    height = _centre(body, segment_poses(body, coordinates))[:, 1:2]
    _, acceleration = derivatives(coordinates.time_s, height)
    return float(np.abs(acceleration).max() / STANDARD_GRAVITY_M_S2)


def _stated(body: Body, movement: Constructed) -> Coordinates:
    """The stated postures and the smoothest way between them, at `_RATE_HZ`."""
    names = body.coordinates
    rows = np.array([[p.angles.get(name, 0.0) for name in names] for p in movement.postures])
    times, values = [movement.postures[0].at_s], [rows[0]]
    for (begin, end), (here, there) in zip(pairwise(movement.postures), pairwise(rows), strict=True):
        part = np.linspace(0.0, 1.0, round(_RATE_HZ * (end.at_s - begin.at_s)) + 1)[1:]
        way = part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
        times += list(begin.at_s + part * (end.at_s - begin.at_s))
        values += list(here + way[:, None] * (there - here))
    return Coordinates(np.array(times), np.array(values), names)


Points = Sequence[tuple[str, Float[np.ndarray, "3"]]]


def _places(poses: SegmentPoses, points: Points) -> Float[np.ndarray, "time point 3"]:
    """Points of segments in the ground frame."""
    at = [poses.names.index(segment) for segment, _ in points]
    local = np.array([place for _, place in points])
    turned = np.einsum("tsij,sj->tsi", poses.orientation[:, at], local)
    return np.asarray(poses.origin_m[:, at] + turned)


def _floor(body: Body, stated: Coordinates, points: Points) -> Float[np.ndarray, "point 3"]:
    """Where the points stand: feet flat and straight as in standing, as far forward as first stated."""
    still = Coordinates(stated.time_s[:1], np.zeros((1, len(stated.names))), stated.names)
    floor: Float[np.ndarray, "point 3"] = _places(segment_poses(body, still), points)[0]
    first = _places(segment_poses(body, stated), points)[0]
    for segment in {segment for segment, _ in points}:
        foot = [k for k, (name, _) in enumerate(points) if name == segment]
        floor[foot, 0] += (first[foot, 0] - floor[foot, 0]).mean()
    return floor


def _over(
    body: Body, stated: Coordinates, points: Points, floor: Float[np.ndarray, "point 3"]
) -> Coordinates:
    """The pelvis moved so that the points are, in the mean, where they stand."""
    away = (_places(segment_poses(body, stated), points) - floor).mean(axis=1)
    value = stated.value.copy()
    value[:, [stated.names.index(f"pelvis_t{axis}") for axis in "xyz"]] -= away
    return Coordinates(stated.time_s, value, stated.names)


def _problem(
    body: Body,
    kept: SegmentPoses,
    points: Points,
    floor: Float[np.ndarray, "point 3"],
    shift: Float[np.ndarray, "time 3"],
    pull: Float[np.ndarray, "coordinate"],
) -> MarkerProblem:
    """Points on the floor held fast; every other segment near to where it was stated, moved by `shift`."""
    feet = {segment for segment, _ in points}
    loose = [k for k, name in enumerate(kept.names) if name not in feet]
    handles = np.vstack([np.zeros(3), _HANDLE_M * np.eye(3)])
    wanted = kept.origin_m[:, loose, None] + np.einsum("tsij,hj->tshi", kept.orientation[:, loose], handles)
    wanted = (wanted + shift[:, None, None]).reshape(len(shift), -1, 3)
    ids = {name: body.mj.body(name).id for name in kept.names}
    return MarkerProblem(
        body,
        np.array(
            [ids[segment] for segment, _ in points] + [ids[kept.names[k]] for k in loose for _ in handles]
        ),
        np.vstack([np.array([place for _, place in points]), np.tile(handles, (len(loose), 1))]),
        np.concatenate([np.broadcast_to(floor, (len(shift), *floor.shape)), wanted], axis=1),
        np.tile(np.r_[np.full(len(points), _FIXED), np.full(wanted.shape[1], _KEPT)], (len(shift), 1)),
        pull,
    )


def _pull(body: Body, movement: Constructed) -> Float[np.ndarray, "coordinate"]:
    """What no posture names, and is not pelvis or leg, is held at zero."""
    named = {name for posture in movement.postures for name in posture.angles}
    free = named | {f"{dof}_{side}" for dof in _LEG for side in BOTH}
    free |= {"pelvis_tilt", "pelvis_tx", "pelvis_ty", "pelvis_tz"}
    return np.array([_LOOSE_M if name in free else _HELD_M for name in body.coordinates])


def _centre(body: Body, poses: SegmentPoses) -> Float[np.ndarray, "time 3"]:
    """The body's centre of mass."""
    ids = [body.mj.body(name).id for name in poses.names]
    mass, local = body.mj.body_mass[ids], body.mj.body_ipos[ids]
    place = poses.origin_m + np.einsum("tsij,sj->tsi", poses.orientation, local)
    centre: Float[np.ndarray, "time 3"] = np.einsum("s,tsi->ti", mass, place) / mass.sum()
    return centre
