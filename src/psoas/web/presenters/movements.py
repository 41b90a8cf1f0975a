"""The movements that the body page shows, each made ready for what-ifs once and kept."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy

from psoas.engine.movements import listed
from psoas.engine.types import Side
from psoas.engine.what_if import SETTINGS, Movement


@dataclass(frozen=True, slots=True)
class Shown:
    """A movement to choose. `turns`: it repeats, and the viewer goes round; `legs`: those that are known.

    `built`: it was constructed, not measured, and its feet stand still.
    """

    id: str
    name: str
    group: str
    turns: bool
    built: bool
    legs: tuple[Side, ...]


_NAMES = {
    "natural": gettext_lazy("Walking"),
    "slow": gettext_lazy("Walking slowly"),
    "fast": gettext_lazy("Walking fast"),
    "step_up": gettext_lazy("A step up"),
    "step_down": gettext_lazy("A step down"),
    "squat": gettext_lazy("Squat"),
    "sit_to_stand": gettext_lazy("Standing up from a high seat"),
    "lunge": gettext_lazy("Lunge"),
    "step_down_slow": gettext_lazy("Slow step down"),
}
_WALKING, _STEPS = gettext_lazy("Walking, measured"), gettext_lazy("Stairs, measured")
_BUILT = gettext_lazy("Constructed, not measured")
_WALK_NOTE = gettext_lazy(
    "Walking: mean of 20 healthy adults, Bovi and colleagues 2011. A mean is flatter than any one person."
)
_STEP_NOTE = gettext_lazy(
    "Steps: mean of 20 healthy adults, Bovi and colleagues 2011. Only the leg that steps was published, and "
    "it is shown while its foot is on the ground. Its knee load comes out higher than inside living knees."
)


def _shown() -> Mapping[str, Shown]:
    found = {}
    for each in listed().values():
        turns, built = each.shown_s is not None, each.kind == "constructed"
        group = _BUILT if built else _WALKING if turns else _STEPS
        name = _NAMES.get(each.id, each.title)
        found[each.id] = Shown(each.id, name, group, turns, built, each.sides)
    return found


SHOWN: Mapping[str, Shown] = _shown()
FIRST = "natural"


def duration_s(name: str) -> float:
    """How long the part that is shown lasts: a stride, or the whole."""
    window_s = listed()[name].shown_s
    time_s = prepared(name).analysis.coordinates.time_s
    return float(time_s[-1] - time_s[0]) if window_s is None else window_s[1] - window_s[0]


def note(name: str) -> str:
    """Where the movement is from, and what to keep in mind of it."""
    if SHOWN[name].built:
        return " ".join(prepared(name).analysis.notes)
    return str(_WALK_NOTE if SHOWN[name].turns else _STEP_NOTE)


_preparing = threading.Lock()
_done: set[str] = set()


@lru_cache(maxsize=len(SHOWN))
def _prepare(name: str) -> Movement:
    return listed()[name].prepare(SETTINGS, SHOWN[name].legs, None)


def prepared(name: str) -> Movement:
    """The movement ready for what-ifs: 1 s the first time (10 s for the first of all), then at once.

    One at a time: two threads that want the same movement would compute it twice.
    """
    if name in _done:
        return _prepare(name)
    with _preparing:
        found = _prepare(name)
        _done.add(name)
        return found


def ready(name: str) -> bool:
    """Whether the movement is there; if not, begin to prepare it in the background."""
    if name not in _done and not _preparing.locked():
        threading.Thread(target=prepared, args=(name,), name=f"movement-{name}", daemon=True).start()
    return name in _done
