"""Everything as one file, the name and country, and delete me for good."""

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas import __version__
from psoas.clinic.case import as_record, decide
from psoas.web.models import Person
from psoas.web.presenters.page import shelf
from psoas.web.presenters.safety import countries
from psoas.web.presenters.story import case_of, steps_of, told_of
from psoas.web.views.people import hold, ids_of, person_of
from psoas.web.views.start import LONGEST_NAME


@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, id: str) -> HttpResponse:
    """What is kept, with a change of name and country."""
    person = person_of(request, id)
    name, country, error = person.name, person.country, ""
    if request.method == "POST":
        name, country = request.POST.get("name", "").strip(), request.POST.get("country", "")
        if len(name) > LONGEST_NAME or "\x00" in name:
            error = _("A name here has at most %(most)s letters.") % {"most": LONGEST_NAME}
        elif country and country not in {code for code, _name in countries()}:
            error = _("Choose a country from the list, or none.")
        else:
            Person.objects.filter(pk=person.pk).update(name=name, country=country)
            return redirect("data", person.pk)
    context = {
        "person": person,
        "name": name,
        "country": country,
        "countries": countries(),
        "error": error,
        "screens": person.screens.count(),
        "told": person.told.count(),
        "entries": person.entries.count(),
    }
    return render(request, "data.html", context, status=422 if error else 200)


@require_safe
def export(request: HttpRequest, id: str) -> HttpResponse:
    """Everything that is kept of this person, and what was decided from it, as one JSON file."""
    person = person_of(request, id)
    case = case_of(person)
    content = {
        "psoas": __version__,
        "knowledge": shelf().knowledge.hash,
        "person": {"name": person.name, "country": person.country, "began": person.began.isoformat()},
        "safety": [
            {
                "screen": each.screen,
                "answers": each.values,
                "not_sure": each.not_sure,
                "at": each.at.isoformat(),
            }
            for each in steps_of(person)
        ],
        "told": told_of(person),
        "journal": [
            {
                "uid": each.uid,
                "kind": each.kind,
                "at": each.at.isoformat(),
                "received": each.received.isoformat(),
                "value": each.value,
            }
            for each in person.entries.order_by("id")
        ],
        "computed": [
            {
                "kind": each.kind,
                "given": each.given,
                "state": each.state,
                "result": each.result,
                "at": each.asked.isoformat(),
            }
            for each in person.jobs.all()
        ],
        "decided": as_record(case, decide(case, shelf())),
    }
    response = HttpResponse(
        json.dumps(content, indent=1, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="psoas.json"'
    return response


@require_http_methods(["POST"])
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Delete this person for good, from the file as well as from the table."""
    person = person_of(request, id)
    if request.POST.get("sure") != "yes":
        return redirect("data", person.pk)
    person.delete()
    if connection.vendor == "sqlite":  # nothing left in the write-ahead log or in free pages either
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    response = redirect("start")
    hold(response, [each for each in ids_of(request) if each != id])
    return response
