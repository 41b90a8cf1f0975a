"""One what-if on three bodies, and many conditions against OpenSim's static optimisation, in one run.

CPU time on one core after warm-up; the movement (mean natural walking, both legs) is prepared before.
"""

import importlib.util
import os
import statistics
import time
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from against_opensim import SHARED, peer_seconds_per_frame

from psoas.engine.types import Condition
from psoas.engine.what_if import SETTINGS, THREE_BODIES, many, normative_movement, what_if

AT_MOST_MS, AT_LEAST_TIMES = 30.0, 5000.0
CONDITIONS, REPEATS = 10_000, 41
KNOBS = ("iliopsoas", "rectus_femoris", "hamstrings", "gluteus_maximus", "soleus")


def main() -> None:
    weak = Condition("weak", strength={"iliopsoas": 0.5})
    for says, settings in (("three bodies", THREE_BODIES), (f"all {len(SETTINGS)} settings", SETTINGS)):
        movement = normative_movement(settings=settings)
        took = 1e3 * _median_cpu_s(lambda at=movement: what_if(at, weak))
        print(f"One what-if, both legs, one stride, {says}: {took:.1f} ms (asked: {AT_MOST_MS:.0f} ms).")
    movement = normative_movement(settings=SETTINGS[:1])
    draw = np.random.default_rng(4)
    conditions = [
        Condition(
            f"{k}",
            strength=dict(zip(KNOBS, draw.uniform(0.3, 1.2, len(KNOBS)), strict=True)),
            shortness={"iliopsoas": float(draw.uniform(0.0, 0.2))},
        )
        for k in range(CONDITIONS)
    ]
    start = time.process_time()
    loads = many(movement, conditions)
    seconds = time.process_time() - start
    frames = len(movement.analysis.coordinates.time_s)
    each = seconds / CONDITIONS
    print(
        f"{CONDITIONS:,} conditions x {frames} frames, both legs: {seconds:.1f} s, {1e3 * each:.2f} ms each, "
        f"{np.isfinite(loads).all(axis=1).sum():,} with every peak."
    )
    if not SHARED.is_dir() or importlib.util.find_spec("opensim") is None:
        print("skipped: OpenSim or the folder ../shared with the walk that it solved is not here")
        return
    tool, _ = peer_seconds_per_frame()
    times = tool * frames / each
    print(
        f"OpenSim's StaticOptimization takes {1e3 * tool:.0f} ms a frame, {tool * frames:.1f} s for as many: "
        f"{times:,.0f} times as long a condition (asked: {AT_LEAST_TIMES:,.0f})."
    )


def _median_cpu_s(work: Callable[[], object]) -> float:
    work()
    took = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return statistics.median(took)


if __name__ == "__main__":
    main()
