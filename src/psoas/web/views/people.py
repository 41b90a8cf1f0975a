"""Who is asking: this browser holds the ids of its own people; every other id answers 404."""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from psoas.web.models import Person, Told

COOKIE = "psoas_people"
A_YEAR_S = 365 * 24 * 3600
MOST_PEOPLE = 20  # ids of 22 characters: well inside what a cookie holds


def ids_of(request: HttpRequest) -> list[str]:
    """The ids that this browser holds, signed by this machine."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except signing.BadSignature:
        return []
    return [str(each) for each in held]


def hold(response: HttpResponse, ids: list[str]) -> None:
    """Let the browser hold these ids."""
    response.set_cookie(
        COOKIE,
        signing.dumps(ids[-MOST_PEOPLE:], salt=COOKIE),
        max_age=A_YEAR_S,
        httponly=True,
        samesite="Lax",
    )


def person_of(request: HttpRequest, id: str) -> Person:
    """The person, if this browser holds their id. Raises `Http404` for anybody else."""
    if id not in ids_of(request):
        raise Http404
    try:
        return Person.objects.get(pk=id)
    except Person.DoesNotExist:
        raise Http404 from None


def people_here(request: HttpRequest) -> list[Person]:
    """Everybody this browser holds, the latest first."""
    return list(Person.objects.filter(pk__in=ids_of(request)).order_by("-began"))


def tell(person: Person, values: dict[str, Any]) -> None:
    """Keep what was told, one row a key; all of it or, where that cannot be, nothing."""
    Told.objects.bulk_create(
        [Told(person=person, key=key, value=value) for key, value in values.items()],
        update_conflicts=True,
        unique_fields=("person", "key"),
        update_fields=("value", "at"),
    )
