"""The stride of the 3D page: computed once, then the scene, the curve, the sentences and the tables of it."""

import json
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jaxtyping import Float

from psoas.engine.bones import bones_glb
from psoas.engine.normative import STRIDE_S, normative_walk
from psoas.engine.peaks import Peak, contact_of, peaks, percent, resultant_n
from psoas.engine.scene import encode, scene
from psoas.engine.types import AS_BUILT, Analysis, Condition, Coordinates, MuscleForces, Side, Solved
from psoas.engine.what_if import normative_movement, what_if
from psoas.exchange.body_picture import leg_figures
from psoas.exchange.charts import Band, Chart, Line, svg
from psoas.exchange.what_if_words import sentence
from psoas.exchange.words import ESTIMATE, what_changed
from psoas.units import body_weight_n
from psoas.web.presenters.muscle_words import actions, lines_of, name_of

CONDITIONS = (
    AS_BUILT,
    Condition("weak", strength={"iliopsoas": 0.5}),
    Condition("short", shortness={"iliopsoas": 0.1}),
)
LABELS = (
    gettext_lazy("As it is"),
    gettext_lazy("Half as strong"),
    gettext_lazy("10 % shorter"),
)
_KINDS = ("built", "weak", "short")
_SIDE: Side = "r"
_EVERY = 2  # of the engine's hundred frames a stride: the viewer fills in between
_PHASES = {
    "early_stance": gettext_lazy("Early stance, just after the heel lands"),
    "late_stance": gettext_lazy("Late stance, before the foot leaves the ground"),
    "swing": gettext_lazy("Swing, the foot in the air"),
}
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
_CURVE_LEFT, _CURVE_SIZE = 40, (520, 300)  # where `charts.svg` puts its axes


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """A row of the table at one moment: mean length of the lines, pull under each condition."""

    name: str
    lines: str
    length_cm: str
    force_n: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadRow:
    """The knee's load in one phase, in body weights, under each condition."""

    phase: str
    percent: str
    load_bw: tuple[str, ...]


_computing = threading.Lock()
_done = threading.Event()


@lru_cache(maxsize=1)
def _stride() -> Analysis:
    return normative_walk(CONDITIONS)


def stride() -> Analysis:
    """The built-in walk under every condition of the page; computed once, half a second to ten."""
    with _computing:
        found = _stride()
        sentences()
        _done.set()
        return found


@lru_cache(maxsize=1)
def sentences() -> tuple[tuple[str, str], ...]:
    """What each further condition does to the knee over all settings, and by which muscles."""
    movement, analysis = normative_movement(), _stride()
    told = []
    for solved in analysis.solved[1:]:
        found = what_if(movement, solved.condition)
        changed = what_changed(analysis, solved)
        clear = any(band.clear and band.place.of == "tibiofemoral" for band in found.bands)
        told.append((sentence(found), changed[1] if changed and clear else ""))
    return tuple(told)


def ready() -> bool:
    """Whether the stride is there; if not, begin to compute it in the background."""
    if not _done.is_set() and not _computing.locked():
        threading.Thread(target=stride, name="stride", daemon=True).start()
    return _done.is_set()


@lru_cache(maxsize=1)
def scene_bytes() -> bytes:
    """One stride for the viewer: length of the header, header, numbers (docs/reference/scene.md).

    What the muscles do under the further conditions follows as arrays `activation.1`, `force_n.1`, ...
    """
    analysis = stride()
    frames = _shown_frames()
    moved = Coordinates(
        analysis.coordinates.time_s[frames],
        analysis.coordinates.value[frames],
        analysis.coordinates.names,
    )
    encoded = [
        encode(
            scene(
                analysis.body,
                moved,
                {side: _cut(muscles, frames) for side, muscles in solved.muscles.items()},
                solved.condition,
            )
        )
        for solved in analysis.solved
    ]
    header, block = encoded[0][0], bytearray(encoded[0][1])
    for k, (further, numbers) in enumerate(encoded[1:], start=1):
        for array in further["arrays"]:
            if array["name"] not in ("activation", "force_n", "fibre_length"):
                continue
            size = np.dtype(array["type"]).itemsize * int(np.prod(array["shape"]))
            header["arrays"].append({**array, "name": f"{array['name']}.{k}", "at": len(block)})
            block += numbers[array["at"] : array["at"] + size]
            block += b"\0" * (-len(block) % 4)
    header = {
        **header,
        "bytes": len(block),
        "stride_s": STRIDE_S,
        "conditions": [c.name for c in CONDITIONS],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + bytes(block)


def bones() -> bytes:
    """The bones as binary glTF."""
    return bones_glb()


def page() -> Mapping[str, Any]:
    """Everything the template shows."""
    analysis = stride()
    frame = _heaviest_frame(analysis)
    return {
        "percent": f"{percent(analysis, _SIDE)[frame]:.0f}",
        "labels": list(enumerate(LABELS)),
        "kinds": list(zip(_KINDS, LABELS, strict=True)),
        "sentences": sentences(),
        "estimate": ESTIMATE,
        "curve": _curve(analysis),
        "cursor": {"left": _CURVE_LEFT, "right": _CURVE_SIZE[0] - 12},
        "loads": load_rows(analysis),
        "muscles": muscle_rows(analysis, frame),
        "choices": [(name, name_of(name)) for name in analysis.body.muscles.names],
        "figures": leg_figures(analysis, _KINDS),
        "words": words(analysis),
    }


def words(analysis: Analysis) -> Mapping[str, Any]:
    """What the viewer says, so that no sentence stands in its code."""
    names = analysis.body.muscles.names
    return {
        "names": {name: name_of(name) for name in names},
        "does": dict(actions(analysis)),
        "play": _("Play"),
        "pause": _("Pause"),
        "moment": _("{percent} % of the stride"),
        "one": _(
            "{name}: {does}. At {percent} % of the stride it is {length} cm long and pulls with {force} N."
        ),
        "nothing": _("Choose a muscle, in the picture or in the list, to read what it does."),
    }


def load_rows(analysis: Analysis) -> tuple[LoadRow, ...]:
    """The peaks of the right knee, phase by phase."""
    found = [{p.phase: p for p in _knee_peaks(analysis, solved)} for solved in analysis.solved]
    return tuple(
        LoadRow(
            str(_PHASES[phase]),
            f"{peak.percent:.0f} %",
            tuple(f"{of[phase].bw:.2f}" if phase in of else "–" for of in found),
        )
        for phase, peak in found[0].items()
        if phase in _PHASES
    )


def muscle_rows(analysis: Analysis, frame: int) -> tuple[MuscleRow, ...]:
    """Lengths and pulls of the right leg's muscles in one frame."""
    names = analysis.body.muscles.names
    rows = []
    for label, stems in _ROWS:
        lines = lines_of(names, stems, _SIDE)
        pulls = [
            sum(float(s.muscles[_SIDE].force_n[frame, s.muscles[_SIDE].names.index(names[k])]) for k in lines)
            for s in analysis.solved
        ]
        length = float(np.mean(analysis.geometry.length_m[frame, lines]))
        rows.append(
            MuscleRow(
                str(label),
                " ".join(map(str, lines)),
                f"{100 * length:.1f}",
                tuple(f"{pull:.0f}" for pull in pulls),
            )
        )
    return tuple(rows)


def _knee_peaks(analysis: Analysis, solved: Solved) -> tuple[Peak, ...]:
    return peaks(analysis, contact_of(solved, "tibiofemoral", _SIDE))


def _heaviest_frame(analysis: Analysis) -> int:
    """Where the conditions differ most at the knee, on a frame that the scene holds."""
    loads = _loads_bw(analysis, analysis.solved)[:, _shown_frames()]
    return int(_shown_frames()[int(np.argmax(np.ptp(loads, axis=0)))])


def _loads_bw(analysis: Analysis, solved: Sequence[Solved]) -> Float[np.ndarray, "condition time"]:
    weight = body_weight_n(analysis.subject.mass_kg)
    return np.array([resultant_n(contact_of(s, "tibiofemoral", _SIDE)) / weight for s in solved])


def _shown_frames() -> np.ndarray:
    """One stride of the right leg, its end left out: the viewer goes round."""
    time_s = stride().coordinates.time_s
    return np.flatnonzero(time_s < STRIDE_S - 1e-9)[::_EVERY]


def _cut(muscles: MuscleForces, frames: np.ndarray) -> MuscleForces:
    return replace(
        muscles,
        time_s=muscles.time_s[frames],
        activation=muscles.activation[frames],
        force_n=muscles.force_n[frames],
        passive_force_n=muscles.passive_force_n[frames],
        reserve_nm=muscles.reserve_nm[frames],
        status=muscles.status[frames],
    )


def _curve(analysis: Analysis) -> str:
    """The knee's load over the stride; the band is as built under the other weighted costs of sharing."""
    whole = slice(0, 101)
    x = np.linspace(0.0, 100.0, 101)
    loads = _loads_bw(analysis, analysis.solved)[:, whole]
    spread = np.vstack([loads[:1], _loads_bw(analysis, analysis.band[:-1])[:, whole]])
    return svg(
        Chart(
            title=_("Load on the right knee over one stride, in body weights"),
            x_label=_("percent of the stride"),
            y_label=_("body weights"),
            x_range=(0.0, 100.0),
            lines=[Line(x, load, kind) for kind, load in zip(_KINDS, loads, strict=True)],
            bands=[Band(x, spread.min(axis=0), spread.max(axis=0), "choice")],
            size=_CURVE_SIZE,
        )
    )
