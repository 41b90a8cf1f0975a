"""The shelf as values: questions, rules with their conditions, sources, and the tables of everything else.

`load_knowledge` refuses a shelf with any fault that could change a decision: better no answer than one with a
rule missing. `shelf_check.check` lists the faults.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from psoas.clinic import logic
from psoas.clinic.shelf import Shelf, Table, read_shelf
from psoas.clinic.types import RuleLevel, Value
from psoas.errors import KnowledgeError

QuestionType = Literal["bool", "int", "enum"]
RULE_LEVELS: tuple[RuleLevel, ...] = ("EMERGENCY", "URGENT", "SOON", "ADVISORY")


@dataclass(frozen=True, slots=True)
class Question:
    """One safety question. low, high: inclusive, of a number. values: of an enum, the first means nothing.

    background: who the person is or was, not what happens now (see `triage`). mandatory: never taken as no.
    clinician: not asked of a person at home. asked_if: where it is false the answer is no without asking.
    route: a yes opens help outside the ladder. point_to: what a picture has to show for it.
    """

    id: str
    type: QuestionType
    text: str
    help: str
    low: int
    high: int
    values: tuple[str, ...]
    labels: tuple[str, ...]
    background: bool
    mandatory: bool
    clinician: bool
    asked_if: logic.Condition | None
    route: str | None
    point_to: str | None

    @property
    def nothing(self) -> Value:
        """The answer that says there is nothing: no, 0, or the first value."""
        if self.type == "bool":
            return False
        return 0 if self.type == "int" else self.values[0]


@dataclass(frozen=True, slots=True)
class Screen:
    """Questions that are shown together."""

    id: str
    order: int
    title: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A red flag or an advisory. says and do are for the person, clinician for whoever treats them.

    precaution: none of its sources has been read. test: the condition, ready to ask. variants: what is said
    besides where a further condition holds.
    """

    id: str
    level: RuleLevel
    within_days: int | None
    name: str
    says: str
    do: str
    clinician: str
    basis: str
    grade: str
    sources: tuple[str, ...]
    precaution: bool
    reviewers: tuple[str, ...]
    due: date
    when: logic.Condition
    test: logic.Test
    questions: tuple[str, ...]
    variants: tuple[tuple[logic.Test, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from. status: verified, secondary or unverified."""

    id: str
    cites: str
    status: str
    doi: str | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot all be true."""

    id: str
    says: str
    test: logic.Test
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole shelf. `hash` goes with every decision made from it.

    rules: gravest level first, then by id. tables: every file as it stands (`tables[folder][name]`).
    """

    hash: str
    questions: Mapping[str, Question]
    screens: tuple[Screen, ...]
    rules: tuple[Rule, ...]
    contradictions: tuple[Contradiction, ...]
    sources: Mapping[str, Source]
    tables: Mapping[str, Mapping[str, Any]]


def load_knowledge(folder: Path | Traversable | None = None) -> Knowledge:
    """The shelf that came with the program, or another one of the same format.

    Raises `KnowledgeError` with the first faults if any fault blocks: nothing is decided with a part missing.
    """
    from psoas.clinic.shelf_check import faults_of  # it reads this module's types

    shelf = read_shelf(folder)
    blocking = [fault for fault in faults_of(shelf) if fault.blocks]
    if blocking:
        more = f" and {len(blocking) - 1} more" if len(blocking) > 1 else ""
        raise KnowledgeError(
            f"The shelf of knowledge is broken: {blocking[0].what}{more}",
            f"knowledge/{blocking[0].file}, line {blocking[0].line}",
            "Install psoas again; if you changed the shelf, `psoas knowledge check` shows every fault.",
        )
    return knowledge_of(shelf)


def knowledge_of(shelf: Shelf) -> Knowledge:
    """The values of a shelf that has been checked."""
    tables = shelf.tables
    sources = {id: _source(id, table) for id, table in tables["sources"].items()}
    screens = sorted(
        (read_screen(table) for table in tables["questions"].values()), key=lambda screen: screen.order
    )
    questions = {
        table["id"]: read_question(table)
        for file in tables["questions"].values()
        for table in file["question"]
    }
    order = {id: place for place, id in enumerate(id for screen in screens for id in screen.questions)}
    rules = sorted(
        (read_rule(table, sources) for table in tables["red_flags"].values()),
        key=lambda rule: (RULE_LEVELS.index(rule.level), rule.id),
    )
    return Knowledge(
        hash=shelf.hash,
        questions=MappingProxyType({id: questions[id] for id in sorted(questions, key=order.__getitem__)}),
        screens=tuple(screens),
        rules=tuple(rules),
        contradictions=tuple(_contradiction(table) for table in tables["contradictions"]["contradiction"]),
        sources=MappingProxyType(sources),
        tables=MappingProxyType(tables),
    )


def read_question(table: Table) -> Question:
    """A question from its table."""
    asked_if = table.get("asked_if")
    return Question(
        id=table["id"],
        type=table["type"],
        text=table["text"],
        help=table.get("help", ""),
        low=table.get("low", 0),
        high=table.get("high", 0),
        values=tuple(table.get("values", ())),
        labels=tuple(table.get("labels", ())),
        background=table.get("background", False),
        mandatory=table.get("mandatory", False),
        clinician=table.get("clinician", False),
        asked_if=None if asked_if is None else logic.parse(asked_if),
        route=table.get("route"),
        point_to=table.get("point_to"),
    )


def read_screen(table: Table) -> Screen:
    """A screen from the table of its file."""
    return Screen(
        table["id"],
        table["order"],
        table["title"],
        table.get("text", ""),
        tuple(question["id"] for question in table["question"]),
    )


def read_rule(table: Table, sources: Mapping[str, Source]) -> Rule:
    """A rule from its table; the sources say whether it is only a precaution so far."""
    condition = logic.parse(table["when"])
    return Rule(
        id=table["id"],
        level=table["level"],
        within_days=table.get("within_days"),
        name=table["name"],
        says=table["says"],
        do=table.get("do", ""),
        clinician=table.get("clinician", ""),
        basis=table["basis"],
        grade=table["grade"],
        sources=tuple(table["sources"]),
        precaution=all(sources[id].status == "unverified" for id in table["sources"]),
        reviewers=tuple(table["review"]["reviewers"]),
        due=table["review"]["due"],
        when=condition,
        test=logic.compiled(condition),
        questions=logic.names(condition),
        variants=tuple(
            (logic.compiled(logic.parse(each["when"])), each["says"]) for each in table.get("variant", ())
        ),
    )


def _source(id: str, table: Table) -> Source:
    return Source(id, table["cites"], table["status"], table.get("doi"))


def _contradiction(table: Table) -> Contradiction:
    condition = logic.parse(table["when"])
    return Contradiction(table["id"], table["says"], logic.compiled(condition), logic.names(condition))
