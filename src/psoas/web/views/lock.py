"""Set, change and remove the passphrase of this machine's pages, and lock them now."""

from typing import Any

from django.conf import settings as conf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from psoas.web import lock
from psoas.web.models import Lock


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The form; posted, `do` says what: set, remove, close."""
    kept = lock.current()
    minutes = str(kept.idle_min if kept else 15)
    problem: tuple[str, int] | None = None
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        if wanted == "close" and kept:
            lock.close()
            return redirect("start")
        minutes = request.POST.get("minutes", "").strip() or minutes
        problem = _wrong(request, kept, wanted, minutes)
        if problem is None:
            response = redirect("lock")
            if wanted == "remove":
                lock.remove()
                response.delete_cookie(lock.COOKIE)
            else:
                lock.keep_open(response, lock.put(request.POST["passphrase"], int(minutes)))
            return response
    error, status = problem or ("", 200)
    context: dict[str, Any] = {
        "kept": kept,
        "minutes": minutes,
        "least": lock.IDLE_MIN[0],
        "most": lock.IDLE_MIN[1],
        "shortest": lock.SHORTEST,
        "error": error,
        "on_network": bool(conf.LAN),
    }
    return render(request, "lock.html", context, status=status)


def _wrong(request: HttpRequest, kept: Lock | None, wanted: str, minutes: str) -> tuple[str, int] | None:
    """What is wrong with what was asked, in words, and the status of the answer; None where nothing is."""
    if wanted not in ("set", "remove") or (wanted == "remove" and not kept):
        return _("Choose one of the buttons."), 422
    if wanted == "remove" and bool(conf.LAN):
        return _("While psoas is open to your home network it needs a passphrase."), 422
    if wanted == "set":
        words = {
            "short": _("Use at least %(least)s letters: three or four words you can remember."),
            "long": _("Use at most %(most)s letters."),
            "same": _("Use more different letters: three or four words you can remember."),
        }
        fault = lock.fault(request.POST.get("passphrase", ""))
        if fault:
            return words[fault] % {"least": lock.SHORTEST, "most": lock.LONGEST}, 422
        if request.POST["passphrase"] != request.POST.get("again"):
            return _("The two are not the same. Type both again."), 422
        low, high = lock.IDLE_MIN
        if not (minutes.isdecimal() and len(minutes) <= 4 and low <= int(minutes) <= high):
            return _("Give the minutes as a whole number from %(low)s to %(high)s.") % {
                "low": low,
                "high": high,
            }, 422
    if kept:
        wait_s = lock.guess(kept, request.POST.get("current", ""), request)
        if wait_s:
            says = ngettext(
                "Too many wrong tries. Wait %(wait)s second.",
                "Too many wrong tries. Wait %(wait)s seconds.",
                wait_s,
            )
            return says % {"wait": wait_s}, 422
        if wait_s is not None:
            return _("That is not the passphrase of now."), 422
    return None
