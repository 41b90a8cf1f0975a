"""What a viewer needs of a movement: where the bones are, how the muscles run, what they do.

A muscle line keeps one number of points over the whole movement, so that a viewer builds its shape once:
every fixed point of the line, and on every cylinder it may wrap an arc of `ARC_POINTS`, which lie on the
straight line where the muscle has come off the cylinder. Nothing is cut short: the points' distances add
up to the path's length. `encode` packs it as a JSON header and a block of small numbers
(docs/reference/scene.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.transform import Rotation

from psoas.engine.bones import bone_names, bone_scales
from psoas.engine.kinematics import (
    SegmentPoses,
    coordinate_values,
    joint_motion,
    segment_poses,
    swept_paths,
)
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import GROUPS
from psoas.engine.types import AS_BUILT, Body, Condition, Coordinates, MuscleForces, Side

ARC_POINTS = 10  # an arc of 2.5 radians on 30 mm is then 0.2 mm short
SPECIFIC_TENSION_N_M2 = 6e5  # of the published model (Rajagopal et al. 2016, doi:10.1109/TBME.2016.2586891)
FORMAT = "psoas-scene-1"

Points = Float[np.ndarray, "time point 3"]
Arcs = Float[np.ndarray, "wraps arc 3"]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A movement to look at. Line i has the points `first[i]` to `first[i + 1]` of `path_m`, ground frame.

    `fibre_length` is in optimal fibre lengths. Without solved forces `activation` is 0 and `force_n` passive.
    """

    body: Body
    bones: SegmentPoses
    path_m: Points
    first: Int[np.ndarray, "bound"]
    length_m: Float[np.ndarray, "time muscle"]
    fibre_length: Float[np.ndarray, "time muscle"]
    activation: Float[np.ndarray, "time muscle"]
    force_n: Float[np.ndarray, "time muscle"]
    solved: bool


@dataclass(frozen=True, slots=True, eq=False)
class Doing:
    """What the muscles do over a movement under one condition; the units are those of `Scene`."""

    fibre_length: Float[np.ndarray, "time muscle"]
    activation: Float[np.ndarray, "time muscle"]
    force_n: Float[np.ndarray, "time muscle"]


def scene(
    body: Body,
    coordinates: Coordinates,
    muscles: Mapping[Side, MuscleForces] | None = None,
    condition: Condition = AS_BUILT,
) -> Scene:
    """The scene of a movement, with the activations and forces of its legs where they were solved."""
    path, first, length = _paths(body, coordinates)
    for leg in (muscles or {}).values():
        if not np.array_equal(leg.time_s, coordinates.time_s):
            raise ValueError("coordinates and muscle forces have to stand on the same times")
    done = doing(body, length, muscles, condition)
    return Scene(
        body=body,
        bones=segment_poses(body, coordinates, bone_names()),
        path_m=path,
        first=first,
        length_m=length,
        fibre_length=done.fibre_length,
        activation=done.activation,
        force_n=done.force_n,
        solved=bool(muscles),
    )


def doing(
    body: Body,
    length_m: Float[np.ndarray, "time muscle"],
    muscles: Mapping[Side, MuscleForces] | None = None,
    condition: Condition = AS_BUILT,
) -> Doing:
    """What the lines of these lengths do: solved where a leg is given, passive elsewhere."""
    table = body.muscles
    pull = capacity(table, length_m, np.zeros_like(length_m), condition)
    activation, force = np.zeros_like(length_m), pull.passive_n.copy()
    for leg in (muscles or {}).values():
        at = [table.names.index(name) for name in leg.names]
        activation[:, at], force[:, at] = np.nan_to_num(leg.activation), np.nan_to_num(leg.force_n)
    return Doing(pull.fibre_length, activation, force)


def scene_frames(shown: Scene, window_s: tuple[float, float]) -> Scene:
    """The frames inside the window, ends included: one stride of a longer movement."""
    time_s = shown.bones.time_s
    inside = (time_s > window_s[0] - 1e-9) & (time_s < window_s[1] + 1e-9)
    bones = shown.bones
    return replace(
        shown,
        bones=SegmentPoses(time_s[inside], bones.origin_m[inside], bones.orientation[inside], bones.names),
        path_m=shown.path_m[inside],
        length_m=shown.length_m[inside],
        fibre_length=shown.fibre_length[inside],
        activation=shown.activation[inside],
        force_n=shown.force_n[inside],
    )


def encode(shown: Scene) -> tuple[dict[str, Any], bytes]:
    """Header and block of numbers; equal scenes give equal bytes."""
    base = shown.bones.origin_m[:, 0]
    described, block = _block(
        {
            "time_s": (shown.bones.time_s, "<f4", 1.0),
            "bone_origin_m": (shown.bones.origin_m, "<f4", 1.0),
            "bone_quaternion": (_quaternions(shown.bones.orientation), "<i2", 1.0 / 32767.0),
            "path_m": (shown.path_m - base[:, None], "<i2", 5e-5),
            "length_m": (shown.length_m, "<u2", 2e-5),
            **_of_doing(Doing(shown.fibre_length, shown.activation, shown.force_n)),
        }
    )
    header = {
        "format": FORMAT,
        "body": {"name": shown.body.name, "sha256": shown.body.sha256},
        "frames": len(shown.bones.time_s),
        "solved": shown.solved,
        "bones": [
            {"name": name, "scale": list(scale)}
            for name, scale in zip(shown.bones.names, bone_scales(shown.body), strict=True)
        ],
        "muscles": _described(shown),
        "arrays": described,
        "bytes": len(block),
    }
    return header, block


def encode_doing(done: Doing) -> tuple[dict[str, Any], bytes]:
    """Header and block of the three arrays that a condition changes, for a scene that is there already."""
    described, block = _block(_of_doing(done))
    return {"format": FORMAT, "frames": len(done.force_n), "arrays": described, "bytes": len(block)}, block


def decode(header: Mapping[str, Any], block: bytes) -> dict[str, np.ndarray]:
    """The arrays of an encoded scene by name, in their units; `path_m` is from the first bone's origin."""
    return {
        a["name"]: np.frombuffer(block, a["type"], int(np.prod(a["shape"])), a["at"]).reshape(a["shape"])
        * a["unit"]
        for a in header["arrays"]
    }


Numbers = tuple[np.ndarray, str, float]  # values, type as stored, unit


def _of_doing(done: Doing) -> dict[str, Numbers]:
    return {
        "fibre_length": (done.fibre_length, "<u2", 1e-4),
        "activation": (done.activation, "|u1", 1.0 / 255.0),
        "force_n": (done.force_n, "<u2", 0.2),
    }


def _block(arrays: Mapping[str, Numbers]) -> tuple[list[dict[str, Any]], bytes]:
    """The arrays one after the other, each at a multiple of four bytes, and where they are."""
    block, described = bytearray(), []
    for name, (values, kind, unit) in arrays.items():
        described.append(
            {"name": name, "type": kind, "shape": list(values.shape), "at": len(block), "unit": unit}
        )
        block += _packed(values, kind, unit).tobytes()
        block += b"\0" * (-len(block) % 4)
    return described, bytes(block)


def _described(shown: Scene) -> list[dict[str, Any]]:
    table = shown.body.muscles
    return [
        {
            "name": name,
            "muscle": table.muscle[i],
            "side": name[-1],
            "groups": [g for g, members in GROUPS.items() if table.muscle[i][:-2] in members],
            "first": int(shown.first[i]),
            "points": int(shown.first[i + 1] - shown.first[i]),
            "max_force_n": round(float(table.max_isometric_force_n[i]), 1),
            "radius_m": round(
                float(np.sqrt(table.max_isometric_force_n[i] / SPECIFIC_TENSION_N_M2 / np.pi)), 5
            ),
        }
        for i, name in enumerate(table.names)
    ]


def _packed(values: np.ndarray, kind: str, unit: float) -> np.ndarray:
    """Values as small numbers, held at the ends of what the type can say."""
    if kind == "<f4":
        return values.astype(kind)
    ends = np.iinfo(kind)
    return np.clip(np.round(values / unit), ends.min, ends.max).astype(kind)


def _quaternions(orientation: Float[np.ndarray, "time bone 3 3"]) -> Float[np.ndarray, "time bone 4"]:
    """x, y, z, w; from frame to frame the nearer of q and -q, so that a viewer may interpolate."""
    turned = Rotation.from_matrix(orientation.reshape(-1, 3, 3)).as_quat().reshape(*orientation.shape[:2], 4)
    towards = np.sum(turned[1:] * turned[:-1], axis=-1, keepdims=True) < 0.0
    turned[1:] *= np.where(np.cumsum(towards, axis=0) % 2 == 1, -1.0, 1.0)
    return np.asarray(turned)


def _paths(
    body: Body, coordinates: Coordinates
) -> tuple[Points, Int[np.ndarray, "bound"], Float[np.ndarray, "time muscle"]]:
    """Points of every line, where each line's begin, and the lengths as the muscle parameters count them."""
    values = coordinate_values(body, coordinates)
    motion = joint_motion(body, values)
    model, data = body.mj, mujoco.MjData(body.mj)
    frames = len(values)
    place, wrapped_on = np.empty((frames, model.nwrap * 2, 3)), np.empty((frames, model.nwrap * 2), int)
    first_of = np.empty((frames, model.ntendon), int)
    centre, turn = np.empty((frames, model.ngeom, 3)), np.empty((frames, model.ngeom, 3, 3))
    length, entries = np.empty((frames, model.ntendon)), np.empty((frames, model.nJten))
    for t, q in enumerate(motion.position):
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_tendon(model, data)
        place[t], wrapped_on[t] = data.wrap_xpos.reshape(-1, 3), data.wrap_obj.reshape(-1)
        first_of[t] = data.ten_wrapadr
        centre[t], turn[t] = data.geom_xpos, data.geom_xmat.reshape(-1, 3, 3)
        length[t], entries[t] = data.ten_length, data.ten_J
    lines = [
        _line(model, int(tendon), place, wrapped_on, first_of[:, tendon], centre, turn)
        for tendon in body.tendons
    ]
    first = np.cumsum([0, *(line.shape[1] for line in lines)])
    counted = swept_paths(body, coordinates.time_s, values, motion, length, entries).length_m
    return np.concatenate(lines, axis=1), first, counted


def _line(
    model: Any,
    tendon: int,
    place: Points,
    wrapped_on: Int[np.ndarray, "time point"],
    at: Int[np.ndarray, "time"],
    centre: Float[np.ndarray, "time geom 3"],
    turn: Float[np.ndarray, "time geom 3 3"],
) -> Float[np.ndarray, "time shown 3"]:
    """One line over all frames: MuJoCo lists two points more in the frames in which it wraps."""
    frames, at = np.arange(len(place)), at.copy()
    start = int(model.tendon_adr[tendon])
    points = [place[frames, at][:, None]]
    at += 1
    cylinder: int | None = None
    for w in range(start + 1, start + int(model.tendon_num[tendon])):
        if model.wrap_type[w] != mujoco.mjtWrap.mjWRAP_SITE:
            cylinder = int(model.wrap_objid[w])
            continue
        if cylinder is not None:
            before = points[-1][:, -1]
            wraps = wrapped_on[frames, at] == cylinder
            site = place[frames, at + 2 * wraps]
            share = np.arange(1, ARC_POINTS + 1)[:, None] / (ARC_POINTS + 1)
            stretch = before[:, None] + share * (site - before)[:, None]
            on, off = place[frames, at][wraps], place[frames, at + 1][wraps]
            stretch[wraps] = _arc(before[wraps], on, off, centre[wraps, cylinder], turn[wraps, cylinder])
            points.append(stretch)
            at += 2 * wraps
            cylinder = None
        points.append(place[frames, at][:, None])
        at += 1
    return np.concatenate(points, axis=1)


def _arc(
    before: Float[np.ndarray, "wraps 3"],
    on: Float[np.ndarray, "wraps 3"],
    off: Float[np.ndarray, "wraps 3"],
    centre: Float[np.ndarray, "wraps 3"],
    turn: Float[np.ndarray, "wraps 3 3"],
) -> Arcs:
    """The helix on a cylinder about its own z from where the line meets it to where it leaves.

    The line comes in along the tangent, which tells the way round: the far way too, beyond half a turn.
    """
    local = [np.einsum("ti,tij->tj", p - centre, turn) for p in (before, on, off)]
    coming, a, b = local
    way = np.where(a[:, 0] * (a - coming)[:, 1] - a[:, 1] * (a - coming)[:, 0] < 0.0, -1.0, 1.0)
    begin, end = (np.arctan2(p[:, 1], p[:, 0]) for p in (a, b))
    angle = way * np.mod(way * (end - begin), 2.0 * np.pi)
    share = np.linspace(0.0, 1.0, ARC_POINTS)
    swept = begin[:, None] + share * angle[:, None]
    radius = np.hypot(a[:, 0], a[:, 1])[:, None]
    along = a[:, 2, None] + share * (b - a)[:, 2, None]
    helix = np.stack([radius * np.cos(swept), radius * np.sin(swept), along], axis=-1)
    return np.asarray(np.einsum("tkj,tij->tki", helix, turn) + centre[:, None])
