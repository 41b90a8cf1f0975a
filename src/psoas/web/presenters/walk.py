"""The engine's picture for the answer: one step of measured walking, as it is and changed; a job."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from psoas.web.jobs import Tell, ask, result
from psoas.web.models import Person
from psoas.web.presenters.own_body import Own

_EXAMPLES = ({"weaker": "50"}, {"shorter": "10"})
_WHEN = {
    "early_stance": gettext_noop("just after the heel lands"),
    "late_stance": gettext_noop("just before the foot leaves the ground"),
    "swing": gettext_noop("while the foot is in the air"),
}


def picture() -> dict[str, Any] | None:
    """The figures and their sentences, or None until they have been computed."""
    found: dict[str, Any] | None = result("walk")
    return found


def own_picture(person: Person, own: Own) -> dict[str, Any] | None:
    """The same for what this person's tests found; asks for it, and is None until it has been computed."""
    found: dict[str, Any] | None = ask("walk", {"query": own.setting.query}, person, again=True).result
    return found


def compute(given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Solve the built-in walk in every setting (5 to 10 s, once) and draw the body as it is and changed.

    Words and loads are those of the body page: one computation, one sentence.
    """
    from django.http import QueryDict

    from psoas.engine.what_if import Place
    from psoas.exchange.body_picture import leg_figure
    from psoas.exchange.words import ESTIMATE, name_of
    from psoas.web.presenters.body import telling_frame, telling_phase
    from psoas.web.presenters.knobs import read
    from psoas.web.presenters.movements import prepared
    from psoas.web.presenters.what_if import answered

    tell(0.1, gettext_noop("Computing the muscle forces of one step"))
    asked = [QueryDict(given["query"]).dict()] if given else _EXAMPLES
    answers = [answered(read(each).setting) for each in asked]
    tell(0.8, gettext_noop("Drawing the bodies"))
    first = answers[0]
    movement, frame, side = prepared(first.setting.movement), telling_frame(first), first.side
    bodies = [("As built", movement.ready[0].as_built[side], first.curve.before_n, "built")]
    for each in answers:
        name = name_of(each.found.condition)
        drawn = next(
            b for b in each.found.bands if b.place == Place(side, "tibiofemoral", telling_phase(first))
        )
        kind = "changed" if drawn.clear else "same"  # a clear change elsewhere is not what is drawn
        bodies.append((name[0].upper() + name[1:], each.muscles[side], each.curve.after_n, kind))
    figures = [
        leg_figure(movement.analysis, frame, muscles, side, float(load[frame]), title, kind)
        for title, muscles, load, kind in bodies
    ]
    return {
        "figures": [
            {"svg": each.svg, "title": each.title, "says": each.says, "kind": each.kind} for each in figures
        ],
        "when": _(_WHEN[telling_phase(first)]),
        "says": [each.beyond or each.says for each in answers],
        "why": [each.why for each in answers if each.why and not each.beyond],
        "estimate": ESTIMATE,
    }
