"""Reading .osim bodies: what is written comes back, and what is no body is refused in one sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from osim_text import osim_text
from psoas.engine.body import build_body
from psoas.engine.body_data import published_tables
from psoas.engine.formats.osim import read_osim
from psoas.errors import InputError, UserError


def written(folder: Path, text: str) -> Path:
    path = folder / "body.osim"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    tables = published_tables()
    read = read_osim(written(tmp_path, osim_text(tables)))
    assert read.segments == tables.segments
    assert {c.name: c for c in read.coordinates} == {c.name: c for c in tables.coordinates}
    assert {w.name: w for w in read.wraps} == {w.name: w for w in tables.wraps}
    assert read.lines == tables.lines
    assert read.markers == tables.markers
    for joint in tables.joints:
        again = read.joint(joint.name)
        moving = [a for a in again.axes if a.coordinate or any(a.function.y)]
        assert moving == [a for a in joint.axes if a.coordinate or any(a.function.y)]
        assert replace(again, axes=()) == replace(joint, axes=())


def test_a_read_body_moves_as_the_built_in_one(tmp_path: Path) -> None:
    body = build_body(read_osim(written(tmp_path, osim_text(published_tables()))))
    ours = build_body(published_tables())
    assert np.isclose(body.mass_kg, ours.mass_kg)
    assert body.muscles.names == ours.muscles.names
    assert np.allclose(body.mj.qpos0, ours.mj.qpos0)


def test_scaled_slides_are_read(tmp_path: Path) -> None:
    tables = published_tables()
    knee = tables.joint("walker_knee_r")
    longer = tuple(
        replace(a, function=replace(a.function, scale=1.1)) if a.kind == "slide" else a for a in knee.axes
    )
    changed = replace(
        tables, joints=tuple(replace(j, axes=longer) if j is knee else j for j in tables.joints)
    )
    assert read_osim(written(tmp_path, osim_text(changed))).joint(knee.name).axes == longer


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<OpenSim", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><OpenSim', "entities"),
        ("<OpenSim", '<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><OpenSim', "document type"),
        ("</Model>", "", "not well-formed"),
        ("Model", "Nothing", "not an OpenSim model"),
        ('<Body name="patella_r">', '<Body name="kneecap_r">', "Rajagopal family"),
        ("<mass>11.777</mass>", "<mass>heavy</mass>", "no number"),
        ("<mass>11.777</mass>", "<mass>nan</mass>", "finite"),
        ("<mass>11.777</mass>", "<mass>0</mass>", "no mass"),
        ("<mass>11.777</mass>", "", "missing"),
        ("SimmSpline", "GCVSpline", "not supported"),
        ("Millard2012EquilibriumMuscle", "Thelen2003Muscle", "not supported"),
        ("ForceSet", "OtherSet", "no muscles"),
        ("PathPoint name", "MovingPathPoint name", "not well-formed"),
        ("<coefficients>1 0</coefficients>", "<coefficients>2 0</coefficients>", "coupling"),
    ],
)
def test_no_body_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = osim_text(published_tables())
    assert old in text
    with pytest.raises(InputError, match=says) as caught:
        read_osim(written(tmp_path, text.replace(old, new)))
    assert "body.osim" in caught.value.where
    assert caught.value.advice


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_osim(tmp_path / "none.osim")


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><Model>&c;</Model>'
    with pytest.raises(UserError, match="document type or entities"):
        read_osim(written(tmp_path, bomb))


def test_a_wrap_that_is_missing_is_named(tmp_path: Path) -> None:
    tables = published_tables()
    short = replace(tables, wraps=tuple(w for w in tables.wraps if w.name != "PS_at_brim_r"))
    with pytest.raises(UserError, match=r"psoas_.*_r wraps over PS_at_brim_r"):
        build_body(short)
