"""Regenerates the generated pages (`make docs`): validation, and the pictures of the README."""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT / "tests")]

from actions_page import actions_pages  # noqa: E402
from exercise_page import exercise_page  # noqa: E402
from gallery_page import gallery_pages  # noqa: E402
from movements_page import movements_page  # noqa: E402
from passive_page import passive_picture  # noqa: E402
from shelf_pages import shelf_pages  # noqa: E402
from validation_page import validation_page  # noqa: E402
from vignette_pages import vignette_pages  # noqa: E402

from psoas.cli.demo import CONDITIONS  # noqa: E402
from psoas.clinic.reasoning import load_reasoning  # noqa: E402
from psoas.engine.normative import normative_walk  # noqa: E402
from psoas.exchange.report import standalone_figures  # noqa: E402

SHARED = ROOT.parent / "shared"


def main() -> None:
    """Write every page; those that need recordings only where the recordings are."""
    pages = {"picture.svg": standalone_figures(normative_walk(CONDITIONS)), "passive.svg": passive_picture()}
    pages |= actions_pages() | gallery_pages()
    pages["movements.md"] = movements_page()
    reasoning = load_reasoning()
    pages |= shelf_pages(reasoning.knowledge)
    pages["exercises.md"] = exercise_page(reasoning.knowledge.tables["exercises"])
    found = vignette_pages(sorted((ROOT / "tests/cases").glob("*.toml")), reasoning)
    pages |= {f"vignettes/{name}": text for name, text in found.items()}
    if SHARED.is_dir():
        pages["validation.md"] = validation_page(SHARED)
    else:
        print("validation.md is left as it is: the recordings (../shared) are not here", file=sys.stderr)
    for name, text in pages.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    print(f"{len(pages)} pages written to {DOCS}")


if __name__ == "__main__":
    main()
