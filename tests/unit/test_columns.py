"""What is printed for people stays within the columns of a terminal and loses no word."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas.cli import VERBS, main
from psoas.exchange.columns import WIDE, columns, wrapped

WORDS = st.lists(st.text("abcdefgh.-", min_size=1, max_size=30), min_size=1, max_size=40)


@given(words=WORDS, indent=st.sampled_from(["", "  ", "  - "]))
def test_a_long_line_is_broken_between_words_under_its_indent(words: list[str], indent: str) -> None:
    line = indent + " ".join(words)
    broken = wrapped(line).split("\n")
    assert all(len(each) <= WIDE for each in broken)
    assert " ".join(broken).split() == line.split()
    hang = len(indent) - len(indent.lstrip()) + 2 if indent else 0
    assert all(each.startswith(" " * hang) for each in broken[1:])


def test_rows_of_a_table_are_left_as_they_are() -> None:
    row = "standing" + " " * 40 + "1.25" + " " * 60 + "2.50"
    assert wrapped(row) == row


def test_a_head_is_broken_and_stands_over_its_cells() -> None:
    assert columns(["peak", "hip flexor at half strength", "n"], [["knee", "2.41", "1"]]) == [
        "            hip",
        "      flexor at",
        "           half",
        "peak   strength  n",
        "knee       2.41  1",
    ]


@pytest.mark.parametrize("verb", VERBS)
def test_help_stays_within_the_columns(verb: str, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDE))
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    assert all(len(line) <= WIDE for line in capsys.readouterr().out.split("\n"))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["whatif", "--movement", "moon"], "Argument --movement: invalid choice: 'moon'"),
        (["analyse"], "The following arguments are required: --out"),
        (["sing"], "Argument VERB: invalid choice: 'sing'"),
        ([], "The following arguments are required: VERB"),
    ],
)
def test_a_wrong_option_is_told_as_any_wrong_input_is(typed: list[str], says: str, capsys) -> None:
    with pytest.raises(SystemExit) as left:
        main(typed)
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert says in told and "\n  where: " in told and "--help shows all of them." in told
    assert all(len(line) <= WIDE for line in told.split("\n"))


def test_a_long_list_of_names_is_broken(capsys) -> None:
    assert main(["whatif", "--strength", "foo=0.5"]) == 2
    told = capsys.readouterr().err
    assert all(len(line) <= WIDE for line in told.split("\n")) and "gluteus_medius_minimus" in told


@pytest.mark.parametrize(
    "typed", [["whatif", "--list"], ["exercise", "st_kneechest"], ["actions"], ["knowledge", "show", "E04"]]
)
def test_an_answer_stays_within_the_columns(typed: list[str], capsys) -> None:
    assert main(typed) == 0
    assert all(len(line) <= WIDE for line in capsys.readouterr().out.split("\n"))


def test_a_folder_that_takes_no_file_is_refused_before_the_work(tmp_path: Path, capsys) -> None:
    (tmp_path / "taken").write_text("a file")
    assert main(["demo", "--out", str(tmp_path / "taken" / "out")]) == 2
    told = capsys.readouterr().err
    assert "The results cannot be written there" in told and "movement ..." not in told


def test_a_full_disk_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("psoas.exchange.run_folder.write_tables", full)
    assert main(["demo", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "could not be written (No space left on device)" in told and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
