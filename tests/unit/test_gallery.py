"""The gallery is made by the doors, and equal runs give equal bytes."""

import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def gallery(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import gallery_page

    yield gallery_page
    sys.modules.pop("gallery_page", None)


def test_a_command_says_what_it_says(gallery) -> None:
    block = gallery._said("exercise article_couch")
    assert block == gallery._said("exercise article_couch")
    assert block.startswith("```\n$ psoas exercise article_couch\n")
    assert "It does not lengthen the iliopsoas." in block
    with pytest.raises(RuntimeError, match="ended with 2"):
        gallery._said("exercise nothing_like_it")


def test_equal_runs_draw_equal_bytes(gallery) -> None:
    from psoas.engine.movements import listed

    one, other = (gallery.strip([gallery._figure(listed()["squat"])]) for _ in range(2))
    assert one == other
    assert "Squat" in one and one.count("<svg") == 2


def test_every_movement_and_command_of_the_page_exists(gallery) -> None:
    from psoas.cli import VERBS
    from psoas.engine.movements import listed

    assert set(gallery._STRIP) <= set(listed())
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for _, _, commands in gallery.SHOWN:
        for command in commands:
            assert f"$ psoas {command}\n" in page
            assert command.split()[0] in VERBS
    assert (DOCS / "movements.svg").is_file() and (DOCS / "actions.svg").is_file()
