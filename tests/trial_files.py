"""Files of a trial for tests: the made-up walk changed or turned, angles of a made-up stride."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from psoas.engine.formats.coordinates import REQUIRED
from psoas.engine.types import Markers
from synthetic_walk import trc_text, walk


def changed(change: Callable[[np.ndarray], None]) -> Markers:
    """The made-up walk with its positions changed in place."""
    made = walk(1.1).markers
    position = made.position_m.copy()
    change(position)
    return Markers(made.time_s, position, made.names)


def write(tmp_path: Path, markers: Markers, **kwargs: object) -> Path:
    path = tmp_path / "walk.trc"
    path.write_text(trc_text(markers, **kwargs))  # type: ignore[arg-type]
    return path


def turned_markers(markers: Markers, turn: np.ndarray) -> Markers:
    return Markers(markers.time_s, markers.position_m @ turn.T, markers.names)


def angles_file(
    tmp_path: Path, values: np.ndarray, *, degrees: str = "yes", names: tuple[str, ...] = REQUIRED
) -> Path:
    path = tmp_path / "ik.mot"
    time = np.arange(len(values)) / 100
    rows = "\n".join("\t".join(f"{x:.9g}" for x in row) for row in np.column_stack([time, values]))
    said = f"inDegrees={degrees}\n" if degrees else ""
    head = f"Coordinates\nversion=1\nnRows={len(values)}\nnColumns={len(names) + 1}\n{said}endheader\n"
    path.write_text(head + "time\t" + "\t".join(names) + "\n" + rows + "\n")
    return path


def stride_angles(frames: int = 100) -> np.ndarray:
    """A stride in radians for the required coordinates."""
    t = np.linspace(0, 2 * np.pi, frames)
    value = np.zeros((frames, len(REQUIRED)))
    for i, name in enumerate(REQUIRED):
        if name.startswith("knee"):
            value[:, i] = 0.6 - 0.5 * np.cos(t)
        elif name.startswith("hip_flexion"):
            value[:, i] = 0.5 * np.sin(t)
        elif name == "pelvis_ty":
            value[:, i] = 0.95
        elif name == "pelvis_tx":
            value[:, i] = t / 5
        elif not name.startswith("pelvis_t"):
            value[:, i] = 0.05 * np.sin(t + i)
    return value


def as_degrees(value: np.ndarray) -> np.ndarray:
    lengths = np.array([name in ("pelvis_tx", "pelvis_ty", "pelvis_tz") for name in REQUIRED])
    return np.where(lengths, value, np.rad2deg(value))
