"""What the psoas does as one picture: arms at the hip, arms at each lumbar level, forces on the disc L4/5.

Plain SVG with its colours written in; every number stands in a table beside it. Equal runs give equal bytes.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from psoas.engine.psoas_actions import Actions, Posture, Walking, actions, whole
from psoas.exchange.actions_words import LEVEL_WORDS

_STYLE = (
    "rect.paper{fill:#faf7f0}text{font:14px ui-sans-serif,system-ui,Helvetica,Arial,sans-serif;fill:#2a241d}"
    ".title{font:600 18px Georgia,serif}.soft{fill:#6f6558}.grid{stroke:#e2d9c8}.zero{stroke:#6f6558}"
    ".line{fill:none;stroke-width:2.6;stroke-linejoin:round;stroke-linecap:round}"
    ".red{stroke:#c4271b}.orange{stroke:#d5811c}.ink{stroke:#2a241d}"
    ".brown{stroke:#8a5a4c;stroke-dasharray:7 5}text{stroke:none!important}text.red{fill:#c4271b}"
    "text.orange{fill:#9a5a0d}text.brown{fill:#8a5a4c}rect.press{fill:#c4271b}rect.forward{fill:#d5811c}.end{text-anchor:end}"
    ".middle{text-anchor:middle}circle{stroke:none}circle.red{fill:#c4271b}circle.ink{fill:#2a241d}"
    "circle.orange{fill:#d5811c}"
)
_SPINES = (("standing", "ink"), ("lumbar_flexed", "red"), ("lumbar_extended", "orange"))
_HIP_DEG = np.arange(-20.0, 100.1, 5.0)


def actions_figure(found: Actions, walking: Walking) -> str:
    """The picture as one .svg of its own."""
    arm = 1e3 * whole(found, "psoas").hip_arm_m[:, 0]
    says = (
        f"Three panels. At the hip the psoas has an arm of {arm.min():.0f} to {arm.max():.0f} mm for bending "
        "and next to none for turning. At the lumbar levels it extends a little above and flexes below. On "
        "the disc L4/5 it presses."
    )
    return "".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1140 430" role="img" '
            f'aria-label="{escape(says, quote=True)}"><style>{_STYLE}</style>'
            '<rect class="paper" width="1140" height="430"/>',
            *_hip(),
            *_spine(found),
            *_disc(found, walking),
            "</svg>",
        ]
    )


def _hip() -> list[str]:
    """Arms over hip flexion, every five degrees."""
    found = actions(postures=[Posture(f"{x:g}", "", {"hip_flexion_r": float(x)}) for x in _HIP_DEG])
    psoas, iliacus = whole(found, "psoas"), whole(found, "iliacus")
    left, right, top, bottom = 60.0, 350.0, 60.0, 360.0

    def x(degrees: float) -> float:
        return left + (degrees + 20.0) / 120.0 * (right - left)

    def y(mm: float) -> float:
        return bottom - (mm + 10.0) / 60.0 * (bottom - top)

    parts = [_text("title", 20, 32, "At the hip: arms, mm")]
    for mm in range(-10, 51, 10):
        kind = "grid" if mm else "zero"
        parts += [_line(kind, left, y(mm), right, y(mm)), _text("soft end", left - 8, y(mm) + 5, f"{mm}")]
    for degrees in (-20, 0, 30, 60, 90):
        parts.append(_text("soft middle", x(degrees), bottom + 22, f"{degrees}°"))
    parts.append(_text("soft middle", (left + right) / 2, bottom + 46, "hip extended   to   hip flexed"))
    curves = (
        ("red", "psoas bends the hip", psoas.hip_arm_m[:, 0], 22.0),
        ("orange", "iliacus bends the hip", iliacus.hip_arm_m[:, 0], -36.0),
        ("brown", "psoas adducts", psoas.hip_arm_m[:, 1], 22.0),
        ("ink", "psoas turns the thigh in", psoas.hip_arm_m[:, 2], 28.0),
    )
    for kind, says, arm, below in curves:
        places = [(x(d), y(1e3 * a)) for d, a in zip(_HIP_DEG, arm, strict=True)]
        parts.append(_path(kind, places))
        at = {"orange": -20.0, "red": -17.0, "brown": 30.0, "ink": -17.0}[kind]
        near = int(np.argmin(np.abs(_HIP_DEG - at)))
        parts.append(_text(kind, places[near][0], places[near][1] + below, says))
    return parts


def _spine(found: Actions) -> list[str]:
    """Arms for extension by level, from the top of the spine down, in three postures."""
    psoas = whole(found, "psoas")
    left, right, top, bottom = 460.0, 710.0, 80.0, 340.0

    def x(mm: float) -> float:
        return left + (mm + 40.0) / 55.0 * (right - left)

    def y(level: int) -> float:
        return top + level / 4.0 * (bottom - top)

    parts = [_text("title", 400, 32, "At each lumbar level: psoas, mm")]
    for mm in range(-40, 11, 10):
        kind = "grid" if mm else "zero"
        parts += [_line(kind, x(mm), top - 14, x(mm), bottom + 14)]
        parts.append(_text("soft middle", x(mm), bottom + 36, f"{mm}"))
    parts += [_text("soft end", left - 8, y(k) + 5, word) for k, word in enumerate(LEVEL_WORDS)]
    parts.append(_text("soft end", x(0.0) - 6, bottom + 60, "flexes the spine"))
    parts.append(_text("soft", x(0.0) + 6, bottom + 60, "extends"))
    names = [p.name for p in found.postures]
    for k, (name, kind) in enumerate(_SPINES):
        i = names.index(name)
        places = [(x(1e3 * a), y(level)) for level, a in enumerate(psoas.level_arm_m[i, :, 0])]
        parts.append(_path(kind, places))
        parts += [f'<circle class="{kind}" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in places]
        parts.append(_text(kind, left + 6, top + 8 + 22 * k, found.postures[i].says))
    return parts


def _disc(found: Actions, walking: Walking) -> list[str]:
    """Compression and forward shear at L4/5: at rest, in walking, fully active."""
    psoas = whole(found, "psoas")
    i = [p.name for p in found.postures].index("standing")
    rows = (
        ("standing at rest", psoas.disc_rest_n[i]),
        ("walking, at most", walking.disc_n),
        ("fully active", psoas.disc_full_n[i]),
    )
    left, right = 800.0, 1120.0
    largest = max(float(disc[0]) for _, disc in rows)
    parts = [_text("title", 800, 32, "On the disc L4/5: one psoas, N")]
    for k, (says, disc) in enumerate(rows):
        top = 70.0 + 96.0 * k
        parts.append(_text("", left, top, says))
        for n, (kind, word) in enumerate((("press", "presses"), ("forward", "pushes forward"))):
            wide = float(disc[n]) / largest * (right - left - 60.0)
            y = top + 10.0 + 28.0 * n
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{y:.1f}" width="{wide:.1f}" height="22" rx="3"/>'
            )
            told = f"{disc[n]:.0f} {word}" if k == 0 else f"{disc[n]:.0f}"
            parts.append(_text("soft", left + wide + 8, y + 16, told))
    parts.append(_text("soft", left + wide + 8, y + 16, f"{disc[n]:.0f} {word if k == 0 else ''}".rstrip()))
    parts.append(_text("soft", left, 376, f"Body weight here: {found.body_weight_n:.0f} N."))
    parts.append(_text("soft", left, 398, "The muscles of the back are not in it."))
    return parts


def _path(kind: str, places: Sequence[tuple[float, float]]) -> str:
    return f'<path class="line {kind}" d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in places)}"/>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(kind: str, x: float, y: float, word: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(word)}</text>'
