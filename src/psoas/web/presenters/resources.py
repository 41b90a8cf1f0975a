"""Where to turn in one country: only what was seen on a page; where nothing was, the page says so."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy

from psoas.clinic.wording import contacts
from psoas.web.presenters.page import shelf, sure
from psoas.web.presenters.safety import countries

KINDS = {
    "information": gettext_lazy("To read"),
    "professional": gettext_lazy("To be seen by someone"),
    "support": gettext_lazy("To talk to someone"),
}


def resources_of(country: str) -> dict[str, Any] | None:
    """Numbers to call and services of a country (two letters; empty: none chosen). None: not in the list."""
    names = dict(countries())
    if country and country not in names:
        return None
    knowledge = shelf().knowledge
    listed = [
        each
        for table in knowledge.tables["resources"].values()
        if table["country"] == country
        for each in table["resource"]
    ]
    table = knowledge.tables["countries"]
    numbers = next((each for each in table["country"] if each["id"] == country), table["default"])
    call = contacts(knowledge, country or None)
    return {
        "countries": list(names.items()),
        "country": country,
        "name": names.get(country, ""),
        "call": [f"{words}." for words in (call.emergency, call.urgent, call.crisis)],
        "call_sure": sure(numbers["grade"], tuple(numbers["sources"])),
        "kinds": [
            {
                "id": kind,
                "title": title,
                "entries": [
                    {
                        "name": each["name"],
                        "says": each["says"],
                        "url": each["url"],
                        "host": (urlsplit(each["url"]).hostname or "").removeprefix("www."),
                        "sure": sure(each["grade"], tuple(each["sources"])),
                    }
                    for each in listed
                    if each["kind"] == kind
                ],
            }
            for kind, title in KINDS.items()
            if any(each["kind"] == kind for each in listed)
        ],
    }
