"""The folder of a run: everything of it, or nothing."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from psoas.engine.types import Analysis
from psoas.errors import InputError
from psoas.exchange.report import Demo, report
from psoas.exchange.summary import summary
from psoas.exchange.tables import write_tables

_PER_CONDITION = ("loads_*.sto", "muscles_*.sto")
_ALWAYS = ("summary.json", "kinematics.mot", "moments.sto", "lengths.sto", "report.html")


def refuse_unwritable(out: Path) -> None:
    """Say so before the work, not after: InputError where `out` cannot become a folder of results."""
    parent = next(p for p in (out, *out.absolute().parents) if p.exists())
    try:
        tempfile.TemporaryDirectory(prefix=".psoas-", dir=parent).cleanup()
    except OSError as error:
        raise InputError(
            f"The results cannot be written there ({error.strerror}).",
            f"--out {out}",
            "Name a folder that may be written.",
        ) from error


def write_run(analysis: Analysis, out: Path, *, demo: Demo | None = None) -> None:
    """Write summary, tables and report to `out`; an earlier run's files there are replaced, others are kept.

    Everything is first written beside `out`, so a run that breaks off leaves `out` as it was.
    """
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        unfinished.chmod(0o755)
        write_tables(analysis, unfinished)
        numbers = summary(analysis)
        (unfinished / "summary.json").write_text(as_json(numbers), encoding="utf-8")
        (unfinished / "report.html").write_text(report(analysis, numbers, demo=demo), encoding="utf-8")
        _move(unfinished, out)
    except OSError as error:
        raise InputError(
            f"The results could not be written ({error.strerror}).",
            f"--out {out}",
            "Make room on the disk, or name another folder.",
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def as_json(numbers: object) -> str:
    """The text of a summary; NaN is not JSON and would be a fault."""
    return json.dumps(numbers, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _move(unfinished: Path, out: Path) -> None:
    if not out.exists():
        os.replace(unfinished, out)
        return
    earlier = [out / name for name in _ALWAYS] + [f for pattern in _PER_CONDITION for f in out.glob(pattern)]
    for file in earlier:
        if file.is_file() and not (unfinished / file.name).exists():
            file.unlink()
    for file in sorted(unfinished.iterdir()):
        os.replace(file, out / file.name)
