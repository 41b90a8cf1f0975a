"""docs/gallery.md and its pictures: what the doors say and what the movements look like."""

import contextlib
import io
import shlex
from collections.abc import Sequence

import numpy as np

from psoas.cli import main
from psoas.engine.movements import Listed, listed
from psoas.engine.peaks import contact_of, resultant_n
from psoas.engine.types import AS_BUILT
from psoas.exchange.body_picture import Figure, leg_figure
from psoas.exchange.report import strip

LEAD = """# Gallery

What the program says and shows, made by `make docs` with its own commands: nothing here is typed by hand, and
equal runs give equal bytes.
"""
# Heading, words before, commands.
SHOWN: Sequence[tuple[str, str, Sequence[str]]] = (
    (
        "What if a muscle were weaker or shorter",
        "The same movement with a changed muscle, computed in several ways: a change counts if they agree.",
        (
            "whatif --strength iliopsoas=0.5",
            "whatif --shortness iliopsoas=0.1",
            "whatif --movement squat --shortness iliopsoas=0.15",
            "whatif --movement lunge --strength gluteus_maximus=0.5",
        ),
    ),
    (
        "How short is a hip flexor",
        "From measured angles to an interval, and where a leg with a short muscle would rest.",
        (
            "thomas --side r --thigh 4 --knee 55 --tilt 10",
            "thomas --forward --tilt 10 --shortness iliopsoas=0.1",
        ),
    ),
    (
        "What an exercise does",
        "Ours beside the article's: length, work, load, and where a load cannot be trusted.",
        ("exercise sh_halfkneel", "exercise article_couch", "exercise st_march"),
    ),
    (
        "Movements to choose from",
        "Measured means of healthy adults, and constructed ones, which are labelled so wherever they appear.",
        ("whatif --list",),
    ),
)
FILES = """## Files for a viewer

`psoas scene --movement squat --out DIR` writes bones, muscle paths with their wrapped arcs and what each
muscle does ([what a viewer gets](reference/scene.md)); the pages of `psoas serve` show them in 3D.
"""
ACTIONS = """## What the psoas does

`psoas actions` says it in words and tables ([the page](actions.md)).

![Arms at the hip, arms at each lumbar level, forces on the disc L4/5](actions.svg)
"""
_STRIP = ("natural", "step_up", "squat", "sit_to_stand", "lunge", "step_down_slow")


def gallery_pages() -> dict[str, str]:
    """The page and its pictures by file name."""
    figures = [_figure(listed()[name]) for name in _STRIP]
    told = ", ".join(f"{f.title.lower()} {f.says}" for f in figures)
    parts = [
        LEAD,
        "## Movements\n",
        f"![Right leg from the side when its knee bears most, in body weights: {told}.](movements.svg)\n",
        "*The right leg when its knee bears most; under it the load in body weights. Muscles are as thick as "
        "they pull: hip flexor red, quadriceps orange. Squat, rising, lunge and slow step down are "
        "constructed ([all of them in numbers](movements.md)).*\n",
        ACTIONS,
    ]
    for heading, words, commands in SHOWN:
        parts += [f"## {heading}\n", f"{words}\n", *(_said(command) for command in commands)]
    return {"gallery.md": "\n".join([*parts, FILES]), "movements.svg": strip(figures)}


def _figure(movement: Listed) -> Figure:
    analysis = movement.solve((AS_BUILT,))
    solved = analysis.solved[0]
    load = resultant_n(contact_of(solved, "tibiofemoral", "r"))
    if movement.shown_s is not None:
        shown = (analysis.coordinates.time_s >= 0.0) & (analysis.coordinates.time_s <= movement.shown_s[1])
        load = np.where(shown, load, 0.0)
    frame = int(np.nanargmax(load))
    short = movement.title.removeprefix("Mean ").removesuffix(" from a high seat")
    title = short[0].upper() + short[1:]
    return leg_figure(analysis, frame, solved.muscles["r"], "r", float(load[frame]), title, movement.kind)


def _said(command: str) -> str:
    """What a command prints, as a block."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = main(shlex.split(command))
    if code:
        raise RuntimeError(f"psoas {command} ended with {code}")
    return f"```\n$ psoas {command}\n{out.getvalue().rstrip()}\n```\n"
