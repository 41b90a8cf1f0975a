"""Tables of the shelf as they lie on disk, for tests that look at the words and not at the program."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

SHELF = Path(str(files("psoas"))) / "knowledge"


def table(*parts: str) -> dict[str, Any]:
    """One TOML file of the shelf."""
    return tomllib.loads(SHELF.joinpath(*parts).read_text(encoding="utf-8"))


def folder(name: str) -> dict[str, dict[str, Any]]:
    """Every TOML file of a folder of the shelf, by file name."""
    return {path.stem: table(name, path.name) for path in sorted((SHELF / name).glob("*.toml"))}
