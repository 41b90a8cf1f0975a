"""From a pain drawing over named regions to the published referral patterns that fit it.

Fit is the share of the drawing's weight that a pattern explains: the sum of its weights over the marked
regions against the sum it could have reached (3 a region), so every marked region that a pattern does not
know counts against it. Dividing by the pattern's own maximum instead would favour narrow patterns, and
would lift the hip flexor above the hip joint for groin and front thigh. A drawing changes no level and
gives no points; it names at most three patterns and the safety questions to ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psoas.errors import InputError

TYPICAL = 3
SHOWN = 3
HIP_JOINT_OR_NERVE = frozenset({"hip_oa", "lumbar_rad", "femoral_neuro"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where one source is felt: weight 3 typical, 2 common, 1 possible."""

    id: str
    condition: str | None
    plain: str
    weights: Mapping[str, int]
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Safety questions that a mark in any of these regions asks for; both_legs: or marks on both sides."""

    regions: frozenset[str]
    both_legs: bool
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PainMap:
    """The regions that can be marked, the patterns in file order (hip flexor last), and what regions ask."""

    regions: frozenset[str]
    patterns: tuple[Pattern, ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that fits, with the share of the drawing it explains (0 to 1) and the regions it knows."""

    pattern: Pattern
    fit: float
    regions: tuple[str, ...]


def read_pain_map(table: Mapping[str, Any]) -> PainMap:
    """The raw file `referral.toml`: `regions`, `[[pattern]]` and `[[ask]]`."""
    patterns = tuple(
        Pattern(
            id=entry["id"],
            condition=entry.get("condition"),
            plain=entry["plain"],
            weights=entry["weights"],
            grade=entry["grade"],
            sources=tuple(entry["sources"]),
        )
        for entry in table["pattern"]
    )
    asks = tuple(
        Ask(frozenset(entry["regions"]), entry["both_legs"], tuple(entry["questions"]))
        for entry in table["ask"]
    )
    return PainMap(frozenset(table["regions"]), patterns, asks)


def read_drawing(marked: Iterable[str], pain_map: PainMap, where: str) -> frozenset[str]:
    """Regions as marked, with or without side (`GROIN`, `GROIN_R`); raises InputError on an unknown one."""
    drawing = set()
    for name in marked:
        region = name[:-2] if name not in pain_map.regions and name[-2:] in ("_R", "_L") else name
        if region not in pain_map.regions:
            raise InputError(
                f"unknown region {name!r}", where, f"Use one of {', '.join(sorted(pain_map.regions))}."
            )
        drawing.add(name)
    return frozenset(drawing)


def match(drawing: frozenset[str], pain_map: PainMap) -> tuple[Match, ...]:
    """At most three patterns, the best fit first; of equal fit file order, where the hip flexor comes last.

    With groin, front thigh and knee marked together, hip and nerve come before the hip flexor whatever
    the fit: they are to be asked about first.
    """
    regions = frozenset(_without_side(name, pain_map) for name in drawing)
    if not regions:
        return ()
    found = []
    for pattern in pain_map.patterns:
        known = tuple(sorted(region for region in regions if pattern.weights.get(region)))
        if known:
            fit = sum(pattern.weights[region] for region in known) / (TYPICAL * len(regions))
            found.append(Match(pattern, fit, known))
    found.sort(key=lambda entry: -entry.fit)
    return tuple(_hip_and_nerve_first(found, regions)[:SHOWN])


def questions_for(drawing: frozenset[str], both_sides: bool, pain_map: PainMap) -> tuple[str, ...]:
    """The safety questions that the drawing asks for, each once."""
    marked = {_without_side(name, pain_map) for name in drawing}
    both = both_sides or {name[-1] for name in drawing if name not in pain_map.regions} == {"R", "L"}
    asked: dict[str, None] = {}
    for ask in pain_map.asks:
        if ask.regions & marked or (ask.both_legs and both and marked):
            asked.update(dict.fromkeys(ask.questions))
    return tuple(asked)


def _hip_and_nerve_first(found: list[Match], regions: frozenset[str]) -> list[Match]:
    hip_flexor = [entry for entry in found if entry.pattern.condition == "hf_pain"]
    others = [entry for entry in found if entry.pattern.condition != "hf_pain"]
    if not hip_flexor:
        return found
    if not {"GROIN", "THIGH_ANT"} <= regions:
        return sorted(found, key=lambda entry: (-entry.fit, entry.pattern.condition == "hf_pain"))
    first = max(
        (place for place, entry in enumerate(others) if entry.pattern.condition in HIP_JOINT_OR_NERVE),
        default=-1,
    )
    return others[: first + 1] + hip_flexor + others[first + 1 :]


def _without_side(name: str, pain_map: PainMap) -> str:
    return name if name in pain_map.regions else name[:-2]
