"""Lessons, the quiz, and when each question comes back.

The tables come from the shelf (`knowledge/lessons/`, `knowledge/quiz/`, `knowledge/claims.toml`); this file
turns them into values and refuses what is not a lesson or not a fair question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from psoas.errors import InputError, KnowledgeError

GRADES = ("high", "moderate", "low", "very_low", "none", "judgement")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence shown to a person: how sure one can be of it, and where it comes from."""

    text: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page of sentences; `claims` are the article's claims that it answers."""

    id: str
    title: str
    order: int
    minutes: int
    covers: tuple[str, ...]
    claims: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose, and why it is right or wrong."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A left and its one right, and why they belong together."""

    left: str
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class QuizItem:
    """A question of one of three kinds; only the field of its kind is filled.

    kind: choice (`options`, one right), true_false (`answer`, `why`) or matching (`pairs`, one-to-one).
    """

    id: str
    kind: str
    lesson: str
    stem: str
    claims: tuple[str, ...]
    grade: str
    sources: tuple[str, ...]
    options: tuple[Option, ...] = ()
    answer: bool | None = None
    why: str = ""
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """An answered question: right or not, and what to say about it."""

    right: bool
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """When a question comes back: right answers in a row, and the day (a number the caller counts)."""

    item: str
    step: int
    due_day: int


def read_lessons(tables: Mapping[str, Mapping[str, Any]]) -> tuple[Lesson, ...]:
    """The lessons in their order, from a table for each; raises `KnowledgeError` listing every fault."""
    faults: list[str] = []
    lessons = []
    for name, table in tables.items():
        faults += [f"{name}: {fault}" for fault in _lesson_faults(name, table)]
        if not faults:
            lessons.append(_lesson(table))
    _refuse(faults, "knowledge/lessons")
    return tuple(sorted(lessons, key=lambda lesson: lesson.order))


def _lesson(table: Mapping[str, Any]) -> Lesson:
    return Lesson(
        id=table["id"],
        title=table["title"],
        order=table["order"],
        minutes=table["minutes"],
        covers=tuple(table["covers"]),
        claims=tuple(table["claims"]),
        sentences=tuple(Sentence(s["text"], s["grade"], tuple(s["sources"])) for s in table["sentence"]),
        reviewers=tuple(table["review"]["reviewers"]),
    )


def _lesson_faults(name: str, table: Mapping[str, Any]) -> list[str]:
    keys = {"id", "title", "order", "minutes", "covers", "claims", "sentence", "review"}
    if set(table) != keys:
        return [f"keys differ from {', '.join(sorted(keys))}: {', '.join(sorted(set(table) ^ keys))}"]
    faults = [] if table["id"] == name else [f"id {table['id']!r} is not the file name"]
    for number, sentence in enumerate(table["sentence"], 1):
        if set(sentence) != {"text", "grade", "sources"}:
            faults.append(f"sentence {number} has text, grade and sources")
        elif sentence["grade"] not in GRADES or not sentence["sources"] or not sentence["text"].strip():
            faults.append(f"sentence {number} lacks words, grade or source")
    return faults


def read_quiz(tables: Mapping[str, Mapping[str, Any]]) -> tuple[QuizItem, ...]:
    """The quiz from a table for each kind; raises `KnowledgeError` listing every fault."""
    faults: list[str] = []
    items: list[QuizItem] = []
    for kind, table in tables.items():
        for item in table.get("item", ()):
            wrong = _item_faults(kind, item)
            faults += [f"{kind} {item.get('id', '?')}: {fault}" for fault in wrong]
            if not wrong:
                items.append(_item(kind, item))
    ids = [item.id for item in items]
    faults += [f"{name}: two items have this id" for name in sorted({i for i in ids if ids.count(i) > 1})]
    _refuse(faults, "knowledge/quiz")
    return tuple(items)


def _item(kind: str, table: Mapping[str, Any]) -> QuizItem:
    return QuizItem(
        id=table["id"],
        kind=kind,
        lesson=table["lesson"],
        stem=table["stem"],
        claims=tuple(table["claims"]),
        grade=table["grade"],
        sources=tuple(table["sources"]),
        options=tuple(Option(o["text"], o["right"], o["why"]) for o in table.get("option", ())),
        answer=table.get("answer"),
        why=table.get("why", ""),
        pairs=tuple(Pair(p["left"], p["right"], p["why"]) for p in table.get("pair", ())),
    )


def _item_faults(kind: str, table: Mapping[str, Any]) -> list[str]:
    shape = {"choice": {"option"}, "true_false": {"answer", "why"}, "matching": {"pair"}}
    if kind not in shape:
        return ["kind is not choice, true_false or matching"]
    keys = {"id", "lesson", "stem", "claims", "grade", "sources"} | shape[kind]
    if set(table) != keys:
        return [f"keys differ from {', '.join(sorted(keys))}: {', '.join(sorted(set(table) ^ keys))}"]
    faults = [] if table["sources"] and table["grade"] in GRADES else ["no source or no grade"]
    if kind == "choice":
        faults += _choice_faults(table["option"])
    elif kind == "true_false":
        faults += (
            [] if isinstance(table["answer"], bool) and table["why"].strip() else ["no answer or no why"]
        )
    else:
        faults += _matching_faults(table["pair"])
    return faults


def _choice_faults(options: Sequence[Mapping[str, Any]]) -> list[str]:
    if any(set(option) != {"text", "right", "why"} for option in options):
        return ["an option has text, right and why"]
    faults = []
    if len(options) < 3 or sum(option["right"] for option in options) != 1:
        faults.append("needs three options or more, and exactly one right")
    if len({option["text"].casefold() for option in options}) != len(options):
        faults.append("two options are the same")
    if any(not option["why"].strip() for option in options):
        faults.append("an option does not say why")
    return faults


def _matching_faults(pairs: Sequence[Mapping[str, Any]]) -> list[str]:
    if any(set(pair) != {"left", "right", "why"} for pair in pairs):
        return ["a pair has left, right and why"]
    faults = []
    if len(pairs) < 3:
        faults.append("needs three pairs or more")
    for side in ("left", "right"):
        if len({pair[side].casefold() for pair in pairs}) != len(pairs):
            faults.append(f"two {side} sides are the same: not one-to-one")
    if any(not pair["why"].strip() for pair in pairs):
        faults.append("a pair does not say why")
    return faults


def _refuse(faults: list[str], where: str) -> None:
    if faults:
        raise KnowledgeError("; ".join(faults), where, "Compare with a neighbour in the same folder.")


def mark(item: QuizItem, answer: str | bool | Mapping[str, str]) -> Marked:
    """Mark one answer: an option's text, true or false, or a right side for each left side.

    What is said back names why a wrong choice is wrong and why the right one is right.
    """
    if item.kind == "choice" and isinstance(answer, str):
        chosen = next((o for o in item.options if o.text == answer), None)
        if chosen is None:
            raise _no_such(item, answer)
        right = next(o for o in item.options if o.right)
        if chosen.right:
            return Marked(True, (chosen.why,))
        return Marked(False, (chosen.why, f"{right.text}: {right.why}"))
    if item.kind == "true_false" and isinstance(answer, bool):
        return Marked(answer == item.answer, (item.why,))
    if item.kind == "matching" and isinstance(answer, Mapping):
        if set(answer) != {p.left for p in item.pairs} or set(answer.values()) - {
            p.right for p in item.pairs
        }:
            raise _no_such(item, answer)
        missed = [p for p in item.pairs if answer[p.left] != p.right]
        return Marked(not missed, tuple(f"{p.left} - {p.right}: {p.why}" for p in missed or item.pairs))
    raise _no_such(item, answer)


def _no_such(item: QuizItem, answer: object) -> InputError:
    return InputError(
        f"{answer!r} does not answer this question", f"quiz {item.id}", "Choose one of its answers."
    )


def read_gaps(table: Mapping[str, Any]) -> tuple[int, ...]:
    """Days between the returns of a question, from `knowledge/spacing.toml`: whole, growing, from 1.

    Gaps that grow over four weeks kept recall higher all the way than equal gaps, and as high eight weeks
    later (Kang 2014, doi:10.3758/s13423-014-0636-z). The numbers are ours: the second lies near the best gap
    for a memory of a week (20-40 % of it), the last in the best range for a year (5-10 % of it) by Cepeda
    2008 (doi:10.1111/j.1467-9280.2008.02209.x).
    """
    gaps = tuple(table["gaps_days"])
    whole = all(type(gap) is int for gap in gaps) and bool(gaps)
    if not whole or gaps[0] < 1 or any(a >= b for a, b in pairwise(gaps)):
        _refuse([f"gaps_days {list(gaps)} are not whole days that grow from 1"], "knowledge/spacing.toml")
    return gaps


def reviewed(card: Card, right: bool, today: int, gaps_days: Sequence[int]) -> Card:
    """The card after an answer on day `today`: further away if right, back to the first gap if wrong."""
    step = min(card.step + 1, len(gaps_days)) if right else 0
    return Card(card.item, step, today + gaps_days[max(step - 1, 0)])


def cards_from(history: Iterable[tuple[str, bool, int]], gaps_days: Sequence[int]) -> dict[str, Card]:
    """The card of each question from its answers in order: (question, right or not, day).

    A right answer before the question is due changes nothing: it shows a fresh memory, not a lasting one.
    """
    cards: dict[str, Card] = {}
    for item, right, day in history:
        card = cards.get(item, Card(item, 0, day))
        if not right or day >= card.due_day:
            cards[item] = reviewed(card, right, day, gaps_days)
    return cards


def due(cards: Iterable[Card], today: int, at_most: int = 5) -> tuple[Card, ...]:
    """Cards whose day has come, the longest waiting first, at most `at_most` of them."""
    waiting = sorted((c for c in cards if c.due_day <= today), key=lambda c: (c.due_day, c.item))
    return tuple(waiting[:at_most])


def next_lesson(
    lessons: Sequence[Lesson], read: Iterable[str], missed: Iterable[QuizItem] = ()
) -> Lesson | None:
    """The lesson to read now: one whose question was missed, else the first unread; None when all is read."""
    again = {item.lesson for item in missed}
    done = set(read)
    for lesson in lessons:
        if lesson.id in again:
            return lesson
    return next((lesson for lesson in lessons if lesson.id not in done), None)
