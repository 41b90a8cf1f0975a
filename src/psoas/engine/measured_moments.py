"""Passive moments measured in relaxed people, to which the passive curves are fitted.

Silder et al. 2007 (doi:10.1016/j.jbiomech.2006.12.017): twenty healthy young adults, hip and knee, the mean
curves as digitised by Uhlrich (stanfordnmbl/PassiveMuscleForceCalibration) and written out by Davis
(johnjdavisiv/it-band-model, MIT). Riener and Edrich 1999 (J Biomech 32, 539-544): ten healthy people, double
exponentials in hip, knee and ankle angle, whose coefficients were read in four public programs that agree.
Neither paper itself was seen, nor the ankle curves of the first.

Signs: positive moments flex hip and knee and dorsiflex the ankle.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float

from psoas.engine.body_data import rows

Joint = Literal["hip", "knee", "ankle"]
ANGLES = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
STUDIES = ("Silder 2007", "Riener 1999")
_LEAST_SPREAD_NM, _SPREAD = 2.0, 0.25
"""How far one study may be off: with these the two differ by 0.98 of what they should (RMS 5.0 N.m)."""
_ANKLE_DEG, _KNEES_AT_ANKLE_DEG = np.arange(-30.0, 21.0, 5.0), (15.0, 60.0, 90.0)
"""What both studies reach; the exponentials of the second run away beyond it."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A measured curve: moment about `joint` (N.m) over postures (hip, knee, ankle), one angle moving."""

    study: str
    joint: Joint
    posture_rad: Float[np.ndarray, "pose 3"]
    moment_nm: Float[np.ndarray, "pose"]

    @property
    def spread_nm(self) -> Float[np.ndarray, "pose"]:
        """How far a point may be off, one standard deviation."""
        return np.hypot(_LEAST_SPREAD_NM, _SPREAD * self.moment_nm)


def riener(joint: Joint, posture_rad: Float[np.ndarray, "pose 3"]) -> Float[np.ndarray, "pose"]:
    """Passive moment of Riener and Edrich (1999), N.m."""
    hip, knee, ankle = np.degrees(posture_rad).T
    if joint == "hip":
        extended = np.exp(1.4655 - 0.0034 * knee - 0.0750 * hip)
        return np.asarray(extended - np.exp(1.3403 - 0.0226 * knee + 0.0305 * hip) + 8.072)
    if joint == "knee":
        behind = np.exp(1.800 + 0.0460 * ankle - 0.0352 * knee + 0.0217 * hip)
        front = np.exp(-3.971 + 0.0004 * ankle + 0.0495 * knee - 0.0128 * hip)
        return np.asarray(behind - front - 4.820 + np.exp(2.220 - 0.150 * knee))
    behind = np.exp(2.1016 + 0.0843 * ankle - 0.0176 * knee)
    front = np.exp(-7.9763 - 0.1949 * ankle + 0.0008 * knee)
    return np.asarray(front - behind + 1.792)


@lru_cache(maxsize=1)
def measured_curves() -> tuple[Curve, ...]:
    """Every curve of both studies, in the postures of the first, and the ankle of the second."""
    curves = []
    for silder in _silder():
        again = riener(silder.joint, silder.posture_rad)
        curves += [silder, Curve(STUDIES[1], silder.joint, silder.posture_rad, again)]
    for knee in _KNEES_AT_ANKLE_DEG:
        posture = np.radians(np.column_stack([0.0 * _ANKLE_DEG, np.full(len(_ANKLE_DEG), knee), _ANKLE_DEG]))
        curves.append(Curve(STUDIES[1], "ankle", posture, riener("ankle", posture)))
    return tuple(curves)


def _silder() -> list[Curve]:
    """Rows of the table, one curve for each joint and each pair of the angles that are held."""
    found: dict[tuple[str, ...], list[list[float]]] = {}
    for row in rows("passive_moments_silder2007"):
        held = ("knee_deg", "ankle_deg") if row["joint"] == "hip" else ("hip_deg", "ankle_deg")
        numbers = [float(row[c]) for c in ("hip_deg", "knee_deg", "ankle_deg", "moment_nm")]
        found.setdefault((row["joint"], *(row[c] for c in held)), []).append(numbers)
    tables = ((joint, np.array(table)) for (joint, *_), table in found.items())
    return [
        Curve(STUDIES[0], "hip" if joint == "hip" else "knee", np.radians(table[:, :3]), table[:, 3])
        for joint, table in tables
    ]
