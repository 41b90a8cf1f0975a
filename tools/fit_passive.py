"""Fits the passive parts of the built-in body to published passive moments; prints the table and the misfit.

python tools/fit_passive.py > src/psoas/engine/body_data/passive_calibration.csv
"""

import sys

import numpy as np
from scipy.optimize import least_squares

from psoas.engine.body import load_body
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.muscle import capacity
from psoas.engine.passive_calibration import (
    hip_ligament_moment,
    knee_capsule_moment,
    measured_hip_moment,
    measured_knee_moment,
    passive_factors,
)
from psoas.engine.types import Coordinates

GROUPS = ("iliopsoas", "adductors", "rectus_femoris")
HIP = np.radians(np.arange(-30.0, 21.0, 5.0))  # the range of a hanging thigh
KNEE = np.radians(np.arange(10.0, 91.0, 10.0))
LOG_SPREAD = 0.7  # a factor of two either way is believable; holds what the moments do not tell


def main() -> None:
    body = load_body()
    hip, knee = (grid.ravel() for grid in np.meshgrid(HIP, KNEE, indexing="ij"))
    poses = Coordinates(
        np.arange(len(hip)) * 1.0, np.stack([hip, knee], 1), ("hip_flexion_r", "knee_angle_r")
    )
    still = np.zeros((len(hip), len(body.coordinates)))
    geometry = muscle_geometry(body, poses, poses.names, velocity=still)
    force = capacity(body.muscles, geometry.length_m, geometry.velocity_m_s).passive_n
    parts = geometry.moment_arm_m * force[:, None, :]
    measured = np.concatenate([measured_hip_moment(hip, knee), measured_knee_moment(hip, knee)])

    def modelled(x: np.ndarray, ligaments: float = 1.0) -> np.ndarray:
        moment = parts @ passive_factors(body, dict(zip(GROUPS, np.exp(x[:-1]), strict=True)))
        at_hip = moment[:, 0] + ligaments * hip_ligament_moment(hip, float(np.exp(x[-1])))
        return np.concatenate([at_hip, moment[:, 1] + knee_capsule_moment(knee)])

    start = np.zeros(len(GROUPS) + 1)
    start[-1] = np.log(5.0)
    spread = np.full(len(start), LOG_SPREAD)
    fit = least_squares(
        lambda x: np.concatenate([(modelled(x) - measured) / 3.0, (x - start) / spread]), start
    )
    print("what,value")
    for name, x in zip((*GROUPS, "hip_ligament_rate_per_rad"), fit.x, strict=True):
        print(f"{name},{np.exp(x):.4f}")
    for name, moment in (("before", modelled(start, 0.0)), ("after", modelled(fit.x))):
        at_hip, at_knee = np.sqrt(((moment - measured) ** 2).reshape(2, -1).mean(axis=1))
        print(f"{name}: RMS {at_hip:.1f} N.m at the hip, {at_knee:.1f} at the knee", file=sys.stderr)


if __name__ == "__main__":
    main()
