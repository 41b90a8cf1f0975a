"""Check-ins: changed only beyond the error, and what comes next."""

import pytest

from psoas.clinic.case import read_case
from psoas.clinic.progress import ADVERSE, CheckIn, changed, next_week, review
from psoas.clinic.triage import triage
from psoas.errors import InputError


def gate(reasoning, unknown=(), **answers):
    values = {"duration_weeks": 10, **answers}
    entry = {"id": "x", "age": 34, "triage": values, "unknown": list(unknown)}
    return triage(read_case(entry, reasoning, "test").answers, reasoning.knowledge)


def run(reasoning, *check_ins, **answers):
    return review(check_ins, gate(reasoning, **answers), reasoning.measures)


def week(number, pain, psfs=None, done=3, planned=3, **more):
    values = {"nprs_worst": pain} | ({} if psfs is None else {"psfs_mean": psfs})
    return CheckIn(7 * number, values, done, planned, **more)


@pytest.mark.parametrize(
    ("name", "before", "after", "verdict"),
    [
        ("nprs_worst", 5, 3, "improved"),
        ("nprs_worst", 5, 4, "unchanged"),
        ("nprs_worst", 5, 7, "worse"),
        ("psfs_mean", 4, 6, "improved"),
        ("psfs_mean", 4, 5.9, "unchanged"),
        ("psfs_single", 4, 6, "unchanged"),
        ("psfs_single", 4, 7, "improved"),
        ("akps", 72, 81, "improved"),
        ("akps", 72, 80, "unchanged"),
        ("hip_extension_goniometer", -5, 1, "unchanged"),
        ("hip_extension_goniometer", -5, 2, "improved"),
        ("hip_extension_inclinometer", -5, 0, "improved"),
    ],
)
def test_a_measure_has_changed_only_beyond_its_error(name, before, after, verdict, reasoning):
    assert changed(reasoning.measures[name], before, after).verdict == verdict


def test_every_measure_has_a_source_and_a_grade(reasoning):
    for measure in reasoning.measures.values():
        assert measure.sources and measure.grade and measure.counts_from > 0


def test_angles_alone_are_no_success(reasoning):
    check_ins = [
        CheckIn(0, {"hip_extension_goniometer": -5.0, "nprs_worst": 5}),
        CheckIn(14, {"hip_extension_goniometer": 9.0, "nprs_worst": 5}),
    ]
    result = run(reasoning, *check_ins)
    assert result.overall == "unchanged"
    assert {entry.measure.id: entry.verdict for entry in result.moved}[
        "hip_extension_goniometer"
    ] == "improved"


def test_a_responder_has_less_pain_and_does_more(reasoning):
    assert run(reasoning, week(0, 6, 4), week(6, 4, 6)).responder
    assert not run(reasoning, week(0, 6, 4), week(6, 4, 5)).responder
    assert not run(reasoning, week(0, 6, 4), week(6, 5, 6)).responder


def test_no_change_after_six_weeks_of_doing_it_sends_to_a_clinician(reasoning):
    assert run(reasoning, week(0, 5), week(6, 4)).step == "see_clinician"
    assert run(reasoning, week(0, 5), week(5, 4)).step != "see_clinician"
    assert run(reasoning, week(0, 5, done=0), week(6, 4, done=1)).step != "see_clinician"
    assert run(reasoning, week(0, 5), week(6, 3)).step != "see_clinician"


def test_worse_after_two_weeks_sends_to_a_clinician_and_before_that_a_step_back(reasoning):
    assert run(reasoning, week(0, 4), week(2, 6)).step == "see_clinician"
    assert run(reasoning, week(0, 4), week(1, 6)).step == "back"


@pytest.mark.parametrize("sign", ADVERSE)
def test_every_adverse_sign_stops_the_plan(sign, reasoning):
    result = run(reasoning, week(0, 5), week(1, 2, adverse=frozenset({sign})))
    assert result.step == "stop" and result.because == (sign,)


def test_the_safety_questions_come_before_everything(reasoning):
    better = (week(0, 6), week(1, 1))
    assert run(reasoning, *better, saddle_numb=True).step == "stop"
    assert run(reasoning, *better, fever=True).step == "stop"
    assert run(reasoning, *better, unknown=["fever"]).step == "answer_questions"
    assert run(reasoning, *better, numb_tingle=True).step == "see_clinician"


def test_the_pain_rule_moves_the_dose(reasoning):
    held = {"pain_during": 3, "settled": True}
    broken = {"pain_during": 7, "settled": False}
    assert run(reasoning, week(0, 5, **held), week(1, 5, **held)).step == "forward"
    assert run(reasoning, week(0, 5, **held)).step == "hold"
    assert run(reasoning, week(0, 5, **held), week(1, 5, **broken)).step == "hold"
    assert run(reasoning, week(0, 5, **broken), week(1, 5, **broken)).step == "back"
    assert run(reasoning, week(0, 5, done=0, **held), week(1, 5, done=1, **held)).step == "hold"
    assert run(reasoning, week(0, 5, pain_during=3, settled=False), week(1, 5, **held)).step == "hold"


@pytest.mark.parametrize(("day", "expected"), [(0, 14), (13, 14), (14, 42), (42, 84), (84, 126), (130, 168)])
def test_reviews_at_2_6_and_12_weeks(day, expected, reasoning):
    assert run(reasoning, CheckIn(day, {})).next_review_day == expected


def test_order_does_not_matter_and_one_check_in_shows_no_change(reasoning):
    weeks = [week(0, 6), week(2, 5), week(4, 3)]
    assert run(reasoning, *weeks) == run(reasoning, *reversed(weeks))
    assert run(reasoning, weeks[0]).moved == ()


@pytest.mark.parametrize(
    "check_in",
    [CheckIn(0, {"mood": 1}), CheckIn(0, {"nprs_worst": 11}), CheckIn(0, {}, adverse=frozenset({"hiccup"}))],
)
def test_bad_check_ins_are_refused(check_in, reasoning):
    with pytest.raises(InputError):
        run(reasoning, check_in)
    with pytest.raises(InputError):
        run(reasoning)


def test_the_next_week_follows_the_step():
    assert [next_week(3, step) for step in ("forward", "hold", "back")] == [4, 3, 2]
    assert next_week(1, "back") == 1
    assert {next_week(3, step) for step in ("stop", "see_clinician", "answer_questions")} == {None}
