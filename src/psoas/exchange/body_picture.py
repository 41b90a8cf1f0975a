"""The leg at one moment, seen from the side: bones, and muscles as thick as they pull.

Computed from the posed body: every muscle lies where the engine's path lies. The bones are drawn by hand
around the joint centres; they are a picture, not anatomy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float

from psoas.engine.kinematics import coordinate_values, joint_motion
from psoas.engine.peaks import contact_of, resultant_n
from psoas.engine.types import Analysis, Body, Coordinates, MuscleForces, Side
from psoas.exchange import words
from psoas.translation import gettext as _
from psoas.units import body_weight_n

Points = Float[np.ndarray, "point 2"]

# Outlines in the frame of their segment, as parts of the distance to the next joint (x forward, y up).
FEMUR = (
    (-0.03, 0.05), (0.05, 0.05), (0.06, -0.05), (0.035, -0.3), (0.035, -0.75), (0.075, -0.93),
    (0.06, -1.0), (-0.04, -1.02), (-0.075, -0.95), (-0.02, -0.75), (-0.015, -0.3), (-0.05, -0.08),
)  # fmt: skip
TIBIA = (
    (-0.07, -0.03), (0.06, -0.03), (0.07, -0.1), (0.03, -0.25), (0.02, -0.7), (0.04, -0.97),
    (0.0, -1.02), (-0.04, -0.98), (-0.02, -0.7), (-0.025, -0.25),
)  # fmt: skip
# In metres, in the frame of their segment.
PELVIS = (
    (0.0, 0.005), (-0.03, 0.075), (-0.085, 0.105), (-0.14, 0.07), (-0.158, 0.015), (-0.125, -0.03),
    (-0.1, -0.07), (-0.105, -0.125), (-0.075, -0.14), (-0.05, -0.11), (0.0, -0.105), (0.012, -0.075),
    (-0.025, -0.05),
)  # fmt: skip
FOOT = (
    (-0.015, 0.0), (-0.01, 0.035), (0.035, 0.06), (0.075, 0.055), (0.12, 0.03), (0.18, 0.012),
    (0.18, -0.012), (0.08, -0.008), (0.03, -0.018),
)  # fmt: skip
TOES = ((-0.005, 0.012), (0.03, 0.01), (0.058, -0.004), (0.055, -0.016), (-0.005, -0.013))
PATELLA = ((0.0, 0.03), (0.012, 0.01), (0.008, -0.02), (-0.004, -0.028), (-0.01, 0.0))
VERTEBRA = (
    (0.028, 0.011),
    (0.03, -0.012),
    (-0.014, -0.012),
    (-0.05, -0.008),
    (-0.05, 0.004),
    (-0.014, 0.011),
)

# What is drawn, back to front: lines whose path is shown, lines whose force is summed into it, class.
_MUSCLES: Sequence[tuple[tuple[str, ...], tuple[str, ...], str]] = (
    (("glmax2",), ("glmax1", "glmax2", "glmax3"), "others"),
    (("semimem",), ("semimem", "semiten", "bflh", "bfsh"), "others"),
    (("soleus",), ("soleus",), "others"),
    (("gasmed",), ("gasmed", "gaslat"), "others"),
    (("tibant",), ("tibant",), "others"),
    (("vasint",), ("vasint", "vasmed", "vaslat"), "quads"),
    (("recfem",), ("recfem",), "quads"),
    (("iliacus",), ("iliacus",), "psoas"),
    (("psoas",), ("psoas",), "psoas"),
)
_WIDTH_M = 0.04e-3  # a belly is this wide for every newton: 40 mm for 1000 N
_THIN_M = 0.0022
SCALE = 400.0  # drawing units in a metre
_FRAME_M = (-0.38, 0.48, -0.93, 0.25)  # about the hip: left, right, below, above


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A drawing with its words."""

    svg: str
    title: str
    says: str
    kind: str


def leg_figures(analysis: Analysis, kinds: Sequence[str]) -> tuple[Figure, ...]:
    """The leg whose knee changes most, at that moment, once for each condition."""
    if not analysis.solved:
        return ()
    found = [words.change(analysis, s) for s in analysis.solved[1:]]
    told = [c for c in found if c is not None]
    if not told:
        return ()
    most = max(told, key=lambda c: abs(c.after.n - c.before.n))
    side, frame = most.side, most.before.frame
    figures = []
    for solved, kind in zip(analysis.solved, kinds, strict=True):
        load = float(resultant_n(contact_of(solved, "tibiofemoral", side))[frame])
        name = words.name_of(solved.condition)
        figures.append(
            leg_figure(analysis, frame, solved.muscles[side], side, load, name[0].upper() + name[1:], kind)
        )
    return tuple(figures)


def leg_figure(
    analysis: Analysis, frame: int, muscles: MuscleForces, side: Side, load_n: float, title: str, kind: str
) -> Figure:
    """One leg in one frame under the given muscle forces; `load_n` is that on its knee."""
    load = load_n / body_weight_n(analysis.subject.mass_kg)
    force = {name: float(muscles.force_n[frame, i]) for i, name in enumerate(muscles.names)}
    said = title[0].lower() + title[1:]
    drawn = _leg(analysis.body, analysis.coordinates, frame, side, force, load, said)
    return Figure(drawn, title, f"{load:.1f}", kind)


def _leg(
    body: Body,
    coordinates: Coordinates,
    frame: int,
    side: Side,
    force_n: Mapping[str, float],
    load: float,
    name: str,
) -> str:
    posed = _posed(body, coordinates, frame)
    draw = _Place(body, posed, side)
    far: Side = "l" if side == "r" else "r"
    parts = [
        *_bones(draw, far, "bone far"),
        *_trunk(draw),
        *_bones(draw, side, "bone"),
        draw.outline("pelvis", PELVIS, "bone"),
    ]
    for lines, summed, kind in _MUSCLES:
        total = sum(f for line, f in force_n.items() if line.startswith(tuple(f"{s}_" for s in summed)))
        shown = [
            line
            for line in body.muscles.names
            if line.endswith(f"_{side}") and line.startswith(tuple(f"{n}_" for n in lines))
        ]
        for line in shown:
            own = force_n.get(line, 0.0) if len(shown) > 1 else total
            parts.append(f'<path class="muscle {kind}" d="{belly(draw.path(line), own)}"/>')
    left, right, below, above = _FRAME_M
    says = _("Leg from the side, %(name)s: knee load %(load)s body weights")
    words_ = escape(says % {"name": name, "load": f"{load:.2f}"}, quote=True)
    box = f"0 0 {(right - left) * SCALE:.0f} {(above - below) * SCALE:.0f}"
    return f'<svg viewBox="{box}" role="img" aria-label="{words_}" class="figure">{"".join(parts)}</svg>'


def _posed(body: Body, coordinates: Coordinates, frame: int) -> Any:
    one = Coordinates(
        coordinates.time_s[frame : frame + 1], coordinates.value[frame : frame + 1], coordinates.names
    )
    data = mujoco.MjData(body.mj)
    data.qpos[:] = joint_motion(body, coordinate_values(body, one)).position[0]
    mujoco.mj_kinematics(body.mj, data)
    mujoco.mj_comPos(body.mj, data)
    mujoco.mj_tendon(body.mj, data)
    return data


class _Place:
    """Puts points of segments on the paper: the person faces right, seen from the side that is drawn."""

    def __init__(self, body: Body, data: Any, side: Side) -> None:
        self.body, self.data = body, data
        self.hip = np.array(data.xpos[body.mj.body(f"femur_{side}").id][:2])

    def paper(self, points: Points) -> Points:
        left, _, _, above = _FRAME_M
        moved = points - self.hip
        return np.column_stack([(moved[:, 0] - left) * SCALE, (above - moved[:, 1]) * SCALE])

    def origin(self, segment: str) -> Float[np.ndarray, "3"]:
        return np.array(self.data.xpos[self.body.mj.body(segment).id])

    def outline(
        self, segment: str, shape: Sequence[tuple[float, float]], kind: str, size: float = 1.0
    ) -> str:
        """A closed smooth outline, given in the segment's frame and seen from the side."""
        turn = np.array(self.data.xmat[self.body.mj.body(segment).id]).reshape(3, 3)
        local = np.column_stack([np.array(shape) * size, np.zeros(len(shape))])
        placed = self.paper((self.origin(segment) + local @ turn.T)[:, :2])
        return f'<path class="{kind}" d="{smooth(placed)}"/>'

    def path(self, line: str) -> Points:
        tendon = self.body.tendons[self.body.muscles.names.index(line)]
        first, count = int(self.data.ten_wrapadr[tendon]), int(self.data.ten_wrapnum[tendon])
        return self.paper(np.array(self.data.wrap_xpos).reshape(-1, 3)[first : first + count, :2])


def _bones(draw: _Place, side: Side, kind: str) -> list[str]:
    hip, knee, ankle = (draw.origin(f"{s}_{side}") for s in ("femur", "tibia", "talus"))
    return [
        draw.outline(f"calcn_{side}", FOOT, kind),
        draw.outline(f"toes_{side}", TOES, kind),
        draw.outline(f"tibia_{side}", TIBIA, kind, float(np.linalg.norm(knee - ankle))),
        draw.outline(f"femur_{side}", FEMUR, kind, float(np.linalg.norm(hip - knee))),
        draw.outline(f"patella_{side}", PATELLA, kind),
    ]


def _trunk(draw: _Place) -> list[str]:
    """Lumbar vertebrae, where the body has them."""
    names = [draw.body.mj.body(i).name for i in range(draw.body.mj.nbody)]
    return [draw.outline(n, VERTEBRA, "bone") for n in names if n.startswith("lumbar")]


def smooth(points: Points) -> str:
    """A closed Catmull-Rom curve through the points, as Bezier pieces."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    beyond = np.roll(points, -2, axis=0)
    words_ = [f"M{points[0, 0]:.1f} {points[0, 1]:.1f}"]
    for p, a, b, q in zip(before, points, after, beyond, strict=True):
        first, second = a + (b - p) / 6.0, b - (q - a) / 6.0
        words_.append(f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} {b[0]:.1f} {b[1]:.1f}")
    return "".join(words_) + "Z"


def belly(path: Points, force_n: float) -> str:
    """A spindle along the path: tendons thin, the belly as thick as the force is large."""
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    at = np.linspace(0.0, length[-1], 25)
    middle = np.column_stack([np.interp(at, length, path[:, k]) for k in range(2)])
    middle[1:-1] = (middle[:-2] + 2 * middle[1:-1] + middle[2:]) / 4.0
    along = np.gradient(middle, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    swell = np.clip(np.sin(np.pi * at / length[-1]), 0.0, 1.0) ** 1.5
    half = SCALE * (_THIN_M + _WIDTH_M * max(force_n, 0.0) * swell)[:, None] / 2
    edge = np.concatenate([middle + half * across, (middle - half * across)[::-1]])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in edge) + "Z"
