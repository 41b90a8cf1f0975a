"""Every measure over the weeks as a curve and a table; inside its error nothing has changed."""

from datetime import timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from psoas.clinic.progress import Measure, changed
from psoas.exchange.charts import Chart, Line, Mark, Shade, svg
from psoas.web.presenters.check_in import VERDICTS
from psoas.web.presenters.journal import WEEK_DAYS, Run
from psoas.web.presenters.page import shelf, sure

FIRST_WEEKS = 6  # shown from the beginning, so that a curve does not jump about
SIDE_ROOM_WEEKS = 0.3  # for the numbers of the first and the last point


def curves(run: Run) -> list[dict[str, Any]]:
    """The measures that were taken at least once, those that decide first."""
    found = []
    for name, measure in shelf().measures.items():
        points = [(each.day, each.values[name]) for each in run.check_ins if name in each.values]
        if points:
            found.append(_curve(run, measure, points))
    return sorted(found, key=lambda each: not each["decides"])


def _curve(run: Run, measure: Measure, points: list[tuple[int, float]]) -> dict[str, Any]:
    first = points[0][1]
    rows = [
        {
            "day": run.began + timedelta(days=day),
            "value": value,
            "words": "" if k == 0 else VERDICTS[changed(measure, first, value).verdict],
        }
        for k, (day, value) in enumerate(points)
    ]
    return {
        "id": measure.id,
        "name": measure.name,
        "unit": measure.unit,
        "decides": measure.decides,
        "counts_from": measure.counts_from,
        "svg": svg(_chart(measure, points)),
        "rows": rows,
        "says": _says(measure, points),
        "sure": sure(measure.grade, measure.sources),
    }


def _says(measure: Measure, points: list[tuple[int, float]]) -> str:
    if len(points) < 2:
        return _("One value so far. The next check-in adds one.")
    moved = changed(measure, points[0][1], points[-1][1])
    words = {
        "improved": _("From %(first)s to %(last)s %(unit)s: better."),
        "unchanged": _("From %(first)s to %(last)s %(unit)s: no sure change."),
        "worse": _("From %(first)s to %(last)s %(unit)s: worse."),
    }[moved.verdict]
    numbers = {"first": f"{points[0][1]:.3g}", "last": f"{points[-1][1]:.3g}", "unit": measure.unit}
    return words % numbers


def _chart(measure: Measure, points: list[tuple[int, float]]) -> Chart:
    weeks = np.array([day / WEEK_DAYS for day, _value in points])
    values = np.array([value for _day, value in points])
    first, counts = float(values[0]), measure.counts_from
    last_week = max(FIRST_WEEKS, int(np.ceil(weeks[-1])))
    every = max(1, last_week // FIRST_WEEKS)
    title = ngettext("%(name)s over %(n)s check-in", "%(name)s over %(n)s check-ins", len(points)) % {
        "name": measure.name,
        "n": len(points),
    }
    return Chart(
        title=title,
        x_label=_("weeks since the start"),
        y_label=measure.unit,
        x_range=(-SIDE_ROOM_WEEKS, last_week + SIDE_ROOM_WEEKS),
        x_ticks=[float(week) for week in range(0, last_week + 1, every)],
        lines=[Line(weeks, values, measure.id)],
        shades=[Shade(first - counts, first + counts, _("no sure change"), below=measure.better == "higher")],
        marks=[Mark(float(x), float(y), f"{y:.3g}", measure.id) for x, y in zip(weeks, values, strict=True)],
        y_range=_range(measure, values),
    )


def _range(measure: Measure, values: np.ndarray) -> tuple[float, float]:
    """A scale from 0 to 10 is drawn whole; others with room for the error on both sides."""
    if measure.most - measure.least <= 10:
        return measure.least, measure.most
    room = 1.3 * measure.counts_from
    return max(float(values.min()) - room, measure.least), min(float(values.max()) + room, measure.most)
