""".c3d files made with ezc3d: labels, gaps, plates against the textbook formula, damage."""

from pathlib import Path

import ezc3d
import numpy as np
import pytest

from psoas.engine.formats.c3d import pressure, read_c3d
from psoas.errors import InputError


def made(
    path: Path,
    labels: list[str],
    *,
    frames: int = 20,
    units: str = "mm",
    descriptions: list[str] | None = None,
    angles: list[str] | None = None,
    plates: bool = False,
) -> np.ndarray:
    """Write a .c3d; returns the points [frame, label, xyz] in its units."""
    file = ezc3d.c3d()
    points = np.ones((4, len(labels), frames))
    rng = np.random.default_rng(1)
    points[:3] = rng.uniform(100.0, 900.0, (3, len(labels), frames))
    file["parameters"]["POINT"]["RATE"]["value"] = [100]
    file["parameters"]["POINT"]["LABELS"]["value"] = tuple(labels)
    file["parameters"]["POINT"]["UNITS"]["value"] = [units]
    if descriptions:
        file["parameters"]["POINT"]["DESCRIPTIONS"]["value"] = tuple(descriptions)
    if angles:
        file.add_parameter("POINT", "ANGLES", angles)
    file["data"]["points"] = points
    if plates:
        _add_plate(file, frames)
    file.write(str(path))
    return np.transpose(points[:3], (2, 1, 0))


def _add_plate(file: "ezc3d.c3d", frames: int) -> None:
    samples = frames * 10
    time = np.arange(samples) / 1000
    loaded = (time > 0.05).astype(float)
    channels = np.zeros((1, 6, samples))
    channels[0, 2] = -600.0 * loaded  # N, as a type-2 plate records what presses on it
    channels[0, 0] = -50.0 * loaded
    channels[0, 3] = -30_000.0 * loaded  # N.mm about the plate's own middle
    channels[0, 4] = 12_000.0 * loaded
    channels[0, 5] = 1_000.0 * loaded
    file["parameters"]["ANALOG"]["RATE"]["value"] = [1000]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = ("Fx", "Fy", "Fz", "Mx", "My", "Mz")
    file["parameters"]["ANALOG"]["UNITS"]["value"] = ("N", "N", "N", "Nmm", "Nmm", "Nmm")
    file["data"]["analogs"] = channels
    file.add_parameter("FORCE_PLATFORM", "USED", [1])
    file.add_parameter("FORCE_PLATFORM", "TYPE", [2])
    file.add_parameter("FORCE_PLATFORM", "ZERO", [1, 0])
    corners = np.array([[600, 0, 0], [600, 400, 0], [0, 400, 0], [0, 0, 0]], dtype=float)
    file.add_parameter("FORCE_PLATFORM", "CORNERS", corners.T[:, :, None])
    file.add_parameter("FORCE_PLATFORM", "ORIGIN", np.zeros((3, 1)))
    file.add_parameter("FORCE_PLATFORM", "CHANNEL", np.arange(1.0, 7.0)[:, None])
    for key in ("USED", "TYPE", "ZERO", "CHANNEL"):
        file["parameters"]["FORCE_PLATFORM"][key]["type"] = 2  # whole numbers


def test_markers_come_in_metres_on_their_clock(tmp_path: Path) -> None:
    points = made(tmp_path / "a.c3d", ["RASI", "LASI"])
    found = read_c3d(tmp_path / "a.c3d")
    assert found.markers.names == ("RASI", "LASI") and found.ground_reaction is None
    np.testing.assert_allclose(found.markers.position_m, points / 1000, atol=1e-6)
    np.testing.assert_allclose(found.markers.time_s, np.arange(20) / 100)


def test_computed_angles_are_no_markers(tmp_path: Path) -> None:
    made(tmp_path / "a.c3d", ["RASI", "RKneeAngles", "LASI"], angles=["RKneeAngles"])
    found = read_c3d(tmp_path / "a.c3d")
    assert found.markers.names == ("RASI", "LASI")
    assert any("computed" in note for note in found.notes)


def test_more_than_255_markers(tmp_path: Path) -> None:
    labels = [f"M{i:03d}" for i in range(300)]
    points = made(tmp_path / "a.c3d", labels, frames=3)
    found = read_c3d(tmp_path / "a.c3d")
    assert found.markers.names == tuple(labels)
    np.testing.assert_allclose(found.markers.position_m[:, 299], points[:, 299] / 1000, atol=1e-6)


def test_labels_cut_short_fall_back_on_descriptions(tmp_path: Path) -> None:
    made(tmp_path / "a.c3d", ["RKNE", "RKNE"], descriptions=["R.Knee", "R.Knee.Medial"])
    assert read_c3d(tmp_path / "a.c3d").markers.names == ("R.Knee", "R.Knee.Medial")


def test_one_subjects_prefix_is_dropped_and_two_are_refused(tmp_path: Path) -> None:
    made(tmp_path / "a.c3d", ["Ann:RASI", "Ann:LASI"])
    assert read_c3d(tmp_path / "a.c3d").markers.names == ("RASI", "LASI")
    made(tmp_path / "b.c3d", ["Ann:RASI", "Bob:RASI"])
    with pytest.raises(InputError, match="more than one subject"):
        read_c3d(tmp_path / "b.c3d")


def test_unknown_units_are_refused(tmp_path: Path) -> None:
    made(tmp_path / "a.c3d", ["RASI"], units="inch")
    with pytest.raises(InputError, match="inch"):
        read_c3d(tmp_path / "a.c3d")


def test_a_plates_pressure_and_free_moment_follow_the_textbook(tmp_path: Path) -> None:
    """Against the formula for moments about the surface: x = -My/Fz, y = Mx/Fz, in the plate's axes."""
    made(tmp_path / "a.c3d", ["RASI"], frames=40, plates=True)
    found = read_c3d(tmp_path / "a.c3d").ground_reaction
    assert found is not None
    last = found.force_n.shape[0] - 1
    force, point = found.force_n[last, 0], found.point_m[last, 0]
    wrench = np.cross(point - [0.3, 0.2, 0.0], force) + found.free_moment_nm[last, 0]
    assert abs(force[2]) == pytest.approx(600.0, rel=1e-5) and abs(force[:2]).max() == pytest.approx(
        50.0, rel=1e-5
    )
    assert point[2] == pytest.approx(0.0, abs=1e-9)
    assert np.sort(np.abs(point[:2] - [0.3, 0.2])) == pytest.approx([0.02, 0.05], abs=1e-6)
    assert np.sort(np.abs(wrench)) == pytest.approx([1.0, 12.0, 30.0], abs=1e-5)
    assert not found.force_n[:40].any() and not found.point_m[:40].any()


def test_pressure_of_a_known_push() -> None:
    """Put a force and a twist at a point; the moment about the middle gives them back."""
    corners = np.array([[[0, 0, 0], [0, 0.5, 0], [0.4, 0.5, 0], [0.4, 0, 0]]], dtype=float)
    middle, point, twist = corners.mean(axis=1)[0], np.array([0.1, 0.4, 0.0]), np.array([0.0, 0.0, 3.0])
    force = np.array([[[30.0, -20.0, 700.0]]])
    moment = np.cross(point - middle, force) + twist
    found, free = pressure(force, moment, corners)
    np.testing.assert_allclose(found[0, 0], point, atol=1e-12)
    np.testing.assert_allclose(free[0, 0], twist, atol=1e-12)


def test_a_file_cut_off_is_refused_although_ezc3d_would_fill_it_with_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a.c3d"
    made(path, ["RASI", "LASI"], frames=200)
    path.write_bytes(path.read_bytes()[:-1500])
    with pytest.raises(InputError, match="ends before the last"):
        read_c3d(path)


def test_other_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.c3d"
    path.write_bytes(b"PathFileType\t4\t(X/Y/Z)\n" * 100)
    with pytest.raises(InputError, match=r"not a \.c3d"):
        read_c3d(path)


def test_a_file_that_crashes_the_native_reader_is_one_clear_error(tmp_path: Path) -> None:
    """Parameters overwritten with noise: read in a process of its own, this one lives on."""
    path = tmp_path / "a.c3d"
    made(path, ["RASI", "LASI"])
    data = bytearray(path.read_bytes())
    data[520:1400] = np.random.default_rng(3).integers(0, 256, 880, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.c3d") as caught:
        read_c3d(path)
    assert caught.value.advice


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    """Bytes flipped anywhere, header included: markers, or one clear error."""
    path = tmp_path / "a.c3d"
    made(path, ["RASI", "LASI"], plates=True)
    data, rng = bytearray(path.read_bytes()), np.random.default_rng(seed)
    end = 512 if seed % 2 else len(data)
    for at in rng.integers(0, end, 6):
        data[at] = rng.integers(0, 256)
    path.write_bytes(data)
    try:
        assert read_c3d(path).markers.position_m.shape[2] == 3
    except InputError as error:
        assert error.what and str(path) in error.where and error.advice
