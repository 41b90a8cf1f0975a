"""Every recording of the shared folder, read for real."""

import zipfile
from pathlib import Path

import numpy as np
import opensim
import pytest

from psoas.engine.coverage import check_mass, covered_range
from psoas.engine.feet import Feet, feet_from_markers
from psoas.engine.formats.c3d import read_c3d
from psoas.engine.formats.mot import read_table, write_mot
from psoas.engine.formats.opencap import open_session
from psoas.engine.formats.trc import read_trc
from psoas.engine.gait import gait_events, movement, percent_of_cycle
from psoas.engine.ground_reaction import assign_feet
from psoas.engine.trial import read_trial
from psoas.engine.types import FootReaction, Trial
from psoas.errors import InputError

pytestmark = pytest.mark.reference

OPENCAP, RAJAGOPAL, GAIT2392 = "opencap_subject4", "rajagopal_walk_run", "gait2392_walk"
KULEUVEN, LENHART, BMCLAB = "kuleuven_gait_squat", "lenhart_walk", "bmclab_gait"

# name: markers, forces, static (None: none), what the plates really weigh in kg (None: cannot be judged)
TRIALS: dict[str, tuple[str, str | None, str | None, float | None]] = {
    **{
        name: (
            f"{OPENCAP}/markers/{name}.trc",
            f"{OPENCAP}/grf/{name}_grf.mot",
            f"{OPENCAP}/markers/static1.trc",
            kg,
        )
        for name, kg in (
            ("walking1", None),
            ("walking2", None),
            ("walking4", None),
            ("squats1", 60.2),
            ("STS1", None),
        )
    },
    "rajagopal walk": (
        f"{RAJAGOPAL}/motion_capture_walk.trc",
        f"{RAJAGOPAL}/grf_walk.mot",
        f"{RAJAGOPAL}/static_walk_1.trc",
        85.2,
    ),
    "rajagopal run": (
        f"{RAJAGOPAL}/motion_capture_run.trc",
        f"{RAJAGOPAL}/grf_run.mot",
        f"{RAJAGOPAL}/static_run.trc",
        73.1,
    ),
    "gait2392": (
        f"{GAIT2392}/subject01_walk1.trc",
        f"{GAIT2392}/subject01_walk1_grf.mot",
        f"{GAIT2392}/subject01_static.trc",
        72.7,
    ),
    "kuleuven walk": (f"{KULEUVEN}/markers.trc", f"{KULEUVEN}/grf.mot", None, None),
    "kuleuven squat": (f"{KULEUVEN}/markers_Squat2.trc", f"{KULEUVEN}/grf_Squat2.mot", None, 62.5),
    "lenhart": (
        f"{LENHART}/overground_17.trc",
        f"{LENHART}/overground_17_grf.mot",
        f"{LENHART}/static1.trc",
        73.6,
    ),
    "bmclab": (f"{BMCLAB}/Gait.c3d", None, None, None),
    "walking2.c3d": (f"{RAJAGOPAL}/walking2.c3d", None, None, None),
    "walking5.c3d": (f"{RAJAGOPAL}/walking5.c3d", None, None, None),
}
STEPPING = [name for name in TRIALS if "quat" not in name and name != "STS1"]

_READ: dict[str, tuple[Trial, Feet, FootReaction]] = {}


def trial_of(shared: Path, name: str) -> tuple[Trial, Feet, FootReaction]:
    if name not in _READ:
        markers, grf, static, _ = TRIALS[name]
        motion = shared / "motion"
        trial = read_trial(
            markers=motion / markers,
            grf=motion / grf if grf else None,
            static=motion / static if static else None,
        )
        assert trial.markers is not None and trial.ground_reaction is not None
        feet = feet_from_markers(trial.markers)
        _READ[name] = trial, feet, assign_feet(trial.ground_reaction, feet)[0]
    return _READ[name]


def test_every_table_and_every_marker_file_is_read_whole(shared: Path) -> None:
    """Against a slow reading by hand: cells split at blanks behind the header."""
    files = sorted(p for p in (shared / "motion").rglob("*") if p.suffix in (".mot", ".sto", ".trc"))
    assert len(files) >= 47
    for path in files:
        rows = [line.split() for line in path.read_text("latin-1").splitlines()]
        last = [float(cell) for cell in [row for row in rows if row][-1]]
        if path.suffix == ".trc":
            found = read_trc(path)
            metres = 0.001 if rows[2][4] == "mm" else 1.0
            flat = np.nan_to_num(found.position_m[-1].ravel())
            np.testing.assert_allclose(flat, np.nan_to_num(last[2:]) * metres, atol=1e-9, err_msg=path.name)
            assert len(found.time_s) == int(rows[2][2])
        else:
            table = read_table(path)
            np.testing.assert_allclose(table.values[-1], last[1:], err_msg=path.name)
            assert table.time_s[-1] == last[0]


@pytest.mark.parametrize("name", TRIALS)
def test_every_trial_stands_upright_and_faces_x(shared: Path, name: str) -> None:
    trial, _, _ = trial_of(shared, name)
    assert trial.markers is not None
    for markers in (trial.markers, trial.static_markers):
        if markers is None:
            continue
        own = feet_from_markers(markers)
        assert 0.4 < np.median(own.pelvis_m[:, 1] - own.heel_m[:, :, 1].mean(axis=1)) < 1.2
        assert np.median(own.toe_m[:, :, 0] - own.heel_m[:, :, 0]) > 0.1
        assert np.median(own.heel_m[:, 0, 2] - own.heel_m[:, 1, 2]) > 0.0
    assert trial.ground_reaction is not None and trial.ground_reaction.force_n[:, :, 1].max() > 300


@pytest.mark.parametrize("name", TRIALS)
def test_plates_go_to_the_right_foot(shared: Path, name: str) -> None:
    """Another way to tell: what bears the right foot lies to the right of the pelvis' middle."""
    _, feet, reaction = trial_of(shared, name)
    heavy = np.nan_to_num(reaction.force_n[:, :, 1]) > 200
    aside = reaction.point_m[:, :, 2] - feet.pelvis_m[:, None, 2]
    assert heavy.any(axis=0).all()
    assert np.median(aside[heavy[:, 0], 0]) > 0 and np.median(aside[heavy[:, 1], 1]) < 0.01
    if "run" not in name:  # runners land close to the middle line
        assert np.mean(aside[heavy[:, 0], 0] > 0) > 0.95 and np.mean(aside[heavy[:, 1], 1] < 0) > 0.95


def test_no_newton_of_the_plates_is_lost(shared: Path) -> None:
    """What the feet bear together is what the plates felt together, over all trials with clean zeros."""
    for name in ("walking1", "squats1", "rajagopal walk", "gait2392", "lenhart"):
        trial, feet, reaction = trial_of(shared, name)
        forces = trial.ground_reaction
        assert forces is not None
        total = forces.force_n.sum(axis=1)
        felt = np.stack([np.interp(feet.time_s, forces.time_s, total[:, axis]) for axis in range(3)], axis=1)
        borne = reaction.force_n.sum(axis=1)
        np.testing.assert_allclose(borne[~np.isnan(borne[:, 0])], felt[~np.isnan(borne[:, 0])], atol=1e-6)


@pytest.mark.parametrize("name", TRIALS)
def test_no_newton_is_given_twice(shared: Path, name: str) -> None:
    """With noisy zeros less than a light touch may be left on the plates, and nothing may be added."""
    trial, feet, reaction = trial_of(shared, name)
    forces = trial.ground_reaction
    assert forces is not None
    felt = sum(
        np.interp(feet.time_s, forces.time_s, forces.force_n[:, p, 1]) for p in range(len(forces.names))
    )
    left = felt - np.nan_to_num(reaction.force_n[:, :, 1].sum(axis=1), nan=np.inf)
    left = left[np.isfinite(left)]
    assert left.min() > -30.0 and left.max() < 70.0 and abs(np.median(left)) < 10.0


@pytest.mark.parametrize("name", TRIALS)
def test_the_centre_of_pressure_lies_on_the_foot_that_bears(shared: Path, name: str) -> None:
    """Within 16 cm of the middle of the foot, seen from above, while more than 200 N are borne."""
    _, feet, reaction = trial_of(shared, name)
    middle = (feet.heel_m + feet.toe_m) / 2
    bears = np.nan_to_num(reaction.force_n[:, :, 1]) > 200
    apart = np.linalg.norm((reaction.point_m - middle)[:, :, [0, 2]], axis=2)
    assert np.percentile(apart[bears], 95) < 0.16
    assert np.median(np.abs(reaction.point_m - middle)[:, :, 2][bears]) < 0.05


@pytest.mark.parametrize("name", TRIALS)
def test_the_plates_weigh_what_they_weigh(shared: Path, name: str) -> None:
    _, feet, reaction = trial_of(shared, name)
    truth = TRIALS[name][3]
    note = check_mass(reaction, feet, truth or 70.0, gait_events(feet, reaction))[0]
    if truth is None:
        assert note.startswith("Mass not checked")
    else:
        assert float(note.split("weigh ")[1].split(" kg")[0]) == pytest.approx(truth, abs=0.3)


def test_stated_masses_are_compared_with_the_plates(shared: Path) -> None:
    """62.6 kg against 60.2: fine. 85.07 kg for the run of another person: in doubt. 40 kg: refused."""
    _, feet, reaction = trial_of(shared, "squats1")
    assert "is stated" in check_mass(reaction, feet, 62.6)[0]
    with pytest.raises(InputError):
        check_mass(reaction, feet, 40.0)
    _, feet, reaction = trial_of(shared, "rajagopal run")
    assert "in doubt" in check_mass(reaction, feet, 85.07, gait_events(feet, reaction))[0]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("walking1", (0.10, 0.20), (1.30, 1.30)),
        ("rajagopal walk", (0.42, 0.50), (1.90, 2.00)),
        ("gait2392", (0.0, 0.0), (2.5, 2.5)),
        ("kuleuven walk", (0.75, 0.85), (1.60, 1.67)),
        ("lenhart", (0.88, 0.98), (2.20, 2.32)),
        ("squats1", (0.0, 0.0), (13.45, 13.45)),
        ("STS1", (11.3, 11.8), (12.9, 13.4)),
    ],
)
def test_covered_time(shared: Path, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From the other foot's toe-off beside the plates to its next contact there; in STS off the seat."""
    _, feet, reaction = trial_of(shared, name)
    (begin, finish), _ = covered_range(reaction, feet, TRIALS[name][3] or 62.6)
    assert start[0] <= begin <= start[1] + 1e-9 and end[0] <= finish <= end[1] + 1e-9


@pytest.mark.parametrize("name", TRIALS)
def test_walks_are_gait_and_squats_are_not(shared: Path, name: str) -> None:
    _, feet, reaction = trial_of(shared, name)
    assert movement(feet, gait_events(feet, reaction)) == ("gait" if name in STEPPING else "other")


def test_events_of_the_movement_agree_with_those_of_the_forces(shared: Path) -> None:
    """Zeni's events without forces, where forces know better, over ten walks.

    Measured: contacts 30 ms early (SD 19, worst 95, a foot held out before it lands), toe-offs 4 ms late
    (SD 7, worst 21).
    """
    late: dict[str, list[float]] = {"initial_contact_s": [], "toe_off_s": []}
    for name in (name for name in STEPPING if "run" not in name):
        _, feet, reaction = trial_of(shared, name)
        for with_forces, without in zip(gait_events(feet, reaction), gait_events(feet), strict=True):
            for kind, found in late.items():
                for truth in getattr(with_forces, kind):
                    difference = min(getattr(without, kind) - truth, key=abs, default=1.0)
                    if 1e-9 < abs(difference) < 0.15:  # the same event twice says nothing
                        found.append(float(difference))
    contacts, offs = (np.array(late[kind]) for kind in late)
    assert len(contacts) >= 20 and len(offs) >= 15
    assert abs(contacts.mean()) < 0.035 and np.percentile(np.abs(contacts), 90) < 0.050
    assert abs(offs.mean()) < 0.010 and np.abs(offs).max() < 0.025


def test_percent_is_of_that_sides_cycle(shared: Path) -> None:
    _, feet, reaction = trial_of(shared, "rajagopal walk")
    right, left = gait_events(feet, reaction)
    at = np.array([right.initial_contact_s[0], right.toe_off_s[0]])
    found = percent_of_cycle(right, at, left)
    assert found[0] == pytest.approx(0.0) and 58 < found[1] < 70


@pytest.mark.parametrize("name", ["walking1", "squats1", "rajagopal walk", "kuleuven walk", "gait2392"])
def test_plates_merged_into_one_are_refused(shared: Path, name: str) -> None:
    trial, feet, _ = trial_of(shared, name)
    forces = trial.ground_reaction
    assert forces is not None
    force = forces.force_n.sum(axis=1, keepdims=True)
    moment = (np.cross(forces.point_m, forces.force_n) + forces.free_moment_nm).sum(axis=1, keepdims=True)
    borne = np.where(force[:, :, 1:2] > 10, force[:, :, 1:2], 1.0)
    point = np.concatenate([moment[:, :, 2:3], np.zeros_like(borne), -moment[:, :, 0:1]], axis=2) / borne
    free = moment - np.cross(point, force)
    with pytest.raises(InputError, match="both feet at once"):
        assign_feet(type(forces)(forces.time_s, force, point, free, ("merged",)), feet)


COORDINATES = {
    f"{OPENCAP}/ik/walking1_ik.mot": f"{OPENCAP}/ik_degrees/walking1_manual_scaling_ik.mot",
    f"{OPENCAP}/ik/squats1_ik.mot": f"{OPENCAP}/ik_degrees/squats1_manual_scaling_ik.mot",
    f"{OPENCAP}/ik/STS1_ik.mot": f"{OPENCAP}/ik_degrees/STS1_manual_scaling_ik.mot",
}


@pytest.mark.parametrize("radians", COORDINATES)
def test_radians_and_degrees_of_one_movement_agree(shared: Path, radians: str) -> None:
    """Two scalings of one recording: knee and pelvis within a few degrees, not within a factor of 57."""
    one = read_trial(coordinates=shared / "motion" / radians).coordinates
    two = read_trial(coordinates=shared / "motion" / COORDINATES[radians]).coordinates
    assert one is not None and two is not None
    for name in ("knee_angle_r", "knee_angle_l", "pelvis_tilt"):
        a, b = (c.value[:, c.names.index(name)] for c in (one, two))
        assert np.sqrt(np.mean((a - b) ** 2)) < np.deg2rad(9)


def test_each_unit_of_angles_that_lies_is_caught_and_gait2392_is_turned(shared: Path) -> None:
    folder = shared / "motion" / GAIT2392
    with pytest.raises(InputError, match="these are degrees"):
        read_trial(coordinates=folder / "subject01_walk1_RRA_Kinematics_q.sto")
    trial = read_trial(coordinates=folder / "subject01_walk1_ik.mot")
    assert trial.coordinates is not None
    knee = trial.coordinates.value[:, trial.coordinates.names.index("knee_angle_r")]
    assert knee.max() == pytest.approx(np.deg2rad(70.262), abs=1e-4) and knee.min() > -0.05
    states = read_trial(coordinates=shared / "motion" / RAJAGOPAL / "coordinates.sto").coordinates
    assert states is not None and states.value[0, states.names.index("hip_flexion_r")] == pytest.approx(
        0.39658014
    )


def test_a_session_made_of_the_opencap_trial_gives_model_kinematics_and_no_forces(
    shared: Path, tmp_path: Path
) -> None:
    source, root = shared / "motion" / OPENCAP, "OpenCapData_1"
    archive = tmp_path / "session.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(source / "markers/walking1.trc", f"{root}/MarkerData/walking1.trc")
        file.write(source / "markers/static1.trc", f"{root}/MarkerData/neutral.trc")
        file.write(source / "ik/walking1_ik.mot", f"{root}/OpenSimData/Kinematics/walking1.mot")
        file.write(
            source / "models/manually_scaled.osim", f"{root}/OpenSimData/Model/LaiUhlrich2022_scaled.osim"
        )
        file.writestr(f"{root}/sessionMetadata.yaml", "height_m: 1.70\nmass_kg: 62.6\n")
    into = tmp_path / "unpacked"
    into.mkdir()
    session = open_session(archive, "walking1", into)
    assert (session.mass_kg, session.height_m) == (62.6, 1.70) and session.model is not None
    by_joints = read_trial(coordinates=session.coordinates)
    by_markers = read_trial(markers=session.markers, static=session.static)
    assert by_joints.coordinates is not None and by_joints.ground_reaction is None
    assert by_markers.markers is not None and by_markers.static_markers is not None
    knee = by_joints.coordinates.value[:, by_joints.coordinates.names.index("knee_angle_r")]
    assert knee.max() == pytest.approx(1.142, abs=1e-3)


def test_what_psoas_writes_opensim_opens(shared: Path, tmp_path: Path) -> None:
    trial = read_trial(coordinates=shared / "motion" / OPENCAP / "ik" / "walking1_ik.mot")
    assert trial.coordinates is not None
    path = tmp_path / "kinematics.mot"
    write_mot(path, trial.coordinates)
    storage = opensim.Storage(str(path))
    assert storage.isInDegrees() and storage.getSize() == len(trial.coordinates.time_s)
    table = opensim.TimeSeriesTable(str(path))
    assert tuple(table.getColumnLabels()) == trial.coordinates.names
    knee = table.getDependentColumn("knee_angle_r").to_numpy()
    np.testing.assert_allclose(
        np.deg2rad(knee), trial.coordinates.value[:, trial.coordinates.names.index("knee_angle_r")], atol=1e-8
    )


def test_plates_of_a_c3d_against_their_own_channels(shared: Path) -> None:
    """By hand for a type-2 plate: x = (Fx h - My)/Fz, y = (Mx + Fy h)/Fz in its axes, then its corners."""
    import ezc3d

    path = shared / "motion" / RAJAGOPAL / "walking2.c3d"
    found = read_c3d(path).ground_reaction
    raw = ezc3d.c3d(str(path))
    plate = raw["parameters"]["FORCE_PLATFORM"]
    channels = raw["data"]["analogs"][0]
    assert found is not None
    for p in range(2):
        rows = channels[plate["CHANNEL"]["value"][:, p] - 1]
        empty = np.linalg.norm(rows[:3], axis=0) < 50
        rows = rows - np.median(rows[:, empty], axis=1, keepdims=True)
        force, moment = rows[:3].T, rows[3:].T
        corners = plate["CORNERS"]["value"][:, :, p].T
        x = (corners[0] + corners[3] - corners[1] - corners[2]) / 2
        y = (corners[0] + corners[1] - corners[2] - corners[3]) / 2
        x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
        axes = np.stack([x, y, np.cross(x, y)])
        origin = plate["ORIGIN"]["value"][:, p]
        depth = -abs(origin[2])
        loaded = force[:, 2] < -200
        across = force[loaded]
        local_x = (-moment[loaded, 1] + across[:, 0] * depth) / across[:, 2]
        local_y = (moment[loaded, 0] + across[:, 1] * depth) / across[:, 2]
        place = corners.mean(axis=0) + local_x[:, None] * axes[0] + local_y[:, None] * axes[1]
        np.testing.assert_allclose(found.point_m[loaded, p] * 1000, place, atol=2.0)
        np.testing.assert_allclose(
            np.linalg.norm(found.force_n[loaded, p], axis=1), np.linalg.norm(across, axis=1)
        )
