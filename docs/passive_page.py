"""docs/passive.svg and its table: measured passive moments, the body's before and after calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from psoas.engine.body import load_body
from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL
from psoas.engine.measured_moments import STUDIES, Curve, measured_curves
from psoas.engine.passive_moments import passive_moment

WIDE, HIGH, LEFT, TOP, ROW = 250, 168, 44, 34, 236
COLUMNS = 4
STYLE = (
    "rect{fill:#faf7f0}text{font:13px Georgia,serif;fill:#2a241d}.title{font-weight:600}.end{text-anchor:end}"
    ".middle{text-anchor:middle}.axis{stroke:#b9ac94;fill:none}.grid{stroke:#e9e1d0}"
    ".before{stroke:#8a8072;stroke-dasharray:5 4;fill:none;stroke-width:2}"
    ".after{stroke:#c4271b;fill:none;stroke-width:2.5}.one{fill:#2a241d}.two{fill:#faf7f0;stroke:#2a241d}"
)
_MOVING = {"hip": 0, "knee": 1, "ankle": 2}


@dataclass(frozen=True)
class Panel:
    """The curves of one joint in the same postures, with what the body makes before and after."""

    title: str
    angle_deg: np.ndarray
    measured: Sequence[Curve]
    before: np.ndarray
    after: np.ndarray


def passive_picture() -> str:
    """Small multiples: angle of the moving joint across, passive moment up."""
    panels = [_panel(list(curves)) for _, curves in groupby(measured_curves(), key=_held)]
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * (WIDE + LEFT) + 16, rows * ROW + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Passive moments of hip, knee and ankle: two studies, the body before and after">'
        f'<style>{STYLE}</style><rect width="{width}" height="{height}"/>'
    ]
    for k, panel in enumerate(panels):
        x, y = LEFT + (k % COLUMNS) * (WIDE + LEFT), TOP + (k // COLUMNS) * ROW
        parts.append(f'<g transform="translate({x} {y})">{"".join(_drawn(panel))}</g>')
    parts.append(_legend(height - 26))
    return "".join([*parts, "</svg>"])


def passive_table() -> str:
    """RMS misfit by joint, N.m, of both published bodies before and after."""
    lines = ["| body | passive curves | hip | knee | ankle |", "| --- | --- | --- | --- | --- |"]
    for model in (DEFAULT_MODEL, SECOND_MODEL):
        for passive in ("published", "calibrated"):
            body = load_body(model=model, passive=passive)  # type: ignore[arg-type]
            off: dict[str, list[np.ndarray]] = {}
            for c in measured_curves():
                made = passive_moment(body, c.joint, c.posture_rad)
                off.setdefault(c.joint, []).append(made - c.moment_nm)
            cells = (f"{np.sqrt(np.mean(np.concatenate(off[j]) ** 2)):.1f}" for j in _MOVING)
            lines.append(f"| {model} | {passive} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _held(curve: Curve) -> tuple[str, ...]:
    """Joint and the angles that stay: the two studies of a panel have the same."""
    degrees = np.degrees(curve.posture_rad[0]).round() + 0.0
    names = ("hip", "knee", "ankle")
    return (
        curve.joint,
        *(f"{n} {d:.0f}°" for n, d in zip(names, degrees, strict=True) if n != curve.joint),
    )


def _panel(curves: Sequence[Curve]) -> Panel:
    first = curves[0]
    joint, *held = _held(first)
    made = {
        passive: passive_moment(load_body(passive=passive), joint, first.posture_rad)  # type: ignore[arg-type]
        for passive in ("published", "calibrated")
    }
    angle = np.degrees(first.posture_rad[:, _MOVING[joint]])
    return Panel(f"{joint} ({', '.join(held)})", angle, curves, made["published"], made["calibrated"])


def _drawn(p: Panel) -> Iterator[str]:
    values = np.concatenate([p.after, *(c.moment_nm for c in p.measured)])
    step = next(s for s in (5, 10, 20, 40) if np.ptp(values) / s <= 5)
    low, high = step * np.floor(values.min() / step), step * np.ceil(values.max() / step)

    def x(angle: float) -> float:
        return WIDE * (angle - p.angle_deg[0]) / np.ptp(p.angle_deg)

    def y(moment: float) -> float:
        return float(HIGH * (high - np.clip(moment, low, high)) / (high - low))

    def path(kind: str, moment: np.ndarray) -> str:
        inside = np.flatnonzero((moment >= low) & (moment <= high))
        shown = slice(max(inside[0] - 1, 0), inside[-1] + 2)  # to the edge where it leaves the panel
        points = [f"{x(a):.1f} {y(m):.1f}" for a, m in zip(p.angle_deg[shown], moment[shown], strict=True)]
        return f'<path class="{kind}" d="M{"L".join(points)}"/>'

    yield f'<text class="title" x="0" y="-10">{p.title}</text>'
    for tick in np.arange(low, high + 1e-9, step):
        kind = "axis" if tick == 0.0 else "grid"
        yield f'<line class="{kind}" x1="0" x2="{WIDE}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield f'<text class="end" x="-6" y="{y(tick) + 4:.1f}">{tick:.0f}</text>'
    for angle in (p.angle_deg[0], p.angle_deg[-1]):
        anchor = "end" if angle == p.angle_deg[-1] else "start"
        yield f'<text class="{anchor}" x="{x(angle):.1f}" y="{HIGH + 17}">{angle:.0f}°</text>'
    yield path("before", p.before) + path("after", p.after)
    for curve in p.measured:
        kind = "one" if curve.study == STUDIES[0] else "two"
        for angle, moment in zip(p.angle_deg, curve.moment_nm, strict=True):
            yield f'<circle class="{kind}" cx="{x(angle):.1f}" cy="{y(moment):.1f}" r="2.6"/>'


def _legend(y: float) -> str:
    words = (
        ("one", f"measured: {STUDIES[0]}"),
        ("two", f"measured: {STUDIES[1]}"),
        ("before", "the body with published curves"),
        ("after", "calibrated"),
    )
    parts = []
    for k, (kind, says) in enumerate(words):
        x = LEFT + k * 270
        sign = (
            f'<circle class="{kind}" cx="{x + 14}" cy="{y - 4}" r="3.4"/>'
            if kind in ("one", "two")
            else f'<path class="{kind}" d="M{x} {y - 4}h28"/>'
        )
        parts.append(f'{sign}<text x="{x + 36}" y="{y}">{says}</text>')
    note = "passive moment, N.m; positive flexes hip and knee, dorsiflexes the ankle"
    return "".join([*parts, f'<text x="{LEFT}" y="{y + 20}">{note}</text>'])
