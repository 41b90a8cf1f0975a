"""Pages for what went wrong: in words, with a way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is here for this browser."""
    return render(request, "wrong.html", {"kind": "missing"}, status=404)


def forgotten(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its token: an old page, or cookies are off."""
    return render(request, "wrong.html", {"kind": "old"}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """A mistake of ours; no detail of it is shown."""
    return render(request, "wrong.html", {"kind": "ours"}, status=500)
