"""What every page shows: the purpose, the state of review, the edition of the knowledge."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from psoas import __version__
from psoas.clinic.pages import is_checked, notice
from psoas.clinic.reasoning import Reasoning, load_reasoning
from psoas.web import offline
from psoas.web.views.people import ids_of


@cache
def shelf() -> Reasoning:
    """The shelf that came with the program, read once."""
    return load_reasoning()


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Values for every template."""
    knowledge = shelf().knowledge
    return {
        "notice": notice(knowledge.tables["purpose"]),
        "knowledge_hash": knowledge.hash[:12],
        "version": __version__,
        "lan": settings.LAN,
        "locks": getattr(request, "locks", False),
        "people_ids": "" if getattr(request, "asks", False) else " ".join(ids_of(request)),
        "keep": _kept(request),
    }


def _kept(request: HttpRequest) -> str:
    """Whether the browser keeps this page for when the server is away: `links`, `page` or nothing."""
    if not offline.kept(request):
        return ""
    match = request.resolver_match
    return "links" if match is not None and match.url_name in offline.LINKS_TOO else "page"


def sure(grade: str, sources: tuple[str, ...]) -> dict[str, Any]:
    """How sure one can be, and where it comes from, for the line under a statement."""
    knowledge = shelf().knowledge
    statuses = {name: knowledge.sources[name].status for name in sources}
    words = knowledge.tables["purpose"]["grades"]
    return {
        "word": words[grade if is_checked(sources, statuses) else "unchecked"],
        "grade": grade,
        "cites": [knowledge.sources[name].cites for name in sources],
    }
