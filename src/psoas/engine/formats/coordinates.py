"""Joint coordinates of a .mot or .sto: radians, knee flexion positive, names of the Rajagopal family."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import gaps
from psoas.engine.formats.mot import LENGTHS, Table
from psoas.engine.types import Coordinates
from psoas.errors import InputError

_PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", *LENGTHS)
_LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
_SIDED = (
    "subtalar_angle",
    "mtp_angle",
    "arm_flex",
    "arm_add",
    "arm_rot",
    "elbow_flex",
    "pro_sup",
    "wrist_flex",
    "wrist_dev",
)
_LUMBAR = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
REQUIRED = (*_PELVIS, *(f"{name}_{side}" for side in "rl" for name in _LEG))
_OPTIONAL = (*_LUMBAR, *(f"{name}_{side}" for side in "rl" for name in _SIDED))
_DEPENDENT = ("knee_angle_r_beta", "knee_angle_l_beta")  # the patella follows the knee in the body
# No joint below turns by more than half a turn: a larger number in "radians" is a number in degrees.
_JOINTS = tuple(name for name in REQUIRED if name not in _PELVIS)


def coordinates_of(table: Table, path: Path) -> tuple[Coordinates, tuple[str, ...]]:
    """Coordinates of a table, in the order of the file; and what had to be done.

    Raises InputError where columns are missing, the angles cannot be what `inDegrees` says, or values are
    missing for long.
    """
    names, columns = _joint_values(table.names)
    if not any(name in names for name in _JOINTS):
        raise InputError(
            "No joint coordinate is found among the columns.",
            f"{path}: {', '.join(table.names[:6])}{', ...' if len(table.names) > 6 else ''}",
            "Give the result of inverse kinematics of a Rajagopal, LaiUhlrich or Gait2392 model.",
        )
    lacking = [name for name in REQUIRED if name not in names]
    if lacking:
        raise InputError(
            f"The coordinates lack {', '.join(lacking)}.",
            f"{path}, column names",
            "Export every coordinate of pelvis, hips, knees and ankles.",
        )
    kept = [i for i, name in enumerate(names) if name in REQUIRED or name in _OPTIONAL]
    unknown = [name for name in names if name not in (*REQUIRED, *_OPTIONAL, *_DEPENDENT)]
    notes = [f"Left out, not coordinates of this body: {', '.join(unknown[:8])}."] if unknown else []
    absent = [name for name in _LUMBAR if name not in names]
    if absent:
        notes.append(f"Not in the file, taken as zero: {', '.join(absent)}.")
    names = tuple(names[i] for i in kept)
    value = table.values[:, [columns[i] for i in kept]]
    value = _filled(table.time_s, value, names, path, notes)
    value = _radians(value, names, table.in_degrees, path, notes)
    value = _knee_flexion_positive(value, names, notes)
    return Coordinates(table.time_s, value, names), tuple(notes)


def _joint_values(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Plain names and columns; those of OpenSim 4 are paths, `/jointset/hip_r/hip_flexion_r/value`."""
    found = []
    for column, name in enumerate(names):
        parts = name.split("/")
        if len(parts) == 1:
            found.append((name, column))
        elif len(parts) >= 3 and parts[-1] == "value":
            found.append((parts[-2], column))
    return tuple(name for name, _ in found), tuple(column for _, column in found)


def _filled(
    time_s: Float[np.ndarray, "time"],
    value: Float[np.ndarray, "time coordinate"],
    names: tuple[str, ...],
    path: Path,
    notes: list[str],
) -> Float[np.ndarray, "time coordinate"]:
    value = value.copy()
    for column, name in enumerate(names):
        series, filled, long, edge = gaps.fill(time_s, value[:, [column]])
        for start, stop in long + edge:
            raise InputError(
                f"{name} has no values for {gaps.length_s(time_s, start, stop):.2f} s.",
                f"{path}, {time_s[start]:.3f} to {time_s[stop - 1]:.3f} s",
                "Cut the trial there with --trim, or run inverse kinematics again.",
            )
        value[:, column] = series[:, 0]
        if filled:
            notes.append(f"{name}: {sum(b - a for a, b in filled)} missing frames filled.")
    return value


def _radians(
    value: Float[np.ndarray, "time coordinate"],
    names: tuple[str, ...],
    in_degrees: bool | None,
    path: Path,
    notes: list[str],
) -> Float[np.ndarray, "time coordinate"]:
    """Angles in radians; what cannot be as declared is refused, what is not declared is told by size."""
    turned = [i for i, name in enumerate(names) if name not in LENGTHS]
    joints = [i for i, name in enumerate(names) if name in _JOINTS]
    largest = float(np.abs(value[:, turned]).max())
    largest_joint = float(np.abs(value[:, joints]).max())
    as_radians = largest_joint <= np.pi
    if in_degrees is None:
        in_degrees = not as_radians
        notes.append(f"inDegrees is not said; read as {'degrees' if in_degrees else 'radians'}.")
    elif in_degrees and largest <= 2 * np.pi and as_radians and _moves_like_radians(value, names):
        raise InputError(
            f"The angles are declared as degrees, but none leaves {largest:.2f}: these are radians.",
            f"{path}, inDegrees",
            "Write inDegrees=no into the header.",
        )
    elif not in_degrees and not as_radians:
        raise InputError(
            f"The angles are declared as radians, but reach {largest_joint:.1f}: these are degrees.",
            f"{path}, inDegrees",
            "Write inDegrees=yes into the header.",
        )
    if in_degrees:
        value = value.copy()
        value[:, turned] = np.deg2rad(value[:, turned])
    high = float(np.abs(value[:, names.index("pelvis_ty")]).max())
    if high > 20.0:
        raise InputError(
            f"The pelvis is {high:.0f} m above the ground: these are millimetres.",
            f"{path}, columns {', '.join(LENGTHS)}",
            "Write pelvis_tx, pelvis_ty and pelvis_tz in metres.",
        )
    return value


def _moves_like_radians(value: Float[np.ndarray, "time coordinate"], names: tuple[str, ...]) -> bool:
    """Whether anything is bent at all: nobody's joints all stay within 3.2 degrees of zero."""
    joints = value[:, [names.index(name) for name in _JOINTS]]
    return bool(np.any(joints != 0.0))


def _knee_flexion_positive(
    value: Float[np.ndarray, "time coordinate"], names: tuple[str, ...], notes: list[str]
) -> Float[np.ndarray, "time coordinate"]:
    """Gait2392 counts knee flexion negative. A knee does not extend 10 degrees beyond straight."""
    knees = [names.index(f"knee_angle_{side}") for side in "rl"]
    low, high = np.percentile(value[:, knees], (2, 98))
    if low < -np.deg2rad(10.0) and -low > high:
        value = value.copy()
        value[:, knees] *= -1.0
        notes.append("Knee flexion was negative in the file (as in Gait2392); turned to positive.")
    return value
