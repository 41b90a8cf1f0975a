"""What the body model makes of the angles of the hanging leg, beside what the clinic's limits say of them.

The clinic's outcome decides; the estimate is shown with its interval and decides nothing.
"""

from collections.abc import Sequence
from math import radians

from django.utils.translation import gettext as _

from psoas.clinic.measured_tests import Measured
from psoas.engine.hip_flexor_test import Shortness, ThomasReading, thomas_estimate
from psoas.errors import InputError

BAND_SD = 1.96  # the clinic's band holds 95 readings in 100
_LEAST_ERROR_DEG = 1.0


def estimates(measured: Sequence[Measured]) -> list[dict[str, str]]:
    """One entry a side that was measured: its name and one sentence."""
    sides = {"right": _("Right"), "left": _("Left")}
    return [{"side": sides[each.side], "says": _sentence(each)} for each in measured]


def shortness(measured: Measured) -> Shortness | None:
    """Of the iliopsoas, from one side's hip extension; None where no leg hangs like that.

    Hip extension below the level is positive in the clinic, negative in the engine.
    """
    error = max(measured.band / BAND_SD, _LEAST_ERROR_DEG)
    reading = ThomasReading(radians(-measured.mean), None, thigh_error_rad=radians(error))
    try:
        return thomas_estimate(reading).iliopsoas
    except InputError:
        return None


def _sentence(measured: Measured) -> str:
    value = shortness(measured)
    if value is None:
        return _("The body model knows no leg that hangs like this. Were plus and minus mixed up?")
    return f"{_verdict(value)} {_size(value)}"


def _verdict(value: Shortness) -> str:
    if value.verdict == "short":
        return _("The body model reads a short hip flexor.")
    if value.verdict == "not short":
        return _("The body model reads a hip flexor longer than average.")
    return _("The body model cannot tell whether the hip flexor is short.")


def _size(value: Shortness) -> str:
    numbers = {
        "low": round(100 * value.low),
        "high": round(100 * value.high),
        "mean": round(100 * value.mean),
    }
    said = _("Shorter than average by %(mean)d %%, between %(low)d and %(high)d %% (90 in 100).") % numbers
    return said if value.low >= 0.0 else f"{said} {_('Below 0 means longer.')}"
