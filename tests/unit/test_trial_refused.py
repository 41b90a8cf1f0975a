"""What of a trial cannot be used is one clear error each, with its place and advice."""

from pathlib import Path

import numpy as np
import pytest

from psoas.engine.formats.coordinates import REQUIRED
from psoas.engine.trial import read_trial
from psoas.engine.types import GroundReaction, Markers
from psoas.errors import InputError
from synthetic_walk import NAMES, grf_text, trc_text, walk, write_walk
from trial_files import angles_file, as_degrees, changed, stride_angles, write


def bad_marker_file(tmp_path: Path, case: str) -> Path:
    made = walk(1.1).markers
    path = tmp_path / "walk.trc"
    good = trc_text(made)
    texts = {
        "not a trc": "hello\n" + good,
        "frames lie": trc_text(made, counts=(999, len(NAMES))),
        "markers lie": trc_text(made, counts=(len(made.time_s), 40)),
        "cut off": good[: len(good) * 2 // 3],
        "marker twice": good.replace("LKNE", "RKNE"),
        "empty file": "",
        "no frames": trc_text(Markers(made.time_s[:0], made.position_m[:0], NAMES)),
        "one frame": trc_text(Markers(made.time_s[:1], made.position_m[:1], NAMES)),
        "millimetres as metres": trc_text(made, factor=1000.0),
        "metres as millimetres": trc_text(made, units="mm"),
        "furlongs": trc_text(made, units="furlong"),
        "no number": good.replace("1.45", "x.45", 1),
        "header incomplete": good.replace("NumFrames", "Frames"),
    }
    path.write_text(texts[case])
    return path


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("not a trc", "not a .trc"),
        ("frames lie", "says 999 frames, the file has 111"),
        ("markers lie", "says 40 markers, the file has 13"),
        ("cut off", "says 111 frames, the file has"),
        ("marker twice", "RKNE stands in the file more than once"),
        ("empty file", "empty"),
        ("no frames", "no frames"),
        ("one frame", "has 1 frame;"),
        ("millimetres as metres", "millimetres declared as metres"),
        ("metres as millimetres", "metres declared as millimetres"),
        ("furlongs", "furlong"),
        ("no number", "is not a number"),
        ("header incomplete", "does not say NumFrames"),
    ],
)
def test_bad_marker_files(tmp_path: Path, case: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_trial(markers=bad_marker_file(tmp_path, case))
    assert words in caught.value.what
    assert "walk.trc" in caught.value.where and caught.value.advice


def test_a_long_gap_in_a_landmark_is_refused(tmp_path: Path) -> None:
    def hide(position: np.ndarray) -> None:
        position[30:80, NAMES.index("RASI")] = np.nan

    with pytest.raises(InputError, match=r"RASI is not seen for 0\.51 s") as caught:
        read_trial(markers=write(tmp_path, changed(hide)))
    assert "frames 31 to 80" in caught.value.where and "--trim" in caught.value.advice


def test_swapped_sides_are_refused(tmp_path: Path) -> None:
    def swap(position: np.ndarray) -> None:
        position[:, :, 2] *= -1

    with pytest.raises(InputError, match="right side stand on the person's left"):
        read_trial(markers=write(tmp_path, changed(swap)))


def test_missing_frames_are_refused(tmp_path: Path) -> None:
    made = walk(1.1).markers
    kept = np.r_[0:50, 60 : len(made.time_s)]
    with pytest.raises(InputError, match="Frames are missing"):
        read_trial(markers=write(tmp_path, Markers(made.time_s[kept], made.position_m[kept], NAMES)))


def test_a_static_trial_of_another_marker_set_is_refused(tmp_path: Path) -> None:
    trc, _ = write_walk(tmp_path)
    other = walk(0.5).markers
    static = tmp_path / "static.trc"
    static.write_text(trc_text(Markers(other.time_s, other.position_m, tuple(f"Q{i}" for i in range(13)))))
    with pytest.raises(InputError, match="shares only 0 of the 13 markers"):
        read_trial(markers=trc, static=static)


def test_a_static_trial_of_one_frame_is_enough(tmp_path: Path) -> None:
    trc, _ = write_walk(tmp_path)
    other = walk(0.5).markers
    static = tmp_path / "static.trc"
    static.write_text(trc_text(Markers(other.time_s[:1], other.position_m[:1], NAMES)))
    trial = read_trial(markers=trc, static=static)
    assert trial.static_markers is not None and len(trial.static_markers.time_s) == 1


def test_forces_of_another_time_are_refused(tmp_path: Path) -> None:
    trc, mot = write_walk(tmp_path)
    force = walk().forces
    mot.write_text(
        grf_text(GroundReaction(force.time_s + 100, force.force_n, force.point_m, force.free_moment_nm, ()))
    )
    with pytest.raises(InputError, match="no time in common"):
        read_trial(markers=trc, grf=mot)


def bad_force_file(path: Path, case: str) -> None:
    force = walk().forces
    text = grf_text(force)
    columns = text.split("endheader\n")[1].split("\n")[0]
    nothing = GroundReaction(force.time_s, 0 * force.force_n, force.point_m, force.free_moment_nm, ())
    millimetres = GroundReaction(
        force.time_s, force.force_n, 1000 * force.point_m + 200, force.free_moment_nm, ()
    )
    gap = force.force_n.copy()
    gap[1000:1500] = np.nan
    holed = GroundReaction(force.time_s, gap, force.point_m, force.free_moment_nm, ())
    texts = {
        "no plates": text.replace(columns, "\t".join(f"c{i}" for i in range(19)).replace("c0", "time")),
        "a column missing": text.replace("ground_force_2_pz", "something_else"),
        "a column twice": text.replace("ground_force_2_vx", "ground_force_1_vx"),
        "nothing recorded": grf_text(nothing),
        "millimetres": grf_text(millimetres),
        "long gap": grf_text(holed),
    }
    path.write_text(texts[case])


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no plates", "No force plate"),
        ("a column missing", "lacks point of application z"),
        ("a column twice", "ground_force_1_vx stands in the file more than once"),
        ("nothing recorded", "recorded nothing"),
        ("millimetres", "these are millimetres"),
        ("long gap", "has no values for 0.50 s"),
    ],
)
def test_bad_force_files(tmp_path: Path, case: str, words: str) -> None:
    trc, mot = write_walk(tmp_path)
    bad_force_file(mot, case)
    with pytest.raises(InputError) as caught:
        read_trial(markers=trc, grf=mot)
    assert words in caught.value.what
    assert "grf.mot" in caught.value.where and caught.value.advice


def bad_coordinates(tmp_path: Path, case: str) -> Path:
    value = stride_angles()
    degrees = as_degrees(value)
    lacking = tuple("other" if name == "knee_angle_l" else name for name in REQUIRED)
    holed = degrees.copy()
    holed[20:60, 3] = np.nan
    metres = degrees.copy()
    metres[:, REQUIRED.index("pelvis_ty")] *= 1000
    return {
        "radians as degrees": lambda: angles_file(tmp_path, value, degrees="yes"),
        "degrees as radians": lambda: angles_file(tmp_path, degrees, degrees="no"),
        "a column missing": lambda: angles_file(tmp_path, degrees, names=lacking),
        "no coordinates": lambda: angles_file(
            tmp_path, degrees, names=tuple(f"m{i}" for i in range(len(REQUIRED)))
        ),
        "long gap": lambda: angles_file(tmp_path, holed),
        "millimetres": lambda: angles_file(tmp_path, metres),
        "one frame": lambda: angles_file(tmp_path, degrees[:1]),
        "perhaps degrees": lambda: angles_file(tmp_path, degrees, degrees="perhaps"),
    }[case]()


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("radians as degrees", "these are radians"),
        ("degrees as radians", "these are degrees"),
        ("a column missing", "lack knee_angle_l"),
        ("no coordinates", "No joint coordinate"),
        ("long gap", "has no values for"),
        ("millimetres", "these are millimetres"),
        ("one frame", "has 1 frame;"),
        ("perhaps degrees", "inDegrees is 'perhaps'"),
    ],
)
def test_bad_coordinate_files(tmp_path: Path, case: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_trial(coordinates=bad_coordinates(tmp_path, case))
    assert words in caught.value.what
    assert "ik.mot" in caught.value.where and caught.value.advice


def test_files_in_the_wrong_place_are_refused(tmp_path: Path) -> None:
    trc, mot = write_walk(tmp_path)
    for wrong in ({"markers": mot}, {"coordinates": trc}, {"markers": trc, "grf": trc}, {}):
        with pytest.raises(InputError):
            read_trial(**wrong)
    with pytest.raises(InputError, match="either markers or coordinates"):
        read_trial(markers=trc, coordinates=mot)
    with pytest.raises(InputError, match="holds nothing of the trial"):
        read_trial(markers=trc, window_s=(50.0, 60.0))
