"""The shelf that plans are made of: nothing without dose, stop rule, source, grade; words people can read."""

import tomllib
from dataclasses import replace

import pytest

from psoas.cli.case import tag_of
from psoas.clinic.case import decide, read_cases
from psoas.clinic.case_page import page
from psoas.clinic.knowledge import load_knowledge
from psoas.clinic.pages import is_checked
from reading import reading_grade

GRADES = {"high", "moderate", "low", "very_low", "none", "judgement"}
READING_GRADE = 8.0
MUSCLES = {
    "psoas", "iliacus", "rectus_femoris", "quadriceps", "gluteus_maximus", "gluteus_medius", "hamstrings",
    "tibialis_posterior",
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(reasoning, request):
    """The page of every vignette."""
    found = []
    for path in sorted((request.config.rootpath / "tests" / "cases").glob("*.toml")):
        for case in read_cases(path, reasoning):
            found.append((case, page(case, decide(case, reasoning), reasoning)))
    return found


def test_the_exercises_are_those_of_the_evidence(shared, reasoning):
    evidence = tomllib.loads((shared / "evidence" / "interventions.toml").read_text())["ex"]
    ours = reasoning.remedies.exercises
    assert {entry["id"] for entry in evidence} == set(ours)
    assert {entry["id"]: entry["role"] for entry in evidence} == {
        line.id: line.role for line in ours.values()
    }


def test_every_exercise_line_is_complete(reasoning):
    remedies = reasoning.remedies
    for line in remedies.exercises.values():
        assert line.dose and line.days_a_week and line.progress and line.regress and line.stop_rule, line.id
        assert line.steps and line.mistakes and line.target and set(line.muscles) <= MUSCLES, line.id
        assert line.muscles and line.evidence.text and line.evidence.sources, line.id
        assert line.evidence.grade in GRADES, line.id
        assert line.not_if or line.instead, f"{line.id} has no contraindication"
        assert set(line.not_if) <= set(remedies.cautions), line.id


def test_no_exercise_with_effort_for_a_child_or_after_an_operation(reasoning):
    for line in reasoning.remedies.exercises.values():
        if line.id not in ("load_mgmt",):
            assert "under_18" in line.not_if, line.id
        if line.role in ("core", "addon", "optional") and line.minutes:
            assert "recent_surgery" in line.not_if, line.id


def test_programmes_and_tests_name_only_what_exists(reasoning):
    remedies, weights = reasoning.remedies, reasoning.weights
    for programme in remedies.programmes.values():
        named = (*programme.core, *programme.when_short, *programme.when_weak, *programme.always_add)
        assert set(named) <= set(remedies.exercises)
        assert set(programme.therapist) <= set(remedies.therapist)
    for explanation in weights.explanations:
        assert explanation.programme in remedies.programmes
    for sign in weights.signs.values():
        assert sign.test is None or sign.test in weights.tests
    for test in weights.tests.values():
        assert set(test.not_if) <= set(remedies.cautions)


def test_conditions_speak_only_of_known_facts(reasoning):
    """A caution about a question that does not exist would never hold."""
    knowledge = load_knowledge()
    known = set(knowledge.questions) | {rule.id for rule in knowledge.rules} | set(reasoning.weights.signs)
    known |= set(reasoning.circumstances)
    tables = knowledge.tables

    def atoms(part):
        if isinstance(part, dict):
            if "finding" in part:
                yield part["finding"]
            for value in part.values():
                yield from atoms(value)
        elif isinstance(part, list):
            for value in part:
                yield from atoms(value)

    for name in ("cautions", "advice"):
        assert set(atoms(tables[name])) <= known
    for entry in tables["exercises"].values():
        assert set(atoms(entry)) <= known


def test_every_sentence_on_a_page_has_a_grade_and_a_source(pages, reasoning):
    unsaid = {"title", "heading", "name", "note", "day", "question"}
    for case, blocks in pages:
        for block in blocks:
            if block.kind in unsaid:
                assert block.grade is None and not block.sources
            else:
                assert block.grade in GRADES and block.sources, (case.id, block)
                assert set(block.sources) <= reasoning.knowledge.sources.keys()


def test_nothing_unverified_is_shown_as_fact(pages, reasoning):
    statuses = {name: source.status for name, source in reasoning.knowledge.sources.items()}
    words = reasoning.knowledge.tables["purpose"]["grades"]
    graded = [block for _, blocks in pages for block in blocks if block.sources]
    for block in graded:
        if not is_checked(block.sources, statuses):
            assert tag_of(block, reasoning, {}).startswith(words["unchecked"])
    unread = replace(graded[0], sources=("CKSKnee",))
    assert statuses["CKSKnee"] == "unverified"
    assert tag_of(unread, reasoning, {}).startswith(words["unchecked"])


def test_every_page_can_be_read_by_most(pages):
    """Flesch-Kincaid grade of what is addressed to the person, not to therapist or clinician."""
    worst = {}
    for case, blocks in pages:
        told, clinicians = [], False
        for block in blocks:
            if block.kind == "name":
                clinicians = "a clinician does it" in block.text
            elif block.kind == "heading":
                clinicians = False
            if block.kind in ("says", "item", "step", "question") and not clinicians:
                told.append(block.text.removeprefix("For: ").removeprefix("Against: "))
        text = " ".join(sentence if sentence.endswith((".", ")")) else sentence + "." for sentence in told)
        worst[case.id] = reading_grade(text)
    assert max(worst.values()) <= READING_GRADE, sorted(worst.items(), key=lambda pair: -pair[1])[:5]


def test_the_second_reviews_dose_of_the_march(reasoning):
    march = reasoning.remedies.exercises["st_march"]
    said = " ".join((*march.steps, march.dose, *(week.text for week in march.weeks)))
    assert "45 to 60 degrees" in said and "right angle" in said and "2-3 repetitions in reserve" in march.dose
    assert "RM" not in said


def test_the_second_reviews_limit_of_the_standing_stretch(reasoning):
    assert "at most 4 times a day" in reasoning.remedies.exercises["sh_standing"].stop_rule


def test_the_test_of_change_has_a_rested_control(reasoning):
    assert any("Rest for two minutes" in step for step in reasoning.weights.tests["test_of_change"].steps)


def test_no_gain_in_angle_counts_as_success(reasoning):
    for measure in reasoning.measures.values():
        assert measure.decides is (measure.unit not in ("degrees", "minutes")), measure.id
