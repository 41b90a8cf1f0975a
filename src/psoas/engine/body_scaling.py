"""Scales a body's tables segment by segment, as OpenSim's scale tool does.

Offsets, path points, cylinders and markers stretch with their segment, the slides of a joint with its parent.
Optimal fibre and tendon slack lengths keep their ratio to the whole path in the default posture, maximal
forces stay as published. One thing differs from OpenSim: a segment's inertia is that of the stretched segment
exactly, where OpenSim puts a cylinder in its place.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from psoas.engine.body import build_body, rotation
from psoas.engine.body_tables import (
    Axis,
    BodyTables,
    JointTable,
    MuscleLine,
    Point,
    Segment,
    Vec3,
    WrapCylinder,
)
from psoas.engine.kinematics import muscle_paths
from psoas.engine.types import Coordinates
from psoas.errors import ModelError

UNSCALED = (1.0, 1.0, 1.0)
PLAUSIBLE_SCALE = (0.2, 3.0)  # from an infant's hand to beyond any adult: outside, markers were mixed up


def scaled(tables: BodyTables, scales: Mapping[str, Vec3], mass_kg: float | None = None) -> BodyTables:
    """The body with each named segment stretched along its own axes, and the whole at `mass_kg`.

    A segment that is not named keeps its size; the mass is spread as in `tables`. Raises ModelError for a
    segment that is not there and for factors that no person has.
    """
    larger = stretched(tables, scales, mass_kg)
    ratio = line_lengths(larger) / line_lengths(tables)
    return replace(larger, lines=tuple(_line(m, float(r)) for m, r in zip(larger.lines, ratio, strict=True)))


def stretched(tables: BodyTables, scales: Mapping[str, Vec3], mass_kg: float | None = None) -> BodyTables:
    """`scaled`, but fibres and tendons keep their lengths: enough where only the skeleton counts."""
    names = {s.name for s in tables.segments}
    for name, factors in scales.items():
        if name not in names or not all(PLAUSIBLE_SCALE[0] <= f <= PLAUSIBLE_SCALE[1] for f in factors):
            raise ModelError(
                f"The segment {name} cannot be scaled by {' x '.join(f'{f:.3g}' for f in factors)}",
                tables.name,
                "Factors lie between 0.2 and 3: check names and units of the markers. "
                f"Segments: {', '.join(sorted(names))}.",
            )

    def of(segment: str) -> Float[np.ndarray, "3"]:
        return np.array(scales.get(segment, UNSCALED))

    heavier = 1.0 if mass_kg is None else mass_kg / tables.mass_kg
    return replace(
        tables,
        segments=tuple(_segment(s, of(s.name), heavier) for s in tables.segments),
        joints=tuple(_joint(j, of(j.parent), of(j.child)) for j in tables.joints),
        wraps=tuple(_wrap(w, of(w.segment)) for w in tables.wraps),
        lines=tuple(
            replace(m, points=tuple(_point(p, of(p.segment)) for p in m.points)) for m in tables.lines
        ),
        markers=tuple(_point(p, of(p.segment)) for p in tables.markers),
    )


def line_lengths(tables: BodyTables) -> Float[np.ndarray, "muscle"]:
    """Length of every line (psoas lumped, one back joint) in the default posture, m."""
    body = build_body(tables, spine="one_joint", psoas="lumped")
    default = np.array([[c.default for c in tables.coordinates]])
    return np.array(muscle_paths(body, Coordinates(np.zeros(1), default, body.coordinates)).length_m[0])


def _stretch(v: Vec3, by: Float[np.ndarray, "3"]) -> Vec3:
    x, y, z = by * np.array(v)
    return (float(x), float(y), float(z))


def _along(direction: Float[np.ndarray, "3"], by: Float[np.ndarray, "3"]) -> float:
    """By how much a unit length along a direction stretches."""
    return float(np.linalg.norm(by * direction))


def _segment(s: Segment, by: Float[np.ndarray, "3"], heavier: float) -> Segment:
    """Second moments of mass stretch with both of their axes; the inertia follows from them."""
    xx, yy, zz, xy, xz, yz = s.inertia_kg_m2
    inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    moments = (0.5 * np.trace(inertia) * np.eye(3) - inertia) * np.outer(by, by) * heavier
    i = np.trace(moments) * np.eye(3) - moments
    return replace(
        s,
        mass_kg=heavier * s.mass_kg,
        centre_m=_stretch(s.centre_m, by),
        inertia_kg_m2=(
            float(i[0, 0]),
            float(i[1, 1]),
            float(i[2, 2]),
            float(i[0, 1]),
            float(i[0, 2]),
            float(i[1, 2]),
        ),
        scale=_stretch(s.scale or UNSCALED, by),
    )


def _joint(j: JointTable, parent: Float[np.ndarray, "3"], child: Float[np.ndarray, "3"]) -> JointTable:
    frame = rotation(j.parent_euler_rad)
    return replace(
        j,
        parent_translation_m=_stretch(j.parent_translation_m, parent),
        child_translation_m=_stretch(j.child_translation_m, child),
        axes=tuple(_axis(a, frame, parent) if j.parent != "ground" else a for a in j.axes),
    )


def _axis(axis: Axis, frame: Rotation, parent: Float[np.ndarray, "3"]) -> Axis:
    """A slide's function grows with the parent along the slide; a hinge turns as before."""
    if axis.kind == "hinge":
        return axis
    longer = _along(frame.apply(np.array(axis.direction)), parent)
    return replace(axis, function=replace(axis.function, scale=longer * axis.function.scale))


def _wrap(w: WrapCylinder, by: Float[np.ndarray, "3"]) -> WrapCylinder:
    """Radius by the mean stretch across the cylinder, length by that along it: it stays circular."""
    x, y, z = (_along(axis, by) for axis in rotation(w.euler_rad).as_matrix().T)
    return replace(
        w,
        translation_m=_stretch(w.translation_m, by),
        radius_m=w.radius_m * 0.5 * (x + y),
        length_m=w.length_m * z,
    )


def _point(p: Point, by: Float[np.ndarray, "3"]) -> Point:
    return replace(p, location_m=_stretch(p.location_m, by))


def _line(m: MuscleLine, ratio: float) -> MuscleLine:
    return replace(
        m,
        optimal_fibre_length_m=ratio * m.optimal_fibre_length_m,
        tendon_slack_length_m=ratio * m.tendon_slack_length_m,
    )
