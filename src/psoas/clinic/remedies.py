"""What a plan is made of, read from the shelf: exercises, programmes, cautions, advice, lines for a
therapist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psoas.clinic.logic import Test, compiled, names, parse

Tables = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with how sure one can be of it and where it comes from."""

    id: str
    text: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """A reason to leave lines out, as a condition over everything known of the person.

    asks: the circumstances in it that can still be asked; the rest comes from safety questions and tests.
    """

    id: str
    when: Test
    asks: tuple[str, ...]
    says: Statement


@dataclass(frozen=True, slots=True)
class Count:
    """A dose in numbers, to count by: `sets` times `reps` repetitions or one hold of `hold_s` seconds, for
    each of `sides`. Of a range the lower end.
    """

    sets: int
    reps: int | None
    hold_s: int | None
    sides: int


@dataclass(frozen=True, slots=True)
class Instead:
    """Words that take the place of an exercise's own while a condition holds; None keeps its own."""

    when: Test
    dose: str | None
    count: Count | None
    steps: tuple[str, ...] | None
    stop_rule: str | None
    progress: str | None
    regress: str | None
    target: str | None
    evidence: Statement | None


@dataclass(frozen=True, slots=True)
class Week:
    """The dose of the weeks `first` to `last`."""

    first: int
    last: int
    text: str
    count: Count | None


@dataclass(frozen=True, slots=True)
class Exercise:
    """One line that a plan can hold; `minutes` of a session, 0 for what takes no time of its own."""

    id: str
    name: str
    role: str
    muscles: tuple[str, ...]
    target: str
    steps: tuple[str, ...]
    mistakes: str
    dose: str
    count: Count | None
    days_a_week: int
    minutes: int
    starts_in_week: int
    weeks: tuple[Week, ...]
    progress: str
    regress: str
    stop_rule: str
    not_if: tuple[str, ...]
    instead: tuple[Instead, ...]
    evidence: Statement


@dataclass(frozen=True, slots=True)
class Programme:
    """Lines for one kind of pain: core always, the others when a test shows the need."""

    id: str
    core: tuple[str, ...]
    when_short: tuple[str, ...]
    when_rectus_short: tuple[str, ...]
    when_weak: tuple[str, ...]
    always_add: tuple[str, ...]
    therapist: tuple[str, ...]
    see_clinician: bool
    says: Statement


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence on sitting, activity, shoes, the desk or comfort. `{minutes}` is filled in on the page."""

    area: str
    says: Statement
    when: Test | None
    only_for: tuple[str, ...]
    not_if: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TherapistLine:
    """A technique, addressed to the therapist only: what it is, its limits, when never."""

    id: str
    name: str
    what: str
    limits: str
    not_if: tuple[str, ...]
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedies:
    """The part of the shelf that plans are made of."""

    exercises: Mapping[str, Exercise]
    programmes: Mapping[str, Programme]
    cautions: Mapping[str, Caution]
    advice: tuple[Advice, ...]
    therapist: Mapping[str, TherapistLine]
    statements: Mapping[str, Statement]


def read_remedies(tables: Tables) -> Remedies:
    """Raw tables `exercises`, `interventions`, `programmes`, `cautions`, `advice`, `guidance` by id."""
    ordered = sorted(tables["exercises"].values(), key=lambda entry: entry["order"])
    exercises = {entry["id"]: _exercise(entry) for entry in ordered}
    therapist = {entry["id"]: _technique(entry) for entry in tables["interventions"].values()}
    therapist |= {line.id: _as_technique(line) for line in exercises.values() if line.role == "clinician"}
    return Remedies(
        exercises=exercises,
        programmes={name: _programme(entry) for name, entry in tables["programmes"].items()},
        cautions={
            name: _caution(entry, tables["circumstances"]) for name, entry in tables["cautions"].items()
        },
        advice=tuple(_advice(entry) for entry in tables["advice"].values()),
        therapist=therapist,
        statements={name: _statement(entry, "text") for name, entry in tables["guidance"].items()},
    )


def _statement(entry: Mapping[str, Any], key: str) -> Statement:
    return Statement(entry["id"], entry[key], entry["grade"], tuple(entry["sources"]))


def _caution(entry: Mapping[str, Any], circumstances: Mapping[str, Any]) -> Caution:
    condition = parse(entry["when"])
    asks = tuple(sorted(names(condition) & circumstances.keys()))
    return Caution(entry["id"], compiled(condition), asks, _statement(entry, "says"))


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    listed: Sequence[str] = entry.get(key, ())
    return tuple(listed)


def _count(dose: Mapping[str, Any]) -> Count | None:
    if "sets" not in dose:
        return None
    return Count(
        sets=_least(dose["sets"]),
        reps=_least(dose["reps"]) if "reps" in dose else None,
        hold_s=_least(dose["hold_s"]) if "hold_s" in dose else None,
        sides=dose.get("sides", 1),
    )


def _least(number: Any) -> int:
    return int(number[0] if isinstance(number, list) else number)


def _exercise(entry: Mapping[str, Any]) -> Exercise:
    dose = entry["dose"]
    return Exercise(
        id=entry["id"],
        name=entry["name"],
        role=entry["role"],
        muscles=_texts(entry, "muscles"),
        target=entry["target"],
        steps=_texts(entry, "steps"),
        mistakes=entry["mistakes"],
        dose=dose["text"],
        count=_count(dose),
        days_a_week=dose["days_a_week"],
        minutes=dose["minutes"],
        starts_in_week=entry.get("starts_in_week", 1),
        weeks=tuple(
            Week(week["from"], week["to"], week["text"], _count({**dose, **week}))
            for week in entry.get("week", ())
        ),
        progress=entry["progress"],
        regress=entry["regress"],
        stop_rule=entry["stop_rule"],
        not_if=_texts(entry, "not_if"),
        instead=tuple(_instead(entry["id"], other) for other in entry.get("instead", ())),
        evidence=_statement(entry, "evidence"),
    )


def _instead(name: str, entry: Mapping[str, Any]) -> Instead:
    steps = entry.get("steps")
    evidence = entry.get("evidence")
    return Instead(
        when=compiled(parse(entry["when"])),
        dose=entry.get("dose"),
        count=_count(entry),
        steps=None if steps is None else tuple(steps),
        stop_rule=entry.get("stop_rule"),
        progress=entry.get("progress"),
        regress=entry.get("regress"),
        target=entry.get("target"),
        evidence=None if evidence is None else _statement({"id": name} | dict(entry), "evidence"),
    )


def _programme(entry: Mapping[str, Any]) -> Programme:
    return Programme(
        id=entry["id"],
        core=_texts(entry, "core"),
        when_short=_texts(entry, "when_short"),
        when_rectus_short=_texts(entry, "when_rectus_short"),
        when_weak=_texts(entry, "when_weak"),
        always_add=_texts(entry, "always_add"),
        therapist=_texts(entry, "therapist"),
        see_clinician=entry.get("see_clinician", False),
        says=_statement(entry, "says"),
    )


def _advice(entry: Mapping[str, Any]) -> Advice:
    return Advice(
        area=entry["area"],
        says=_statement(entry, "text"),
        when=compiled(parse(entry["when"])) if "when" in entry else None,
        only_for=_texts(entry, "for"),
        not_if=_texts(entry, "not_if"),
    )


def _technique(entry: Mapping[str, Any]) -> TherapistLine:
    return TherapistLine(
        id=entry["id"],
        name=entry["name"],
        what=entry["what"],
        limits=entry["limits"],
        not_if=_texts(entry, "not_if"),
        grade=entry["grade"],
        sources=tuple(entry["sources"]),
    )


def _as_technique(line: Exercise) -> TherapistLine:
    return TherapistLine(
        id=line.id,
        name=line.name,
        what=" ".join(line.steps),
        limits=f"{line.dose}. {line.stop_rule} {line.evidence.text}",
        not_if=line.not_if,
        grade=line.evidence.grade,
        sources=line.evidence.sources,
    )
