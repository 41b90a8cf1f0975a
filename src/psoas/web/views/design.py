"""The design system on one page: type, colours with their contrast, spacing, every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from psoas.web.presenters import design
from psoas.web.presenters.page import sure
from psoas.web.presenters.sheets import STORY, rows


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything that pages are made of, from the same style sheet."""
    context = design.page() | {
        "grades": [sure(grade, ("OwnJudgement",)) for grade in ("high", "moderate", "low", "judgement")],
        "rows": rows(STORY[0], {})[:2],
    }
    return render(request, "design.html", context)
