"""`psoas thomas`: its words, its numbers, and one clear error for every bad input."""

import json

import pytest

from psoas.cli import main

pytestmark = pytest.mark.xdist_group("thomas")
GOOD = ["thomas", "--side", "r", "--thigh", "-4", "--thigh", "-6", "--knee", "60", "--tilt", "15"]


def test_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(GOOD) == 0
    out = capsys.readouterr().out
    assert out.startswith("Right leg")
    assert "Iliopsoas" in out and "Rectus femoris" in out and "psoas from iliacus" in out
    assert "thigh -5 ± 3" in out


def test_json_holds_both_muscles_and_left_equals_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GOOD, "--json"]) == 0
    right = json.loads(capsys.readouterr().out)
    assert main(["thomas", "--side", "l", *GOOD[3:], "--json"]) == 0
    left = json.loads(capsys.readouterr().out)
    assert right["shortness"] == left["shortness"]
    value = right["shortness"]["iliopsoas"]
    assert value["low_90"] < value["mean"] < value["high_90"]
    assert right["reading"]["thigh_deg"] == pytest.approx(-5.0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--thigh", "0.1", "--knee", "0.9"], "radians"),
        (["--thigh", "95", "--knee", "50"], "out of range"),
        (["--thigh", "nan", "--knee", "50"], "out of range"),
        (["--thigh", "five", "--knee", "50"], "not a number"),
        (["--thigh", "5"], "missing"),
        (["--thigh", "50", "--knee", "-12"], "out of range"),
        (["--thigh", "-12", "--thigh", "20", "--knee", "50"], "differ"),
        (["--thigh", "60", "--knee", "4", "--tilt", "0"], "rests like that"),
        (["--thigh", "-5", "--knee", "50", "--tilt", "80"], "out of range"),
        (["--thigh", "-5", "--knee", "50", "--error", "0"], "out of range"),
    ],
)
def test_bad_input_is_one_clear_error(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["thomas", "--side", "r", *words]) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert "what to do" in shown.err
    assert shown.out == ""
