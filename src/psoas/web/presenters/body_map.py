"""The figure to mark pain on: front, back and outer side, drawn from widths at heights and cut into regions.

Every region is a patch of one surface (down the body, across the limb), so neighbours share their edge. The
surface is bent, so that edges run round the limb and along the fold of the groin. Heights and widths are
drawn by eye, in units of a figure about 410 high; it is a picture to point at, not anatomy. Regions are those
of `knowledge/referral.toml`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Edge = tuple[tuple[float, float], ...]

# Height, distance from the middle of the body.
_OUTER: Edge = (
    (28, 33), (45, 31), (62, 32), (84, 40), (108, 48), (130, 51), (160, 48.5), (195, 43), (225, 37.5),
    (245, 35.5),
    (262, 35), (280, 34), (302, 37), (322, 36), (350, 30), (374, 26), (386, 26), (398, 31), (410, 33),
)  # fmt: skip
_INNER: Edge = (
    (28, 0), (128, 0), (134, 1.5), (160, 4.5), (195, 8), (225, 11), (243, 10.5), (262, 11.5),
    (280, 13), (302, 11.5), (322, 12.5), (350, 15.5), (374, 17.5), (386, 17), (398, 14), (410, 12),
)  # fmt: skip
# The same from the outer side: front edge and back edge from the plumb line through the hip.
_FRONT: Edge = (
    (28, 27), (62, 28), (90, 29), (120, 27), (150, 29), (190, 27), (222, 22), (238, 23),
    (252, 24), (266, 20), (284, 16), (320, 13), (360, 9), (384, 11), (398, 34), (410, 48),
)  # fmt: skip
_BEHIND: Edge = (
    (28, -20), (50, -16), (75, -24), (100, -34), (122, -34), (140, -27), (190, -20), (230, -15),
    (255, -13), (275, -18), (300, -24), (325, -22), (355, -12), (380, -9), (396, -17), (410, -16),
)  # fmt: skip

# Region: from height, to height, from part, to part across (0 outer or front edge, 1 inner or back edge).
Patch = tuple[str, float, float, float, float]
_FRONT_PATCHES: tuple[Patch, ...] = (
    ("ABD_LOW", 46, 96, 0.28, 1.0),
    ("HIP_LAT", 90, 138, 0.0, 0.27),
    ("GROIN", 96, 134, 0.27, 0.94),
    ("THIGH_LAT", 138, 224, 0.0, 0.26),
    ("THIGH_ANT", 134, 220, 0.26, 0.72),
    ("THIGH_MED", 136, 238, 0.72, 1.0),
    ("KNEE_ANT_SUPRA", 220, 240, 0.26, 0.72),
    ("KNEE_LAT_ITB", 224, 249, 0.0, 0.26),
    ("KNEE_ANT_PATELLA", 240, 261, 0.26, 0.72),
    ("KNEE_LAT_JL", 249, 273, 0.0, 0.26),
    ("KNEE_MED_JL", 238, 268, 0.72, 1.0),
    ("KNEE_ANT_INFRA", 261, 277, 0.26, 0.72),
    ("KNEE_MED_PES", 268, 292, 0.72, 1.0),
    ("TIB_TUB", 277, 292, 0.26, 0.72),
    ("SHIN_LAT", 273, 292, 0.0, 0.26),
    ("SHIN_LAT", 292, 378, 0.0, 0.36),
    ("SHIN_ANT", 292, 378, 0.36, 0.66),
    ("SHIN_MED", 292, 378, 0.66, 1.0),
    ("FOOT_LAT", 378, 410, 0.0, 0.33),
    ("FOOT_DORS", 378, 410, 0.33, 0.67),
    ("FOOT_MED", 378, 410, 0.67, 1.0),
)
_BACK_PATCHES: tuple[Patch, ...] = (
    ("FLANK", 40, 82, 0.0, 0.42),
    ("LBACK", 40, 76, 0.42, 1.0),
    ("SI", 76, 98, 0.42, 1.0),
    ("BUTTOCK", 82, 142, 0.0, 0.42),
    ("BUTTOCK", 98, 142, 0.42, 0.8),
    ("SADDLE", 98, 150, 0.8, 1.0),
    ("THIGH_POST", 142, 150, 0.0, 0.8),
    ("THIGH_POST", 150, 230, 0.0, 1.0),
    ("KNEE_POST", 230, 272, 0.0, 1.0),
    ("CALF", 272, 372, 0.0, 1.0),
)
_SIDE_PATCHES: tuple[Patch, ...] = (
    ("HIP_LAT", 84, 140, 0.22, 0.72),
    ("THIGH_LAT", 140, 224, 0.22, 0.72),
    ("KNEE_LAT_ITB", 224, 248, 0.3, 0.75),
    ("KNEE_LAT_JL", 248, 272, 0.3, 0.75),
    ("SHIN_LAT", 272, 378, 0.25, 0.75),
    ("FOOT_LAT", 384, 410, 0.2, 0.95),
)
_TOP, _CROTCH, _BOTTOM = 28.0, 128.0, 410.0
_ACROSS = 6  # pieces of an edge that runs across
_FRONT_FOLD, _BACK_FOLD = 26.0, 10.0  # how far the groin and the lower edge of the buttock climb outwards
_BOX = "4 12 112 402"
_MIDDLE = frozenset({"ABD_LOW", "LBACK", "SADDLE"})  # asked without a side

NAMES = {
    "ABD_LOW": _("Low belly"), "FLANK": _("Side of the back"), "LBACK": _("Low back"),
    "SI": _("Back of the pelvis"), "BUTTOCK": _("Buttock"), "GROIN": _("Groin"), "HIP_LAT": _("Outer hip"),
    "THIGH_ANT": _("Front of the thigh"), "THIGH_MED": _("Inner thigh"), "THIGH_LAT": _("Outer thigh"),
    "THIGH_POST": _("Back of the thigh"), "KNEE_ANT_SUPRA": _("Just above the kneecap"),
    "KNEE_ANT_PATELLA": _("Kneecap"), "KNEE_ANT_INFRA": _("Just below the kneecap"),
    "TIB_TUB": _("Bump at the top of the shin"), "KNEE_MED_JL": _("Inner side of the knee"),
    "KNEE_MED_PES": _("Inner shin, below the knee"), "KNEE_LAT_JL": _("Outer side of the knee"),
    "KNEE_LAT_ITB": _("Outer knee, above the joint"), "KNEE_POST": _("Back of the knee"),
    "SHIN_ANT": _("Front of the shin"), "SHIN_MED": _("Inner shin"), "SHIN_LAT": _("Outer shin"),
    "CALF": _("Calf"), "FOOT_MED": _("Inner foot"), "FOOT_DORS": _("Top of the foot"),
    "FOOT_LAT": _("Outer foot"), "SADDLE": _("Between the legs, where a saddle would be"),
}  # fmt: skip
GROUPS = (
    (_("Knee"), ("KNEE_ANT_PATELLA", "KNEE_ANT_SUPRA", "KNEE_ANT_INFRA", "KNEE_MED_JL", "KNEE_MED_PES",
                 "KNEE_LAT_JL", "KNEE_LAT_ITB", "KNEE_POST", "TIB_TUB")),
    (_("Hip and groin"), ("GROIN", "HIP_LAT", "BUTTOCK")),
    (_("Thigh"), ("THIGH_ANT", "THIGH_MED", "THIGH_LAT", "THIGH_POST")),
    (_("Shin and foot"), ("SHIN_ANT", "SHIN_MED", "SHIN_LAT", "CALF", "FOOT_MED", "FOOT_DORS", "FOOT_LAT")),
    (_("Back and belly"), ("LBACK", "SI", "FLANK", "ABD_LOW", "SADDLE")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A patch of the figure: the name that is kept, its words, its path."""

    name: str
    words: Any
    path: str


@dataclass(frozen=True, slots=True)
class View:
    """One figure: outlines behind, regions in front; sides: where a word says which leg this is."""

    id: str
    title: Any
    box: str
    outlines: tuple[str, ...]
    regions: tuple[Region, ...]
    sides: tuple[tuple[str, Any], ...] = ()


def _at(edge: Edge, height: float) -> float:
    """Distance at a height, on a smooth curve through the knots (Catmull-Rom in height)."""
    k = next((k for k in range(len(edge) - 2) if height <= edge[k + 1][0]), len(edge) - 2)
    (low, first), (high, second) = edge[k], edge[k + 1]
    span = high - low
    before, after = edge[max(k - 1, 0)], edge[min(k + 2, len(edge) - 1)]
    rise = (second - before[1]) / (high - before[0]) * span
    fall = (after[1] - first) / (after[0] - low) * span
    t = (height - low) / span
    return (
        (2 * t**3 - 3 * t**2 + 1) * first
        + (t**3 - 2 * t**2 + t) * rise
        + (3 * t**2 - 2 * t**3) * second
        + (t**3 - t**2) * fall
    )


def _bent(height: float, part: float, fold: float) -> float:
    """Where a point of the surface lies in height: bands sag round a limb, and climb at the groin."""
    fade = min((height - _TOP) / 24, (_BOTTOM - height) / 14, 1.0)
    round_limb = 3.4 * (1.0 - (2.0 * part - 1.0) ** 2) - 1.7
    climb = fold * (part - 0.5) * math.exp(-(((height - 116.0) / 27.0) ** 2))
    return height + max(fade, 0.0) * (round_limb + climb)


def _patch(outer: Edge, inner: Edge, patch: Patch, middle: float, sign: float, fold: float) -> str:
    """The outline of a patch: down along one edge, across, up along the other, and back across."""
    _name, top, bottom, first, last = patch
    steps = max(3, round((bottom - top) / 4))
    heights = [top + (bottom - top) * k / steps for k in range(steps + 1)]
    parts = [first + (last - first) * k / _ACROSS for k in range(1, _ACROSS)]

    def point(height: float, part: float) -> str:
        at = _bent(height, part, fold)
        near, far = _at(outer, at), _at(inner, at)
        return f"{middle + sign * (near + (far - near) * part):.1f} {at:.1f}"

    line = [point(h, first) for h in heights] + [point(bottom, part) for part in parts]
    line += [point(h, last) for h in reversed(heights)] + [point(top, part) for part in reversed(parts)]
    return "M" + "L".join(line) + "Z"


def _two_sided(id: str, title: Any, patches: Sequence[Patch], right_is_left: bool) -> View:
    """A view in which both legs are seen; from the front the right leg is on the left of the paper."""
    regions, fold = [], _FRONT_FOLD if right_is_left else _BACK_FOLD
    for side, sign in (("R", -1.0), ("L", 1.0)) if right_is_left else (("L", -1.0), ("R", 1.0)):
        for patch in patches:
            name = patch[0] if patch[0] in _MIDDLE else f"{patch[0]}_{side}"
            regions.append(Region(name, words_of(name), _patch(_OUTER, _INNER, patch, 60, sign, fold)))
    words = (_("right"), _("left")) if right_is_left else (_("left"), _("right"))
    return View(
        id, title, _BOX, (_both_legs(),), tuple(regions), tuple(zip(("32", "88"), words, strict=True))
    )


def _both_legs() -> str:
    """The outline of both legs in one line: down one leg, up its inner edge, then the same on the other."""
    down = [_TOP + (_BOTTOM - _TOP) * k / 95 for k in range(96)]
    inner = [h for h in down if h >= _CROTCH]
    line = [(60 - _at(_OUTER, h), h) for h in down] + [(60 - _at(_INNER, h), h) for h in reversed(inner)]
    line += [(60 + _at(_INNER, h), h) for h in inner] + [(60 + _at(_OUTER, h), h) for h in reversed(down)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + "Z"


def _one_sided(id: str, title: Any, side: str) -> View:
    """The outer side of one leg; the right leg looks right."""
    sign = 1.0 if side == "R" else -1.0
    regions = tuple(
        Region(
            f"{patch[0]}_{side}",
            words_of(f"{patch[0]}_{side}"),
            _patch(_FRONT, _BEHIND, patch, 60, sign, 0.0),
        )
        for patch in _SIDE_PATCHES
    )
    return View(
        id, title, _BOX, (_patch(_FRONT, _BEHIND, ("", _TOP, _BOTTOM, 0.0, 1.0), 60, sign, 0.0),), regions
    )


def words_of(name: str) -> Any:
    """The words for a region, with its side."""
    if name in NAMES:
        return NAMES[name]
    word = NAMES[name[:-2]]
    pattern = gettext("%(place)s, right") if name.endswith("_R") else gettext("%(place)s, left")
    return pattern % {"place": word}


def views() -> tuple[View, ...]:
    """The four figures."""
    return (
        _two_sided("front", _("Front"), _FRONT_PATCHES, True),
        _two_sided("back", _("Back"), _BACK_PATCHES, False),
        _one_sided("side-r", _("Right side"), "R"),
        _one_sided("side-l", _("Left side"), "L"),
    )


def names() -> tuple[str, ...]:
    """Every name that can be marked."""
    return tuple(
        name
        for _title, group in GROUPS
        for each in group
        for name in ((each,) if each in _MIDDLE else (f"{each}_R", f"{each}_L"))
    )


def groups(marked: frozenset[str]) -> list[dict[str, Any]]:
    """The list beside the figure: for each place the right and the left box."""
    return [
        {
            "title": title,
            "places": [
                {
                    "words": NAMES[each],
                    "boxes": [
                        {"name": name, "side": side, "on": name in marked}
                        for name, side in (
                            ((each, ""),)
                            if each in _MIDDLE
                            else ((f"{each}_R", _("right")), (f"{each}_L", _("left")))
                        )
                    ],
                }
                for each in group
            ],
        }
        for title, group in GROUPS
    ]
