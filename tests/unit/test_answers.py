"""Answers at the door: what is refused, with which words, and what a case file leaves unsaid."""

from typing import Any

import pytest

from psoas.clinic.answers import contradictions, read_answers, settled
from psoas.clinic.knowledge import load_knowledge
from psoas.clinic.types import Answers
from psoas.errors import InputError

SHELF = load_knowledge()


@pytest.mark.parametrize(
    ("values", "more", "what", "advice"),
    [
        ({"fevr": True}, {}, "There is no question 'fevr'", "Did you mean fever?"),
        ({"zzzzqqq": True}, {}, "There is no question 'zzzzqqq'", "psoas knowledge list questions"),
        ({7: True}, {}, "There is no question '7'", "psoas knowledge list questions"),
        ({}, {"unknown": ["fevr"]}, "There is no question 'fevr'", "Did you mean fever?"),
        ({}, {"not_sure": [3]}, "There is no question '3'", ""),
        ({"fever": 1}, {}, "'1' is not yes or no", "Give true or false."),
        ({"fever": "yes"}, {}, "'yes' is not yes or no", ""),
        ({"fever": None}, {}, "'None' is not yes or no", ""),
        ({"age": -1}, {}, "-1 cannot be", "from 0 to 120"),
        ({"age": 200}, {}, "200 cannot be", "from 0 to 120"),
        ({"age": 10**400}, {}, "cannot be", "from 0 to 120"),
        ({"age": 34.0}, {}, "'34.0' is not a whole number", ""),
        ({"age": True}, {}, "'True' is not a whole number", ""),
        ({"age": "34"}, {}, "'34' is not a whole number", ""),
        ({"pain_now": 11}, {}, "11 cannot be", "from 0 to 10"),
        ({"duration_weeks": -3}, {}, "-3 cannot be", ""),
        ({"leg_weakness": "huge"}, {}, "'huge' is not one of the answers", "Give none, mild, marked."),
        ({"leg_weakness": True}, {}, "'True' is not one of the answers", ""),
        ({"leg_weakness": ["mild"]}, {}, "is not one of the answers", ""),
        ({"fever": True}, {"unknown": ["fever"]}, "fever has an answer and is also", ""),
        ({"fever": True}, {"not_sure": ["fever"]}, "fever has an answer and is also", ""),
        (
            {"age": 70, "pregnant_or_postpartum6w": True},
            {},
            "Pregnant, or just after a birth, at 61",
            "one of",
        ),
        ({"age": 8, "could_be_pregnant": True}, {}, "Maybe pregnant at 9 or younger", ""),
        ({"sex": "male", "pregnant_or_postpartum6w": True}, {}, "A male body and a pregnancy", ""),
        ({"sex": "female", "testicle_pain_sudden": True}, {}, "A female body and pain in a testicle", ""),
        ({"testicle_pain_sudden": True, "could_be_pregnant": True}, {}, "Pain in a testicle and a", ""),
    ],
    ids=str,
)
def test_what_no_person_can_have_answered_is_refused(
    values: dict[Any, Any], more: dict[str, Any], what: str, advice: str
) -> None:
    with pytest.raises(InputError) as refusal:
        read_answers(SHELF, values, where="case X", **more)
    assert what in refusal.value.what and advice in refusal.value.advice
    assert refusal.value.where.startswith("case X")
    assert len(str(refusal.value)) < 500


@pytest.mark.parametrize("value", [0, 120])
def test_ages_at_the_edge_are_accepted(value: int) -> None:
    assert read_answers(SHELF, {"age": value}).get("age") == value


def test_the_rest_of_a_case_file_is_no_but_age_and_duration_are_not() -> None:
    answers = read_answers(SHELF, {"fever": True}, unknown=["unwell"], not_sure=["back_pain"], rest="no")
    assert answers.get("fever") is True
    assert answers.get("saddle_numb") is False
    assert answers.get("pain_now") == 0 and answers.get("leg_weakness") == "none"
    for id in ("unwell", "back_pain", "age", "duration_weeks"):
        assert answers.get(id) is None
    assert answers.not_sure == {"back_pain"}


def test_what_is_not_said_is_unknown() -> None:
    assert dict(read_answers(SHELF, {"fever": False}).values) == {"fever": False}
    assert dict(read_answers(SHELF, {}).values) == {}


def test_answers_cannot_be_changed_afterwards() -> None:
    given = {"fever": False}
    answers = Answers(given)
    given["fever"] = True
    assert answers.get("fever") is False
    with pytest.raises(TypeError):
        answers.values["fever"] = True  # type: ignore[index]


def test_what_does_not_apply_is_a_no_and_what_may_apply_stays_open() -> None:
    adult = settled(Answers({"age": 40, "sex": "male"}), SHELF)
    assert adult.get("child_limp") is False and adult.get("pregnant_or_postpartum6w") is False
    assert adult.get("head_vision_jaw") is False and adult.get("testicle_pain_sudden") is None
    woman = settled(Answers({"age": 40, "sex": "female"}), SHELF)
    assert woman.get("testicle_pain_sudden") is False and woman.get("could_be_pregnant") is None
    unsaid = settled(Answers({"age": 40, "sex": "not_said"}), SHELF)
    assert unsaid.get("testicle_pain_sudden") is None and unsaid.get("could_be_pregnant") is None
    nothing = settled(Answers({}), SHELF)
    assert dict(nothing.values) == {}
    unsure = settled(Answers({}, frozenset({"trauma_7d"})), SHELF)
    assert unsure.get("tender_fibula_head") is None
    doubted = settled(Answers({"age": 40}, frozenset({"child_limp"})), SHELF)
    assert doubted.get("child_limp") is None and doubted.not_sure == {"child_limp"}


def test_an_answer_given_outweighs_that_it_should_not_apply() -> None:
    assert settled(Answers({"age": 40, "child_limp": True}), SHELF).get("child_limp") is True


def test_unknown_contradicts_nothing() -> None:
    assert contradictions(Answers({"pregnant_or_postpartum6w": True}), SHELF) == ()
    assert contradictions(Answers({"age": 30, "pregnant_or_postpartum6w": True}), SHELF) == ()
    wrong = contradictions(Answers({"age": 61, "pregnant_or_postpartum6w": True}), SHELF)
    assert [each.id for each in wrong] == ["pregnant_too_old"]
