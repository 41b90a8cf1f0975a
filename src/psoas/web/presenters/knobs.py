"""The knobs of the what-if form: what may be turned, how far, and the condition that a setting means."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.engine.types import Condition
from psoas.web.presenters.movements import FIRST, SHOWN

Turned = Literal["shortness", "strength", "stiffness"]


@dataclass(frozen=True, slots=True)
class Knob:
    """One slider, in percent: 0 is as built. `first` stands in front, the others behind "more"."""

    name: str
    group: str
    turned: Turned
    says: str
    most: int
    step: int = 1
    first: bool = False


_SHORTER, _WEAKER, _STIFFER = 30, 100, 300
"""Most shorter, weaker, stiffer, %. Beyond 30 % shorter the passive force of the curves says nothing."""

# Of two knobs that turn the same muscle the later one holds: the part after the whole.
KNOBS = (
    Knob("shorter", "iliopsoas", "shortness", gettext_lazy("Hip flexor shorter"), _SHORTER, first=True),
    Knob("weaker", "iliopsoas", "strength", gettext_lazy("Hip flexor weaker"), _WEAKER, 5, first=True),
    Knob("stiffer", "iliopsoas", "stiffness", gettext_lazy("Hip flexor stiffer"), _STIFFER, 10),
    Knob("front_weaker", "quadriceps", "strength", gettext_lazy("Whole quadriceps weaker"), _WEAKER, 5),
    Knob("thigh_shorter", "rectus_femoris", "shortness", gettext_lazy("Rectus femoris shorter"), _SHORTER),
    Knob("thigh_weaker", "rectus_femoris", "strength", gettext_lazy("Rectus femoris weaker"), _WEAKER, 5),
    Knob("back_shorter", "hamstrings", "shortness", gettext_lazy("Hamstrings shorter"), _SHORTER),
    Knob("back_weaker", "hamstrings", "strength", gettext_lazy("Hamstrings weaker"), _WEAKER, 5),
    Knob("seat_weaker", "gluteus_maximus", "strength", gettext_lazy("Gluteus maximus weaker"), _WEAKER, 5),
    Knob(
        "side_weaker",
        "gluteus_medius_minimus",
        "strength",
        gettext_lazy("Gluteus medius and minimus weaker"),
        _WEAKER,
        5,
    ),
    Knob("calf_weaker", "gastrocnemius", "strength", gettext_lazy("Gastrocnemius weaker"), _WEAKER, 5),
)
_BY_NAME = {knob.name: knob for knob in KNOBS}
FIRST_KNOB = KNOBS[0].name
SIDES: Mapping[str, str] = {
    "both": gettext_lazy("both legs"),
    "r": gettext_lazy("right leg"),
    "l": gettext_lazy("left leg"),
}
EXAMPLE = {"weaker": "50"}  # what a first visit shows


@dataclass(frozen=True, slots=True)
class Setting:
    """A movement, the legs whose muscles change, and the knobs that are turned, in percent."""

    movement: str
    side: str
    turned: tuple[tuple[str, float], ...]

    @property
    def condition(self) -> Condition:
        """The knobs as the engine takes them."""
        end = "" if self.side == "both" else f"_{self.side}"
        made: dict[str, dict[str, float]] = {"shortness": {}, "strength": {}, "stiffness": {}}
        for name, percent in self.turned:
            knob, share = _BY_NAME[name], percent / 100.0
            value = {"shortness": share, "strength": 1.0 - share, "stiffness": 1.0 + share}[knob.turned]
            made[knob.turned][knob.group + end] = round(value, 6)
        return Condition(self.query if self.turned else "as_built", **made)

    @property
    def query(self) -> str:
        """The setting as an address asks for it."""
        turned = {name: f"{percent:g}" for name, percent in self.turned} or {FIRST_KNOB: "0"}
        side = {} if self.side == "both" else {"side": self.side}
        return urlencode({"movement": self.movement, **turned, **side})


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, what is wrong with it, and what it means where nothing is wrong."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    setting: Setting


def read(given: Mapping[str, str], example: Mapping[str, str] = EXAMPLE) -> Form:
    """A form or an address. Without any knob it is the example; errors name what is wrong."""
    typed = {knob.name: given[knob.name].strip()[:40] for knob in KNOBS if knob.name in given} or dict(
        example
    )
    errors: dict[str, str] = {}
    turned: list[tuple[str, float]] = []
    for knob in KNOBS:
        percent = _percent(typed.get(knob.name, ""), knob)
        if percent is None:
            errors[knob.name] = _("Give a number from 0 to %(most)s, in percent.") % {"most": knob.most}
        elif percent:
            turned.append((knob.name, percent))
    movement, side = given.get("movement", FIRST), given.get("side", "both")
    if movement not in SHOWN:
        errors["movement"] = _("There is no such movement here. Choose one of the list.")
        movement = FIRST
    if side not in SIDES:
        errors["side"] = _("Choose both legs, the right leg or the left leg.")
        side = "both"
    if side != "both" and side not in SHOWN[movement].legs:
        errors["side"] = _("This movement is known of the right leg only.")
    return Form(typed, errors, Setting(movement, side, tuple(turned)))


def _percent(word: str, knob: Knob) -> float | None:
    """A number in range, empty being 0; None for anything else."""
    if not word:
        return 0.0
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        return None
    return round(value, 1) if math.isfinite(value) and 0.0 <= value <= knob.most else None


def fields(form: Form, first: bool) -> Sequence[Mapping[str, object]]:
    """The sliders as the template shows them: those in front, or those behind "more"."""
    turned = dict(form.setting.turned)
    return [
        {
            "name": knob.name,
            "says": knob.says,
            "most": knob.most,
            "step": knob.step,
            "typed": form.typed.get(knob.name, "0") or "0",
            "value": f"{turned.get(knob.name, 0.0):g}",
            "error": form.errors.get(knob.name, ""),
        }
        for knob in KNOBS
        if knob.first == first
    ]
