"""The adapted movement of a what-if in words and as JSON: what moves differently, what it loads, how sure."""

from collections.abc import Mapping, Sequence
from typing import Any

from psoas.engine.adapted_what_if import AdaptedWhatIf, LoadBand, NotAdapted, PostureBand, Verdict
from psoas.engine.cyclic_change import STRIDE
from psoas.engine.types import Side
from psoas.exchange.words import PHASES, SIDED, SIDES, where
from psoas.translation import gettext as _
from psoas.translation import gettext_noop, ngettext

POSSIBLE = gettext_noop(
    "Adapted means the smallest smooth change of the walk that keeps stretch and effort near what they were. "
    "Feet stay on the floor and forces in balance. It is a possibility that was computed, not a prediction: "
    "people differ in what they avoid. It was not checked against people with short hip flexors."
)
VERDICTS: Mapping[Verdict, str] = {
    "robust": gettext_noop("robust"),
    "same_direction": gettext_noop("direction agrees, size does not"),
    "unclear": gettext_noop("no clear change"),
}
OF: Mapping[str, str] = {
    "hip_extension": gettext_noop("hip extension, most"),
    "knee_flexion_late": gettext_noop("knee flexion late in stance, least"),
    "ankle_dorsiflexion_late": gettext_noop("ankle dorsiflexion, most"),
    "pelvis_forward_tilt": gettext_noop("pelvis tilted forward, mean"),
    "lumbar_extension": gettext_noop("low back arched, mean"),
    "trunk_forward_lean": gettext_noop("trunk leaning forward, mean"),
    STRIDE: gettext_noop("stride"),
    "tibiofemoral": gettext_noop("knee"),
    "patellofemoral": gettext_noop("kneecap"),
    "iliopsoas": gettext_noop("hip flexor (iliopsoas)"),
    "rectus_femoris": gettext_noop("rectus femoris"),
    "gastrocnemius": gettext_noop("gastrocnemius"),
}
_JOINT_OF: Mapping[str, str] = {
    "hip_extension": "hip",
    "knee_flexion_late": "tibiofemoral",
    "ankle_dorsiflexion_late": "ankle",
}
_SAYS: Mapping[str, tuple[str, str]] = {
    "hip_extension": (
        gettext_noop("%(joint)s extends %(amount)s further"),
        gettext_noop("%(joint)s extends %(amount)s less"),
    ),
    "knee_flexion_late": (
        gettext_noop("%(joint)s stays %(amount)s more bent late in stance"),
        gettext_noop("%(joint)s is %(amount)s straighter late in stance"),
    ),
    "ankle_dorsiflexion_late": (
        gettext_noop("%(joint)s bends up %(amount)s more"),
        gettext_noop("%(joint)s bends up %(amount)s less"),
    ),
    "pelvis_forward_tilt": (
        gettext_noop("the pelvis tilts %(amount)s further forward"),
        gettext_noop("the pelvis tilts %(amount)s less forward"),
    ),
    "lumbar_extension": (
        gettext_noop("the low back arches %(amount)s more"),
        gettext_noop("the low back arches %(amount)s less"),
    ),
    "trunk_forward_lean": (
        gettext_noop("the trunk leans %(amount)s further forward"),
        gettext_noop("the trunk leans %(amount)s less forward"),
    ),
    STRIDE: (
        gettext_noop("the stride is %(amount)s longer"),
        gettext_noop("the stride is %(amount)s shorter"),
    ),
}
_PULLS: Mapping[Side, str] = {
    "r": gettext_noop(
        "The right hip flexor, stretched, then pulls with at most %(now)s N. In the walk as it was it would "
        "be %(unchanged)s N, as built %(was)s N."
    ),
    "l": gettext_noop(
        "The left hip flexor, stretched, then pulls with at most %(now)s N. In the walk as it was it would "
        "be %(unchanged)s N, as built %(was)s N."
    ),
}
_PULL_N = 10.0  # less of it is not spoken of
_CAREFUL: tuple[Verdict, ...] = ("unclear", "same_direction", "robust")
_ALIKE, _ALIKE_DEG = 0.03, 1.0  # sides whose changes differ by less are told as one
_JOINTS = ("tibiofemoral", "patellofemoral")


def adapted_json(found: AdaptedWhatIf | NotAdapted) -> dict[str, Any]:
    """Everything that was computed of the adapted movement, or the reason why there is none."""
    if isinstance(found, NotAdapted):
        return {"found": False, "reason": found.reason}
    checks = found.checks
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
    """What moves and loads differently whichever way it is computed, in short sentences."""
    moved = [_moved(band, side) for band, side in _merged(found.postures) if band.verdict != "unclear"]
    parts = [_listed(_("If the walk adapts:"), moved or [_("nothing clearly moves otherwise.")])]
    side, (was, unchanged, now) = max(found.pull_n.items(), key=lambda item: item[1][1])
    if unchanged - was > _PULL_N:
        numbers = {"now": f"{now:.0f}", "unchanged": f"{unchanged:.0f}", "was": f"{was:.0f}"}
        parts.append(_(_PULLS[side]) % numbers)
    loads = [
        _loaded(band, who)
        for band, who in _merged(found.loads)
        if isinstance(band, LoadBand) and band.place.of in _JOINTS and band.verdict == "robust"
    ]
    if loads:
        parts.append(_listed(_("Whichever way it is computed:"), loads))
    else:
        parts.append(_("No change of the load on knee or kneecap holds whichever way it is computed."))
    return " ".join(parts)


def _listed(head: str, sentences: Sequence[str]) -> str:
    """A head with its sentences; the first goes on after the colon."""
    first, *others = sentences
    return " ".join([head, first, *(other[0].upper() + other[1:] for other in others)])


def _moved(band: PostureBand | LoadBand, side: str) -> str:
    assert isinstance(band, PostureBand)
    low, high = sorted(abs(x) for x in (min(band.change), max(band.change)))
    size = abs(band.change[0])
    if band.of == STRIDE:
        numbers = {"size": f"{100 * size:.0f}", "low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}"}
        amount = _("%(size)s cm (%(low)s to %(high)s)") % numbers
    else:
        numbers = {"size": f"{size:.0f}", "low": f"{low:.0f}", "high": f"{high:.0f}"}
        amount = ngettext(
            "%(size)s degree (%(low)s to %(high)s)", "%(size)s degrees (%(low)s to %(high)s)", round(size)
        )
        amount %= numbers
    joint = _(SIDED[_JOINT_OF[band.of], side]) if band.of in _JOINT_OF else ""
    words = _(_SAYS[band.of][0 if band.change[0] > 0 else 1])
    return words % {"joint": joint, "amount": amount} + "."


def _loaded(band: LoadBand, side: str) -> str:
    low, high = sorted(abs(100 * x) for x in (min(band.change), max(band.change)))
    if band.change[0] > 0:
        words = _(
            "the load on %(where)s rises by %(size)s %% (%(low)s to %(high)s %%), to %(load)s body weights."
        )
    else:
        words = _(
            "the load on %(where)s falls by %(size)s %% (%(low)s to %(high)s %%), to %(load)s body weights."
        )
    return words % {
        "where": where(band.place.of, side, band.place.phase),
        "size": f"{abs(100 * band.change[0]):.0f}",
        "low": f"{low:.0f}",
        "high": f"{high:.0f}",
        "load": f"{band.before_bw * (1.0 + band.change[0]):.1f}",
    }


def _posture_line(band: PostureBand | LoadBand, side: str) -> str:
    assert isinstance(band, PostureBand)
    name = OF[band.of] + (f", {side}" if band.side else "")
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
    return ", ".join(filter(None, (f"{OF[band.place.of]}, {side}", when)))


def _merged(
    bands: Sequence[PostureBand] | Sequence[LoadBand],
) -> list[tuple[PostureBand | LoadBand, str]]:
    """One row for both sides where they read the same, with the more careful of their verdicts."""
    rows: list[tuple[PostureBand | LoadBand, str]] = []
    done: set[int] = set()
    for band in bands:
        if id(band) in done:
            continue
        other = next((b for b in bands if b is not band and _mirrors(b, band)), None)
        if other is not None and id(other) not in done and _alike(band, other):
            done.add(id(other))
            rows.append((min(band, other, key=lambda each: _CAREFUL.index(each.verdict)), "both"))
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
    return all(abs(x - y) <= near for x, y in ends)
