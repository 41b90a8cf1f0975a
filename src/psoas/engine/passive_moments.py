"""What a relaxed leg of the body makes about its joints, to be held beside what was measured in people."""

import numpy as np
from jaxtyping import Float

from psoas.engine.kinematics import muscle_geometry
from psoas.engine.measured_moments import ANGLES, Joint
from psoas.engine.muscle import capacity
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.types import Body, Coordinates, JointMoments, MuscleGeometry

_DOF = {"hip": 0, "knee": 1, "ankle": 2}


def posed(body: Body, posture_rad: Float[np.ndarray, "pose 3"]) -> MuscleGeometry:
    """Muscle paths of the right leg at rest in the postures (hip, knee, ankle), all else at zero."""
    still = np.zeros((len(posture_rad), len(body.coordinates)))
    return muscle_geometry(body, _coordinates(posture_rad), ANGLES, velocity=still)


def passive_moment(
    body: Body,
    joint: Joint,
    posture_rad: Float[np.ndarray, "pose 3"],
    geometry: MuscleGeometry | None = None,
) -> Float[np.ndarray, "pose"]:
    """Moment of relaxed muscles, hip ligaments and knee capsule about one joint, N.m.

    Positive flexes hip and knee and dorsiflexes the ankle. `geometry` is that of `posed`, where it is known.
    """
    paths = geometry or posed(body, posture_rad)
    pull = capacity(body.muscles, paths.length_m, paths.velocity_m_s).passive_n
    moment = np.einsum("tdm,tm->td", paths.moment_arm_m, pull)
    nothing = np.zeros((len(posture_rad), 3))
    whole = JointMoments(paths.time_s, moment, ANGLES, nothing, nothing)
    ligaments = with_ligaments(whole, body, _coordinates(posture_rad)).ligament_nm
    return np.asarray((moment if ligaments is None else moment + ligaments)[:, _DOF[joint]])


def _coordinates(posture_rad: Float[np.ndarray, "pose 3"]) -> Coordinates:
    return Coordinates(np.arange(len(posture_rad)) * 1.0, posture_rad, ANGLES)
