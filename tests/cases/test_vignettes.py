"""Every vignette, decided by the program, against what was written by hand before.

A mismatch is judged on the evidence (is the vignette wrong or the program?), never by copying what the
program says into the vignette.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from psoas.clinic.case import as_record, decide, read_cases
from psoas.clinic.knowledge import Question
from psoas.clinic.reasoning import load_reasoning

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.toml"))
WRITTEN = [case for path in FILES for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
LADDER = {"EMERGENCY": 3, "URGENT": 2, "SOON": 1, "SELF_CARE": 0, None: -1}
LEVEL = {"OPEN": None}


@pytest.fixture(scope="session")
def decided() -> dict[str, dict[str, Any]]:
    """The record of each vignette as `psoas case --json` gives it."""
    reasoning = load_reasoning()
    cases = [case for path in FILES for case in read_cases(path, reasoning)]
    return {case.id: as_record(case, decide(case, reasoning)) for case in cases}


def test_there_are_enough_and_no_two_of_one_name() -> None:
    names = [case["id"] for case in WRITTEN]
    assert len(names) >= 100 and len(set(names)) == len(names)


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case["id"])
def test_a_vignette_comes_out_as_written(case: dict[str, Any], decided: dict[str, dict[str, Any]]) -> None:
    record = decided[case["id"]]
    level = LEVEL.get(case["expected_level"], case["expected_level"])
    assert record["level"] == level
    if "expected_rules" in case:
        assert sorted(record["rules"]) == sorted(case["expected_rules"])
    assert record["within_days"] == case.get("expected_days")
    if "expected_top" in case:
        leading = [h["id"] for h in record["hypotheses"] if h["standing"] == "leading"]
        assert leading == case["expected_top"][:1]
        assert [h["id"] for h in record["hypotheses"]][: len(case["expected_top"])] == case["expected_top"]
    if "expected_role" in case:
        assert record["role"] == case["expected_role"]


def test_no_emergency_or_urgent_one_comes_out_lower(decided: dict[str, dict[str, Any]]) -> None:
    lower = [
        case["id"]
        for case in WRITTEN
        if case["expected_level"] in ("EMERGENCY", "URGENT")
        and LADDER[decided[case["id"]]["level"]] < LADDER[case["expected_level"]]
    ]
    assert lower == []


def test_nothing_to_exercise_before_danger_is_ruled_out(decided: dict[str, dict[str, Any]]) -> None:
    for record in decided.values():
        if record["level"] in ("EMERGENCY", "URGENT", None):
            assert record["plan"] == [], record["id"]
            assert record["role"] == "not_shown" or record["level"] is None, record["id"]


def test_no_plan_before_the_hip_or_the_surgeon_has_been_asked(decided: dict[str, dict[str, Any]]) -> None:
    """A fresh operation (S17), a bent hip (S22), groin pain on impact (S24): not even load management."""
    met = [record for record in decided.values() if {"S17", "S22", "S24"} & set(record["rules"])]
    assert len(met) >= 10
    assert all(record["plan"] == [] for record in met)


def test_every_rule_is_met_and_nearly_missed() -> None:
    """Each rule fires in some vignette; each emergency and urgent one also stays silent in a near miss."""
    rules = {rule.id for rule in load_reasoning().knowledge.rules}
    met = {rule for case in WRITTEN for rule in case.get("expected_rules", ())}
    near = {rule for case in WRITTEN for rule in case.get("expected_near_miss", ())}
    assert rules - met == set()
    assert {name for name in rules if name[0] in "EU"} - near == set()
    for case in WRITTEN:
        assert not set(case.get("expected_near_miss", ())) & set(case.get("expected_rules", ())), case["id"]


def test_a_near_miss_is_one_answer_away() -> None:
    """One answer changed, and the rule that the vignette nearly met would fire."""
    knowledge = load_reasoning().knowledge
    rules = {rule.id: rule for rule in knowledge.rules}
    nothing = {name: question.nothing for name, question in knowledge.questions.items()}
    for case in WRITTEN:
        facts = {**nothing, **case["triage"]}
        for name in case.get("expected_near_miss", ()):
            rule = rules[name]
            assert rule.test(facts.get) is False, (case["id"], name)
            changed = (
                {**facts, question: value}
                for question in rule.questions
                for value in possible(knowledge.questions[question])
            )
            assert any(rule.test(each.get) for each in changed), (case["id"], name)


def possible(question: Question) -> Iterable[Any]:
    """Every answer a question can have."""
    if question.type == "bool":
        return (False, True)
    return question.values if question.type == "enum" else range(question.low, question.high + 1)


def test_every_explanation_and_every_role_is_met() -> None:
    conditions = set(load_reasoning().knowledge.tables["conditions"])
    assert conditions - {top for case in WRITTEN for top in case.get("expected_top", ())[:1]} == set()
    assert {case.get("expected_role") for case in WRITTEN} >= {
        "primary_source",
        "likely_contributor",
        "possible_contributor",
        "unlikely",
        "not_shown",
        "cannot_tell",
    }


def test_every_branch_is_met() -> None:
    """Child and adult, pregnant, operated, injured, on a blood thinner, open and doubtful answers."""
    triage = [case["triage"] for case in WRITTEN]
    assert any(t["age"] < 18 for t in triage) and any(t["age"] >= 80 for t in triage)
    for branch in (
        "pregnant_or_postpartum6w",
        "could_be_pregnant",
        "joint_procedure_6w",
        "prosthetic_joint_same_leg",
        "trauma_7d",
        "trauma_high_energy",
        "fall_30d",
        "anticoagulant_or_bleeding",
        "cancer_history",
        "diabetes",
    ):
        assert any(t.get(branch) for t in triage), branch
    assert any(case.get("unknown") for case in WRITTEN)
    assert any(case.get("not_sure") for case in WRITTEN)
