"""What the psoas can do: turn the hip, turn each lumbar level, press and shear L4/5, by posture.

A line that pulls with a force F turns a joint by F times its moment arm (-dL/dq). On the disc L4/5 it acts
by what its tension does to everything above: F along the line from its origin towards the pelvic brim.

    compression = -u . tangent      forward shear = u . forward      sideways shear = u . (to the line's side)

with u the line's direction. The tangent of the spine at L4/5 runs from the L5/S1 joint centre to that of
L3/4, because the body's vertebrae do not know how their discs lie; forward stands at right angles to it in
the sagittal plane of L4. A disc that lies 10 degrees otherwise takes a sixth of the compression as shear.

Only the psoas of one side is looked at, isometric. The back muscles that balance it are not in the body, so
what is told is what the psoas adds, not what a spine bears.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mujoco
import numpy as np
from jaxtyping import Float

from psoas.engine.body import load_body
from psoas.engine.kinematics import (
    coordinate_values,
    joint_arms,
    joint_motion,
    moment_arms,
    muscle_paths,
)
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.normative import normative_walk
from psoas.engine.types import Body, Coordinates, Side

LEVELS = ("L1_L2", "L2_L3", "L3_L4", "L4_L5", "L5_S1")
HIP = ("hip_flexion", "hip_adduction", "hip_rotation")
_ABOVE_L4_L5 = ("lumbar4", "lumbar3", "lumbar2", "lumbar1", "torso")


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """A named posture of the right side: degrees by coordinate, what is not named is 0. Choices of ours."""

    name: str
    says: str
    degrees: Mapping[str, float]


POSTURES = (
    Posture("standing", "standing", {}),
    Posture("hip_flexed_30", "hip flexed 30°", {"hip_flexion_r": 30.0}),
    Posture("hip_flexed_60", "hip flexed 60°", {"hip_flexion_r": 60.0, "knee_angle_r": 60.0}),
    Posture("hip_flexed_90", "hip flexed 90°", {"hip_flexion_r": 90.0, "knee_angle_r": 90.0}),
    Posture("hip_extended_10", "hip extended 10°", {"hip_flexion_r": -10.0}),
    Posture("hip_extended_20", "hip extended 20°", {"hip_flexion_r": -20.0}),
    Posture("lumbar_flexed", "lower back bent 30°", {"lumbar_extension": -30.0}),
    Posture("lumbar_extended", "lower back arched 15°", {"lumbar_extension": 15.0}),
    Posture(
        "seated",
        "sitting, slumped",
        {"pelvis_tilt": 15.0, "hip_flexion_r": 75.0, "knee_angle_r": 90.0, "lumbar_extension": -25.0},
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """What each line of one side's psoas and iliacus does in each posture, per newton, and what it can pull.

    `hip_arm_m`: flexion, adduction, inward rotation. `level_arm_m` (LEVELS): extension, bending to the
    line's own side, turning to the other side. `disc`: compression, forward and own-side shear at L4/5 of
    one newton, as force on what lies above. `active_n` is at full activation, `passive_n` at none; both
    isometric. `share` is the line's part of its muscle's maximal force.
    """

    side: Side
    postures: tuple[Posture, ...]
    names: tuple[str, ...]
    share: Float[np.ndarray, "line"]
    hip_arm_m: Float[np.ndarray, "posture line 3"]
    level_arm_m: Float[np.ndarray, "posture line level 3"]
    disc: Float[np.ndarray, "posture line 3"]
    active_n: Float[np.ndarray, "posture line"]
    passive_n: Float[np.ndarray, "posture line"]
    body_weight_n: float

    def lines(self, muscle: str) -> list[int]:
        """Columns of `psoas` or `iliacus`."""
        return [j for j, name in enumerate(self.names) if name.startswith(muscle)]


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """One muscle's lines together: arms weighted by share (m), moments (N.m) and forces on L4/5 (N).

    `full` is with every line fully active (and its passive tension), `rest` with none active.
    """

    hip_arm_m: Float[np.ndarray, "posture 3"]
    level_arm_m: Float[np.ndarray, "posture level 3"]
    disc: Float[np.ndarray, "posture 3"]
    full_n: Float[np.ndarray, "posture"]
    rest_n: Float[np.ndarray, "posture"]
    hip_full_nm: Float[np.ndarray, "posture 3"]
    hip_rest_nm: Float[np.ndarray, "posture 3"]
    level_full_nm: Float[np.ndarray, "posture level 3"]
    disc_full_n: Float[np.ndarray, "posture 3"]
    disc_rest_n: Float[np.ndarray, "posture 3"]


@dataclass(frozen=True, slots=True, eq=False)
class Walking:
    """The moment of mean natural walking in which one psoas presses L4/5 most."""

    percent: float
    force_n: float
    disc_n: Float[np.ndarray, "3"]


def actions(body: Body | None = None, postures: Sequence[Posture] = POSTURES, side: Side = "r") -> Actions:
    """Arms, disc forces and strength of psoas and iliacus of one side in each posture."""
    body = body or load_body()
    table = body.muscles
    lines = [*lines_of(table, f"psoas_{side}"), *lines_of(table, f"iliacus_{side}")]
    posed = _coordinates(body, postures, side)
    paths = muscle_paths(body, posed)
    pull = capacity(table, paths.length_m, np.zeros_like(paths.length_m))
    mirror = 1.0 if side == "r" else -1.0
    hinges = [f"{level}_rotation{k}" for level in LEVELS for k in (1, 2, 3)]
    levels = joint_arms(body, paths, hinges)[:, :, lines].reshape(len(postures), len(LEVELS), 3, len(lines))
    return Actions(
        side=side,
        postures=tuple(postures),
        names=tuple(table.names[j] for j in lines),
        share=table.share[lines],
        hip_arm_m=moment_arms(body, paths, [f"{dof}_{side}" for dof in HIP])[:, :, lines].transpose(0, 2, 1),
        level_arm_m=levels.transpose(0, 3, 1, 2) * np.array([1.0, mirror, mirror]),
        disc=disc_directions(body, posed, lines) * np.array([1.0, 1.0, mirror]),
        active_n=pull.active_n[:, lines],
        passive_n=pull.passive_n[:, lines],
        body_weight_n=float(body.mass_kg * -body.mj.opt.gravity[1]),
    )


def whole(found: Actions, muscle: str) -> Whole:
    """The lines of `psoas` or `iliacus` together."""
    at = found.lines(muscle)
    full, rest = found.active_n[:, at] + found.passive_n[:, at], found.passive_n[:, at]
    share, hip, level, disc = (
        found.share[at],
        found.hip_arm_m[:, at],
        found.level_arm_m[:, at],
        found.disc[:, at],
    )
    return Whole(
        hip_arm_m=np.einsum("j,pjk->pk", share, hip),
        level_arm_m=np.einsum("j,pjlk->plk", share, level),
        disc=np.einsum("j,pjk->pk", share, disc),
        full_n=full.sum(axis=1),
        rest_n=rest.sum(axis=1),
        hip_full_nm=np.einsum("pj,pjk->pk", full, hip),
        hip_rest_nm=np.einsum("pj,pjk->pk", rest, hip),
        level_full_nm=np.einsum("pj,pjlk->plk", full, level),
        disc_full_n=np.einsum("pj,pjk->pk", full, disc),
        disc_rest_n=np.einsum("pj,pjk->pk", rest, disc),
    )


def in_walking(body: Body | None = None) -> Walking:
    """What the right psoas adds at L4/5 in mean natural walking, where it adds most.

    The trunk of that movement is not published and stays upright on the pelvis.
    """
    body = body or load_body()
    analysis = normative_walk(body=body, sides=("r",))
    muscles = analysis.solved[0].muscles["r"]
    lines = list(lines_of(body.muscles, "psoas_r"))
    force = muscles.force_n[:, [muscles.names.index(body.muscles.names[j]) for j in lines]]
    disc = np.einsum("tj,tjk->tk", force, disc_directions(body, analysis.coordinates, lines))
    most = int(np.argmax(disc[:, 0]))
    stride = float(np.diff(analysis.events[0].initial_contact_s)[0])
    percent = 100.0 * (float(analysis.coordinates.time_s[most]) / stride % 1.0)
    return Walking(percent, float(force[most].sum()), disc[most])


def disc_directions(
    body: Body, coordinates: Coordinates, lines: Sequence[int]
) -> Float[np.ndarray, "time line 3"]:
    """Compression, forward and rightward shear at L4/5 of one newton in each line, on what lies above.

    Zero for a line that does not cross the disc.
    """
    model, data = body.mj, mujoco.MjData(body.mj)
    crossing = [_crossing(model, int(body.tendons[j])) for j in lines]
    five, four, three = (model.body(name).id for name in ("lumbar5", "lumbar4", "lumbar3"))
    position = joint_motion(body, coordinate_values(body, coordinates)).position
    found = np.zeros((len(position), len(lines), 3))
    for t, q in enumerate(position):
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        axes = data.xmat[four].reshape(3, 3)
        tangent = _unit(data.xpos[three] - data.xpos[five])
        forward = _unit(axes[:, 0] - (axes[:, 0] @ tangent) * tangent)
        frame = np.stack([-tangent, forward, np.cross(forward, tangent)])
        for k, pair in enumerate(crossing):
            if pair is not None:
                above, below = (data.site_xpos[site] for site in pair)
                found[t, k] = frame @ _unit(below - above)
    return found


def _coordinates(body: Body, postures: Sequence[Posture], side: Side) -> Coordinates:
    value = np.zeros((len(postures), len(body.coordinates)))
    for row, posture in zip(value, postures, strict=True):
        for name, degrees in posture.degrees.items():
            own = f"{name[:-2]}_{side}" if name.endswith("_r") else name
            row[body.coordinates.index(own)] = np.deg2rad(degrees)
    return Coordinates(np.arange(float(len(postures))), value, body.coordinates)


def _crossing(model: Any, tendon: int) -> tuple[int, int] | None:
    """The two points of a line between which it crosses L4/5, the upper one first; None where it does not."""
    above = {int(model.body(name).id) for name in _ABOVE_L4_L5}
    start, count = int(model.tendon_adr[tendon]), int(model.tendon_num[tendon])
    held = range(start, start + count)
    sites = [int(model.wrap_objid[w]) for w in held if model.wrap_type[w] == mujoco.mjtWrap.mjWRAP_SITE]
    for one, next_one in pairwise(sites):
        if int(model.site_bodyid[one]) in above and int(model.site_bodyid[next_one]) not in above:
            return one, next_one
    return None


def _unit(v: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    return np.asarray(v / np.linalg.norm(v))
