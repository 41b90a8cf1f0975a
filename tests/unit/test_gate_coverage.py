"""The unit tests of the grammar and of triage take every branch of both, measured and not promised."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GATE = ("logic", "triage")
TESTS = ("tests/unit/test_logic.py", "tests/unit/test_triage.py")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_FILE": str(folder / "data")}
    command = [sys.executable, "-m", "coverage", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_every_branch_of_the_gate_is_taken(tmp_path: Path) -> None:
    pytest.importorskip("coverage")
    include = "--include=" + ",".join(f"*/psoas/clinic/{module}.py" for module in GATE)
    tested = run(tmp_path, "run", "--branch", include, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS)
    assert tested.returncode == 0, tested.stdout[-2000:]
    report = tmp_path / "report.json"
    assert run(tmp_path, "json", "-o", str(report)).returncode == 0
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    assert len(files) == len(GATE)
    for name, file in files.items():
        assert file["summary"]["num_branches"] > 20, name
        assert (file["missing_lines"], file["missing_branches"]) == ([], []), name
