"""What every answer of the server carries, who may see a page, and what is shown when data cannot be kept."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from psoas.web import lock, offline

Answer = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger("django")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
QUIET = "Psoas-Quiet"  # a request that a script makes by itself: it does not count as use
# What SQLite calls it, and what it is; a write beyond a quota comes as an error of the disk.
_CAUSES = (("locked", "locked"), ("readonly", "read-only"), ("full", "full"), ("disk i/o", "full"))
_PASSPHRASE, _WAS = "_passphrase", "_was"
_NOT_TYPED = ("csrfmiddlewaretoken", _PASSPHRASE, _WAS)


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
            if response.status_code == 200 and request.method == "GET" and offline.kept(request):
                response["Psoas-Keep"] = "1"
        return response

    return answer


class locked:  # named as the function that it stands for
    """Where a passphrase is set, a page is shown to a browser that gave it and was used since.

    What was sent to a locked page is not lost: the form that asks for the passphrase carries it along.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        renew = getattr(request, "renew", None)
        if renew is not None and lock.COOKIE not in response.cookies:
            lock.keep_open(response, renew)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, named: Any
    ) -> HttpResponse | None:
        """The page that asks for the passphrase, or None where the way is free."""
        if getattr(view, "open_while_locked", False):
            return None
        try:
            return self._asked(request)
        except DatabaseError as error:  # closed: whether there is a passphrase is not known
            return not_saved(request, error)

    def _asked(self, request: HttpRequest) -> HttpResponse | None:
        kept = lock.current()
        request.locks = kept is not None
        if kept is None:
            return None
        if lock.is_open(request, kept):
            if QUIET not in request.headers:
                request.renew = kept
            return None
        wait_s: int | None = None
        if request.method == "POST" and _PASSPHRASE in request.POST:
            wait_s = lock.guess(kept, request.POST[_PASSPHRASE], request)
            if wait_s is None:
                request.renew = kept
                if request.POST.get(_WAS) != "post":
                    return redirect(request.get_full_path())
                posted = request.POST.copy()
                for name in (_PASSPHRASE, _WAS):
                    posted.pop(name, None)
                request.POST = posted
                return None
        request.asks = True
        was = request.POST.get(_WAS) or ("post" if request.method == "POST" else "get")
        context = {
            "typed": typed(request) if was == "post" else [],
            "path": request.get_full_path(),
            "was": was,
            "wrong": wait_s is not None,
            "wait_s": wait_s or 0,
        }
        return render(request, "locked.html", context, status=403)


def open_while_locked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Marks a view that shows nothing of anybody: it answers also while the pages are locked."""
    view.open_while_locked = True  # type: ignore[attr-defined]
    return view


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, name by name, to be sent again."""
    return [
        (name, value) for name, values in request.POST.lists() if name not in _NOT_TYPED for value in values
    ]


def not_saved(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page for a database that is locked, read-only, full or away, with what was typed."""
    _log.error("the database: %s", error)
    said = str(error).lower()
    context = {
        "typed": typed(request),
        "path": request.get_full_path(),
        "posted": request.method == "POST",
        "cause": next((cause for word, cause in _CAUSES if word in said), ""),
    }
    return render(request, "not_saved.html", context, status=503)


class told_errors:  # named as the function that it stands for
    """A database that is locked, read-only or full: what happened, and the form as it was typed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for an error of the database; None leaves every other error to Django."""
        return not_saved(request, error) if isinstance(error, DatabaseError) else None
