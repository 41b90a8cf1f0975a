"""The movements that the body page shows, each made ready for what-ifs once and kept."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy

from psoas.engine.normative import MOVEMENTS, Normative
from psoas.engine.what_if import Movement, normative_movement


@dataclass(frozen=True, slots=True)
class Shown:
    """A movement to choose. `turns`: it repeats, and the viewer goes round; `legs`: whose bones are known."""

    id: str
    name: str
    group: str
    note: str
    duration_s: float
    turns: bool
    legs: tuple[str, ...]
    prepare: Callable[[], Movement]


_WALKING, _STEPS = gettext_lazy("Walking"), gettext_lazy("Stairs")
_WALK_NOTE = gettext_lazy(
    "Walking: mean of 20 healthy adults, Bovi and colleagues 2011. A mean is flatter than any one person."
)
_STEP_NOTE = gettext_lazy(
    "Steps: mean of 20 healthy adults, Bovi and colleagues 2011. Only the leg that steps was published, and "
    "it is shown while its foot is on the ground. Its knee load comes out higher than inside living knees."
)


def _walk(id_: str, name: str) -> Shown:
    return _shown(id_, name, _WALKING, _WALK_NOTE, MOVEMENTS[id_])


def _step(id_: str, name: str) -> Shown:
    return _shown(id_, name, _STEPS, _STEP_NOTE, MOVEMENTS[id_])


def _shown(id_: str, name: str, group: str, note: str, of: Normative) -> Shown:
    lasts = of.stride_s if of.cyclic else of.stride_s * of.stance_percent / 100.0
    legs = ("r", "l") if of.cyclic else ("r",)
    return Shown(id_, name, group, note, lasts, of.cyclic, legs, lambda: normative_movement(of))


SHOWN: Mapping[str, Shown] = {
    each.id: each
    for each in (
        _walk("natural", gettext_lazy("Walking")),
        _walk("slow", gettext_lazy("Walking slowly")),
        _walk("fast", gettext_lazy("Walking fast")),
        _step("step_up", gettext_lazy("A step up")),
        _step("step_down", gettext_lazy("A step down")),
    )
}
FIRST = "natural"

_preparing = threading.Lock()
_done: set[str] = set()


@lru_cache(maxsize=len(SHOWN))
def _prepare(name: str) -> Movement:
    return SHOWN[name].prepare()


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
