"""What a browser needs to open pages while the server is away, and to send later what was written then."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from psoas.web.middleware import open_while_locked
from psoas.web.models import Entry
from psoas.web.views.people import ids_of

WORKER = Path(__file__).parents[1] / "static" / "sw.js"
MOST_ASKED = 100


@require_safe
@open_while_locked
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may serve every page."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@require_safe
@open_while_locked
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser needs to install the pages like a program."""
    icons = [
        {"src": static(f"icons/psoas-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    content = {
        "name": "psoas",
        "short_name": "psoas",
        "description": _("Is my hip behind my knee pain, and what do I do about it?"),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf6ee",
        "theme_color": "#faf6ee",
        "icons": [
            *icons,
            {
                "src": static("icons/psoas-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@open_while_locked
def away(request: HttpRequest) -> HttpResponse:
    """What is shown for a page that was not kept while the server is away."""
    return render(request, "away.html")


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """For scripts: the server is here, whose pages this browser holds, a token to post with, and which of the
    forms asked about (`uid`) have been counted."""
    people = ids_of(request)
    asked = request.GET.getlist("uid")[:MOST_ASKED]
    counted = Entry.objects.filter(person__in=people, uid__in=asked).values_list("uid", flat=True)
    return JsonResponse({"people": people, "csrf": get_token(request), "counted": sorted(counted)})
