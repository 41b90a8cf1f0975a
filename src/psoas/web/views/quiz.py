"""One question at a time. Of a person answers are kept and come back; of anybody else nothing is kept."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from psoas.clinic.learning import QuizItem
from psoas.errors import InputError
from psoas.web.models import Person
from psoas.web.presenters.learning import (
    A_SITTING,
    QUIZ,
    cards_of,
    learner,
    lessons,
    question,
    questions,
)
from psoas.web.presenters.page import shelf
from psoas.web.presenters.quiz import answer_from, shown, told
from psoas.web.views.learn import learning
from psoas.web.views.noting import is_uid, new_uid, note_once, stamp, today


@require_safe
def home(request: HttpRequest, id: str | None = None) -> HttpResponse:
    """How many questions wait and when the next comes back; without a person, a quick quiz."""
    person, base = learning(request, id)
    context: dict[str, Any] = {"person": person, "base": base, "all": len(questions())}
    if person is None:
        return render(request, "quiz_quick.html", context | {"first": questions()[0]})
    stands = learner(person, today(request))
    return render(
        request,
        "quiz_home.html",
        context
        | {
            "learner": stands,
            "waiting": len(stands.waiting),
            "enough": stands.answered_today >= A_SITTING,
            "first": next(iter(stands.waiting), None),
            "new": next(iter(stands.unseen), None),
            "spacing": shelf().knowledge.tables["spacing"]["says"],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, item: str, id: str | None = None) -> HttpResponse:
    """One question. A person's answer is posted and kept; anybody else's stands in the address."""
    person, base = learning(request, id)
    found = question(item)
    if found is None or (person is None and request.method == "POST"):
        raise Http404
    sent = request.GET if person is None else request.POST
    if not (sent if person is None else request.method == "POST"):
        return _asked(request, person, base, found, new_uid())
    try:
        answer = answer_from(found, sent)
        outcome = told(found, answer)
        if person is None:
            context = {"person": None, "base": base, "following": _after(found), "comes_back": None}
            return render(request, "quiz_told.html", outcome | context)
        value = {"item": found.id, "right": outcome["right"], "answer": answer}
        kept = note_once(person, stamp(request), QUIZ, value)
    except InputError as error:
        uid = sent.get("uid", "")
        says = f"{error.what}. {error.advice}"
        return _asked(request, person, base, found, uid if is_uid(uid) else new_uid(), says)
    if kept.kind != QUIZ:  # the uid of another form
        raise Http404
    return redirect("answered", person.pk, kept.value["item"], kept.uid)


def _asked(
    request: HttpRequest, person: Person | None, base: str, item: QuizItem, uid: str, error: str = ""
) -> HttpResponse:
    sent = request.GET if person is None else request.POST
    place = questions().index(item) + 1
    context = shown(item, uid if person else "", sent) | {
        "person": person,
        "base": base,
        "uid": uid,
        "error": error,
        "place": place,
        "all": len(questions()),
        "lesson": next(each for each in lessons() if each.id == item.lesson),
    }
    return render(request, "quiz.html", context, status=422 if error else 200)


def _after(item: QuizItem) -> QuizItem | None:
    place = questions().index(item) + 1
    return questions()[place] if place < len(questions()) else None


@require_safe
def answered(request: HttpRequest, id: str, item: str, uid: str) -> HttpResponse:
    """An answer that was kept, with the reasons, and the day on which the question comes back."""
    person, base = learning(request, id)
    found = question(item)
    entries = [] if person is None else list(person.entries.filter(kind=QUIZ))
    kept = next((each for each in entries if each.uid == uid and each.value["item"] == item), None)
    if found is None or kept is None or person is None:
        raise Http404
    try:
        outcome = told(found, kept.value["answer"])
    except InputError:  # the question was rewritten since: it can only be asked anew
        return redirect(f"{base}quiz/{item}/")
    card = cards_of(entries)[item]
    stands = learner(person, today(request))
    context = {
        "person": person,
        "base": base,
        "comes_back": date.fromordinal(card.due_day),
        "following": next(iter(stands.waiting), None),
        "enough": stands.answered_today >= A_SITTING,
    }
    return render(request, "quiz_told.html", outcome | context)
