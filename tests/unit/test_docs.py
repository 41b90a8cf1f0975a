"""A newcomer finds every page of the manual, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PARTS = {ROOT / "docs" / "validation_words.md"}  # not a page: words that a generated page takes in
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")


def links(page: Path) -> list[tuple[Path, str]]:
    """Files and headings of this repository that a page points to."""
    found = LINK.findall(page.read_text(encoding="utf-8"))
    return [((page.parent / to if to else page).resolve(), at[1:]) for to, at in found if ":" not in to]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, heading in links(page):
        assert target.exists(), (page.name, target.name)
        assert not heading or heading in anchors(target), (page.name, target.name, heading)


def test_every_page_is_reached_from_the_readme() -> None:
    reached, left = {ROOT / "README.md"}, [ROOT / "README.md"]
    while left:
        new = {target for target, _ in links(left.pop()) if target.suffix == ".md"} - reached
        reached |= new
        left += new
    assert set(PAGES) - PARTS - reached == set()
