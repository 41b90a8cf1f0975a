"""The page of one exercise on the moving body: its poses, what it does to the muscles, and the same drawn."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.engine.exercise import Motion, Verdict, motions, verdict
from psoas.engine.exercise_scene import ExerciseScene, exercise_scene
from psoas.engine.muscle_table import GROUPS
from psoas.engine.scene import encode
from psoas.exchange.exercise_words import (
    band_words,
    does_what_it_should,
    effect_words,
    limits,
    load_rows,
    name_of,
    told,
)
from psoas.exchange.pose_picture import pose_figures
from psoas.web.presenters.body import movement_choices, nerves_from, rows_of, words
from psoas.web.presenters.body_scene import nerve_courses, packed
from psoas.web.presenters.muscle_words import name_of as muscle_name

_VERSIONS = {
    "ours": gettext_lazy("as planned here"),
    "article": gettext_lazy("as the article says"),
    "mistake": gettext_lazy("a common mistake"),
    "comparison": gettext_lazy("for comparison"),
}
_FROM = {"upright": (0.62, 0.1, 0.78), "back": (0.5, 0.32, 0.8), "side": (0.9, 0.38, 0.22)}
"""From where one sees who stands or kneels, who lies on the back, who lies on the side."""


@lru_cache(maxsize=64)
def judged(name: str) -> Verdict:
    """What the motion does; KeyError for a motion that is not on the shelf."""
    return verdict(motions()[name])


@lru_cache(maxsize=32)
def moved(name: str) -> ExerciseScene:
    """The motion as a movement, about a tenth of a second."""
    return exercise_scene(judged(name))


def page(name: str) -> Mapping[str, Any]:
    """Everything the template shows."""
    found, shown = judged(name), moved(name)
    motion, names = found.motion, shown.scene.body.muscles.names
    still = round(shown.poses[-1][1])
    frame = round(still / 100.0 * len(shown.scene.bones.time_s))
    others = [m for m in motions().values() if m.exercise == motion.exercise and m.id != motion.id]
    return {
        "motion": motion,
        "motion_version": _VERSIONS[motion.version],
        "does": does_what_it_should(found),
        "band": band_words(found),
        "loads": load_rows(found),
        "rows": [(name_of(e.group), effect_words(e)) for e in told(found)],
        "limits": limits(),
        "poses": [(pose, f"{percent:.0f}") for pose, percent in shown.poses],
        "percent": still,
        "lying": shown.rests != "upright",
        "others": [(m.id, m.name, _VERSIONS[m.version]) for m in others],
        **movement_choices(""),
        "effects": True,
        "muscles": rows_of(names, shown.scene.length_m[frame], [shown.scene.force_n[frame]], motion.side),
        "muscles_of": _("left") if motion.side == "l" else _("right"),
        "choices": [(line, muscle_name(line)) for line in names],
        "figures": pose_figures(shown, effects(found), motion.side, shown.poses),
        "words": words(),
        "nerves_from": nerves_from(),
    }


def scene_bytes(name: str) -> bytes:
    """The exercise for the viewer (docs/reference/scene.md), with what the viewer adds around the bones."""
    found, shown = judged(name), moved(name)
    header, block = encode(shown.scene)
    by_line = effects(found)
    standing = {group: effect.standing for group, effect in found.effects.items()}
    for muscle in header["muscles"]:
        group = _group_of(muscle["name"])
        muscle["effect"] = by_line.get(muscle["name"], "neither")
        muscle["standing"] = round(standing[group], 4) if group else 1.0
    header |= {
        "duration_s": shown.duration_s,
        "turns": True,
        "speed": 1.0,
        "legs": ["r", "l"],
        "still": True,
        "from": _FROM[shown.rests],
        "boxes": [{"middle": box.middle_m, "half": box.half_m} for box in shown.boxes],
        "upper": [[round(float(x), 3) for x in frame.ravel()] for frame in shown.upper_m],
        "bands": _bands(found.motion),
        "nerves": nerve_courses(),
    }
    return packed(header, block)


def effects(found: Verdict) -> Mapping[str, str]:
    """What the motion does to each line of its side: that of the smallest group it belongs to."""
    side = found.motion.side
    told: dict[str, str] = {}
    for line in moved(found.motion.id).scene.body.muscles.names:
        group = _group_of(line)
        if line[-1] == side and group is not None:
            told[line] = found.effects[group].effect
    return told


def _group_of(line: str) -> str | None:
    stem = line.split("_")[0]
    holding = [group for group, members in GROUPS.items() if stem in members]
    return min(holding, key=lambda group: len(GROUPS[group]), default=None)


def _bands(motion: Motion) -> Sequence[Sequence[str]]:
    """The ends of the bands that pull, by name of the point; the viewer knows those of the feet."""
    pulls = {(load.at, load.towards) for pose in motion.poses for load in pose.loads}
    return sorted(pair for pair in pulls if all(end.startswith(("ball_", "heel_")) for end in pair))
