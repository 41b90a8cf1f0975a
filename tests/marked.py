"""Made-up people with markers: their sizes, postures and marker places are known exactly."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from moving import SWING, swaying
from psoas.engine.body import build_body
from psoas.engine.body_data import published_tables
from psoas.engine.body_scaling import stretched
from psoas.engine.body_tables import Point, Vec3
from psoas.engine.kinematics import marker_positions
from psoas.engine.marker_placement import bony_points
from psoas.engine.marker_sets import MarkerSet, marker_sets
from psoas.engine.types import Body, Coordinates, Markers

BONY = (
    *(f"{side}{name}" for side in ("r.", "L.") for name in ("ASIS", "PSIS")),
    *(
        f"{side}_{name}"
        for side in "rL"
        for name in ("knee", "mknee", "ankle", "mankle", "calc", "toe", "5meta")
    ),
    "C7",
    *(
        f"{side}_{name}"
        for side in "RL"
        for name in ("Shoulder", "Sternum", "elbow_lat", "elbow_med", "wrist_radius", "wrist_ulna")
    ),
)
CLUSTERS: dict[str, tuple[str, Vec3]] = {
    "r_thigh1": ("femur_r", (0.08, -0.15, 0.05)),
    "r_thigh2": ("femur_r", (0.06, -0.27, 0.06)),
    "r_thigh3": ("femur_r", (-0.02, -0.2, 0.09)),
    "L_thigh1": ("femur_l", (0.08, -0.15, -0.05)),
    "L_thigh2": ("femur_l", (0.06, -0.27, -0.06)),
    "L_thigh3": ("femur_l", (-0.02, -0.2, -0.09)),
    "r_sh2": ("tibia_r", (0.03, -0.2, 0.05)),
    "r_sh3": ("tibia_r", (-0.03, -0.09, 0.08)),
    "L_sh2": ("tibia_l", (0.03, -0.2, -0.05)),
    "L_sh3": ("tibia_l", (-0.03, -0.09, -0.08)),
}
SIZES: dict[str, Vec3] = {"pelvis": (1.06, 1.03, 1.06), "torso": (1.02, 0.97, 1.04)} | {
    f"{segment}_{side}": (factor, factor, factor)
    for segment, factor in (
        ("femur", 0.95),
        ("patella", 0.95),
        ("tibia", 1.06),
        ("talus", 0.93),
        ("calcn", 0.93),
        ("toes", 0.93),
        ("humerus", 1.04),
        ("ulna", 0.97),
        ("radius", 0.97),
        ("hand", 0.97),
    )
    for side in "rl"
}


def opencap() -> MarkerSet:
    return next(s for s in marker_sets() if s.name == "OpenCap")


def plus(place: Vec3, shift: Vec3 | None) -> Vec3:
    dx, dy, dz = shift or (0.0, 0.0, 0.0)
    return (place[0] + dx, place[1] + dy, place[2] + dz)


def person(
    sizes: Mapping[str, Vec3] = {}, *, clusters: bool = True, shifted: Mapping[str, Vec3] = {}
) -> Body:
    """A body of known size with OpenCap markers; `shifted` moves markers off their place (m)."""
    points = list(bony_points(BONY, opencap(), sizes))
    if clusters:
        points += [Point(name, segment, place) for name, (segment, place) in CLUSTERS.items()]
    moved = tuple(replace(p, location_m=plus(p.location_m, shifted.get(p.name))) for p in points)
    tables = published_tables()
    bones = replace(tables, lines=(tables.line("tibant_r"),), wraps=(), markers=())
    return build_body(replace(stretched(bones, sizes), markers=moved), psoas="lumped")


def recorded(body: Body, movement: Coordinates, *, noise_m: float = 0.0, seed: int = 0) -> Markers:
    """What cameras would have seen of this body."""
    names = tuple(
        body.mj.site(i).name.removeprefix("marker/")
        for i in range(body.mj.nsite)
        if body.mj.site(i).name.startswith("marker/")
    )
    noise = noise_m * np.random.default_rng(seed).normal(size=(len(movement.time_s), len(names), 3))
    return Markers(movement.time_s, marker_positions(body, movement, names) + noise, names)


def walking(seed: int = 0, frames: int = 31) -> Coordinates:
    """A swaying walk with arms that hang bent, every coordinate inside its range."""
    legs = swaying(seed, frames)
    arms = {"arm_flex": 0.2, "arm_add": -0.2, "elbow_flex": 0.6, "pro_sup": 1.0}
    names = (*legs.names, *(f"{n}_{s}" for n in arms for s in "rl"))
    columns = [np.full(frames, v) for v in arms.values() for _ in "rl"]
    return Coordinates(legs.time_s, np.column_stack([legs.value, *columns]), names)


def standing(frames: int = 20) -> Coordinates:
    """A person at rest, arms hanging."""
    angles = {"pelvis_ty": 0.95, "elbow_flex_r": 0.3, "elbow_flex_l": 0.3, "pro_sup_r": 0.8, "pro_sup_l": 0.8}
    value = np.tile(list(angles.values()), (frames, 1))
    return Coordinates(0.01 * np.arange(frames), value, tuple(angles))


def of(movement: Coordinates, name: str) -> np.ndarray:
    return movement.value[:, movement.names.index(name)]


LEGS = tuple(
    f"{stem}_{side}" for stem in SWING if stem.split("_")[0] in ("hip", "knee", "ankle") for side in "rl"
)
