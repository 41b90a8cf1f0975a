"""What a run says, in words: for the terminal and the report. Every sentence is made from the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psoas.engine.peaks import Peak, contact_of, peaks
from psoas.engine.types import Analysis, Condition, Side, Solved
from psoas.exchange.columns import columns
from psoas.exchange.summary import muscle_sums
from psoas.translation import gettext as _
from psoas.translation import gettext_noop

PHASES: Mapping[str, str] = {
    "early_stance": gettext_noop("early stance"),
    "late_stance": gettext_noop("late stance"),
    "swing": gettext_noop("swing"),
    "peak": gettext_noop("peak"),
}
JOINTS: Mapping[str, str] = {
    "tibiofemoral": "Knee (tibiofemoral)",
    "patellofemoral": "Kneecap (patellofemoral)",
    "hip": "Hip",
}
SIDED: Mapping[tuple[str, str], str] = {
    ("hip", "both"): gettext_noop("each hip"),
    ("hip", "right"): gettext_noop("the right hip"),
    ("hip", "left"): gettext_noop("the left hip"),
    ("tibiofemoral", "both"): gettext_noop("each knee"),
    ("tibiofemoral", "right"): gettext_noop("the right knee"),
    ("tibiofemoral", "left"): gettext_noop("the left knee"),
    ("patellofemoral", "both"): gettext_noop("each kneecap"),
    ("patellofemoral", "right"): gettext_noop("the right kneecap"),
    ("patellofemoral", "left"): gettext_noop("the left kneecap"),
    ("ankle", "both"): gettext_noop("each ankle"),
    ("ankle", "right"): gettext_noop("the right ankle"),
    ("ankle", "left"): gettext_noop("the left ankle"),
}
_WHEN: Mapping[str, str] = {
    "early_stance": gettext_noop("%(joint)s early in stance"),
    "late_stance": gettext_noop("%(joint)s late in stance"),
    "swing": gettext_noop("%(joint)s in swing"),
    "peak": gettext_noop("%(joint)s"),
}
SIDES: Mapping[Side, str] = {"r": gettext_noop("right"), "l": gettext_noop("left")}
TRUST: Mapping[str, str] = {
    "good": "Good: nothing in the run speaks against it.",
    "fair": "Fair: read the reasons before you rely on a number.",
    "doubtful": "Doubtful: do not rely on these numbers.",
}
ESTIMATE = gettext_noop(
    "A model estimate, not a measurement. Changes within one person are firmer than absolute values, "
    "and the movement was kept as it is: a real person would move differently with a weaker or shorter "
    "muscle."
)
HIP_CAVEAT = (
    "Hip forces of this family of models come out far too high in late stance (4 to 5 body weights, where "
    "instrumented hips are reported near 2.5 to 3; not verified by us). Read their changes, not their size."
)
_GROUPS: Mapping[str, str] = {
    "iliopsoas": gettext_noop("hip flexor (iliopsoas)"),
    "rectus_femoris": gettext_noop("rectus femoris"),
    "gluteus_maximus": gettext_noop("gluteus maximus"),
    "gluteus_medius_minimus": gettext_noop("gluteus medius minimus"),
    "psoas": gettext_noop("psoas"),
    "iliacus": gettext_noop("iliacus"),
    "quadriceps": gettext_noop("quadriceps"),
    "hamstrings": gettext_noop("hamstrings"),
    "adductors": gettext_noop("adductors"),
    "tensor_fasciae_latae": gettext_noop("tensor fasciae latae"),
    "gastrocnemius": gettext_noop("gastrocnemius"),
    "soleus": gettext_noop("soleus"),
}
# Muscles of one action, as people speak of them; the sentence about a change sums over them.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    gettext_noop("iliopsoas"): ("psoas", "iliacus"),
    gettext_noop("rectus femoris"): ("recfem",),
    gettext_noop("vasti"): ("vasint", "vaslat", "vasmed"),
    gettext_noop("gastrocnemius"): ("gasmed", "gaslat"),
    gettext_noop("hamstrings"): ("bflh", "bfsh", "semimem", "semiten"),
    gettext_noop("soleus"): ("soleus",),
    gettext_noop("gluteus maximus"): ("glmax1", "glmax2", "glmax3"),
    gettext_noop("gluteus medius"): ("glmed1", "glmed2", "glmed3"),
    gettext_noop("adductors"): (
        "addbrev",
        "addlong",
        "addmagDist",
        "addmagIsch",
        "addmagMid",
        "addmagProx",
        "grac",
    ),
    gettext_noop("tensor fasciae latae"): ("tfl",),
    gettext_noop("sartorius"): ("sart",),
}
HARDLY = 0.05  # below it the settings of a what-if do not agree about the sign (docs/explanation/what-if.md)
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


def where(joint: str, side: str, phase: str) -> str:
    """ "Each knee late in stance": a joint of one side or both, in a phase."""
    return _(_WHEN[phase]) % {"joint": _(SIDED[joint, side])}


def name_of(condition: Condition) -> str:
    """A condition in words: `hip flexor (iliopsoas) at half strength`."""
    parts = [_strength(_group(g), x) for g, x in condition.strength.items()]
    for g, x in condition.shortness.items():
        pattern = _("%(group)s %(percent)s %% shorter") if x >= 0 else _("%(group)s %(percent)s %% longer")
        parts.append(pattern % {"group": _group(g), "percent": f"{abs(100 * x):.3g}"})
    parts += [
        _("%(group)s passively %(times)s times as stiff") % {"group": _group(g), "times": f"{x:g}"}
        for g, x in condition.stiffness.items()
    ]
    return ", ".join(parts) or _("as built")


def _strength(group: str, x: float) -> str:
    patterns = {
        0.5: _("%(group)s at half strength"),
        0.25: _("%(group)s at a quarter of its strength"),
        0.0: _("%(group)s without active force"),
    }
    pattern = patterns.get(x, _("%(group)s at %(percent)s %% strength"))
    return pattern % {"group": group, "percent": f"{100 * x:.3g}"}


def _group(name: str) -> str:
    stem = name[:-2] if name[-2:] in ("_r", "_l") else name
    words = _(_GROUPS[stem]) if stem in _GROUPS else stem.replace("_", " ")
    if stem == name:
        return words
    return (_("%(group)s right") if name.endswith("_r") else _("%(group)s left")) % {"group": words}


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
    numbers = {
        "who": who[0].upper() + who[1:],
        "when": _when(found.before.phase),
        "before": f"{found.before.bw:.2f}",
        "after": f"{found.after.bw:.2f}",
        "change": f"{100 * found.share:+.0f}",
    }
    if abs(found.share) < HARDLY:
        what = _("%(who)s: the load on the knee %(when)s hardly changes (%(before)s body weights).")
    elif found.share > 0:
        what = _(
            "%(who)s: the load on the knee %(when)s rises from %(before)s to %(after)s body weights "
            "(%(change)s %%)."
        )
    else:
        what = _(
            "%(who)s: the load on the knee %(when)s falls from %(before)s to %(after)s body weights "
            "(%(change)s %%)."
        )
    return what % numbers, _why(analysis, solved, found)


def _when(phase: str) -> str:
    return _("at its peak") if phase == "peak" else _("in %(phase)s") % {"phase": _(PHASES[phase])}


def _why(analysis: Analysis, solved: Solved, found: Change) -> str:
    frame = found.after.frame
    before, after = summed(analysis.solved[0], found.side), summed(solved, found.side)
    by = {word: float(after[word][frame] - before[word][frame]) for word in before}
    told = sorted((w for w in by if abs(by[w]) >= _WORTH_TELLING_N), key=lambda w: -abs(by[w]))
    if not told:
        return _("No muscle group changes by more than a few newtons at that moment.")
    numbers = {
        "rectus": f"{by['rectus femoris']:+.0f}",
        "calf": f"{by['gastrocnemius']:+.0f}",
        "iliopsoas": f"{by['iliopsoas']:+.0f}",
    }
    if min(by["rectus femoris"], by["gastrocnemius"]) > _WORTH_TELLING_N and by["iliopsoas"] < 0:
        return (
            _(
                "The rectus femoris takes over hip flexion (%(rectus)s N) and with it extends the knee, so "
                "the gastrocnemius (%(calf)s N) has to flex it, and both press the joint together."
            )
            % numbers
        )
    if max(by["rectus femoris"], by["gastrocnemius"]) < -_WORTH_TELLING_N / 2 and by["iliopsoas"] > 0:
        return (
            _(
                "The stretched iliopsoas pulls more by itself (%(iliopsoas)s N), so the rectus femoris "
                "(%(rectus)s N) and with it the gastrocnemius (%(calf)s N) are called on less."
            )
            % numbers
        )
    listed = ", ".join(
        _("%(muscles)s %(newtons)s N") % {"muscles": _(word), "newtons": f"{by[word]:+.0f}"}
        for word in told[:4]
    )
    return _("At that moment the muscles change by: %(listed)s.") % {"listed": listed}


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
    heads = ["Peak, body weights (percent of cycle)", *(name_of(s.condition) for s in analysis.solved)]
    rows = []
    for joint in ("tibiofemoral", "patellofemoral"):
        for side in analysis.sides:
            found = [{p["phase"]: p for p in c["sides"][side][joint]["peaks"]} for c in conditions]
            for phase in found[0]:
                cells = [_cell(of.get(phase)) for of in found]
                rows.append([f"{JOINTS[joint]}, {SIDES[side]}, {PHASES[phase]}", *cells])
    return columns(heads, rows)


def _cell(peak: Mapping[str, Any] | None) -> str:
    return "-" if peak is None else f"{peak['bw']:.2f} ({peak['percent']:.0f} %)"
