"""Levels, days, not sure, what is left open: on small shelves of our own and on the one that ships."""

from dataclasses import replace
from typing import Any

import pytest

from psoas.clinic import logic
from psoas.clinic.answers import read_answers
from psoas.clinic.knowledge import Knowledge, Question, Rule, load_knowledge, read_question
from psoas.clinic.triage import proved_level, triage
from psoas.clinic.types import Answers, Triage

SHELF = load_knowledge()
TEMPLATE = SHELF.rules[0]
SOURCE = TEMPLATE.sources[0]


def rule(id: str, level: str, days: int | None = None, **when: Any) -> Rule:
    condition = logic.parse(when)
    return replace(
        TEMPLATE,
        id=id,
        level=level,  # type: ignore[arg-type]
        within_days=days,
        when=condition,
        test=logic.compiled(condition),
        questions=logic.names(condition),
        variants=(),
    )


def question(id: str, **more: Any) -> Question:
    return read_question({"id": id, "type": "bool", "text": "...", **more})


def shelf(*rules: Rule, **questions: dict[str, Any]) -> Knowledge:
    """A shelf with these rules; their questions are signs unless said otherwise."""
    ids = dict.fromkeys(name for each in rules for name in each.questions)
    made = {id: question(id, **questions.get(id, {})) for id in {**ids, **questions}}
    return replace(SHELF, rules=rules, questions=made, screens=(), contradictions=())


def decide(knowledge: Knowledge, *not_sure: str, **values: Any) -> Triage:
    return triage(Answers(values, frozenset(not_sure)), knowledge)


def yes(name: str) -> dict[str, Any]:
    return {"finding": name}


E = rule("E", "EMERGENCY", all=[yes("e"), yes("x")])
U = rule("U", "URGENT", all=[yes("u"), yes("x")])
S = rule("S", "SOON", 9, all=[yes("s"), yes("x")])
T = rule("T", "SOON", 5, all=[yes("t"), yes("x")])
A = rule("A", "ADVISORY", all=[yes("a"), yes("x")])
LADDER = shelf(E, U, S, T, A)
NO = dict.fromkeys(("e", "u", "s", "t", "a", "x"), False)


@pytest.mark.parametrize(
    ("signs", "level", "fired", "days"),
    [
        ("", "SELF_CARE", (), None),
        ("eusta", "SELF_CARE", (), None),
        ("ax", "SELF_CARE", ("A",), None),
        ("sx", "SOON", ("S",), 9),
        ("tx", "SOON", ("T",), 5),
        ("stx", "SOON", ("S", "T"), 5),
        ("ux", "URGENT", ("U",), None),
        ("ustx", "URGENT", ("U", "S", "T"), None),
        ("ex", "EMERGENCY", ("E",), None),
        ("eustax", "EMERGENCY", ("E", "U", "S", "T", "A"), None),
    ],
)
def test_the_gravest_rule_sets_the_level_and_all_are_shown(
    signs: str, level: str, fired: tuple[str, ...], days: int | None
) -> None:
    result = decide(LADDER, **{**NO, **dict.fromkeys(signs, True)})
    assert (result.level, result.rules, result.within_days) == (level, fired, days)
    assert result.unasked == () and result.unsure == ()
    assert result.professional_recommended is (level != "SELF_CARE" or bool(fired))


@pytest.mark.parametrize(
    ("signs", "open_", "level", "unasked"),
    [
        ("", "e", "SELF_CARE", ()),  # x is no: E cannot hold
        ("x", "e", None, ("e",)),
        ("x", "u", None, ("u",)),
        ("x", "s", None, ("s",)),
        ("x", "a", "SELF_CARE", ()),  # an advisory changes no level
        ("x", "sea", None, ("e", "s")),
        ("sx", "e", "SOON", ("e",)),
        ("sx", "u", "SOON", ("u",)),
        ("sx", "t", "SOON", ()),  # SOON already
        ("ux", "se", "URGENT", ("e",)),
        ("ux", "s", "URGENT", ()),
        ("ex", "us", "EMERGENCY", ()),
        ("e", "x", None, ("x",)),
    ],
)
def test_unknown_is_not_no_and_what_is_proved_stays(
    signs: str, open_: str, level: str | None, unasked: tuple[str, ...]
) -> None:
    values = {
        name: value for name, value in {**NO, **dict.fromkeys(signs, True)}.items() if name not in open_
    }
    result = decide(LADDER, **values)
    assert (result.level, result.unasked) == (level, unasked)
    assert result.within_days == (9 if level == "SOON" else None)


@pytest.mark.parametrize(
    ("values", "not_sure", "proved", "level"),
    [
        ({}, (), "SELF_CARE", None),
        (NO, (), "SELF_CARE", "SELF_CARE"),
        ({"s": True, "x": True}, (), "SOON", "SOON"),
        ({**NO, "u": True, "x": True}, (), "URGENT", "URGENT"),
        ({"e": True, "x": True}, (), "EMERGENCY", "EMERGENCY"),
        ({}, ("e",), "URGENT", "URGENT"),
    ],
)
def test_what_is_proved_holds_while_questions_are_open(
    values: dict[str, Any], not_sure: tuple[str, ...], proved: str, level: str | None
) -> None:
    answers = Answers({k: v for k, v in values.items() if k not in not_sure}, frozenset(not_sure))
    assert (proved_level(answers, LADDER), triage(answers, LADDER).level) == (proved, level)


def test_open_questions_stand_in_the_order_of_the_shelf() -> None:
    assert decide(LADDER, x=True).unasked == ("e", "u", "s", "t")


@pytest.mark.parametrize(
    ("signs", "doubts", "level", "days", "by"),
    [
        ("x", "e", "URGENT", None, [(("e",), (), "URGENT", None), (("e",), ("E",), "URGENT", None)]),
        ("", "e", "URGENT", None, [(("e",), (), "URGENT", None)]),  # a sign of now counts by itself
        ("x", "u", "SOON", 3, [(("u",), (), "SOON", 3), (("u",), ("U",), "SOON", 3)]),
        ("", "u", "SOON", 3, [(("u",), (), "SOON", 3)]),
        ("x", "s", "SELF_CARE", None, []),
        ("x", "a", "SELF_CARE", None, []),
        ("sx", "u", "SOON", 3, [(("u",), (), "SOON", 3), (("u",), ("U",), "SOON", 3)]),
        ("ex", "u", "EMERGENCY", None, [(("u",), (), "SOON", 3), (("u",), ("U",), "SOON", 3)]),
        ("ux", "e", "URGENT", None, [(("e",), (), "URGENT", None), (("e",), ("E",), "URGENT", None)]),
        ("x", "eu", "URGENT", None, None),
    ],
)
def test_not_sure_of_a_sign(
    signs: str, doubts: str, level: str, days: int | None, by: list[tuple[Any, ...]] | None
) -> None:
    values = {name: v for name, v in {**NO, **dict.fromkeys(signs, True)}.items() if name not in doubts}
    result = decide(LADDER, *doubts, **values)
    assert (result.level, result.within_days, result.unasked) == (level, days, ())
    if by is not None:
        assert [(u.questions, u.rules, u.level, u.within_days) for u in result.unsure] == by
    assert result.professional_recommended is (level != "SELF_CARE" or "x" in signs)


def test_the_gravest_doubt_comes_first() -> None:
    values = {name: value for name, value in NO.items() if name not in "eu"}
    assert [each.level for each in decide(LADDER, "e", "u", **values).unsure] == ["URGENT", "SOON"]


BACKGROUND = shelf(E, U, S, x={"background": True}, s={"background": True}, u={"background": True})


@pytest.mark.parametrize(
    ("signs", "doubts", "level", "days", "by"),
    [
        ("", "x", "SELF_CARE", None, []),  # nothing it could complete
        ("e", "x", "URGENT", None, [(("x",), ("E",), "URGENT", None)]),
        ("u", "x", "URGENT", None, [(("x",), ("U",), "URGENT", None)]),  # x is a question of E too
        ("x", "u", "SOON", 3, [(("u",), ("U",), "SOON", 3)]),
        ("s", "x", "SOON", 9, [(("x",), ("S",), "SOON", 9)]),
        ("x", "s", "SELF_CARE", None, []),
        ("", "us", "SELF_CARE", None, []),
    ],
)
def test_not_sure_of_the_background_counts_only_for_what_it_could_complete(
    signs: str, doubts: str, level: str, days: int | None, by: list[tuple[Any, ...]]
) -> None:
    names = ("e", "u", "s", "x")
    values = {name: name in signs for name in names if name not in doubts}
    result = decide(BACKGROUND, *doubts, **values)
    assert [(u.questions, u.rules, u.level, u.within_days) for u in result.unsure] == by
    assert (result.level, result.within_days) == (level, days)


def test_a_doubt_that_still_needs_an_open_answer_leaves_the_level_open() -> None:
    result = decide(BACKGROUND, "x", u=False, s=False)
    assert result.level is None and result.unasked == ("e",) and result.unsure == ()


def test_an_urgent_background_question_raises_a_soon_rule_to_its_own_days() -> None:
    knowledge = shelf(
        rule("U", "URGENT", all=[yes("u"), yes("w")]),
        rule("S", "SOON", 9, any=[yes("w")]),
        w={"background": True},
    )
    result = decide(knowledge, "w", u=False)
    assert (result.level, result.within_days) == ("SOON", 9)
    assert [(u.questions, u.rules, u.level, u.within_days) for u in result.unsure] == [
        (("w",), ("S",), "SOON", 9)
    ]


def test_professional_is_recommended_for_a_doubt_about_what_matters_little() -> None:
    knowledge = shelf(rule("S", "SOON", 9, any=[yes("s")]), rule("A", "ADVISORY", any=[yes("a")]))
    assert decide(knowledge, "s", a=False).level == "SELF_CARE"
    assert decide(knowledge, "s", a=False).professional_recommended is True
    assert decide(knowledge, "a", s=False).professional_recommended is True
    assert decide(knowledge, s=False, a=False).professional_recommended is False


MANDATORY = shelf(
    rule("S", "SOON", 9, all=[yes("s"), {"finding": "age", "at_least": 65}]),
    age={"type": "int", "low": 0, "high": 120, "mandatory": True, "background": True},
)


def test_age_is_asked_even_if_no_rule_needs_it() -> None:
    assert decide(MANDATORY, s=False).level is None
    assert decide(MANDATORY, s=False).unasked == ("age",)
    assert decide(MANDATORY, s=False, age=30).level == "SELF_CARE"
    assert decide(MANDATORY, "age", s=False).level == "SELF_CARE"
    soon = decide(shelf(*MANDATORY.rules, rule("T", "SOON", 2, any=[yes("t")]), age=AGE), t=True, s=False)
    assert (soon.level, soon.unasked) == ("SOON", ())


AGE = {"type": "int", "low": 0, "high": 120, "mandatory": True, "background": True}

ALL_NO = {id: each.nothing for id, each in SHELF.questions.items()} | {"age": 40, "duration_weeks": 20}


def real(*not_sure: str, **values: Any) -> Triage:
    given = {**ALL_NO, **values}
    known = {id: value for id, value in given.items() if id not in not_sure}
    return triage(read_answers(SHELF, known, not_sure=not_sure), SHELF)


@pytest.mark.parametrize("item", ["tender_fibula_head", "tender_patella_only"])
def test_not_sure_at_the_two_bones_counts_as_yes_after_an_injury(item: str) -> None:
    hurt = real(item, trauma_7d=True)
    assert hurt.level == "URGENT" and "U01" in hurt.rules and hurt.unsure == ()
    assert hurt.fired[0].because == ("trauma_7d", item)
    calm = real(item)
    assert (calm.level, calm.within_days, calm.rules) == ("SOON", 3, ())


def test_not_sure_at_another_item_is_no_yes() -> None:
    assert "U01" not in real("cannot_flex_90", trauma_7d=True).rules


def test_a_sign_of_an_emergency_question_in_doubt_is_urgent() -> None:
    for sign in ("saddle_numb", "fever", "hip_held_flexed", "leg_cold_pale", "numb_tingle", "unwell"):
        assert real(sign).level == "URGENT", sign


def test_a_doubt_about_the_background_alone_sends_nobody() -> None:
    for id in ("osteoporosis", "anticoagulant_or_bleeding", "immunosuppressed"):
        assert real(id).level == "SELF_CARE", id
    assert real("anticoagulant_or_bleeding", hip_held_flexed=True, new_pain_2w=True).level == "URGENT"


def test_a_clinicians_other_cause_changes_words_not_levels() -> None:
    plain, doubted = real(calf_3cm=True), real(calf_3cm=True, dvt_alternative_likely=True)
    assert plain.level == doubted.level == "URGENT" and plain.rules == doubted.rules == ("U05",)
    assert doubted.fired[0].reason.startswith(plain.fired[0].reason)
    assert "another cause" in doubted.fired[0].reason and "still due today" in doubted.fired[0].reason


def test_a_reason_whose_source_nobody_has_read_says_so() -> None:
    read, unread = replace(TEMPLATE, precaution=False), replace(TEMPLATE, precaution=True)
    for rule_, ending in ((read, ""), (unread, " (Precaution, source being checked.)")):
        fired = decide(replace(SHELF, rules=(rule_,)), **dict.fromkeys(TEMPLATE.questions, True)).fired[0]
        assert fired.reason == TEMPLATE.says + ending
        assert fired.precaution is bool(ending)
    for rule_ in SHELF.rules:
        unverified = {SHELF.sources[id].status for id in rule_.sources} == {"unverified"}
        assert rule_.precaution is unverified, rule_.id


def test_a_fired_rule_carries_what_stands_on_the_shelf() -> None:
    fired = real(saddle_numb=True, both_legs_neuro=True).fired[0]
    rule_ = next(each for each in SHELF.rules if each.id == "E01")
    assert (fired.name, fired.sources, fired.grade, fired.basis) == (
        rule_.name,
        rule_.sources,
        rule_.grade,
        rule_.basis,
    )
    assert fired.because == ("saddle_numb", "both_legs_neuro")
    assert fired.draft is True  # nobody has reviewed the shelf yet
    reviewed = replace(SHELF, rules=(replace(rule_, reviewers=("A. Reader",)),))
    assert triage(Answers({"saddle_numb": True}), reviewed).fired[0].draft is False


def test_help_outside_the_ladder_needs_no_score() -> None:
    result = real(self_harm_thoughts=True)
    assert (result.level, result.routes) == ("SELF_CARE", ("crisis",))
    assert real(unsafe_home=True, self_harm_thoughts=True).routes == ("crisis", "safeguarding")
    assert real(unsafe_home=False).routes == ()
    assert triage(Answers({"unsafe_home": True}), SHELF).routes == ("safeguarding",)


def test_every_decision_carries_the_hash_of_the_shelf() -> None:
    assert real().knowledge_hash == SHELF.hash and len(SHELF.hash) == 64
