"""The answer of `psoas thomas` in words and as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psoas.engine.hip_flexor_test import TILT_UNSEEN, Prior, Shortness, ThomasEstimate, ThomasReading
from psoas.engine.leg_pair import Difference
from psoas.engine.prone_knee_bend import LIFT_NM, ElyReading
from psoas.engine.push_test import PushEstimate, PushReading, Strength
from psoas.engine.thigh_in_space import Posture
from psoas.engine.types import Condition, Side
from psoas.exchange.columns import wrapped

SIDES: dict[Side, str] = {"r": "right", "l": "left"}
MUSCLES = {"iliopsoas": "iliopsoas", "rectus_femoris": "rectus femoris"}
CLOSING = (
    "Shorter means shorter than in the average healthy adult of the model. A stiff hip joint, a "
    "tense muscle or "
    "pain look the same in these tests. A model estimate, not a diagnosis; short hip flexors are "
    "common without pain."
)
PUSH_LIMITS = (
    "Not known from a push: whether it was the hardest one possible (pain, fear, a first try), which "
    "of the flexors "
    "is weak, and strength at other angles. The built-in body stands for a strong young man: below 1 "
    "is not weak by "
    "itself."
)


@dataclass(frozen=True, slots=True)
class LegAnswer:
    """What was read of one leg and what came out; None where a test was not done.

    `thomas` holds the prone knee bend too where both were done; `ely` is the prone knee bend alone.
    """

    side: Side
    reading: ThomasReading | None
    thomas: ThomasEstimate | None
    ely_reading: ElyReading | None
    ely: Shortness | None
    push_reading: PushReading | None
    push: PushEstimate | None


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """Right beside left; `strength` is right over left."""

    iliopsoas: Difference | None
    rectus: Difference | None
    strength: Strength | None


def answer_words(
    legs: Sequence[LegAnswer], pair: PairAnswer | None, prior: Prior, stiffer: Side | None = None
) -> str:
    """For people."""
    parts = [_leg_words(leg, prior) for leg in legs]
    if pair is not None:
        parts.append(_pair_words(pair, stiffer))
    if any(leg.push is not None for leg in legs):
        parts.append(PUSH_LIMITS)
    if any(leg.thomas is not None or leg.ely is not None for leg in legs):
        parts.append(CLOSING)
    return wrapped("\n\n".join(parts))


def _leg_words(leg: LegAnswer, prior: Prior) -> str:
    lines = [f"{SIDES[leg.side].capitalize()} leg"]
    if leg.thomas is not None and leg.reading is not None:
        lines += [_sentence(name, getattr(leg.thomas, key)) for key, name in MUSCLES.items()]
        lines.append(_which(leg.thomas.rectus_more))
        lines += leg.thomas.notes
        lines.append(_reckoned_with(leg.reading, leg.ely_reading, prior))
    if leg.ely is not None and leg.ely_reading is not None:
        lines.append(_sentence("rectus femoris", leg.ely))
        lines.append("A prone knee bend says nothing of the iliopsoas.")
        lines.append(
            f"Reckoned with: knee {np.degrees(leg.ely_reading.knee_rad):.0f} ± "
            f"{np.degrees(leg.ely_reading.error_rad):.0f} degrees where about {LIFT_NM:.0f} N m lift the hip."
        )
    if leg.push is not None and leg.push_reading is not None:
        lines += _push_words(leg.push, leg.push_reading)
    return "\n  ".join(lines)


def _sentence(name: str, value: Shortness) -> str:
    head = f"{name.capitalize()}: {value.verdict}"
    if value.verdict == "cannot tell":
        head = f"{name.capitalize()}: cannot tell whether it is short"
    low, high = _percent(value.low), _percent(value.high)
    return f"{head}. Shorter by {_percent(value.mean)} %, between {low} and {high} % (90 in 100)."


def _which(rectus_more: float) -> str:
    if 0.05 < rectus_more < 0.95:
        return "Which of the two is the shorter one cannot be told."
    which = "rectus femoris" if rectus_more >= 0.95 else "iliopsoas"
    return f"Of the two, the {which} is the shorter one ({100 * max(rectus_more, 1 - rectus_more):.0f} %)."


def _percent(part: float) -> str:
    return str(round(100.0 * part))


def _reckoned_with(reading: ThomasReading, ely: ElyReading | None, prior: Prior) -> str:
    tilt, spread = TILT_UNSEEN
    seen = "tilt unseen: "
    if reading.tilt_rad is not None:
        tilt, spread, seen = reading.tilt_rad, reading.tilt_error_rad, "tilt "
    error = np.degrees(reading.thigh_error_rad)
    knee = "not read"
    if reading.knee_rad is not None:
        knee = f"{np.degrees(reading.knee_rad):.0f} ± {error:.0f}"
    out = "" if reading.drift_rad is None else f", drift {np.degrees(reading.drift_rad):.0f}"
    prone = "" if ely is None else f", prone knee bend {np.degrees(ely.knee_rad):.0f}"
    return (
        f"Reckoned with: thigh {np.degrees(reading.thigh_rad):.0f} ± {error:.0f}, "
        f"knee {knee}, "
        f"{seen}{np.degrees(tilt):.0f} ± {np.degrees(spread):.0f}{out}{prone} degrees; "
        f"expected before the test: {100 * prior.mean:.0f} ± {100 * prior.sd:.0f} % shorter."
    )


def _push_words(push: PushEstimate, reading: PushReading) -> list[str]:
    group, alone = push.hip_flexors, push.iliopsoas_alone
    lines = [
        f"Hip flexors: {group.median:.2f} times as strong as the built-in body's, between "
        f"{group.low:.2f} and "
        f"{group.high:.2f} (90 in 100), from {push.moment_nm:.0f} N m."
    ]
    if alone.high < 0.0:
        lines.append("Weakness of the iliopsoas alone could not make so low a reading.")
    else:
        lines.append(
            f"If the iliopsoas alone made the difference: {max(alone.median, 0.0):.1f} times, between "
            f"{max(alone.low, 0.0):.1f} and {alone.high:.1f}."
        )
    lines.append(
        f"Reckoned with: {reading.force_n:.0f} N at {reading.lever_m:.2f} m, {reading.mass_kg:g} kg, "
        "and the weight "
        f"of the leg."
    )
    return lines


def _pair_words(pair: PairAnswer, stiffer: Side | None) -> str:
    lines = ["Right beside left"]
    for name, found in (("iliopsoas", pair.iliopsoas), ("rectus femoris", pair.rectus)):
        if found is None:
            continue
        d = found.right_minus_left
        span = f"right minus left {_percent(d.mean)} points, between {_percent(d.low)} and {_percent(d.high)}"
        if found.shorter is None:
            lines.append(f"{name.capitalize()}: which side is shorter cannot be told ({span}).")
        else:
            lines.append(f"{name.capitalize()}: shorter on the {SIDES[found.shorter]} ({span}).")
    if pair.strength is not None:
        s = pair.strength
        span = f"right over left {s.median:.2f}, between {s.low:.2f} and {s.high:.2f}"
        told = "a difference cannot be told" if s.low < 1.0 < s.high else "they differ"
        lines.append(f"Strength: {told} ({span}).")
    if stiffer is not None and _against(pair, stiffer):
        lines.append(
            f"The {SIDES[stiffer]} leg was said to be the stiffer one, and the readings say the "
            "other: check that "
            "right and left were not exchanged."
        )
    return "\n  ".join(lines)


def _against(pair: PairAnswer, stiffer: Side) -> bool:
    other: Side = "l" if stiffer == "r" else "r"
    found = [d.shorter for d in (pair.iliopsoas, pair.rectus) if d is not None]
    return other in found and stiffer not in found


def answer_json(legs: Sequence[LegAnswer], pair: PairAnswer | None, prior: Prior) -> dict[str, object]:
    """As numbers: angles in degrees, shortness in parts of the optimal fibre length, strength as a factor."""
    table: dict[str, object] = {
        "legs": {leg.side: _leg_json(leg) for leg in legs},
        "prior": {"mean": prior.mean, "sd": prior.sd},
        "cannot_separate": ["psoas", "iliacus"],
    }
    if pair is not None:
        table["right_beside_left"] = {
            "iliopsoas": _difference_json(pair.iliopsoas),
            "rectus_femoris": _difference_json(pair.rectus),
            "strength_right_over_left": _strength_json(pair.strength),
        }
    return table


def _leg_json(leg: LegAnswer) -> dict[str, object]:
    table: dict[str, object] = {}
    if leg.reading is not None and leg.thomas is not None:
        table["reading"] = _reading_json(leg.reading)
        table["shortness"] = {key: _shortness_json(getattr(leg.thomas, key)) for key in MUSCLES}
        table["rectus_more"] = leg.thomas.rectus_more
        table["notes"] = list(leg.thomas.notes)
    if leg.ely is not None:
        table["shortness"] = {"rectus_femoris": _shortness_json(leg.ely)}
    if leg.ely_reading is not None:
        table["prone_knee_bend_deg"] = float(np.degrees(leg.ely_reading.knee_rad))
    if leg.push is not None and leg.push_reading is not None:
        table["push"] = {"force_n": leg.push_reading.force_n, "lever_m": leg.push_reading.lever_m}
        table["strength"] = {
            "hip_flexors": _strength_json(leg.push.hip_flexors),
            "iliopsoas_if_alone": _strength_json(leg.push.iliopsoas_alone),
            "moment_nm": leg.push.moment_nm,
        }
    return table


def _reading_json(reading: ThomasReading) -> dict[str, object]:
    return {
        "thigh_deg": float(np.degrees(reading.thigh_rad)),
        "knee_deg": None if reading.knee_rad is None else float(np.degrees(reading.knee_rad)),
        "tilt_deg": None if reading.tilt_rad is None else float(np.degrees(reading.tilt_rad)),
        "drift_deg": None if reading.drift_rad is None else float(np.degrees(reading.drift_rad)),
        "error_deg": float(np.degrees(reading.thigh_error_rad)),
        "tilt_error_deg": float(np.degrees(reading.tilt_error_rad)),
    }


def _shortness_json(value: Shortness) -> dict[str, object]:
    return {"mean": value.mean, "low_90": value.low, "high_90": value.high, "verdict": value.verdict}


def _difference_json(found: Difference | None) -> dict[str, object] | None:
    if found is None:
        return None
    d = found.right_minus_left
    return {"mean": d.mean, "low_90": d.low, "high_90": d.high, "shorter": found.shorter}


def _strength_json(value: Strength | None) -> dict[str, float] | None:
    return None if value is None else {"median": value.median, "low_90": value.low, "high_90": value.high}


def rest_words(tilt_rad: float, rested: Sequence[tuple[Condition, Posture]]) -> str:
    """Where the leg rests as built and changed, for people."""
    lines = [
        "A relaxed right leg over the edge of a table, the pelvis rolled back by "
        f"{np.degrees(tilt_rad):.0f} degrees",
        f"{'':32}{'thigh':>8}{'outwards':>10}{'knee':>7}   degrees",
    ]
    for condition, p in rested:
        name = "average adult" if condition.name == "as_built" else condition.name
        thigh, outwards, knee = np.degrees([p.thigh_rad, p.outwards_rad, p.knee_rad])
        lines.append(f"{name:32}{thigh:8.1f}{outwards:10.1f}{knee:7.1f}")
    lines.append("Published averages: thigh -11.9, outwards 15.6, knee 52.5 (117 athletes, Harvey 1998).")
    lines.append("Thigh above the horizontal is positive. A model estimate.")
    return "\n".join(lines)


def rest_json(tilt_rad: float, rested: Sequence[tuple[Condition, Posture]]) -> dict[str, object]:
    """The same as numbers, in degrees."""
    return {
        "tilt_deg": float(np.degrees(tilt_rad)),
        "rest": [
            {
                "name": condition.name,
                "thigh_deg": float(np.degrees(p.thigh_rad)),
                "outwards_deg": float(np.degrees(p.outwards_rad)),
                "knee_deg": float(np.degrees(p.knee_rad)),
                "hip_flexion_deg": float(np.degrees(p.hip_flexion_rad)),
            }
            for condition, p in rested
        ],
    }
