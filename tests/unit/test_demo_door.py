"""`psoas demo` as a person runs it: the contract's summary, tables, a page that asks nobody for anything."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psoas.cli import main
from psoas.engine.formats.mot import read_table
from psoas.exchange.report import _one_cycle

NAMES = ("as_built", "iliopsoas_strength_0.5", "iliopsoas_shortness_0.1")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "result"
    assert main(["demo", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def numbers(demo: Path) -> Any:
    return json.loads((demo / "summary.json").read_text(encoding="utf-8"))


def test_files(demo: Path) -> None:
    tables = {f"{kind}_{name}.sto" for kind in ("loads", "muscles") for name in NAMES}
    expected = {"summary.json", "report.html", "kinematics.mot", "moments.sto"} | tables
    assert {f.name for f in demo.iterdir()} == expected
    assert [f for f in demo.parent.iterdir() if f != demo] == [], "nothing unfinished is left beside it"


def test_summary_has_the_shape_of_the_contract(numbers: Any) -> None:
    assert set(numbers) >= {"subject", "trial", "sides", "conditions", "quality", "provenance"}
    assert numbers["trial"]["movement"] == "gait" and numbers["trial"]["frames"] == 151
    assert [c["name"] for c in numbers["conditions"]] == list(NAMES)
    assert numbers["conditions"][0]["sides"] == numbers["sides"]
    assert numbers["conditions"][1]["strength"] == {"iliopsoas": 0.5}
    assert numbers["conditions"][2]["shortness"] == {"iliopsoas": 0.1}
    weight = numbers["subject"]["mass_kg"] * 9.80665
    for condition in numbers["conditions"]:
        for side in ("r", "l"):
            found = condition["sides"][side]
            assert set(found) == {"tibiofemoral", "patellofemoral", "hip", "muscle_peaks_n"}
            assert found["tibiofemoral"]["medial_share"] is None
            for joint in ("tibiofemoral", "patellofemoral", "hip"):
                for peak in found[joint]["peaks"]:
                    assert peak["phase"] in ("early_stance", "late_stance", "swing")
                    assert 0.0 <= peak["percent"] <= 100.0
                    assert peak["bw"] == pytest.approx(peak["n"] / weight, rel=1e-4)
            assert {f"psoas_{side}", f"recfem_{side}"} <= set(found["muscle_peaks_n"])
    assert {b["sharing"] for b in numbers["band"]} == {"gastrocnemius_2", "gastrocnemius_5", "unweighted"}
    quality = numbers["quality"]
    assert quality["trust"] in ("good", "fair", "doubtful") and quality["frames_not_solved"] == 0
    assert set(quality["reserve_nm"]) == {"rms", "max"}
    assert set(numbers["provenance"]) == {"psoas", "body_sha256", "inputs", "settings", "scaled_from"}


def test_tables_hold_what_the_summary_says(demo: Path, numbers: Any) -> None:
    loads = read_table(demo / "loads_as_built.sto")
    column = loads.values[:, loads.names.index("tibiofemoral_r_resultant")]
    late = next(p for p in numbers["sides"]["r"]["tibiofemoral"]["peaks"] if p["phase"] == "late_stance")
    assert column.max() == pytest.approx(late["n"], rel=1e-5)
    parts = [loads.values[:, loads.names.index(f"tibiofemoral_r_f{axis}")] for axis in "xyz"]
    assert np.linalg.norm(parts, axis=0) == pytest.approx(column, rel=1e-6)
    muscles = read_table(demo / "muscles_iliopsoas_strength_0.5.sto")
    recfem = muscles.values[:, muscles.names.index("recfem_r")].max()
    told = numbers["conditions"][1]["sides"]["r"]["muscle_peaks_n"]["recfem_r"]
    assert recfem == pytest.approx(told, rel=1e-5)
    assert read_table(demo / "kinematics.mot").in_degrees is True
    assert "knee_angle_r_moment" in read_table(demo / "moments.sto").names


class _Page(HTMLParser):
    """Addresses, names of pictures, and tags that were never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.unnamed: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [v for k, v in attrs if k in ("src", "href", "srcset", "data") and v is not None]
        if tag == "svg" and not given.get("aria-label"):
            self.unnamed.append(tag)
        if tag not in ("meta", "br", "img", "hr", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def test_the_report_stands_alone(demo: Path) -> None:
    text = (demo / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.open == [] and page.unnamed == []
    assert all(address.startswith("#") for address in page.addresses)
    assert "url(" not in text and "@import" not in text and "<script" not in text
    assert "nan" not in re.findall(r'd="([^"]*)"', text), "no curve runs through what is not a number"
    assert not re.search(r'[ "ML]nan', text)


def test_the_report_says_what_a_reader_must_know(demo: Path) -> None:
    text = (demo / "report.html").read_text(encoding="utf-8")
    for words in (
        "A model estimate, not a measurement",
        "Kutzner",
        "unweighted: the upper reference",
        "Read their changes, not their size",
        "flatter than any one person",
        "It does not diagnose",
        "No clinician has reviewed",
    ):
        assert words in text, words
    assert re.search(r"rises from \d\.\d\d to \d\.\d\d body weights \(\+\d+ %\)", text)
    assert "10 % shorter: the load on the knee in late stance hardly changes" in text


def test_the_example_person_is_decided_from_the_shelf(demo: Path) -> None:
    text = (demo / "report.html").read_text(encoding="utf-8")
    for words in ("An example person", "Safety first", "Your hip flexor: likely plays a part", "Your plan"):
        assert words in text, words
    assert "[fairly sure" in text and "Its sources" in text


def test_a_chart_draws_one_cycle() -> None:
    """Of a cycle and a half each percent is drawn once, the whole cycle first."""
    at = np.r_[np.arange(50.0, 100.0), np.arange(0.0, 100.0)]
    shown = _one_cycle(at)
    assert np.isnan(shown[:50]).all() and np.array_equal(shown[50:], at[50:])
    cut = _one_cycle(np.r_[np.arange(30.0, 100.0), np.arange(0.0, 40.0)])
    assert sorted(cut[np.isfinite(cut)].tolist()) == list(range(100))


def test_every_chart_has_its_table(demo: Path, numbers: Any) -> None:
    """The peak that a chart marks stands in the table too."""
    text = (demo / "report.html").read_text(encoding="utf-8")
    table = text[text.index("The peaks as a table") :]
    for condition in numbers["conditions"]:
        for side in ("r", "l"):
            for joint in ("tibiofemoral", "patellofemoral"):
                for peak in condition["sides"][side][joint]["peaks"]:
                    assert f"{peak['bw']:.2f} <small>" in table


def test_equal_runs_give_equal_bytes(demo: Path, tmp_path: Path) -> None:
    assert main(["demo", "--out", str(tmp_path / "again")]) == 0
    for file in demo.iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


def test_json_goes_to_stdout_and_progress_to_stderr(
    demo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["demo", "--json", "--out", str(tmp_path / "x")]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == json.loads((demo / "summary.json").read_text(encoding="utf-8"))
    assert "muscle forces" in told.err


def test_an_earlier_run_is_replaced_and_other_files_are_kept(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    (out / "loads_old_condition.sto").write_text("old", encoding="utf-8")
    assert main(["demo", "--out", str(out)]) == 0
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert not (out / "loads_old_condition.sto").exists()
    assert {f.name for f in demo.iterdir()} | {"notes.txt"} == {f.name for f in out.iterdir()}


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main(["demo", "--out", str(tmp_path / "file")]) == 2
    told = capsys.readouterr().err
    assert "cannot be written" in told and "Traceback" not in told
    assert "muscle forces" not in told
