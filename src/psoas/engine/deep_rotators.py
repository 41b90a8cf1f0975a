"""The deep outward rotators that the published body lacks: a table transform that adds two lines a side.

With the hip bent to a right angle quadratus femoris and obturator externus turn the thigh outward with arms
of 20 to 25 mm, while glutei and piriformis have come to turn it inward. Without the two nothing balances the
glutei there, and rectus femoris, hamstrings and vasti saturate for arms of a millimetre or two. Obturator
internus and gemelli are left out: beyond 90 degrees their arms are below 8 mm (`body_data/README.md` says
where the numbers are from).
"""

import math
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from psoas.engine.body_data import numbers, published_tables, rows
from psoas.engine.body_tables import BodyTables, MuscleLine, Point, Vec3, mirrored_point


def with_deep_rotators(tables: BodyTables) -> BodyTables:
    """The body with its deep outward rotators: straight lines, at the size of its bones.

    Fibre and tendon keep their ratio to the path in the neutral posture; the curves are the gluteus maximus'.
    """
    added = [_line(tables, row, side) for side in ("_r", "_l") for row in rows("deep_rotators")]
    return replace(tables, lines=(*tables.lines, *added))


def _line(tables: BodyTables, row: dict[str, str], side: str) -> MuscleLine:
    published = published_tables()
    name, like = f"{row['muscle']}{side}", tables.line(f"glmax1{side}")
    at: tuple[Vec3, Vec3] = (numbers(row["pelvis_m"]), numbers(row["femur_m"]))
    if side == "_l":
        at = (mirrored_point(at[0]), mirrored_point(at[1]))
    pelvis = _vec(_size(tables, "pelvis", side) * np.array(at[0]))
    femur = _vec(_size(tables, f"femur{side}", side) * np.array(at[1]))
    ratio = _neutral_length(tables, side, pelvis, femur) / _neutral_length(published, side, *at)
    return replace(
        like,
        name=name,
        muscle=name,
        points=(Point(f"{name}-P1", "pelvis", pelvis), Point(f"{name}-P2", f"femur{side}", femur)),
        wraps=(),
        max_isometric_force_n=float(row["max_isometric_force_n"]),
        optimal_fibre_length_m=ratio * float(row["optimal_fibre_length_m"]),
        tendon_slack_length_m=ratio * float(row["tendon_slack_length_m"]),
        pennation_rad=float(row["pennation_rad"]),
    )


def _size(tables: BodyTables, bone: str, side: str) -> Float[np.ndarray, "3"]:
    """By what a bone was scaled: stated by the file, else from where the next joint is on it."""
    stated = tables.segment(bone).scale
    if stated is not None:
        return np.array(stated)
    joint = f"hip{side}" if bone == "pelvis" else f"walker_knee{side}"
    here, published = (np.array(t.joint(joint).parent_translation_m) for t in (tables, published_tables()))
    return np.array(here / published)


def _neutral_length(tables: BodyTables, side: str, pelvis: Vec3, femur: Vec3) -> float:
    """Of a straight line from pelvis to femur with the hip at zero, where the two frames are parallel."""
    hip = np.array(tables.joint(f"hip{side}").parent_translation_m)
    return math.dist(pelvis, hip + np.array(femur))


def _vec(v: Float[np.ndarray, "3"]) -> Vec3:
    return (float(v[0]), float(v[1]), float(v[2]))
