"""The safety case keeps its word: each proof that it names exists, and nothing calls out of the machine."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASE = (ROOT / "docs" / "safety-case.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", CASE)))
HAZARDS = [line for line in CASE.splitlines() if re.match(r"\| H\d\d ", line)]
CALLS_OUT = {"socket", "http", "urllib", "requests", "httpx", "ftplib", "smtplib", "ssl", "asyncio"}


def test_every_hazard_has_a_control_and_a_proof() -> None:
    assert len(HAZARDS) >= 20
    for line in HAZARDS:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == 5 and all(cells), line
        assert "`tests/" in cells[4] or cells[4].startswith("none"), line


@pytest.mark.parametrize(("file", "name"), PROOFS)
def test_a_named_proof_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_nothing_in_the_clinic_calls_out_of_the_machine() -> None:
    for path in sorted((ROOT / "src" / "psoas" / "clinic").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & CALLS_OUT, path.name
