"""CPU time against OpenSim's own tools: the same frames of the same walk, in one run.

OpenSim's time per frame is the difference of a long and a short run, so that its reading of files and models
does not count against it. Ours starts from coordinates and forces in memory, filters them, and ends with the
loads of both knees and kneecaps; the body is built once before, as OpenSim's model is read before.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # CPU time of one core on both sides
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import numpy as np  # noqa: E402

from opensim_walk import FOLDER, as_the_peer_filters, walk_coordinates, walk_reaction  # noqa: E402
from psoas.engine import dual_newton  # noqa: E402
from psoas.engine.body import body_from_osim  # noqa: E402
from psoas.engine.inverse_dynamics import dynamics, joint_moments  # noqa: E402
from psoas.engine.joint_contact import contact_geometry, joint_contact  # noqa: E402
from psoas.engine.kinematics import muscle_geometry  # noqa: E402
from psoas.engine.muscle import capacity  # noqa: E402
from psoas.engine.static_optimisation import (  # noqa: E402
    BOTH_LEGS,
    OPENSIM_PARITY,
    leg_problem,
    static_optimisation,
)
from psoas.engine.types import Coordinates  # noqa: E402

SHARED = ROOT.parent / "shared"
START_S, SHORT_S, LONG_S = 0.46, 0.50, 0.96
REPEATS = 50


def main() -> None:
    if not SHARED.is_dir():
        print("skipped: the folder ../shared with the walk that OpenSim solved is not here")
        return
    if importlib.util.find_spec("opensim") is None:
        print("skipped: opensim is not installed (pip install 'psoas[reference]')")
        return
    tool_s, trial_s = peer_seconds_per_frame()
    solver_s, whole_s = our_seconds_per_frame()
    print(
        f"The solver alone takes {tool_s / solver_s:,.0f} times less CPU a frame than OpenSim's "
        f"StaticOptimization ({1e6 * solver_s:.1f} us against {1e3 * tool_s:.0f} ms, both legs), and the "
        f"whole trial from coordinates to loads {trial_s / whole_s:,.0f} times less than OpenSim's three "
        f"tools ({1e6 * whole_s:.0f} us against {1e3 * trial_s:.0f} ms)."
    )


def peer_seconds_per_frame() -> tuple[float, float]:
    """StaticOptimization alone, and it together with inverse dynamics and joint reaction."""
    short, long = (_peer(end) for end in (SHORT_S, LONG_S))
    frames = round((LONG_S - SHORT_S) * 100.0)
    each = {name: (long[name] - short[name]) / frames for name in long}
    return each["static_optimisation"], sum(each.values())


def _peer(end_s: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as out:
        command = [
            *(sys.executable, str(ROOT / "tests/opensim_peer.py"), "trial"),
            str(SHARED / FOLDER / "subject_scaled.osim"),
            str(SHARED / FOLDER / "ik_walk.mot"),
            str(SHARED / "motion/rajagopal_walk_run/grf_walk.mot"),
            "r=ground_force_r_,l=ground_force_l_",
            *(out, str(START_S), str(end_s)),
        ]
        run = subprocess.run(command, cwd=out, capture_output=True, text=True, check=True)
    seconds: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return seconds


def our_seconds_per_frame() -> tuple[float, float]:
    """The solver alone on prepared problems, and everything from coordinates to loads."""
    body = body_from_osim(SHARED / FOLDER / "subject_scaled.osim", spine="one_joint", psoas="lumped")
    whole = walk_coordinates(SHARED)
    inside = (whole.time_s > START_S - 1e-6) & (whole.time_s < LONG_S + 1e-6)
    part = Coordinates(whole.time_s[inside], whole.value[inside], whole.names)
    reaction = walk_reaction(SHARED, part.time_s)

    def trial() -> None:
        smooth = Coordinates(part.time_s, as_the_peer_filters(part.value, 100.0), part.names)
        movement = dynamics(body, smooth, reaction)
        moments = joint_moments(body, movement)
        geometry = muscle_geometry(body, smooth, BOTH_LEGS, paths=movement.paths, velocity=movement.velocity)
        for side in ("r", "l"):
            forces = static_optimisation(body.muscles, geometry, moments, side, sharing=OPENSIM_PARITY)
            for joint in ("tibiofemoral", "patellofemoral"):
                joint_contact(contact_geometry(body, movement, joint, side, patella="pulley"), forces)

    movement = dynamics(body, part, reaction)
    geometry = muscle_geometry(body, part, BOTH_LEGS, paths=movement.paths, velocity=movement.velocity)
    legs = [leg_problem(body.muscles, geometry, joint_moments(body, movement), side) for side in ("r", "l")]
    problems = []
    for leg in legs:
        pull = capacity(leg.muscles, leg.length_m, leg.velocity_m_s, pennation=False)
        one = np.ones(len(leg.muscles.names))
        matrix = np.ascontiguousarray(leg.arm_m * pull.active_n[:, None])
        problems.append((matrix, leg.moment_nm, one, np.ones(len(leg.dofs)), 0.01 * one, one))

    def solver() -> None:
        for problem in problems:
            dual_newton.share(*problem)

    frames = len(part.time_s)
    return _cpu_seconds(solver) / frames, _cpu_seconds(trial) / frames


def _cpu_seconds(work: Callable[[], None]) -> float:
    work()  # compiles what is not compiled yet
    start = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - start) / REPEATS


if __name__ == "__main__":
    main()
