"""`psoas thomas`: its words, its numbers, and one clear error for every bad input."""

import json

import pytest

from psoas.cli import main

pytestmark = pytest.mark.xdist_group("thomas")
GOOD = ["thomas", "--side", "r", "--thigh", "-4", "--thigh", "-6", "--knee", "60", "--tilt", "15"]
RIGHT = ["--thigh", "r=-18", "--knee", "r=52", "--tilt", "r=13"]
BOTH = ["thomas", *RIGHT, "--thigh", "l=12", "--knee", "l=65", "--tilt", "l=13"]
PUSH = ["--push", "r=220", "--push", "l=150", "--lever", "0.38", "--mass", "75"]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What it prints, lines joined: where they break is of no matter."""
    assert main(list(words)) == 0
    return " ".join(capsys.readouterr().out.split())


def test_words(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, *GOOD)
    assert out.startswith("Right leg")
    assert "Iliopsoas" in out and "Rectus femoris" in out and "psoas from iliacus" in out
    assert "thigh -5 ± 3" in out
    assert "not a diagnosis" in out


def test_json_holds_both_muscles_and_left_equals_right(capsys: pytest.CaptureFixture[str]) -> None:
    right = json.loads(said(capsys, *GOOD, "--json"))["legs"]["r"]
    left = json.loads(said(capsys, "thomas", "--side", "l", *GOOD[3:], "--json"))["legs"]["l"]
    assert right["shortness"] == left["shortness"]
    value = right["shortness"]["iliopsoas"]
    assert value["low_90"] < value["mean"] < value["high_90"]
    assert right["reading"]["thigh_deg"] == pytest.approx(-5.0)


def test_both_legs(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, *BOTH, *PUSH)
    assert "Iliopsoas: shorter on the left" in out
    assert "Strength: they differ" in out
    assert "which of the flexors" in out
    table = json.loads(said(capsys, *BOTH, *PUSH, "--json"))
    assert table["right_beside_left"]["iliopsoas"]["shorter"] == "l"
    assert table["legs"]["r"]["strength"]["hip_flexors"]["median"] > 0.5
    assert table["cannot_separate"] == ["psoas", "iliacus"]


def test_an_exchange_of_the_legs_is_suspected(capsys: pytest.CaptureFixture[str]) -> None:
    assert "exchanged" in said(capsys, *BOTH, "--stiffer", "r")
    assert "exchanged" not in said(capsys, *BOTH, "--stiffer", "l")


def test_prone_knee_bend_alone_judges_the_rectus_alone(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "thomas", "--side", "l", "--ely", "55")
    assert "Rectus femoris: short" in out
    assert "says nothing of the iliopsoas" in out
    assert list(
        json.loads(said(capsys, "thomas", "--side", "l", "--ely", "55", "--json"))["legs"]["l"]["shortness"]
    ) == ["rectus_femoris"]


def test_push_alone_gives_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "thomas", *PUSH[:2], *PUSH[4:])
    assert "times as strong as the built-in body" in out
    assert "not weak by itself" in out


def test_forward(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "thomas", "--forward", "--shortness", "iliopsoas=0.1", "--tilt", "15")
    assert "average adult" in out and "iliopsoas_shortness_0.1" in out
    table = json.loads(said(capsys, "thomas", "--forward", "--shortness", "iliopsoas=0.1", "--json"))
    usual, short = table["rest"]
    assert short["thigh_deg"] > usual["thigh_deg"] + 3.0
    assert table["tilt_deg"] == pytest.approx(13.0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--side r --thigh 0.1 --knee 0.9", "radians"),
        ("--side r --thigh -5 --knee 50 --tilt 0.23", "radians"),
        ("--side r --thigh 95 --knee 50", "out of range"),
        ("--side r --thigh nan --knee 50", "out of range"),
        ("--side r --thigh inf --knee 50", "out of range"),
        ("--side r --thigh five --knee 50", "not a number"),
        ("--side r --thigh 5", "missing"),
        ("--side r --tilt 5", "missing"),
        ("--side r --thigh 50 --knee -12", "out of range"),
        ("--side r --thigh -12 --thigh 20 --knee 50", "differ"),
        ("--side r --thigh 60 --knee 4 --tilt 0", "rests like that"),
        ("--side r --thigh -5 --knee 50 --tilt 80", "out of range"),
        ("--side r --thigh -5 --knee 50 --error 0", "out of range"),
        ("--side r --thigh -5 --knee 50 --prior 60", "out of range"),
        ("--thigh -5 --knee 50", "Which leg?"),
        ("--thigh x=-5 --knee 50", "no side"),
        ("--side r --ely 200", "out of range"),
        ("--side r --push 200", "mass and the lever"),
        ("--side r --push 200 --lever 38 --mass 75", "out of range"),
        ("--side r --push -20 --lever 0.38 --mass 75", "out of range"),
        ("--side r --push 200 --push 400 --lever 0.38 --mass 75", "differ"),
        ("", "Nothing was measured"),
        ("--side r --thigh -5 --knee 50 --shortness iliopsoas=0.1", "needs --forward"),
        ("--forward --shortness bottom=0.1", "Groups:"),
        ("--forward --shortness iliopsoas=0.9", "out of range"),
        ("--forward --strength iliopsoas=0.5", "however strong"),
        ("--forward --thigh 5", "way back"),
        (
            "--thigh r=-12 --thigh r=-11 --thigh r=4 --thigh l=4 --thigh l=5 --thigh l=-13 --knee "
            "r=5 --knee l=5",
            "exchanged once",
        ),
    ],
)
def test_bad_input_is_one_clear_error(words: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["thomas", *words.split()]) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert "what to do" in shown.err
    assert shown.out == ""
