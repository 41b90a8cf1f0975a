"""What a run says, in words: for the terminal and the report. Every sentence is made from the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psoas.engine.peaks import Peak, contact_of, peaks
from psoas.engine.types import Analysis, Condition, Side, Solved
from psoas.exchange.summary import muscle_sums

PHASES: Mapping[str, str] = {
    "early_stance": "early stance",
    "late_stance": "late stance",
    "swing": "swing",
    "peak": "peak",
}
JOINTS: Mapping[str, str] = {
    "tibiofemoral": "Knee (tibiofemoral)",
    "patellofemoral": "Kneecap (patellofemoral)",
    "hip": "Hip",
}
SIDES: Mapping[Side, str] = {"r": "right", "l": "left"}
TRUST: Mapping[str, str] = {
    "good": "Good: nothing in the run speaks against it.",
    "fair": "Fair: read the reasons before you rely on a number.",
    "doubtful": "Doubtful: do not rely on these numbers.",
}
ESTIMATE = (
    "A model estimate, not a measurement. Changes within one person are firmer than absolute values, "
    "and the movement was kept as it is: a real person would move differently with a weaker or shorter "
    "muscle."
)
HIP_CAVEAT = (
    "Hip forces of this family of models come out far too high in late stance (4 to 5 body weights, where "
    "instrumented hips are reported near 2.5 to 3; not verified by us). Read their changes, not their size."
)
_GROUPS: Mapping[str, str] = {
    "iliopsoas": "hip flexor (iliopsoas)",
    "rectus_femoris": "rectus femoris",
    "gluteus_maximus": "gluteus maximus",
}
# Muscles of one action, as people speak of them; the sentence about a change sums over them.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "iliopsoas": ("psoas", "iliacus"),
    "rectus femoris": ("recfem",),
    "vasti": ("vasint", "vaslat", "vasmed"),
    "gastrocnemius": ("gasmed", "gaslat"),
    "hamstrings": ("bflh", "bfsh", "semimem", "semiten"),
    "soleus": ("soleus",),
    "gluteus maximus": ("glmax1", "glmax2", "glmax3"),
    "gluteus medius": ("glmed1", "glmed2", "glmed3"),
    "adductors": ("addbrev", "addlong", "addmagDist", "addmagIsch", "addmagMid", "addmagProx", "grac"),
    "tensor fasciae latae": ("tfl",),
    "sartorius": ("sart",),
}
HARDLY = 0.01  # a smaller relative change is told as none
_WORTH_TELLING_N = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The largest relative change of a tibiofemoral peak between as built and a condition."""

    side: Side
    before: Peak
    after: Peak

    @property
    def share(self) -> float:
        """Change as a part of the value as built."""
        return self.after.n / self.before.n - 1.0


def name_of(condition: Condition) -> str:
    """A condition in words: `hip flexor (iliopsoas) at half strength`."""
    parts = [f"{_group(g)} {_strength(x)}" for g, x in condition.strength.items()]
    parts += [
        f"{_group(g)} {abs(100 * x):.3g} % {'shorter' if x >= 0 else 'longer'}"
        for g, x in condition.shortness.items()
    ]
    parts += [f"{_group(g)} passively {x:g} times as stiff" for g, x in condition.stiffness.items()]
    return ", ".join(parts) or "as built"


def _strength(x: float) -> str:
    return {0.5: "at half strength", 0.25: "at a quarter of its strength", 0.0: "without active force"}.get(
        x, f"at {100 * x:.3g} % strength"
    )


def _group(name: str) -> str:
    side = {"_r": " right", "_l": " left"}.get(name[-2:], "")
    stem = name[:-2] if side else name
    return _GROUPS.get(stem, stem.replace("_", " ")) + side


def summed(solved: Solved, side: Side) -> dict[str, np.ndarray]:
    """Force over time of the muscles of one action together."""
    whole = muscle_sums(solved.muscles[side])
    return {
        word: np.sum([whole[f"{m}_{side}"] for m in names], axis=0)
        for word, names in TOGETHER.items()
        if all(f"{m}_{side}" in whole for m in names)
    }


def change(analysis: Analysis, solved: Solved) -> Change | None:
    """Where the condition changes the knee's peaks most, by newtons."""
    found = []
    for side in analysis.sides:
        before = {p.phase: p for p in peaks(analysis, contact_of(analysis.solved[0], "tibiofemoral", side))}
        for after in peaks(analysis, contact_of(solved, "tibiofemoral", side)):
            if after.phase in before and after.phase != "swing":
                found.append(Change(side, before[after.phase], after))
    return max(found, key=lambda c: abs(c.after.n - c.before.n), default=None)


def what_changed(analysis: Analysis, solved: Solved) -> tuple[str, str] | None:
    """Two plain sentences: what the condition does to the knee, and through which muscles."""
    found = change(analysis, solved)
    if found is None:
        return None
    who = name_of(solved.condition)
    who = who[0].upper() + who[1:]
    when = "at its peak" if found.before.phase == "peak" else f"in {PHASES[found.before.phase]}"
    if abs(found.share) < HARDLY:
        what = f"{who}: the load on the knee {when} hardly changes ({found.before.bw:.2f} body weights)."
    else:
        way = "rises" if found.share > 0 else "falls"
        what = (
            f"{who}: the load on the knee {when} {way} from {found.before.bw:.2f} to {found.after.bw:.2f} "
            f"body weights ({100 * found.share:+.0f} %)."
        )
    return what, _why(analysis, solved, found)


def _why(analysis: Analysis, solved: Solved, found: Change) -> str:
    frame = found.after.frame
    before, after = summed(analysis.solved[0], found.side), summed(solved, found.side)
    by = {word: float(after[word][frame] - before[word][frame]) for word in before}
    told = sorted((w for w in by if abs(by[w]) >= _WORTH_TELLING_N), key=lambda w: -abs(by[w]))
    if not told:
        return "No muscle group changes by more than a few newtons at that moment."
    if min(by["rectus femoris"], by["gastrocnemius"]) > _WORTH_TELLING_N and by["iliopsoas"] < 0:
        return (
            f"The rectus femoris takes over hip flexion ({by['rectus femoris']:+.0f} N) and with it extends "
            f"the knee, so the gastrocnemius ({by['gastrocnemius']:+.0f} N) has to flex it, and both press "
            "the joint together."
        )
    if max(by["rectus femoris"], by["gastrocnemius"]) < -_WORTH_TELLING_N / 2 and by["iliopsoas"] > 0:
        return (
            f"The stretched iliopsoas pulls more by itself ({by['iliopsoas']:+.0f} N), so the rectus femoris "
            f"({by['rectus femoris']:+.0f} N) and with it the gastrocnemius ({by['gastrocnemius']:+.0f} N) "
            "are called on less."
        )
    listed = ", ".join(f"{word} {by[word]:+.0f} N" for word in told[:4])
    return f"At that moment the muscles change by: {listed}."


def plain_text(analysis: Analysis, numbers: Mapping[str, Any]) -> str:
    """The run for a terminal."""
    trial, quality = numbers["trial"], analysis.quality
    begin, end = trial["window_s"]
    lines = [
        f"{trial['name']}: {trial['frames']} frames, {begin:.2f} to {end:.2f} s, "
        f"{analysis.subject.mass_kg:.1f} kg"
    ]
    if analysis.solved:
        lines += ["", *_table(analysis, numbers)]
        for solved in analysis.solved[1:]:
            sentences = what_changed(analysis, solved)
            lines += ["", *sentences] if sentences else []
    lines += ["", f"Trust. {TRUST[quality.trust]}"]
    lines += [f"  - {reason}" for reason in quality.reasons]
    if analysis.notes:
        lines += ["", "What was done to the data.", *(f"  - {note}" for note in analysis.notes)]
    if analysis.solved:
        lines += ["", ESTIMATE]
    return "\n".join(lines)


def _table(analysis: Analysis, numbers: Mapping[str, Any]) -> list[str]:
    """Peaks in body weights: one row a joint, side and phase, one column a condition."""
    conditions = numbers["conditions"]
    heads = [name_of(s.condition) for s in analysis.solved]
    rows = [["Peak, body weights (percent of cycle)", *heads]]
    for joint in ("tibiofemoral", "patellofemoral"):
        for side in analysis.sides:
            found = [{p["phase"]: p for p in c["sides"][side][joint]["peaks"]} for c in conditions]
            for phase in found[0]:
                cells = [_cell(of.get(phase)) for of in found]
                rows.append([f"{JOINTS[joint]}, {SIDES[side]}, {PHASES[phase]}", *cells])
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        row[0].ljust(wide[0])
        + "".join("  " + cell.rjust(w) for cell, w in zip(row[1:], wide[1:], strict=True))
        for row in rows
    ]


def _cell(peak: Mapping[str, Any] | None) -> str:
    return "-" if peak is None else f"{peak['bw']:.2f} ({peak['percent']:.0f} %)"
