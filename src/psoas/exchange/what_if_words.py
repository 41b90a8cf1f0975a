"""A what-if in words and as JSON: a small table with bands, one plain sentence, what was kept the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psoas.engine.adapted_what_if import AdaptedWhatIf, NotAdapted
from psoas.engine.types import Condition
from psoas.engine.what_if import Band, WhatIf
from psoas.exchange.adapted_words import adapted_json, adapted_text
from psoas.exchange.words import ESTIMATE, PHASES, SIDES, name_of, where
from psoas.translation import gettext as _

UNCHANGED = "The movement is kept as it is; a real person would move differently with a changed muscle."
NO_CLEAR_CHANGE = "no clear change"
_OF: Mapping[str, str] = {
    "tibiofemoral": "knee",
    "patellofemoral": "kneecap",
    "iliopsoas": "hip flexor (iliopsoas)",
    "rectus_femoris": "rectus femoris",
    "gastrocnemius": "gastrocnemius",
}
_JOINTS = ("tibiofemoral", "patellofemoral")
_ALIKE, _NOTHING_BW = 0.005, 0.02  # sides whose loads differ by less are told as one


@dataclass(frozen=True, slots=True)
class _Row:
    """A band with the side or sides for which it holds."""

    side: str
    band: Band


def what_if_json(found: WhatIf, adapted: AdaptedWhatIf | NotAdapted | None = None) -> dict[str, Any]:
    """Everything that was computed, in numbers and words; with `adapted`, both answers."""
    knobs = found.condition
    return {
        "movement": found.movement,
        "movement_unchanged": True,
        "condition": {
            "name": knobs.name,
            "strength": dict(knobs.strength),
            "shortness": dict(knobs.shortness),
            "stiffness": dict(knobs.stiffness),
        },
        "settings": [{"name": s.name, "says": s.says} for s in found.settings],
        "loads": [_band_json(found, band) for band in found.bands],
        "says": sentence(found),
        "frames_not_solved": found.unsolved,
        "notes": [UNCHANGED, *found.notes],
    } | ({} if adapted is None else {"adapted": adapted_json(adapted)})


def what_if_text(found: WhatIf, adapted: AdaptedWhatIf | NotAdapted | None = None) -> str:
    """For people: table, sentence, what it rests on; with `adapted`, both answers."""
    lines = [
        f"{found.movement}, {name_of(found.condition)}",
        "",
        *([] if adapted is None else ["Movement unchanged", ""]),
        f"  {'largest force (body weights)':<34}{'as built':>9}{'changed':>9}{'change':>9}   in all settings",
    ]
    for row in _rows(found.bands):
        band, of = row.band, f"{_OF[row.band.place.of]}, {row.side}"
        when = PHASES[band.place.phase] if band.place.of in _JOINTS and band.place.phase != "peak" else ""
        span = f"{_percent(band.low)} to {_percent(band.high)}"
        word = "" if band.clear else NO_CLEAR_CHANGE
        lines.append(
            f"  {', '.join(filter(None, (of, when))):<34}{band.before_bw:>9.2f}{band.after_bw:>9.2f}"
            f"{_percent(band.change[0]):>9}   {span:<20}{word}".rstrip()
        )
    lines += ["", sentence(found), "", UNCHANGED]
    lines.append(f"The band: {'; '.join(s.says for s in found.settings)}.")
    if found.unsolved:
        lines.append(f"{found.unsolved} frames could not be shared in some setting and are left out.")
    if adapted is not None:
        lines += ["", *adapted_text(adapted), ""]
    return "\n".join([*lines, ESTIMATE.split(" Changes")[0], *found.notes])


def sentence(found: WhatIf) -> str:
    """What clearly changes at knee and kneecap, the largest first, or that nothing clearly does.

    Where the knee's largest load as built is not among it, that is said too: a third more of a small load
    would else read like a third more of the load.
    """
    loads = [row for row in _rows(found.bands) if row.band.place.of in _JOINTS and row.band.clear]
    loads.sort(key=lambda row: -abs(row.band.after_bw - row.band.before_bw))
    given = {"condition": _said(found.condition), "ways": len(found.settings)}
    if not loads:
        return (
            _(
                "With %(condition)s and the movement unchanged, there is no clear change of the load on knee "
                "or kneecap: whatever changes is small, or smaller than what %(ways)s ways to compute it "
                "disagree about."
            )
            % given
        )
    given["changes"] = "; ".join(_told(row) for row in loads)
    told = _("With %(condition)s and the movement unchanged, %(changes)s.") % given
    sides = {row.band.place.side for row in loads}
    knee = [b for b in found.bands if b.place.of == "tibiofemoral" and b.place.side in sides]
    largest = max(knee, key=lambda b: b.before_n)
    if any(b.clear and b.before_bw > largest.before_bw - _NOTHING_BW for b in knee):
        return told
    still = _("The largest load on the knee, %(load)s body weights, shows no clear change.")
    return f"{told} {still % {'load': f'{largest.before_bw:.1f}'}}"


def _said(condition: Condition) -> str:
    return name_of(condition) if condition.name != "as_built" else _("everything as built")


def _told(row: _Row) -> str:
    band = row.band
    low, high = sorted(abs(round(100 * x)) for x in (band.low, band.high))
    numbers = {
        "where": where(band.place.of, row.side, band.place.phase),
        "change": f"{abs(100 * band.change[0]):.0f}",
        "load": f"{band.after_bw:.1f}",
        "low": low,
        "high": high,
        "ways": len(band.change),
    }
    if band.change[0] > 0:
        pattern = _(
            "the load on %(where)s rises by %(change)s %%, to %(load)s body weights (%(low)s to %(high)s %% "
            "over %(ways)s ways to compute it)"
        )
    else:
        pattern = _(
            "the load on %(where)s falls by %(change)s %%, to %(load)s body weights (%(low)s to %(high)s %% "
            "over %(ways)s ways to compute it)"
        )
    return pattern % numbers


def _rows(bands: Sequence[Band]) -> list[_Row]:
    """One row for both sides where they agree."""
    rows: list[_Row] = []
    left = {(b.place.of, b.place.phase): b for b in bands if b.place.side == "l"}
    for band in (b for b in bands if b.place.side == "r"):
        other = left.get((band.place.of, band.place.phase))
        if other is not None and _alike(band, other):
            del left[other.place.of, other.place.phase]
            rows.append(_Row("both", band))
        else:
            rows.append(_Row(SIDES["r"], band))
    return rows + [_Row(SIDES["l"], band) for band in left.values()]


def _alike(a: Band, b: Band) -> bool:
    pairs = ((a.before_bw, b.before_bw), (a.after_bw, b.after_bw))
    return a.clear == b.clear and all(abs(x - y) <= max(_ALIKE * max(x, y), _NOTHING_BW) for x, y in pairs)


def _band_json(found: WhatIf, band: Band) -> dict[str, Any]:
    return {
        "side": band.place.side,
        "of": band.place.of,
        "phase": band.place.phase,
        "as_built_n": float(f"{band.before_n:.6g}"),
        "as_built_bw": float(f"{band.before_bw:.6g}"),
        "n": float(f"{band.after_n:.6g}"),
        "bw": float(f"{band.after_bw:.6g}"),
        "change": {setting.name: round(x, 5) for setting, x in zip(found.settings, band.change, strict=True)},
        "low": round(band.low, 5),
        "high": round(band.high, 5),
        "says": NO_CLEAR_CHANGE if not band.clear else ("rises" if band.change[0] > 0 else "falls"),
    }


def _percent(share: float) -> str:
    whole = round(100 * share)
    return f"{whole:+d} %" if whole else "0 %"
