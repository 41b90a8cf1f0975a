"""A pose of an exercise as a drawing: legs, pelvis, lower spine, and muscles by what the motion does to them.

Every muscle lies where the engine's path lies. Bones are outlines around the joint centres and the upper body
is a few strokes: a picture, not anatomy. Who lies on the side is seen from the front, everybody else from the
side.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from jaxtyping import Float

from psoas.engine.exercise_scene import Box, ExerciseScene
from psoas.engine.types import Side
from psoas.exchange.body_picture import (
    FEMUR,
    FOOT,
    PATELLA,
    PELVIS,
    SCALE,
    TIBIA,
    TOES,
    VERTEBRA,
    Figure,
    belly,
    smooth,
)

Points = Float[np.ndarray, "point 2"]
Shape = Sequence[tuple[float, float]]

_SHOWN = ("glmax2", "glmed2", "semimem", "bflh", "soleus", "gasmed", "vaslat", "recfem", "iliacus", "psoas")
_PULL_N = {"works": 900.0, "lengthens": 650.0, "neither": 420.0}  # how thick a belly is drawn, as by a pull
_MARGIN_M = 0.07
_ON_THE_SIDE = 0.7  # the pelvis' own sideways axis is as upright as that
# Strokes of the upper body: points of `exercise_scene.UPPER`, width in m.
_STROKES = (((0, 1, 2), 0.2), ((2, 3), 0.09), ((4, 5, 6), 0.065), ((7, 8, 9), 0.065))
_HEAD_M = 0.095


def pose_figures(
    shown: ExerciseScene, effects: Mapping[str, str], side: Side, titles: Sequence[tuple[str, float]]
) -> tuple[Figure, ...]:
    """One drawing a pose, all to one scale. `effects` by line: works, lengthens or neither."""
    frames = len(shown.scene.bones.time_s)
    at = [min(frames - 1, round(percent / 100.0 * frames)) for _, percent in titles]
    drawings = [_Drawing(shown, frame, side) for frame in at]
    low = np.min([d.low for d in drawings], axis=0)
    high = np.max([d.high for d in drawings], axis=0)
    return tuple(
        Figure(d.svg(effects, title, low, high), title, "", "pose")
        for d, (title, _) in zip(drawings, titles, strict=True)
    )


class _Drawing:
    """One frame on paper: across is forward, or to the right of who is seen from the front; up is up."""

    def __init__(self, shown: ExerciseScene, frame: int, side: Side) -> None:
        self.shown, self.frame, self.side = shown, frame, side
        bones = shown.scene.bones
        self.origin = dict(zip(bones.names, bones.origin_m[frame], strict=True))
        self.turn = dict(zip(bones.names, bones.orientation[frame], strict=True))
        on_the_side = abs(bones.orientation[frame, bones.names.index("pelvis")][1, 2]) > _ON_THE_SIDE
        self.axes = [2, 1] if on_the_side else [0, 1]
        self.flat = 2 if on_the_side else 0  # the axis of a segment along which its outline is wide
        reach = np.concatenate([bones.origin_m[frame], shown.upper_m[frame]])[:, self.axes]
        boxes = [
            np.array(b.middle_m)[self.axes] + s * np.array(b.half_m)[self.axes]
            for b in shown.boxes
            for s in (-1, 1)
        ]
        head = shown.upper_m[frame, 3][self.axes]
        reach = np.vstack([reach, *boxes, head - _HEAD_M, head + _HEAD_M])
        self.low, self.high = reach.min(axis=0) - _MARGIN_M, reach.max(axis=0) + _MARGIN_M

    def svg(
        self,
        effects: Mapping[str, str],
        title: str,
        low: Float[np.ndarray, "2"],
        high: Float[np.ndarray, "2"],
    ) -> str:
        self.low, self.high = np.minimum(low, [np.inf, -0.02]), high
        far: Side = "l" if self.side == "r" else "r"
        width, height = (self.high - self.low) * SCALE
        parts = [
            self._floor(width),
            *(self._box(box) for box in self.shown.boxes),
            *self._upper(),
            *self._bones(far, "bone far"),
            *(self._outline(f"lumbar{k}", VERTEBRA, "bone") for k in range(5, 0, -1)),
            *self._bones(self.side, "bone"),
            self._outline("pelvis", PELVIS, "bone"),
            *self._muscles(effects),
        ]
        words = escape(title, quote=True)
        box = f"0 0 {width:.0f} {height:.0f}"
        return (
            f'<svg viewBox="{box}" role="img" aria-label="{words}" class="figure pose">{"".join(parts)}</svg>'
        )

    def _paper(self, points: Float[np.ndarray, "point 3"]) -> Points:
        flat = points[:, self.axes]
        return np.column_stack([flat[:, 0] - self.low[0], self.high[1] - flat[:, 1]]) * SCALE

    def _outline(self, segment: str, shape: Shape, kind: str, size: float = 1.0) -> str:
        local = np.zeros((len(shape), 3))
        local[:, [self.flat, 1]] = np.array(shape) * size
        placed = self._paper(self.origin[segment] + local @ self.turn[segment].T)
        return f'<path class="{kind}" d="{smooth(placed)}"/>'

    def _bones(self, side: Side, kind: str) -> list[str]:
        hip, knee, ankle = (self.origin[f"{s}_{side}"] for s in ("femur", "tibia", "talus"))
        return [
            self._outline(f"calcn_{side}", FOOT, kind),
            self._outline(f"toes_{side}", TOES, kind),
            self._outline(f"tibia_{side}", TIBIA, kind, float(np.linalg.norm(knee - ankle))),
            self._outline(f"femur_{side}", FEMUR, kind, float(np.linalg.norm(hip - knee))),
            self._outline(f"patella_{side}", PATELLA, kind),
        ]

    def _muscles(self, effects: Mapping[str, str]) -> list[str]:
        """The side's muscles; what the motion is about lies in front."""
        scene = self.shown.scene
        drawn: list[tuple[bool, str]] = []
        for k, line in enumerate(scene.body.muscles.names):
            if line[-1] != self.side or not line.startswith(tuple(f"{stem}_" for stem in _SHOWN)):
                continue
            effect = effects.get(line, "neither")
            path = self._paper(scene.path_m[self.frame, scene.first[k] : scene.first[k + 1]])
            pull = _PULL_N[effect] / (5.0 if line.startswith("psoas_") else 1.0)
            drawn.append((effect != "neither", f'<path class="muscle {effect}" d="{belly(path, pull)}"/>'))
        return [path for _, path in sorted(drawn, key=lambda each: each[0])]

    def _upper(self) -> list[str]:
        points = self._paper(self.shown.upper_m[self.frame])
        (x, y), radius = points[3], _HEAD_M * SCALE
        head = f'<circle class="upper" cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}"/>'
        return [
            head,
            *(
                f'<polyline class="upper-line" stroke-width="{width * SCALE:.0f}" '
                f'points="{" ".join(f"{points[k, 0]:.0f},{points[k, 1]:.0f}" for k in stroke)}"/>'
                for stroke, width in _STROKES
            ),
        ]

    def _box(self, box: Box) -> str:
        middle, half = np.array(box.middle_m), np.array(box.half_m)
        (left, below), (right, above) = self._paper(np.array([middle - half, middle + half]))
        return (
            f'<rect class="support" x="{left:.0f}" y="{above:.0f}" width="{right - left:.0f}" '
            f'height="{below - above:.0f}"/>'
        )

    def _floor(self, width: float) -> str:
        y = self.high[1] * SCALE
        return f'<line class="floor" x1="0" x2="{width:.0f}" y1="{y:.0f}" y2="{y:.0f}"/>'
