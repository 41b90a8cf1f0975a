"""`psoas exercise`: which muscle an exercise lengthens, which it works, by how much."""

import argparse
import difflib
import json
from textwrap import fill

from psoas.engine.exercise import Verdict, motions, verdict
from psoas.errors import InputError
from psoas.exchange.columns import WIDE, wrapped
from psoas.exchange.exercise_words import (
    VERSIONS,
    band_words,
    does_what_it_should,
    effect_words,
    limits,
    load_rows,
    name_of,
    told,
    verdict_json,
)


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """One motion by name, or all of them."""
    verb.epilog = "Example: psoas exercise sh_halfkneel"
    verb.add_argument("name", nargs="?", help="such as sh_halfkneel or article_couch")
    verb.add_argument("--all", action="store_true", help="every one of the shelf")
    verb.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compute and say."""
    known = motions()
    if arguments.all == (arguments.name is not None):
        raise InputError("Which exercise?", "psoas exercise", f"Give --all, or one of: {', '.join(known)}.")
    if arguments.name is not None and arguments.name not in known:
        near = difflib.get_close_matches(arguments.name, known, 3) or list(known)
        raise InputError(
            f"There are no poses of an exercise {arguments.name[:60]!r}",
            "psoas exercise",
            f"Did you mean {', '.join(near)}?",
        )
    found = [verdict(m) for m in known.values() if arguments.all or m.id == arguments.name]
    if arguments.json:
        print(json.dumps([verdict_json(v) for v in found], indent=1))
        return 0
    print("\n\n".join(_page(v) for v in found))
    print(f"\n{wrapped(limits())}")
    return 0


def _page(found: Verdict) -> str:
    motion = found.motion
    lines = [f"{motion.name} ({motion.id}, {VERSIONS[motion.version]})", f"  {does_what_it_should(found)}"]
    lines += [
        fill(f"  {name_of(e.group):<27} {effect_words(e)}", WIDE, subsequent_indent=" " * 30)
        for e in told(found)
    ]
    if found.band_n:
        lines.append(f"  {band_words(found)}")
    rows = load_rows(found)
    if rows:
        lines.append("  load, body weights: knee, kneecap, hip")
        for pose, *loads, doubt in rows:
            lines.append(f"    {pose:<27}{''.join(load.rjust(6) for load in loads)}")
            if doubt:
                lines.append(wrapped(f"      doubtful: {doubt}"))
    return "\n".join(lines)
