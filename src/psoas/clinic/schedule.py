"""Fitting the lines of a plan into a week: minutes a day, days a week, rest between strength days.

Core lines come first and keep their place; what no longer fits is left out and said so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psoas.clinic.remedies import Exercise
from psoas.clinic.types import Value

USUAL_MINUTES = 25
USUAL_DAYS = 6
FIRST_WEEK_LINES = 4  # exercises to begin with; the others start in week 2
SPREAD = (0, 2, 4, 1, 5, 3, 6)  # days in the order in which they are used
PATTERNS = {
    7: ((0, 1, 2, 3, 4, 5, 6),),
    5: ((0, 1, 2, 3, 4), (1, 2, 3, 4, 5), (0, 1, 3, 4, 5)),
    4: ((0, 1, 3, 4), (0, 2, 4, 5), (1, 2, 4, 5)),
    3: ((0, 2, 4), (1, 3, 5), (0, 2, 5), (1, 3, 6)),
    2: ((0, 3), (1, 4), (2, 5), (0, 2), (0, 4), (2, 4), (3, 5)),
    1: ((0,), (2,), (4,), (1,), (3,), (5,), (6,)),
}
FEWEST = {7: 7, 5: 3, 4: 3, 3: 2, 2: 2, 1: 1}


@dataclass(frozen=True, slots=True)
class Slot:
    """A line with its days (0 Monday) and the week in which it starts."""

    role: str
    exercise: Exercise
    days: tuple[int, ...]
    first_week: int


def fit_week(
    lines: Sequence[tuple[str, Exercise]], minutes_a_day: Value | None, days_a_week: Value | None
) -> tuple[list[Slot], list[Exercise]]:
    """Days for each line, in the order given, and the lines that no longer fit.

    minutes_a_day, days_a_week: of the person; unknown means 25 minutes on up to six days.
    """
    room = USUAL_MINUTES if minutes_a_day is None else int(minutes_a_day)
    open_days = set(SPREAD[: USUAL_DAYS if days_a_week is None else int(days_a_week)])
    used = dict.fromkeys(range(7), 0)
    slots: list[Slot] = []
    too_many: list[Exercise] = []
    for role, exercise in lines:
        days = _days(exercise, open_days, used, room)
        if not days:
            too_many.append(exercise)
            continue
        for day in days:
            used[day] += exercise.minutes
        begun = sum(1 for slot in slots if slot.exercise.minutes and slot.first_week == 1)
        late = exercise.minutes > 0 and begun >= FIRST_WEEK_LINES
        slots.append(Slot(role, exercise, days, max(exercise.starts_in_week, 2 if late else 1)))
    return slots, too_many


def _days(exercise: Exercise, open_days: set[int], used: dict[int, int], room: int) -> tuple[int, ...]:
    if exercise.minutes == 0:
        return tuple(range(7))[: exercise.days_a_week] if exercise.days_a_week < 7 else tuple(range(7))
    for sessions in range(exercise.days_a_week, FEWEST[exercise.days_a_week] - 1, -1):
        for pattern in PATTERNS.get(sessions, ()):
            if open_days.issuperset(pattern) and all(used[day] + exercise.minutes <= room for day in pattern):
                return pattern
    return ()
