"""The interview: danger first, few screens, nothing twice, nothing in vain, and the same level in the end."""

import statistics
import tomllib
from pathlib import Path
from typing import Any

import pytest

from psoas.clinic import logic
from psoas.clinic.answers import read_answers, settled
from psoas.clinic.interview import Interview, answered, back, distance, next_screen, result
from psoas.clinic.knowledge import Screen, load_knowledge
from psoas.clinic.triage import triage
from psoas.clinic.types import Triage
from psoas.errors import InputError

SHELF = load_knowledge()
NOTHING = {id: question.nothing for id, question in SHELF.questions.items()}
HEALTHY = {**NOTHING, "age": 40, "duration_weeks": 10, "pain_now": 4, "sex": "female"}


def walk(truth: dict[str, Any], not_sure: frozenset[str] = frozenset()) -> tuple[Interview, list[Screen]]:
    """A person who answers every screen by what is true of them."""
    interview, shown = Interview(), []
    while (screen := next_screen(interview, SHELF)) is not None:
        shown.append(screen)
        values = {id: truth[id] for id in screen.questions if id not in not_sure}
        interview = answered(interview, screen, SHELF, values, not_sure & set(screen.questions))
        assert len(shown) < 40
    return interview, shown


def asked(shown: list[Screen]) -> list[str]:
    return [id for screen in shown for id in screen.questions]


def vignettes() -> list[Any]:
    cases = []
    for path in sorted((Path(__file__).parents[1] / "cases").glob("*.toml")):
        cases += [c for c in tomllib.loads(path.read_text(encoding="utf-8"))["case"] if not c.get("unknown")]
    return cases


@pytest.fixture(scope="module")
def walked() -> dict[str, tuple[Triage, Triage, list[Screen]]]:
    """Each vignette: triage of the whole case, what the interview found, and its screens."""
    found = {}
    for case in vignettes():
        not_sure = frozenset(case.get("not_sure", ()))
        values = {"age": case["age"], **case["triage"]}
        answers = read_answers(SHELF, values, not_sure=not_sure, rest="no")
        interview, shown = walk({**NOTHING, **answers.values}, not_sure)
        found[case["id"]] = (triage(answers, SHELF), result(interview, SHELF), shown)
    return found


def test_the_interview_comes_to_the_same_level(
    walked: dict[str, tuple[Triage, Triage, list[Screen]]],
) -> None:
    assert len(walked) > 150
    assert {id: found.level for id, (_, found, _) in walked.items()} == {
        id: whole.level for id, (whole, _, _) in walked.items()
    }
    for id, (whole, found, _) in walked.items():
        assert set(found.rules) <= set(whole.rules), id
        assert found.unasked == (), id
        if whole.level in ("SOON", "SELF_CARE"):
            assert (found.rules, found.within_days) == (whole.rules, whole.within_days), id


def ordered(value: object) -> str:
    """A name of a test that does not depend on the order of a set."""
    return ",".join(sorted(map(str, value))) if isinstance(value, set | frozenset) else str(value)


@pytest.mark.parametrize(("level", "at_most"), [("SELF_CARE", 25), ("EMERGENCY", 10)])
def test_few_screens(
    walked: dict[str, tuple[Triage, Triage, list[Screen]]], level: str, at_most: int
) -> None:
    counts = [len(shown) for whole, _, shown in walked.values() if whole.level == level]
    assert len(counts) >= 30
    assert statistics.median(counts) <= at_most, sorted(counts)


def test_nothing_is_asked_twice_and_a_screen_is_small(
    walked: dict[str, tuple[Triage, Triage, list[Screen]]],
) -> None:
    for id, (_, _, shown) in walked.items():
        questions = asked(shown)
        assert len(questions) == len(set(questions)), id
        assert all(1 <= len(screen.questions) <= 6 for screen in shown)


def test_age_comes_first_and_danger_before_the_rest() -> None:
    """What is an emergency by itself is asked before any screen that no emergency depends on."""
    _, shown = walk({**HEALTHY, "sex": "not_said"})
    assert shown[0].id == "age"
    alone = {
        id
        for rule in SHELF.rules
        for id in rule.questions
        if rule.level == "EMERGENCY" and rule.test({id: True}.get) is True
    }
    assert len(alone) > 15
    emergency = {id for rule in SHELF.rules if rule.level == "EMERGENCY" for id in rule.questions}
    gates = {"age", "sex"}
    harmless = next(n for n, each in enumerate(shown) if not (emergency | gates) & set(each.questions))
    applies = alone - {"head_vision_jaw"}  # asked from 50 on
    assert applies <= set(asked(shown[:harmless]))


@pytest.mark.parametrize(
    ("truth", "never"),
    [
        ({}, {"child_limp", "testicle_pain_sudden", "head_vision_jaw", "sudden_inner_knee_pain"}),
        ({}, {"tender_fibula_head", "trauma_high_energy", "cannot_4_steps", "foot_drop"}),
        ({}, {"pain_rising_after_surgery", "tendon_pain_new", "foot_hot_swollen", "dvt_alternative_likely"}),
        ({"sex": "male"}, {"pregnant_or_postpartum6w", "could_be_pregnant"}),
        ({"age": 70}, {"pregnant_or_postpartum6w", "could_be_pregnant", "child_limp"}),
        ({"age": 8, "sex": "female"}, {"could_be_pregnant", "head_vision_jaw"}),
    ],
    ids=ordered,
)
def test_what_does_not_apply_is_not_asked(truth: dict[str, Any], never: set[str]) -> None:
    _, shown = walk({**HEALTHY, **truth})
    assert not never & set(asked(shown))


@pytest.mark.parametrize(
    ("truth", "then"),
    [
        ({"age": 12}, {"child_limp"}),
        ({"age": 55}, {"head_vision_jaw", "sudden_inner_knee_pain"}),
        ({"sex": "male"}, {"testicle_pain_sudden"}),
        ({"sex": "not_said"}, {"testicle_pain_sudden", "could_be_pregnant"}),
        ({"trauma_7d": True}, {"tender_fibula_head", "tender_patella_only", "trauma_high_energy"}),
        ({"joint_procedure_6w": True}, {"pain_rising_after_surgery"}),
        ({"fluoroquinolone_6m": True}, {"tendon_pain_new"}),
        ({"diabetes": True}, {"foot_hot_swollen", "foot_numb_or_ulcer"}),
        ({"calf_pain_new": True}, {"previous_dvt", "leg_immobile_cast"}),
        ({"selfcare_weeks": 8}, {"not_improving"}),
    ],
    ids=ordered,
)
def test_a_branch_asks_what_it_needs(truth: dict[str, Any], then: set[str]) -> None:
    _, shown = walk({**HEALTHY, **truth})
    assert then <= set(asked(shown))


@pytest.mark.parametrize("sign", ["saddle_numb", "leg_cold_pale", "breathless_or_chest_pain", "deformity"])
def test_an_emergency_ends_the_questions_at_once(sign: str) -> None:
    interview, shown = walk({**HEALTHY, sign: True})
    assert result(interview, SHELF).level == "EMERGENCY"
    assert sign in shown[-1].questions


def test_after_an_urgent_sign_only_emergencies_are_asked_about() -> None:
    interview, shown = walk({**HEALTHY, "fever": True})
    assert result(interview, SHELF).level == "URGENT"
    at = next(n for n, screen in enumerate(shown) if "fever" in screen.questions)
    later = set(asked(shown[at + 1 :]))
    assert later and not later & {"knee_locked", "weight_loss", "rash_blisters", "obesity"}


def test_every_question_left_could_change_a_rule() -> None:
    """A screen shows nothing that no open rule, gate or route depends on."""
    interview = Interview()
    while (screen := next_screen(interview, SHELF)) is not None:
        answers = settled(interview.answers, SHELF)
        open_ = {
            name
            for rule in SHELF.rules
            if not isinstance(left := logic.residual(rule.when, answers.get), bool)
            for name in logic.names(left)
        }
        gates = {
            name
            for question in SHELF.questions.values()
            if question.asked_if is not None
            for name in logic.names(question.asked_if)
        }
        for id in screen.questions:
            question = SHELF.questions[id]
            assert id in open_ | gates or question.mandatory or question.route, id
            assert answers.get(id) is None
        interview = answered(interview, screen, SHELF, {id: HEALTHY[id] for id in screen.questions})


def test_back_undoes_one_screen_and_the_same_screen_comes_again() -> None:
    interview, shown = walk(HEALTHY)
    for screen in reversed(shown):
        interview = back(interview)
        again = next_screen(interview, SHELF)
        assert again == screen
    assert back(interview) == Interview() == interview


def test_going_back_to_the_gate_reopens_what_hung_on_it() -> None:
    child, _ = walk({**HEALTHY, "age": 12})
    assert "child_limp" in child.answers.values
    adult, shown = walk(HEALTHY)
    assert "child_limp" not in adult.answers.values and "child_limp" not in asked(shown)


def test_a_gate_in_doubt_asks_what_hangs_on_it() -> None:
    interview, shown = walk(HEALTHY, frozenset({"trauma_7d"}))
    assert "tender_fibula_head" in asked(shown)
    assert result(interview, SHELF).level == "SELF_CARE"  # not one of the signs that could go with an injury
    hurt, _ = walk({**HEALTHY, "tender_patella_only": True}, frozenset({"trauma_7d"}))
    assert result(hurt, SHELF).level == "URGENT"


def test_what_is_not_ticked_is_no_and_numbers_have_to_be_given() -> None:
    first = next_screen(Interview(), SHELF)
    assert first is not None
    with pytest.raises(InputError, match="no answer"):
        answered(Interview(), first, SHELF, {})
    with pytest.raises(InputError, match="200"):
        answered(Interview(), first, SHELF, {"age": 200})
    with pytest.raises(InputError, match="not on this screen"):
        answered(Interview(), first, SHELF, {"age": 30, "fever": True})
    with pytest.raises(InputError, match="not on this screen"):
        answered(Interview(), first, SHELF, {"age": 30}, ["fever"])
    unsure = answered(Interview(), first, SHELF, {}, ["age"])
    assert dict(unsure.answers.values) == {} and unsure.answers.not_sure == {"age"}
    screen = next(each for each in SHELF.screens if each.id == "nerves")
    ticked = answered(Interview(), screen, SHELF, {"saddle_numb": True}, ["numb_tingle"]).answers
    assert ticked.get("saddle_numb") is True and ticked.get("both_legs_neuro") is False
    assert ticked.get("numb_tingle") is None and ticked.not_sure == {"numb_tingle"}


@pytest.mark.parametrize(
    ("table", "steps"),
    [
        ({"finding": "a"}, 1),
        ({"any": [{"finding": "a"}, {"finding": "b"}]}, 1),
        ({"all": [{"finding": "a"}, {"finding": "b"}]}, 2),
        ({"all": [{"finding": "a"}, {"any": [{"finding": "b"}, {"all": [{"finding": "c"}]}]}]}, 2),
        ({"count": {"of": [{"finding": "a"}, {"finding": "b"}, {"finding": "c"}], "at_least": 2}}, 2),
    ],
    ids=ordered,
)
def test_distance_counts_the_answers_still_needed(table: dict[str, Any], steps: int) -> None:
    assert distance(logic.parse(table)) == steps
