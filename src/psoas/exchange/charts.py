"""Line charts as inline SVG: colours by class, so one drawing serves light, dark and paper.

Every chart names itself for a screen reader; the numbers stand in a table beside it (report.html.jinja).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from jaxtyping import Float

Values = Float[np.ndarray, "point"]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve; NaN breaks it, and so does x running back (a second cycle). `kind` is a class of the page."""

    x: Values
    y: Values
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The area between two curves."""

    x: Values
    low: Values
    high: Values
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """A range of values across the whole chart, with its name above it, or below."""

    low: float
    high: float
    says: str
    below: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A point with a number beside it."""

    x: float
    y: float
    says: str
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """What is drawn. `spans` are named stretches of the x axis (stance, swing), drawn under it.

    y_range: from where to where, for a scale with ends of its own or with values below zero; else from zero.
    x_ticks: where the x axis carries numbers; else evenly.
    """

    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    lines: Sequence[Line]
    bands: Sequence[Band] = ()
    shades: Sequence[Shade] = ()
    marks: Sequence[Mark] = ()
    spans: Sequence[tuple[float, float, str]] = field(default_factory=tuple)
    size: tuple[int, int] = (520, 340)
    least_top: float = 0.0
    y_range: tuple[float, float] | None = None
    x_ticks: Sequence[float] = ()


def svg(chart: Chart) -> str:
    """The chart as one <svg> element without any size of its own: it fills what holds it."""
    return _Drawing(chart).text()


class _Drawing:
    """Turns values into places. Small charts (under 400 wide) carry fewer words."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.width, self.height = chart.size
        self.small = self.width < 400
        self.left = 34 if self.small else 40
        self.right = self.width - (8 if self.small else 12)
        self.top = 12 if self.small else 30
        self.bottom = self.height - (24 if self.small else 62 if chart.spans else 46)
        if chart.y_range is None:
            tops = (float(np.nanmax(c.y)) for c in chart.lines if np.isfinite(c.y).any())
            self.ticks = nice_ticks(max([chart.least_top, *tops]) * 1.08)
        else:
            self.ticks = ticks_between(*chart.y_range)
        self.y_low, self.y_top = self.ticks[0], self.ticks[-1]

    def text(self) -> str:
        c = self.chart
        parts = [
            f'<svg viewBox="0 0 {self.width} {self.height}" class="chart{" small" if self.small else ""}" '
            f'role="img" aria-label="{escape(c.title, quote=True)}">'
        ]
        parts += [self._shade(s) for s in c.shades]
        parts += self._axes()
        parts += [f'<path class="band {b.kind}" d="{self._area(b)}"/>' for b in c.bands]
        parts += [f'<path class="line {k.kind}" d="{self._path(k.x, k.y)}"/>' for k in c.lines]
        parts += self._marks()
        return "".join([*parts, "</svg>"])

    def x(self, value: float) -> float:
        low, high = self.chart.x_range
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value: float) -> float:
        part = (value - self.y_low) / (self.y_top - self.y_low)
        return self.bottom - part * (self.bottom - self.top)

    def _axes(self) -> list[str]:
        parts = []
        for tick in self.ticks:
            y = self.y(tick)
            kind = "axis" if tick == 0 else "grid"
            parts.append(
                f'<line class="{kind}" x1="{self.left}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
            parts.append(_text("tick", self.left - 6, y + 4, f"{tick:g}", "end"))
        low, high = self.chart.x_range
        for value in self.chart.x_ticks or np.linspace(low, high, 3 if self.small else 6):
            whole = high - low > 10 or self.chart.x_ticks
            word = f"{value:.0f}" if whole else f"{value:.2g}"
            parts.append(_text("tick", self.x(value), self.bottom + 17, word))
        if not self.small:
            parts.append(_text("label", 4, 14, self.chart.y_label, "start"))
            middle = (self.left + self.right) / 2
            below = self.height - 6
            parts.append(_text("label", middle, below, self.chart.x_label))
            parts += [self._span(*span) for span in self.chart.spans]
        return parts

    def _span(self, begin: float, end: float, word: str) -> str:
        x, wide, y = self.x(begin), self.x(end) - self.x(begin), self.bottom + 22
        return (
            f'<rect class="span {word}" x="{x:.1f}" y="{y}" width="{max(wide - 1, 0):.1f}" height="14"/>'
            + _text("span-word", x + wide / 2, y + 11, word)
        )

    def _shade(self, shade: Shade) -> str:
        top, low = min(shade.high, self.y_top), max(shade.low, self.y_low)
        y, high = self.y(top), self.y(low) - self.y(top)
        word_y = y + high + 14 if shade.below else y - 5
        return (
            f'<rect class="shade" x="{self.left}" y="{y:.1f}" width="{self.right - self.left}" '
            f'height="{high:.1f}"/>' + _text("shade-word", self.right - 5, word_y, shade.says, "end")
        )

    def _path(self, x: Values, y: Values) -> str:
        words, pen_down = [], False
        for k in range(len(x)):
            if not (np.isfinite(x[k]) and np.isfinite(y[k])):
                pen_down = False
                continue
            if k and x[k] < x[k - 1]:
                pen_down = False
            words.append(f"{'L' if pen_down else 'M'}{self.x(x[k]):.1f} {self.y(y[k]):.1f}")
            pen_down = True
        return "".join(words)

    def _area(self, band: Band) -> str:
        """One closed shape for each stretch in which x runs forward."""
        finite = np.isfinite(band.x) & np.isfinite(band.low) & np.isfinite(band.high)
        breaks = np.flatnonzero(np.diff(np.where(finite, band.x, np.nan)) < 0) + 1
        shapes = []
        for piece in np.split(np.arange(len(band.x)), breaks):
            piece = piece[finite[piece]]
            if len(piece) < 2:
                continue
            there = [f"{self.x(band.x[k]):.1f} {self.y(band.high[k]):.1f}" for k in piece]
            back = [f"{self.x(band.x[k]):.1f} {self.y(band.low[k]):.1f}" for k in piece[::-1]]
            shapes.append("M" + "L".join([*there, *back]) + "Z")
        return "".join(shapes)

    def _marks(self) -> list[str]:
        """Points and their numbers; a number moves up where another one already stands."""
        parts: list[str] = []
        taken: list[tuple[float, float]] = []
        for mark in sorted(self.chart.marks, key=lambda m: m.y):
            x, y = self.x(mark.x), self.y(mark.y)
            word_y = y - 9
            while any(abs(x - other_x) < 44 and abs(word_y - other_y) < 15 for other_x, other_y in taken):
                word_y -= 5
            taken.append((x, word_y))
            parts.append(f'<circle class="mark {mark.kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>')
            parts.append(_text(f"mark-word {mark.kind}", x, word_y, mark.says))
        return parts


def _text(kind: str, x: float, y: float, word: str, anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(word)}</text>'


def nice_ticks(highest: float) -> list[float]:
    """Round values from 0 to at least `highest`, four to six of them."""
    if highest <= 0:
        return [0.0, 1.0]
    step = next(s for s in _steps(highest) if highest / s <= 5)
    return [round(step * k, 10) for k in range(int(np.ceil(highest / step)) + 1)]


def ticks_between(low: float, high: float) -> list[float]:
    """Round values from at most `low` to at least `high`, four to eight of them."""
    step = next(s for s in _steps(high - low) if (high - low) / s <= 5)
    first, last = int(np.floor(low / step)), int(np.ceil(high / step))
    return [round(step * k, 10) for k in range(first, max(last, first + 1) + 1)]


def _steps(wide: float) -> list[float]:
    power = float(10.0 ** np.floor(np.log10(max(wide, 1e-9) / 4)))
    return [step * power for step in (1, 2, 2.5, 5, 10)]
