"""What passes between the parts of the clinic: findings and answers in, decisions with their reasons out."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Value = bool | int | float | str
Level = Literal["EMERGENCY", "URGENT", "SOON", "SELF_CARE"]
RuleLevel = Literal["EMERGENCY", "URGENT", "SOON", "ADVISORY"]
Origin = Literal["patient", "clinician", "instrument", "movement"]

LADDER: tuple[Level, ...] = ("SELF_CARE", "SOON", "URGENT", "EMERGENCY")
"""Levels from the mildest to the gravest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing known about a person; what is absent is unknown. `on`: day of the finding, ISO 8601."""

    id: str
    value: Value
    unit: str | None = None
    origin: Origin = "patient"
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to the safety questions, checked by `answers.read_answers`; what is in neither is unknown."""

    values: Mapping[str, Value]
    not_sure: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def get(self, question: str) -> Value | None:
        """The answer, or None where it is not known."""
        return self.values.get(question)


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule of the shelf that holds, with its reason in words for the person.

    precaution: none of its sources has been read yet, which `reason` then says. because: the questions whose
    answers made it hold. within_days: of SOON rules. draft: nobody has reviewed it.
    """

    id: str
    level: RuleLevel
    within_days: int | None
    name: str
    reason: str
    precaution: bool
    draft: bool
    sources: tuple[str, ...]
    grade: str
    basis: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsure:
    """Questions asked and not answered that hold the level up: to what, and by which rule if it is one."""

    questions: tuple[str, ...]
    rules: tuple[str, ...]
    level: Level
    within_days: int | None


@dataclass(frozen=True, slots=True)
class Triage:
    """How soon this person should be seen, and why.

    level: None while questions are open and nothing is proved. fired: every rule that holds, gravest first,
    advisories last. within_days: the smallest of the SOON reasons, at level SOON only. unasked: the questions
    that are open and can still raise the level. routes: help outside the ladder (`crisis`, `safeguarding`).
    """

    level: Level | None
    fired: tuple[FiredRule, ...]
    within_days: int | None
    unasked: tuple[str, ...]
    unsure: tuple[Unsure, ...]
    professional_recommended: bool
    routes: tuple[str, ...]
    knowledge_hash: str

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that fired."""
        return tuple(rule.id for rule in self.fired)
