"""Lessons, and what the article says beside what is known. Open to everybody, also while stopped."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from psoas.clinic.learning import read_lessons
from psoas.clinic.pages import VERDICTS
from psoas.web.presenters.page import shelf, sure
from psoas.web.views.people import people_here


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """Every lesson with its minutes."""
    tables = shelf().knowledge.tables
    context = {
        "lessons": read_lessons(tables["lessons"]),
        "claims": len(tables["claims"]["claim"]),
        "people": people_here(request),
    }
    return render(request, "lessons.html", context)


@require_safe
def lesson(request: HttpRequest, name: str) -> HttpResponse:
    """One lesson, each sentence with how sure one can be."""
    listed = read_lessons(shelf().knowledge.tables["lessons"])
    at = next((k for k, each in enumerate(listed) if each.id == name), None)
    if at is None:
        raise Http404
    found = listed[at]
    context = {
        "lesson": found,
        "sentences": [
            {"text": each.text, "sure": sure(each.grade, each.sources)} for each in found.sentences
        ],
        "next": listed[at + 1] if at + 1 < len(listed) else None,
        "number": at + 1,
        "of": len(listed),
    }
    return render(request, "lesson.html", context)


@require_safe
def article(request: HttpRequest) -> HttpResponse:
    """Claim by claim: what the article says, and what is known."""
    parts: dict[str, list[dict[str, object]]] = {}
    counts = dict.fromkeys(VERDICTS, 0)
    for claim in shelf().knowledge.tables["claims"]["claim"]:
        counts[claim["verdict"]] += 1
        parts.setdefault(claim["part"], []).append(
            {
                "says": claim["says"],
                "known": claim["known"],
                "verdict": claim["verdict"],
                "words": VERDICTS[claim["verdict"]],
                "sure": sure(claim["grade"], tuple(claim["sources"])),
            }
        )
    listed = [{"name": name, "claims": claims} for name, claims in parts.items()]
    verdicts = [{"id": id, "words": VERDICTS[id], "count": counts[id]} for id in VERDICTS]
    return render(request, "article.html", {"parts": listed, "verdicts": verdicts})
