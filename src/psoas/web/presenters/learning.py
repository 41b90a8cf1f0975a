"""What a person has read and answered: which lesson comes now, which questions are due, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from psoas.clinic.learning import (
    Card,
    Lesson,
    QuizItem,
    cards_from,
    due,
    next_lesson,
    read_gaps,
    read_lessons,
    read_quiz,
)
from psoas.web.models import Entry, Person
from psoas.web.presenters.page import shelf

QUIZ, LESSON = "quiz", "lesson"  # kinds of entry
A_SITTING = 5


@dataclass(frozen=True, slots=True)
class Learner:
    """Where a person stands. new: questions of lessons read that were never asked; both wait for an answer.

    known: questions whose last answers, right each time, put them a week away or more.
    """

    read: frozenset[str]
    due: tuple[QuizItem, ...]
    new: tuple[QuizItem, ...]
    unseen: tuple[QuizItem, ...]
    answered: int
    answered_today: int
    known: int
    comes_back: date | None
    next: Lesson | None
    again: bool

    @property
    def waiting(self) -> tuple[QuizItem, ...]:
        """What is to be answered now, in order."""
        return (*self.due, *self.new)


@cache
def lessons() -> tuple[Lesson, ...]:
    """Every lesson in order."""
    return read_lessons(shelf().knowledge.tables["lessons"])


@cache
def questions() -> tuple[QuizItem, ...]:
    """Every question, in the order of the lessons."""
    place = {lesson.id: lesson.order for lesson in lessons()}
    return tuple(sorted(read_quiz(shelf().knowledge.tables["quiz"]), key=lambda item: place[item.lesson]))


def question(name: str) -> QuizItem | None:
    """The question of this id, if there is one."""
    return next((item for item in questions() if item.id == name), None)


@cache
def gaps_days() -> tuple[int, ...]:
    """Days until a question comes back."""
    return read_gaps(shelf().knowledge.tables["spacing"])


def cards_of(entries: Sequence[Entry]) -> dict[str, Card]:
    """The card of each question answered, from the entries in order."""
    return cards_from(
        (
            (each.value["item"], each.value["right"], _day(each).toordinal())
            for each in entries
            if each.kind == QUIZ
        ),
        gaps_days(),
    )


def _day(entry: Entry) -> date:
    """The day where the person was."""
    return date.fromisoformat(entry.value["day"])


def learner(person: Person, today: date) -> Learner:
    """Where this person stands on a day."""
    entries = list(person.entries.filter(kind__in=(QUIZ, LESSON)))
    cards, missed = cards_of(entries), _missed(entries)
    read = frozenset(each.value["lesson"] for each in entries if each.kind == LESSON)
    by_id = {item.id: item for item in questions()}
    waiting = due(cards.values(), today.toordinal(), at_most=len(cards))
    unseen = tuple(item for item in questions() if item.id not in cards)
    later = [card.due_day for card in cards.values() if card.due_day > today.toordinal()]
    return Learner(
        read=read,
        due=tuple(by_id[card.item] for card in waiting if card.item in by_id),
        new=tuple(item for item in unseen if item.lesson in read),
        unseen=unseen,
        answered=len(cards),
        answered_today=sum(each.kind == QUIZ and _day(each) == today for each in entries),
        known=sum(gaps_days()[max(card.step - 1, 0)] >= 7 for card in cards.values()),
        comes_back=date.fromordinal(min(later)) if later else None,
        next=next_lesson(lessons(), read, missed),
        again=bool(missed),
    )


def _missed(entries: Sequence[Entry]) -> tuple[QuizItem, ...]:
    """Questions whose last answer was wrong, and whose lesson was not read again since."""
    wrong: dict[str, QuizItem] = {}
    for each in entries:
        if each.kind == LESSON:
            wrong = {name: item for name, item in wrong.items() if item.lesson != each.value["lesson"]}
            continue
        item = question(each.value["item"])
        if item is not None and not each.value["right"]:
            wrong[item.id] = item
        elif item is not None:
            wrong.pop(item.id, None)
    return tuple(wrong.values())
