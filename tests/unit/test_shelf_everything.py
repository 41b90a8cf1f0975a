"""Every statement of the shelf, whoever wrote it: grade, source, nothing unread as fact, easy to read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from psoas.clinic.learning import GRADES
from psoas.clinic.shelf import read_shelf
from reading import reading_grade

SHELF = read_shelf()
SOURCES = SHELF.tables["sources"]
SAYING = ("says", "known", "outlook", "evidence", "what", "limits")
NO_STATEMENTS = {"sources.toml", "contradictions.toml", "purpose.toml"}
"""Citations; complaints about answers; the purpose itself, which claims nothing about health."""


def tables_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table, however deep."""
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from tables_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from tables_in(part)


STATEMENTS = [
    (file.path, table)
    for file in SHELF.files
    if file.path not in NO_STATEMENTS
    for table in tables_in(file.table)
    if "grade" in table
]


def test_whatever_says_something_has_a_grade_and_a_source() -> None:
    saying = [
        (file.path, table)
        for file in SHELF.files
        if file.path not in NO_STATEMENTS
        for table in tables_in(file.table)
        if any(isinstance(table.get(key), str) for key in SAYING)
        and {"when", "says"} != set(table)  # another wording of the statement it stands in
    ]
    assert len(saying) > 300
    without = [(path, table.get("id")) for path, table in saying if not {"grade", "sources"} <= set(table)]
    assert without == []


def test_grades_and_sources_are_known_ones() -> None:
    assert len(STATEMENTS) > 500
    for path, table in STATEMENTS:
        assert table["grade"] in GRADES, path
        assert table["sources"] and set(table["sources"]) <= set(SOURCES), path


def test_what_nobody_read_is_called_judgement_or_precaution() -> None:
    """A red flag fires whatever its source, and says so; anything else without a read source is judgement."""
    for path, table in STATEMENTS:
        read = [s for s in table["sources"] if SOURCES[s]["status"] != "unverified" and s != "OwnJudgement"]
        if not read and not path.startswith("red_flags/"):
            said = str(table.get("known", ""))
            assert table["grade"] == "judgement" or "still checking its source" in said, (
                path,
                table.get("id"),
            )


def words_of(table: Mapping[str, Any], *keys: str) -> str:
    """The values of these keys as sentences; lists are several."""
    found: list[str] = []
    for key in keys:
        value = table.get(key, "")
        found += [value] if isinstance(value, str) else value
    ended = [text if text.rstrip()[-1] in ".?!" else f"{text}." for text in found if text.strip()]
    return " ".join(ended)


@pytest.mark.parametrize("name", sorted(SHELF.tables["red_flags"]))
def test_a_red_flag_reads_at_grade_eight(name: str) -> None:
    assert reading_grade(words_of(SHELF.tables["red_flags"][name], "says", "do")) <= 8.0


@pytest.mark.parametrize("name", sorted(set(SHELF.tables["questions"]) - {"clinician"}))
def test_a_screen_of_questions_reads_at_grade_eight(name: str) -> None:
    screen = SHELF.tables["questions"][name]
    asked = " ".join(words_of(question, "text", "help", "labels") for question in screen["question"])
    assert reading_grade(f"{words_of(screen, 'title', 'text')} {asked}") <= 8.0


@pytest.mark.parametrize("name", sorted(SHELF.tables["exercises"]))
def test_an_exercise_reads_at_grade_eight(name: str) -> None:
    keys = ("name", "target", "steps", "mistakes", "progress", "regress", "stop_rule", "evidence")
    assert reading_grade(words_of(SHELF.tables["exercises"][name], *keys)) <= 8.0


@pytest.mark.parametrize("name", sorted(SHELF.tables["conditions"]))
def test_a_condition_reads_at_grade_eight(name: str) -> None:
    assert reading_grade(words_of(SHELF.tables["conditions"][name], "plain_name", "says", "outlook")) <= 8.0


@pytest.mark.parametrize(
    ("file", "key", "words"),
    [
        ("cautions", "caution", "says"),
        ("circumstances", "circumstance", "text"),
        ("programmes", "programme", "says"),
        ("guidance", "statement", "text"),
        ("advice", "advice", "text"),
    ],
)
def test_a_list_reads_at_grade_eight(file: str, key: str, words: str) -> None:
    listed = SHELF.tables[file][key]
    assert reading_grade(" ".join(words_of(entry, words) for entry in listed)) <= 8.0
