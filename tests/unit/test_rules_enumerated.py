"""Every rule of the gate on every combination of its questions, every pair of rules, every atom on its own.

The oracle is the evidence file's own Python expression (`tests/data/red_flag_expressions.toml`), evaluated by
Python itself: slow, obvious, and sharing no line with the gate.
"""

import functools
import random
import re
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from psoas.clinic.answers import read_answers
from psoas.clinic.knowledge import Knowledge, Rule, load_knowledge
from psoas.clinic.logic import evaluate
from psoas.clinic.triage import triage
from psoas.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "red_flag_expressions.toml"
WRITTEN = {rule["id"]: rule for rule in tomllib.loads(DATA.read_text(encoding="utf-8"))["rule"]}
ORACLE: dict[str, CodeType] = {name: compile(rule["when"], name, "eval") for name, rule in WRITTEN.items()}
RANK = {"ADVISORY": 0, "SELF_CARE": 0, "SOON": 1, "URGENT": 2, "EMERGENCY": 3}
EDGES = {
    "age": (17, 18, 24, 25, 49, 50, 54, 55, 59, 60, 64, 65, 79, 80),
    "duration_weeks": (0, 1, 2, 3, 5, 6, 7, 12, 13),
    "selfcare_weeks": (0, 1, 2, 5, 6),
    "pain_now": (0, 6, 7, 8, 10),
    "morning_stiff_min": (0, 30, 31),
}
"""Both sides of every number in the expressions; `test_the_edges_are_those_of_the_rules` holds it to them."""


@functools.cache
def shelf() -> Knowledge:
    return load_knowledge()


def rule_named(name: str) -> Rule:
    return next(rule for rule in shelf().rules if rule.id == name)


def values_of(question: str) -> tuple[Any, ...]:
    """Every answer that can make a difference: yes and no, both sides of each threshold, each word."""
    if question in EDGES:
        return EDGES[question]
    return ("none", "mild", "marked") if question == "leg_weakness" else (False, True)


def combinations_of(questions: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for values in product(*(values_of(question) for question in questions)):
        yield dict(zip(questions, values, strict=True))


def oracle(name: str, facts: dict[str, Any]) -> bool:
    return bool(eval(ORACLE[name], {}, facts))


def test_the_rules_are_those_of_the_evidence() -> None:
    found = {rule.id: (rule.level, rule.within_days) for rule in shelf().rules}
    assert found == {name: (rule["level"], rule.get("within_days")) for name, rule in WRITTEN.items()}
    for name, code in ORACLE.items():
        assert set(rule_named(name).questions) == set(code.co_names), name


def test_the_edges_are_those_of_the_rules() -> None:
    for name, rule in WRITTEN.items():
        for question, sign, number in re.findall(r"(\w+) (>=|<=|>|<) (\d+)", rule["when"]):
            first_beyond = int(number) + (sign in ("<=", ">"))
            assert {first_beyond - 1, first_beyond} <= set(EDGES[question]), (name, question)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_rule_on_every_combination(name: str) -> None:
    rule = rule_named(name)
    seen = set()
    for facts in combinations_of(rule.questions):
        expected = oracle(name, facts)
        assert rule.test(facts.get) is expected, facts
        seen.add(expected)
    assert seen == {True, False}  # a rule that never, or always, fires is no rule


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_every_atom_changes_the_outcome_alone(name: str) -> None:
    """For each question there are two sets of answers that differ in it alone, and the rule differs too."""
    rule = rule_named(name)
    outcome = {tuple(facts.values()): oracle(name, facts) for facts in combinations_of(rule.questions)}
    for place, question in enumerate(rule.questions):
        decides = False
        for values, result in outcome.items():
            for other in values_of(question):
                changed = (*values[:place], other, *values[place + 1 :])
                if outcome[changed] is not result:
                    names = rule.questions
                    first = dict(zip(names, values, strict=True))
                    second = dict(zip(names, changed, strict=True))
                    assert rule.test(first.get) is result and rule.test(second.get) is not result
                    decides = True
                    break
            if decides:
                break
        assert decides, question


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_unknown_is_decided_only_by_what_is_known(name: str) -> None:
    """Three values: true (false) only if every way the open answers could turn out is true (false)."""
    rule = rule_named(name)
    chance = random.Random(name)
    for _ in range(150):
        facts = {q: chance.choice((None, *values_of(q))) for q in rule.questions}
        for question in rule.questions:  # few enough open questions for the slow oracle
            if sum(value is None for value in facts.values()) > 5:
                facts[question] = chance.choice(values_of(question))
        open_ = tuple(question for question, value in facts.items() if value is None)
        outcomes = {oracle(name, {**facts, **filled}) for filled in combinations_of(open_)}
        expected = outcomes.pop() if len(outcomes) == 1 else None
        known = {question: value for question, value in facts.items() if value is not None}
        assert evaluate(rule.when, known.get) is expected, known
        assert rule.test(known.get) is expected, known


def witnesses(name: str, limit: int = 400) -> list[dict[str, Any]]:
    """Answers that make the rule fire, those with the fewest signs first and in chance order among equals."""
    questions = rule_named(name).questions
    firing = [facts for facts in combinations_of(questions) if oracle(name, facts)]
    random.Random(name).shuffle(firing)
    firing.sort(key=lambda facts: sum(value is True for value in facts.values()))
    return firing[:limit]


WITNESSES: dict[str, list[dict[str, Any]]] = {}


def decided(facts: dict[str, Any]) -> Any:
    base = {"age": 40, "duration_weeks": 20}
    return triage(read_answers(shelf(), {**base, **facts}, rest="no"), shelf())


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_rule_that_fires_is_shown_with_its_reason_and_sets_the_level(name: str) -> None:
    rule = rule_named(name)
    for facts in witnesses(name, 20):
        try:
            result = decided(facts)
        except InputError:
            continue  # answers that contradict each other
        assert name in result.rules
        assert RANK[result.level] >= RANK[rule.level]
        fired = next(each for each in result.fired if each.id == name)
        assert fired.reason and fired.name and fired.because
        if result.level == "SOON":
            days = [each.within_days for each in result.fired if each.within_days is not None]
            assert result.within_days == min(days)
        else:
            assert result.within_days is None


@pytest.mark.parametrize("first", sorted(WRITTEN))
def test_every_pair_of_rules_gives_the_graver_level(first: str) -> None:
    """The pair fires together, both are shown, and the level is no lower than the graver one."""
    mine = WITNESSES.setdefault(first, witnesses(first))
    for second in sorted(WRITTEN):
        if second <= first:
            continue
        other = WITNESSES.setdefault(second, witnesses(second))
        together = next(filter(None, (merged(a, b) for a in mine for b in other)), None)
        if together is None:
            assert cannot_both(first, second), (first, second)
            continue
        result = decided(together)
        assert {first, second} <= set(result.rules)
        graver = max(RANK[rule_named(first).level], RANK[rule_named(second).level])
        assert RANK[result.level] >= graver


def merged(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any] | None:
    """Answers in which both hold, or None if they differ or contradict each other."""
    if any(a[key] != b[key] for key in a.keys() & b.keys()):
        return None
    both = {**a, **b}
    try:
        read_answers(shelf(), {"age": 40, "duration_weeks": 20, **both}, rest="no")
    except InputError:
        return None
    return both


def cannot_both(first: str, second: str) -> bool:
    """No answers at all make both fire: tried on every combination of the questions of the two."""
    questions = tuple(dict.fromkeys(rule_named(first).questions + rule_named(second).questions))
    for facts in combinations_of(questions):
        if oracle(first, facts) and oracle(second, facts):
            try:
                read_answers(shelf(), {"age": 40, "duration_weeks": 20, **facts}, rest="no")
            except InputError:
                continue
            return False
    return True
