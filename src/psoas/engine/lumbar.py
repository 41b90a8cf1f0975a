"""The lumbar spine and the psoas fascicles: a table transform, from one back joint to five levels.

Vertebrae and origins are those of the lumbar model of Christophy, Faruk Senan, Lotz and O'Reilly (2012,
Biomech Model Mechanobiol 11:19, doi:10.1007/s10237-011-0290-6) as myo-sim carries them; its pelvis frame
agrees with the Rajagopal family's (its L5/S1 joint lies 11 mm below that family's back joint). In the neutral
posture every published segment keeps its place, mass, centre and inertia exactly.
"""

import math
from dataclasses import replace
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from psoas.engine.body_data import numbers, published_tables, rows
from psoas.engine.body_tables import (
    IDENTITY,
    Axis,
    BodyTables,
    CoordinateTable,
    Function,
    JointTable,
    MuscleLine,
    Point,
    Segment,
    Vec3,
    mirrored_point,
)
from psoas.errors import ModelError

Spine = Literal["rhythm", "levels", "one_joint"]
Psoas = Literal["fascicles", "lumped"]

BACK_COORDINATES = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
DIRECTIONS: tuple[Vec3, ...] = ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
# A vertebra needs some mass for its joint to be solvable. A hundredth of the torso is a choice of arithmetic,
# not anatomy: the trunk moves as the published torso does, the levels only guide the psoas.
VERTEBRA_SHARE_OF_TORSO = 0.01
VERTEBRA_GYRATION_M = 0.03  # radius of gyration of a vertebra and what goes with it


def with_lumbar_spine(tables: BodyTables, spine: Spine) -> BodyTables:
    """The body with L5..L1 between pelvis and torso.

    "rhythm": the three lumbar coordinates drive the levels in fixed shares. "levels": every level has its own
    three coordinates (`L4_L5_extension`, ...). "one_joint": the published single joint.
    """
    if spine == "one_joint":
        return tables
    back = tables.joint("back")
    levels = _levels(tables, back, spine)
    vertebrae, torso = _masses(tables, back, [j.child for j in levels])
    top = np.sum([j.parent_translation_m for j in levels], axis=0)
    weld = replace(
        back,
        parent=levels[-1].child,
        parent_translation_m=_vec(np.array(back.parent_translation_m) - top),
        axes=(),
    )
    coordinates = tables.coordinates
    if spine == "levels":
        low, high = next(c.range for c in coordinates if c.name == BACK_COORDINATES[0])
        per_level = tuple(
            CoordinateTable(a.coordinate or "", 0.0, (low, high)) for j in levels for a in j.axes
        )
        coordinates = tuple(c for c in coordinates if c.name not in BACK_COORDINATES) + per_level
    return replace(
        tables,
        segments=tuple(torso if s.name == "torso" else s for s in tables.segments) + vertebrae,
        joints=tuple(weld if j.name == "back" else j for j in tables.joints) + levels,
        coordinates=coordinates,
    )


def with_psoas_fascicles(tables: BodyTables) -> BodyTables:
    """The lumped psoas of each side replaced by its eleven fascicles; nothing is counted twice."""
    vertebrae = {s.name for s in tables.segments}
    if "lumbar1" not in vertebrae:
        raise ModelError(
            "The fascicles of the psoas need the lumbar vertebrae",
            tables.name,
            'Take the spine "rhythm" or "levels", or the lumped psoas.',
        )
    lines: list[MuscleLine] = []
    for line in tables.lines:
        lines += _fascicles(tables, line) if line.name in ("psoas_r", "psoas_l") else [line]
    return replace(tables, lines=tuple(lines))


def torso_scale(tables: BodyTables) -> Float[np.ndarray, "3"]:
    """By what the torso was scaled: stated by the file, else from where the shoulders are."""
    stated = tables.segment("torso").scale
    if stated is not None:
        return np.array(stated)
    shoulder, published = (
        np.array(t.joint("acromial_r").parent_translation_m) for t in (tables, published_tables())
    )
    return np.array(shoulder / published)


def _vec(v: Float[np.ndarray, "3"]) -> Vec3:
    return (float(v[0]), float(v[1]), float(v[2]))


def _levels(tables: BodyTables, back: JointTable, spine: Spine) -> tuple[JointTable, ...]:
    """Joints L5/S1 to L1/L2: the spine keeps its place on the back joint and scales with the torso."""
    scale = torso_scale(tables)
    published_back = np.array(published_tables().joint("back").parent_translation_m)
    joints = []
    parent = "pelvis"
    for i, r in enumerate(rows("vertebrae")):
        step = np.array(numbers(r["from_parent_m"]))
        offset = scale * step if i else np.array(back.parent_translation_m) + scale * (step - published_back)
        shares = (float(r["extension_share"]), float(r["bending_share"]), float(r["rotation_share"]))
        axes = tuple(
            Axis(f"rotation{k + 1}", "hinge", direction, *_driven_by(r["joint"], coordinate, share, spine))
            for k, (direction, coordinate, share) in enumerate(
                zip(DIRECTIONS, BACK_COORDINATES, shares, strict=True)
            )
        )
        zero = (0.0, 0.0, 0.0)
        joints.append(JointTable(r["joint"], parent, r["segment"], _vec(offset), zero, zero, zero, axes))
        parent = r["segment"]
    return tuple(joints)


def _driven_by(joint: str, coordinate: str, share: float, spine: Spine) -> tuple[str, Function]:
    if spine == "levels":
        return coordinate.replace("lumbar", joint), IDENTITY
    return coordinate, Function("linear", (share, 0.0))


def _masses(tables: BodyTables, back: JointTable, names: list[str]) -> tuple[tuple[Segment, ...], Segment]:
    """Vertebrae, and the torso less them: in the neutral posture together exactly the published torso."""
    torso = tables.segment("torso")
    mass = VERTEBRA_SHARE_OF_TORSO * torso.mass_kg
    scale = _vec(torso_scale(tables))
    sphere = mass * VERTEBRA_GYRATION_M**2
    vertebrae = tuple(Segment(n, mass, (0.0, 0.0, 0.0), (sphere,) * 3 + (0.0,) * 3, scale) for n in names)
    at = np.cumsum([j.parent_translation_m for j in _levels(tables, back, "rhythm")], axis=0)
    in_torso = (
        _torso_orientation(back).inv().apply(at - np.array(back.parent_translation_m))
        + back.child_translation_m
    )
    rest = torso.mass_kg - mass * len(names)
    centre = (torso.mass_kg * np.array(torso.centre_m) - mass * in_torso.sum(axis=0)) / rest
    about_origin = _tensor(torso.inertia_kg_m2) + _shift(torso.mass_kg, np.array(torso.centre_m))
    for p in in_torso:
        about_origin = about_origin - sphere * np.eye(3) - _shift(mass, p)
    inertia = about_origin - _shift(rest, centre)
    xx, yy, zz, xy, xz, yz = (
        float(inertia[i, j]) for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    )
    return vertebrae, replace(
        torso, mass_kg=rest, centre_m=_vec(centre), inertia_kg_m2=(xx, yy, zz, xy, xz, yz)
    )


def _torso_orientation(back: JointTable) -> Rotation:
    parent, child = (Rotation.from_euler("XYZ", e) for e in (back.parent_euler_rad, back.child_euler_rad))
    return parent * child.inv()


def _tensor(six: tuple[float, float, float, float, float, float]) -> Float[np.ndarray, "3 3"]:
    xx, yy, zz, xy, xz, yz = six
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _shift(mass_kg: float, r: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Steiner's term of a mass at r."""
    return mass_kg * (float(r @ r) * np.eye(3) - np.outer(r, r))


def _fascicles(tables: BodyTables, lumped: MuscleLine) -> list[MuscleLine]:
    """Eleven lines with the lumped psoas' distal path, curves and optimal fibre length.

    Each tendon takes up the difference in path length, so every fascicle has the normalised fibre length of
    the lumped psoas in the neutral spine, at every hip angle: the muscle split is the muscle whole.
    """
    side = lumped.name[-2:]
    fascicles = rows("psoas_fascicles")
    total = sum(float(r["area_mm2"]) for r in fascicles)
    scale, place = torso_scale(tables), _neutral_places(tables)
    brim = np.array(lumped.points[1].location_m)
    whole = math.dist(lumped.points[0].location_m, brim)
    lines = []
    for r in fascicles:
        local = _vec(scale * np.array(numbers(r["location_m"])))
        local = local if side == "_r" else mirrored_point(local)
        name, share = f"psoas_{r['fascicle']}{side}", float(r["area_mm2"]) / total
        slack = lumped.tendon_slack_length_m + math.dist(place[r["segment"]] + np.array(local), brim) - whole
        if slack <= 0.0:
            raise ModelError(
                f"The fascicle {name} would have no tendon ({1e3 * slack:.0f} mm)",
                tables.name,
                "Check the scale factors of torso and pelvis.",
            )
        lines.append(
            replace(
                lumped,
                name=name,
                muscle=lumped.name,
                share=share,
                points=(Point(f"{name}-P1", r["segment"], local), *lumped.points[1:]),
                max_isometric_force_n=share * lumped.max_isometric_force_n,
                tendon_slack_length_m=slack,
            )
        )
    return lines


def _neutral_places(tables: BodyTables) -> dict[str, Float[np.ndarray, "3"]]:
    """Origins of the vertebrae in the pelvis, neutral spine (their frames are then parallel to it)."""
    place = {"pelvis": np.zeros(3)}
    for j in tables.joints:
        if j.child.startswith("lumbar"):
            place[j.child] = place[j.parent] + np.array(j.parent_translation_m)
    return place
