"""The adapted movement of a what-if in words and as JSON: what moves differently, what it loads, how sure."""

from collections.abc import Mapping, Sequence
from typing import Any

from psoas.engine.adapted_what_if import AdaptedWhatIf, LoadBand, NotAdapted, PostureBand, Verdict
from psoas.engine.cyclic_change import STRIDE
from psoas.engine.types import Side
from psoas.exchange.words import PHASES, SIDES

POSSIBLE = (
    "Adapted means the smallest smooth change of the walk that keeps stretch and effort near what they were, "
    "feet on the floor, forces balanced. It is a possibility that was computed, not a prediction: people "
    "differ in what they avoid, and it was not checked against people with short hip flexors."
)
VERDICTS: Mapping[Verdict, str] = {
    "robust": "robust",
    "same_direction": "direction agrees, size does not",
    "unclear": "no clear change",
}
_OF: Mapping[str, str] = {
    "hip_extension": "hip extension, most",
    "knee_flexion_late": "knee flexion late in stance, least",
    "ankle_dorsiflexion_late": "ankle dorsiflexion, most",
    "pelvis_forward_tilt": "pelvis tilted forward, mean",
    "lumbar_extension": "low back arched, mean",
    "trunk_forward_lean": "trunk leaning forward, mean",
    STRIDE: "stride",
    "tibiofemoral": "knee",
    "patellofemoral": "kneecap",
    "iliopsoas": "hip flexor (iliopsoas)",
    "rectus_femoris": "rectus femoris",
    "gastrocnemius": "gastrocnemius",
}
_SAYS: Mapping[str, tuple[str, str]] = {
    "hip_extension": ("the hip extends {} further", "the hip extends {} less"),
    "knee_flexion_late": (
        "the knee stays {} more bent late in stance",
        "the knee is {} straighter late in stance",
    ),
    "ankle_dorsiflexion_late": ("the ankle bends up {} more", "the ankle bends up {} less"),
    "pelvis_forward_tilt": ("the pelvis tilts {} further forward", "the pelvis tilts {} less forward"),
    "lumbar_extension": ("the low back arches {} more", "the low back arches {} less"),
    "trunk_forward_lean": ("the trunk leans {} further forward", "the trunk leans {} less forward"),
    STRIDE: ("the stride is {} longer", "the stride is {} shorter"),
}
_PULL_N = 10.0  # less of it is not spoken of
_ALIKE, _ALIKE_DEG = 0.03, 1.0  # sides whose changes differ by less are told as one
_JOINTS = ("tibiofemoral", "patellofemoral")


def adapted_json(found: AdaptedWhatIf | NotAdapted) -> dict[str, Any]:
    """Everything that was computed of the adapted movement, or the reason why there is none."""
    if isinstance(found, NotAdapted):
        return {"found": False, "reason": found.reason}
    checks = found.adapted.checks
    return {
        "found": True,
        "variants": list(found.variants),
        "not_converged": list(found.failed),
        "postures": [
            {
                "of": band.of,
                "side": band.side,
                "unit": "m" if band.of == STRIDE else "deg",
                "before": None if band.of == STRIDE else round(band.before, 3),
                "after": None if band.of == STRIDE else round(band.after, 3),
                "change": {v: round(x, 4) for v, x in zip(found.variants, band.change, strict=True)},
                "low": round(min(band.change), 4),
                "high": round(max(band.change), 4),
                "says": VERDICTS[band.verdict],
            }
            for band in found.postures
        ],
        "loads": [
            {
                "side": band.place.side,
                "of": band.place.of,
                "phase": band.place.phase,
                "as_built_n": float(f"{band.before_n:.6g}"),
                "unchanged": round(band.unchanged, 5),
                "change": {v: round(x, 5) for v, x in zip(found.variants, band.change, strict=True)},
                "low": round(min(band.change), 5),
                "high": round(max(band.change), 5),
                "says": VERDICTS[band.verdict],
            }
            for band in found.loads
        ],
        "passive_pull_n": {
            side: dict(zip(("as_built", "unchanged", "adapted"), (round(x, 1) for x in pull), strict=True))
            for side, pull in found.pull_n.items()
        },
        "checks": {
            "steps": checks.steps,
            "slip_m": float(f"{checks.slip_m:.3g}"),
            "residual_force_n": float(f"{checks.residual_force_n:.3g}"),
            "residual_moment_nm": float(f"{checks.residual_moment_nm:.3g}"),
            "pressure_off_sole_m": float(f"{checks.off_sole_m:.3g}"),
            "held_down_n": float(f"{checks.held_down_n:.3g}"),
        },
        "says": adapted_sentence(found),
        "note": POSSIBLE,
    }


def adapted_text(found: AdaptedWhatIf | NotAdapted) -> list[str]:
    """For people: what moves differently, what it loads, one sentence; a list of lines."""
    if isinstance(found, NotAdapted):
        return ["Movement adapted", "", f"None is told. {found.reason}"]
    lines = ["Movement adapted", ""]
    lines.append(f"  {'':<40}{'before':>8}{'adapted':>9}{'change':>9}   in all variants")
    lines += [_posture_line(band, side) for band, side in _merged(found.postures)]
    lines.append(f"  {'largest force (body weights)':<40}{'as built':>8}{'adapted':>9}{'change':>9}")
    lines += [_load_line(band, side) for band, side in _merged(found.loads)]
    lines += ["", adapted_sentence(found), "", POSSIBLE]
    lines.append(
        f"Variants: {len(found.variants)} bodies, settings and weights (docs/explanation/adapted.md). "
        "Robust: one direction in all of them, and larger than what they disagree about."
    )
    if found.failed:
        lines.append(f"No answer, so nothing is called clear: {', '.join(found.failed)}.")
    return lines


def adapted_sentence(found: AdaptedWhatIf) -> str:
    """What moves and loads differently whichever way it is computed."""
    said = [_told(band, side) for band, side in _merged(found.postures) if band.verdict != "unclear"]
    side, (was, unchanged, now) = max(found.pull_n.items(), key=lambda item: item[1][1])
    parts = [f"If the walk adapts, {'; '.join(said) if said else 'nothing clearly moves otherwise'}."]
    if unchanged - was > _PULL_N:
        parts.append(
            f"The {SIDES[side]} hip flexor, stretched, then pulls with at most {now:.0f} N, in the movement "
            f"unchanged with {unchanged:.0f} N, as built with {was:.0f} N."
        )
    loads = [
        _told(band, who)
        for band, who in _merged(found.loads)
        if isinstance(band, LoadBand) and band.place.of in _JOINTS and band.verdict == "robust"
    ]
    if loads:
        parts.append(f"Whichever way it is computed, {'; '.join(loads)}.")
    else:
        parts.append("No change of the load on knee or kneecap holds whichever way it is computed.")
    return " ".join(parts)


def _told(band: PostureBand | LoadBand, side: str) -> str:
    low, high = sorted(abs(x) for x in (min(band.change), max(band.change)))
    size = abs(band.change[0])
    if isinstance(band, LoadBand):
        joint = f"each {_OF[band.place.of]}" if side == "both" else f"the {side} {_OF[band.place.of]}"
        when = "" if band.place.phase == "peak" else f" in {PHASES[band.place.phase]}"
        way = "rises" if band.change[0] > 0 else "falls"
        to = band.before_bw * (1.0 + band.change[0])
        return (
            f"the load on {joint}{when} {way} by {100 * size:.0f} % ({100 * low:.0f} to {100 * high:.0f} %), "
            f"to {to:.1f} body weights"
        )
    if band.of == STRIDE:
        amount = f"{100 * size:.0f} cm ({100 * low:.0f} to {100 * high:.0f})"
    else:
        amount = f"{size:.0f} {'degree' if round(size) == 1 else 'degrees'} ({low:.0f} to {high:.0f})"
    words = _SAYS[band.of][0 if band.change[0] > 0 else 1].format(amount)
    joint = words.split()[1]
    whose = "each" if side == "both" else f"the {side}"
    return words.replace("the", whose, 1) if joint in ("hip", "knee", "ankle") else words


def _posture_line(band: PostureBand | LoadBand, side: str) -> str:
    assert isinstance(band, PostureBand)
    name = _OF[band.of] + (f", {side}" if band.side else "")
    times, unit = (100.0, "cm") if band.of == STRIDE else (1.0, "deg")
    before, after = ("", "") if band.of == STRIDE else (f"{round(x)}" for x in (band.before, band.after))
    change, low, high = (_signed(times * x) for x in (band.change[0], min(band.change), max(band.change)))
    span = f"{low} to {high} {unit}"
    return f"  {name:<40}{before:>8}{after:>9}{f'{change} {unit}':>9}   {span:<18}{VERDICTS[band.verdict]}"


def _load_line(band: PostureBand | LoadBand, side: str) -> str:
    assert isinstance(band, LoadBand)
    after = band.before_bw * (1.0 + band.change[0])
    change, low, high = (_signed(100 * x) for x in (band.change[0], min(band.change), max(band.change)))
    numbers = f"{band.before_bw:>8.2f}{after:>9.2f}{f'{change} %':>9}"
    return f"  {_where(band, side):<40}{numbers}   {f'{low} to {high} %':<18}{VERDICTS[band.verdict]}"


def _signed(x: float) -> str:
    whole = round(x)
    return f"{whole:+d}" if whole else "0"


def _where(band: LoadBand, side: str) -> str:
    when = PHASES[band.place.phase] if band.place.of in _JOINTS and band.place.phase != "peak" else ""
    return ", ".join(filter(None, (f"{_OF[band.place.of]}, {side}", when)))


def _merged(
    bands: Sequence[PostureBand] | Sequence[LoadBand],
) -> list[tuple[PostureBand | LoadBand, str]]:
    """One row for both sides where they read the same."""
    rows: list[tuple[PostureBand | LoadBand, str]] = []
    done: set[int] = set()
    for band in bands:
        if id(band) in done:
            continue
        other = next((b for b in bands if b is not band and _mirrors(b, band)), None)
        if other is not None and id(other) not in done and _alike(band, other):
            done.add(id(other))
            rows.append((band, "both"))
        else:
            rows.append((band, _side_word(band)))
    return rows


def _side(band: PostureBand | LoadBand) -> Side | None:
    return band.side if isinstance(band, PostureBand) else band.place.side


def _side_word(band: PostureBand | LoadBand) -> str:
    side = _side(band)
    return SIDES[side] if side else ""


def _mirrors(a: PostureBand | LoadBand, b: PostureBand | LoadBand) -> bool:
    if isinstance(a, LoadBand) and isinstance(b, LoadBand):
        return (a.place.of, a.place.phase) == (b.place.of, b.place.phase)
    return isinstance(a, PostureBand) and isinstance(b, PostureBand) and a.side is not None and a.of == b.of


def _alike(a: PostureBand | LoadBand, b: PostureBand | LoadBand) -> bool:
    near = _ALIKE * max(1.0, abs(a.change[0])) if isinstance(a, LoadBand) else _ALIKE_DEG
    ends = ((f(a.change), f(b.change)) for f in (lambda c: c[0], min, max))
    return a.verdict == b.verdict and all(abs(x - y) <= near for x, y in ends)
