"""The other answer to a what-if: the movement adapted to the changed muscle, and what of it can be relied on.

The change of the walk is found again for each published body and under other weights (`VARIANTS`); muscle
and contact forces follow in every setting of `what_if`. Robust is a change that has one direction in all of
them and is larger than their spread; where only the direction agrees, that is said and no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from psoas.engine.adapted_movement import HARMONICS, Change, Weights, adapted
from psoas.engine.adapted_walk import Cycle, changed_mechanics, cycle, every_frame, walk
from psoas.engine.cyclic_change import PELVIS, STRIDE, TRUNK, series
from psoas.engine.gait import phases
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.pipeline import Mechanics, Progress, share_moments
from psoas.engine.types import AS_BUILT, Analysis, Condition, Coordinates, Side
from psoas.engine.what_if import Movement, Place, Ready, Setting, loads_under, matters_to_anybody, prepared
from psoas.errors import InputError
from psoas.units import body_weight_n

_TRUNK_AND_PELVIS, _KNEE_AND_ANKLE = (*PELVIS, *TRUNK), ("knee_angle", "ankle_angle", "subtalar_angle")
VARIANTS = (
    *(Weights(f"stretch_{x:g}", stretch=x) for x in (0.5, 2.0)),
    *(Weights(f"effort_{x:g}", effort=x) for x in (0.5, 2.0)),
    *(Weights(f"smooth_{x:g}", smooth=x) for x in (0.5, 2.0)),
    *(Weights(f"upright_{x:g}", upright=x) for x in (0.5, 2.0)),
    *(
        Weights(f"pelvis_and_trunk_{x:g}", coordinates=dict.fromkeys(_TRUNK_AND_PELVIS, x))
        for x in (0.5, 2.0)
    ),
    *(Weights(f"knee_and_ankle_{x:g}", coordinates=dict.fromkeys(_KNEE_AND_ANKLE, x)) for x in (0.5, 2.0)),
    Weights("stride_0.5", coordinates={STRIDE: 0.5}),
    Weights("stride_kept", coordinates={STRIDE: 1e6}),
)
"""The main weights, halved and doubled one by one; instead of doubled, the stride is kept."""

Verdict = Literal["robust", "same_direction", "unclear"]

LEAST_DEG, LEAST_M = 1.0, 0.01  # our judgement: a smaller change is none
SLIP_M, BALANCE_N, BALANCE_NM = 0.005, 5.0, 5.0
_OFF_SOLE_M, _LIFTED_N = 0.005, 5.0


@dataclass(frozen=True, slots=True, eq=False)
class PostureBand:
    """An angle (degrees) of a leg, or of pelvis and trunk (`side` None), as it was and adapted.

    `change` is by variant. The stride (m) is told by its change alone: `before` is 0.
    """

    of: str
    side: Side | None
    before: float
    after: float
    change: tuple[float, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class LoadBand:
    """A load as built (N), under the condition in the movement unchanged and adapted; both as parts of it.

    `change` is that of the adapted movement in every variant.
    """

    place: Place
    before_n: float
    before_bw: float
    unchanged: float
    change: tuple[float, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Checks:
    """How well the adapted movement keeps to the rules, over every frame.

    What resting heels and balls slip, by how much the residual at the pelvis changed, how far the pressure of
    the whole weight left the sole, and with what force the floor would have to hold a foot down.
    """

    steps: int
    slip_m: float
    residual_force_n: float
    residual_moment_nm: float
    off_sole_m: float
    held_down_n: float

    @property
    def hold(self) -> bool:
        """Whether all do."""
        balanced = self.residual_force_n <= BALANCE_N and self.residual_moment_nm <= BALANCE_NM
        stands = self.off_sole_m <= _OFF_SOLE_M and self.held_down_n <= _LIFTED_N
        return balanced and stands and self.slip_m <= SLIP_M


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """A movement adapted to a condition: its change, its mechanics, and how well it keeps to the rules."""

    change: Change
    mechanics: Mechanics
    checks: Checks

    @property
    def found(self) -> bool:
        """Whether the search ended, and the answer keeps to the rules."""
        return self.change.converged and self.checks.hold


@dataclass(frozen=True, slots=True, eq=False)
class NotAdapted:
    """Why there is no adapted movement."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class AdaptedWhatIf:
    """The adapted answer: what moves differently, what it loads, and the passive pull of each hip's flexors.

    `variants` names what `change` of every band lists: the settings of the what-if, then other weights.
    `pull_n` is the highest passive tension of the iliopsoas by side: as built, unchanged, adapted.
    `change` and `checks` are those of the default setting. `failed` are variants for which no movement was
    found: then nothing is called clear.
    """

    movement: str
    condition: Condition
    variants: tuple[str, ...]
    postures: tuple[PostureBand, ...]
    loads: tuple[LoadBand, ...]
    pull_n: Mapping[Side, tuple[float, float, float]]
    change: Change
    checks: Checks
    failed: tuple[str, ...]


def adapt(
    given: Cycle, condition: Condition, weights: Weights | None = None, start: Change | None = None
) -> Adapted:
    """One body's walk adapted to the condition, and checked; `start` is the answer of a neighbour."""
    change = adapted(
        walk(given),
        series(given.period_s, HARMONICS),
        condition,
        weights,
        start=None if start is None else start.coefficients,
    )
    mechanics = changed_mechanics(given, change)
    return Adapted(change, mechanics, _checked(given, change, mechanics))


def adapted_analysis(movement: Movement, condition: Condition, change: Change) -> Analysis:
    """The changed walk in the default setting, with all forces under the condition.

    As `normative_walk` or `analyse` give it for the movement unchanged: for a viewer to show side by side.
    Raises InputError where nobody walks.
    """
    ready = movement.ready[0]
    moved = changed_mechanics(cycle(ready.mechanics, movement.analysis.events), change)
    quiet: Progress = lambda what, share: None  # noqa: E731
    solved, _, geometry = share_moments(
        moved, (condition,), movement.analysis.sides, ready.setting.sharing, quiet
    )
    return replace(
        movement.analysis,
        trial=f"{movement.analysis.trial}, adapted to {condition.name}",
        coordinates=moved.coordinates,
        moments=moved.moments,
        solved=solved,
        band=(),
        geometry=geometry,
    )


def adapted_what_if(
    movement: Movement,
    condition: Condition,
    variants: Sequence[Weights] = VARIANTS,
    *,
    progress: Progress | None = None,
) -> AdaptedWhatIf | NotAdapted:
    """What the condition loads if the movement adapts to it, over its settings and these weights."""
    tell = progress or (lambda what, share: None)
    first = movement.ready[0]
    try:
        cycles = {id(r.body): cycle(r.mechanics, movement.analysis.events) for r in movement.ready}
    except InputError as error:
        return NotAdapted(error.what)
    total = len(cycles) + len(variants)
    bodies: dict[int, Adapted] = {}
    for k, (body, given) in enumerate(cycles.items()):
        tell("movement adapted", k / total)
        start = bodies[id(first.body)].change if bodies else None
        bodies[body] = adapt(given, condition, start=start)
    main = bodies[id(first.body)]
    if not main.found:
        return NotAdapted(_why_not(main))
    answers = [(r.setting.name, r.setting, r.loads_n, bodies[id(r.body)]) for r in movement.ready]
    for k, weights in enumerate(variants):
        tell("movement adapted", (len(cycles) + k) / total)
        other = adapt(cycles[id(first.body)], condition, weights, main.change)
        answers.append((weights.name, first.setting, first.loads_n, other))
    return _weighed(movement, condition, answers)


def _weighed(
    movement: Movement,
    condition: Condition,
    answers: Sequence[tuple[str, Setting, Mapping[Place, float], Adapted]],
) -> AdaptedWhatIf:
    """Bands over all variants; those for which nothing was found are left out and named."""
    analysis = movement.analysis
    kept = [answer for answer in answers if answer[3].found]
    failed = tuple(name for name, _, _, found in answers if not found.found)
    postures = [_postures(analysis, found.mechanics.coordinates, found.change) for _, _, _, found in kept]
    was = {r.setting.name: _postures(analysis, r.mechanics.coordinates, None) for r in movement.ready}
    before = was[movement.ready[0].setting.name]
    loads = [
        loads_under(analysis, prepared(analysis, setting, found.mechanics), condition)
        for _, setting, _, found in kept
    ]
    main = kept[0][3]
    return AdaptedWhatIf(
        analysis.trial,
        condition,
        tuple(name for name, _, _, _ in kept),
        tuple(_posture_band(key, before, [p[key] for p in postures], failed) for key in before),
        _load_bands(movement, condition, [base for _, _, base, _ in kept], loads, failed),
        {side: _pull(movement.ready[0], condition, main, side) for side in analysis.sides},
        main.change,
        main.checks,
        failed,
    )


def _posture_band(
    key: tuple[str, Side | None],
    before: Mapping[tuple[str, Side | None], float],
    after: Sequence[float],
    failed: Sequence[str],
) -> PostureBand:
    change = tuple(x - before[key] for x in after)
    matters = abs(change[0]) > (LEAST_M if key[0] == STRIDE else LEAST_DEG)
    return PostureBand(*key, before[key], after[0], change, _verdict(change, matters and not failed))


def _verdict(change: Sequence[float], matters: bool) -> Verdict:
    if not matters or min(change) * max(change) <= 0.0:
        return "unclear"
    return "robust" if abs(change[0]) > max(change) - min(change) else "same_direction"


def _load_bands(
    movement: Movement,
    condition: Condition,
    base: Sequence[Mapping[Place, float]],
    loads: Sequence[Mapping[Place, float]],
    failed: Sequence[str],
) -> tuple[LoadBand, ...]:
    weight = body_weight_n(movement.analysis.subject.mass_kg)
    unchanged = loads_under(movement.analysis, movement.ready[0], condition)
    bands = []
    for place, before in base[0].items():
        pairs = [(was.get(place), now.get(place)) for was, now in zip(base, loads, strict=True)]
        change = tuple(now / was - 1.0 for was, now in pairs if was and now is not None)
        if len(change) != len(pairs) or place not in unchanged:
            continue  # a phase whose peak some variant does not show cannot be compared
        matters = matters_to_anybody(change[0], before, weight) and not failed
        share = unchanged[place] / before - 1.0
        bands.append(LoadBand(place, before, before / weight, share, change, _verdict(change, matters)))
    return tuple(bands)


def _pull(ready: Ready, condition: Condition, main: Adapted, side: Side) -> tuple[float, float, float]:
    """Highest passive tension of the iliopsoas, N: as built, unchanged, adapted."""
    table = ready.body.muscles
    lines = list(lines_of(table, f"iliopsoas_{side}"))
    found = []
    for mechanics, knobs in (
        (ready.mechanics, AS_BUILT),
        (ready.mechanics, condition),
        (main.mechanics, condition),
    ):
        length = mechanics.dynamics.paths.length_m
        pull = capacity(table, length, np.zeros_like(length), knobs).passive_n[:, lines]
        found.append(float(pull.sum(axis=1).max()))
    return (found[0], found[1], found[2])


def _postures(
    analysis: Analysis, coordinates: Coordinates, change: Change | None
) -> dict[tuple[str, Side | None], float]:
    """What is told of a walk's posture, degrees: by what, and of which leg."""
    column = {n: np.rad2deg(coordinates.value[:, i]) for i, n in enumerate(coordinates.names)}
    found: dict[tuple[str, Side | None], float] = {}
    for side in analysis.sides:
        late = _late_stance(analysis, side, coordinates.time_s)
        found["hip_extension", side] = -float(column[f"hip_flexion_{side}"].min())
        found["knee_flexion_late", side] = float(column[f"knee_angle_{side}"][late].min())
        found["ankle_dorsiflexion_late", side] = float(column[f"ankle_angle_{side}"][late].max())
    tilt, bend = column["pelvis_tilt"].mean(), column["lumbar_extension"].mean()
    found["pelvis_forward_tilt", None] = -float(tilt)
    found["lumbar_extension", None] = float(bend)
    found["trunk_forward_lean", None] = -float(tilt + bend)
    found[STRIDE, None] = 0.0 if change is None else change.stride_m
    return found


def _late_stance(analysis: Analysis, side: Side, time_s: Float[np.ndarray, "time"]) -> np.ndarray:
    mine = next(e for e in analysis.events if e.side == side)
    other = next((e for e in analysis.events if e.side != side), None)
    inside = np.zeros(len(time_s), dtype=bool)
    for phase in phases(mine, time_s, other):
        if phase.name == "late_stance":
            inside |= (time_s >= phase.start_s - 1e-9) & (time_s <= phase.end_s + 1e-9)
    return inside


def _checked(given: Cycle, change: Change, mechanics: Mechanics) -> Checks:
    walked = every_frame(given)
    m = given.instants
    swept = walked.changed(*(change.at(m.time_s, derivative) for derivative in range(3)))
    floor = walked.floor(swept, change.stride_m)
    after, before = mechanics.moments, given.mechanics.moments
    force, moment = after.residual_force_n, after.residual_moment_nm
    if given.net_nm is None:
        force, moment = force - before.residual_force_n, moment - before.residual_moment_nm
    slip = np.linalg.norm(walked.slip_m(swept, change.stride_m), axis=-1)
    return Checks(
        change.steps,
        float(slip.max()),
        float(np.linalg.norm(force, axis=1).max()),
        float(np.linalg.norm(moment, axis=1).max()),
        float(walked.off_sole_nm(floor).max()) / body_weight_n(walked.body.mass_kg),
        max(0.0, -float(floor.force_n[:, :, 1].min())),
    )


def _why_not(main: Adapted) -> str:
    if not main.change.converged:
        return f"The search for an adapted movement did not converge in {main.change.steps} steps."
    c = main.checks
    return (
        "No adapted movement keeps the feet on the floor and the forces balanced: "
        f"feet slip {1e3 * c.slip_m:.0f} mm, the pressure leaves the sole by {1e3 * c.off_sole_m:.0f} mm."
    )
