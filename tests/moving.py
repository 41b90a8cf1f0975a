"""Made-up movements of a body on its feet: smooth, in range, reproducible. No recording is in here."""

from dataclasses import replace

import numpy as np

from psoas.engine.body import load_body
from psoas.engine.inverse_dynamics import Dynamics, dynamics, joint_moments
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.static_optimisation import BOTH_LEGS
from psoas.engine.types import Body, Coordinates, FootReaction, JointMoments, MuscleGeometry
from psoas.units import STANDARD_GRAVITY_M_S2

SWING = {  # middle and amplitude of each coordinate, rad or m; the legs move in turn
    "pelvis_tilt": (-0.1, 0.05),
    "pelvis_list": (0.0, 0.05),
    "pelvis_rotation": (0.0, 0.1),
    "pelvis_tx": (0.0, 0.05),
    "pelvis_ty": (0.93, 0.02),
    "pelvis_tz": (0.0, 0.02),
    "lumbar_extension": (-0.1, 0.05),
    "lumbar_bending": (0.0, 0.05),
    "lumbar_rotation": (0.0, 0.1),
    "hip_flexion": (0.2, 0.4),
    "hip_adduction": (-0.02, 0.08),
    "hip_rotation": (0.0, 0.08),
    "knee_angle": (0.5, 0.4),
    "ankle_angle": (0.0, 0.2),
}
MIRRORED = ("pelvis_list", "pelvis_rotation", "pelvis_tz", "lumbar_bending", "lumbar_rotation")


def swaying(seed: int = 0, frames: int = 31, rate_hz: float = 100.0) -> Coordinates:
    """Each coordinate a sum of two slow sines with random phases and sizes."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / rate_hz
    names, columns = [], []
    for stem, (middle, amplitude) in SWING.items():
        sided = stem.split("_")[0] in ("hip", "knee", "ankle")
        for name in (f"{stem}_r", f"{stem}_l") if sided else (stem,):
            phase, size = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.2, 0.6, 2)
            waves = size[0] * np.sin(2 * np.pi * time + phase[0])
            waves = waves + 0.5 * size[1] * np.sin(4 * np.pi * time + phase[1])
            names.append(name)
            columns.append(middle + amplitude * waves)
    return Coordinates(time, np.array(columns).T, tuple(names))


def on_the_ground(body: Body, coordinates: Coordinates, seed: int = 0) -> FootReaction:
    """Body weight shared between the feet, with some shear, under the ball of each foot."""
    rng = np.random.default_rng(seed + 1)
    frames = len(coordinates.time_s)
    heels = segment_poses(body, coordinates, ("calcn_r", "calcn_l")).origin_m
    on_right = 0.5 + 0.4 * np.sin(2 * np.pi * (coordinates.time_s + rng.uniform()))
    share = np.array([on_right, 1.0 - on_right]).T
    force = rng.uniform(-0.05, 0.05, (1, 2, 3)) + np.zeros((frames, 2, 3))
    force[:, :, 1] = 1.0
    force *= body.mass_kg * STANDARD_GRAVITY_M_S2 * share[..., None]
    point = heels + np.array([0.18, 0.0, 0.0])
    point[:, :, 1] = 0.0
    moment = np.zeros((frames, 2, 3))
    moment[:, :, 1] = rng.uniform(-3.0, 3.0, (1, 2))
    return FootReaction(coordinates.time_s, force, point, moment)


def seen(
    body: Body, coordinates: Coordinates, reaction: FootReaction | None
) -> tuple[Dynamics, JointMoments, MuscleGeometry]:
    """Dynamics, moments and muscle geometry of a movement, as the pipeline takes them."""
    movement = dynamics(body, coordinates, reaction)
    geometry = muscle_geometry(body, coordinates, BOTH_LEGS, paths=movement.paths, velocity=movement.velocity)
    return movement, joint_moments(body, movement), geometry


def mirrored(coordinates: Coordinates) -> Coordinates:
    """The same movement in a mirror: sides change places, sideways motions their sign."""
    names = tuple(_other(n) for n in coordinates.names)
    sign = np.array([-1.0 if n in MIRRORED else 1.0 for n in coordinates.names])
    return Coordinates(coordinates.time_s, coordinates.value * sign, names)


def mirrored_reaction(reaction: FootReaction) -> FootReaction:
    """The ground reaction in the mirror: forces are vectors, moments turn the other way."""
    vector, turn = np.array([1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0])
    return replace(
        reaction,
        force_n=reaction.force_n[:, ::-1] * vector,
        point_m=reaction.point_m[:, ::-1] * vector,
        free_moment_nm=reaction.free_moment_nm[:, ::-1] * turn,
    )


def published_body() -> Body:
    """The body that comes with the product: fascicles, free lumbar levels."""
    return load_body()


def _other(name: str) -> str:
    return name[:-1] + {"r": "l", "l": "r"}[name[-1]] if name.endswith(("_r", "_l")) else name
