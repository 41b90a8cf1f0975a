"""Where a relaxed leg comes to rest when the thigh may also drift outwards: flexion, adduction and knee free.

The whole body's muscle paths in every posture, nothing fitted beforehand: slower than `hanging_leg` (one
person in half a second), and its check. Hip rotation stays at zero and the foot hangs 20 degrees
plantarflexed. Side: right.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from psoas.engine.hanging_leg import PLANTARFLEXED_RAD, SHANK, THIGH, taut_ligament_moment
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.muscle import capacity
from psoas.engine.passive_calibration import LIGAMENT_AT_RAD, knee_capsule_moment
from psoas.engine.types import AS_BUILT, Body, Condition, Coordinates
from psoas.errors import SolveError
from psoas.units import STANDARD_GRAVITY_M_S2

FREE = ("hip_flexion_r", "hip_adduction_r", "knee_angle_r")
# The ligaments stop a hip that is drawn outwards as they stop one drawn back: with the same 5 N.m, here at
# 30 degrees. Chosen so that the average leg drifts out by 15 degrees (Harvey 1998: 15.6); at 40 it would be
# 18. Without them a leg that cannot sink would swing out without end.
OUTWARD_STOP_RAD = np.radians(30.0)
_START = np.array([-0.45, -0.1, 0.9])
_NUDGE = 1e-3  # rad
_LONGEST = 0.15  # rad
_LEAST_STIFFNESS = 1.0  # N.m/rad
_STEPS = 80
_DONE_NM = 1e-3


@dataclass(frozen=True, slots=True)
class Posture:
    """Thigh above the horizontal, its drift outwards, knee; rad."""

    thigh_rad: float
    outwards_rad: float
    knee_rad: float
    hip_flexion_rad: float


def rest_in_space(body: Body, tilt_rad: float, condition: Condition = AS_BUILT) -> Posture:
    """Resting posture of the supine body's right leg, pelvis rolled back by `tilt_rad` from level.

    Raises SolveError where Newton finds no rest.
    """
    at = _START
    for _ in range(_STEPS):
        moment, hessian = _moment_and_hessian(body, at, tilt_rad, condition)
        if np.abs(moment).max() < _DONE_NM:
            return _posture(body, at, tilt_rad)
        lift = max(0.0, _LEAST_STIFFNESS - float(np.linalg.eigvalsh(hessian)[0]))
        change = np.linalg.solve(hessian + lift * np.eye(3), moment)
        at = at + change * min(1.0, _LONGEST / np.abs(change).max())
    raise SolveError("The leg finds no rest", condition.name, "Try a smaller shortness or tilt.")


def _moment_and_hessian(
    body: Body, at: Float[np.ndarray, "3"], tilt_rad: float, condition: Condition
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3 3"]]:
    """What turns the free angles (minus the slope of the energy), and the energy's second derivative."""
    steps = _NUDGE * np.eye(3)
    moment = _moments(body, np.vstack([at, at + steps, at - steps]), tilt_rad, condition)
    slope = (moment[1:4] - moment[4:]) / (2.0 * _NUDGE)
    return moment[0], -0.5 * (slope + slope.T)


def _moments(
    body: Body, angle: Float[np.ndarray, "pose 3"], tilt_rad: float, condition: Condition
) -> Float[np.ndarray, "pose 3"]:
    pose = _coordinates(angle)
    geometry = muscle_geometry(body, pose, FREE, velocity=np.zeros((len(angle), len(body.coordinates))))
    force = capacity(body.muscles, geometry.length_m, geometry.velocity_m_s, condition).passive_n
    moment = np.einsum("pdm,pm->pd", geometry.moment_arm_m, force)
    moment[:, 0] += taut_ligament_moment(angle[:, 0])
    moment[:, 1] += taut_ligament_moment(LIGAMENT_AT_RAD + OUTWARD_STOP_RAD + angle[:, 1])
    moment[:, 2] += knee_capsule_moment(angle[:, 2])
    return np.asarray(moment - _weight(body, angle, tilt_rad))


def _weight(body: Body, angle: Float[np.ndarray, "pose 3"], tilt_rad: float) -> Float[np.ndarray, "pose 3"]:
    """Slope of the leg's height energy along each free angle, by central differences."""
    steps = _NUDGE * np.vstack([np.eye(3), -np.eye(3)])
    poses = (angle[:, None, :] + steps[None]).reshape(-1, 3)
    segments = (*THIGH, *SHANK)
    placed = segment_poses(body, _coordinates(poses), segments)
    ids = [body.mj.body(s).id for s in segments]
    centre = placed.origin_m + np.einsum("tsij,sj->tsi", placed.orientation, body.mj.body_ipos[ids])
    energy = STANDARD_GRAVITY_M_S2 * (centre @ _up(tilt_rad)) @ body.mj.body_mass[ids]
    energy = energy.reshape(-1, 6)
    return np.asarray((energy[:, :3] - energy[:, 3:]) / (2.0 * _NUDGE))


def _posture(body: Body, at: Float[np.ndarray, "3"], tilt_rad: float) -> Posture:
    origin = segment_poses(body, _coordinates(at[None]), ("femur_r", "tibia_r")).origin_m[0]
    thigh = origin[1] - origin[0]
    up, down_the_table = _up(tilt_rad), np.array([-np.sin(tilt_rad), -np.cos(tilt_rad), 0.0])
    return Posture(
        thigh_rad=float(np.arcsin(thigh @ up / np.linalg.norm(thigh))),
        outwards_rad=float(np.arctan2(thigh[2], thigh @ down_the_table)),
        knee_rad=float(at[2]),
        hip_flexion_rad=float(at[0]),
    )


def _coordinates(angle: Float[np.ndarray, "pose 3"]) -> Coordinates:
    foot = np.full(len(angle), PLANTARFLEXED_RAD)
    return Coordinates(np.arange(len(angle)) * 1.0, np.column_stack([angle, foot]), (*FREE, "ankle_angle_r"))


def _up(tilt_rad: float) -> Float[np.ndarray, "3"]:
    return np.array([np.cos(tilt_rad), -np.sin(tilt_rad), 0.0])
