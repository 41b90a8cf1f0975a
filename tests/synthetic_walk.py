"""A made-up person who walks on plates, drawn with straight lines: known events, known feet, known weight.

No recording is in here. The trunk moves evenly; each foot rests, then swings on a raised cosine.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from psoas.engine.types import GroundReaction, Markers

MASS_KG = 70.0
SPEED_M_S = 1.2
CYCLE_S = 1.1
STANCE = 0.6
STEP_WIDTH_M = 0.2
NAMES = ("RASI", "LASI", "RPSI", "LPSI", "RKNE", "LKNE", "RANK", "LANK", "RHEE", "LHEE", "RTOE", "LTOE", "C7")


@dataclass(frozen=True)
class Walk:
    """Markers and forces, and the events that were put into them: [side r, l][contacts]."""

    markers: Markers
    forces: GroundReaction
    contact_s: tuple[np.ndarray, np.ndarray]
    off_s: tuple[np.ndarray, np.ndarray]


def foot_path(time_s: np.ndarray, phase: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heel x, lift and whether the foot stands; `phase` in cycles shifts the first contact."""
    cycle = time_s / CYCLE_S - phase
    whole, part = np.floor(cycle), cycle - np.floor(cycle)
    stride = SPEED_M_S * CYCLE_S
    swing = np.clip((part - STANCE) / (1 - STANCE), 0.0, 1.0)
    forward = whole * stride + stride * (swing - np.sin(2 * np.pi * swing) / (2 * np.pi))
    lift = 0.12 * np.sin(np.pi * swing) ** 2
    return forward + phase * stride, lift, part < STANCE


def walk(seconds: float = 3.3, rate_hz: float = 100.0, plate_rate_hz: float = 1000.0) -> Walk:
    """Walk along x, on one plate a foot, both as long as the walk."""
    time_s = np.arange(round(seconds * rate_hz) + 1) / rate_hz
    markers = Markers(time_s, positions(time_s), NAMES)
    clock = np.arange(round(seconds * plate_rate_hz) + 1) / plate_rate_hz
    return Walk(markers, plates(clock), *events(seconds))


def events(seconds: float) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Initial contacts and toe-offs within the walk."""
    contacts, offs = [], []
    for phase in (0.0, 0.5):
        contact = (np.arange(-2, 20) + phase) * CYCLE_S
        off = contact + STANCE * CYCLE_S
        contacts.append(contact[(contact > -1e-9) & (contact < seconds - 1e-9)])
        offs.append(off[(off > 1e-9) & (off < seconds - 1e-9)])
    return (contacts[0], contacts[1]), (offs[0], offs[1])


def positions(time_s: np.ndarray) -> np.ndarray:
    """Markers in the ground frame: y up, x forward, z right."""
    place = np.zeros((len(time_s), len(NAMES), 3))
    column = {name: i for i, name in enumerate(NAMES)}
    pelvis = SPEED_M_S * time_s - 0.35
    for side, sign, phase in (("R", 1, 0.0), ("L", -1, 0.5)):
        z = sign * STEP_WIDTH_M / 2
        heel, lift, _ = foot_path(time_s, phase)
        place[:, column[side + "HEE"]] = np.column_stack([heel - 0.25, 0.03 + lift, np.full_like(heel, z)])
        place[:, column[side + "TOE"]] = np.column_stack(
            [heel - 0.05, 0.03 + 0.8 * lift, np.full_like(heel, z)]
        )
        place[:, column[side + "ANK"]] = np.column_stack([heel - 0.20, 0.10 + lift, np.full_like(heel, z)])
        knee = (pelvis + heel - 0.2) / 2
        place[:, column[side + "KNE"]] = np.column_stack(
            [knee, np.full_like(heel, 0.5), np.full_like(heel, z)]
        )
        place[:, column[side + "ASI"]] = np.column_stack(
            [pelvis, np.full_like(heel, 1.0), np.full_like(heel, sign * 0.13)]
        )
        place[:, column[side + "PSI"]] = np.column_stack(
            [pelvis - 0.15, np.full_like(heel, 1.02), np.full_like(heel, sign * 0.05)]
        )
    place[:, column["C7"]] = np.column_stack(
        [pelvis - 0.05, np.full_like(pelvis, 1.45), np.zeros_like(pelvis)]
    )
    return place


def plates(clock: np.ndarray) -> GroundReaction:
    """The weight, handed evenly from foot to foot in double support; pressure rolls from heel to toe."""
    forces, points = np.zeros((len(clock), 2, 3)), np.zeros((len(clock), 2, 3))
    stands = []
    for side, phase in enumerate((0.0, 0.5)):
        heel, _, standing = foot_path(clock, phase)
        part = (clock / CYCLE_S - phase) % 1.0
        double = STANCE - 0.5
        share = np.clip(np.minimum(part, STANCE - part) / double, 0.0, 1.0) * standing
        stands.append(share)
        roll = np.clip(part / STANCE, 0.0, 1.0)
        z = (1 if side == 0 else -1) * STEP_WIDTH_M / 2
        points[:, side] = np.column_stack(
            [heel - 0.25 + 0.2 * roll, np.zeros_like(heel), np.full_like(heel, z)]
        )
        forces[:, side, 1] = share * MASS_KG * 9.80665
        forces[:, side, 0] = share * 100.0 * np.sin(2 * np.pi * (roll - 0.5))
    points[forces[:, :, 1] < 1e-9] = 0.0
    return GroundReaction(clock, forces, points, np.zeros_like(forces), ("one", "two"))


def trc_text(
    markers: Markers, *, units: str = "m", factor: float = 1.0, counts: tuple[int, int] | None = None
) -> str:
    """The markers as .trc; NaN becomes an empty cell. `counts` overrides NumFrames, NumMarkers."""
    frames, count = counts or (len(markers.time_s), len(markers.names))
    rate = 100.0
    head = [
        "PathFileType\t4\t(X/Y/Z)\tmade_up.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{frames}\t{count}\t{units}\t{rate}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(markers.names) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i + 1}" for i in range(len(markers.names)) for axis in "XYZ"),
        "",
    ]
    rows = []
    for frame, (time, position) in enumerate(zip(markers.time_s, markers.position_m, strict=True), 1):
        cells = ["" if np.isnan(x) else repr(float(x * factor)) for x in position.ravel()]
        rows.append("\t".join([str(frame), repr(float(time)), *cells]))
    return "\n".join(head + rows) + "\n"


def grf_text(forces: GroundReaction, habit: str = "ground_force_{plate}_{kind}{axis}") -> str:
    """The plates as .mot, columns named by a habit; `{plate}` is 1, 2, ..."""
    names, columns = ["time"], [forces.time_s]
    for plate in range(forces.force_n.shape[1]):
        for kind, part in (("v", forces.force_n), ("p", forces.point_m), ("m", forces.free_moment_nm)):
            for i, axis in enumerate("xyz"):
                names.append(habit.format(plate=plate + 1, kind=kind, axis=axis))
                columns.append(part[:, plate, i])
    rows = np.column_stack(columns)
    head = [
        "forces",
        "version=1",
        f"nRows={len(rows)}",
        f"nColumns={len(names)}",
        "inDegrees=no",
        "endheader",
    ]
    lines = ["\t".join(f"{x:.8g}" for x in row) for row in rows]
    return "\n".join([*head, "\t".join(names), *lines]) + "\n"


def write_walk(folder: Path, **kwargs: float) -> tuple[Path, Path]:
    """A walk as walk.trc and grf.mot in a folder."""
    made = walk(**kwargs)
    trc, mot = folder / "walk.trc", folder / "grf.mot"
    trc.write_text(trc_text(made.markers))
    mot.write_text(grf_text(made.forces))
    return trc, mot
