"""Mutation of the gate: break `triage` and `logic` one place at a time; the tests must notice.

    make deep            or            python tests/mutation.py [--list]

Prints each survivor and the score. Survivors explained in `tests/mutation_survivors.toml` are said to be so
and still count. Exits 1 below 95 % or if a survivor is not explained.
"""

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTATED = ("triage", "logic")
TESTS = (
    "tests/unit/test_logic.py",
    "tests/unit/test_triage.py",
    "tests/unit/test_rules_enumerated.py",
    "tests/properties/test_gate_holds.py",
    "tests/cases/test_vignettes.py",
)
NEEDED = 0.95
IGNORED = shutil.ignore_patterns("__pycache__")
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and the module with it."""

    module: str
    line: int
    what: str
    source: str

    @property
    def key(self) -> str:
        """Name in the list of explained survivors: no line number, so that edits elsewhere do not matter."""
        return f"{self.module}: {self.what}"


def changes_of(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every single change of one node, with a word on it."""
    before = ast.unparse(node)
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in SWAPS:
                changed = copy.deepcopy(node)
                changed.ops[place] = SWAPS[type(operator)]()
                yield f"{before} -> {ast.unparse(changed)}", changed
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPS:
        changed = copy.deepcopy(node)
        changed.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        yield f"{before} -> {ast.unparse(changed)}", changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{before} -> {ast.unparse(node.operand)}", node.operand
    elif isinstance(node, ast.If | ast.IfExp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield f"if {ast.unparse(node.test)} -> if not", changed
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{before} -> {not node.value}", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{before} -> {node.value + 1}", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and node.value in ("EMERGENCY", "URGENT", "SOON", "SELF_CARE"):
        yield f"{before} -> 'ADVISORY'", ast.Constant("ADVISORY")
    elif isinstance(node, ast.Return) and node.value is not None and before != "return None":
        yield f"{before} -> return None", ast.Return(ast.Constant(None))


class Change(ast.NodeTransformer):
    """Puts the changed node in place of the one at `at`, counted in the order of `ast.walk`."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self.new, node) if node is self.old else self.generic_visit(node)


def annotations(tree: ast.AST) -> set[ast.AST]:
    """Nodes that only a type checker reads."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if part is not None:
                found |= set(ast.walk(part))
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            for decorator in node.decorator_list:
                found |= set(ast.walk(decorator))
        if isinstance(node, ast.Assert):  # for the type checker; the values are checked at the door
            found |= set(ast.walk(node))
    return found


def mutants_of(module: str) -> Iterator[Mutant]:
    """Every mutant of one module of the clinic."""
    text = (ROOT / "src/psoas/clinic" / f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    skipped = annotations(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        for what, new in changes_of(node):
            whole = Change(node, new).visit(copy_but(tree, node))
            yield Mutant(
                module, getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(whole))
            )


def copy_but(tree: ast.AST, kept: ast.AST) -> ast.AST:
    """A deep copy of the tree in which `kept` is the very same object."""
    return copy.deepcopy(tree, {id(kept): kept})


def snapshot(folder: Path) -> None:
    """Copy what is tested and its tests, so that edits during the run change nothing."""
    shutil.copytree(ROOT / "src" / "psoas", folder / "src" / "psoas", ignore=IGNORED)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", folder)


def survives(mutant: Mutant, home: Path) -> bool:
    """Whether every test of the snapshot still passes with the mutant in place of the module."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "psoas"
        shutil.copytree(home / "src" / "psoas", copied)
        (copied / "clinic" / f"{mutant.module}.py").write_text(mutant.source, encoding="utf-8")
        tests = [test for test in TESTS if (home / test).is_file()]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": folder, "OMP_NUM_THREADS": "1"}
        environment.pop("PSOAS_DEEP", None)
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, capture_output=True, timeout=240, check=False
            )
        except subprocess.TimeoutExpired:
            return False  # a mutant that never ends is noticed
        return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Break the gate one place at a time.")
    parser.add_argument("--list", action="store_true", help="only print the mutants")
    parser.add_argument("--only", default="", help="only mutants whose description contains this")
    wanted = parser.parse_args()
    mutants = [m for module in MUTATED for m in mutants_of(module) if wanted.only in m.key]
    if wanted.list:
        for mutant in mutants:
            print(f"{mutant.module}.py:{mutant.line}: {mutant.what}")
        return 0
    notes = tomllib.loads((ROOT / "tests/mutation_survivors.toml").read_text(encoding="utf-8"))
    explained = {note["mutant"]: note["why"] for note in notes.get("survivor", ())}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        home = Path(folder)
        snapshot(home)
        unbroken = (home / "src/psoas/clinic/logic.py").read_text(encoding="utf-8")
        if not survives(Mutant("logic", 0, "nothing", unbroken), home):
            print("The tests fail before anything is broken: mend them first.")
            return 1
        lives = pool.map(lambda mutant: survives(mutant, home), mutants)
        alive = [mutant for mutant, alive_ in zip(mutants, lives, strict=True) if alive_]
    for mutant in alive:
        why = explained.get(mutant.key, "NOT EXPLAINED")
        print(f"survived: {mutant.module}.py:{mutant.line}: {mutant.what}\n    {why}")
    score = 1 - len(alive) / len(mutants)
    print(f"{len(mutants)} mutants, {len(alive)} survived, score {score:.1%} (needed {NEEDED:.0%})")
    return int(score < NEEDED or any(m.key not in explained for m in alive))


if __name__ == "__main__":
    sys.exit(main())
