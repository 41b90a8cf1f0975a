"""The second published body against OpenSim's tables of it, and against its own file."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from psoas.engine.body import load_body
from psoas.engine.body_data import SECOND_MODEL, published_tables
from psoas.engine.formats.osim import read_osim
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.types import Coordinates

pytestmark = [pytest.mark.reference, pytest.mark.xdist_group("body")]


def test_moment_arms_and_lengths_are_opensims(shared: Path) -> None:
    """RMSE below 0.5 mm (arms; gastrocnemii have none about the hip) and 0.2 mm (lengths) for every pair."""
    table: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    with (shared / f"reference/moment_arms_{SECOND_MODEL}.csv").open() as file:
        for r in csv.DictReader(file):
            row = (float(r["angle_rad"]), float(r["moment_arm_m"]), float(r["musculotendon_length_m"]))
            table[r["coordinate"], r["muscle"]].append(row)
    body = load_body("one_joint", "lumped", SECOND_MODEL)
    assert len(table) > 100
    for (coordinate, muscle), rows in table.items():
        angle, arm, length = np.array(rows).T
        geometry = muscle_geometry(body, Coordinates(angle, angle[:, None], (coordinate,)), (coordinate,))
        line = body.muscles.names.index(muscle)
        off = np.sqrt(np.mean((geometry.length_m[:, line] - length) ** 2))
        assert off < 0.2e-3, (coordinate, muscle)
        if not (muscle.startswith("gas") and coordinate.startswith("hip")):
            off = np.sqrt(np.mean((geometry.moment_arm_m[:, 0, line] - arm) ** 2))
            assert off < 0.5e-3, (coordinate, muscle)


def test_the_tables_are_the_published_models(shared: Path) -> None:
    theirs = read_osim(shared / f"reference/opensim_models/{SECOND_MODEL}.osim")
    ours = published_tables(SECOND_MODEL)
    for line in (m for m in theirs.lines if m.name.endswith("_r")):
        mine = ours.line(line.name)
        for name in ("max_isometric_force_n", "optimal_fibre_length_m", "tendon_slack_length_m"):
            assert getattr(mine, name) == pytest.approx(getattr(line, name), rel=1e-6)
        assert mine.passive.strain_at_one_norm_force == pytest.approx(
            line.passive.strain_at_one_norm_force, rel=1e-6
        )
        places = np.array([p.location_m for p in line.points])
        assert np.array([p.location_m for p in mine.points]) == pytest.approx(places, abs=1e-7)
    for segment in (s for s in theirs.segments if not s.name.endswith("_l")):
        assert ours.segment(segment.name).centre_m == pytest.approx(segment.centre_m, abs=1e-7)
        assert ours.segment(segment.name).mass_kg == pytest.approx(segment.mass_kg, rel=1e-6)
