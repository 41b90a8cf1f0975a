"""The engine's picture for the answer: one step of measured walking, three bodies, computed once."""

import json
import logging
import threading
from pathlib import Path
from typing import Any

from django.conf import settings

from psoas import __version__

_log = logging.getLogger("django")


def picture() -> dict[str, Any] | None:
    """The figures and their sentences, or None until they have been computed."""
    try:
        found: dict[str, Any] = json.loads(_file().read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return None


def compute_in_background() -> None:
    """Begin to compute the picture, unless it is there."""
    if picture() is None:
        threading.Thread(target=_compute, name="walk", daemon=True).start()


def _file() -> Path:
    return Path(settings.DATA) / f"walk-{__version__}.json"


def _compute() -> None:
    """Solve the built-in walk for three bodies (5 to 10 s) and keep the drawing."""
    from psoas.engine.normative import normative_walk
    from psoas.engine.types import AS_BUILT, Condition
    from psoas.exchange import words
    from psoas.exchange.body_picture import leg_figures

    try:
        analysis = normative_walk(
            (
                AS_BUILT,
                Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5}),
                Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1}),
            )
        )
        figures = leg_figures(analysis, ("built", "weak", "short"))
        told = [words.what_changed(analysis, solved) for solved in analysis.solved[1:]]
        kept = {
            "figures": [
                {"svg": each.svg, "title": each.title, "says": each.says, "kind": each.kind}
                for each in figures
            ],
            "says": [" ".join(each) for each in told if each],
            "estimate": words.ESTIMATE,
        }
        part = _file().with_suffix(".part")
        part.write_text(json.dumps(kept), encoding="utf-8")
        part.replace(_file())
    except Exception:  # the pages work without the picture
        _log.exception("the picture of the walk could not be computed")
