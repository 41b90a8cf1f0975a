"""The other answer of the body page: the walk adapted to a shorter hip flexor; a job, kept for everybody.

It takes 10 to 30 s of the worker, so it gives way to all other work: it stops when something waits, and is
asked for again by the page that still shows it once nothing does.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from psoas.engine.adapted_movement import HARMONICS, Change
from psoas.engine.adapted_what_if import (
    AdaptedWhatIf,
    Checks,
    LoadBand,
    NotAdapted,
    PostureBand,
    Verdict,
    adapted_analysis,
    adapted_what_if,
)
from psoas.engine.cyclic_change import STRIDE, series
from psoas.engine.scene import encode, scene
from psoas.engine.types import Coordinates, Side
from psoas.engine.what_if import Place
from psoas.exchange.adapted_words import POSSIBLE, adapted_sentence
from psoas.web.jobs import Cancelled, Tell, ask, cancel, latest_of
from psoas.web.models.job import OPEN, Job, State
from psoas.web.presenters.body_scene import cut, frames_shown, header_of, packed
from psoas.web.presenters.knobs import FIRST_KNOB, Setting, read
from psoas.web.presenters.movements import SHOWN, prepared
from psoas.web.presenters.what_if import PLACES, signed

KIND = "adapted"
_ANGLES = {
    "hip_extension": gettext_lazy("How far the hip goes back"),
    "knee_flexion_late": gettext_lazy("Knee bend before the foot leaves the ground"),
    "ankle_dorsiflexion_late": gettext_lazy("How far the foot bends up"),
    "pelvis_forward_tilt": gettext_lazy("Pelvis tipped forward"),
    "lumbar_extension": gettext_lazy("Low back arched"),
    "trunk_forward_lean": gettext_lazy("Trunk leaning forward"),
    STRIDE: gettext_lazy("Length of a stride"),
}
_VERDICTS: Mapping[Verdict, Any] = {
    "robust": gettext_lazy("all agree"),
    "same_direction": gettext_lazy("direction agrees"),
    "unclear": gettext_lazy("no clear change"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of one of the tables: what, and its cells from left to right."""

    name: str
    cells: tuple[str, ...]


def asked_for(setting: Setting) -> bool:
    """Whether the page shows a second answer: a walk, and a hip flexor that is shorter."""
    return SHOWN[setting.movement].turns and dict(setting.turned).get(FIRST_KNOB, 0.0) > 0.0


def context(setting: Setting, again: bool = False) -> dict[str, Any]:
    """The second answer for the template: how far it is, or its sentence and its tables.

    again: somebody asks anew for what could not be computed.
    """
    if not asked_for(setting):
        return {"adapted": None}
    job = _job(setting, again)
    given = {"query": setting.query, "open": job.open or job.state == State.CANCELLED, "job": job}
    if job.state != State.DONE:
        return {
            "adapted": {**given, "percent": round(100 * job.part), "says": _(job.says) if job.says else ""}
        }
    found = as_found(setting, job.result)
    if found is None:
        return {"adapted": {**given, "none": True}}
    side: Side = "l" if setting.side == "l" else "r"
    told = {
        "says": adapted_sentence(found),
        "possible": _(POSSIBLE),
        "leg": _("left") if side == "l" else _("right"),
        "angles": [_angle(band) for band in found.postures if band.side in (None, side)],
        "loads": [_load(band) for band in found.loads if band.place.side == side and _key(band) in PLACES],
        "ways": len(found.variants),
    }
    return {"adapted": {**given, "told": told}}


def scene_bytes(setting: Setting) -> bytes | None:
    """The adapted walk in numbers, frame for frame of the walk as it was; None while it is not computed."""
    job = latest_of(KIND, {"query": setting.query}) if asked_for(setting) else None
    if job is None or job.state != State.DONE or not job.result["found"]:
        return None
    return _scene_bytes(setting, job.pk)


def compute(given: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """The job: what moves and loads differently, in numbers that any language can tell."""
    from django.http import QueryDict

    setting = read(QueryDict(given["query"]).dict()).setting

    def on(_what: str, share: float) -> None:
        if Job.objects.filter(state=State.WAITING).exists():
            raise Cancelled
        tell(share, gettext_noop("Computing how the walk may adapt"))

    on("", 0.0)
    found = adapted_what_if(prepared(setting.movement), setting.condition, progress=on)
    if isinstance(found, NotAdapted):
        return {"found": False}
    return {
        "found": True,
        "variants": found.variants,
        "failed": found.failed,
        "postures": [asdict(band) for band in found.postures],
        "loads": [asdict(band) for band in found.loads],
        "pull_n": found.pull_n,
        "checks": asdict(found.checks),
        "change": {
            "period_s": found.change.series.period_s,
            "coefficients": found.change.coefficients.tolist(),
            "steps": found.change.steps,
            "cost": found.change.cost,
        },
    }


def _job(setting: Setting, again: bool) -> Job:
    """The job of this setting. A new one ends those of other settings; one that gave way begins again."""
    given = {"query": setting.query}
    job = latest_of(KIND, given)
    if job is None:
        for other in Job.objects.filter(kind=KIND, state__in=OPEN):
            cancel(other)
    gave_way = job is not None and job.state == State.CANCELLED
    return ask(KIND, given, again=again or (gave_way and not Job.objects.filter(state__in=OPEN).exists()))


def as_found(setting: Setting, kept: Mapping[str, Any]) -> AdaptedWhatIf | None:
    """What `compute` kept, as the engine gave it."""
    if not kept["found"]:
        return None
    change = kept["change"]
    return AdaptedWhatIf(
        setting.movement,
        setting.condition,
        tuple(kept["variants"]),
        tuple(PostureBand(**{**each, "change": tuple(each["change"])}) for each in kept["postures"]),
        tuple(
            LoadBand(**{**each, "place": Place(**each["place"]), "change": tuple(each["change"])})
            for each in kept["loads"]
        ),
        {side: (was, unchanged, now) for side, (was, unchanged, now) in kept["pull_n"].items()},
        Change(
            series(change["period_s"], HARMONICS),
            np.array(change["coefficients"]),
            True,
            change["steps"],
            change["cost"],
        ),
        Checks(**kept["checks"]),
        tuple(kept["failed"]),
    )


@lru_cache(maxsize=8)  # half a megabyte each
def _scene_bytes(setting: Setting, job: int) -> bytes:
    found = as_found(setting, Job.objects.get(pk=job).result)
    assert found is not None
    moved = adapted_analysis(prepared(setting.movement), setting.condition, found.change)
    frames = frames_shown(setting.movement)
    coordinates = moved.coordinates
    shown = Coordinates(coordinates.time_s[frames], coordinates.value[frames], coordinates.names)
    muscles = {side: cut(each, frames) for side, each in moved.solved[0].muscles.items()}
    header, block = encode(scene(moved.body, shown, muscles, setting.condition))
    return packed(header | header_of(setting.movement), block)


def _angle(band: PostureBand) -> Row:
    unit = _("%s cm") if band.of == STRIDE else "%s°"
    share = 1.0 if band.of == STRIDE else 0.01  # of a metre, of a hundred degrees
    change, low, high = (signed(share * x) for x in (band.change[0], min(band.change), max(band.change)))
    before, after = ("–", "–") if band.of == STRIDE else (f"{round(x)}°" for x in (band.before, band.after))
    span = unit % (_("%(low)s to %(high)s") % {"low": low, "high": high})
    return Row(str(_ANGLES[band.of]), (before, after, unit % change, span, str(_VERDICTS[band.verdict])))


def _key(band: LoadBand) -> tuple[str, str]:
    return band.place.of, band.place.phase


def _load(band: LoadBand) -> Row:
    stays, adapts = (band.before_bw * (1.0 + change) for change in (band.unchanged, band.change[0]))
    low, high = signed(min(band.change)), signed(max(band.change))
    span = _("%(low)s to %(high)s %%") % {"low": low, "high": high}
    cells = (f"{band.before_bw:.2f}", f"{stays:.2f}", f"{adapts:.2f}", span, str(_VERDICTS[band.verdict]))
    return Row(str(PLACES[_key(band)]), cells)
