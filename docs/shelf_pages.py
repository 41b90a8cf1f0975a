"""Lessons and the article's claims as pages of the manual; `docs/generate.py` writes them."""

from psoas.clinic.knowledge import Knowledge
from psoas.clinic.learning import read_lessons
from psoas.clinic.pages import claims_page, lesson_page


def shelf_pages(shelf: Knowledge) -> dict[str, str]:
    """Path below docs -> markdown: a page a lesson, in order, and a page for each part of the article."""
    purpose = shelf.tables["purpose"]
    statuses = {id: source.status for id, source in shelf.sources.items()}
    claims = shelf.tables["claims"]["claim"]
    pages = {
        f"lessons/{lesson.order:02d}-{lesson.id}.md": lesson_page(lesson, purpose, statuses)
        for lesson in read_lessons(shelf.tables["lessons"])
    }
    for part in dict.fromkeys(claim["part"] for claim in claims):
        here = [claim for claim in claims if claim["part"] == part]
        pages[f"article/{part}.md"] = claims_page(part, here, purpose, statuses)
    return pages
