"""One's own way on the phone too: a link that is good for ten minutes, as a code to photograph."""

import segno
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from psoas.web.models import Person
from psoas.web.views.people import hold, ids_of, person_of

SALT = "psoas_phone"
GOOD_FOR_S = 600


@require_safe
def offer(request: HttpRequest, id: str) -> HttpResponse:
    """The code, while the pages are open to the home network; else how to open them."""
    person = person_of(request, id)
    context: dict[str, object] = {"person": person, "lan": settings.LAN, "minutes": GOOD_FOR_S // 60}
    if settings.LAN:
        path = reverse("take-over", args=[signing.dumps(person.pk, salt=SALT)])
        address = f"http://{settings.LAN}:{request.get_port()}{path}"
        drawn = segno.make(address, error="m").svg_inline(border=4, light="#fff", omitsize=True)
        context |= {"address": address, "code": drawn}
    return render(request, "phone.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, token: str) -> HttpResponse:
    """A question first, so that no link alone changes anything; then this browser holds the person too."""
    try:
        id = str(signing.loads(token, salt=SALT, max_age=GOOD_FOR_S))
    except signing.BadSignature:
        return render(request, "phone_join.html", {"run_out": True}, status=404)
    if not Person.objects.filter(pk=id).exists():
        return render(request, "phone_join.html", {"run_out": True}, status=404)
    if request.method != "POST":
        return render(request, "phone_join.html")
    response = redirect("hub", id)
    hold(response, [*(each for each in ids_of(request) if each != id), id])
    return response
