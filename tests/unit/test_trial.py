"""Reading a trial: everything that is turned, filled or cut is told."""

from pathlib import Path

import numpy as np
import pytest

from psoas.engine.formats import axes
from psoas.engine.formats.coordinates import REQUIRED
from psoas.engine.trial import read_trial, sha256_of
from psoas.engine.types import GroundReaction, Markers
from psoas.errors import InputError
from synthetic_walk import NAMES, grf_text, trc_text, walk, write_walk
from trial_files import angles_file, as_degrees, changed, stride_angles, turned_markers, write


def test_a_walk_is_read_with_its_sources(tmp_path: Path) -> None:
    trc, mot = write_walk(tmp_path)
    trial = read_trial(markers=trc, grf=mot)
    assert trial.markers is not None and trial.markers.names == NAMES and trial.name == "walk"
    np.testing.assert_allclose(trial.markers.position_m, walk().markers.position_m, atol=1e-9)
    assert trial.ground_reaction is not None
    np.testing.assert_allclose(trial.ground_reaction.force_n, walk().forces.force_n, atol=1e-4)
    assert [source.sha256 for source in trial.sources] == [sha256_of(trc), sha256_of(mot)]
    assert trial.notes == ()


@pytest.mark.parametrize(
    "habit",
    [
        "ground_force_{plate}_{kind}{axis}",
        "{plate}_ground_force_{kind}{axis}",
        "R{plate}_ground_force_{kind}{axis}",
        "FP{plate}_{kind}{axis}",
    ],
)
def test_plates_are_found_under_every_habit_of_naming(tmp_path: Path, habit: str) -> None:
    trc, mot = write_walk(tmp_path)
    text = grf_text(walk().forces, habit)
    if "ground_force" in habit and not habit.startswith("ground"):
        for plate in (1, 2):  # torques of this habit are named apart: 1_ground_torque_x
            for axis in "xyz":
                force = habit.format(plate=plate, kind="m", axis=axis)
                text = text.replace(force, force.replace("force_m", "torque_"))
    mot.write_text(text)
    forces = read_trial(markers=trc, grf=mot).ground_reaction
    assert forces is not None
    np.testing.assert_allclose(forces.force_n, walk().forces.force_n, atol=1e-4)
    np.testing.assert_allclose(forces.point_m, walk().forces.point_m, atol=1e-6)


def test_short_gaps_are_filled_and_told(tmp_path: Path) -> None:
    def hide(position: np.ndarray) -> None:
        position[40:45, NAMES.index("RKNE")] = np.nan

    trial = read_trial(markers=write(tmp_path, changed(hide)))
    assert trial.markers is not None
    truth = walk(1.1).markers.position_m
    assert np.abs(trial.markers.position_m - truth).max() < 0.002
    assert trial.notes == ("walk.trc: short gaps filled: RKNE (5 frames).",)


def test_a_marker_hidden_for_long_is_left_out_and_told(tmp_path: Path) -> None:
    def hide(position: np.ndarray) -> None:
        position[30:80, NAMES.index("C7")] = 0.0  # as capture software writes what it does not see

    trial = read_trial(markers=write(tmp_path, changed(hide)))
    assert trial.markers is not None and "C7" not in trial.markers.names
    assert any("left out: C7" in note for note in trial.notes)


def test_a_walk_into_view_is_cut_to_where_it_is_seen(tmp_path: Path) -> None:
    def hide(position: np.ndarray) -> None:
        position[:40] = np.nan

    trial = read_trial(markers=write(tmp_path, changed(hide)))
    assert trial.markers is not None and trial.markers.time_s[0] == pytest.approx(0.40)
    assert any("cut to 0.40" in note for note in trial.notes)


def test_a_gap_outside_of_the_window_does_not_matter(tmp_path: Path) -> None:
    def hide(position: np.ndarray) -> None:
        position[60:90, NAMES.index("RKNE")] = np.nan

    path = write(tmp_path, changed(hide))
    with pytest.raises(InputError, match=r"RKNE is not seen for 0\.31 s"):
        read_trial(markers=path)
    trial = read_trial(markers=path, window_s=(0.1, 0.5))
    assert trial.markers is not None and np.isfinite(trial.markers.position_m).all()
    assert trial.markers.time_s[0] == 0.0 and trial.markers.time_s[-1] == pytest.approx(0.59)


TURNS = {
    "z up": (np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]), "z up"),
    "upside down": (np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]]), "upside down"),
    "backwards": (np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]]), "backwards"),
    "towards z": (np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]]), "faced z"),
}


@pytest.mark.parametrize("name", TURNS)
def test_turned_recordings_are_turned_back_with_their_forces_and_told(tmp_path: Path, name: str) -> None:
    turn, words = TURNS[name]
    made = walk(1.1)
    force = made.forces
    trc, mot = tmp_path / "walk.trc", tmp_path / "grf.mot"
    trc.write_text(trc_text(turned_markers(made.markers, turn)))
    parts = [part @ turn.T for part in (force.force_n, force.point_m, force.free_moment_nm)]
    if name == "upside down":  # the plates know what is up, whatever happened to the cameras
        parts = [force.force_n, force.point_m, force.free_moment_nm]
    mot.write_text(grf_text(GroundReaction(force.time_s, *parts, force.names)))
    trial = read_trial(markers=trc, grf=mot)
    assert trial.markers is not None and trial.ground_reaction is not None
    np.testing.assert_allclose(trial.markers.position_m, made.markers.position_m, atol=1e-9)
    np.testing.assert_allclose(trial.ground_reaction.force_n, force.force_n, atol=1e-4)
    assert any(words in note for note in trial.notes)


def test_forces_that_were_not_turned_with_the_markers_stay_under_the_person(tmp_path: Path) -> None:
    """Only the cameras' file faces backwards, or stands z up: the plates know where the person stepped."""
    made = walk(1.1)
    trc, mot = tmp_path / "walk.trc", tmp_path / "grf.mot"
    mot.write_text(grf_text(made.forces))
    backwards, z_up = TURNS["backwards"][0], TURNS["z up"][0]
    for turn in (backwards, z_up, z_up @ backwards):
        trc.write_text(trc_text(turned_markers(made.markers, turn)))
        trial = read_trial(markers=trc, grf=mot)
        assert trial.ground_reaction is not None
        np.testing.assert_allclose(trial.ground_reaction.force_n, made.forces.force_n, atol=1e-4)
        np.testing.assert_allclose(trial.ground_reaction.point_m, made.forces.point_m, atol=1e-6)


def test_everything_upside_down_is_turned_as_one(tmp_path: Path) -> None:
    """A force that points down in axes that point down is no force on the plate."""
    made, turn = walk(1.1), TURNS["upside down"][0]
    trc, mot = tmp_path / "walk.trc", tmp_path / "grf.mot"
    trc.write_text(trc_text(turned_markers(made.markers, turn)))
    force = made.forces
    parts = [part @ turn.T for part in (force.force_n, force.point_m, force.free_moment_nm)]
    mot.write_text(grf_text(GroundReaction(force.time_s, *parts, force.names)))
    trial = read_trial(markers=trc, grf=mot)
    assert trial.ground_reaction is not None
    np.testing.assert_allclose(trial.ground_reaction.force_n, force.force_n, atol=1e-4)
    np.testing.assert_allclose(trial.ground_reaction.point_m, force.point_m, atol=1e-6)
    assert not any("forces on the plates" in note for note in trial.notes)


def test_a_person_who_hung_from_the_ceiling_is_put_on_the_floor(tmp_path: Path) -> None:
    made, turn = walk(1.1), TURNS["upside down"][0]
    hung = Markers(made.markers.time_s, made.markers.position_m @ turn.T + np.array([0, 1.6, 0]), NAMES)
    trial = read_trial(markers=write(tmp_path, hung))
    assert trial.markers is not None and any("put on the floor" in note for note in trial.notes)
    np.testing.assert_allclose(trial.markers.position_m, made.markers.position_m, atol=0.02)


def test_force_on_the_plate_becomes_force_on_the_person(tmp_path: Path) -> None:
    trc, mot = write_walk(tmp_path)
    force = walk().forces
    mot.write_text(
        grf_text(GroundReaction(force.time_s, -force.force_n, force.point_m, force.free_moment_nm, ()))
    )
    trial = read_trial(markers=trc, grf=mot)
    assert trial.ground_reaction is not None and trial.ground_reaction.force_n[:, :, 1].min() >= 0
    assert any("force on the person" in note for note in trial.notes)


def test_knee_flexion_of_gait2392_is_turned_positive(tmp_path: Path) -> None:
    value = stride_angles()
    knees = [REQUIRED.index(f"knee_angle_{side}") for side in "rl"]
    negative = value.copy()
    negative[:, knees] *= -1
    trial = read_trial(coordinates=angles_file(tmp_path, as_degrees(negative)))
    assert trial.coordinates is not None
    np.testing.assert_allclose(trial.coordinates.value, value, atol=1e-7)
    assert any("Knee flexion was negative" in note for note in trial.notes)


def test_angles_without_a_word_about_their_unit_are_told_by_size(tmp_path: Path) -> None:
    value = stride_angles()
    for written in (value, as_degrees(value)):
        trial = read_trial(coordinates=angles_file(tmp_path, written, degrees=""))
        assert trial.coordinates is not None
        np.testing.assert_allclose(trial.coordinates.value, value, atol=1e-7)
        assert any("inDegrees is not said" in note for note in trial.notes)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_coordinates_that_face_elsewhere_are_the_same_movement_after_turning(
    tmp_path: Path, quarters: int
) -> None:
    value = stride_angles()
    trial = read_trial(coordinates=angles_file(tmp_path, value, degrees="no"))
    assert trial.coordinates is not None
    angle = quarters * np.pi / 2
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    away = axes.turn_coordinates(trial.coordinates, turn)
    back = read_trial(coordinates=angles_file(tmp_path, away.value, degrees="no"))
    assert back.coordinates is not None and any("turned by" in note for note in back.notes)
    np.testing.assert_allclose(back.coordinates.value, trial.coordinates.value, atol=1e-7)


def test_state_paths_of_opensim_4_are_coordinates(tmp_path: Path) -> None:
    names = tuple(f"/jointset/joint/{name}/value" for name in REQUIRED)
    speeds = tuple(f"/jointset/joint/{name}/speed" for name in REQUIRED)
    value = stride_angles()
    both = np.column_stack([value, 9 * value])
    trial = read_trial(coordinates=angles_file(tmp_path, both, degrees="no", names=names + speeds))
    assert trial.coordinates is not None and trial.coordinates.names == REQUIRED
    np.testing.assert_allclose(trial.coordinates.value, value, atol=1e-7)


def test_ten_minutes_are_read(tmp_path: Path) -> None:
    long = walk(600.0, plate_rate_hz=100.0)
    trial = read_trial(markers=write(tmp_path, long.markers))
    assert trial.markers is not None and len(trial.markers.time_s) == 60_001
