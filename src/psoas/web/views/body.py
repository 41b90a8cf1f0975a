"""The body in 3D: the page, and the two files that its viewer loads."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from psoas.web.presenters import body

ISLAND = Path(__file__).parents[1] / "static" / "islands" / "body.js"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One stride as built, weak and short: picture, curve, sentences, tables."""
    if not body.ready():
        waiting = render(request, "body_wait.html")
        waiting["Refresh"] = "1"
        return waiting
    return render(request, "body.html", {**body.page(), "island": ISLAND.is_file()})


@require_safe
@gzip_page
def scene(request: HttpRequest) -> HttpResponse:
    """The stride in numbers."""
    return HttpResponse(body.scene_bytes(), content_type="application/octet-stream")


@require_safe
@gzip_page
def bones(request: HttpRequest) -> HttpResponse:
    """The bones."""
    return HttpResponse(body.bones(), content_type="model/gltf-binary")
