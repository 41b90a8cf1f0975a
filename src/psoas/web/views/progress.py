"""Pain, function and angles over the weeks, with the error of each measure."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from psoas.web.presenters.curves import curves
from psoas.web.presenters.week import running
from psoas.web.views.people import person_of


@require_safe
def progress(request: HttpRequest, id: str) -> HttpResponse:
    """A curve and a table for every measure; open also while the plan is stopped."""
    person = person_of(request, id)
    run = running(person)
    if run is None:
        return redirect("plan", person.pk)
    return render(request, "progress.html", {"person": person, "run": run, "curves": curves(run)})
