"""Reads one .c3d with ezc3d in a process of its own, and writes plain arrays for the parent.

A damaged .c3d can make the native reader crash or claim memory without end; here that ends this process
only. Run as `python -m psoas.engine.formats.c3d_child IN.c3d OUT.npz`; the last line of stderr says what
went wrong.
"""

import contextlib
import sys
from typing import Any

import numpy as np

_MEMORY_BYTES = 6 << 30


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no resource module
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _words(group: Any, key: str) -> list[str]:
    """A list of strings of a parameter, with its continuations (LABELS2, LABELS3, ... beyond 255)."""
    words: list[str] = []
    for suffix in ("", *(str(i) for i in range(2, 10))):
        if key + suffix not in group:
            break
        words += [str(word).strip() for word in group[key + suffix]["value"]]
    return words


def _read(path: str) -> dict[str, np.ndarray]:
    import ezc3d

    plates: list[Any] = []
    problem = ""
    try:
        recording = ezc3d.c3d(path, extract_forceplat_data=True)
        plates = recording["data"]["platform"]
    except (RuntimeError, ValueError, IndexError, OSError) as error:
        # No plates, or plates that it cannot use, or a damaged file: the second reading tells which.
        recording = ezc3d.c3d(path)
        problem = str(error)
    point = recording["parameters"]["POINT"]
    points = recording["data"]["points"]
    computed = [
        name for key in ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS") for name in _words(point, key)
    ]
    has_plates = "FORCE_PLATFORM" in recording["parameters"] and np.any(
        recording["parameters"]["FORCE_PLATFORM"].get("USED", {"value": [0]})["value"]
    )
    arrays = {
        "points": np.transpose(points[:3], (2, 1, 0)),
        "labels": np.array(_words(point, "LABELS"), dtype=str),
        "descriptions": np.array(_words(point, "DESCRIPTIONS"), dtype=str),
        "computed": np.array(computed, dtype=str),
        "units": np.array((_words(point, "UNITS") or [""])[0]),
        "up": np.array((_words(point, "Y_SCREEN") or [""])[0]),
        "rate": np.array(float(recording["header"]["points"]["frame_rate"])),
        "first": np.array(int(recording["header"]["points"]["first_frame"])),
        "analog_rate": np.array(float(recording["header"]["analogs"]["frame_rate"])),
        "plate_problem": np.array(problem if has_plates else ""),
    }
    if plates:
        arrays |= {
            "force": np.stack([plate["force"].T for plate in plates], axis=1),
            "moment": np.stack([plate["moment"].T for plate in plates], axis=1),
            "corners": np.stack([plate["corners"].T for plate in plates]),
            "plate_units": np.array(
                [[p["unit_force"], p["unit_position"], p["unit_moment"]] for p in plates]
            ),
        }
    return arrays


if __name__ == "__main__":
    _limit_memory()
    np.savez(sys.argv[2], allow_pickle=False, **_read(sys.argv[1]))
