"""One what-if as a page and as JSON: the knee's curve with its band, a sentence, a table that agrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from jaxtyping import Float

from psoas.engine.joint_contact import joint_contact
from psoas.engine.load_curve import LoadCurve, beyond_muscles, load_curve
from psoas.engine.peaks import percent
from psoas.engine.types import Condition, MuscleForces, Side, Solved
from psoas.engine.what_if import Band as LoadBand
from psoas.engine.what_if import Movement, WhatIf, shared, what_if
from psoas.exchange.charts import Band, Chart, Line, svg
from psoas.exchange.what_if_words import sentence
from psoas.exchange.words import what_changed
from psoas.units import body_weight_n
from psoas.web.presenters.knobs import Setting
from psoas.web.presenters.movements import SHOWN, prepared

CURVE_SIZE = (520, 300)
CURVE_LEFT, CURVE_RIGHT = 40, CURVE_SIZE[0] - 12  # where `charts.svg` puts its axes
_HEADROOM = 1.5  # over the highest load as built: the axis stands still over most of a slider's way
PLACES = {
    ("tibiofemoral", "early_stance"): gettext_lazy("Knee, just after the heel lands"),
    ("tibiofemoral", "late_stance"): gettext_lazy("Knee, before the foot leaves the ground"),
    ("tibiofemoral", "swing"): gettext_lazy("Knee, the foot in the air"),
    ("tibiofemoral", "peak"): gettext_lazy("Knee"),
    ("patellofemoral", "early_stance"): gettext_lazy("Kneecap, just after the heel lands"),
    ("patellofemoral", "late_stance"): gettext_lazy("Kneecap, before the foot leaves the ground"),
    ("patellofemoral", "swing"): gettext_lazy("Kneecap, the foot in the air"),
    ("patellofemoral", "peak"): gettext_lazy("Kneecap"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One peak in words: body weights as it is and changed, the change and its span, what that means."""

    place: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """All that one setting changes. `beyond` takes the place of `says` where the muscles are too weak."""

    setting: Setting
    side: Side
    found: WhatIf
    curve: LoadCurve
    muscles: Mapping[Side, MuscleForces]
    says: str
    why: str
    beyond: str
    rows: tuple[Row, ...]

    @property
    def clear(self) -> bool:
        """Whether the load on the knee that is shown clearly changes."""
        return not self.beyond and any(
            band.clear and band.place.of == "tibiofemoral" and band.place.side == self.side
            for band in self.found.bands
        )


def answered(setting: Setting) -> Answer:
    """The answer to a valid setting, about 40 ms for a new one."""
    return _answered(setting, get_language())


@lru_cache(maxsize=64)  # half a megabyte each
def _answered(setting: Setting, _language: str | None) -> Answer:
    """Kept for each language, because its sentences are made here."""
    movement, condition = prepared(setting.movement), setting.condition
    side: Side = "l" if setting.side == "l" else "r"
    forces = shared(movement, condition)
    found = what_if(movement, condition, forces)
    return Answer(
        setting,
        side,
        found,
        load_curve(movement, forces, "tibiofemoral", side),
        forces[0],
        sentence(found),
        _why(movement, condition, forces[0], found),
        _beyond(beyond_muscles(movement, forces)),
        tuple(_row(band) for band in found.bands if band.place.side == side and _place(band) in PLACES),
    )


def as_json(answer: Answer) -> dict[str, Any]:
    """What the page needs to follow a slider; the numbers are in body weights."""
    weight = body_weight_n(prepared(answer.setting.movement).analysis.subject.mass_kg)
    x, curves = _shown_part(answer)
    return {
        "query": answer.setting.query,
        "movement": answer.setting.movement,
        "side": answer.side,
        "says": answer.beyond or answer.says,
        "why": "" if answer.beyond else answer.why,
        "rows": [row.cells for row in answer.rows],
        "svg": curve_svg(answer),
        "percent": [round(float(v), 2) for v in x],
        **{
            f"{name}_bw": [round(float(v) / weight, 4) for v in values]
            for name, values in zip(("before", "after", "low", "high"), curves, strict=True)
        },
    }


def context(answer: Answer) -> dict[str, Any]:
    """The same for the template."""
    shown = SHOWN[answer.setting.movement]
    return {
        "says": answer.beyond or answer.says,
        "why": "" if answer.beyond else answer.why,
        "rows": answer.rows,
        "curve": curve_svg(answer),
        "curve_title": _("The load on the left knee")
        if answer.side == "l"
        else _("The load on the right knee"),
        "cursor": {
            "left": CURVE_LEFT,
            "right": CURVE_RIGHT,
            "shift": 50 if answer.side == "l" and shown.turns else 0,
        },
    }


def curve_svg(answer: Answer) -> str:
    """As it is in ink, changed in red, with the band of the change."""
    weight = body_weight_n(prepared(answer.setting.movement).analysis.subject.mass_kg)
    x, (before, after, low, high) = _shown_part(answer)
    shown = SHOWN[answer.setting.movement]
    step = _("percent of the movement") if shown.built else _("percent of the time on this foot")
    return svg(
        Chart(
            title=_("Load on the knee, in body weights, as it is and changed, with the band of the change"),
            x_label=_("percent of the stride") if shown.turns else step,
            y_label=_("body weights"),
            x_range=(0.0, 100.0),
            lines=[Line(x, before / weight, "built"), Line(x, after / weight, "changed")],
            bands=[Band(x, low / weight, high / weight, "changed")],
            size=CURVE_SIZE,
            least_top=_HEADROOM * float(np.nanmax(before)) / weight,
        )
    )


def _shown_part(
    answer: Answer,
) -> tuple[Float[np.ndarray, "shown"], Sequence[Float[np.ndarray, "shown"]]]:
    """Percent and the four curves over one cycle of the leg, or over the whole step."""
    analysis = prepared(answer.setting.movement).analysis
    x = percent(analysis, answer.side)
    first = int(np.argmin(x))
    cycle = slice(first, first + 101) if SHOWN[answer.setting.movement].turns else slice(None)
    x = np.linspace(0.0, 100.0, len(x[cycle]))
    c = answer.curve
    return x, [values[cycle] for values in (c.before_n, c.after_n, c.low_n, c.high_n)]


def _why(
    movement: Movement, condition: Condition, muscles: Mapping[Side, MuscleForces], found: WhatIf
) -> str:
    """Through which muscles the knee's load changes, where it clearly does."""
    if not any(band.clear and band.place.of == "tibiofemoral" for band in found.bands):
        return ""
    contacts = tuple(
        joint_contact(geometry, muscles[side])
        for side, of_side in movement.ready[0].contacts.items()
        for geometry in of_side
    )
    told = what_changed(movement.analysis, Solved(condition, muscles, contacts))
    return told[1] if told else ""


def _beyond(dofs: tuple[str, ...]) -> str:
    if not dofs:
        return ""
    joints = {
        "hip_flexion": _("bend and straighten the hip"),
        "hip_adduction": _("hold the hip sideways"),
        "hip_rotation": _("turn the thigh"),
        "knee_angle": _("bend and straighten the knee"),
        "ankle_angle": _("move the foot"),
    }
    what = _(" and ").join(dict.fromkeys(str(joints[dof[:-2]]) for dof in dofs))
    return _(
        "With these muscles nobody could make this movement: they are too weak to %(what)s as it needs. So "
        "the load on the knee cannot be told; a real person would move in another way."
    ) % {"what": what}


def _place(band: LoadBand) -> tuple[str, str]:
    return band.place.of, band.place.phase


def _row(band: LoadBand) -> Row:
    verdict = _("no clear change")
    if band.clear:
        verdict = _("rises") if band.change[0] > 0 else _("falls")
    span = _("%(low)s to %(high)s %%") % {"low": signed(band.low), "high": signed(band.high)}
    cells = (f"{band.before_bw:.2f}", f"{band.after_bw:.2f}", f"{signed(band.change[0])} %", span, verdict)
    return Row(str(PLACES[_place(band)]), cells)


def signed(share: float) -> str:
    """Percent without decimals; zero has no sign."""
    whole = round(100 * share)
    return f"{whole:+d}" if whole else "0"
