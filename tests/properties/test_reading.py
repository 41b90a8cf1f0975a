"""Whatever is written is read back; whatever is damaged is read or refused, never a traceback."""

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psoas.engine.coverage import covered_range
from psoas.engine.feet import feet_from_markers
from psoas.engine.formats import axes
from psoas.engine.formats.coordinates import REQUIRED
from psoas.engine.formats.mot import read_table, write_mot, write_sto
from psoas.engine.ground_reaction import assign_feet
from psoas.engine.trial import read_trial
from psoas.engine.types import Coordinates, GroundReaction, Markers
from psoas.errors import UserError
from synthetic_walk import NAMES, grf_text, trc_text, walk

FINITE = st.floats(-1e6, 1e6, allow_nan=False, width=64)
WALK = walk(1.1, plate_rate_hz=200.0)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@same_folder
@given(data=st.data(), rows=st.integers(2, 20), columns=st.integers(1, 6))
def test_tables_come_back_as_they_were_written(
    tmp_path: Path, data: st.DataObject, rows: int, columns: int
) -> None:
    flat = data.draw(st.lists(FINITE, min_size=rows * columns, max_size=rows * columns))
    values = np.array(flat).reshape(rows, columns)
    names = tuple(f"column_{i}" for i in range(columns))
    path = tmp_path / "t.sto"
    write_sto(path, "anything", np.arange(rows) / 7, names, values)
    found = read_table(path)
    assert found.names == names and found.in_degrees is False
    np.testing.assert_allclose(found.values, values, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(found.time_s, np.arange(rows) / 7, rtol=1e-9)


@same_folder
@given(seed=st.integers(0, 2**32 - 1), quarter=st.integers(0, 3))
def test_coordinates_come_back_through_degrees_and_through_any_facing(
    tmp_path: Path, seed: int, quarter: int
) -> None:
    rng = np.random.default_rng(seed)
    value = rng.uniform(-0.6, 0.6, (12, len(REQUIRED)))
    for side in "rl":  # a knee that bends, so that the sign of flexion is told
        value[:, REQUIRED.index(f"knee_angle_{side}")] = rng.uniform(0.3, 1.5, 12)
    made = Coordinates(np.arange(12) / 100, value, REQUIRED)
    turn = np.linalg.matrix_power(np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]]), quarter)
    write_mot(tmp_path / "c.mot", axes.turn_coordinates(made, turn))
    found = read_trial(coordinates=tmp_path / "c.mot").coordinates
    assert found is not None
    np.testing.assert_allclose(found.value, value, atol=1e-6)


PROPER_TURNS = [
    np.linalg.matrix_power(np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]]), k) @ up
    for k in range(4)
    for up in (np.eye(3), np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), np.diag([1.0, -1, -1]))
]


@same_folder
@given(turn=st.sampled_from(PROPER_TURNS), scale=st.sampled_from([("m", 1.0), ("cm", 100.0), ("mm", 1000.0)]))
def test_markers_come_back_from_any_axes_and_any_unit(
    tmp_path: Path, turn: np.ndarray, scale: tuple[str, float]
) -> None:
    turned = Markers(WALK.markers.time_s, WALK.markers.position_m @ turn.T, NAMES)
    (tmp_path / "w.trc").write_text(trc_text(turned, units=scale[0], factor=scale[1]))
    found = read_trial(markers=tmp_path / "w.trc").markers
    assert found is not None
    np.testing.assert_allclose(found.position_m, WALK.markers.position_m, atol=1e-9)


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """A file cut off, with bytes flipped, or with a column or a line taken out."""
    how = draw(st.sampled_from(["cut", "flip", "column", "line", "double"]))
    at = draw(st.integers(0, len(content) - 1))
    if how == "cut":
        return content[:at]
    if how == "flip":
        flipped = bytearray(content)
        for _ in range(draw(st.integers(1, 8))):
            flipped[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
        return bytes(flipped)
    lines = content.split(b"\n")
    line = draw(st.integers(0, len(lines) - 1))
    if how == "line":
        return b"\n".join(lines[:line] + lines[line + 1 :])
    if how == "double":
        return b"\n".join(lines[: line + 1] + lines[line:])
    column = draw(st.integers(0, 30))
    return b"\n".join(b"\t".join(c for i, c in enumerate(row.split(b"\t")) if i != column) for row in lines)


TRC = trc_text(WALK.markers).encode()
GRF = grf_text(WALK.forces).encode()
STRIDE = np.column_stack([np.linspace(0.1 + 0.05 * i, 1.2, 30) for i in range(len(REQUIRED))])


@same_folder
@given(data=st.data())
def test_a_damaged_marker_or_force_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    broken = data.draw(st.sampled_from(["trc", "grf"]))
    trc, mot = tmp_path / "w.trc", tmp_path / "f.mot"
    trc.write_bytes(data.draw(st.composite(damaged)(TRC)) if broken == "trc" else TRC)
    mot.write_bytes(data.draw(st.composite(damaged)(GRF)) if broken == "grf" else GRF)
    try:
        trial = read_trial(markers=trc, grf=mot)
        assert trial.markers is not None and trial.ground_reaction is not None
        feet = feet_from_markers(trial.markers)
        covered_range(assign_feet(trial.ground_reaction, feet)[0], feet, 70.0)
    except UserError as error:
        assert error.what and error.where and error.advice


@same_folder
@given(data=st.data())
def test_a_damaged_coordinate_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "c.mot"
    write_mot(path, Coordinates(np.arange(30) / 100, STRIDE, REQUIRED))
    path.write_bytes(data.draw(st.composite(damaged)(path.read_bytes())))
    try:
        read_trial(coordinates=path)
    except UserError as error:
        assert error.what and error.where and error.advice


@given(
    noise=st.floats(0.0, 0.004),
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(0.3, 3.0),
)
def test_assignment_does_not_depend_on_weight_or_marker_noise(noise: float, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    shaken = WALK.markers.position_m + rng.normal(0, noise, WALK.markers.position_m.shape)
    feet = feet_from_markers(Markers(WALK.markers.time_s, shaken, NAMES))
    plain = WALK.forces
    forces = GroundReaction(
        plain.time_s, scale * plain.force_n, plain.point_m, plain.free_moment_nm, plain.names
    )
    reaction, _ = assign_feet(forces, feet)
    np.testing.assert_allclose(reaction.force_n, scale * plain.force_n[::2], atol=1e-9)
