"""What a person's own tests say about their hip flexor, as a setting of the body page's knobs."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from psoas.clinic.case import Case
from psoas.clinic.measured_tests import Measured
from psoas.web.presenters.hip_estimate import shortness
from psoas.web.presenters.knobs import Setting
from psoas.web.presenters.movements import FIRST

EXAMPLE_SHORTER = 10.0
"""Percent shown for a short hip flexor where no reading says how much shorter its fibres are."""
LEAST_WEAKER = 10.0  # percent; the finding without a reading says "more than 10 to 15"
_SIDE = {"right": "r", "left": "l"}


@dataclass(frozen=True, slots=True)
class Own:
    """The setting, and one sentence for each knob: from which test, and what it cannot say."""

    setting: Setting
    because: tuple[str, ...]


def own_body(case: Case) -> Own | None:
    """None where no test found the hip flexor short or weak; what lies inside a test's error is neither."""
    found = {
        m.norm.id: m
        for m in sorted(case.measured, key=lambda m: m.mean, reverse=True)
        if m.outcome == "short"
    }
    present = case.findings.present
    turned: dict[str, float] = {}
    because: list[str] = []
    if "e_ext_short" in present:
        turned["shorter"], says = _shorter(found.get("hip_extension"))
        because.append(says)
    if "e_hf_weak_painless" in present:
        turned["weaker"] = _weaker(found.get("hip_flexor_strength"))
        because.append(
            _("A test found your hip flexor weaker than the other: it is shown %(percent)s %% weaker.")
            % {"percent": f"{turned['weaker']:.0f}"}
        )
    if not turned:
        return None
    sides = {_SIDE[m.side] for m in found.values()} or {case.side or "both"}
    side = sides.pop() if len(sides) == 1 else "both"
    return Own(Setting(FIRST, side, tuple(turned.items())), tuple(because))


def _shorter(measured: Measured | None) -> tuple[float, str]:
    """Percent shorter as the body model reads it, where its whole interval says short; else an example."""
    value = None if measured is None else shortness(measured)
    if value is None or value.verdict != "short":
        says = _(
            "A test found your hip flexor short. How much shorter its fibres are it cannot say: "
            "%(percent)s %% are shown as an example."
        )
        return EXAMPLE_SHORTER, says % {"percent": f"{EXAMPLE_SHORTER:.0f}"}
    numbers = {name: round(100 * getattr(value, name)) for name in ("mean", "low", "high")}
    says = _(
        "A test found your hip flexor short. The body model reads it as %(mean)d %% shorter, which is shown "
        "here; anything from %(low)d to %(high)d %% fits (90 in 100)."
    )
    return float(numbers["mean"]), says % numbers


def _weaker(measured: Measured | None) -> float:
    """Percent weaker than the other side, from the readings where there are any."""
    return LEAST_WEAKER if measured is None else float(round(max(0.0, 100.0 - measured.mean)))
