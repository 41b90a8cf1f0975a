"""What a muscle line can pull at a given length and velocity: a Hill muscle with three separate knobs.

The fibre stands at its pennation angle between tendon and bone and keeps its width (Zajac 1989; Millard et
al. 2013, doi:10.1115/1.4023390, whose sampled curves the muscle table holds). Rigid tendon: the tendon has
its slack length, and the fibre takes up every change of the path; the passive curve of a calibrated body
then stands for fibre and tendon together (`tendon.relaxed_with_tendon`). Elastic tendon: the strain is
given by the caller, who finds it from the force (`static_optimisation`); the velocity of the fibre stays
that of the rigid tendon, because updating it inside the iteration diverges.

Knobs (`Condition`): strength scales the active force and leaves the passive force alone; shortness scales
the optimal fibre length by 1 - x with the tendon slack length unchanged; stiffness scales the passive force.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from psoas.engine import tendon as tendon_law
from psoas.engine.muscle_table import lines_of
from psoas.engine.types import AS_BUILT, Condition, MuscleTable

_SHORTEST_ALONG_TENDON = 1e-4  # m; a path shorter than its slack tendon leaves a fibre of its own width


@dataclass(frozen=True, slots=True, eq=False)
class Capacity:
    """What each line can pull on its tendon: force_n = activation * active_n + passive_n.

    `fibre_length` is in optimal fibre lengths, `fibre_velocity` in maximal velocities (lengthening positive).
    """

    active_n: Float[np.ndarray, "time muscle"]
    passive_n: Float[np.ndarray, "time muscle"]
    fibre_length: Float[np.ndarray, "time muscle"]
    fibre_velocity: Float[np.ndarray, "time muscle"]


def capacity(
    muscles: MuscleTable,
    length_m: Float[np.ndarray, "time muscle"],
    velocity_m_s: Float[np.ndarray, "time muscle"],
    condition: Condition = AS_BUILT,
    *,
    strain: Float[np.ndarray, "time muscle"] | None = None,
    max_velocity_lopt_s: float | None = None,
    force_velocity: bool = True,
    pennation: bool = True,
) -> Capacity:
    """Active and passive tendon force of every line at the path's length and velocity.

    `strain` of the tendons, None where they are rigid. `max_velocity_lopt_s` replaces the table's value for
    every line; `force_velocity=False` leaves the velocity out; `pennation=False` leaves the cosine out of the
    active force, as OpenSim's static optimisation does. These are choices of sharing, not of the body.
    """
    optimal = muscles.optimal_fibre_length_m * (1.0 - knob(muscles, condition.shortness, 0.0))
    width = optimal * np.sin(muscles.pennation_rad)
    tendon = muscles.tendon_slack_length_m + (0.0 if strain is None else strain * _elastic_tendon_m(muscles))
    along = np.maximum(length_m - tendon, _SHORTEST_ALONG_TENDON)
    fibre = np.sqrt(along**2 + width**2)
    cosine = along / fibre
    fastest = muscles.max_velocity_lopt_s if max_velocity_lopt_s is None else max_velocity_lopt_s
    length = fibre / optimal
    velocity = velocity_m_s * cosine / (optimal * fastest)
    active = muscles.max_isometric_force_n * knob(muscles, condition.strength, 1.0)
    places = between_samples(muscles.curve_length, length)
    active = active * sampled(muscles.active_force_length, places)
    if pennation:
        active = active * cosine
    if force_velocity:
        active = active * np.interp(velocity, muscles.curve_velocity, muscles.force_velocity)
    passive = muscles.max_isometric_force_n * knob(muscles, condition.stiffness, 1.0)
    curves = _passive_curves(muscles, optimal, rigid=strain is None)
    passive = passive * cosine * sampled(curves, places)
    return Capacity(active, passive, length, velocity)


def tendon_strain(
    muscles: MuscleTable, force_n: Float[np.ndarray, "time muscle"]
) -> Float[np.ndarray, "time muscle"]:
    """Strain of an elastic tendon under `force_n`, 4.9 % at the maximal isometric force."""
    return tendon_law.strain(force_n / muscles.max_isometric_force_n)


def _elastic_tendon_m(muscles: MuscleTable) -> Float[np.ndarray, "muscle"]:
    """The part of each tendon that gives, at slack."""
    if muscles.tendon_per_fibre is None:
        return muscles.tendon_slack_length_m
    return np.asarray(muscles.tendon_per_fibre * muscles.optimal_fibre_length_m)


def _passive_curves(
    muscles: MuscleTable, optimal_m: Float[np.ndarray, "muscle"], *, rigid: bool
) -> Float[np.ndarray, "muscle sample"]:
    """Of the fibres alone where tendons stretch; of both together, as short as they are, where not."""
    if muscles.fibre_passive is None:
        return muscles.passive_force_length
    if not rigid:
        return muscles.fibre_passive
    changed = np.flatnonzero(optimal_m != muscles.optimal_fibre_length_m)
    if len(changed) == 0:
        return muscles.passive_force_length
    curves = muscles.passive_force_length.copy()
    curves[changed] = tendon_law.relaxed_with_tendon(
        muscles.curve_length,
        muscles.fibre_passive[changed],
        (_elastic_tendon_m(muscles) / optimal_m)[changed],
        muscles.pennation_rad[changed],
    )
    return curves


Places = tuple[Int[np.ndarray, "time muscle"], Float[np.ndarray, "time muscle"]]


def between_samples(grid: Float[np.ndarray, "sample"], at: Float[np.ndarray, "time muscle"]) -> Places:
    """The sample before each length, and the part of the way to the next; beyond 1 after the last.

    The grid is even, so that no search is needed.
    """
    along = (np.maximum(at, grid[0]) - grid[0]) * ((len(grid) - 1) / (grid[-1] - grid[0]))
    left = np.minimum(along.astype(np.int64), len(grid) - 2)
    return left, along - left


def sampled(curve: Float[np.ndarray, "muscle sample"], places: Places) -> Float[np.ndarray, "time muscle"]:
    """Each muscle's curve at its own lengths, linear between samples, straight on beyond the last."""
    left, part = places
    muscle = np.arange(len(curve))
    return np.asarray((1.0 - part) * curve[muscle, left] + part * curve[muscle, left + 1])


def knob(muscles: MuscleTable, setting: Mapping[str, float], as_built: float) -> Float[np.ndarray, "muscle"]:
    """The value of a knob for every line; a later entry of `setting` overrides an earlier one.

    Keys are a group or a muscle, alone (both sides) or with `_r` or `_l`; `lines_of` refuses others.
    """
    value = np.full(len(muscles.names), as_built)
    for key, x in setting.items():
        value[list(lines_of(muscles, key))] = x
    return value
