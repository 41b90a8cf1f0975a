"""The engine's picture for the answer: one step of measured walking, three bodies, computed once."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from psoas.web.jobs import Tell, result


def picture() -> dict[str, Any] | None:
    """The figures and their sentences, or None until they have been computed."""
    found: dict[str, Any] | None = result("walk")
    return found


def compute(given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Solve the built-in walk for three bodies (5 to 10 s) and draw it. A job of the worker."""
    from psoas.engine.normative import normative_walk
    from psoas.engine.types import AS_BUILT, Condition
    from psoas.exchange import words
    from psoas.exchange.body_picture import leg_figures

    tell(0.1, gettext_noop("Computing the muscle forces of one step"))
    analysis = normative_walk(
        (
            AS_BUILT,
            Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5}),
            Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1}),
        )
    )
    tell(0.8, gettext_noop("Drawing the bodies"))
    figures = leg_figures(analysis, ("built", "weak", "short"))
    told = [words.what_changed(analysis, solved) for solved in analysis.solved[1:]]
    return {
        "figures": [
            {"svg": each.svg, "title": each.title, "says": each.says, "kind": each.kind} for each in figures
        ],
        "says": [" ".join(each) for each in told if each],
        "estimate": words.ESTIMATE,
    }
