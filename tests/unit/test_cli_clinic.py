"""The doors of the clinic as a person meets them: piped answers, going back, quitting, JSON, bad input."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from psoas.cli import main
from psoas.clinic.knowledge import load_knowledge
from psoas.clinic.shelf import home

SHELF = load_knowledge()


def triage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reply: str, *options: str
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `psoas triage` fed with these lines."""
    monkeypatch.delenv("PSOAS_COUNTRY", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(reply))
    code = main(["triage", *options])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


Ask = Any


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    return lambda reply, *options: triage(monkeypatch, capsys, reply, *options)


COLD_LEG = "40\n3\n3\n"  # 40 years, male, a leg cold and pale


def test_an_emergency_is_told_after_three_screens_with_the_number_of_the_country(ask: Ask) -> None:
    code, out, _ = ask(COLD_LEG, "--country", "gb")
    assert code == 0
    assert "Get emergency help now" in out and "Call 999" in out and "E06" in out
    assert "No clinician has reviewed this text yet." in out
    assert SHELF.hash[:12] in out


def test_no_number_is_guessed_without_a_country(ask: Ask) -> None:
    _, out, _ = ask(COLD_LEG)
    assert "Call your local emergency number" in out and "999" not in out and "911" not in out


def test_the_country_may_come_from_the_surroundings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PSOAS_COUNTRY", "US")
    monkeypatch.setattr("sys.stdin", io.StringIO(COLD_LEG))
    assert main(["triage"]) == 0
    assert "Call 911" in capsys.readouterr().out


def test_json_goes_alone_to_standard_output(ask: Ask) -> None:
    code, out, err = ask(COLD_LEG, "--json", "--country", "DE")
    record = json.loads(out)
    assert code == 0 and "Right now" in err
    assert record["level"] == "EMERGENCY" and record["rules"] == ["E06"] and record["screens"] == 3
    assert record["within_days"] is None and record["do"].startswith("Call 112")
    assert record["reasons"][0]["because"] == ["leg_cold_pale"] and record["reasons"][0]["sources"]
    assert record["knowledge"] == SHELF.hash


def up_to(title: str, ask: Ask, **other: str) -> str:
    """Replies of no up to the screen of this title, or to the end."""
    numbers = {"Age": "40", "Body": "2", "Strength": "1", "How strong": "3", "How long": "10"}
    numbers |= {"What you have tried": "0", "In the morning": "5", **other}
    replies = ""
    for _ in range(40):
        _, out, err = ask(replies, "--json")
        shown = [line for line in err.splitlines() if line[:1].isdigit() and ". " in line[:5]]
        now = shown[-1].split(". ", 1)[1].split(" ─")[0]
        if now == title or json.loads(out)["level"] is not None:
            return replies
        replies += numbers.get(now, "") + "\n"
    raise AssertionError(f"{title} never came")


def test_a_whole_interview_of_no_comes_to_self_care(ask: Ask) -> None:
    replies = up_to("", ask)
    _, out, _ = ask(replies, "--json")
    record = json.loads(out)
    assert record["level"] == "SELF_CARE" and record["rules"] == [] and record["unasked"] == []
    assert record["screens"] == replies.count("\n") <= 25
    _, page, _ = ask(replies)
    assert "You can start by yourself" in page and "Start the plan" in page


def test_stopping_early_says_so_and_gives_no_level(ask: Ask) -> None:
    code, out, _ = ask("40\n2\n\nq\n")
    assert code == 0
    assert "You stopped before the end" in out and "Some questions are still open" in out
    assert "You can start by yourself" not in out


def test_answers_that_run_out_are_a_stop(ask: Ask) -> None:
    code, out, _ = ask("40\n", "--json")
    record = json.loads(out)
    assert code == 0 and record["level"] is None and "saddle_numb" in record["unasked"]


def test_back_changes_an_answer(ask: Ask) -> None:
    _, out, _ = ask("40\n3\nb\nb\n70\n3\n", "--json")
    assert json.loads(out)["level"] == "EMERGENCY"
    _, out, err = ask("b\n40\nq\n", "--json")
    assert "This is the first question." in err and json.loads(out)["screens"] == 1


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ("200\n", "200 cannot be"),
        ("-1\n", "is not a number here"),
        ("forty\n", "is not a number here"),
        ("\n", "is not a number here"),
        ("1e9\n", "is not a number here"),
        ("40\n7\n", "There is no 7"),
        ("40\n2\n9\n", "is not an answer here"),
        ("40\n2\nx y\n", "is not an answer here"),
        ("40\n2\n1 1?\n", "both yes and not sure"),
        ("40\n2\n[bold]\n", "is not an answer here"),
    ],
)
def test_a_slip_is_told_and_asked_again(ask: Ask, reply: str, says: str) -> None:
    code, out, err = ask(reply, "--json")
    assert code == 0 and says in " ".join(err.split())
    assert json.loads(out)["level"] is None


def test_not_sure_is_an_answer(ask: Ask) -> None:
    _, out, _ = ask("40\n2\n3?\nq\n", "--json")
    record = json.loads(out)
    assert record["level"] == "URGENT" and record["not_sure"] == ["leg_cold_pale"]
    _, out, _ = ask("40\n2\n3?\nq\n")
    assert "You were not sure about something that matters" in out
    _, out, _ = ask("40\n2\n?\nq\n", "--json")
    assert len(json.loads(out)["not_sure"]) == 6


def test_a_contradiction_is_asked_again(ask: Ask) -> None:
    """Aged 8 and pregnant is not offered; a sore testicle and a pregnancy can be ticked on one screen."""
    code, out, err = ask(up_to("Belly and groin", ask, Body="1") + "4 6\nq\n", "--json")
    assert code == 0 and json.loads(out)["level"] == "EMERGENCY"  # danger is told, whatever else was ticked
    assert "both cannot be" not in err


def test_thoughts_of_self_harm_are_answered_at_once(ask: Ask) -> None:
    _, out, err = ask(up_to("In private", ask) + "1\nq\n", "--json", "--country", "GB")
    assert "116 123" in err and json.loads(out)["routes"] == ["crisis"]
    _, out, _ = ask(up_to("In private", ask) + "1 2\nq\n")
    assert out.count("This comes first") == 4 and "You have a right to be safe" in out


def test_an_unknown_country_is_one_clear_error(ask: Ask) -> None:
    code, out, err = ask("40\n", "--country", "Atlantis")
    assert code == 2 and out == "" and "No numbers are known" in err and "GB, US, DE" in err


def knowledge(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["knowledge", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_check_passes_on_the_shelf_that_ships(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = knowledge(capsys, "check")
    assert code == 0 and "0 faults" in out and SHELF.hash[:12] in out
    code, out, _ = knowledge(capsys, "check", "--json")
    assert code == 0 and json.loads(out) == {"knowledge": SHELF.hash, "faults": []}


def test_check_tells_every_fault_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shelf"
    shutil.copytree(str(home()), folder)
    (folder / "red_flags" / "E01.toml").write_text("id = \n", encoding="utf-8")
    (folder / "red_flags" / "E06.toml").write_text('id = "E06"\n', encoding="utf-8")
    code, out, _ = knowledge(capsys, "check", "--shelf", str(folder))
    assert code == 2
    assert "knowledge/red_flags/E01.toml:1: is not TOML" in out
    assert "knowledge/red_flags/E06.toml:1: missing level" in out
    code, out, _ = knowledge(capsys, "check", "--shelf", str(folder), "--json")
    faults = json.loads(out)["faults"]
    assert code == 2 and {fault["file"] for fault in faults} >= {"red_flags/E01.toml", "red_flags/E06.toml"}


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = knowledge(capsys, "list")
    assert code == 0 and "red_flags" in out and "78" in out
    code, out, _ = knowledge(capsys, "list", "red_flags")
    assert code == 0 and "Possible cauda equina syndrome" in out and out.count("\n") < 90
    _, out, _ = knowledge(capsys, "list", "questions", "--json")
    assert len(json.loads(out)) == 102
    code, out, _ = knowledge(capsys, "show", "E04")
    assert code == 0 and "PsoasHaematoma (verified)" in out and "nobody yet: draft" in out
    assert "anticoagulant_or_bleeding" in out and "duration_weeks at most 6" in out
    _, out, _ = knowledge(capsys, "show", "E04", "--json")
    assert json.loads(out)[0]["id"] == "E04"
    code, out, _ = knowledge(capsys, "show", "fever")
    assert code == 0 and "38" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "E4"), "Did you mean"),
        (("show", "zzzz"), "psoas knowledge list"),
        (("list", "spells"), "Kinds: "),
        (("check", "--shelf", "/nowhere/at/all"), "There is no such folder"),
    ],
)
def test_what_is_not_there_is_one_clear_error(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, out, err = knowledge(capsys, *words)
    assert code == 2 and out == "" and says in err and "Traceback" not in err
