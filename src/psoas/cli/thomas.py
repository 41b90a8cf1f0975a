"""`psoas thomas`: measured angles of the modified Thomas test -> shortness with its interval."""

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np

from psoas.cli.options import number_of
from psoas.engine.hip_flexor_test import (
    TILT_UNSEEN,
    Prior,
    Shortness,
    ThomasEstimate,
    ThomasReading,
    thomas_estimate,
)
from psoas.errors import InputError

THIGH = "degrees of the thigh above the horizontal; below it is negative"
KNEE = "degrees of knee bend; a straight knee is 0"
TILT = "degrees by which the pelvis rolls backwards from level; 0 has its front points and pubic bone level"
MOST_SPREAD_DEG = 15.0
SIDES = {"r": "right", "l": "left"}
NAMES = {"iliopsoas": "iliopsoas", "rectus_femoris": "rectus femoris"}


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The readings, their errors and the prior."""
    repeat = "repeat it for repeated readings, of which the mean counts"
    verb.add_argument("--thigh", action="append", metavar="DEG", help=f"{THIGH}; {repeat}")
    verb.add_argument("--knee", action="append", metavar="DEG", help=f"{KNEE}; {repeat}")
    verb.add_argument("--tilt", action="append", metavar="DEG", help=f"{TILT}; leave it out if nobody looked")
    verb.add_argument("--side", choices=tuple(SIDES), required=True, help="the leg that hangs")
    verb.add_argument(
        "--error", default="3", metavar="DEG", help="error (SD) of thigh and knee angle; default 3"
    )
    verb.add_argument(
        "--tilt-error", default="5", metavar="DEG", help="error (SD) of the tilt as seen; default 5"
    )
    verb.add_argument(
        "--prior",
        default="5",
        metavar="PERCENT",
        help="shortness expected before the test (SD 8 points); default 5",
    )
    verb.add_argument("--json", action="store_true", help="print numbers instead of words")


def run(arguments: argparse.Namespace) -> int:
    """Read, weigh, say."""
    reading, prior = reading_of(arguments)
    print("Weighing 16,384 possible people (a few seconds)", file=sys.stderr)
    estimate = thomas_estimate(reading, prior)
    if arguments.json:
        print(json.dumps(as_table(arguments.side, reading, prior, estimate), indent=1))
    else:
        print(words(arguments.side, reading, prior, estimate))
    return 0


def reading_of(arguments: argparse.Namespace) -> tuple[ThomasReading, Prior]:
    """Checked angles of the command line, in radians."""
    thigh = _mean("--thigh", arguments.thigh, -50.0, 70.0, THIGH)
    knee = _mean("--knee", arguments.knee, 0.0, 120.0, KNEE)
    tilt = None if arguments.tilt is None else _mean("--tilt", arguments.tilt, -20.0, 45.0, TILT)
    if abs(thigh) < 1.6 and 0.0 < knee < 3.2:
        raise InputError(
            "These angles look like radians.",
            f"--thigh {thigh:g} --knee {knee:g}",
            "Give degrees: 0.8 radians is 46 degrees. No knee hangs almost straight from a level thigh.",
        )
    error = number_of(arguments.error, f"--error {arguments.error}", 1.0, 15.0, "degrees, one SD.")
    tilt_error = number_of(
        arguments.tilt_error, f"--tilt-error {arguments.tilt_error}", 1.0, 20.0, "degrees, one SD."
    )
    expected = number_of(arguments.prior, f"--prior {arguments.prior}", -5.0, 25.0, "percent.")
    spread = np.radians(error)
    reading = ThomasReading(
        thigh_rad=float(np.radians(thigh)),
        knee_rad=float(np.radians(knee)),
        tilt_rad=None if tilt is None else float(np.radians(tilt)),
        thigh_error_rad=float(spread),
        knee_error_rad=float(spread),
        tilt_error_rad=float(np.radians(tilt_error)),
    )
    return reading, Prior(mean=expected / 100.0)


def _mean(option: str, given: Sequence[str] | None, least: float, most: float, means: str) -> float:
    if not given:
        raise InputError("An angle is missing.", option, f"Give {means}.")
    values = [number_of(word, f"{option} {word}", least, most, f"{means}.") for word in given]
    if max(values) - min(values) > MOST_SPREAD_DEG:
        raise InputError(
            f"The readings differ by {max(values) - min(values):g} degrees.",
            f"{option} {' '.join(given)}",
            "Measure again: these are not readings of one resting leg. "
            "The other leg goes into a call of its own.",
        )
    return sum(values) / len(values)


def words(side: str, reading: ThomasReading, prior: Prior, estimate: ThomasEstimate) -> str:
    """The answer for people."""
    lines = [f"{SIDES[side].capitalize()} leg, modified Thomas test", ""]
    lines += [_sentence(name, getattr(estimate, key)) for key, name in NAMES.items()]
    more = estimate.rectus_more
    if more >= 0.95 or more <= 0.05:
        which = "rectus femoris" if more >= 0.95 else "iliopsoas"
        lines.append(f"Of the two, the {which} is the shorter one ({100 * max(more, 1 - more):.0f} %).")
    else:
        lines.append("Which of the two is the shorter one cannot be told.")
    lines += ["", *estimate.notes, "", _reckoned_with(reading, prior)]
    lines.append(
        "Shorter than the built-in body, which stands for a healthy adult. A stiff hip joint, a tense muscle "
        "or pain look the same in this test. A model estimate, not a diagnosis; short hip flexors are common "
        "without pain."
    )
    return "\n".join(lines)


def _sentence(name: str, value: Shortness) -> str:
    if value.verdict == "cannot tell":
        head = f"{name.capitalize()}: cannot tell whether it is short"
    else:
        head = f"{name.capitalize()}: {value.verdict}"
    return (
        f"{head}. Shorter by {_percent(value.mean)} %, between {_percent(value.low)} and "
        f"{_percent(value.high)} % (90 in 100)."
    )


def _percent(part: float) -> str:
    return f"{100.0 * part + 0.0:.0f}".replace("-0", "0") if abs(part) < 0.005 else f"{100.0 * part:.0f}"


def _reckoned_with(reading: ThomasReading, prior: Prior) -> str:
    if reading.tilt_rad is None:
        tilt = f"tilt unseen: {np.degrees(TILT_UNSEEN[0]):.0f} ± {np.degrees(TILT_UNSEEN[1]):.0f}"
    else:
        tilt = f"tilt {np.degrees(reading.tilt_rad):.0f} ± {np.degrees(reading.tilt_error_rad):.0f}"
    error = np.degrees(reading.thigh_error_rad)
    return (
        f"Reckoned with: thigh {np.degrees(reading.thigh_rad):.0f} ± {error:.0f}, "
        f"knee {np.degrees(reading.knee_rad):.0f} ± {error:.0f}, {tilt} degrees; "
        f"expected before the test: {100 * prior.mean:.0f} ± {100 * prior.sd:.0f} % shorter."
    )


def as_table(side: str, reading: ThomasReading, prior: Prior, estimate: ThomasEstimate) -> dict[str, object]:
    """The same as numbers: angles in degrees, shortness in parts of the optimal fibre length."""
    muscles = {
        key: {"mean": m.mean, "low_90": m.low, "high_90": m.high, "verdict": m.verdict}
        for key in NAMES
        for m in (getattr(estimate, key),)
    }
    tilt = None if reading.tilt_rad is None else float(np.degrees(reading.tilt_rad))
    return {
        "side": side,
        "reading": {
            "thigh_deg": float(np.degrees(reading.thigh_rad)),
            "knee_deg": float(np.degrees(reading.knee_rad)),
            "tilt_deg": tilt,
            "error_deg": float(np.degrees(reading.thigh_error_rad)),
            "tilt_error_deg": float(np.degrees(reading.tilt_error_rad)),
        },
        "prior": {"mean": prior.mean, "sd": prior.sd},
        "shortness": muscles,
        "rectus_more": estimate.rectus_more,
        "notes": list(estimate.notes),
    }
