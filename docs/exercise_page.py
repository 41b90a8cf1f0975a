"""docs/exercises.md: what every exercise of the shelf does to the muscles, computed on the body."""

from collections.abc import Mapping
from typing import Any

from psoas.engine.exercise import Verdict, motions, verdict
from psoas.exchange.exercise_words import (
    VERSIONS,
    band_words,
    does_what_it_should,
    effect_words,
    limits,
    load_rows,
    name_of,
    told,
)

LEAD = """# What the exercises do

Made by `make docs` from the poses in `src/psoas/knowledge/motions`; `psoas exercise NAME` computes one. Each
exercise stands beside the article's version and a common mistake, where there is one. The poses are ours and
nobody has reviewed them yet.
"""


def exercise_page(exercises: Mapping[str, Mapping[str, Any]]) -> str:
    """The page as text; exercises in the order of the shelf."""
    found = [verdict(motion) for motion in motions().values()]
    parts = [LEAD, limits(), ""]
    for id, exercise in sorted(exercises.items(), key=lambda item: item[1]["order"]):
        mine = [v for v in found if v.motion.exercise == id]
        if mine:
            parts += [f"## {exercise['name']}", ""]
            order = list(VERSIONS)
            for each in sorted(mine, key=lambda v: order.index(v.motion.version)):
                parts += _section(each)
    return "\n".join(parts)


def _section(found: Verdict) -> list[str]:
    motion = found.motion
    pull = f" {band_words(found)}" if found.band_n else ""
    rows = [f"| {name_of(e.group)} | {effect_words(e)} |" for e in told(found)]
    return [
        f"**{motion.name}** (`{motion.id}`, {VERSIONS[motion.version]}). {motion.says}{pull} "
        f"{does_what_it_should(found)}",
        "",
        "| muscle | what it does |",
        "|---|---|",
        *rows,
        "",
        *_loads(found),
    ]


def _loads(found: Verdict) -> list[str]:
    """Loads of the poses that muscles hold; nothing where hands or floor hold."""
    rows = load_rows(found)
    if not rows:
        return []
    return [
        "| load, body weights | knee | kneecap | hip | doubt |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
