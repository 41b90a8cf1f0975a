"""A piece of work that is under way: how far it is, and a button to cancel it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from psoas.web import jobs
from psoas.web.models import Job
from psoas.web.views.people import person_of


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, id: str, job: int) -> HttpResponse:
    """A job of this person; everybody else's is a 404. Posted: `cancel`, or `again` after a failure."""
    person = person_of(request, id)
    found = Job.objects.filter(pk=job, person=person).first()
    if found is None or found.kind not in jobs.KINDS:
        raise Http404
    if request.method == "POST":
        if "cancel" in request.POST:
            jobs.cancel(found)
        elif "again" in request.POST:
            found = jobs.ask(found.kind, found.given, person, again=True)
        return redirect("job", person.pk, found.pk)
    kind = jobs.KINDS[found.kind]
    context = {
        "person": person,
        "job": found,
        "percent": round(100 * found.part),
        "says": gettext(found.says) if found.says else "",
        "kind": kind,
        "ending": found.open and found.cancel,
    }
    return render(request, "job.html", context)
