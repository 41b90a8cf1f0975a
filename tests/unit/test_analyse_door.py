"""`psoas analyse` as a person runs it on made recordings: results of the contract, and one clear error for
every bad input, with nothing written."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import synthetic_walk as made
from psoas.cli import main
from psoas.engine.formats.mot import read_table, write_mot
from psoas.engine.normative import normative_mechanics, published_curves
from psoas.engine.types import Markers

MASS = str(made.MASS_KG)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a made walk: walk.trc, grf.mot."""
    folder = tmp_path_factory.mktemp("walk")
    made.write_walk(folder)
    return folder


@pytest.fixture(scope="module")
def coordinates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mean adult walking as coordinates, no forces."""
    from psoas.engine.body import load_body

    path = tmp_path_factory.mktemp("coordinates") / "ik.mot"
    write_mot(path, normative_mechanics(load_body(), published_curves()).coordinates)
    return path


def test_a_made_walk_from_markers_to_loads(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["--markers", str(files / "walk.trc"), "--grf", str(files / "grf.mot"), "--mass", MASS]
    assert main(["analyse", *words, "--side", "r", "--trim", "1.0:2.5", "--out", str(out)]) == 0
    numbers = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert list(numbers["sides"]) == ["r"], "--side chooses what is solved"
    assert [c["name"] for c in numbers["conditions"]] == ["as_built"]
    begin, end = numbers["trial"]["window_s"]
    assert begin >= 1.0 and end <= 2.5
    assert set(numbers["provenance"]["inputs"]) == {"walk.trc", "grf.mot"}
    assert numbers["provenance"]["scaled_from"] == "moving"
    assert 0.0 <= numbers["sides"]["r"]["tibiofemoral"]["medial_share"] <= 1.0
    assert numbers["quality"]["residual_force_n"]["max"] >= numbers["quality"]["residual_force_n"]["rms"] > 0
    loads = read_table(out / "loads_as_built.sto")
    parts = {
        n: loads.values[:, loads.names.index(f"tibiofemoral_r_{n}")] for n in ("medial", "lateral", "fy")
    }
    assert parts["medial"] + parts["lateral"] == pytest.approx(-parts["fy"], abs=1e-4)


def test_published_passive_curves_are_a_setting(files: Path, tmp_path: Path) -> None:
    words = ["--markers", str(files / "walk.trc"), "--grf", str(files / "grf.mot"), "--mass", MASS]
    words += ["--side", "r", "--trim", "1.0:1.8"]
    found = {}
    for passive in ("calibrated", "published"):
        out = tmp_path / passive
        assert main(["analyse", *words, "--passive", passive, "--out", str(out)]) == 0
        found[passive] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        assert found[passive]["provenance"]["settings"]["passive_curves"] == passive
    bodies = {numbers["provenance"]["body_sha256"] for numbers in found.values()}
    assert len(bodies) == 2
    loads = {numbers["sides"]["r"]["tibiofemoral"]["peaks"][0]["bw"] for numbers in found.values()}
    assert len(loads) == 2


def test_without_forces_kinematics_and_muscle_lengths_only(
    coordinates: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert (
        main(
            [
                "analyse",
                "--coordinates",
                str(coordinates),
                "--mass",
                "70",
                "--height",
                "1.75",
                "--out",
                str(out),
            ]
        )
        == 0
    )
    assert {f.name for f in out.iterdir()} == {"summary.json", "report.html", "kinematics.mot", "lengths.sto"}
    numbers = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert numbers["sides"] == {} and numbers["conditions"] == []
    assert (
        "No ground reactions: kinematics and muscle lengths only, no forces." in numbers["quality"]["reasons"]
    )
    assert "kinematics and muscle lengths only" in capsys.readouterr().out
    lengths = read_table(out / "lengths.sto")
    iliacus = lengths.values[:, lengths.names.index("iliacus_r")]
    assert 0.01 < np.ptp(iliacus) < 0.1


def test_equal_inputs_give_equal_bytes(coordinates: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        words = ["analyse", "--coordinates", str(coordinates), "--mass", "70", "--out", str(tmp_path / name)]
        assert main(words) == 0
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def walk_of(folder: Path, markers: Markers | None = None, **kwargs: Any) -> list[str]:
    """A walk whose markers are written as told; its options."""
    both = made.walk()
    (folder / "walk.trc").write_text(made.trc_text(markers or both.markers, **kwargs), encoding="utf-8")
    (folder / "grf.mot").write_text(made.grf_text(both.forces), encoding="utf-8")
    return ["--markers", str(folder / "walk.trc"), "--grf", str(folder / "grf.mot"), "--mass", MASS]


def no_trc(folder: Path) -> list[str]:
    (folder / "walk.trc").write_text("frame,time\n1,0.0\n", encoding="utf-8")
    return ["--markers", str(folder / "walk.trc"), "--mass", MASS]


def empty(folder: Path) -> list[str]:
    (folder / "walk.trc").write_bytes(b"")
    return ["--markers", str(folder / "walk.trc"), "--mass", MASS]


def one_frame(folder: Path) -> list[str]:
    markers = made.walk().markers
    return walk_of(folder, Markers(markers.time_s[:1], markers.position_m[:1], markers.names))


def lying_counts(folder: Path) -> list[str]:
    return walk_of(folder, counts=(9999, 99))


def millimetres_as_metres(folder: Path) -> list[str]:
    return walk_of(folder, factor=1000.0)


def long_gap(folder: Path) -> list[str]:
    markers = made.walk().markers
    position = markers.position_m.copy()
    position[100:200, :] = np.nan
    return walk_of(folder, Markers(markers.time_s, position, markers.names))


def twice(folder: Path) -> list[str]:
    words = walk_of(folder)
    text = (folder / "walk.trc").read_text(encoding="utf-8")
    first, second = made.NAMES[:2]
    (folder / "walk.trc").write_text(text.replace(f"\t{second}\t", f"\t{first}\t"), encoding="utf-8")
    return words


def no_overlap(folder: Path) -> list[str]:
    words = walk_of(folder)
    both = made.walk()
    late = made.grf_text(type(both.forces)(both.forces.time_s + 100.0, *_parts(both.forces)))
    (folder / "grf.mot").write_text(late, encoding="utf-8")
    return words


def _parts(forces: Any) -> tuple[Any, ...]:
    return forces.force_n, forces.point_m, forces.free_moment_nm, forces.names


def both_feet_on_one_plate(folder: Path) -> list[str]:
    words = walk_of(folder)
    f = made.walk().forces
    total = f.force_n.sum(axis=1, keepdims=True)
    moment = np.cross(f.point_m, f.force_n).sum(axis=1, keepdims=True)
    upward = np.maximum(total[:, :, 1], 1.0)
    point = np.stack([moment[:, :, 2] / upward, np.zeros_like(upward), -moment[:, :, 0] / upward], axis=2)
    merged = type(f)(f.time_s, total, point, np.zeros_like(total), ("one",))
    (folder / "grf.mot").write_text(made.grf_text(merged), encoding="utf-8")
    return words


def another_person(folder: Path) -> list[str]:
    return [*walk_of(folder)[:-1], str(2 * made.MASS_KG)]


def radians_as_degrees(folder: Path) -> list[str]:
    rows = "\n".join(f"{t / 100:.2f}\t0.0\t0.95\t0.0\t{0.01 * t:.3f}\t{0.012 * t:.3f}" for t in range(101))
    head = "ik\nversion=1\nnRows=101\nnColumns=6\ninDegrees=yes\nendheader\n"
    names = "time\tpelvis_tx\tpelvis_ty\tpelvis_tz\thip_flexion_r\tknee_angle_r\n"
    (folder / "ik.mot").write_text(head + names + rows + "\n", encoding="utf-8")
    return ["--coordinates", str(folder / "ik.mot"), "--mass", MASS]


def other_static(folder: Path) -> list[str]:
    words = walk_of(folder)
    markers = made.walk().markers
    renamed = tuple(f"point{i}" for i in range(len(markers.names)))
    text = made.trc_text(Markers(markers.time_s, markers.position_m, renamed))
    (folder / "static.trc").write_text(text, encoding="utf-8")
    return [*words, "--static", str(folder / "static.trc")]


def climbing_zip(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "session.zip", "w") as archive:
        archive.writestr("../../climbed.trc", "x")
    return ["--session", str(folder / "session.zip"), "--trial", "walking1"]


def osim_with_entities(folder: Path) -> list[str]:
    text = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><OpenSimDocument>&e;</OpenSimDocument>'
    (folder / "model.osim").write_text(text, encoding="utf-8")
    return [*walk_of(folder), "--model", str(folder / "model.osim")]


def nothing_moves(folder: Path) -> list[str]:
    return ["--mass", MASS]


def markers_and_coordinates(folder: Path) -> list[str]:
    return [*walk_of(folder), "--coordinates", str(folder / "walk.trc")]


def without_mass(folder: Path) -> list[str]:
    return walk_of(folder)[:-2]


def trial_without_session(folder: Path) -> list[str]:
    return [*walk_of(folder), "--trial", "walking1"]


def session_without_trial(folder: Path) -> list[str]:
    return ["--session", str(folder), "--mass", MASS]


def session_and_markers(folder: Path) -> list[str]:
    return [*walk_of(folder), "--session", str(folder), "--trial", "walking1"]


def forces_that_are_not_there(folder: Path) -> list[str]:
    return [*walk_of(folder)[:2], "--grf", str(folder / "nowhere.mot"), "--mass", MASS]


def a_folder_for_a_file(folder: Path) -> list[str]:
    return ["--markers", str(folder), "--mass", MASS]


def window_outside(folder: Path) -> list[str]:
    return [*walk_of(folder), "--trim", "50:60"]


def mass_in_grams(folder: Path) -> list[str]:
    return [*walk_of(folder)[:-1], "62600"]


def height_in_centimetres(folder: Path) -> list[str]:
    return [*walk_of(folder), "--height", "170"]


def shortness_in_percent(folder: Path) -> list[str]:
    return [*walk_of(folder), "--shortness", "iliopsoas=10"]


def unknown_group(folder: Path) -> list[str]:
    return [*walk_of(folder), "--strength", "hipflexor=0.5"]


BAD = (
    no_trc,
    empty,
    one_frame,
    lying_counts,
    millimetres_as_metres,
    long_gap,
    twice,
    no_overlap,
    both_feet_on_one_plate,
    another_person,
    radians_as_degrees,
    other_static,
    climbing_zip,
    osim_with_entities,
    nothing_moves,
    markers_and_coordinates,
    without_mass,
    trial_without_session,
    session_without_trial,
    session_and_markers,
    forces_that_are_not_there,
    a_folder_for_a_file,
    window_outside,
    mass_in_grams,
    height_in_centimetres,
    shortness_in_percent,
    unknown_group,
)


@pytest.mark.parametrize("bad", BAD, ids=lambda function: function.__name__)
def test_bad_input_is_one_clear_error_and_writes_nothing(
    bad: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = bad(tmp_path)
    before = {f.name for f in tmp_path.iterdir()}
    assert main(["analyse", *words, "--out", str(tmp_path / "results" / "out")]) == 2
    told = capsys.readouterr()
    assert told.out == "" and "Traceback" not in told.err
    error = told.err[told.err.index("psoas analyse: ") :]
    lines = error.strip().replace("\n    ", " ").splitlines()  # long ones are broken, and hang
    assert len(lines) == 3, error
    assert lines[1].startswith("  where: ") and lines[2].startswith("  what to do: ")
    assert all(len(line.split(": ", 1)[1]) > 3 for line in lines)
    assert {f.name for f in tmp_path.iterdir()} == before, "nothing half written"
    assert not (tmp_path.parent / "climbed.trc").exists()


def test_mass_a_little_off_is_warned_about(tmp_path: Path) -> None:
    words = [*walk_of(tmp_path)[:-1], str(1.15 * made.MASS_KG)]
    out = tmp_path / "out"
    assert main(["analyse", *words, "--trim", "0.8:2.6", "--out", str(out)]) == 0
    quality = json.loads((out / "summary.json").read_text(encoding="utf-8"))["quality"]
    assert quality["trust"] != "good"
    assert any(reason.startswith("Mass in doubt") for reason in quality["reasons"])
