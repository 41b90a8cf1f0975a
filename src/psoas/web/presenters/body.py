"""The page of the body: what stands beside the viewer, complete before any script runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jaxtyping import Float

from psoas.engine.exercise import motions
from psoas.engine.joint_contact import joint_contact
from psoas.engine.peaks import PhaseOfPeak, peaks
from psoas.engine.types import Side
from psoas.exchange.body_picture import Figure, leg_figure
from psoas.exchange.words import ESTIMATE
from psoas.web.presenters.body_scene import frames_shown
from psoas.web.presenters.knobs import SIDES, Form, fields
from psoas.web.presenters.movements import FIRST, SHOWN, duration_s, note, prepared
from psoas.web.presenters.muscle_words import actions, lines_of, name_of
from psoas.web.presenters.page import shelf
from psoas.web.presenters.what_if import Answer, answered, context

# Rows of the table: name, and the muscles whose pull is added up.
_ROWS = (
    (gettext_lazy("Psoas"), ("psoas",)),
    (gettext_lazy("Iliacus"), ("iliacus",)),
    (gettext_lazy("Rectus femoris"), ("recfem",)),
    (gettext_lazy("Vasti (rest of the quadriceps)"), ("vas",)),
    (gettext_lazy("Hamstrings"), ("bf", "semi")),
    (gettext_lazy("Gluteus maximus"), ("glmax",)),
    (gettext_lazy("Gluteus medius"), ("glmed",)),
    (gettext_lazy("Gastrocnemius"), ("gas",)),
    (gettext_lazy("Soleus"), ("soleus",)),
)
LABELS = (gettext_lazy("As it is"), gettext_lazy("Changed"))


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """A row of the table at one moment: mean length of the lines, pull as built and changed."""

    name: str
    lines: str
    length_cm: str
    force_n: tuple[str, ...]


def page(form: Form) -> Mapping[str, Any]:
    """Everything the template shows for a form without errors."""
    answer = answered(form.setting)
    shown, analysis = SHOWN[form.setting.movement], prepared(form.setting.movement).analysis
    frame = telling_frame(answer)
    return {
        **context(answer),
        **form_context(form),
        "percent": f"{100.0 * analysis.coordinates.time_s[frame] / duration_s(shown.id):.0f}",
        "labels": LABELS,
        "estimate": _(ESTIMATE),
        "note": note(shown.id),
        "query": form.setting.query,
        "muscles": muscle_rows(answer, frame),
        "muscles_of": _("left") if answer.side == "l" else _("right"),
        "choices": [(name, name_of(name)) for name in analysis.body.muscles.names if name[-1] in shown.legs],
        "figures": figures(answer, frame),
        "words": words(),
        "nerves_from": nerves_from(),
    }


def movement_choices(chosen: str) -> Mapping[str, Any]:
    """What there is to watch: movements with a what-if, and the exercises as planned here."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in SHOWN.values():
        groups.setdefault(str(each.group), []).append((each.id, str(each.name)))
    planned = [(each.id, each.name) for each in motions().values() if each.version == "ours"]
    return {"movement": chosen, "movements": list(groups.items()), "all": planned}


def form_context(form: Form) -> Mapping[str, Any]:
    """The form itself, also where something in it is wrong."""
    behind = fields(form, first=False)
    return {
        **movement_choices(form.setting.movement),
        "knobs": fields(form, first=True),
        "more": behind,
        "open": form.setting.side != "both" or any(k["typed"] != "0" or k["error"] for k in behind),
        "sides": list(SIDES.items()),
        "side": form.setting.side,
        "errors": form.errors,
    }


def nerves_from() -> str:
    """The source of the nerves' courses."""
    return str(shelf().knowledge.sources["AnatTexts"].cites)


def words() -> Mapping[str, Any]:
    """What the viewer says, so that no sentence stands in its code. Actions are those in walking."""
    walk = prepared(FIRST).analysis
    names = walk.body.muscles.names
    return {
        "names": {name: name_of(name) for name in names},
        "does": dict(actions(walk)),
        "play": _("Play"),
        "pause": _("Pause"),
        "moment": _("{percent} % of the movement"),
        "one": _("{name}: {does}. Now it is {length} cm long and pulls with {force} N."),
        "two": _("{name}: {does}. Now it is {length} cm long and pulls with {force} N, changed {changed} N."),
        "nothing": _("Choose a muscle, in the picture or in the list, to read what it does."),
        "value": _("{value} percent"),
        "range": _("Give a number from 0 to {most}."),
        "failed": _("The new curve could not be computed. Press Show to load the page again."),
    }


def muscle_rows(answer: Answer, frame: int) -> tuple[MuscleRow, ...]:
    """Lengths and pulls of one leg's muscles in one frame, as built and changed."""
    movement = prepared(answer.setting.movement)
    names = movement.analysis.body.muscles.names
    pulls = []
    for leg in (movement.ready[0].as_built[answer.side], answer.muscles[answer.side]):
        force = np.zeros(len(names))
        force[[names.index(name) for name in leg.names]] = leg.force_n[frame]
        pulls.append(force)
    return rows_of(names, movement.analysis.geometry.length_m[frame], pulls, answer.side)


def rows_of(
    names: Sequence[str],
    length_m: Float[np.ndarray, "muscle"],
    force_n: Sequence[Float[np.ndarray, "muscle"]],
    side: Side,
) -> tuple[MuscleRow, ...]:
    """The table of one leg: mean length of a muscle's lines, and their pulls added up."""
    rows = []
    for label, stems in _ROWS:
        lines = lines_of(tuple(names), stems, side)
        pulls = tuple(f"{float(force[lines].sum()):.0f}" for force in force_n)
        length = f"{100 * float(length_m[lines].mean()):.1f}"
        rows.append(MuscleRow(str(label), " ".join(map(str, lines)), length, pulls))
    return tuple(rows)


def figures(answer: Answer, frame: int) -> Sequence[Figure]:
    """The leg as it is and changed, drawn: for whoever has no WebGL or no script."""
    movement = prepared(answer.setting.movement)
    legs = (movement.ready[0].as_built[answer.side], answer.muscles[answer.side])
    loads = (answer.curve.before_n[frame], answer.curve.after_n[frame])
    return [
        leg_figure(movement.analysis, frame, muscles, answer.side, float(load), str(label), kind)
        for muscles, load, label, kind in zip(legs, loads, LABELS, ("built", "changed"), strict=True)
    ]


def figures_of(answer: Answer) -> Sequence[Mapping[str, str]]:
    """The drawings for a page that follows the sliders without WebGL."""
    return [{"svg": f.svg, "says": f.says} for f in figures(answer, telling_frame(answer))]


def telling_phase(answer: Answer) -> PhaseOfPeak:
    """The phase of the knee's largest clear change; without one, of its largest load."""
    bands = [b for b in answer.found.bands if b.place.of == "tibiofemoral" and b.place.side == answer.side]
    clear = [b for b in bands if b.clear]
    if clear:
        return max(clear, key=lambda b: abs(b.after_n - b.before_n)).place.phase
    return max(bands, key=lambda b: b.before_n).place.phase


def telling_frame(answer: Answer) -> int:
    """Where that phase has its peak as built; the nearest frame that the scene holds."""
    movement, frames = prepared(answer.setting.movement), frames_shown(answer.setting.movement)
    ready = movement.ready[0]
    knee = next(g for g in ready.contacts[answer.side] if g.joint == "tibiofemoral")
    found = peaks(movement.analysis, joint_contact(knee, ready.as_built[answer.side]))
    peak = next(p for p in found if p.phase == telling_phase(answer))
    stride = int(frames[-1] + frames[1] - frames[0])
    frame = peak.frame % stride if SHOWN[answer.setting.movement].turns else peak.frame
    return int(frames[int(np.argmin(np.abs(frames - frame)))])
