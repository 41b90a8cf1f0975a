"""`psoas knowledge`: check, list and show the shelf of cited knowledge."""

import argparse
import difflib
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table as Grid
from rich.text import Text

from psoas.clinic.learning import read_lessons, read_quiz
from psoas.clinic.pages import claims_page, lesson_page, quiz_page
from psoas.clinic.shelf import Shelf, ShelfFile, read_shelf
from psoas.clinic.shelf_check import faults_of
from psoas.errors import InputError
from psoas.exchange.columns import WIDE

Statement = tuple[str, str, ShelfFile, Mapping[str, Any]]
"""Kind, id, file, table."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    verbs = parser.add_subparsers(dest="action", metavar="check|list|show", required=True)
    check = verbs.add_parser("check", help="find every fault of the shelf at once")
    listing = verbs.add_parser("list", help="every statement, or those of one kind")
    listing.add_argument("kind", nargs="?", help="such as red_flags, questions, exercises, sources")
    show = verbs.add_parser("show", help="one statement with its sources and its review")
    show.add_argument("id")
    for verb in (check, listing, show):
        verb.add_argument("--json", action="store_true", help="as JSON")
        verb.add_argument("--shelf", type=Path, help="another folder of the same format")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked. Returns 2 if the check finds a fault."""
    if arguments.shelf is not None and not arguments.shelf.is_dir():
        raise InputError("There is no such folder", str(arguments.shelf), "Give the folder of a shelf.")
    shelf = read_shelf(arguments.shelf)
    out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    if arguments.action == "check":
        return _check(shelf, out, arguments.json)
    statements = list(_statements(shelf))
    if arguments.action == "list":
        _list(statements, arguments.kind, out, arguments.json)
    else:
        _show(statements, arguments.id, shelf.tables.get("purpose", {}), out, arguments.json)
    return 0


def _statements(shelf: Shelf) -> Iterator[Statement]:
    for file in shelf.files:
        kind = file.path.removesuffix(".toml").partition("/")[0]
        if kind == "sources":
            for id, table in file.table.items():
                yield "sources", id, file, table
        elif "id" in file.table and kind != "questions":
            yield kind, file.table["id"], file, file.table
        else:
            for entries in file.table.values():
                for entry in entries if isinstance(entries, list) else ():
                    if isinstance(entry, Mapping) and "id" in entry:
                        yield kind, entry["id"], file, entry


def _check(shelf: Shelf, out: Console, as_json: bool) -> int:
    faults = faults_of(shelf, date.today())
    if as_json:
        record = [{"file": f.file, "line": f.line, "what": f.what, "blocks": f.blocks} for f in faults]
        print(json.dumps({"knowledge": shelf.hash, "faults": record}, indent=1))
    else:
        for fault in faults:
            out.print(f"knowledge/{fault}", markup=False, soft_wrap=True)
        statements = list(_statements(shelf))
        drafts = sum(not file.table.get("review", {}).get("reviewers") for _, _, file, _ in statements)
        out.print(
            f"{len(shelf.files)} files, {len(statements)} statements, {drafts} of them draft, "
            f"{len(faults)} faults; knowledge {shelf.hash[:12]}"
        )
    return 2 if faults else 0


def _words(table: Mapping[str, Any]) -> str:
    for key in ("name", "title", "text", "says", "stem", "cites", "known"):
        if key in table:
            return str(table[key])
    return ""


def _list(statements: list[Statement], kind: str | None, out: Console, as_json: bool) -> None:
    kinds = sorted({each[0] for each in statements})
    if kind is not None and kind not in kinds:
        raise InputError(f"Nothing is of the kind {kind!r}", "knowledge list", f"Kinds: {', '.join(kinds)}.")
    chosen = [each for each in statements if kind in (None, each[0])]
    if as_json:
        print(json.dumps([{"kind": k, "id": i, "words": _words(t)} for k, i, _, t in chosen], indent=1))
        return
    grid = Grid.grid(padding=(0, 2, 0, 0))
    if kind is None:
        for each in kinds:
            grid.add_row(each, f"{sum(k == each for k, _, _, _ in statements):4d}")
        out.print(grid)
        out.print("psoas knowledge list KIND names them; psoas knowledge show ID shows one.", style="dim")
        return
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    for _, id, _, table in chosen:
        grid.add_row(id, Text(_words(table)))
    out.print(grid)


def _page(
    kind: str, file: ShelfFile, table: Mapping[str, Any], purpose: Mapping[str, Any], sources: Any
) -> str:
    """The statement as a page to read, where there is one; else nothing."""
    statuses = {id: source["status"] for id, source in sources.items()}
    if kind == "lessons":
        return lesson_page(read_lessons({file.stem: file.table})[0], purpose, statuses)
    if kind == "claims":
        return claims_page(table["part"], [table], purpose, statuses)
    if kind == "quiz":
        return quiz_page(read_quiz({file.stem: {"item": [table]}})[0], purpose, statuses)
    return ""


def _status(source: str, entry: Mapping[str, Any]) -> str:
    """Whether the source was read; our own judgement and search are no sources to be read."""
    return "ours" if source.startswith("Own") else str(entry.get("status", "missing"))


def _cited(table: Mapping[str, Any]) -> Iterator[str]:
    yield from table.get("sources", ())
    for sentence in table.get("sentence", ()):
        yield from sentence["sources"]


def _show(
    statements: list[Statement], id: str, purpose: Mapping[str, Any], out: Console, as_json: bool
) -> None:
    found = [each for each in statements if each[1] == id]
    if not found:
        near = difflib.get_close_matches(id, [each[1] for each in statements], 3)
        advice = f"Did you mean {', '.join(near)}?" if near else "`psoas knowledge list` counts them all."
        raise InputError(f"There is no statement {id[:60]!r}", "knowledge show", advice)
    if as_json:
        print(json.dumps([{"kind": k, "file": f.path, **t} for k, _, f, t in found], indent=1, default=str))
        return
    sources = {each[1]: each[3] for each in statements if each[0] == "sources"}
    for kind, _, file, table in found:
        out.print(f"[bold]{id}[/]  ({kind}, knowledge/{file.path})")
        page = _page(kind, file, table, purpose, sources)
        if page:
            out.print(Markdown(page))
        grid = Grid.grid(padding=(0, 2, 0, 0))
        for key, value in table.items():
            if not page and key not in ("id", "sources", "example", "review"):
                grid.add_row(f"  {key}", Text(_in_words(value)))
        for source in dict.fromkeys(_cited(table)):
            entry = sources.get(source, {})
            grid.add_row("  source", Text(f"{source} ({_status(source, entry)}): {entry.get('cites', '')}"))
        review = file.table.get("review")
        if review is not None:
            grid.add_row("  reviewed", f"by {', '.join(review['reviewers']) or 'nobody yet: draft'}")
            grid.add_row("  due", str(review["due"]))
        out.print(grid)


GROUPS = {"all": "all of", "any": "any of", "none": "none of"}
VERBS = {"is": "is", "at_least": "at least", "at_most": "at most", "one_of": "one of"}


def _in_words(value: Any, depth: int = 0) -> str:
    """A value of the shelf in words; conditions as an indented list."""
    if isinstance(value, Mapping) and "finding" in value:
        said = [f"{VERBS[key]} {_in_words(value[key])}" for key in VERBS if key in value]
        return " ".join([str(value["finding"]), *said])
    if isinstance(value, Mapping) and set(value) & {*GROUPS, "count"}:
        return f"\n{'  ' * depth}".join(_group_in_words(key, inner, depth) for key, inner in value.items())
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_in_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        sentences = any(isinstance(each, str) and " " in each for each in value)
        if sentences or any(isinstance(each, Mapping) for each in value):
            return "\n".join(f"- {_in_words(each, depth)}" for each in value)
        return ", ".join(_in_words(each) for each in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _group_in_words(key: str, value: Any, depth: int) -> str:
    title = GROUPS.get(key) or f"at least {value['at_least']} of"
    parts = value["of"] if key == "count" else value
    indent = "\n" + "  " * (depth + 1)
    return title + "".join(indent + _in_words(part, depth + 1) for part in parts)
