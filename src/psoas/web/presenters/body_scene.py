"""What the viewer loads: a movement as built, and what its muscles do under one setting of the knobs.

Both are one file: length of the header (four bytes, little endian), the header as JSON, the block of numbers
(docs/reference/scene.md).
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Int

from psoas.engine.bones import bones_glb, lowest_corners
from psoas.engine.kinematics import segment_poses
from psoas.engine.nerves import nerves
from psoas.engine.scene import doing, encode, encode_doing, scene
from psoas.engine.types import Body, Coordinates, MuscleForces, Side
from psoas.web.presenters.movements import SHOWN, duration_s, prepared
from psoas.web.presenters.what_if import Answer

_EVERY = 2  # of the engine's hundred frames a stride: the viewer fills in between


def bones() -> bytes:
    """The bones as binary glTF."""
    return bones_glb()


@lru_cache(maxsize=len(SHOWN))
def scene_bytes(movement: str) -> bytes:
    """The movement as built."""
    shown, analysis = SHOWN[movement], prepared(movement).analysis
    frames = frames_shown(movement)
    all_ = analysis.coordinates
    moved = Coordinates(all_.time_s[frames], all_.value[frames], all_.names)
    if shown.built:
        moved = on_the_floor(analysis.body, moved, shown.legs)
    built = prepared(movement).ready[0].as_built
    header, block = encode(scene(analysis.body, moved, {s: cut(m, frames) for s, m in built.items()}))
    return packed(header | header_of(movement), block)


def header_of(movement: str) -> dict[str, Any]:
    """How the viewer plays a movement."""
    shown = SHOWN[movement]
    return {
        "duration_s": duration_s(movement),
        "turns": shown.turns,
        "legs": list(shown.legs),
        "still": shown.built,
        "speed": 1.0 if shown.built else 0.5,
        "nerves": nerve_courses(),
    }


def on_the_floor(body: Body, moved: Coordinates, legs: tuple[Side, ...]) -> Coordinates:
    """The same movement at the height at which the feet that are shown stand on the floor."""
    feet = tuple(f"{part}_{side}" for side in legs for part in ("calcn", "toes"))
    lowest = lowest_corners(segment_poses(body, moved, feet)).min()
    value = moved.value.copy()
    value[:, moved.names.index("pelvis_ty")] -= lowest
    return Coordinates(moved.time_s, value, moved.names)


def doing_bytes(answer: Answer) -> bytes:
    """What the muscles do under the answer's condition, frame for frame of `scene_bytes`."""
    movement = prepared(answer.setting.movement)
    frames = frames_shown(answer.setting.movement)
    legs = {side: cut(muscles, frames) for side, muscles in answer.muscles.items()}
    length = movement.ready[0].geometry.length_m[frames]
    return packed(*encode_doing(doing(movement.analysis.body, length, legs, answer.found.condition)))


def frames_shown(movement: str) -> Int[np.ndarray, "shown"]:
    """One stride of the right leg, its end left out, since the viewer goes round; or the whole step."""
    time_s = prepared(movement).analysis.coordinates.time_s
    turns = SHOWN[movement].turns
    return np.flatnonzero(time_s < duration_s(movement) - 1e-9 if turns else time_s >= 0.0)[::_EVERY]


def cut(muscles: MuscleForces, frames: Int[np.ndarray, "shown"]) -> MuscleForces:
    """The forces in some frames."""
    return replace(
        muscles,
        time_s=muscles.time_s[frames],
        activation=muscles.activation[frames],
        force_n=muscles.force_n[frames],
        passive_force_n=muscles.passive_force_n[frames],
        reserve_nm=muscles.reserve_nm[frames],
        status=muscles.status[frames],
    )


def nerve_courses() -> Sequence[Mapping[str, Any]]:
    """The nerves for the header of a scene: they move with the bones, so the viewer places them."""
    return [{"name": each.name, "side": each.side, "points": each.points} for each in nerves()]


def packed(header: Mapping[str, Any], block: bytes) -> bytes:
    """Header and block as one file; the block begins at a multiple of four bytes."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + block
