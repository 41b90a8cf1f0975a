"""Any damage to a body's file is told in one sentence, never as a traceback."""

import random
import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from osim_text import osim_text
from psoas.engine.body import build_body
from psoas.engine.body_data import published_tables
from psoas.engine.formats.osim import read_osim
from psoas.errors import UserError


@lru_cache(maxsize=1)
def whole() -> str:
    return osim_text(published_tables())


def accepted(text: str) -> bool:
    """Whether the text makes a body; every refusal has a place and an advice."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "body.osim"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            body = build_body(read_osim(path))
        except UserError as error:
            assert error.what and error.where and error.advice
            return False
    return body.mass_kg > 0


@example(1078, "rename")  # its inertia matrix is singular, of which MuJoCo only warns
@given(st.integers(0, 2**32), st.sampled_from(["remove", "empty", "word", "minus", "rename", "swap"]))
def test_one_damaged_element(seed: int, how: str) -> None:
    chance = random.Random(seed)
    root = ElementTree.fromstring(whole())
    parents = [p for p in root.iter() if len(p)]
    parent = chance.choice(parents)
    child = chance.choice(list(parent))
    if how == "remove":
        parent.remove(child)
    elif how == "empty":
        child.text = ""
    elif how == "word":
        child.text = "nonsense"
    elif how == "minus":
        child.text = "-1 " * 6
    elif how == "rename":
        child.set("name", "other")
    else:
        child.tag = chance.choice(parents).tag
    accepted(ElementTree.tostring(root, encoding="unicode"))


@given(st.integers(0, 2**32), st.integers(1, 400))
def test_a_missing_stretch_of_bytes(seed: int, length: int) -> None:
    chance = random.Random(seed)
    at = chance.randrange(len(whole()))
    accepted(whole()[:at] + whole()[at + length :])


def test_the_undamaged_text_is_a_body() -> None:
    assert accepted(whole())
