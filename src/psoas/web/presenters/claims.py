"""What the article says beside what is known: part by part, or only the claims of one verdict."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.clinic.pages import VERDICTS
from psoas.web.presenters.page import shelf, sure

PARTS = {
    "location": gettext_lazy("Where the muscle lies"),
    "role": gettext_lazy("What it is for"),
    "anatomy": gettext_lazy("How it is built"),
    "actions": gettext_lazy("What it moves"),
    "link": gettext_lazy("The link to the knee"),
    "referral": gettext_lazy("Pain felt elsewhere"),
    "biomechanics": gettext_lazy("Changed movement"),
    "causes": gettext_lazy("Causes"),
    "treatment": gettext_lazy("What to do"),
    "manual": gettext_lazy("Hands-on treatment"),
    "activity": gettext_lazy("Activity"),
    "ergonomics": gettext_lazy("Sitting and the desk"),
    "footwear": gettext_lazy("Shoes"),
    "help": gettext_lazy("When to get help"),
    "quiz": gettext_lazy("The article's own quiz"),
    "omission": gettext_lazy("What the article leaves out"),
}
SHORT = {
    "supported": gettext_lazy("good sources agree"),
    "partly": gettext_lazy("true in part"),
    "contradicted": gettext_lazy("good sources say otherwise"),
    "unsupported": gettext_lazy("nothing was found that shows it"),
}


def claims_of(verdict: str) -> dict[str, Any] | None:
    """The claims of a verdict, or all where it is empty; None where there is no such verdict."""
    if verdict and verdict not in VERDICTS:
        return None
    claims = shelf().knowledge.tables["claims"]["claim"]
    parts: dict[str, list[dict[str, Any]]] = {}
    for claim in claims:
        if verdict in ("", claim["verdict"]):
            parts.setdefault(claim["part"], []).append(
                {
                    "id": claim["id"],
                    "says": claim["says"],
                    "known": claim["known"],
                    "verdict": claim["verdict"],
                    "words": _(VERDICTS[claim["verdict"]]),
                    "sure": sure(claim["grade"], tuple(claim["sources"])),
                }
            )
    return {
        "parts": [{"id": part, "name": PARTS[part], "claims": listed} for part, listed in parts.items()],
        "verdicts": [
            {"id": id, "words": words, "count": sum(each["verdict"] == id for each in claims)}
            for id, words in SHORT.items()
        ],
        "verdict": verdict,
        "chosen": SHORT.get(verdict, ""),
        "all": len(claims),
        "shown": sum(len(listed) for listed in parts.values()),
    }
