"""`report.html`: one self-contained page a run. No request leaves it; every chart has its table."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
import numpy as np

from psoas.engine.gait import phases
from psoas.engine.peaks import contact_of, peaks, percent, resultant_n
from psoas.engine.quality import opposition
from psoas.engine.types import Analysis, Side, Solved
from psoas.exchange import words
from psoas.exchange.body_picture import Figure, leg_figures
from psoas.exchange.charts import Band, Chart, Line, Mark, Shade, svg
from psoas.units import body_weight_n

# Mean peak resultants measured with instrumented knees, body weights, by what was done.
WALKING_IMPLANTS = (2.1, 2.61)
WALKING_SOURCE = (
    "mean peaks of instrumented knees in level walking: 2.1 (treadmill, review by D'Lima) to 2.61 "
    "(Kutzner et al. 2010, 5 people)"
)
BENDING_IMPLANTS = (2.25, 2.53)
BENDING_SOURCE = (
    "mean peaks of instrumented knees (Kutzner et al. 2010, 5 people): sitting down 2.25, standing up 2.46, "
    "knee bend 2.53"
)
PATELLA_HEALTHY = (0.5, 1.3)
PATELLA_SOURCE = "models of healthy people in walking, 0.9 +- 0.4 (Hart et al. 2022)"
_KINDS = ("weak", "short", "other")
_ANGLES = (
    ("hip_flexion", "hip flexion"),
    ("knee_angle", "knee flexion"),
    ("ankle_angle", "ankle dorsiflexion"),
)
_CLEAR = 0.02  # smaller changes of a peak are not written into the chart
_BESIDE = 6  # muscle panels of a leg, those that change most first


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The page of an example person: (kind of block, text, how sure one can be), and sources by number."""

    about: str
    blocks: tuple[tuple[str, str, str], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Demo:
    """What only the demo shows: where its movement comes from, and what was decided for its person."""

    lead: str
    person: Person | None = None


def report(analysis: Analysis, numbers: Mapping[str, Any], *, demo: Demo | None = None) -> str:
    """The page as text."""
    page = jinja2.Environment(
        loader=jinja2.PackageLoader("psoas.exchange", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html.jinja")
    conditions = [
        {
            "name": words.name_of(s.condition),
            "kind": _kind(k),
            "says": words.what_changed(analysis, s) if k else None,
        }
        for k, s in enumerate(analysis.solved)
    ]
    kinds = [_kind(k) for k in range(len(analysis.solved))]
    sides = analysis.sides if analysis.solved else ()
    return page.render(
        analysis=analysis,
        numbers=numbers,
        demo=demo,
        words=words,
        conditions=conditions,
        headline=_headline(analysis),
        figures=leg_figures(analysis, kinds),
        knee=[_panel(analysis, side, "tibiofemoral") for side in sides],
        patella=[_panel(analysis, side, "patellofemoral") for side in sides],
        muscles=[_muscles(analysis, side) for side in sides],
        checks=_checks(analysis),
        upper=_upper(analysis),
        angles=_angles(analysis),
        walking=analysis.movement == "gait",
        knee_source=WALKING_SOURCE if analysis.movement == "gait" else BENDING_SOURCE,
        patella_source=PATELLA_SOURCE,
        purpose=purpose(),
    )


def purpose() -> str:
    """What psoas is for and who has reviewed it, as the shelf of knowledge says it."""
    said = tomllib.loads((files("psoas") / "knowledge" / "purpose.toml").read_text(encoding="utf-8"))
    reviewers = said["review"]["reviewers"]
    review = said["reviewed"].format(reviewers=", ".join(reviewers)) if reviewers else said["not_reviewed"]
    return f"{said['says']} {review}"


def _kind(k: int) -> str:
    return "built" if k == 0 else _KINDS[min(k, len(_KINDS)) - 1]


def _headline(analysis: Analysis) -> str:
    """One line: the largest change, or the load as built; a doubtful run says so first."""
    says = _largest_change(analysis) or _largest_load(analysis)
    if analysis.quality.trust == "doubtful":
        return f"A doubtful run: {says[0].lower()}{says[1:]}"
    return says


def _largest_change(analysis: Analysis) -> str | None:
    """The condition that changes the knee's load most, or None without further conditions."""
    found = [(words.change(analysis, s), s) for s in analysis.solved[1:]]
    told = [(c, s) for c, s in found if c is not None]
    if not told:
        return None
    best, solved = max(told, key=lambda pair: abs(pair[0].share))
    who = words.name_of(solved.condition)
    when = "" if best.before.phase == "peak" else f" in {words.PHASES[best.before.phase]}"
    if abs(best.share) < words.HARDLY:
        return (
            f"With the {who}, the load on the knee{when} hardly changes ({best.before.bw:.1f} body weights)."
        )
    change = f"from {best.before.bw:.1f} to {best.after.bw:.1f} body weights"
    return f"With the {who}, the load on the knee{when} goes {change}."


def _largest_load(analysis: Analysis) -> str:
    if not analysis.solved:
        return "How the joints moved, and how long the muscles were."
    contacts = [contact_of(analysis.solved[0], "tibiofemoral", side) for side in analysis.sides]
    found = [peak for contact in contacts for peak in peaks(analysis, contact)]
    if not found:
        return "The load on the knee."
    highest = max(found, key=lambda p: p.n)
    when = "" if highest.phase == "peak" else f", in {words.PHASES[highest.phase]}"
    return f"The knee carries up to {highest.bw:.1f} body weights{when}."


def _axis(analysis: Analysis, side: Side) -> tuple[np.ndarray, tuple[float, float], str]:
    if analysis.movement == "gait":
        return _one_cycle(percent(analysis, side)), (0.0, 100.0), "percent of the gait cycle"
    time_s = analysis.coordinates.time_s
    return time_s, (float(time_s[0]), float(time_s[-1])), "time, s"


def _one_cycle(at: np.ndarray) -> np.ndarray:
    """Percent of the cycle that was recorded longest, and of others only what it lacks; NaN elsewhere.

    Two cycles on top of each other would draw every line twice.
    """
    cycle = np.r_[0, np.cumsum(np.diff(at) < 0)]
    shown = np.full(len(at), np.nan)
    for one in sorted(set(cycle.tolist()), key=lambda c: -np.ptp(at[cycle == c])):
        frames = np.flatnonzero(cycle == one)
        begin, end = np.nanmin(shown, initial=np.inf), np.nanmax(shown, initial=-np.inf)
        lacking = frames[(at[frames] < begin) | (at[frames] > end)]
        shown[lacking] = at[lacking]
    return shown


def _panel(analysis: Analysis, side: Side, joint: str) -> dict[str, Any]:
    """One joint of one leg: the chart, and its numbers."""
    x, reach, x_label = _axis(analysis, side)
    weight = body_weight_n(analysis.subject.mass_kg)
    loads = [resultant_n(contact_of(s, joint, side)) / weight for s in analysis.solved]
    lines = [Line(x, load, _kind(k)) for k, load in enumerate(loads)]
    bands = []
    if joint == "tibiofemoral" and analysis.band:
        others = [resultant_n(contact_of(s, joint, side)) / weight for s in analysis.band]
        inner = np.array([loads[0], *others[:-1]])
        bands = [Band(x, inner.min(axis=0), inner.max(axis=0), "choice")]
        lines = [Line(x, others[-1], "upper"), *lines]
    gait = analysis.movement == "gait"
    measured = WALKING_IMPLANTS if gait else BENDING_IMPLANTS
    word = "peaks measured in implants"
    if joint == "patellofemoral":
        measured, word = PATELLA_HEALTHY, "other models, healthy people"
    shades = [Shade(*measured, word)] if joint == "tibiofemoral" or gait else []
    title = f"{words.JOINTS[joint]} force, {words.SIDES[side]}"
    chart = Chart(
        title + ": the numbers are in the table of peaks",
        x_label,
        "body weights",
        reach,
        lines[::-1],
        bands,
        shades,
        _marks(analysis, side, joint, x),
        _spans(analysis, side),
        least_top=measured[1] * 1.1 if shades else 0.0,
    )
    return {"title": words.SIDES[side].capitalize(), "svg": svg(chart), "side": side}


def _marks(analysis: Analysis, side: Side, joint: str, x: np.ndarray) -> list[Mark]:
    """Peaks of stance as built, and those of a condition that clearly differ from them."""
    marks = []
    as_built: dict[str, float] = {}
    for k, solved in enumerate(analysis.solved):
        for peak in peaks(analysis, contact_of(solved, joint, side)):
            before = as_built.setdefault(peak.phase, peak.bw) if k == 0 else as_built.get(peak.phase, 0.0)
            if peak.phase == "swing" or (k and abs(peak.bw - before) < _CLEAR * before):
                continue
            # The peak may be of a cycle that is not drawn: its percent places it all the same.
            at = peak.percent if analysis.movement == "gait" else float(x[peak.frame])
            marks.append(Mark(at, peak.bw, f"{peak.bw:.2f}", _kind(k)))
    return marks


def _spans(analysis: Analysis, side: Side) -> list[tuple[float, float, str]]:
    """Stance and swing in percent of the cycle, as far as they were recorded."""
    if analysis.movement != "gait":
        return []
    mine = next(e for e in analysis.events if e.side == side)
    other = next((e for e in analysis.events if e.side != side), None)
    found = phases(mine, analysis.coordinates.time_s, other)
    whole = [p for p in found if p.name == "late_stance" and p.seen > 0.9]
    if not whole:
        return []
    time_s, at = analysis.coordinates.time_s, percent(analysis, side)
    off = float(np.interp(whole[0].end_s - 1e-6, time_s, at)) if np.isfinite(at).all() else 62.0
    return [(0.0, off, "stance"), (off, 100.0, "swing")] if 40.0 < off < 80.0 else []


def _muscles(analysis: Analysis, side: Side) -> dict[str, Any]:
    """Small charts of the muscle groups that matter at this knee, and a table of their peaks."""
    x, reach, x_label = _axis(analysis, side)
    forces = [words.summed(s, side) for s in analysis.solved]
    first = ["iliopsoas", "rectus femoris", "vasti", "gastrocnemius"]
    moved = {
        w: max((float(np.nanmax(np.abs(f[w] - forces[0][w]))) for f in forces[1:]), default=0.0)
        for w in forces[0]
    }
    rest = sorted((w for w in forces[0] if w not in first), key=lambda w: -moved[w])
    panels = []
    for word in [w for w in first if w in forces[0]] + rest[: _BESIDE - len(first)]:
        chart = Chart(
            f"{word}, {words.SIDES[side]}: force in newtons; peaks in the table below",
            x_label,
            "N",
            reach,
            [Line(x, f[word], _kind(k)) for k, f in enumerate(forces)][::-1],
            size=(300, 170),
            least_top=200.0,
        )
        group = {"iliopsoas": "psoas", "rectus femoris": "quads", "vasti": "quads"}.get(word, "others")
        panels.append({"name": word, "group": group, "svg": svg(chart)})
    table = {w: [float(np.nanmax(f[w])) for f in forces] for w in forces[0]}
    return {"title": words.SIDES[side].capitalize(), "panels": panels, "table": table, "x_label": x_label}


def _upper(analysis: Analysis) -> list[dict[str, Any]]:
    """Late-stance (or only) peaks as built under every cost: the band of what the cost decides."""
    rows = []
    for solved in (*analysis.solved[:1], *analysis.band):
        for side in analysis.sides:
            found = peaks(analysis, contact_of(solved, "tibiofemoral", side))
            chosen = [p for p in found if p.phase in ("late_stance", "peak")]
            if chosen:
                rows.append({"cost": _cost(solved), "side": words.SIDES[side], "bw": chosen[0].bw})
    return rows


def _cost(solved: Solved) -> str:
    if solved.sharing == "default":
        return "gastrocnemius weighted 3 (the default)"
    if solved.sharing == "unweighted":
        return "unweighted: the upper reference"
    return solved.sharing.replace("gastrocnemius_", "gastrocnemius weighted ").replace("_", " ")


def _checks(analysis: Analysis) -> list[tuple[str, str]]:
    """The quality panel: what was measured about the run itself."""
    quality = analysis.quality
    rows = []
    if quality.marker_rms_m is not None:
        rows.append(("Markers from the body, RMS", f"{1000 * quality.marker_rms_m:.0f} mm"))
    for name, both, unit in (
        ("Residual force at the pelvis", quality.residual_force_n, "N"),
        ("Residual moment at the pelvis", quality.residual_moment_nm, "N.m"),
        ("Left to reserves", quality.reserve_nm, "N.m"),
    ):
        if both is not None:
            digits = 2 if name.startswith("Left") else 0
            rows.append(
                (name, f"{both['rms']:.{digits}f} {unit} RMS, {both['max']:.{digits}f} {unit} at most")
            )
    if analysis.solved:
        rows.append(("Frames not solved", f"{quality.frames_not_solved}"))
    for side in analysis.sides if analysis.solved else ():
        for peak in peaks(analysis, contact_of(analysis.solved[0], "tibiofemoral", side)):
            if peak.phase == "late_stance":
                rectus, calf, net = opposition(analysis, side, peak.frame)
                rows.append(
                    (
                        f"Knee moments at the late-stance peak, {words.SIDES[side]}",
                        f"rectus femoris {rectus:+.0f}, gastrocnemii {calf:+.0f}, net {net:+.0f} N.m "
                        "(extension +)",
                    )
                )
    return rows


def _angles(analysis: Analysis) -> list[tuple[str, str]]:
    """Ranges of the joint angles and of the iliopsoas' length: what there is to tell without forces."""
    rows = []
    for side in analysis.sides:
        for dof, word in _ANGLES:
            name = f"{dof}_{side}"
            if name in analysis.coordinates.names:
                value = np.rad2deg(analysis.coordinates.value[:, analysis.coordinates.names.index(name)])
                rows.append(
                    (f"{word}, {words.SIDES[side]}", f"{value.min():.0f} to {value.max():.0f} degrees")
                )
        for muscle in ("iliacus", "recfem"):
            length = (
                1000.0 * analysis.geometry.length_m[:, analysis.body.muscles.names.index(f"{muscle}_{side}")]
            )
            rows.append(
                (f"{muscle} length, {words.SIDES[side]}", f"{length.min():.0f} to {length.max():.0f} mm")
            )
    return rows


def standalone_figures(analysis: Analysis) -> str:
    """The leg under each condition side by side as one .svg of its own, colours written in (README)."""
    return strip(leg_figures(analysis, [_kind(k) for k in range(len(analysis.solved))]))


def strip(figures: Sequence[Figure]) -> str:
    """Figures side by side as one .svg of its own, each with its number and its title under it."""
    wide, high, below = 344, 472, 74
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide * len(figures)} {high + below}">'
        "<style>rect{fill:#faf7f0}text{font:600 34px Georgia,serif;fill:#2a241d;text-anchor:middle}"
        ".name{font:17px Georgia,serif}.weak,.short,.other{fill:#c4271b}.bone{fill:#e9e1d0;stroke:#b9ac94}"
        ".far{opacity:.4}.psoas{fill:#c4271b}.quads{fill:#d5811c}.others{fill:#b98a7c;opacity:.8}</style>"
        f'<rect width="{wide * len(figures)}" height="{high + below}"/>'
    ]
    for k, figure in enumerate(figures):
        inner = figure.svg.replace("<svg ", f'<svg x="{k * wide}" y="0" width="{wide}" height="{high}" ', 1)
        middle = wide * (k + 0.5)
        parts.append(
            f'{inner}<text class="{figure.kind}" x="{middle:.0f}" y="{high + 34}">{figure.says}</text>'
        )
        parts.append(f'<text class="name" x="{middle:.0f}" y="{high + 60}">{figure.title}</text>')
    return "".join([*parts, "</svg>"])
