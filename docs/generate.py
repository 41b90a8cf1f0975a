"""Write the generated pages of the manual: `make docs`.

Vignettes (person, answer, what was written before), lessons, and the article's claims, from the shelf as it is.
"""

import sys
from pathlib import Path

from psoas.clinic.learning import read_lessons
from psoas.clinic.pages import claims_page, lesson_page
from psoas.clinic.reasoning import load_reasoning

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))  # the neighbours of this file are no package

from vignette_pages import vignette_pages  # noqa: E402


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    reasoning = load_reasoning()
    shelf = reasoning.knowledge
    purpose = shelf.tables["purpose"]
    statuses = {id: source.status for id, source in shelf.sources.items()}
    claims = shelf.tables["claims"]["claim"]
    found = vignette_pages((DOCS.parent / "tests" / "cases").glob("*.toml"), reasoning)
    written = {DOCS / "vignettes" / name: text for name, text in found.items()}
    for lesson in read_lessons(shelf.tables["lessons"]):
        name = f"{lesson.order:02d}-{lesson.id}.md"
        written[DOCS / "lessons" / name] = lesson_page(lesson, purpose, statuses)
    for part in dict.fromkeys(claim["part"] for claim in claims):
        here = [claim for claim in claims if claim["part"] == part]
        written[DOCS / "article" / f"{part}.md"] = claims_page(part, here, purpose, statuses)
    return written


def main() -> None:
    """Write them, and remove generated pages whose source is gone."""
    written = pages()
    for folder in {path.parent for path in written}:
        folder.mkdir(exist_ok=True)
        for old in set(folder.glob("*.md")) - set(written):
            old.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written below docs")


if __name__ == "__main__":
    main()
