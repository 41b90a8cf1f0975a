"""What every answer of the server carries, and what a person sees when the data cannot be written."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def headers(get_response: Answer) -> Answer:
    """No foreign or inline script, no frame, no referrer; pages with personal answers are not kept."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Frame-Options"] = "DENY"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
        return response

    return answer


class told_errors:  # named as the function that it stands for
    """A database that is locked, read-only or full: what happened, and the form as it was typed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for an error of the database; None leaves every other error to Django."""
        if not isinstance(error, DatabaseError):
            return None
        hidden = ("csrfmiddlewaretoken",)
        typed = [
            (name, value) for name, values in request.POST.lists() if name not in hidden for value in values
        ]
        return render(request, "not_saved.html", {"typed": typed, "path": request.path}, status=503)
