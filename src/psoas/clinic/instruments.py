"""Questionnaires and small tests: items, score, and how far a score must move before it counts.

Free ones live on the shelf (`knowledge/instruments/`). One that a clinic licenses itself is read from its own
file by `load_licensed`, in the same format plus a `[licensed]` table; its text never enters the shelf.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from psoas.errors import InputError, KnowledgeError

Score = Literal["single", "mean", "sum"]
Better = Literal["lower", "higher"]
Verdict = Literal["improved", "unchanged", "worse"]

KEYS = {"id", "name", "about", "licence", "sources", "score", "low", "high", "unit", "better", "main_item"}
KEYS |= {"items_at_least", "counts_from", "item", "change", "review"}
NEEDED = {"id", "name", "licence", "sources", "score", "low", "high", "unit", "better", "item"}


@dataclass(frozen=True, slots=True)
class Item:
    """One question with the words at both ends of its scale."""

    id: str
    text: str
    low_label: str
    high_label: str


@dataclass(frozen=True, slots=True)
class MeasuredChange:
    """A published size of change: `real` is beyond error of measurement, `important` is felt by people."""

    kind: Literal["real", "important"]
    value: float
    population: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire or test; scores are in `unit`, from `low` to `high`."""

    id: str
    name: str
    about: str
    licence: str
    sources: tuple[str, ...]
    items: tuple[Item, ...]
    score: Score
    low: float
    high: float
    unit: str
    better: Better
    main_item: str | None
    items_at_least: int
    counts_from: float | None
    changes: tuple[MeasuredChange, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How a score moved; `amount` is positive when better. `verdict` is beyond the error of the measure."""

    amount: float
    counts_from: float
    verdict: Verdict


def read_instrument(table: Mapping[str, Any], where: str) -> Instrument:
    """One table of the shelf as an `Instrument`; `KnowledgeError` names what is missing or unknown."""
    faults = _faults(table)
    if faults:
        raise KnowledgeError(
            f"instrument: {'; '.join(faults)}",
            where,
            "Compare with a neighbour in knowledge/instruments.",
        )
    return Instrument(
        id=str(table["id"]),
        name=str(table["name"]),
        about=str(table.get("about", "")),
        licence=str(table["licence"]),
        sources=tuple(table["sources"]),
        items=tuple(Item(i["id"], i["text"], i["low_label"], i["high_label"]) for i in table["item"]),
        score=table["score"],
        low=float(table["low"]),
        high=float(table["high"]),
        unit=str(table["unit"]),
        better=table["better"],
        main_item=table.get("main_item"),
        items_at_least=int(table.get("items_at_least", 1)),
        counts_from=None if table.get("counts_from") is None else float(table["counts_from"]),
        changes=tuple(
            MeasuredChange(c["kind"], float(c["value"]), c["population"], tuple(c["sources"]))
            for c in table.get("change", ())
        ),
    )


def _faults(table: Mapping[str, Any]) -> list[str]:
    faults = [f"unknown key {key}" for key in sorted(set(table) - KEYS)]
    faults += [f"missing {key}" for key in sorted(NEEDED - set(table))]
    if faults:
        return faults
    if not str(table["licence"]).strip():
        faults.append("no licence")
    if table["score"] not in ("single", "mean", "sum"):
        faults.append(f"score {table['score']!r} is not single, mean or sum")
    if table["better"] not in ("lower", "higher"):
        faults.append(f"better {table['better']!r} is not lower or higher")
    ids = [item.get("id") for item in table["item"]]
    if len(set(ids)) != len(ids) or not ids:
        faults.append("items need ids of their own")
    if any(set(item) != {"id", "text", "low_label", "high_label"} for item in table["item"]):
        faults.append("an item has id, text, low_label and high_label")
    if table["score"] == "single" and table.get("main_item") not in ids:
        faults.append("main_item names no item")
    if not table["low"] < table["high"]:
        faults.append("low is not below high")
    for change in table.get("change", ()):
        if set(change) != {"kind", "value", "population", "sources"} or not change["sources"]:
            faults.append("a change has kind, value, population and sources")
    if "counts_from" in table and not table.get("change"):
        faults.append("counts_from without a published change")
    return faults


def load_licensed(path: Path) -> Instrument:
    """An instrument that a clinic licenses itself, from its own TOML file.

    The file has the shelf's format and a table `[licensed]` with `holder`, `agreement` and `until` (a date).
    Raises `InputError` if it cannot be read or says nothing of its licence.
    """
    advice = "Give the file the format of docs/how-to/add-an-exercise.md, part 'A questionnaire you license'."
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The instrument cannot be read: {error}", str(path), advice) from error
    licensed = table.pop("licensed", None)
    if not isinstance(licensed, dict) or set(licensed) != {"holder", "agreement", "until"}:
        raise InputError(
            "The instrument names no licence: [licensed] with holder, agreement and until", str(path), advice
        )
    table["licence"] = (
        f"Licensed from {licensed['holder']} ({licensed['agreement']}) until {licensed['until']}."
    )
    try:
        return read_instrument(table, str(path))
    except KnowledgeError as error:
        raise InputError(error.what, error.where, advice) from error


def score_of(instrument: Instrument, answers: Mapping[str, float]) -> float:
    """Score of the answers (item id -> number). Items left out are left out of a mean.

    Raises `InputError` for an unknown item, a number outside the scale, or too few answers.
    """
    known = {item.id for item in instrument.items}
    where = f"instrument {instrument.id}"
    for item, value in answers.items():
        if item not in known:
            raise InputError(f"There is no item {item!r}", where, f"Items are {', '.join(sorted(known))}.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(
                f"{value!r} is not a number", f"{where}, item {item}", "Give a number of the scale."
            )
        if not instrument.low <= value <= instrument.high:
            raise InputError(
                f"{value} is outside {instrument.low:g} to {instrument.high:g}",
                f"{where}, item {item}",
                "Give a number of the scale.",
            )
    if instrument.score == "single":
        assert instrument.main_item is not None  # checked by read_instrument
        if instrument.main_item not in answers:
            raise InputError(
                f"Item {instrument.main_item} is not answered", where, "Answer it to get a score."
            )
        return float(answers[instrument.main_item])
    needed = len(known) if instrument.score == "sum" else instrument.items_at_least
    if len(answers) < needed:
        raise InputError(f"{len(answers)} of {needed} items are answered", where, "Answer the rest.")
    total = float(sum(answers.values()))
    return total if instrument.score == "sum" else total / len(answers)


def change_of(instrument: Instrument, before: float, after: float) -> Change:
    """How the score moved from `before` to `after`; below `counts_from` it is unchanged."""
    if instrument.counts_from is None:
        raise InputError(
            f"{instrument.name}: no size of change is published",
            f"instrument {instrument.id}",
            "Use it to plan, not to judge change.",
        )
    amount = after - before if instrument.better == "higher" else before - after
    verdict: Verdict = "unchanged"
    if amount >= instrument.counts_from:
        verdict = "improved"
    elif amount <= -instrument.counts_from:
        verdict = "worse"
    return Change(amount, instrument.counts_from, verdict)
