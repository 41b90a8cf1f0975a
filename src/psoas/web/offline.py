"""Which pages a browser keeps for when the server is away.

HTTP caches keep nothing (`no-store`). The service worker is the one exception: it keeps what these pages
showed last, on this device only, and drops it when the person is deleted or a passphrase is set.
"""

from django.http import HttpRequest

KEPT = frozenset(
    {"start", "hub", "plan", "week", "exercise", "lessons", "lesson", "article", "resources", "away"}
)
LINKS_TOO = frozenset({"week"})  # what it leads to is kept with it: the exercises with their timers


def kept(request: HttpRequest) -> bool:
    """Whether the browser may keep this page. Behind a passphrase only what is nobody's."""
    match = request.resolver_match
    if match is None or match.url_name not in KEPT:
        return False
    nobodys = "id" not in match.kwargs and match.url_name != "start"
    return nobodys or not getattr(request, "locks", False)
