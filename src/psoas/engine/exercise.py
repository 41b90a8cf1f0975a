"""An exercise as poses of the body: which muscle lengthens, which works, by how much.

A motion (knowledge/motions) is a few poses with their joint angles, what they rest on, and bands that pull.
Lengths and passive tension follow from the angles alone. For what the muscles have to do, the body is held
still in each pose: gravity, bands and the floor's push give the moments of one leg, and static optimisation
shares them. The floor pushes straight up, without friction, at named points; where the points leave a choice
the pushes are as even as they can be. A relaxed pose is held by hands or floor: no activation is asked for.

Quasi-static and on one body of average size: what holds is the sign and the order, not the third digit.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import mujoco
import numpy as np
from jaxtyping import Float
from scipy.optimize import nnls

from psoas.engine.body import load_body
from psoas.engine.kinematics import coordinate_values, joint_motion, muscle_geometry, to_coordinates
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import GROUPS, lines_of
from psoas.engine.normative import normative_walk
from psoas.engine.static_optimisation import BOTH_LEGS, LEG_DOFS, static_optimisation
from psoas.engine.types import Body, Coordinates, JointMoments, MuscleForces, Side
from psoas.errors import KnowledgeError
from psoas.units import STANDARD_GRAVITY_M_S2

Effect = Literal["lengthens", "works", "neither"]

LENGTHENS = 0.05  # optimal fibre lengths beyond standing: about what ten degrees of hip extension give
TAUT = 0.01  # and by this part of its maximal force tighter than in standing: a slack muscle is not stretched
WORKS = 0.1  # mean activation of the group. The three limits are choices, and are said with the results
# Most deep rotators of the hip are not in the body, and the piriformis is stretched far in a bent hip, so the
# moment about the thigh's own axis is not asked of the muscles, as in the mean natural walk.
_DOFS = tuple(f"{dof}_{side}" for side in ("r", "l") for dof in LEG_DOFS if dof != "hip_rotation")
_LEFT_NM = 2.0  # a pose that leaves more than this to reserves is beyond the muscles
_STRONGEST_N = 2000.0  # no band of an exercise pulls more
_UNEVEN = 1e-3  # weight of even pushes beside balance: breaks ties only

# Where a pose may rest: segment without side, and the point in its frame (m; z for the right side).
CONTACTS: Mapping[str, tuple[str, tuple[float, float, float]]] = {
    "heel": ("calcn", (0.0, 0.0, 0.0)),
    "ball": ("calcn", (0.18, 0.0, 0.0)),
    "knee": ("tibia", (0.033, -0.063, 0.0)),
    "back": ("torso", (-0.1, 0.33, 0.1)),
    "hand": ("hand", (0.0, -0.05, 0.0)),
}


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


@dataclass(frozen=True, slots=True, eq=False)
class GroupEffect:
    """What a motion does to a muscle group, force-weighted over its lines.

    Lengths in optimal fibre lengths: in standing, at the shortest and at the longest pose; `path_m` is by how
    much muscle and tendon are longer at the longest than in standing; `passive_n` the tension there.
    `activation` is the highest of the poses that are not relaxed (None where all are), `walking` the highest
    in the mean natural walk.
    """

    group: str
    standing: float
    shortest: float
    longest: float
    path_m: float
    passive_standing_n: float
    passive_n: float
    activation: float | None
    walking: float
    effect: Effect


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """A motion's effects by group, the band's pull (0 without one), and how far its poses are from balance
    and from what the muscles can hold."""

    motion: Motion
    effects: Mapping[str, GroupEffect]
    band_n: float
    unbalanced_nm: float
    reserve_nm: float


def motion_of(table: Mapping[str, Any], where: str) -> Motion:
    """A motion from its table. Raises KnowledgeError for coordinates, points or groups that do not exist."""
    body = load_body()
    poses = tuple(
        Pose(
            name=pose["name"],
            at_s=float(pose["at_s"]),
            angles={c: float(np.deg2rad(v)) for c, v in pose["degrees"].items()},
            on=tuple(pose.get("on", ())),
            loads=tuple(
                Load(p["at"], p["towards"], p.get("newtons"), p.get("effort")) for p in pose.get("load", ())
            ),
            relaxed=bool(pose.get("relaxed", False)),
        )
        for pose in table["pose"]
    )
    points = {p for pose in poses for p in (*pose.on, *(x for b in pose.loads for x in (b.at, b.towards)))}
    wrong = {c for pose in poses for c in pose.angles} - set(body.coordinates)
    wrong |= {p for p in points if p[:-2] not in CONTACTS or p[-2:] not in ("_r", "_l")}
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
        for pose in table["pose"]
        for c, v in pose["degrees"].items()
        if not c.startswith("pelvis") and not reach[c][0] - 1e-3 <= v <= reach[c][1] + 1e-3
    }
    if far:
        raise KnowledgeError(
            f"No body bends so far: {', '.join(sorted(far))}", where, "Angles are degrees, flexion positive."
        )
    keys = ("id", "name", "version", "exercise", "side", "meant")
    return Motion(
        **{k: table[k] for k in keys}, muscles=tuple(table["muscles"]), says=table["says"], poses=poses
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
    held = [k for k, pose in enumerate(motion.poses) if not pose.relaxed]
    muscles, band, unbalanced = _held(body, motion, held) if held else (None, 0.0, 0.0)
    effects = {}
    for group in GROUPS:
        lines = list(lines_of(table, f"{group}_{motion.side}"))
        weight = table.max_isometric_force_n[lines] / table.max_isometric_force_n[lines].sum()
        fibre = pull.fibre_length[:, lines] @ weight
        longest = int(np.argmax(fibre[:-1]))
        path = geometry.length_m[:, lines] @ weight
        tension = pull.passive_n[:, lines].sum(axis=1)
        activation = None if muscles is None else _activation(body, muscles, group, motion.side)
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
            _walking(group),
            "works" if worked else "lengthens" if stretched else "neither",
        )
    reserve = 0.0 if muscles is None else float(np.abs(muscles.reserve_nm).max())
    return Verdict(motion, effects, band, unbalanced, reserve)


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


def _held(body: Body, motion: Motion, held: Sequence[int]) -> tuple[MuscleForces, float, float]:
    """Muscle forces of the side in the held poses, the band's newtons, and the largest moment out of balance.

    One band serves the whole motion, so an effort is that of its weakest pose.
    """
    poses = [motion.poses[k] for k in held]
    given = [load.newtons for pose in poses for load in pose.loads if load.newtons is not None]
    efforts = [load.effort for pose in poses for load in pose.loads if load.effort is not None]
    newtons = max(given, default=0.0)
    if efforts:
        weakest = min(_strongest_band(body, motion.side, pose) for pose in poses if pose.loads)
        newtons = max(efforts) * weakest
    pulled = [
        replace(pose, loads=tuple(replace(load, newtons=newtons) for load in pose.loads)) for pose in poses
    ]
    forces, unbalanced = _solved(body, motion.side, pulled)
    return forces, newtons, unbalanced


def _strongest_band(body: Body, side: Side, pose: Pose) -> float:
    """Pull of the strongest band that the muscles can hold in this pose, N; by halving the interval."""
    weak, strong = 0.0, _STRONGEST_N
    while strong - weak > 0.5:
        middle = (weak + strong) / 2.0
        tried = replace(pose, loads=tuple(replace(load, newtons=middle) for load in pose.loads))
        holds = np.abs(_solved(body, side, [tried])[0].reserve_nm).max() <= _LEFT_NM
        weak, strong = (middle, strong) if holds else (weak, middle)
    return weak


def _solved(body: Body, side: Side, poses: Sequence[Pose]) -> tuple[MuscleForces, float]:
    """Muscle forces of one leg that hold the poses still, and the largest moment out of balance, N.m."""
    posed = coordinates_of(poses)
    values = coordinate_values(body, posed)
    joints = joint_motion(body, values)
    force, unbalanced = np.empty((len(poses), body.mj.nv)), 0.0
    data = mujoco.MjData(body.mj)
    for t, pose in enumerate(poses):
        data.qpos[:] = joints.position[t]
        mujoco.mj_kinematics(body.mj, data)
        mujoco.mj_comPos(body.mj, data)
        mujoco.mj_comVel(body.mj, data)
        mujoco.mj_rne(body.mj, data, 0, force[t])
        pushes, left = _pushes(body, data, pose)
        unbalanced = max(unbalanced, left)
        outside = np.zeros(body.mj.nv)
        for segment, point, push in pushes:
            mujoco.mj_applyFT(body.mj, data, push, np.zeros(3), point, body.mj.body(segment).id, outside)
        force[t] -= outside
    whole = to_coordinates(joints, force, len(body.coordinates))
    nothing = np.zeros((len(poses), 3))
    columns = [body.coordinates.index(dof) for dof in _DOFS]
    moments = JointMoments(posed.time_s, whole[:, columns], _DOFS, nothing, nothing)
    geometry = muscle_geometry(body, posed, BOTH_LEGS, velocity=np.zeros_like(values))
    return static_optimisation(body.muscles, geometry, moments, side), unbalanced


Push = tuple[str, Float[np.ndarray, "3"], Float[np.ndarray, "3"]]


def _pushes(body: Body, data: Any, pose: Pose) -> tuple[list[Push], float]:
    """Forces on the body from bands and floor (segment, point, force), and the moment that stays unbalanced.

    A band pulls its two ends together. Without points on the floor the trunk lies on something: the pelvis
    takes what is left, and a leg that touches nothing does not feel it.
    """
    pushes: list[Push] = []
    for band in pose.loads:
        assert band.newtons is not None
        (a, here), (b, there) = _point(body, data, band.at), _point(body, data, band.towards)
        pull = band.newtons * (there - here) / np.linalg.norm(there - here)
        pushes += [(a, here, pull), (b, there, -pull)]
    if not pose.on:
        return pushes, 0.0
    weight = STANDARD_GRAVITY_M_S2 * body.mass_kg
    centre = data.subtree_com[0]
    places = [_point(body, data, name) for name in pose.on]
    arms = np.array([p - centre for _, p in places])
    # Balance of one newton upwards at each point: up, and moments about the centre of mass (per metre).
    balance = np.vstack([np.ones(len(places)), arms[:, 2], arms[:, 0]])
    even = _UNEVEN * np.eye(len(places))
    share, _ = nnls(np.vstack([balance, even]), np.r_[1.0, 0.0, 0.0, np.zeros(len(places))])
    up = weight * share / share.sum()
    left = float(np.linalg.norm(balance[1:] @ up))
    return pushes + [(s, p, np.array([0.0, f, 0.0])) for (s, p), f in zip(places, up, strict=True)], left


def _point(body: Body, data: Any, name: str) -> tuple[str, Float[np.ndarray, "3"]]:
    """Segment and place (ground frame) of a named point such as heel_r."""
    stem, side = name[:-2], name[-2:]
    segment, local = CONTACTS[stem]
    segment = segment if segment == "torso" else segment + side
    mirror = np.array([1.0, 1.0, 1.0 if side == "_r" else -1.0])
    i = body.mj.body(segment).id
    return segment, data.xpos[i] + data.xmat[i].reshape(3, 3) @ (np.array(local) * mirror)
