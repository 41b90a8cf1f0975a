"""Decisions in words for the person: what to do, whom to call, and why. The words stand on the shelf."""

from dataclasses import dataclass

from psoas.clinic.knowledge import Knowledge
from psoas.clinic.types import FiredRule, Triage
from psoas.errors import InputError
from psoas.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: what it may be, what to do besides, how sure one can be, and where that comes from."""

    id: str
    level: str
    text: str
    do: str
    sure: str
    sources: tuple[str, ...]
    draft: bool


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is shown after the safety questions; routes come before everything else."""

    title: str
    says: str
    do: str
    reasons: tuple[Reason, ...]
    advisories: tuple[Reason, ...]
    unsure: tuple[str, ...]
    open: tuple[str, ...]
    routes: tuple[str, ...]
    purpose: str
    review: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom to call in one country, as phrases that begin a sentence."""

    emergency: str
    urgent: str
    crisis: str
    safeguarding: str


def contacts(knowledge: Knowledge, country: str | None = None) -> Contacts:
    """Phrases of a country (two letters); without one, phrases that name no number. Raises `InputError`.

    The country is never guessed: a wrong number in an emergency is worse than none.
    """
    table = knowledge.tables["countries"]
    known = {entry["id"]: entry for entry in table["country"]}
    if country is not None and country.upper() not in known:
        raise InputError(
            f"No numbers are known for the country {country[:20]!r}",
            "country",
            f"Give one of {', '.join(known)}, or none to be told without numbers.",
        )
    chosen = table["default"] | (known[country.upper()] if country else {})
    return Contacts(chosen["emergency"], chosen["urgent"], chosen["crisis"], chosen["safeguarding"])


def route_words(routes: tuple[str, ...], call: Contacts) -> tuple[str, ...]:
    """What to do for each route outside the ladder."""
    words = {
        "crisis": _("You matter. %(call)s. Try not to be alone until then.") % {"call": call.crisis},
        "safeguarding": _("You have a right to be safe. %(call)s.") % {"call": call.safeguarding},
    }
    return tuple(words[route] for route in routes)


def message(triage: Triage, knowledge: Knowledge, country: str | None = None) -> Message:
    """The decision in words, with the numbers of the country."""
    call = contacts(knowledge, country)
    levels = {level["id"]: level for level in knowledge.tables["levels"]["level"]}
    level = levels[triage.level or "OPEN"]
    fill = {
        "emergency": call.emergency,
        "emergency_lower": call.emergency[0].lower() + call.emergency[1:],
        "urgent": call.urgent,
        "days": triage.within_days,
    }
    purpose = knowledge.tables["purpose"]
    reasons = tuple(_reason(rule, knowledge) for rule in triage.fired)
    unsure = (levels["UNSURE"]["says"],) if triage.unsure else ()
    asked = [id for each in triage.unsure for id in each.questions]
    return Message(
        title=level["title"].format(**fill),
        says=level["says"],
        do=level["do"].format(**fill),
        reasons=tuple(reason for reason in reasons if reason.level != "ADVISORY"),
        advisories=tuple(reason for reason in reasons if reason.level == "ADVISORY"),
        unsure=unsure + tuple(knowledge.questions[id].text for id in dict.fromkeys(asked)),
        open=tuple(knowledge.questions[id].text for id in triage.unasked),
        routes=route_words(triage.routes, call),
        purpose=purpose["says"],
        review=_review(knowledge),
    )


def _reason(rule: FiredRule, knowledge: Knowledge) -> Reason:
    grades = knowledge.tables["purpose"]["grades"]
    do = next(each.do for each in knowledge.rules if each.id == rule.id)
    sure = grades["unchecked"] if rule.precaution else grades[rule.grade]
    cites = tuple(knowledge.sources[id].cites for id in rule.sources)
    return Reason(rule.id, rule.level, rule.reason, do, sure, cites, rule.draft)


def _review(knowledge: Knowledge) -> str:
    """Who has reviewed the rules: everybody named on all of them, or the sentence that says nobody has."""
    purpose = knowledge.tables["purpose"]
    on_all = set.intersection(*(set(rule.reviewers) for rule in knowledge.rules))
    if not on_all:
        return str(purpose["not_reviewed"])
    return str(purpose["reviewed"]).format(reviewers=", ".join(sorted(on_all)))
