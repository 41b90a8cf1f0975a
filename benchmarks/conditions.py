"""What one more condition costs: the movement is swept once, and each condition is one more sharing."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from moving import on_the_ground, published_body, seen, swaying
from psoas.engine.joint_contact import contact_geometry, joint_contact
from psoas.engine.static_optimisation import static_optimisation
from psoas.engine.types import Condition

FRAMES, REPEATS = 151, 20
JOINTS = ("tibiofemoral", "patellofemoral")


def main() -> None:
    body = published_body()
    sway = swaying(0, FRAMES)
    ground = on_the_ground(body, sway)
    movement, moments, geometry = seen(body, sway, ground)
    contacts = {s: [contact_geometry(body, movement, j, s) for j in JOINTS] for s in ("r", "l")}

    def first() -> None:
        swept, _, _ = seen(body, sway, ground)
        for side in ("r", "l"):
            for joint in JOINTS:
                contact_geometry(body, swept, joint, side)
        one_more()

    def one_more() -> None:
        weak = Condition("weak", strength={"iliopsoas": 0.5})
        for side in ("r", "l"):
            forces = static_optimisation(body.muscles, geometry, moments, side, weak)
            for contact in contacts[side]:
                joint_contact(contact, forces)

    whole, more = _cpu_seconds(first), _cpu_seconds(one_more)
    print(
        f"One more condition costs 1/{whole / more:.1f} of the first "
        f"({1e6 * more / FRAMES:.0f} us against {1e6 * whole / FRAMES:.0f} us a frame, both legs)."
    )


def _cpu_seconds(work: Callable[[], None]) -> float:
    work()  # compiles what is not compiled yet
    start = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - start) / REPEATS


if __name__ == "__main__":
    main()
