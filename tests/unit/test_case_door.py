"""`psoas case`: the contract of its JSON, its page, and one clear error for whatever is wrong with a file."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from psoas.cli import main

KEYS = [
    "id", "level", "rules", "within_days", "unasked", "hypotheses", "role", "next_best_test",
    "professional_recommended", "plan",
]  # fmt: skip
GOOD = '[[case]]\nid = "A"\nage = 40\n[case.triage]\nduration_weeks = 8\npain_now = 3\n'


def run(tmp_path, text, capsys, *options):
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    code = main(["case", str(path), *options])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.reference
def test_the_public_cases(shared, capsys):
    path = shared / "evidence" / "cases_public.toml"
    assert main(["case", str(path), "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    expected = tomllib.loads(path.read_text())["case"]
    professional = {"P1": False}
    for record, case in zip(records, expected, strict=True):
        assert list(record) == KEYS
        assert record["id"] == case["id"]
        assert record["level"] == case["expected_level"]
        assert set(record["rules"]) == set(case.get("expected_rules", ()))
        assert record["within_days"] == case.get("expected_days")
        found = [entry["id"] for entry in record["hypotheses"]]
        assert found[: len(case["expected_top"])] == case["expected_top"]
        assert bool(found) is (case["expected_level"] not in ("EMERGENCY", "URGENT"))
        assert record["role"] == case["expected_role"]
        assert record["professional_recommended"] is professional.get(case["id"], True)
        assert bool(record["plan"]) is (case["expected_level"] not in ("EMERGENCY", "URGENT"))
        for line in record["plan"]:
            assert list(line) == ["id", "role", "dose", "stop_rule", "sources"]
            assert line["dose"] and line["stop_rule"] and line["sources"]


@pytest.mark.reference
def test_the_plan_focus_of_the_public_cases(shared, capsys):
    main(["case", str(shared / "evidence" / "cases_public.toml"), "--json"])
    plans = {
        entry["id"]: [line["id"] for line in entry["plan"]] for entry in json.loads(capsys.readouterr().out)
    }
    assert plans["P1"][0] == "load_mgmt" and plans["P1"][-1] == "sh_standing"
    assert "sh_halfkneel" not in plans["P1"], "kneeling provokes kneecap pain"
    for name in ("P3", "P6"):
        assert plans[name] == ["load_mgmt"], "no stretching of a stiff hip joint or of a nerve"
    assert {"st_quad_close", "st_clam_abd"} <= set(plans["P7"])
    assert not {"sh_standing", "sh_supine_edge", "st_march"} & set(plans["P7"]), "no psoas programme"


def test_the_page_for_people(tmp_path, capsys):
    code, out, err = run(tmp_path, GOOD, capsys)
    assert code == 0 and err == ""
    for words in (
        "Safety first",
        "Your hip flexor",
        "Your plan",
        "Sources",
        "does not diagnose",
        "No clinician",
    ):
        assert words in out
    assert "\x1b" not in out, "plain text into a pipe"
    assert not [line for line in out.splitlines() if line != line.rstrip()]


def test_an_emergency_page_shows_what_to_do_and_no_exercise(tmp_path, capsys):
    _, out, _ = run(tmp_path, GOOD + "saddle_numb = true\nbladder_bowel_new = true\n", capsys)
    assert "emergency" in out and "Your plan" not in out and "Sit to stand" not in out


def test_help_outside_the_ladder_and_the_numbers_of_a_country(tmp_path, capsys):
    text = GOOD.replace("pain_now = 3", "pain_now = 3\nsaddle_numb = true")
    assert "999" not in run(tmp_path, text, capsys)[1]
    assert "999" in run(tmp_path, text, capsys, "--country", "gb")[1]
    code, _, err = run(tmp_path, text, capsys, "--country", "xx")
    assert code == 2 and "country" in err


def test_open_questions_withhold_the_plan(tmp_path, capsys):
    text = GOOD.replace("age = 40\n", 'age = 40\nunknown = ["fever", "saddle_numb"]\n')
    _, out, _ = run(tmp_path, text, capsys, "--json")
    (record,) = json.loads(out)
    assert record["level"] is None and record["plan"] == []
    assert {"fever", "saddle_numb"} <= set(record["unasked"])
    assert "still open" in run(tmp_path, text, capsys)[1]


def test_readings_decide_like_findings(tmp_path, capsys):
    readings = (
        '\n[case.readings]\nhip_extension = { method = "inclinometer", '
        "right = [-6, -5, -7], left = [8, 8, 9] }\n"
        "task_pain = [{ before = 5, rested = 5, after = 3 }, { before = 5, rested = 5, after = 3 }]\n"
    )
    _, out, _ = run(tmp_path, GOOD.replace("age = 40", 'age = 40\nside = "r"') + readings, capsys, "--json")
    assert json.loads(out)[0]["role"] == "likely_contributor"
    inside = readings.replace("[-6, -5, -7]", "[-2, -1, -3]")
    _, out, _ = run(tmp_path, GOOD.replace("age = 40", 'age = 40\nside = "r"') + inside, capsys, "--json")
    assert json.loads(out)[0]["role"] == "cannot_tell"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no case"),
        ("[[case]]\n", "no id"),
        ("case = 3\n", "no case"),
        ("case = []\n", "no case"),
        ("[case]\nid = 1\n", "no case"),
        ("not toml", "TOML"),
        ("[[case]\n", "TOML"),
        ('title = "x"\n' + GOOD, "unknown key"),
        (GOOD.replace("age = 40", 'age = 40\nshoe_size = 44'), "shoe_size"),
        (GOOD.replace("age = 40", "age = -1"), "age"),
        (GOOD.replace("age = 40", "age = 200"), "age"),
        (GOOD.replace("age = 40", 'age = "forty"'), "age"),
        (GOOD.replace("age = 40", "age = true"), "age"),
        (GOOD.replace("age = 40", "age = 40.5"), "age"),
        (GOOD + "age = 41\n", "two different ages"),
        (GOOD + "fevre = true\n", "fevre"),
        (GOOD + 'fever = "yes"\n', "fever"),
        (GOOD + "fever = 1\n", "fever"),
        (GOOD + 'leg_weakness = "some"\n', "leg_weakness"),
        (GOOD.replace("pain_now = 3", "pain_now = 11"), "pain_now"),
        (GOOD.replace("duration_weeks = 8", "duration_weeks = -1"), "duration_weeks"),
        (GOOD.replace("age = 40", 'age = 40\nfindings = ["e_elbow"]'), "e_elbow"),
        (GOOD.replace("age = 40", 'age = 40\nfindings = "h_groin"'), "findings"),
        (GOOD.replace("age = 40", 'age = 40\nfindings = ["h_groin"]\nabsent = ["h_groin"]'), "h_groin"),
        (GOOD.replace("age = 40", 'age = 40\nfindings = ["h_groin"]\nunknown = ["h_groin"]'), "h_groin"),
        (GOOD.replace("age = 40", 'age = 40\npain_map = ["ELBOW"]'), "ELBOW"),
        (GOOD.replace("age = 40", 'age = 40\nside = "middle"'), "middle"),
        (GOOD.replace("age = 40", 'age = 40\nside = ["r"]'), "side"),
        (GOOD.replace("age = 40", 'age = 40\nunknown = ["fevre"]'), "fevre"),
        (GOOD.replace("age = 40", 'age = 40\nunknown = ["pain_now"]'), "pain_now"),
        (GOOD.replace("age = 40", 'age = 40\nnot_sure = ["fever"]\nunknown = ["fever"]'), "fever"),
        (GOOD.replace("age = 40", "age = 80") + "pregnant_or_postpartum6w = true\n", "pregnan"),
        (GOOD + GOOD, "twice"),
        (GOOD + "[case.circumstances]\nminutes_a_day = 0\n", "minutes_a_day"),
        (GOOD + "[case.circumstances]\nno_band = 1\n", "no_band"),
        (GOOD + "[case.circumstances]\nmood = true\n", "mood"),
        (GOOD + "[case.readings]\nelbow = 3\n", "elbow"),
        (GOOD.replace("[case.triage]", "triage = 3\n[case.x]"), "unknown key"),
        ('[[case]]\nid = "A"\n[case.triage]\nduration_weeks = 3\n', "age"),
        (GOOD.replace("40", "9" * 4400), "TOML"),
    ],
)  # fmt: skip
def test_bad_files_get_one_clear_error(text, word, tmp_path, capsys):
    code, out, err = run(tmp_path, text, capsys, "--json")
    assert code == 2 and out == ""
    assert word.lower() in err.lower()
    assert "what to do" in err and "Traceback" not in err


def test_files_that_are_no_text_or_too_large_or_not_there(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert main(["case", str(path)]) == 2
    assert "UTF-8" in capsys.readouterr().err
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert main(["case", str(path)]) == 2
    assert "50 MB" in capsys.readouterr().err
    assert main(["case", str(tmp_path / "none.toml")]) == 2
    assert main(["case", str(tmp_path)]) == 2
    assert "what to do" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless device here")
def test_a_file_that_never_ends_is_refused(capsys):
    assert main(["case", "/dev/zero"]) == 2
    assert "16 MB" in capsys.readouterr().err


def test_a_byte_order_mark_does_no_harm(tmp_path, capsys):
    assert run(tmp_path, "\ufeff" + GOOD, capsys, "--json")[0] == 0


def test_deep_nesting_is_refused(tmp_path, capsys):
    code, _, err = run(tmp_path, "x = " + "[" * 5000 + "]" * 5000, capsys)
    assert code == 2 and "Traceback" not in err


def test_it_needs_neither_numpy_nor_mujoco(tmp_path):
    """The clinic's door starts without the engine."""
    path = tmp_path / "case.toml"
    path.write_text(GOOD, encoding="utf-8")
    code = (
        "import sys\nfrom psoas.cli import main\n"
        f"main(['case', {str(path)!r}, '--json'])\n"
        "sys.exit(bool({'numpy', 'mujoco', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
