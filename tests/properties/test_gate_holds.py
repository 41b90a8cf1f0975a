"""What holds for any answers: danger added never lowers the level, unknown is not no, order is nothing."""

import functools
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from psoas.clinic.answers import read_answers
from psoas.clinic.knowledge import Knowledge, load_knowledge
from psoas.clinic.triage import triage
from psoas.clinic.types import Answers, Triage
from psoas.errors import InputError

RANK = {None: 0, "ADVISORY": 0, "SELF_CARE": 0, "SOON": 1, "URGENT": 2, "EMERGENCY": 3}


@functools.cache
def shelf() -> Knowledge:
    return load_knowledge()


QUESTIONS = sorted(shelf().questions)
YES_NO = [name for name in QUESTIONS if shelf().questions[name].type == "bool"]
GRAVE = [rule for rule in shelf().rules if rule.level in ("EMERGENCY", "URGENT")]


def value(name: str) -> st.SearchStrategy[Any]:
    question = shelf().questions[name]
    if question.type == "bool":
        return st.booleans()
    if question.type == "enum":
        return st.sampled_from(question.values)
    return st.integers(question.low, question.high)


@st.composite
def answered(draw: st.DrawFn) -> dict[str, Any]:
    """Every question answered: mostly no, some signs, any age and duration."""
    given_ = {name: question.nothing for name, question in shelf().questions.items()}
    given_["age"] = draw(st.integers(1, 100))
    given_["duration_weeks"] = draw(st.integers(0, 60))
    for name in draw(st.lists(st.sampled_from(QUESTIONS), max_size=12)):
        given_[name] = draw(value(name))
    return given_


def decide(values: dict[str, Any], **more: Any) -> Triage:
    try:
        return triage(read_answers(shelf(), values, **more), shelf())
    except InputError:
        assume(False)
        raise


def same(a: Triage, b: Triage) -> bool:
    return (a.level, a.rules, a.within_days, a.unasked) == (b.level, b.rules, b.within_days, b.unasked)


@given(answered(), st.sampled_from(YES_NO))
def test_a_sign_added_never_lowers_the_level(values: dict[str, Any], sign: str) -> None:
    before = decide({**values, sign: False})
    after = decide({**values, sign: True})
    assert RANK[after.level] >= RANK[before.level]
    assert set(before.rules) <= set(after.rules)


@given(answered())
def test_a_clinicians_doubt_about_a_clot_changes_no_level(values: dict[str, Any]) -> None:
    first = decide({**values, "dvt_alternative_likely": False})
    second = decide({**values, "dvt_alternative_likely": True})
    assert (first.level, first.rules, first.within_days) == (second.level, second.rules, second.within_days)


@given(answered(), st.integers(0, 10), st.integers(0, 10))
def test_less_pain_never_raises_and_more_pain_never_lowers(values: dict[str, Any], a: int, b: int) -> None:
    low, high = decide({**values, "pain_now": min(a, b)}), decide({**values, "pain_now": max(a, b)})
    assert RANK[high.level] >= RANK[low.level]


@given(answered(), st.sampled_from(["none", "mild", "marked"]))
def test_more_weakness_never_lowers_the_level(values: dict[str, Any], weakness: str) -> None:
    before = decide({**values, "leg_weakness": "none"})
    assert RANK[decide({**values, "leg_weakness": weakness}).level] >= RANK[before.level]


@given(answered(), st.sets(st.sampled_from(QUESTIONS), max_size=20))
def test_an_answer_turned_unknown_never_lowers_what_is_proved(
    values: dict[str, Any], open_: set[str]
) -> None:
    known = {name: v for name, v in values.items() if name not in open_}
    part, whole = decide(known), decide(values)
    proved = [rule for rule in shelf().rules if rule.test(known.get) is True]
    for rule in proved:
        assert rule.id in part.rules
        assert RANK[part.level] >= RANK[rule.level]
    assert set(part.rules) <= set(whole.rules)


@given(answered(), st.sets(st.sampled_from(QUESTIONS), max_size=20))
def test_self_care_only_when_every_grave_rule_is_false(values: dict[str, Any], open_: set[str]) -> None:
    known = {name: v for name, v in values.items() if name not in open_}
    result = decide(known)
    if result.level == "SELF_CARE":
        everything = {**known}
        for name, question in shelf().questions.items():
            if name not in known and question.asked_if is not None:
                everything.setdefault(name, question.nothing)
        assert all(rule.test(everything.get) is False for rule in GRAVE)
    if result.level is None:
        assert result.unasked


@given(answered(), st.sampled_from(QUESTIONS))
def test_not_sure_is_never_taken_for_no(values: dict[str, Any], doubtful: str) -> None:
    """Not sure where a yes would have made an emergency (urgent) rule hold: at least urgent (soon)."""
    assume(doubtful in YES_NO and not shelf().questions[doubtful].clinician)
    rest = {name: v for name, v in values.items() if name != doubtful}
    unsure = decide(rest, not_sure=[doubtful])
    no = decide({**rest, doubtful: False})
    yes = decide({**rest, doubtful: True})
    assert RANK[unsure.level] >= RANK[no.level]
    floor = {"EMERGENCY": 2, "URGENT": 1}
    added = set(yes.rules) - set(no.rules)
    for rule in GRAVE:
        if rule.id in added:
            assert RANK[unsure.level] >= floor[rule.level], rule.id


@given(answered(), st.randoms())
def test_order_does_not_matter(values: dict[str, Any], chance: Any) -> None:
    shuffled = list(values.items())
    chance.shuffle(shuffled)
    assert same(decide(values), decide(dict(shuffled)))


@given(answered())
def test_the_same_answers_give_the_same_decision_and_carry_the_shelf(values: dict[str, Any]) -> None:
    first, second = decide(values), decide(values)
    assert first == second
    assert first.knowledge_hash == shelf().hash


def test_nothing_answered_is_no_level() -> None:
    result = triage(Answers({}), shelf())
    assert result.level is None and result.rules == () and result.unasked
