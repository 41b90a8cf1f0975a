"""The design system as it stands in the style sheet: its colours, and the contrast of each pair in use."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

BASE = Path(__file__).parents[1] / "static" / "css" / "base.css"
TEXT, UI = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11, level AA
COLOURS = (
    ("paper", _("the ground of every page")),
    ("card", _("sheets and cards")),
    ("ink", _("text, and the button to press")),
    ("soft", _("second text")),
    ("rule", _("lines that only divide")),
    ("field", _("edges of fields and pills")),
    ("red", _("stop, and the psoas")),
    ("red-wash", _("behind a stop")),
    ("orange", _("take care, and the quadriceps")),
    ("orange-wash", _("behind what is marked")),
    ("green", _("done, and what speaks for")),
    ("green-wash", _("behind what can go on")),
    ("focus", _("where the keyboard is")),
    ("mark", _("a place marked on the figure")),
    ("skin", _("the figure")),
    ("skin-edge", _("the edge of the figure")),
)
# What stands on what: text needs 4.5 to 1, the edge of something to press or read 3 to 1.
PAIRS = (
    ("ink", "paper", TEXT), ("ink", "card", TEXT), ("soft", "paper", TEXT), ("soft", "card", TEXT),
    ("on-ink", "ink", TEXT), ("red", "paper", TEXT), ("red", "card", TEXT), ("red", "red-wash", TEXT),
    ("orange", "paper", TEXT), ("orange", "orange-wash", TEXT), ("green", "paper", TEXT),
    ("green", "card", TEXT), ("green", "green-wash", TEXT), ("ink", "red-wash", TEXT),
    ("ink", "orange-wash", TEXT), ("ink", "green-wash", TEXT), ("soft", "orange-wash", TEXT),
    ("soft", "green-wash", TEXT), ("soft", "red-wash", TEXT),
    ("field", "paper", UI), ("field", "card", UI), ("focus", "paper", UI), ("focus", "card", UI),
    ("focus", "skin", UI), ("mark", "skin", UI), ("mark", "card", UI), ("skin-edge", "card", UI),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """One colour on another: the contrast in light and in dark, and the least that is needed."""

    front: str
    back: str
    least: float
    light: float
    dark: float


@cache
def palettes() -> tuple[dict[str, str], dict[str, str]]:
    """Colours by name in light and in dark, read from the style sheet."""
    sheet = BASE.read_text(encoding="utf-8")
    light_part, dark_part = sheet.split("@media screen and (prefers-color-scheme: dark)", 1)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light_part, dark_part))
    return light, light | dark


def contrast(front: str, back: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, 1 to 21, as WCAG 2.2 defines it."""
    bright, dim = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@cache
def pairs() -> tuple[Pair, ...]:
    """Every pair that a page uses."""
    light, dark = palettes()
    return tuple(
        Pair(f, b, least, contrast(light[f], light[b]), contrast(dark[f], dark[b])) for f, b, least in PAIRS
    )


def page() -> dict[str, Any]:
    """What the page shows."""
    light, dark = palettes()
    return {
        "colours": [
            {"name": name, "says": says, "light": light[name], "dark": dark[name]} for name, says in COLOURS
        ],
        "pairs": pairs(),
    }
