"""Which stretch of a muscle line passes over which cylinder.

OpenSim tries a cylinder on every stretch of the path; MuJoCo wants it named. In this family a cylinder acts
on the first stretch between two different segments, unless the file gives the stretch itself.
"""

from dataclasses import dataclass

from psoas.engine.body_tables import BodyTables, MuscleLine, Point, WrapCylinder
from psoas.errors import ModelError


@dataclass(frozen=True, slots=True)
class WrapSegment:
    """Over `wrap`, after point number `after` (0-based); `then` is a via point before the next wrap."""

    after: int
    wrap: WrapCylinder
    then: Point | None = None


def wrap_segments(tables: BodyTables, line: MuscleLine) -> tuple[WrapSegment, ...]:
    """The wraps of a line in the order in which it meets them."""
    wraps = {w.name: w for w in tables.wraps}
    segments = []
    for path_wrap in line.wraps:
        wrap = wraps.get(path_wrap.wrap)
        if wrap is None:
            raise ModelError(
                f"The muscle {line.name} wraps over {path_wrap.wrap}, which is not there",
                tables.name,
                "Write the model anew from OpenSim; active cylinders only are supported.",
            )
        after = path_wrap.between[0] - 1 if path_wrap.between else _first_crossing(line)
        segments.append(WrapSegment(after, wrap))
    return tuple(segments)[-1:]


def _first_crossing(line: MuscleLine) -> int:
    pairs = zip(line.points, line.points[1:], strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a.segment != b.segment), 0)
