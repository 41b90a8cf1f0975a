"""docs/actions.md and docs/actions.svg: what the psoas does at hip and spine, computed on the body."""

from psoas.engine.psoas_actions import actions, in_walking
from psoas.exchange.actions_figure import actions_figure
from psoas.exchange.actions_words import LIMITS, answers, tables

LEAD = """# What the psoas does

Made by `make docs`; `psoas actions` prints the same, `psoas actions --json` every fascicle in every posture.

![Three panels: arms at the hip, arms at each lumbar level, forces on the disc L4/5](actions.svg)

## What the article says, and what the body gives
"""
BESIDE = """## Beside what was measured

- Three cadavers and radiographs of ten men: only very small moments, which tend to extend the upper and flex
  the lower lumbar spine, and at maximum contraction severe compression and large shear (Bogduk, Pearcy and
  Hadfield 1992, doi:10.1016/0268-0033(92)90024-X). The signs agree. The upper four levels are small here too;
  L5/S1 is not.
- Magnetic resonance images of fifteen men: the sideways arm of the psoas grows from L2 down to S1, the
  fore-and-aft arm stays small (Reid, Livingston and Pearsall 1994, Arch Phys Med Rehabil 75:703-708; abstract
  read). The same here, to L4/5 for the second.
- Hip arms are those of the published body, within 0.3 mm (`docs/validation.md`).
- The study of Santaguida and McGill (1995) was not found to read and is not used.
"""


def actions_pages() -> dict[str, str]:
    """The page and its picture by file name."""
    found, walking = actions(), in_walking()
    parts = [LEAD]
    parts += [f"**{claim}** {answer}\n" for claim, answer in answers(found, walking)]
    parts.append(BESIDE)
    for caption, heads, rows in tables(found):
        title, _, rest = caption.partition(": ")
        parts += [f"## {title}\n", f"{rest[0].upper()}{rest[1:]}.\n"]
        parts.append("\n".join([_row(heads), "|---" * len(heads) + "|", *(_row(row) for row in rows)]) + "\n")
    parts += ["## Limits\n", LIMITS]
    return {"actions.md": "\n".join(parts), "actions.svg": actions_figure(found, walking)}


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
