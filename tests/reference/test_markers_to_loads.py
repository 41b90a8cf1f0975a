"""Real recordings from markers to knee loads, one command each, one setting for all."""

import json
from pathlib import Path

import pytest

from psoas.cli import main
from recordings import RECORDINGS, Recording, solved

pytestmark = pytest.mark.reference
OPENSIM = "reference/opensim_rajagopal_walk"


def told_in_docs(name: str) -> dict[str, dict[str, float]]:
    """Peaks of a recording by side and phase, as docs/validation.md says them."""
    page = (Path(__file__).parents[2] / "docs/validation.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
    _, _, early, late, *_ = (cell.strip() for cell in row.split("|"))
    told: dict[str, dict[str, float]] = {}
    bends = late == "- / -"
    for phase, cell in (("peak" if bends else "early_stance", early), ("late_stance", late)):
        for side, word in zip("rl", cell.split(" / "), strict=True):
            if word != "-":
                told.setdefault(side, {})[phase] = float(word)
    return told


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r.name.replace(" ", "_"))
def test_a_recording_becomes_loads(recording: Recording, shared: Path, tmp_path: Path) -> None:
    numbers = solved(recording, shared, tmp_path / "out")
    settings = numbers["provenance"]["settings"]
    assert settings["sharing"] == "default" and settings["posture_cutoff_hz"] == 6.0
    assert settings["weights"] == {"gastrocnemius": 3.0} and settings["marker_weights"] == "all 1"
    assert numbers["trial"]["movement"] == ("other" if recording.kind == "bend" else "gait")
    found = [p for side in numbers["sides"].values() for p in side["tibiofemoral"]["peaks"]]
    assert found and all(0.0 < p["bw"] < 30.0 for p in found)
    assert numbers["quality"]["frames_not_solved"] == 0
    if recording.kind == "walk":
        assert numbers["quality"]["marker_rms_m"] <= 0.025
    told = told_in_docs(recording.name)
    for side, per_phase in told.items():
        now = {p["phase"]: p["bw"] for p in numbers["sides"][side]["tibiofemoral"]["peaks"]}
        for phase, bw in per_phase.items():
            assert now[phase] == pytest.approx(bw, abs=0.05), "docs/validation.md is old: run `make docs`"
    worst = max((p["bw"] for p in found if p["phase"] == "late_stance"), default=0.0)
    if worst > 3.5:
        assert numbers["quality"]["trust"] == "doubtful", "a late peak that no knee bears is said to be so"


def test_parity_through_the_door(shared: Path, tmp_path: Path) -> None:
    """Coordinates, forces and model of OpenSim's own run: its peak within 2 %, its change within 3 points."""
    words = ["--coordinates", str(shared / OPENSIM / "ik_walk.mot"), "--mass", "85.07", "--parity", "opensim"]
    words += ["--grf", str(shared / "motion/rajagopal_walk_run/grf_walk.mot"), "--side", "r"]
    words += ["--model", str(shared / OPENSIM / "subject_scaled.osim"), "--strength", "iliopsoas=0.5"]
    assert main(["analyse", *words, "--out", str(tmp_path / "out")]) == 0
    numbers = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    assert numbers["band"] == [] and numbers["provenance"]["settings"]["passive_forces"] is False
    late = [
        next(p["bw"] for p in c["sides"]["r"]["tibiofemoral"]["peaks"] if p["phase"] == "late_stance")
        for c in numbers["conditions"]
    ]
    assert late[0] == pytest.approx(4.40, rel=0.02)
    assert late[1] / late[0] - 1.0 == pytest.approx(0.39, abs=0.03)


def test_short_hip_flexors_unload_with_passive_forces_and_load_without(shared: Path, tmp_path: Path) -> None:
    words = ["--coordinates", str(shared / OPENSIM / "ik_walk.mot"), "--mass", "85.07", "--side", "r"]
    words += ["--grf", str(shared / "motion/rajagopal_walk_run/grf_walk.mot")]
    words += ["--model", str(shared / OPENSIM / "subject_scaled.osim"), "--shortness", "iliopsoas=0.1"]
    change = {}
    for name, more in (("default", []), ("parity", ["--parity", "opensim"])):
        assert main(["analyse", *words, *more, "--out", str(tmp_path / name)]) == 0
        numbers = json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8"))
        late = [
            next(p["bw"] for p in c["sides"]["r"]["tibiofemoral"]["peaks"] if p["phase"] == "late_stance")
            for c in numbers["conditions"]
        ]
        change[name] = late[1] / late[0] - 1.0
    assert change["default"] < -0.02 and change["parity"] > 0.05


def test_opensim_opens_every_table(shared: Path, tmp_path: Path) -> None:
    opensim = pytest.importorskip("opensim", reason="OpenSim is not installed (pip install opensim)")
    opensim.Logger.setLevelString("Error")
    numbers = solved(RECORDINGS[0], shared, tmp_path / "out")
    tables = [*sorted((tmp_path / "out").glob("*.sto")), tmp_path / "out/kinematics.mot"]
    assert len(tables) == 6
    for file in tables:
        table = opensim.TimeSeriesTable(str(file))
        assert table.getNumRows() == numbers["trial"]["frames"], file.name
