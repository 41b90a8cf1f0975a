"""The quiz is fair: one answer, each wrong one explained, no weak claim under it; and it comes back."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas.clinic.learning import (
    Card,
    QuizItem,
    due,
    mark,
    next_lesson,
    read_gaps,
    read_lessons,
    read_quiz,
    reviewed,
)
from psoas.errors import InputError, KnowledgeError
from shelf_tables import folder, table

ITEMS = read_quiz(folder("quiz"))
SOURCES = table("sources.toml")
CLAIMS = {c["id"]: c for c in table("claims.toml")["claim"]}
LESSONS = read_lessons(folder("lessons"))
GAPS_DAYS = read_gaps(table("spacing.toml"))


def test_thirty_items_in_three_kinds() -> None:
    assert len(ITEMS) >= 30
    assert {kind: sum(i.kind == kind for i in ITEMS) for kind in ("choice", "true_false", "matching")} == {
        "choice": 18,
        "true_false": 13,
        "matching": 6,
    }


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_rests_on_firm_ground(item: QuizItem) -> None:
    assert item.sources
    assert all(SOURCES[key]["status"] != "unverified" for key in item.sources)
    assert all(CLAIMS[claim]["verdict"] in ("supported", "contradicted") for claim in item.claims)
    assert item.lesson in {lesson.id for lesson in LESSONS}


@pytest.mark.parametrize("item", [i for i in ITEMS if i.kind == "choice"], ids=lambda item: item.id)
def test_a_choice_has_one_right_answer_and_reasons(item: QuizItem) -> None:
    for option in item.options:
        marked = mark(item, option.text)
        assert marked.right == option.right
        assert marked.why[0] == option.why
        if not option.right:
            assert len(marked.why) == 2  # why it is wrong, and why the other is right
    assert sum(mark(item, o.text).right for o in item.options) == 1
    assert not any(word in o.text.lower() for o in item.options for word in ("all of the above", "none of"))


@pytest.mark.parametrize("item", [i for i in ITEMS if i.kind == "true_false"], ids=lambda item: item.id)
def test_true_or_false_is_one_of_them(item: QuizItem) -> None:
    assert mark(item, True).right != mark(item, False).right
    assert mark(item, True).why == (item.why,)


@pytest.mark.parametrize("item", [i for i in ITEMS if i.kind == "matching"], ids=lambda item: item.id)
def test_matching_is_one_to_one(item: QuizItem) -> None:
    right = {p.left: p.right for p in item.pairs}
    assert len(right) == len(set(right.values())) == len(item.pairs)
    assert mark(item, right).right
    lefts = list(right)
    swapped = {**right, lefts[0]: right[lefts[1]], lefts[1]: right[lefts[0]]}
    marked = mark(item, swapped)
    assert not marked.right and len(marked.why) == 2


def test_the_right_option_does_not_always_stand_first_when_shown() -> None:
    """The door shuffles; the data need not. What must hold: a shuffle changes no mark."""
    for item in ITEMS:
        if item.kind == "choice":
            options = random.Random(7).sample(item.options, len(item.options))
            assert [mark(item, o.text).right for o in options] == [o.right for o in options]


@pytest.mark.parametrize("answer", ["no such option", True, {"a": "b"}])
def test_an_answer_of_the_wrong_kind_is_refused(answer: Any) -> None:
    item = next(i for i in ITEMS if i.kind == "choice")
    with pytest.raises(InputError, match="does not answer"):
        mark(item, answer)


def _quiz(kind: str, **item: Any) -> dict[str, Any]:
    base = {"id": "x", "lesson": "sitting", "stem": "?", "claims": [], "grade": "low", "sources": ["Article"]}
    return {kind: {"item": [{**base, **item}]}}


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        (_quiz("choice", option=[]), "exactly one right"),
        (
            _quiz("choice", option=[{"text": t, "right": True, "why": "w"} for t in "abc"]),
            "exactly one right",
        ),
        (_quiz("choice", option=[{"text": "a", "right": t == 0, "why": "w"} for t in range(3)]), "the same"),
        (_quiz("choice", option=[{"text": t, "right": t == "a", "why": " "} for t in "abc"]), "say why"),
        (_quiz("true_false", answer="yes", why="w"), "no answer"),
        (_quiz("matching", pair=[{"left": t, "right": "r", "why": "w"} for t in "abc"]), "one-to-one"),
        (_quiz("matching", pair=[{"left": "l", "right": t, "why": "w"} for t in "abc"]), "one-to-one"),
        (_quiz("true_false", answer=True, why="w", hint="?"), "keys differ"),
        (_quiz("true_false", answer=True, why="w", sources=[]), "no source"),
        (_quiz("true_false", answer=True, why="w", grade="sure"), "no grade"),
        (_quiz("essay", answer=True, why="w"), "kind is not"),
    ],
)
def test_an_unfair_item_is_refused(tables: dict[str, Any], fault: str) -> None:
    with pytest.raises(KnowledgeError, match=fault):
        read_quiz(tables)


def test_two_items_of_one_id_are_refused() -> None:
    item = {
        "id": "x",
        "lesson": "l",
        "stem": "?",
        "claims": [],
        "grade": "low",
        "sources": ["s"],
        "answer": True,
        "why": "w",
    }
    with pytest.raises(KnowledgeError, match="two items"):
        read_quiz({"true_false": {"item": [item, item]}})


def test_all_faults_of_lessons_are_named_at_once() -> None:
    good = folder("lessons")["sitting"]
    bad = {
        "a": {**good, "hint": 1},
        "b": {**good, "sentence": [{"text": "t", "grade": "sure", "sources": []}]},
    }
    with pytest.raises(KnowledgeError) as caught:
        read_lessons(bad)
    assert "a: keys differ" in caught.value.what
    assert "b: id 'sitting' is not the file name" in caught.value.what
    assert "b: sentence 1 lacks" in caught.value.what


def test_lessons_come_in_their_order_and_missed_ones_again() -> None:
    assert [lesson.order for lesson in LESSONS] == list(range(1, len(LESSONS) + 1))
    first = next_lesson(LESSONS, read=())
    assert first is not None and first.id == "where-it-lies"
    second = next_lesson(LESSONS, read=["where-it-lies"])
    assert second is not None and second.order == 2
    missed = next(i for i in ITEMS if i.lesson == "children")
    again = next_lesson(LESSONS, read=[lesson.id for lesson in LESSONS], missed=[missed])
    assert again is not None and again.id == "children"
    assert next_lesson(LESSONS, read=[lesson.id for lesson in LESSONS]) is None


def test_gaps_grow_while_answers_are_right() -> None:
    card, day, gaps = Card("q", 0, 0), 0, []
    for _ in range(7):
        card = reviewed(card, True, day, GAPS_DAYS)
        gaps.append(card.due_day - day)
        day = card.due_day
    assert gaps == [1, 3, 7, 14, 28, 28, 28]


@given(st.lists(st.booleans(), max_size=30))
def test_a_card_never_comes_back_at_once_nor_later_than_the_last_gap(answers: list[bool]) -> None:
    card, day = Card("q", 0, 0), 0
    for right in answers:
        card = reviewed(card, right, day, GAPS_DAYS)
        assert 1 <= card.due_day - day <= GAPS_DAYS[-1]
        if not right:
            assert card.step == 0 and card.due_day - day == 1
        day = card.due_day


def test_due_cards_are_few_and_the_oldest_first() -> None:
    cards = [Card(f"q{n}", 1, n) for n in range(10)]
    assert [c.due_day for c in due(cards, today=6)] == [0, 1, 2, 3, 4]
    assert due(cards, today=-1) == ()


@pytest.mark.parametrize("gaps", [[], [0, 1], [1, 1], [3, 1], [1.5, 3], [True, 3]])
def test_gaps_that_do_not_grow_are_refused(gaps: list[Any]) -> None:
    with pytest.raises(KnowledgeError, match="gaps_days"):
        read_gaps({"gaps_days": gaps})
