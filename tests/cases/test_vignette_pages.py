"""Every vignette becomes a page of the manual: person, answer, and what was written before."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from psoas.clinic.reasoning import load_reasoning

HERE = Path(__file__).parent
WRITTEN = [
    case for path in sorted(HERE.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


def manual() -> ModuleType:
    """docs/vignette_pages.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location(
        "vignette_pages", HERE.parents[1] / "docs/vignette_pages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(manual().vignette_pages(HERE.glob("*.toml"), load_reasoning()))


def test_there_is_a_page_for_each_and_an_index_of_all(pages: dict[str, str]) -> None:
    assert set(pages) == {"index.md", *(f"{case['id']}.md" for case in WRITTEN)}
    for case in WRITTEN:
        assert f"[{case['title']}]({case['id']}.md)" in pages["index.md"]


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case["id"])
def test_a_page_tells_the_person_the_answer_and_what_was_expected(
    case: dict[str, Any], pages: dict[str, str]
) -> None:
    page = pages[f"{case['id']}.md"]
    assert case["vignette"] in page and case["plan_focus"] in page
    assert "No clinician has reviewed" in page
    assert all(f"- {rule}: " in page for rule in case.get("expected_rules", ()))
    assert ("Plan:" in page) <= (case["expected_level"] in ("SOON", "SELF_CARE"))
