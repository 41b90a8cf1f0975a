"""Every movement that can be asked about, in one list: measured means, constructed ones, recordings.

A door lists them (`listed`), prepares one for what-ifs (`prepare`) or solves it to look at (`solve`), without
knowing of which kind it is. A recording joins the list as `recording(...)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from psoas.engine.constructed import Constructed, constructed, constructed_movement
from psoas.engine.normative import MOVEMENTS, Normative, normative_walk
from psoas.engine.pipeline import BOTH, Progress, analyse
from psoas.engine.types import Analysis, Body, Condition, Side, Subject, Trial
from psoas.engine.what_if import Movement, Setting, built_movement, normative_movement, recorded_movement

Kind = Literal["measured", "constructed", "recording"]
Prepare = Callable[[Sequence[Setting], tuple[Side, ...], Progress | None], Movement]
Solve = Callable[[Sequence[Condition]], Analysis]

_BOVI = "mean of 20 healthy adults, Bovi et al. 2011, doi:10.1016/j.gaitpost.2010.08.009"


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A movement by id, with what it is and where it is from; `sides` are the legs that it tells about.

    `shown_s` is the part to look at: one stride of a walk, all of anything else (None).
    """

    id: str
    title: str
    kind: Kind
    source: str
    sides: tuple[Side, ...]
    shown_s: tuple[float, float] | None
    prepare: Prepare
    solve: Solve


@lru_cache(maxsize=1)
def listed() -> Mapping[str, Listed]:
    """The built-in movements by id: measured means first, then the constructed ones."""
    measured = [_measured(id, movement) for id, movement in MOVEMENTS.items()]
    built = [_built(movement) for movement in constructed().values()]
    return {one.id: one for one in (*measured, *built)}


def recording(
    id: str, title: str, trial: Trial, subject: Subject, body: Body, *, model: Path | None = None
) -> Listed:
    """A recording of the person's own, on the person's body, as one of the list."""

    def prepare(settings: Sequence[Setting], sides: tuple[Side, ...], tell: Progress | None) -> Movement:
        return recorded_movement(trial, subject, body, settings, model=model, sides=sides, progress=tell)

    def solve(conditions: Sequence[Condition]) -> Analysis:
        return analyse(trial, subject, body, conditions)

    source = ", ".join(source.path.name for source in trial.sources)
    return Listed(id, title, "recording", source, BOTH, None, prepare, solve)


def _measured(id: str, movement: Normative) -> Listed:
    def prepare(settings: Sequence[Setting], sides: tuple[Side, ...], tell: Progress | None) -> Movement:
        return normative_movement(movement, settings, sides=sides, progress=tell)

    def solve(conditions: Sequence[Condition]) -> Analysis:
        return normative_walk(conditions, movement=movement)

    title = movement.says[0].upper() + movement.says[1:]
    sides: tuple[Side, ...] = BOTH if movement.cyclic else ("r",)
    shown = (0.0, movement.stride_s) if movement.cyclic else None
    return Listed(id, title, "measured", _BOVI, sides, shown, prepare, solve)


def _built(movement: Constructed) -> Listed:
    def prepare(settings: Sequence[Setting], sides: tuple[Side, ...], tell: Progress | None) -> Movement:
        return built_movement(movement, settings, sides=sides, progress=tell)

    def solve(conditions: Sequence[Condition]) -> Analysis:
        return constructed_movement(movement, conditions)

    return Listed(
        movement.id, movement.title, "constructed", movement.source, movement.sides, None, prepare, solve
    )
