"""The grammar of conditions: its three values against a slow table, its refusals, and what is left to ask."""

from itertools import product
from typing import Any

import pytest

from psoas.clinic import logic
from psoas.clinic.logic import UNSURE, Atom, Group, evaluate, parse, residual

A, B, C = {"finding": "a"}, {"finding": "b"}, {"finding": "c"}
OPEN = (True, False, None)


def kleene(table: dict[str, Any], facts: dict[str, Any]) -> bool | None:
    """The oracle: every way the unknown could turn out; one outcome decides, two are unknown."""
    unknown = [name for name, value in facts.items() if value is None]
    outcomes = {
        plain(table, {**facts, **dict(zip(unknown, values, strict=True))})
        for values in product((True, False), repeat=len(unknown))
    }
    return outcomes.pop() if len(outcomes) == 1 else None


def plain(table: dict[str, Any], facts: dict[str, Any]) -> bool:
    if "finding" in table:
        return bool(facts[table["finding"]])
    parts = []
    if "all" in table:
        parts.append(all(plain(each, facts) for each in table["all"]))
    if "any" in table:
        parts.append(any(plain(each, facts) for each in table["any"]))
    if "none" in table:
        parts.append(not any(plain(each, facts) for each in table["none"]))
    if "count" in table:
        held = sum(plain(each, facts) for each in table["count"]["of"])
        parts.append(held >= table["count"]["at_least"])
    return all(parts)


CONDITIONS: list[dict[str, Any]] = [
    A,
    {"all": [A, B, C]},
    {"any": [A, B, C]},
    {"none": [A, B, C]},
    {"count": {"of": [A, B, C], "at_least": 1}},
    {"count": {"of": [A, B, C], "at_least": 2}},
    {"count": {"of": [A, B, C], "at_least": 3}},
    {"all": [A], "any": [B, C]},
    {"any": [A, B], "none": [C]},
    {"none": [{"all": [A, B]}, C]},
    {"none": [{"any": [A, {"none": [B]}]}]},
    {"none": [{"count": {"of": [A, B, C], "at_least": 2}}]},
    {"all": [{"any": [A, {"all": [B, C]}]}, {"any": [B, C]}]},
    {"all": [A], "any": [B, C], "none": [{"all": [B, C]}], "count": {"of": [A, B], "at_least": 1}},
]


@pytest.mark.parametrize("table", CONDITIONS, ids=str)
def test_three_values_against_every_way_the_unknown_can_turn_out(table: dict[str, Any]) -> None:
    """Sound for all; and as sharp as can be where each finding is asked about once."""
    condition = parse(table)
    once = len(logic.atoms(condition)) == len(logic.names(condition))
    for values in product(OPEN, repeat=3):
        facts = dict(zip("abc", values, strict=True))
        expected, found = kleene(table, facts), evaluate(condition, facts.get)
        assert found is expected if once or None not in values else found in (expected, None), facts


@pytest.mark.parametrize("table", CONDITIONS, ids=str)
def test_what_is_left_to_ask_decides_alike(table: dict[str, Any]) -> None:
    condition = parse(table)
    for known in product(OPEN, repeat=3):
        facts = dict(zip("abc", known, strict=True))
        left = residual(condition, facts.get)
        if isinstance(left, bool):
            assert evaluate(condition, facts.get) is left
            continue
        assert evaluate(condition, facts.get) is None
        assert all(facts[name] is None for name in logic.names(left))
        for rest in product((True, False), repeat=3):
            full = {n: r if facts[n] is None else facts[n] for n, r in zip("abc", rest, strict=True)}
            assert evaluate(left, full.get) is evaluate(condition, full.get)


@pytest.mark.parametrize(
    ("table", "true", "false"),
    [
        ({"finding": "n", "at_least": 18}, [18, 19, 120], [17, 0]),
        ({"finding": "n", "at_most": 6}, [6, 0], [7, 120]),
        ({"finding": "n", "at_least": 18, "at_most": 24}, [18, 24], [17, 25]),
        ({"finding": "n", "is": 3}, [3], [2, 4]),
        ({"finding": "w", "is": "marked"}, ["marked"], ["none", "mild"]),
        ({"finding": "w", "one_of": ["mild", "marked"]}, ["mild", "marked"], ["none"]),
        ({"finding": "b", "is": False}, [False], [True]),
        ({"none": [{"finding": "n", "at_least": 18}]}, [17], [18]),
        ({"none": [{"finding": "n", "at_most": 6}]}, [7], [6]),
        ({"none": [{"finding": "w", "one_of": ["mild"]}]}, ["none"], ["mild"]),
        ({"none": [{"finding": "w", "is": "mild"}]}, ["none"], ["mild"]),
        ({"finding": "x", "at_least": 0.5}, [0.5, 1.0], [0.49]),
    ],
    ids=str,
)
def test_comparisons_on_both_sides_of_their_edge(
    table: dict[str, Any], true: list[Any], false: list[Any]
) -> None:
    condition = parse(table)
    (name,) = logic.names(condition)
    for value in true:
        assert evaluate(condition, {name: value}.get) is True
        assert residual(condition, {name: value}.get) is True
    for value in false:
        assert evaluate(condition, {name: value}.get) is False
        assert residual(condition, {name: value}.get) is False
    assert evaluate(condition, {}.get) is None


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "a condition is a table with all, any, none, count or finding"),
        ([], "a condition is a table"),
        ("fever", "a condition is a table"),
        ({"some": [A]}, "unknown key some"),
        ({"all": [A], "zz": 1, "some": 1}, "unknown key some, zz"),
        ({"all": []}, "all is a list with at least one"),
        ({"any": A}, "any is a list with at least one"),
        ({"none": "a"}, "none is a list with at least one"),
        ({"all": [{}]}, "a condition is a table"),
        ({"count": [A]}, "count has of and at_least"),
        ({"count": {"of": [A]}}, "count has of and at_least"),
        ({"count": {"of": [A], "at_least": 1, "x": 1}}, "count has of and at_least"),
        ({"count": {"of": [A], "at_least": 0}}, "from 1 to 1"),
        ({"count": {"of": [A, B], "at_least": 3}}, "from 1 to 2"),
        ({"count": {"of": [A, B], "at_least": True}}, "from 1 to 2"),
        ({"count": {"of": [], "at_least": 1}}, "of is a list"),
        ({"finding": ""}, "finding is the id"),
        ({"finding": 3}, "finding is the id"),
        ({"finding": "a", "more": 1, "less": 2}, "unknown key less, more beside finding a"),
        ({"finding": "a", "all": [B]}, "unknown key all beside finding a"),
        ({"finding": "a", "at_least": "3"}, "a: at_least is a number"),
        ({"finding": "a", "at_most": True}, "a: at_most is a number"),
        ({"finding": "a", "one_of": "mild"}, "a: one_of is a list"),
        ({"finding": "a", "one_of": []}, "a: one_of is a list"),
        ({"finding": "a", "is": ["x"]}, "a: is is one value"),
    ],
    ids=str,
)
def test_what_is_outside_the_grammar_is_refused(table: Any, says: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse(table)
    assert says in str(refusal.value)


def test_parts_keep_the_order_in_which_they_are_written() -> None:
    condition = parse({"all": [A, {"any": [B, A]}, C]})
    assert logic.names(condition) == ("a", "b", "c")
    assert [atom.finding for atom in logic.atoms(condition)] == ["a", "b", "a", "c"]
    assert parse({"all": [A]}) == Group((Atom("a", "is", True),), 1)
    assert parse({"finding": "a", "one_of": ["x", "y"]}) == Atom("a", "one_of", ("x", "y"))
    assert parse({"finding": "a", "at_least": 1, "at_most": 2}) == Group(
        (Atom("a", "at_least", 1), Atom("a", "at_most", 2)), 2
    )


@pytest.mark.parametrize(
    "table",
    [
        {"finding": "a"},
        {"none": [A]},
        {"finding": "a", "at_least": 3},
        {"finding": "a", "one_of": ["x"]},
        {"none": [{"finding": "a", "at_most": 3}]},
    ],
    ids=str,
)
def test_not_sure_makes_every_comparison_hold(table: dict[str, Any]) -> None:
    """However the comparison is turned, doubt counts towards the rule, never against it."""
    look = {"a": UNSURE}.get
    assert evaluate(parse(table), look) is True
    assert residual(parse(table), look) is True


def test_reasons_are_the_findings_that_make_it_true() -> None:
    condition = parse({"all": [A, {"any": [B, C]}]})
    assert logic.because(condition, {"a": True, "b": False, "c": True}.get) == ("a", "c")
    assert logic.because(condition, {"a": True, "b": True, "c": True}.get) == ("a", "b", "c")
    assert logic.because(condition, {"a": True, "b": False, "c": False}.get) == ()
    assert logic.because(condition, {"a": True}.get) == ()
    twice = parse({"any": [{"all": [A, B]}, {"all": [A, C]}]})
    assert logic.because(twice, {"a": True, "b": True, "c": True}.get) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("table", "true", "false"),
    [
        (A, True, True),
        ({"all": [A, {"none": [A]}]}, False, True),
        ({"any": [A, {"none": [A]}]}, True, False),
        ({"finding": "n", "at_least": 5, "at_most": 4}, False, True),
        ({"any": [{"finding": "n", "at_least": 5}, {"finding": "n", "at_most": 4}]}, True, False),
        ({"all": [{"finding": "w", "is": "x"}, {"finding": "w", "one_of": ["y", "z"]}]}, False, True),
        ({"none": [{"finding": "w", "one_of": ["y", "z"]}]}, True, True),
        ({"all": [{"finding": "n", "is": 3}, {"finding": "n", "at_least": 3}]}, True, True),
    ],
    ids=str,
)
def test_rules_that_never_or_always_hold_are_found(table: dict[str, Any], true: bool, false: bool) -> None:
    condition = parse(table)
    assert logic.can_become(condition, True) is true
    assert logic.can_become(condition, False) is false


def test_trial_values_take_each_comparison_to_both_outcomes() -> None:
    condition = parse(
        {
            "all": [
                {"finding": "n", "at_least": 18},
                {"finding": "n", "at_most": 60},
                {"finding": "w", "is": "mild"},
                {"finding": "w", "one_of": ["marked", "mild"]},
                {"finding": "b"},
            ]
        }
    )
    assert logic.trial_values(condition, "n") == (17, 18, 19, 59, 60, 61)
    assert logic.trial_values(condition, "w") == ("mild", "\0another", "marked")
    assert logic.trial_values(condition, "b") == (True, False)
    for atom in logic.atoms(condition):
        held = {atom.holds(value) for value in logic.trial_values(condition, atom.finding)}
        assert held == {True, False}
