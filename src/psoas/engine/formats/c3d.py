"""Markers and force plates of a .c3d, read with ezc3d.

Points that are computed (angles, forces, moments, powers) are told apart from markers; more than 255 markers,
absent analogue data and truncated names are tolerated.
"""

import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats import text
from psoas.engine.types import GroundReaction, Markers
from psoas.errors import InputError
from psoas.units import METRES_PER_UNIT

_SECONDS = 120
_EMPTY_N = 50.0  # a foot weighs more than this within a few hundredths of a second
_DRIFT_N = 3.0
_BORNE_N = 10.0
_NEWTON_METRES = {"Nm": 1.0, "N.m": 1.0, "Nmm": 1e-3, "N.mm": 1e-3}


@dataclass(frozen=True, slots=True, eq=False)
class C3d:
    """What a .c3d holds, in m, N and N.m, axes as in the file. `up` is the vertical the file names, or ''."""

    markers: Markers
    ground_reaction: GroundReaction | None
    up: str
    notes: tuple[str, ...]


def read_c3d(path: Path) -> C3d:
    """Read a .c3d. Raises InputError for another format and for files that are damaged or cut off."""
    text.check_file(path)
    _check_header(path)
    arrays = _read_apart(path)
    rate = float(arrays["rate"])
    if not np.isfinite(rate) or rate <= 0 or arrays["points"].size == 0:
        raise InputError("The file holds no marker frames.", str(path), "Export the trial with its markers.")
    metres = METRES_PER_UNIT.get(str(arrays["units"]).lower())
    if metres is None:
        raise InputError(
            f"POINT:UNITS {str(arrays['units'])[:20]!r} is unknown.",
            str(path),
            "Export with units m, cm or mm.",
        )
    notes: list[str] = []
    names, columns = _marker_names(arrays, path, notes)
    start_s = int(arrays["first"]) / rate
    position = arrays["points"][:, columns] * metres
    # Some software writes a marker that it does not see as 0, 0, 0.
    position[(position == 0.0).all(axis=2)] = np.nan
    time_s = start_s + np.arange(len(position)) / rate
    markers = Markers(time_s, position, names)
    return C3d(markers, _plates(arrays, start_s, path, notes), _axis(str(arrays["up"])), tuple(notes))


def _check_header(path: Path) -> None:
    """The key byte, and a file as long as its header says: ezc3d fills what is cut off with zeros."""
    with path.open("rb") as file:
        head = file.read(512)
    if len(head) < 512 or head[1] != 0x50:
        raise InputError(
            "This is not a .c3d file: its first bytes are not those of the format.",
            str(path),
            "Give a .c3d as motion capture software writes it; export or download it again.",
        )
    order = _byte_order(path, head[0])
    if order is None:
        return  # DEC floats: rare, left to ezc3d
    points, analogs, first, last, _, scale, block, _ = struct.unpack(order + "HHHHHfHH", head[2:20])
    frames = (last - first) % 65536 + 1
    size = 4 if scale < 0 else 2
    least = (block - 1) * 512 + frames * size * (4 * points + analogs)
    if block < 2 or (last < 65535 and path.stat().st_size < least):
        raise InputError(
            f"The header says {frames} frames of {points} points, but the file ends before the last of them.",
            str(path),
            "The file has been cut off: download or export it again.",
        )


def _byte_order(path: Path, parameter_block: int) -> str | None:
    """Byte order by the processor type in the parameter section: 84 Intel, 85 DEC, 86 MIPS."""
    with path.open("rb") as file:
        file.seek((max(parameter_block, 1) - 1) * 512 + 3)
        kind = file.read(1)
    return {b"\x54": "<", b"\x56": ">"}.get(kind)


def _read_apart(path: Path) -> dict[str, np.ndarray]:
    """Arrays of the file, read in a child process that may crash without taking this one with it."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "arrays.npz"
        command = [sys.executable, "-m", f"{__package__}.c3d_child", str(path.resolve()), str(result)]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
            said = (run.stderr.strip().splitlines() or [""])[-1] if run.returncode > 0 else ""
        except subprocess.TimeoutExpired:
            run, said = None, f"no answer within {_SECONDS} s"
        if run is None or run.returncode != 0 or not result.exists():
            raise InputError(
                "The .c3d is damaged: it cannot be read." + (f" ({said[:120]})" if said else ""),
                str(path),
                "Download or export it again; opening and saving it in the capture software may repair it.",
            )
        with np.load(result) as arrays:
            return dict(arrays)


def _marker_names(
    arrays: dict[str, np.ndarray], path: Path, notes: list[str]
) -> tuple[tuple[str, ...], list[int]]:
    """Names and columns of the points that are markers."""
    count = arrays["points"].shape[1]
    labels = [str(label) for label in arrays["labels"]][:count]
    labels += [f"point_{i + 1}" for i in range(len(labels), count)]
    descriptions = [str(word) for word in arrays["descriptions"]]
    if (
        len(set(labels)) < count
        and len(set(descriptions)) == len(descriptions) == count
        and all(descriptions)
    ):
        labels = descriptions  # older software cut labels to four letters and kept the name beside them
        notes.append("Marker labels stood twice; the names in their descriptions are used.")
    computed = {str(name) for name in arrays["computed"]}
    kept = [i for i, label in enumerate(labels) if label not in computed and not label.startswith("*")]
    if len(kept) < count:
        notes.append(f"{count - len(kept)} points are computed angles, forces or unlabelled; left out.")
    subjects = {labels[i].split(":", 1)[0] for i in kept if ":" in labels[i]}
    if len(subjects) > 1:
        raise InputError(
            f"The file holds more than one subject: {', '.join(sorted(subjects)[:4])}.",
            str(path),
            "Export one person a file.",
        )
    names = [labels[i].split(":", 1)[-1] for i in kept]
    if not names:
        raise InputError("The file holds no markers.", str(path), "Export the trial with its markers.")
    text.refuse_twice(names, str(path), "marker")
    return tuple(names), kept


def _axis(word: str) -> str:
    """`+Z` -> `z`, `-Y` -> `-y`; '' where the file does not say."""
    axis = word.strip().lower().lstrip("+")
    return axis if axis.lstrip("-") in ("x", "y", "z") else ""


def _plates(
    arrays: dict[str, np.ndarray], start_s: float, path: Path, notes: list[str]
) -> GroundReaction | None:
    """Force on the person (the plates record the force on themselves or on the person; see `trial`)."""
    if "force" not in arrays:
        why = str(arrays["plate_problem"]).strip().splitlines()
        notes.append(f"{path.name}: no force plate can be read" + (f" ({why[0][:100]})." if why else "."))
        return None
    newtons, length, moment = (str(unit) for unit in arrays["plate_units"][0])
    if newtons != "N" or length.lower() not in METRES_PER_UNIT or moment not in _NEWTON_METRES:
        raise InputError(
            f"Force plates in {newtons}, {length} and {moment} are unknown.",
            str(path),
            "Export forces in N, positions in m or mm and moments in Nm or Nmm.",
        )
    force = np.nan_to_num(arrays["force"])
    moment_nm = np.nan_to_num(arrays["moment"]) * _NEWTON_METRES[moment]
    corners_m = arrays["corners"] * METRES_PER_UNIT[length.lower()]
    if not force.any():
        notes.append(f"{path.name}: the force plates recorded nothing.")
        return None
    names = tuple(f"plate_{i + 1}" for i in range(force.shape[1]))
    rate = float(arrays["analog_rate"])
    force, moment_nm = _zeroed(force, moment_nm, rate, names, notes)
    point, free = pressure(force, moment_nm, corners_m)
    time_s = start_s + np.arange(len(force)) / rate
    return GroundReaction(time_s, force, point, free, names)


def _zeroed(
    force_n: Float[np.ndarray, "time plate 3"],
    moment_nm: Float[np.ndarray, "time plate 3"],
    rate_hz: float,
    names: tuple[str, ...],
    notes: list[str],
) -> tuple[Float[np.ndarray, "time plate 3"], Float[np.ndarray, "time plate 3"]]:
    """Plates read zero while nobody stands on them: their drift is taken off where that can be seen."""
    force_n, moment_nm = force_n.copy(), moment_nm.copy()
    for plate, name in enumerate(names):
        empty = np.linalg.norm(force_n[:, plate], axis=1) < _EMPTY_N
        if empty.sum() < max(0.1 * rate_hz, 0.05 * len(empty)):
            continue
        drift = np.median(force_n[empty, plate], axis=0)
        force_n[:, plate] -= drift
        moment_nm[:, plate] -= np.median(moment_nm[empty, plate], axis=0)
        if np.linalg.norm(drift) > _DRIFT_N:
            notes.append(f"{name} read {np.linalg.norm(drift):.0f} N while empty; taken off.")
    return force_n, moment_nm


def pressure(
    force_n: Float[np.ndarray, "time plate 3"],
    moment_nm: Float[np.ndarray, "time plate 3"],
    corners_m: Float[np.ndarray, "plate 4 3"],
) -> tuple[Float[np.ndarray, "time plate 3"], Float[np.ndarray, "time plate 3"]]:
    """Centre of pressure on the plate's surface and free moment along its normal.

    `moment_nm` is about the middle of the corners. With n the normal and r in the surface,
    M = r x F + t n gives r = (n x M) / (n . F). Both are zero where the plate bears less than 10 N.
    """
    middle = corners_m.mean(axis=1)
    normal = np.cross(corners_m[:, 1] - corners_m[:, 0], corners_m[:, 3] - corners_m[:, 0])
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    across = np.sum(force_n * normal, axis=2, keepdims=True)
    borne = np.abs(across) >= _BORNE_N
    arm = np.cross(normal, moment_nm) / np.where(borne, across, 1.0)
    free = moment_nm - np.cross(arm, force_n)
    return np.where(borne, middle + arm, 0.0), np.where(borne, free, 0.0)
