"""Everything as one file, the name and country, and delete me for good."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from psoas.errors import InputError
from psoas.web.models import Person
from psoas.web.person_file.brought import brought, choose_psoas_json, read
from psoas.web.person_file.written import written
from psoas.web.presenters.safety import countries
from psoas.web.views.people import hold, ids_of, person_of
from psoas.web.views.start import LONGEST_NAME, first_page


@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, id: str) -> HttpResponse:
    """What is kept, with a change of name and country."""
    person = person_of(request, id)
    name, country, error = person.name, person.country, ""
    left_out = request.GET.get("left_out", "")[:5]  # where a file was just brought
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
        "brought": left_out.isdecimal(),
        "left_out": int(left_out) if left_out.isdecimal() else 0,
    }
    return render(request, "data.html", context, status=422 if error else 200)


@require_safe
def export(request: HttpRequest, id: str) -> HttpResponse:
    """Everything that is kept of this person, and what was decided from it, as one JSON file."""
    content = written(person_of(request, id))
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="psoas.json"'
    return response


@require_http_methods(["POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """A person from the file that another computer wrote; they go on where they stopped."""
    given = request.FILES.get("file")
    try:
        if given is None:
            raise InputError(_("No file is chosen, or it is far too large"), "", choose_psoas_json())
        made = brought(read(given.read()))
    except InputError as wrong:
        context = first_page(request) | {"file_error": f"{wrong.what}. {wrong.advice}"}
        return render(request, "start.html", context, status=422)
    response = redirect(f"{reverse('data', args=[made.person.pk])}?left_out={made.left_out}")
    hold(response, [*ids_of(request), made.person.pk])
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
