"""Readings decide outside the error of the test, never inside it."""

import math

import pytest

from psoas.clinic.measured_tests import findings_from, measure
from psoas.errors import InputError

BAND = 7 / math.sqrt(2)


def outcome(reasoning, *readings, method="goniometer", norm="hip_extension"):
    return measure(reasoning.norms[norm], method, "right", readings).outcome


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (-12, "short"),
        (-5, "short"),
        (-4.9, "undecided"),
        (0, "undecided"),
        (9.9, "undecided"),
        (10, "normal"),
    ],
)
def test_hip_extension_by_goniometer(mean, expected, reasoning):
    assert abs(BAND - 4.95) < 0.01  # deg
    assert outcome(reasoning, mean, mean, mean) == expected


def test_a_better_method_decides_closer_to_the_cut_off(reasoning):
    assert outcome(reasoning, -4, -4, -4) == "undecided"
    assert outcome(reasoning, -4, -4, -4, method="inclinometer") == "short"


def test_scattered_or_too_few_readings_decide_nothing(reasoning):
    assert outcome(reasoning, -20, -10, -12) == "undecided"
    assert outcome(reasoning, -12, -12) == "undecided"


def shown(reasoning, side="r", **readings):
    return findings_from(readings, reasoning.norms, side, "case.readings")


def test_the_painful_side_is_the_one_that_counts(reasoning):
    legs = {"method": "goniometer", "right": [-8, -7, -9], "left": [12, 12, 13]}
    assert shown(reasoning, hip_extension=legs).present == {"e_ext_short"}
    assert shown(reasoning, "l", hip_extension=legs).absent == {"e_ext_short"}
    assert shown(reasoning, "both", hip_extension=legs).present == {"e_ext_short"}


def test_strength_is_read_against_the_other_side(reasoning):
    weak = {"method": "dynamometer_belt", "right": [80, 78, 79, 81], "left": [100, 99, 101, 100]}
    assert shown(reasoning, hip_flexor_strength=weak).present == {"e_hf_weak_painless"}
    same = {"method": "dynamometer_belt", "right": [98, 97, 99], "left": [100, 99, 101]}
    assert shown(reasoning, hip_flexor_strength=same).absent == {"e_hf_weak_painless"}


@pytest.mark.parametrize(
    ("days", "where"),
    [
        ([(5, 5, 3), (5, 5, 2)], "present"),
        ([(5, 3, 2), (5, 3, 2)], "absent"),  # the rest alone explains the fall
        ([(5, 5, 3)], "undecided"),
        ([(5, 5, 3), (5, 5, 5)], "undecided"),
    ],
)
def test_test_of_change_needs_two_days_and_a_rested_control(days, where, reasoning):
    listed = [{"before": b, "rested": r, "after": a} for b, r, a in days]
    assert getattr(shown(reasoning, task_pain=listed), where) == {"e_testofchange"}


def test_all_three_quiet_is_a_normal_hip_flexor(reasoning):
    result = shown(
        reasoning,
        hip_extension={"method": "goniometer", "right": [14, 15, 14]},
        hip_flexor_strength={"method": "dynamometer", "right": [100, 100, 100], "left": [99, 99, 99]},
        task_pain=[{"before": 5, "rested": 5, "after": 5}] * 2,
    )
    assert result.present == {"e_ext_normal"}


@pytest.mark.parametrize(
    "readings",
    [
        {"elbow": {}},
        {"hip_extension": {"method": "eye", "right": [1, 2, 3]}},
        {"hip_extension": {"method": "goniometer", "right": []}},
        {"hip_extension": {"method": "goniometer", "right": ["a"]}},
        {"hip_extension": {"method": "goniometer", "right": [400]}},
        {"hip_extension": {"method": "goniometer", "left": [1, 2, 3]}},
        {"hip_extension": [1, 2, 3]},
        {"hip_flexor_strength": {"method": "dynamometer", "right": [100, 100, 100]}},
        {"task_pain": []},
        {"task_pain": [{"before": 11, "rested": 5, "after": 5}]},
        {"task_pain": [{"before": 5}]},
    ],
)
def test_bad_readings_are_refused(readings, reasoning):
    with pytest.raises(InputError):
        shown(reasoning, **readings)
