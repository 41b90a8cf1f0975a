"""Ranking, standing and the role of the hip flexor, from findings named by hand."""

import tomllib
from itertools import product

import pytest

from psoas.clinic.assessment import Findings, assess, leader, missing_for, role_of_hip_flexor, weigh


def role(*present, leading=None, absent=(), undecided=(), impact=False):
    findings = Findings(40, frozenset(present), frozenset(absent), frozenset(undecided))
    return role_of_hip_flexor(findings, leading, impact)[0]


def test_the_weights_are_those_of_the_evidence(shared, reasoning):
    evidence = tomllib.loads((shared / "evidence" / "assessment.toml").read_text())
    weights = reasoning.weights
    names = [explanation.id for explanation in weights.explanations]
    assert names == list(evidence["hypothesis"])
    assert set(weights.signs) == set(evidence["finding"])
    for name, entry in evidence["finding"].items():
        ours = {names[place]: points for place, points in weights.signs[name].points}
        assert ours == entry.get("w", {}), name


def test_with_no_findings_nothing_leads(reasoning):
    for age in (None, 12, 30, 50, 80):
        assessment = assess(Findings(age), "SELF_CARE", (), reasoning.weights)
        assert assessment.leading is None
        assert assessment.role == "not_shown"


def test_two_points_do_not_lead_and_three_do(reasoning):
    none = assess(Findings(30, frozenset({"h_pes_area"})), "SELF_CARE", (), reasoning.weights)
    assert none.leading == "pes"
    two = assess(Findings(None, frozenset({"h_sit_bent"})), "SELF_CARE", (), reasoning.weights)
    assert two.leading is None
    assert two.hypotheses[0].id == "pfp" and two.hypotheses[0].standing == "possible"


def test_a_tie_has_no_leader_and_file_order(reasoning):
    findings = Findings(None, frozenset({"h_inferior_pole", "h_above_patella"}))
    assessment = assess(findings, "SELF_CARE", (), reasoning.weights)
    assert assessment.leading is None
    assert [entry.id for entry in assessment.hypotheses[:2]] == ["patellar_tendon", "quad_tendon"]
    assert assessment.hypotheses[0].points == assessment.hypotheses[1].points == 3


@pytest.mark.parametrize(
    ("points", "place"),
    [([0, 0], None), ([2, 0], None), ([3, 2], 0), ([3, 3], None), ([1, 5, 4], 1), ([-2, -1], None)],
)
def test_leader(points, place):
    assert leader(points) == place


@pytest.mark.parametrize("level", ["EMERGENCY", "URGENT"])
def test_nothing_is_ranked_when_being_seen_comes_first(level, reasoning):
    findings = Findings(30, frozenset(reasoning.weights.signs))
    assessment = assess(findings, level, (), reasoning.weights)
    assert (assessment.hypotheses, assessment.leading, assessment.role) == ((), None, "not_shown")


@pytest.mark.parametrize(
    ("age", "finding", "expected"),
    [
        (44, "h_use_pain_short_stiff", {}),
        (45, "h_use_pain_short_stiff", {"knee_oa": 2}),
        (44, "h_medial_line", {"meniscus": 2, "knee_oa": 1, "pes": 1}),
        (45, "h_medial_line", {"meniscus": 1, "knee_oa": 1, "pes": 1}),
        (44, "h_catch_click", {"meniscus": 2}),
        (45, "h_catch_click", {"meniscus": 1}),
        (39, "e_hip_ir_limited", {"hip_labral": 2, "hip_oa": 1}),
        (40, "e_hip_ir_limited", {"hip_oa": 3, "hip_labral": 1}),
        (None, "e_hip_ir_limited", {"hip_oa": 3, "hip_labral": 1}),
    ],
)
def test_points_that_change_with_age(age, finding, expected, reasoning):
    points, given = weigh(Findings(age, frozenset({finding})), reasoning.weights)
    names = [explanation.id for explanation in reasoning.weights.explanations]
    ours = {names[p]: worth for p, entries in enumerate(given) for name, worth in entries if name == finding}
    assert ours == expected
    assert sum(points) >= sum(expected.values())


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (17, {"osgood"}),
        (18, {"pfp"}),
        (44, {"pfp"}),
        (45, {"knee_oa"}),
        (49, {"knee_oa"}),
        (50, {"knee_oa", "hip_oa"}),
    ],
)
def test_age_alone(age, expected, reasoning):
    assessment = assess(Findings(age), "SELF_CARE", (), reasoning.weights)
    assert {entry.id for entry in assessment.hypotheses if entry.points == 1} == expected


def test_what_spoke_for_and_against_adds_up(reasoning):
    findings = Findings(34, frozenset({"h_around_patella", "h_groin", "e_squat_knee"}))
    for entry in assess(findings, "SELF_CARE", (), reasoning.weights).hypotheses:
        assert entry.points == sum(worth for _, worth in entry.spoke_for + entry.spoke_against)


def test_missing_names_the_weightiest_first_and_nothing_known(reasoning):
    findings = Findings(60, frozenset({"h_groin"}), frozenset({"e_fadir_pos"}))
    missing = missing_for("hip_oa", findings, reasoning.weights)
    assert missing[0] == "e_hip_ir_limited"
    assert not {"h_groin", "e_fadir_pos"} & set(missing)


def test_missing_leaves_out_what_contradicts_the_findings(reasoning):
    findings = Findings(52, frozenset({"h_numb", "e_adductor_weak"}))
    assert "e_adductor_normal" not in missing_for("femoral_neuro", findings, reasoning.weights)
    assert "e_adductor_normal" in missing_for("femoral_neuro", Findings(52), reasoning.weights)


PAIR = ("e_mtt_groin_pain", "e_resisted_hf_groin")


def test_primary_source_needs_the_lead_both_tests_and_a_quiet_hip():
    assert role(*PAIR, leading="hf_pain") == "primary_source"
    assert role(*PAIR, leading="pfp") == "not_shown"
    assert role(*PAIR, leading="hf_pain", impact=True) == "not_shown"
    for one in PAIR:
        assert role(one, leading="hf_pain") == "not_shown"
    for hip in ("e_hip_ir_limited", "e_fadir_pos"):
        assert role(*PAIR, hip, leading="hf_pain") != "primary_source"


@pytest.mark.parametrize("finding", ["e_ext_short", "e_rf_short", "e_hf_weak_painless"])
def test_short_or_weak_is_possible_and_with_change_likely(finding):
    assert role(finding) == "possible_contributor"
    for change in ("e_testofchange", "e_hf_reproduces_knee"):
        assert role(finding, change) == "likely_contributor"
        assert role(change) == "not_shown"


def test_a_stiff_hip_joint_spoils_the_length_test_but_not_the_rectus():
    assert role("e_ext_short", "e_hip_ir_limited") == "cannot_tell"
    assert role("e_rf_short", "e_hip_ir_limited") == "possible_contributor"


@pytest.mark.parametrize("nerve", ["h_numb", "e_reflex", "e_fst"])
def test_weakness_with_nerve_signs_is_not_the_hip_flexors(nerve):
    assert role("e_hf_weak_painless", nerve) == "cannot_tell"
    assert role("e_hf_weak_painless", nerve, "e_testofchange") == "cannot_tell"
    assert role("e_ext_short", nerve) == "possible_contributor"


def test_normal_is_unlikely_unless_something_contradicts_it():
    assert role("e_ext_normal") == "unlikely"
    for other in ("e_ext_short", "e_hf_weak_painless", "e_testofchange"):
        assert role("e_ext_normal", other) == "cannot_tell"


def test_inside_the_error_cannot_tell_and_unmeasured_is_not_shown():
    assert role(undecided=["e_ext_short"]) == "cannot_tell"
    assert role(absent=["e_ext_short"]) == "cannot_tell"
    assert role("h_groin", "h_long_sit") == "not_shown"


def test_long_sitting_never_changes_the_role():
    names = (
        "e_ext_short",
        "e_rf_short",
        "e_hf_weak_painless",
        "e_ext_normal",
        "e_testofchange",
        "e_hip_ir_limited",
    )
    for bits in product((False, True), repeat=len(names)):
        present = [name for name, bit in zip(names, bits, strict=True) if bit]
        assert role(*present) == role(*present, "h_long_sit")
