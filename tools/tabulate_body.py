"""Writes the tables of the built-in body from a published OpenSim model.

    python tools/tabulate_body.py RajagopalLaiUhlrich2023.osim src/psoas/engine/body_data

Only numbers are taken: middle and right side (the left is its mirror image) to seven significant digits.
"""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from psoas.engine.body_tables import BodyTables
from psoas.engine.formats.osim import read_osim

Row = tuple[object, ...]


def cell(value: object) -> str:
    """A number to seven significant digits, several separated by blanks, None as nothing."""
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, tuple):
        return " ".join(cell(v) for v in value)
    return "" if value is None else str(value)


def write(path: Path, header: str, rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows([cell(v) for v in row] for row in rows)


def tabulate(t: BodyTables, folder: Path) -> None:
    def here(name: str) -> bool:
        return not name.endswith("_l")

    lines = [m for m in t.lines if here(m.name)]
    write(
        folder / "segments.csv",
        "segment mass_kg centre_m inertia_kg_m2",
        ((s.name, s.mass_kg, s.centre_m, s.inertia_kg_m2) for s in t.segments if here(s.name)),
    )
    write(
        folder / "joints.csv",
        "joint parent child parent_translation_m parent_euler_rad child_translation_m child_euler_rad",
        (
            (
                j.name,
                j.parent,
                j.child,
                j.parent_translation_m,
                j.parent_euler_rad,
                j.child_translation_m,
                j.child_euler_rad,
            )
            for j in t.joints
            if here(j.name)
        ),
    )
    write(
        folder / "axes.csv",
        "joint axis kind direction coordinate function y x",
        (
            (j.name, a.name, a.kind, a.direction, a.coordinate, a.function.kind, a.function.y, a.function.x)
            for j in t.joints
            if here(j.name)
            for a in j.axes
        ),
    )
    write(
        folder / "coordinates.csv",
        "coordinate default range",
        ((c.name, c.default, c.range) for c in t.coordinates if here(c.name)),
    )
    write(
        folder / "wraps.csv",
        "wrap segment translation_m euler_rad radius_m length_m quadrant",
        (
            (w.name, w.segment, w.translation_m, w.euler_rad, w.radius_m, w.length_m, w.quadrant)
            for w in t.wraps
            if here(w.name)
        ),
    )
    write(
        folder / "muscles.csv",
        "muscle max_isometric_force_n optimal_fibre_length_m tendon_slack_length_m pennation_rad "
        "max_velocity_lopt_s "
        "strain_at_zero_force strain_at_one_norm_force stiffness_at_low_force stiffness_at_one_norm_force "
        "curviness",
        (
            (
                m.name,
                m.max_isometric_force_n,
                m.optimal_fibre_length_m,
                m.tendon_slack_length_m,
                m.pennation_rad,
                m.max_velocity_lopt_s,
                m.passive.strain_at_zero_force,
                m.passive.strain_at_one_norm_force,
                m.passive.stiffness_at_low_force,
                m.passive.stiffness_at_one_norm_force,
                m.passive.curviness,
            )
            for m in lines
        ),
    )
    write(
        folder / "path_points.csv",
        "muscle segment location_m",
        ((m.name, p.segment, p.location_m) for m in lines for p in m.points),
    )
    write(
        folder / "path_wraps.csv",
        "muscle wrap between",
        ((m.name, w.wrap, w.between) for m in lines for w in m.wraps),
    )
    write(
        folder / "markers.csv",
        "marker segment location_m",
        ((m.name, m.segment, m.location_m) for m in t.markers),
    )


if __name__ == "__main__":
    tabulate(read_osim(Path(sys.argv[1])), Path(sys.argv[2]))
