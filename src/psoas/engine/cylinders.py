"""What muscles wrap over, thicker or thinner: how far a body's moment arms can be trusted.

Arms from models with such wrapping surfaces, built from magnetic resonance images of three cadavers, missed
the arms of psoas and medial hamstrings measured on the same cadavers by less than 4 mm, within 10 % (Arnold
et al. 2000, doi:10.1002/1097-0150(2000)5:2<108::AID-IGS5>3.0.CO;2-2, abstract read). A model that was only
scaled to a person cannot be nearer.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from psoas.engine.body_tables import BodyTables, Point, WrapCylinder
from psoas.engine.kinematics import SegmentPoses, muscle_paths, segment_poses
from psoas.engine.types import Body, Coordinates

_NEAR_RADII = 0.5  # a point no further from the surface than this lies on what the cylinder stands for


def with_cylinders(build: Callable[[BodyTables], Body], tables: BodyTables, times: float) -> Body:
    """The body that `build` makes of the tables, with every cylinder `times` as thick.

    Its fibres in the neutral posture stay as they are fitted: tendons take up by what the paths differ, or
    a thicker cylinder would be a shorter muscle.
    """
    fitted = build(tables)
    if times == 1.0:
        return fitted
    body = build(_thicker(tables, fitted, times))
    paths, fitted_paths = (muscle_paths(b, _neutral(b)).length_m[0] for b in (body, fitted))
    tendon = fitted.muscles.tendon_slack_length_m + paths - fitted_paths
    return replace(body, muscles=replace(body.muscles, tendon_slack_length_m=tendon))


def _thicker(tables: BodyTables, fitted: Body, times: float) -> BodyTables:
    """The tables with thicker cylinders, and with the points near their surface where it went.

    A point moves away from the axis as far as the surface, in the neutral posture; one that stayed could be
    swallowed, and MuJoCo lets such a line run straight through.
    """
    neutral = segment_poses(fitted, _neutral(fitted))
    wraps = {w.name: w for w in tables.wraps}
    lines = []
    for line in tables.lines:
        points = line.points
        for over in line.wraps:
            points = tuple(_with_surface(p, wraps[over.wrap], times, neutral) for p in points)
        lines.append(replace(line, points=points))
    thick = tuple(replace(w, radius_m=times * w.radius_m) for w in tables.wraps)
    return replace(tables, wraps=thick, lines=tuple(lines))


def _neutral(body: Body) -> Coordinates:
    return Coordinates(np.zeros(1), np.zeros((1, len(body.coordinates))), body.coordinates)


def _with_surface(point: Point, wrap: WrapCylinder, times: float, neutral: SegmentPoses) -> Point:
    at, of = neutral.names.index(point.segment), neutral.names.index(wrap.segment)
    here, there = neutral.orientation[0, at], neutral.orientation[0, of]
    place = neutral.origin_m[0, at] + here @ point.location_m
    axes = there @ Rotation.from_euler("XYZ", wrap.euler_rad).as_matrix()
    away = axes.T @ (place - neutral.origin_m[0, of] - there @ wrap.translation_m)
    away[2] = 0.0
    distance = float(np.linalg.norm(away))
    if distance > (1.0 + _NEAR_RADII) * wrap.radius_m:
        return point
    moved = axes @ away * ((times - 1.0) * wrap.radius_m / distance)
    x, y, z = np.array(point.location_m) + here.T @ moved
    return replace(point, location_m=(float(x), float(y), float(z)))
