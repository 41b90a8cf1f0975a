"""The nerves from L2 to L4 to the knee as lines from landmark to landmark: a scheme, not an anatomy.

Each course is a few points in the frames of moving bones (`body_data/nerves.csv`; its README says where the
courses are from, and that the points were placed by us). So the lines move with the body, but they neither
glide nor stretch as nerves do, and nothing may be computed from them.
"""

from dataclasses import dataclass
from functools import lru_cache

from psoas.engine.body_data import rows
from psoas.engine.types import Side

Point = tuple[str, float, float, float]
"""Segment, and the place in its frame, m."""


@dataclass(frozen=True, slots=True)
class Nerve:
    """One stretch of a nerve on one side, from the spine downwards."""

    name: str
    side: Side
    points: tuple[Point, ...]


@lru_cache(maxsize=1)
def nerves() -> tuple[Nerve, ...]:
    """Every stretch, right side first; the left mirrors the right."""
    courses: dict[str, list[dict[str, str]]] = {}
    for row in rows("nerves"):
        courses.setdefault(row["nerve"], []).append(row)
    sides: tuple[tuple[Side, float], ...] = (("r", 1.0), ("l", -1.0))
    return tuple(
        Nerve(
            name,
            side,
            tuple(
                (
                    _on_side(row["segment"], side),
                    float(row["x_m"]),
                    float(row["y_m"]),
                    mirror * float(row["z_m"]),
                )
                for row in course
            ),
        )
        for side, mirror in sides
        for name, course in courses.items()
    )


def _on_side(segment: str, side: Side) -> str:
    return segment if segment == "pelvis" or segment.startswith("lumbar") else f"{segment}_{side}"
