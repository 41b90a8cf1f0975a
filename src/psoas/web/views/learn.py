"""Lessons, what the article says, and where to turn in one's country. The quiz is in `quiz.py`.

Open to everybody, also while stopped. Under a person's own address what was read is kept.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from psoas.errors import InputError
from psoas.web.models import Person
from psoas.web.presenters.claims import claims_of
from psoas.web.presenters.learning import LESSON, learner, lessons, questions
from psoas.web.presenters.page import shelf, sure
from psoas.web.presenters.resources import resources_of
from psoas.web.views.noting import new_uid, note_once, stamp, today
from psoas.web.views.people import person_of

MOVING = {
    "location",
    "role",
    "anatomy",
    "actions",
    "biomechanics",
}  # better seen than read


def learning(request: HttpRequest, id: str | None) -> tuple[Person | None, str]:
    """Whose pages these are, if anybody's, and the address that they begin with."""
    if id is None:
        return None, reverse("lessons")
    person = person_of(request, id)
    return person, reverse("lessons", args=[person.pk])


@require_safe
def all_lessons(request: HttpRequest, id: str | None = None) -> HttpResponse:
    """Every lesson with its minutes, and what comes next."""
    person, base = learning(request, id)
    context = {
        "person": person,
        "base": base,
        "learner": None if person is None else learner(person, today(request)),
        "lessons": lessons(),
        "questions": len(questions()),
        "claims": len(shelf().knowledge.tables["claims"]["claim"]),
    }
    return render(request, "lessons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: HttpRequest, name: str, id: str | None = None) -> HttpResponse:
    """One lesson, each sentence with how sure one can be. Posted: it was read; its questions follow."""
    person, base = learning(request, id)
    found = next((each for each in lessons() if each.id == name), None)
    if found is None or (request.method == "POST" and person is None):
        raise Http404
    about = [item for item in questions() if item.lesson == name]
    error = ""
    if request.method == "POST" and person is not None:
        try:
            note_once(person, stamp(request), LESSON, {"lesson": name})
            return redirect(f"{base}quiz/" if about else base)
        except InputError as wrong:
            error = f"{wrong.what}. {wrong.advice}"
    context = {
        "person": person,
        "base": base,
        "lesson": found,
        "sentences": [
            {"text": each.text, "sure": sure(each.grade, each.sources)} for each in found.sentences
        ],
        "next": next((each for each in lessons() if each.order == found.order + 1), None),
        "of": len(lessons()),
        "questions": len(about),
        "first": next(iter(about), None),
        "moving": not MOVING.isdisjoint(found.covers),
        "read": person is not None and name in learner(person, today(request)).read,
        "uid": new_uid(),
        "error": error,
    }
    return render(request, "lesson.html", context, status=422 if error else 200)


@require_safe
def article(request: HttpRequest, id: str | None = None) -> HttpResponse:
    """Claim by claim: what the article says, and what is known; all of them or those of one verdict."""
    person, base = learning(request, id)
    context = claims_of(request.GET.get("verdict", ""))
    if context is None:
        raise Http404
    return render(request, "article.html", context | {"person": person, "base": base})


@require_safe
def resources(request: HttpRequest, id: str | None = None) -> HttpResponse:
    """Where to turn in one country; without one, in the country of the person."""
    person, base = learning(request, id)
    country = request.GET.get("country", person.country if person else "")
    context = resources_of(country)
    if context is None:
        raise Http404
    return render(request, "resources.html", context | {"person": person, "base": base})
