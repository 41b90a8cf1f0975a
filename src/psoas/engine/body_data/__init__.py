"""The built-in body: tables of the published numbers, read into the types of `body_tables`.

README.md in this folder says where each table comes from and how it was made.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from psoas.engine.body_tables import (
    ActiveCurve,
    Axis,
    BodyTables,
    CoordinateTable,
    Function,
    FunctionKind,
    JointTable,
    MuscleLine,
    PassiveCurve,
    PathWrap,
    Point,
    Quadrant,
    Segment,
    VelocityCurve,
    WrapCylinder,
    with_left_side,
)

# One active and one velocity curve serve every muscle of the published model.
ACTIVE = ActiveCurve(shortest=0.25, transition=0.77, longest=1.9, shallow_slope=0.75, floor=0.0)
PASSIVE = (
    "strain_at_zero_force",
    "strain_at_one_norm_force",
    "stiffness_at_low_force",
    "stiffness_at_one_norm_force",
    "curviness",
)
VELOCITY = VelocityCurve(0.0, 0.25, 5.0, 0.0, 0.15, 1.4)


DEFAULT_MODEL, SECOND_MODEL = "RajagopalLaiUhlrich2023", "Rajagopal2016"


def rows(table: str, model: str = DEFAULT_MODEL) -> list[dict[str, str]]:
    """Rows of one of the tables of this folder, as text; a model keeps only the tables that are its own."""
    folder = files(__package__)
    own = folder.joinpath(model.lower(), f"{table}.csv")
    path = own if own.is_file() else folder.joinpath(f"{table}.csv")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(cell: str) -> Any:
    """The numbers of a cell, a tuple whose length the table's header implies."""
    return tuple(float(v) for v in cell.split())


@lru_cache(maxsize=2)
def published_tables(model: str = DEFAULT_MODEL) -> BodyTables:
    """RajagopalLaiUhlrich 2023 (or Rajagopal 2016) as published, the left side the exact mirror image."""
    return with_left_side(
        BodyTables(
            name=model,
            segments=tuple(
                Segment(
                    r["segment"],
                    float(r["mass_kg"]),
                    numbers(r["centre_m"]),
                    numbers(r["inertia_kg_m2"]),
                    (1.0, 1.0, 1.0),
                )
                for r in rows("segments", model)
            ),
            joints=_joints(model),
            coordinates=tuple(
                CoordinateTable(r["coordinate"], float(r["default"]), numbers(r["range"]))
                for r in rows("coordinates", model)
            ),
            wraps=tuple(
                WrapCylinder(
                    r["wrap"],
                    r["segment"],
                    numbers(r["translation_m"]),
                    numbers(r["euler_rad"]),
                    float(r["radius_m"]),
                    float(r["length_m"]),
                    cast(Quadrant, r["quadrant"]),
                )
                for r in rows("wraps", model)
            ),
            lines=_lines(model),
            markers=tuple(
                Point(r["marker"], r["segment"], numbers(r["location_m"])) for r in rows("markers", model)
            ),
        )
    )


def _joints(model: str) -> tuple[JointTable, ...]:
    axes: dict[str, list[Axis]] = {}
    for r in rows("axes", model):
        function = Function(cast(FunctionKind, r["function"]), numbers(r["y"]), numbers(r["x"]))
        kind: Any = r["kind"]
        axes.setdefault(r["joint"], []).append(
            Axis(r["axis"], kind, numbers(r["direction"]), r["coordinate"] or None, function)
        )
    return tuple(
        JointTable(
            r["joint"],
            r["parent"],
            r["child"],
            numbers(r["parent_translation_m"]),
            numbers(r["parent_euler_rad"]),
            numbers(r["child_translation_m"]),
            numbers(r["child_euler_rad"]),
            tuple(axes.get(r["joint"], ())),
        )
        for r in rows("joints", model)
    )


def _lines(model: str) -> tuple[MuscleLine, ...]:
    points: dict[str, list[Point]] = {}
    for r in rows("path_points", model):
        of_line = points.setdefault(r["muscle"], [])
        of_line.append(
            Point(f"{r['muscle'][:-2]}-P{len(of_line) + 1}_r", r["segment"], numbers(r["location_m"]))
        )
    wraps: dict[str, list[PathWrap]] = {}
    for r in rows("path_wraps", model):
        between = tuple(int(v) for v in r["between"].split())
        wraps.setdefault(r["muscle"], []).append(
            PathWrap(r["wrap"], (between[0], between[1]) if between else None)
        )
    return tuple(
        MuscleLine(
            name=r["muscle"],
            muscle=r["muscle"],
            share=1.0,
            points=tuple(points[r["muscle"]]),
            wraps=tuple(wraps.get(r["muscle"], ())),
            max_isometric_force_n=float(r["max_isometric_force_n"]),
            optimal_fibre_length_m=float(r["optimal_fibre_length_m"]),
            tendon_slack_length_m=float(r["tendon_slack_length_m"]),
            pennation_rad=float(r["pennation_rad"]),
            max_velocity_lopt_s=float(r["max_velocity_lopt_s"]),
            active=ACTIVE,
            passive=PassiveCurve(*(float(r[c]) for c in PASSIVE)),
            velocity=VELOCITY,
        )
        for r in rows("muscles", model)
    )
