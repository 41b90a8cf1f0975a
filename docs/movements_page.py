"""docs/movements.md: every built-in movement, its loads beside measured ones, how deep the body holds."""

import numpy as np

from psoas.engine.constructed import constructed, constructed_movement, to_depth
from psoas.engine.movements import Listed, listed
from psoas.engine.peaks import contact_of, resultant_n
from psoas.engine.types import AS_BUILT, Analysis
from psoas.units import body_weight_n

LEAD = """# The built-in movements

Made by `make docs`; `psoas whatif --list` names them, `psoas whatif --movement NAME` and
`psoas scene --movement NAME` take them. Measured ones are means of healthy adults, constructed ones are built
from a few postures (see [what if](explanation/what-if.md)). Loads: the largest of the right knee as built,
in body weights, and the kneecap's at that moment; net moments are of that moment too, N.m a kilogram (minus
extends). Measured: the mean peak of five instrumented knees in the like (Kutzner et al. 2010, abstract).
"""
DEPTH = """## How deep the body holds

The constructed squat taken less and further down. Beyond a right angle of the hip the body was not checked,
and its knee extensors lose their lever: at 90 degrees of knee flexion about half of that at 60 is left. The
kneecap bears that in full; the tibia bears what the patellar ligament pulls, whose own lever shrinks less.
"""
MEASURED = {"natural": 2.61, "slow": 2.61, "fast": 2.61, "step_up": 3.16, "step_down": 3.46}


def movements_page() -> str:
    """The page as text."""
    rows = [_row(one) for one in listed().values()]
    heads = (
        "| movement | kind | knee bent | hip bent | hip moment | knee moment | knee | kneecap | measured |"
    )
    parts = [LEAD, heads, "|---" * 9 + "|", *rows, ""]
    for movement in constructed().values():
        parts += [f"**{movement.title}** ({movement.id}): {movement.says} Angles: {movement.source}", ""]
    squat = constructed()["squat"]
    parts += [DEPTH, "| knee bent | hip bent | knee, BW | kneecap, BW | the program says |", "|---" * 5 + "|"]
    for part in (50.0, 60.0, 70.0, 80.0, 90.0, 100.0):
        found = constructed_movement(to_depth(squat, part / 70.0), sides=("r",))
        at = _deepest(found)
        knee, hip = (_degrees(found, dof, at) for dof in ("knee_angle_r", "hip_flexion_r"))
        loads = " | ".join(f"{_load(found, joint)[at]:.1f}" for joint in ("tibiofemoral", "patellofemoral"))
        parts.append(f"| {knee:.0f}° | {hip:.0f}° | {loads} | {found.quality.trust} |")
    return "\n".join(parts)


def _row(one: Listed) -> str:
    found = one.solve((AS_BUILT,))
    at = _deepest(found)
    knee, hip = (_degrees(found, dof, at) for dof in ("knee_angle_r", "hip_flexion_r"))
    assert found.moments is not None
    moments = " | ".join(
        f"{found.moments.moment_nm[at, found.moments.names.index(dof)] / found.body.mass_kg:.2f}"
        for dof in ("hip_flexion_r", "knee_angle_r")
    )
    loads = " | ".join(f"{_load(found, joint)[at]:.1f}" for joint in ("tibiofemoral", "patellofemoral"))
    built = constructed().get(one.id)
    beside = MEASURED[one.id] if built is None else built.measured_bw
    title = f"{one.title} (`{one.id.replace('_', '-')}`)"
    return f"| {title} | {one.kind} | {knee:.0f}° | {hip:.0f}° | {moments} | {loads} | {beside:.2f} |"


def _deepest(found: Analysis) -> int:
    """The moment in which the right knee bears most."""
    return int(np.nanargmax(_load(found, "tibiofemoral")))


def _load(found: Analysis, joint: str) -> np.ndarray:
    return resultant_n(contact_of(found.solved[0], joint, "r")) / body_weight_n(found.body.mass_kg)


def _degrees(found: Analysis, dof: str, at: int) -> float:
    return float(np.rad2deg(found.coordinates.value[at, found.coordinates.names.index(dof)]))
