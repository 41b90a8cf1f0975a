"""The passphrase of this machine's pages: set, tried, forgotten after a while without use.

It keeps others from the pages, not from the file: the database is not encrypted (SECURITY.md says so).
"""

from datetime import timedelta

from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from psoas.web.models.lock import Guesses, Lock, new_edition

COOKIE = "psoas_open"
SHORTEST = 12  # three or four words; guesses are slowed down besides
LONGEST = 200
IDLE_MIN = (1, 240)
FREE_GUESSES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 15 * 60


def current() -> Lock | None:
    """The lock, or None where no passphrase is set."""
    return Lock.objects.order_by("pk").first()


def fault(passphrase: str) -> str:
    """Why this cannot be the passphrase: `short`, `long`, `same` (one letter all along); empty if it can."""
    if len(passphrase) < SHORTEST:
        return "short"
    if len(passphrase) > LONGEST:
        return "long"
    return "same" if len(set(passphrase)) < 4 else ""


def put(passphrase: str, idle_min: int | None = None) -> Lock:
    """Set or change the passphrase. Every browser has to open again."""
    hasher = ScryptPasswordHasher()
    with transaction.atomic():
        lock = current() or Lock(pk=1)
        lock.passphrase = hasher.encode(passphrase, hasher.salt())
        lock.idle_min = idle_min or lock.idle_min
        lock.edition = new_edition()
        lock.save()
        Guesses.objects.all().delete()
    return lock


def remove() -> None:
    """No passphrase any more."""
    Lock.objects.all().delete()


def close() -> None:
    """Close the pages in every browser, now."""
    Lock.objects.update(edition=new_edition())


def fits(lock: Lock, typed: str) -> bool:
    """Whether this is the passphrase. Takes a tenth of a second on purpose."""
    return bool(ScryptPasswordHasher().verify(typed[: LONGEST + 1], lock.passphrase))


def guess(lock: Lock, typed: str, request: HttpRequest) -> int | None:
    """None: right. Else seconds to wait before the next guess, 0 while a few are free.

    Counted before it is looked at, so that many at once do not get more.
    """
    origin = "here" if str(request.META.get("REMOTE_ADDR", "")).startswith(("127.", "::1")) else "elsewhere"
    now = timezone.now()
    with transaction.atomic():
        row = Guesses.objects.select_for_update().get_or_create(origin=origin)[0]
        if row.until and row.until > now:
            return int((row.until - now).total_seconds()) + 1
        row.wrong += 1
        over = row.wrong - FREE_GUESSES
        wait_s = min(FIRST_WAIT_S * 2**over, LONGEST_WAIT_S) if over >= 0 else 0
        row.until = now + timedelta(seconds=wait_s) if wait_s else None
        row.save()
    if not fits(lock, typed):
        return wait_s
    Guesses.objects.filter(origin=origin).delete()
    return None


def is_open(request: HttpRequest, lock: Lock) -> bool:
    """Whether this browser gave the passphrase and was used since."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=60 * lock.idle_min)
    except signing.BadSignature:
        return False
    return bool(held == lock.edition)


def keep_open(response: HttpResponse, lock: Lock) -> None:
    """Count the idle time from now. The cookie ends with the browser."""
    response.set_cookie(
        COOKIE, signing.dumps(lock.edition, salt=COOKIE), httponly=True, samesite="Lax", path="/"
    )
