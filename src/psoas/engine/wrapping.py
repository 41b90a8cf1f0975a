"""Which stretch of a muscle line passes over which cylinder.

OpenSim tries every cylinder of a line on every stretch; MuJoCo wants it named. In this family a cylinder acts
on the first stretch between two different segments, unless the file gives the stretch itself. Where two
cylinders share a stretch (the gastrocnemii over the condyles and the shank), MuJoCo needs a fixed point
between them: it lies on the second cylinder, where OpenSim's path touches down (`wrap_vias.csv`).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial.transform import Rotation

from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL, numbers, published_tables, rows
from psoas.engine.body_tables import BodyTables, MuscleLine, Point, WrapCylinder
from psoas.engine.couplings import straight_between
from psoas.engine.types import Coupling
from psoas.errors import ModelError

CLEARANCE = 1.0 + 1e-3  # radii: a point on the surface would count as inside, where MuJoCo does not wrap


@dataclass(frozen=True, slots=True)
class WrapSegment:
    """Over `wrap`, after point number `after` (0-based); `via` is a point between this wrap and the next."""

    after: int
    wrap: WrapCylinder
    via: Point | None = None


def wrap_segments(tables: BodyTables, line: MuscleLine) -> tuple[WrapSegment, ...]:
    """The wraps of a line in the order in which it meets them."""
    wraps = {w.name: w for w in tables.wraps}
    stretches: dict[int, list[WrapCylinder]] = {}
    for path_wrap in line.wraps:
        wrap = wraps.get(path_wrap.wrap)
        if wrap is None:
            raise _unsupported(tables, line, f"wraps over {path_wrap.wrap}, which is not there")
        after = path_wrap.between[0] - 1 if path_wrap.between else _first_crossing(line)
        stretches.setdefault(after, []).append(wrap)
    return tuple(s for after, group in stretches.items() for s in _in_order(tables, line, after, group))


def _in_order(
    tables: BodyTables, line: MuscleLine, after: int, wraps: list[WrapCylinder]
) -> list[WrapSegment]:
    """One cylinder, or two: first the one on the segment from which the stretch starts."""
    if len(wraps) == 1:
        return [WrapSegment(after, wraps[0])]
    first, second = sorted(wraps, key=lambda w: w.segment != line.points[after].segment)[:2]
    stem = second.name[:-2]
    vias = [r for r in rows("wrap_vias") if r["muscle"] == line.name[:-2] and r["wrap"] == stem]
    if len(wraps) > 2 or not vias:
        raise _unsupported(tables, line, f"wraps over {' and '.join(w.name for w in wraps)} in one stretch")
    angle, axial = float(vias[0]["angle_rad"]), float(vias[0]["axial_lengths"])
    # The left cylinder's frame is the mirror image in its own x-y plane: only the place along its axis turns.
    mirror = -1.0 if line.name.endswith("_l") else 1.0
    radius = CLEARANCE * second.radius_m
    local = (radius * math.cos(angle), radius * math.sin(angle), mirror * axial * second.length_m)
    place = np.array(second.translation_m) + Rotation.from_euler("XYZ", second.euler_rad).apply(local)
    via = Point(f"{line.name}/via", second.segment, (float(place[0]), float(place[1]), float(place[2])))
    return [WrapSegment(after, first, via), WrapSegment(after, second)]


def length_shortfalls(tables: BodyTables) -> tuple[Coupling, ...]:
    """By how much OpenSim takes a line over two cylinders for shorter than the path that it draws.

    It sums the arcs wrongly where both cylinders are touched (by up to 9 mm; its chords alone are longer).
    The published fibre and passive parameters were fitted on those lengths, so fibres are measured with
    them; moment arms are those of the path. The numbers are OpenSim 4.6's over the knee angle with the
    other joints in neutral, scaled by the condyle.
    """
    radius = {w.name: w.radius_m for w in tables.wraps}
    model = SECOND_MODEL if tables.name == SECOND_MODEL else DEFAULT_MODEL
    published = {w.name: w.radius_m for w in published_tables(model).wraps}
    lines = {m.name: {w.wrap for w in m.wraps} for m in tables.lines}
    found = []
    for r in rows("length_shortfalls", model):
        for side in ("_r", "_l"):
            line, wrap = r["muscle"] + side, r["wrap"] + side
            if len(lines.get(line, ())) == 2 and wrap in lines[line]:
                y = np.array(numbers(r["shortfall_m"])) * radius[wrap] / published[wrap]
                spline = straight_between(np.array(numbers(r["knee_rad"])), y)
                found.append(Coupling(line, r["coordinate"] + side, spline))
    return tuple(found)


def _first_crossing(line: MuscleLine) -> int:
    return next((i for i, (a, b) in enumerate(pairwise(line.points)) if a.segment != b.segment), 0)


def _unsupported(tables: BodyTables, line: MuscleLine, what: str) -> ModelError:
    return ModelError(
        f"The muscle {line.name} {what}",
        tables.name,
        "Use a model of the Rajagopal family as OpenSim's scale tool writes it.",
    )
