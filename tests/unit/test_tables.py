""".mot and .sto: what is read, what is written, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from psoas.engine.formats.mot import read_table, write_mot, write_sto
from psoas.engine.types import Coordinates
from psoas.errors import InputError

HEAD = "title\nversion=1\nnRows={rows}\nnColumns={columns}\ninDegrees=no\nendheader\n"


def table(tmp_path: Path, body: str, rows: int = 3, columns: int = 3, head: str = HEAD) -> Path:
    path = tmp_path / "t.mot"
    path.write_text(head.format(rows=rows, columns=columns) + body)
    return path


GOOD = "time\ta\tb\n0\t1\t2\n0.1\t3\t4\n0.2\t5\t6\n"


def test_a_table_is_read_as_it_stands(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, GOOD))
    assert found.names == ("a", "b") and found.in_degrees is False and found.title == "title"
    np.testing.assert_allclose(found.values, [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_allclose(found.time_s, [0, 0.1, 0.2])


def test_both_habits_of_counting_are_understood(tmp_path: Path) -> None:
    head = "name x\ndatacolumns {columns}\ndatarows {rows}\nrange 0 0.2\nendheader\n\n"
    assert read_table(table(tmp_path, GOOD, head=head)).in_degrees is None
    with pytest.raises(InputError, match="says 4 rows, the file has 3"):
        read_table(table(tmp_path, GOOD, rows=4, head=head))


def test_blanks_between_columns_and_windows_line_ends(tmp_path: Path) -> None:
    body = GOOD.replace("\t", "   ").replace("\n", "\r\n")
    np.testing.assert_allclose(read_table(table(tmp_path, body)).values[:, 1], [2, 4, 6])


def test_an_empty_cell_is_a_gap_not_a_shift(tmp_path: Path) -> None:
    found = read_table(table(tmp_path, "time\ta\tb\n0\t\t2\n0.1\t3\t\n0.2\tNaN\t6\n"))
    np.testing.assert_array_equal(np.isnan(found.values), [[True, False], [False, True], [True, False]])
    assert found.values[0, 1] == 2


@pytest.mark.parametrize(
    ("body", "counts", "words"),
    [
        (GOOD, (4, 3), "says 4 rows, the file has 3"),
        (GOOD, (3, 9), "says 9 columns, the file has 3"),
        ("time\ta\ta\n0\t1\t2\n0.1\t3\t4\n0.2\t5\t6\n", (3, 3), "a stands in the file more than once"),
        ("time\ta\tb\n0\t1\t2\n0.1\t3\n0.2\t5\t6\n", (3, 3), "has 2 cells"),
        ("time\ta\tb\n0\t1\t2\n0.1\tthree\t4\n0.2\t5\t6\n", (3, 3), "'three' is not a number"),
        ("time\ta\tb\n0\t1,5\t2\n0.1\t3\t4\n0.2\t5\t6\n", (3, 3), "'1,5' is not a number"),
        ("time\ta\tb\n0\t1\t2\n0.2\t3\t4\n0.1\t5\t6\n", (3, 3), "time does not run forward"),
        ("time\ta\tb\n0\t1\t2\n\t3\t4\n0.1\t5\t6\n", (3, 3), "time is missing"),
        ("frame\ta\tb\n0\t1\t2\n", (1, 3), "first column is called 'frame'"),
        ("time\ta\tb\n", (0, 3), "no rows"),
        ("", (0, 3), "no columns"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, body: str, counts: tuple[int, int], words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_table(table(tmp_path, body, *counts))
    assert "t.mot" in caught.value.where and caught.value.advice


def test_the_line_of_a_broken_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_table(table(tmp_path, "time\ta\tb\n0\t1\t2\n0.1\t3\toops\n0.2\t5\t6\n"))
    assert "line 9, column 3" in caught.value.where


def test_other_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.mot"
    for content in (b"", b"hello\n", b"\x89PNG\0\0\0" * 40):
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_table(path)
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "absent.mot")
    with pytest.raises(InputError, match="folder"):
        read_table(tmp_path)


def test_states_of_opensim_4_may_carry_the_column_count_of_the_table_they_came_from(tmp_path: Path) -> None:
    head = "Coordinates\ninDegrees=no\nnColumns=40\nnRows=2\nDataType=double\nversion=3\nendheader\n"
    body = "time\t/jointset/a/value\t/jointset/b/value\n0\t1\t2\n1\t3\t4\n"
    assert read_table(table(tmp_path, body, head=head)).values.shape == (2, 2)
    with pytest.raises(InputError):
        read_table(table(tmp_path, body.replace("/jointset", "jointset"), head=head))


def test_times_that_rounding_made_equal_are_spread(tmp_path: Path) -> None:
    found = read_table(
        table(tmp_path, "time\ta\tb\n0.000\t1\t2\n0.001\t3\t4\n0.001\t5\t6\n0.002\t5\t6\n", rows=4)
    )
    assert np.all(np.diff(found.time_s) > 0)


def test_written_coordinates_are_degrees_and_metres(tmp_path: Path) -> None:
    names = ("pelvis_tilt", "pelvis_ty", "knee_angle_r")
    made = Coordinates(np.array([0.0, 0.01]), np.array([[0.1, 0.9, 1.0], [0.2, 0.91, 1.1]]), names)
    path = tmp_path / "k.mot"
    write_mot(path, made)
    found = read_table(path)
    assert found.in_degrees and found.names == names
    np.testing.assert_allclose(found.values[:, 0], np.rad2deg([0.1, 0.2]))
    np.testing.assert_allclose(found.values[:, 1], [0.9, 0.91])
    assert path.read_text().startswith(
        "Coordinates\nversion=1\nnRows=2\nnColumns=4\ninDegrees=yes\nendheader\n"
    )


def test_a_table_with_nan_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "m.sto"
    with pytest.raises(ValueError, match="column b"):
        write_sto(path, "moments", np.array([0.0, 1.0]), ("a", "b"), np.array([[1.0, 2.0], [3.0, np.nan]]))
    assert list(tmp_path.iterdir()) == []
