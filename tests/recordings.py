"""The recordings of the shared folder with the options of `psoas analyse`: one setting for all of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psoas.cli import main


@dataclass(frozen=True)
class Recording:
    """One command. `kind`: walk, bend (squat, standing up) or c3d (read, and what can be computed)."""

    name: str
    kind: str
    options: tuple[str, ...]  # file options, relative to motion/; see `command`
    mass_kg: float


def _opencap(name: str, kind: str) -> Recording:
    files = (
        "--markers",
        f"opencap_subject4/markers/{name}.trc",
        "--static",
        "opencap_subject4/markers/static1.trc",
    )
    return Recording(f"opencap {name}", kind, (*files, "--grf", f"opencap_subject4/grf/{name}_grf.mot"), 62.6)


RECORDINGS = (
    *(_opencap(name, "walk") for name in ("walking1", "walking2", "walking4")),
    Recording(
        "rajagopal walk",
        "walk",
        (
            *("--markers", "rajagopal_walk_run/motion_capture_walk.trc"),
            *("--static", "rajagopal_walk_run/static_walk_2.trc", "--grf", "rajagopal_walk_run/grf_walk.mot"),
        ),
        85.07,
    ),
    Recording(
        "gait2392 walk1",
        "walk",
        (
            *(
                "--markers",
                "gait2392_walk/subject01_walk1.trc",
                "--static",
                "gait2392_walk/subject01_static.trc",
            ),
            *("--grf", "gait2392_walk/subject01_walk1_grf.mot"),
        ),
        72.6,
    ),
    Recording(
        "kuleuven walk",
        "walk",
        ("--markers", "kuleuven_gait_squat/markers.trc", "--grf", "kuleuven_gait_squat/grf.mot"),
        62.7,
    ),
    Recording(
        "lenhart 17",
        "walk",
        (
            *("--markers", "lenhart_walk/overground_17.trc", "--static", "lenhart_walk/static1.trc"),
            *("--grf", "lenhart_walk/overground_17_grf.mot"),
        ),
        62.0,
    ),
    *(_opencap(name, "bend") for name in ("squats1", "STS1")),
    Recording(
        "kuleuven Squat2",
        "bend",
        (
            "--markers",
            "kuleuven_gait_squat/markers_Squat2.trc",
            "--grf",
            "kuleuven_gait_squat/grf_Squat2.mot",
        ),
        62.7,
    ),
    # No mass is stated with these three: 70 kg is assumed, and the residuals show it.
    Recording("bmclab Gait.c3d", "c3d", ("--markers", "bmclab_gait/Gait.c3d"), 70.0),
    Recording("rajagopal walking2.c3d", "c3d", ("--markers", "rajagopal_walk_run/walking2.c3d"), 70.0),
    Recording("rajagopal walking5.c3d", "c3d", ("--markers", "rajagopal_walk_run/walking5.c3d"), 70.0),
)


def command(recording: Recording, shared: Path, out: Path) -> list[str]:
    """The words of `psoas analyse` for one recording: its files and mass, and nothing else of its own."""
    words = [w if w.startswith("--") else str(shared / "motion" / w) for w in recording.options]
    return [
        "analyse",
        *words,
        "--mass",
        str(recording.mass_kg),
        "--strength",
        "iliopsoas=0.5",
        "--out",
        str(out),
    ]


def solved(recording: Recording, shared: Path, out: Path) -> Any:
    """Run it; the summary. AssertionError where it does not exit with 0."""
    code = main(command(recording, shared, out))
    assert code == 0, f"{recording.name} exits with {code}"
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))
