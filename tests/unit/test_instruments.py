"""Free instruments: scores, and a change that counts only beyond the error of the measure."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas.clinic.instruments import change_of, load_licensed, read_instrument, score_of
from psoas.errors import InputError, KnowledgeError
from shelf_tables import folder, table

TABLES = folder("instruments")
ALL = {name: read_instrument(t, name) for name, t in TABLES.items()}
SOURCES = table("sources.toml")


def test_only_free_ones_are_on_the_shelf() -> None:
    assert set(ALL) == {"nprs", "psfs", "groc", "chair_stand", "up_and_go", "sitting"}
    assert all(i.licence for i in ALL.values())
    owned = ("kujala", "akps", "lefs", "koos", "hoos", "tsk", "phq")
    assert not any(name in text.lower() for name in owned for text in map(str, TABLES.values()))


def test_every_number_of_change_has_a_source_that_was_read() -> None:
    for instrument in ALL.values():
        for change in instrument.changes:
            assert change.sources and all(SOURCES[s]["status"] != "unverified" for s in change.sources)


def test_a_change_counts_from_no_less_than_a_published_one() -> None:
    for instrument in ALL.values():
        if instrument.counts_from is not None:
            assert instrument.counts_from >= min(c.value for c in instrument.changes)


def test_scores_by_hand() -> None:
    assert score_of(ALL["nprs"], {"now": 2, "worst": 6, "average": 4}) == 6
    assert score_of(ALL["psfs"], {"activity_1": 3, "activity_2": 4, "activity_3": 8}) == 5
    assert score_of(ALL["psfs"], {"activity_1": 3}) == 3
    assert score_of(ALL["groc"], {"change": -5}) == -5
    assert score_of(ALL["up_and_go"], {"seconds": 9.4}) == 9.4


def test_change_by_hand() -> None:
    assert change_of(ALL["nprs"], 6, 4).verdict == "improved"
    assert change_of(ALL["nprs"], 6, 5).verdict == "unchanged"
    assert change_of(ALL["nprs"], 4, 6).verdict == "worse"
    assert change_of(ALL["psfs"], 4, 5.9).verdict == "unchanged"
    assert change_of(ALL["psfs"], 4, 6).amount == 2
    assert change_of(ALL["up_and_go"], 10, 9).verdict == "unchanged"
    assert change_of(ALL["chair_stand"], 9, 12).verdict == "improved"


@given(st.floats(0, 10), st.floats(0, 10))
def test_change_turns_round_with_time(before: float, after: float) -> None:
    opposite = {"improved": "worse", "worse": "improved", "unchanged": "unchanged"}
    there, back = change_of(ALL["nprs"], before, after), change_of(ALL["nprs"], after, before)
    assert back.verdict == opposite[there.verdict]
    assert math.isclose(there.amount, -back.amount)


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("nprs", {"worst": 11}),
        ("nprs", {"worst": -1}),
        ("nprs", {"worst": math.nan}),
        ("nprs", {"worst": True}),
        ("nprs", {"worst": "six"}),
        ("nprs", {"now": 3}),
        ("nprs", {"last_year": 3}),
        ("psfs", {}),
    ],
)
def test_answers_that_cannot_be_scored_are_refused(instrument: str, answers: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        score_of(ALL[instrument], answers)


def test_sitting_is_no_measure_of_change() -> None:
    with pytest.raises(InputError, match="no size of change"):
        change_of(ALL["sitting"], 9, 5)


LICENSED = """
id = "house_scale"
name = "A scale a clinic pays for"
sources = ["Article"]
score = "sum"
low = 0
high = 4
unit = "points"
better = "higher"
[[item]]
id = "a"
text = "First?"
low_label = "none"
high_label = "all"
[[item]]
id = "b"
text = "Second?"
low_label = "none"
high_label = "all"
[licensed]
holder = "The owner"
agreement = "2026-17"
until = 2027-12-31
"""


def test_a_clinic_loads_what_it_licenses(tmp_path: Path) -> None:
    path = tmp_path / "house_scale.toml"
    path.write_text(LICENSED, encoding="utf-8")
    instrument = load_licensed(path)
    assert "The owner" in instrument.licence and "2027-12-31" in instrument.licence
    assert score_of(instrument, {"a": 1, "b": 3}) == 4
    with pytest.raises(InputError, match="1 of 2"):
        score_of(instrument, {"a": 1})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LICENSED.split("[licensed]")[0], "names no licence"),
        (LICENSED.replace('holder = "The owner"', ""), "names no licence"),
        (LICENSED.replace('score = "sum"', 'score = "median"'), "median"),
        (LICENSED.replace('name = "A scale', 'nom = "A scale'), "unknown key nom"),
        (LICENSED.replace('id = "b"', 'id = "a"'), "ids of their own"),
        ("not = = toml", "cannot be read"),
    ],
)
def test_a_licensed_file_with_a_fault_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "house_scale.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        load_licensed(path)


def test_a_missing_licensed_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_licensed(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"licence": " "}, "no licence"),
        ({"low": 10, "high": 0}, "not below"),
        ({"main_item": "nowhere"}, "names no item"),
        ({"better": "sideways"}, "not lower or higher"),
        ({"change": []}, "without a published change"),
    ],
)
def test_a_broken_instrument_is_refused(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(KnowledgeError, match=fault):
        read_instrument({**TABLES["nprs"], **change}, "nprs")
