"""An exercise as poses of the body: which muscle lengthens, which works, by how much.

A motion (knowledge/motions) is a few poses with their joint angles, what they rest on, and bands that pull.
Lengths and passive tension follow from the angles alone. For what the muscles have to do, the body is held
still in each pose: gravity, bands and the floor's push (`support`) give the moments of one leg, and static
optimisation shares them; then once more on the way between the poses, at the motion's own speed. A relaxed
pose is held by hands or floor: no activation is asked for, and what a joint bears there is not known.

On one body of average size: what holds is the sign and the order, not the third digit.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from psoas.engine.body import load_body
from psoas.engine.held_loads import HeldLoads, held_loads
from psoas.engine.inverse_dynamics import PELVIS_FORCES, joint_moments
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import GROUPS, lines_of
from psoas.engine.normative import normative_walk
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.static_optimisation import BOTH_LEGS, LEG_DOFS, static_optimisation
from psoas.engine.support import CONTACTS, Band, Held, Support, held, known, local_point
from psoas.engine.types import Body, Coordinates, MuscleForces, Side
from psoas.errors import KnowledgeError

Effect = Literal["lengthens", "works", "neither"]

LENGTHENS = 0.05  # optimal fibre lengths beyond standing: about what ten degrees of hip extension give
TAUT = 0.01  # and by this part of its maximal force tighter than in standing: a slack muscle is not stretched
WORKS = 0.1  # mean activation of the group: what one can tell from rest, not what makes stronger
STRENGTHENS = (
    0.3  # at about this a buttock was held to work too little to grow stronger (MacAskill et al. 2014)
)
HARD = 0.6  # The five limits are choices, and are said with the results
# The piriformis is stretched far in a bent hip and would saturate the pose, so the moment about the thigh's
# own axis is not asked of the muscles, as in the mean natural walk.
_DOFS = tuple(f"{dof}_{side}" for side in ("r", "l") for dof in LEG_DOFS if dof != "hip_rotation")
_LEFT_NM = 2.0  # a pose that leaves more than this to reserves is beyond the muscles
_RATE_HZ = 20.0  # frames on the way between two poses
_STRONGEST_N = 2000.0  # no band of an exercise pulls more


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """A band: pulls `at` one point `towards` another.

    `newtons`, or `effort`: the part of the strongest band that this pose can hold.
    """

    at: str
    towards: str
    newtons: float | None
    effort: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Joint angles (rad, others 0) at a time, points that rest on the floor, and bands."""

    name: str
    at_s: float
    angles: Mapping[str, float]
    on: tuple[str, ...]
    loads: tuple[Load, ...]
    relaxed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """One version of an exercise: ours, the article's, a mistake, or a comparison."""

    id: str
    name: str
    version: str
    exercise: str
    side: Side
    meant: str
    muscles: tuple[str, ...]
    says: str
    poses: tuple[Pose, ...]
    begin: Pose | None = None
    """Where the movement comes from, for the eye only: no effect is read from it."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupEffect:
    """What a motion does to a muscle group, force-weighted over its lines.

    Lengths in optimal fibre lengths: in standing, at the shortest and at the longest pose; `path_m` is by how
    much muscle and tendon are longer at the longest than in standing; `passive_n` the tension there.
    `activation` is the highest of the poses that are not relaxed (None where all are), `moving` that on the
    way between them at the motion's own speed (None where it only holds), `walking` the highest in the mean
    natural walk.
    """

    group: str
    standing: float
    shortest: float
    longest: float
    path_m: float
    passive_standing_n: float
    passive_n: float
    activation: float | None
    moving: float | None
    walking: float
    effect: Effect


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Poses held by the muscles, or the way between them, on the motion's side."""

    poses: tuple[Pose, ...]
    muscles: MuscleForces
    loads: HeldLoads
    unbalanced_nm: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """A motion's effects by group, its loads, and the band's pull (0 without one).

    With a band weaker than `least_band_n` the first muscle that is meant works less than at its most in mean
    walking (0 where no band is weak enough, or there is none).
    `held` are the poses that are not relaxed, held still; `moving` is the way between them at the motion's
    own speed. Each is None where there is no such thing.
    """

    motion: Motion
    effects: Mapping[str, GroupEffect]
    held: Work | None
    moving: Work | None
    band_n: float
    least_band_n: float

    @property
    def unbalanced_nm(self) -> float:
        """How far the held poses are from balance."""
        return self.held.unbalanced_nm if self.held else 0.0

    @property
    def reserve_nm(self) -> float:
        """How far the held poses are from what the muscles can hold."""
        return float(np.abs(self.held.muscles.reserve_nm).max()) if self.held else 0.0


def motion_of(table: Mapping[str, Any], where: str) -> Motion:
    """A motion from its table. Raises KnowledgeError for coordinates, points or groups that do not exist."""
    body = load_body()
    poses = tuple(_pose(pose) for pose in table["pose"])
    begin = _pose(table["begin"]) if "begin" in table else None
    points = {p for pose in poses for p in (*pose.on, *(x for b in pose.loads for x in (b.at, b.towards)))}
    wrong = {c for pose in (*poses, begin) if pose for c in pose.angles} - set(body.coordinates)
    wrong |= {p for p in points if not known(p)}
    wrong |= set(table["muscles"]) - set(GROUPS)
    if wrong:
        raise KnowledgeError(
            f"The body has no {', '.join(sorted(wrong))}",
            where,
            f"Points: {', '.join(CONTACTS)} with _r or _l; groups: {', '.join(GROUPS)}.",
        )
    reach = dict(zip(body.coordinates, np.rad2deg(body.coordinate_range), strict=True))
    far = {
        f"{c} {v:g}"
        for pose in (*table["pose"], *([table["begin"]] if begin else []))
        for c, v in pose["degrees"].items()
        if not c.startswith("pelvis") and not reach[c][0] - 1e-3 <= v <= reach[c][1] + 1e-3
    }
    if far:
        raise KnowledgeError(
            f"No body bends so far: {', '.join(sorted(far))}", where, "Angles are degrees, flexion positive."
        )
    keys = ("id", "name", "version", "exercise", "side", "meant")
    words = {k: table[k] for k in keys}
    return Motion(**words, muscles=tuple(table["muscles"]), says=table["says"], poses=poses, begin=begin)


def _pose(table: Mapping[str, Any]) -> Pose:
    return Pose(
        name=table["name"],
        at_s=float(table.get("at_s", 0.0)),
        angles={c: float(np.deg2rad(v)) for c, v in table["degrees"].items()},
        on=tuple(table.get("on", ())),
        loads=tuple(
            Load(p["at"], p["towards"], p.get("newtons"), p.get("effort")) for p in table.get("load", ())
        ),
        relaxed=bool(table.get("relaxed", False)),
    )


@lru_cache(maxsize=1)
def motions() -> Mapping[str, Motion]:
    """Every motion of the shelf by id, in order of id."""
    folder = files("psoas") / "knowledge" / "motions"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    read = [motion_of(tomllib.loads(f.read_text(encoding="utf-8")), f"motions/{f.name}") for f in found]
    return {m.id: m for m in read}


def coordinates_of(poses: Sequence[Pose]) -> Coordinates:
    """The poses as a movement of the body's coordinates."""
    names = load_body().coordinates
    value = np.array([[pose.angles.get(name, 0.0) for name in names] for pose in poses])
    return Coordinates(np.array([pose.at_s for pose in poses]), value, names)


def verdict(motion: Motion, body: Body | None = None) -> Verdict:
    """What the motion does to every muscle group of its side."""
    body = body or load_body()
    table = body.muscles
    posed = coordinates_of(motion.poses)
    still = np.zeros((len(motion.poses) + 1, len(body.coordinates)))
    all_poses = Coordinates(
        np.append(posed.time_s, posed.time_s[-1] + 1.0), np.vstack([posed.value, still[:1]]), posed.names
    )
    geometry = muscle_geometry(body, all_poses, BOTH_LEGS, velocity=still)
    pull = capacity(table, geometry.length_m, geometry.velocity_m_s)
    poses, band = _pulled(body, motion)
    at_rest = _work(body, motion.side, poses) if poses else None
    between = _between(poses)
    on_the_way = _work(body, motion.side, between, moving=True) if between else None
    effects = {}
    for group in GROUPS:
        lines = list(lines_of(table, f"{group}_{motion.side}"))
        weight = table.max_isometric_force_n[lines] / table.max_isometric_force_n[lines].sum()
        fibre = pull.fibre_length[:, lines] @ weight
        longest = int(np.argmax(fibre[:-1]))
        path = geometry.length_m[:, lines] @ weight
        tension = pull.passive_n[:, lines].sum(axis=1)
        activation, moving = (
            None if work is None else _activation(body, work.muscles, group, motion.side)
            for work in (at_rest, on_the_way)
        )
        tighter = tension[longest] - tension[-1] >= TAUT * table.max_isometric_force_n[lines].sum()
        stretched = fibre[longest] - fibre[-1] >= LENGTHENS and tighter
        worked = activation is not None and activation >= WORKS
        effects[group] = GroupEffect(
            group,
            float(fibre[-1]),
            float(fibre[:-1].min()),
            float(fibre[longest]),
            float(path[longest] - path[-1]),
            float(tension[-1]),
            float(tension[longest]),
            activation,
            moving,
            _walking(group),
            "works" if worked else "lengthens" if stretched else "neither",
        )
    least = _least_band(body, motion, poses, band) if band else 0.0
    return Verdict(motion, effects, at_rest, on_the_way, band, least)


def _activation(body: Body, muscles: MuscleForces, group: str, side: Side) -> float:
    """Highest force-weighted mean activation of a group over the frames."""
    table = body.muscles
    named = [table.names[i] for i in lines_of(table, f"{group}_{side}")]
    columns = [muscles.names.index(name) for name in named]
    force = table.max_isometric_force_n[[table.names.index(name) for name in named]]
    return float((muscles.activation[:, columns] @ force / force.sum()).max())


@lru_cache(maxsize=32)
def _walking(group: str) -> float:
    """Highest mean activation of the right side in the mean natural walk."""
    walk = _walk()
    return _activation(load_body(), walk, group, "r")


@lru_cache(maxsize=1)
def _walk() -> MuscleForces:
    return normative_walk(sides=("r",)).solved[0].muscles["r"]


def _pulled(body: Body, motion: Motion) -> tuple[tuple[Pose, ...], float]:
    """The poses that are not relaxed with the band's newtons written in.

    One band serves the whole motion, so an effort is that of its weakest pose.
    """
    poses = [pose for pose in motion.poses if not pose.relaxed]
    given = [load.newtons for pose in poses for load in pose.loads if load.newtons is not None]
    efforts = [load.effort for pose in poses for load in pose.loads if load.effort is not None]
    newtons = max(given, default=0.0)
    if efforts:
        weakest = min(_strongest_band(body, motion.side, pose) for pose in poses if pose.loads)
        newtons = max(efforts) * weakest
    return _with_band(poses, newtons), newtons


def _between(poses: Sequence[Pose]) -> tuple[Pose, ...]:
    """The way through the poses, each left and reached at rest: the smoothest there is (minimum jerk).

    Empty where less than two poses are held, or what they rest on changes on the way.
    """
    if len(poses) < 2 or len({pose.on for pose in poses}) > 1:
        return ()
    frames = []
    for begin, end in pairwise(poses):
        seconds = end.at_s - begin.at_s
        part = np.linspace(0.0, 1.0, max(round(_RATE_HZ * seconds), 2) + 1)
        way = part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
        for share, gone in zip(way, part, strict=True):
            names = begin.angles.keys() | end.angles.keys()
            angles = {
                n: (1.0 - share) * begin.angles.get(n, 0.0) + share * end.angles.get(n, 0.0) for n in names
            }
            frames.append(replace(begin, at_s=begin.at_s + gone * seconds, angles=angles))
        frames.pop()
    return (*frames, poses[-1])


def _strongest_band(body: Body, side: Side, pose: Pose) -> float:
    """Pull of the strongest band that the muscles can hold in this pose, N; by halving the interval."""
    weak, strong = 0.0, _STRONGEST_N
    while strong - weak > 0.5:
        middle = (weak + strong) / 2.0
        tried = _with_band([pose], middle)
        holds = np.abs(_solved(body, side, tried)[0].reserve_nm).max() <= _LEFT_NM
        weak, strong = (middle, strong) if holds else (weak, middle)
    return weak


def _least_band(body: Body, motion: Motion, poses: Sequence[Pose], band_n: float) -> float:
    """Pull at which the first muscle that is meant works as in walking, N; by halving the interval."""
    group = motion.muscles[0]

    def works_more(newtons: float) -> bool:
        pulled = _with_band(poses, newtons)
        return _activation(body, _solved(body, motion.side, pulled)[0], group, motion.side) > _walking(group)

    weak, strong = 0.0, band_n
    if works_more(weak) or not works_more(strong):
        return 0.0
    while strong - weak > 0.5:
        middle = (weak + strong) / 2.0
        weak, strong = (weak, middle) if works_more(middle) else (middle, strong)
    return strong


def _with_band(poses: Sequence[Pose], newtons: float) -> tuple[Pose, ...]:
    """The poses with the band's newtons written in."""
    return tuple(
        replace(pose, loads=tuple(replace(load, newtons=newtons) for load in pose.loads)) for pose in poses
    )


def _solved(
    body: Body, side: Side, poses: Sequence[Pose], *, moving: bool = False
) -> tuple[MuscleForces, Held]:
    """Muscle forces of one leg that hold the poses still (or lead through them), and the body held up."""
    posed = _standing_still(body, poses)
    bands = [tuple(Band(load.at, load.towards, load.newtons or 0.0) for load in pose.loads) for pose in poses]
    supports = [Support(pose.on, pulls) for pose, pulls in zip(poses, bands, strict=True)]
    found = held(body, posed, supports, moving=moving)
    moments = joint_moments(body, found.dynamics)
    columns = [moments.names.index(dof) for dof in _DOFS]
    asked = replace(moments, moment_nm=moments.moment_nm[:, columns], names=_DOFS)
    asked = with_ligaments(asked, body, posed)
    swept = found.dynamics
    geometry = muscle_geometry(body, posed, BOTH_LEGS, paths=swept.paths, velocity=swept.velocity)
    return static_optimisation(body.muscles, geometry, asked, side), found


def _work(body: Body, side: Side, poses: Sequence[Pose], *, moving: bool = False) -> Work:
    muscles, found = _solved(body, side, poses, moving=moving)
    loads = held_loads(body, coordinates_of(poses), found.dynamics, muscles, side)
    return Work(tuple(poses), muscles, loads, float(found.unbalanced_nm.max()))


def _standing_still(body: Body, poses: Sequence[Pose]) -> Coordinates:
    """The poses with the pelvis moved so that what rests on the floor stays where it is."""
    posed = coordinates_of(poses)
    if not poses[0].on:
        return posed
    segments = [local_point(name) for name in poses[0].on]
    found = segment_poses(body, posed, [segment for segment, _ in segments])
    local = np.array([place for _, place in segments])
    middle = (found.origin_m + np.einsum("tsij,sj->tsi", found.orientation, local)).mean(axis=1)
    value = posed.value.copy()
    value[:, [posed.names.index(name) for name in PELVIS_FORCES]] -= middle - middle[0]
    return Coordinates(posed.time_s, value, posed.names)
