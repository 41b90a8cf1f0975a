"""The files of the shelf as they stand: tables, hash of all of them, and the line where something is said."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

LARGEST_FILE = 2_000_000
"""Bytes; a file of the shelf that is larger is taken for a mistake."""

Table = Mapping[str, Any]
Step = str | int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the shelf. blocks: the program refuses to start with it."""

    file: str
    line: int
    what: str
    blocks: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class ShelfFile:
    """One TOML file: its path below the shelf with `/`, its text, and its table."""

    path: str
    text: str
    table: Table

    @property
    def kind(self) -> str:
        """Folder and `*` for a statement a file, else the name of the file: `red_flags/*`, `claims`."""
        folder, _, name = self.path.removesuffix(".toml").rpartition("/")
        return f"{folder}/*" if folder else name

    @property
    def stem(self) -> str:
        """Name of the file without folder and ending."""
        return self.path.removesuffix(".toml").rpartition("/")[2]

    def fault(self, what: str, *steps: Step, blocks: bool = True) -> Fault:
        """A fault at the line where these steps lead: keys, and numbers of entries in lists from 0."""
        return Fault(self.path, line_of(self.text, steps), what, blocks)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every file that could be read, the faults of those that could not, and the hash of all bytes."""

    files: tuple[ShelfFile, ...]
    faults: tuple[Fault, ...]
    hash: str

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """`tables[folder][name]`, and `tables[name]` for a file at the root of the shelf."""
        tables: dict[str, dict[str, Any]] = {}
        for file in self.files:
            folder = file.path.rpartition("/")[0]
            if folder:
                tables.setdefault(folder, {})[file.stem] = file.table
            else:
                tables[file.stem] = dict(file.table)
        return tables


def home() -> Traversable:
    """The shelf that came with the program."""
    return files("psoas") / "knowledge"


def read_shelf(folder: Path | Traversable | None = None) -> Shelf:
    """Read every `.toml` of the folder and of its folders; never raises for what is in them."""
    root = home() if folder is None else folder
    found: list[ShelfFile] = []
    faults: list[Fault] = []
    digest = hashlib.sha256()
    for path, entry in _entries(root, ""):
        try:
            raw = entry.read_bytes()
        except OSError as error:
            faults.append(Fault(path, 1, f"cannot be read: {error.strerror or error}"))
            continue
        digest.update(f"{path}\0{len(raw)}\0".encode() + raw)
        if len(raw) > LARGEST_FILE:
            faults.append(Fault(path, 1, f"is larger than {LARGEST_FILE:,} bytes"))
            continue
        try:
            text = raw.decode("utf-8")
            found.append(ShelfFile(path, text, tomllib.loads(text)))
        except UnicodeDecodeError:
            faults.append(Fault(path, 1, "is not UTF-8 text"))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            at = re.search(r"line (\d+)", str(error))
            faults.append(Fault(path, int(at[1]) if at else 1, f"is not TOML: {error}"))
    return Shelf(tuple(found), tuple(faults), digest.hexdigest())


def _entries(folder: Path | Traversable, prefix: str) -> list[tuple[str, Path | Traversable]]:
    if not folder.is_dir():
        return []
    entries: list[tuple[str, Path | Traversable]] = []
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            entries += _entries(entry, f"{path}/")
        elif entry.name.endswith(".toml"):
            entries.append((path, entry))
    return entries


def line_of(text: str, steps: Sequence[Step]) -> int:
    """Line (from 1) where the steps lead, as far as they can be followed in the text.

    A key followed by a number is that entry of `[[key]]`; a key alone is `key = ...` or `[key]`.
    """
    position, index = 0, 0
    while index < len(steps):
        key = re.escape(str(steps[index]))
        if index + 1 < len(steps) and isinstance(steps[index + 1], int):
            pattern = rf"^\s*\[\[(?:[\w-]+\.)*{key}\]\]"
            times, index = int(steps[index + 1]) + 1, index + 2
        else:
            pattern = rf"^\s*(?:\[\[?(?:[\w-]+\.)*{key}\]|{key}\s*=)"
            times, index = 1, index + 1
        for _ in range(times):
            match = re.compile(pattern, re.MULTILINE).search(text, position)
            if match is None:
                return text.count("\n", 0, position) + 1
            position = match.start() + len(match[0])
    return text.count("\n", 0, position) + 1
