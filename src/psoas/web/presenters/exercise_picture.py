"""The poses of an exercise drawn, for the page on which it is done; computed beside the pages, once."""

import logging
import threading
from collections.abc import Iterable
from typing import Any

from psoas.engine.exercise import motions
from psoas.exchange.body_picture import Figure
from psoas.exchange.exercise_words import does_what_it_should
from psoas.exchange.pose_picture import pose_figures
from psoas.web.presenters.exercise_body import effects, judged, moved

_log = logging.getLogger("django")
_drawing = threading.Lock()
_drawn: dict[str, tuple[Figure, ...]] = {}


def picture_of(exercise: str) -> dict[str, Any] | None:
    """The drawings and what the exercise does to the muscles, or None until they have been drawn."""
    if exercise not in _drawn:
        return None
    return {"figures": _drawn[exercise], "does": does_what_it_should(judged(exercise))}


def draw_in_background(exercises: Iterable[str]) -> None:
    """Begin to draw those that have a motion (2 s for the first of all, then a tenth of a second each)."""
    wanted = [name for name in exercises if name in motions() and name not in _drawn]
    if wanted and _drawing.acquire(blocking=False):
        threading.Thread(target=_draw, args=(wanted,), name="exercises", daemon=True).start()


def _draw(exercises: list[str]) -> None:
    try:
        for name in exercises:
            found, shown = judged(name), moved(name)
            _drawn[name] = pose_figures(shown, effects(found), found.motion.side, shown.poses)
    except Exception:  # the pages work without the drawings
        _log.exception("an exercise could not be drawn")
    finally:
        _drawing.release()
