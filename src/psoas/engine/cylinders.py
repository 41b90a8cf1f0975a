"""The cylinders that muscles wrap over, thicker or thinner: how far a body's moment arms can be trusted.

Arms from models with such wrapping surfaces, built from magnetic resonance images of three cadavers, missed
the arms of psoas and medial hamstrings measured on the same cadavers by less than 4 mm, within 10 % (Arnold
et al. 2000, doi:10.1002/1097-0150(2000)5:2<108::AID-IGS5>3.0.CO;2-2, abstract read). A model that was only
scaled to a person cannot be nearer.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from psoas.engine.body_tables import BodyTables, Point, WrapCylinder
from psoas.engine.kinematics import muscle_paths
from psoas.engine.types import Body, Coordinates
from psoas.engine.wrapping import CLEARANCE


def with_cylinders(tables: BodyTables, times: float) -> BodyTables:
    """Every cylinder `times` as thick; points of its lines that it would swallow move to its surface."""
    wraps = {w.name: replace(w, radius_m=times * w.radius_m) for w in tables.wraps}
    lines = []
    for line in tables.lines:
        points = line.points
        for over in line.wraps:
            points = tuple(_outside(p, wraps[over.wrap]) for p in points)
        lines.append(replace(line, points=points))
    return replace(tables, wraps=tuple(wraps.values()), lines=tuple(lines))


def fibres_kept(body: Body, published: Body) -> Body:
    """`body` with the fibres of `published` in the neutral posture: tendons take up what its paths differ.

    A model's tendons are fitted to its paths; without this a thicker cylinder would be a shorter muscle.
    """
    neutral = Coordinates(np.zeros(1), np.zeros((1, len(body.coordinates))), body.coordinates)
    longer = (muscle_paths(body, neutral).length_m - muscle_paths(published, neutral).length_m)[0]
    tendon = published.muscles.tendon_slack_length_m + longer
    return replace(body, muscles=replace(body.muscles, tendon_slack_length_m=tendon))


def _outside(point: Point, wrap: WrapCylinder) -> Point:
    """The point, or where it comes to the surface straight away from the cylinder's axis."""
    if point.segment != wrap.segment:
        return point
    turned = Rotation.from_euler("XYZ", wrap.euler_rad)
    place = turned.inv().apply(np.array(point.location_m) - wrap.translation_m)
    distance, least = float(np.hypot(place[0], place[1])), CLEARANCE * wrap.radius_m
    if distance >= least:
        return point
    place[:2] *= least / distance
    x, y, z = turned.apply(place) + wrap.translation_m
    return replace(point, location_m=(float(x), float(y), float(z)))
