"""What stands in `psoas.json`, as types: docs/reference/psoas-json.md in words.

Moments are UTC, days are days where the device was. A value that was not told is null, never left out.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from psoas.clinic.progress import Step, Verdict
from psoas.clinic.types import Level
from psoas.web.presenters.check_in import LONGEST_TASK, MOST_TASKS

Word = Annotated[str, Meta(max_length=80)]
Line = Annotated[str, Meta(max_length=400)]
Moment = Annotated[datetime, Meta(tz=True)]
Pain = Annotated[int, Meta(ge=0, le=10)]
Count = Annotated[int, Meta(ge=0, le=1000)]
Scores = Annotated[list[Pain], Meta(max_length=MOST_TASKS)]
Tasks = Annotated[list[Annotated[str, Meta(max_length=LONGEST_TASK)]], Meta(max_length=MOST_TASKS)]


class Who(Struct):
    """Name, two letters of a country or none, when they began, and whether they are the invented example."""

    name: Annotated[str, Meta(max_length=60)]
    country: Annotated[str, Meta(max_length=2)]
    began: Moment
    is_example: bool


class SafetyScreen(Struct):
    """One answered screen of the safety questions."""

    screen: Word
    values: dict[Word, bool | int | float | Word]
    not_sure: list[Word]
    at: Moment


class Telling(Struct):
    """What was told besides, under its key, and when."""

    value: Any
    at: Moment


class Note(Struct):
    """One entry of the journal; `value` has the shape that `VALUES` names for its kind."""

    uid: UUID
    kind: Literal["start", "round", "log", "morning", "check-in", "undo", "lesson", "quiz"]
    at: Moment
    received: Moment
    value: Any


class PersonFile(Struct):
    """The whole file. What was decided and computed from it stands beside it, and is not read again."""

    psoas: Word
    knowledge: Line
    person: Who
    safety: list[SafetyScreen]
    told: dict[Word, Telling]
    journal: list[Note]
    computed: Any = None
    decided: Any = None


class Start(Struct):
    """The numbers with which a plan began."""

    on: date
    values: dict[Word, float]
    tasks: Tasks
    scores: Scores
    knowledge: Line


class Round(Struct):
    """The safety answers as they stood before a check-in asked them again."""

    steps: list[SafetyScreen]
    level: Level | None
    knowledge: Line


class Log(Struct):
    """How one exercise of one day went."""

    exercise: Word
    day: date
    how: Literal["done", "part", "not"]
    pain: Pain | None


class Morning(Struct):
    """Whether the knee was back to its usual on the morning after."""

    day: date
    settled: bool


class CheckIn(Struct):
    """The numbers of a check-in, and what was decided from them."""

    on: date
    values: dict[Word, float]
    scores: Scores
    sessions_done: Count
    sessions_planned: Count
    pain_during: Pain | None
    settled: bool | None
    adverse: list[Word]
    level: Level | None
    step: Step
    because: list[Word]
    overall: Verdict
    week: Count
    next_week: Count | None
    next_review_day: int
    knowledge: Line


class Undo(Struct):
    """Which entry is taken back."""

    uid: UUID


class Lesson(Struct):
    """A lesson that was read."""

    lesson: Word
    day: date


class Quiz(Struct):
    """A question of the quiz and the first answer to it."""

    item: Word
    answer: bool | Line | dict[Line, Line]
    right: bool
    day: date


VALUES: dict[str, type[Struct]] = {
    "start": Start,
    "round": Round,
    "log": Log,
    "morning": Morning,
    "check-in": CheckIn,
    "undo": Undo,
    "lesson": Lesson,
    "quiz": Quiz,
}
