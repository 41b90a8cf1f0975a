"""What changes at the knee if a muscle were weaker, shorter or stiffer, and how sure that is.

One movement, kept as it is; the same condition on several bodies and settings of the cost (`SETTINGS`).
Paths, moments and contact geometry are computed once for each; a condition then costs one sharing of the
moments and one product (contact is affine in muscle force at fixed kinematics). What the settings disagree
about is the spread, and a change smaller than it is no clear change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.body import build_body, load_body
from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL, published_tables
from psoas.engine.body_scaling import scaled
from psoas.engine.constructed import Constructed, constructed_mechanics, constructed_movement
from psoas.engine.cylinders import with_cylinders
from psoas.engine.formats.osim import read_osim
from psoas.engine.joint_contact import ContactGeometry, contact_geometry, joint_contact
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.lumbar import Psoas
from psoas.engine.muscle_table import GROUPS
from psoas.engine.normative import NATURAL, Normative, normative_mechanics, normative_walk, published_curves
from psoas.engine.peaks import PhaseOfPeak, peaks
from psoas.engine.pipeline import BOTH, Mechanics, Progress, Recorded, analyse, mechanics_of, recorded
from psoas.engine.static_optimisation import (
    BAND,
    BOTH_LEGS,
    DEFAULT,
    ELASTIC,
    LegProblem,
    Sharing,
    leg_problem,
    static_optimisation,
)
from psoas.engine.types import (
    AS_BUILT,
    Analysis,
    Body,
    Condition,
    Joint,
    JointMoments,
    MuscleForces,
    MuscleGeometry,
    Passive,
    Side,
    Subject,
    Trial,
)
from psoas.errors import InputError
from psoas.units import body_weight_n

LOADED: tuple[Joint, ...] = ("tibiofemoral", "patellofemoral")
WATCHED = ("iliopsoas", "rectus_femoris", "gastrocnemius")  # muscle groups whose largest force is told
LEAST_SHARE, LEAST_BW = 0.01, 0.05
"""Our judgement: less than a hundredth of the load, or a twentieth of body weight, matters to nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One of the ways to compute the same thing: parameters and paths of one published model, and a cost."""

    name: str
    says: str
    model: str = DEFAULT_MODEL
    psoas: Psoas = "fascicles"
    passive: Passive = "calibrated"
    cylinders: float = 1.0
    sharing: Sharing = DEFAULT

    @property
    def built_from(self) -> tuple[str, Psoas, Passive, float]:
        """Settings that agree in it share a body and its sweep."""
        return self.model, self.psoas, self.passive, self.cylinders


SETTINGS = (
    Setting("default", "the built-in body (Rajagopal, Lai, Uhlrich 2023), eleven psoas fascicles"),
    Setting("rajagopal_2016", "the other published body (Rajagopal 2016)", model=SECOND_MODEL),
    Setting("lumped_psoas", "the psoas in one line", psoas="lumped"),
    Setting("published_passive", "passive curves as published, no ligaments", passive="published"),
    Setting("cylinders_thinner", "what muscles wrap over 8 % thinner", cylinders=0.92),
    Setting("cylinders_thicker", "what muscles wrap over 8 % thicker", cylinders=1.08),
    Setting("elastic_tendon", "tendons that stretch", sharing=ELASTIC),
    *(Setting(s.name, f"load sharing: {s.name.replace('_', ' weighted ')}", sharing=s) for s in BAND),
)
"""The first is the one whose numbers are told; the others make the band."""
THREE_BODIES = SETTINGS[:3]


@dataclass(frozen=True, slots=True)
class Place:
    """What is compared: the largest force of a joint in a phase, or of a muscle group over the movement."""

    side: Side
    of: str
    phase: PhaseOfPeak


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """One load as built and changed (N and body weights, default setting), and its change in every setting.

    `change` is a part of each setting's own load as built. `clear` says that the default's change is larger
    than the spread between the settings, and large enough to matter.
    """

    place: Place
    before_n: float
    after_n: float
    before_bw: float
    after_bw: float
    change: tuple[float, ...]
    clear: bool

    @property
    def low(self) -> float:
        """The smallest change of any setting."""
        return min(self.change)

    @property
    def high(self) -> float:
        """The largest change of any setting."""
        return max(self.change)

    @property
    def spread(self) -> float:
        """By how much the settings disagree."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """The answer to one what-if, movement unchanged; `unsolved`: most frames that a setting cannot share."""

    movement: str
    condition: Condition
    settings: tuple[Setting, ...]
    bands: tuple[Band, ...]
    unsolved: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """One setting of a movement with all that no condition changes, and its answer as built."""

    setting: Setting
    mechanics: Mechanics
    body: Body
    geometry: MuscleGeometry
    moments: JointMoments
    legs: Mapping[Side, LegProblem]
    contacts: Mapping[Side, tuple[ContactGeometry, ...]]
    as_built: Mapping[Side, MuscleForces]
    loads_n: Mapping[Place, float]


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """A movement ready for any number of what-ifs. `analysis` has its clock, events and person."""

    analysis: Analysis
    ready: tuple[Ready, ...]


def normative_movement(
    movement: Normative = NATURAL,
    settings: Sequence[Setting] = SETTINGS,
    *,
    sides: tuple[Side, ...] = BOTH,
    progress: Progress | None = None,
) -> Movement:
    """A mean movement of healthy adults, on the published bodies."""
    analysis = normative_walk(movement=movement, sides=sides)

    def mechanics(setting: Setting) -> Mechanics:
        return normative_mechanics(_published(setting), published_curves(movement), movement)

    return _movement(analysis, settings, mechanics, progress)


def built_movement(
    movement: Constructed,
    settings: Sequence[Setting] = SETTINGS,
    *,
    sides: tuple[Side, ...] = BOTH,
    progress: Progress | None = None,
) -> Movement:
    """A constructed movement, on the published bodies."""

    def mechanics(setting: Setting) -> Mechanics:
        return constructed_mechanics(_published(setting), movement)

    return _movement(constructed_movement(movement, sides=sides), settings, mechanics, progress)


def recorded_movement(
    trial: Trial,
    subject: Subject,
    body: Body,
    settings: Sequence[Setting] = SETTINGS,
    *,
    model: Path | None = None,
    sides: tuple[Side, ...] = BOTH,
    window_s: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> Movement:
    """A recording, on the person's body and on others of the same size.

    `model` is the scaled .osim that `body` was read from, if it was. Raises InputError without ground
    reactions, and where a model does not say by what it was scaled (no other body can be made as large).
    """
    if trial.ground_reaction is None:
        raise InputError(
            "Without ground reactions there are no forces to compare.",
            trial.name,
            "Give the force file: --grf grf.mot.",
        )
    if not body.segment_scales:
        raise InputError(
            "The model does not say by what its segments were scaled.",
            body.name,
            "Give markers and a static trial instead, so that every body can be made as large.",
        )
    given = recorded(trial, subject, body, window_s, progress)
    analysis = analyse(trial, subject, body, sides=sides, window_s=window_s, progress=progress)

    def mechanics(setting: Setting) -> Mechanics:
        return _mechanics_as(setting, given, body, model)

    return _movement(analysis, settings, mechanics, progress)


def shared(movement: Movement, condition: Condition) -> tuple[Mapping[Side, MuscleForces], ...]:
    """The muscle forces of both legs under one condition, once for every setting."""
    return tuple(
        {side: _forces(ready, side, condition) for side in ready.contacts} for ready in movement.ready
    )


def what_if(
    movement: Movement, condition: Condition, forces: Sequence[Mapping[Side, MuscleForces]] | None = None
) -> WhatIf:
    """Every load under one condition in every setting, beside the same loads as built.

    `forces` are those of `shared`, where they are known already.
    """
    weight = body_weight_n(movement.analysis.subject.mass_kg)
    forces = forces or shared(movement, condition)
    loads = [_loads(movement.analysis, r, f) for r, f in zip(movement.ready, forces, strict=True)]
    bands = []
    for place, before in movement.ready[0].loads_n.items():
        pairs = [
            (r.loads_n.get(place), changed.get(place))
            for r, changed in zip(movement.ready, loads, strict=True)
        ]
        change = tuple(after / base - 1.0 for base, after in pairs if base and after is not None)
        if len(change) != len(pairs):
            continue  # a phase whose peak some setting does not show cannot be compared
        after = before * (1.0 + change[0])
        larger = abs(change[0]) > max(change) - min(change)
        clear = larger and matters_to_anybody(change[0], before, weight)
        bands.append(Band(place, before, after, before / weight, after / weight, change, clear))
    unsolved = max(int(np.count_nonzero(f.status)) for sides in forces for f in sides.values())
    settings = tuple(ready.setting for ready in movement.ready)
    trust, notes = movement.analysis.quality, movement.analysis.notes
    if trust.trust == "doubtful":
        notes += tuple(f"Doubtful: {reason}" for reason in trust.reasons if reason not in notes)
    return WhatIf(movement.analysis.trial, condition, settings, tuple(bands), unsolved, notes)


def matters_to_anybody(change: float, before_n: float, weight_n: float) -> bool:
    """Whether a change (a part of the load) is large enough to be spoken of."""
    return abs(change) > LEAST_SHARE and abs(change) * before_n > LEAST_BW * weight_n


def many(movement: Movement, conditions: Sequence[Condition]) -> Float[np.ndarray, "condition load"]:
    """Loads (N) of many conditions in the default setting, in the order of `loads_n`; NaN: no such peak."""
    ready = movement.ready[0]
    found = np.full((len(conditions), len(ready.loads_n)), np.nan)
    for k, condition in enumerate(conditions):
        loads = loads_under(movement.analysis, ready, condition)
        found[k] = [loads.get(place, np.nan) for place in ready.loads_n]
    return found


def _published(setting: Setting) -> Body:
    return load_body("rhythm", setting.psoas, setting.model, setting.passive, setting.cylinders)


def _movement(
    analysis: Analysis,
    settings: Sequence[Setting],
    mechanics: Callable[[Setting], Mechanics],
    progress: Progress | None,
) -> Movement:
    """Settings that share a body share its sweep."""
    tell = progress or (lambda what, share: None)
    swept: dict[tuple[str, Psoas, Passive, float], Mechanics] = {}
    ready = []
    for k, setting in enumerate(settings):
        tell("bodies and settings", k / len(settings))
        if setting.built_from not in swept:
            swept[setting.built_from] = mechanics(setting)
        ready.append(prepared(analysis, setting, swept[setting.built_from]))
    return Movement(analysis, tuple(ready))


def prepared(analysis: Analysis, setting: Setting, mechanics: Mechanics) -> Ready:
    """A movement's mechanics under one setting: everything that no condition changes, swept and solved."""
    body, swept = mechanics.body, mechanics.dynamics
    geometry = muscle_geometry(
        body, mechanics.coordinates, BOTH_LEGS, paths=swept.paths, velocity=swept.velocity
    )
    contacts = {
        side: tuple(contact_geometry(body, swept, joint, side, split=False) for joint in LOADED)
        for side in analysis.sides
    }
    legs = {side: leg_problem(body.muscles, geometry, mechanics.moments, side) for side in analysis.sides}
    bare = Ready(setting, mechanics, body, geometry, mechanics.moments, legs, contacts, {}, {})
    forces = {side: _forces(bare, side, AS_BUILT) for side in analysis.sides}
    return replace(bare, as_built=forces, loads_n=_loads(analysis, bare, forces))


def _mechanics_as(setting: Setting, given: Recorded, body: Body, model: Path | None) -> Mechanics:
    """The recording on another body of the person's size; the same coordinates move it."""
    if setting.built_from == (DEFAULT_MODEL, "fascicles", body.passive, 1.0):
        return mechanics_of(body, given.coordinates, given.reaction, given.covered_s)
    if model is not None and setting.model == DEFAULT_MODEL:
        tables = read_osim(model)
    else:
        published = published_tables(setting.model)
        known = {segment.name for segment in published.segments}  # vertebrae follow the torso by themselves
        scales = {name: by for name, by in body.segment_scales.items() if name in known}
        tables = scaled(published, scales, body.mass_kg)
    build = partial(build_body, psoas=setting.psoas, scaled_from=body.scaled_from, passive=setting.passive)
    other = with_cylinders(build, tables, setting.cylinders)
    return mechanics_of(other, given.coordinates, given.reaction, given.covered_s)


def _forces(ready: Ready, side: Side, condition: Condition) -> MuscleForces:
    return static_optimisation(
        ready.body.muscles,
        ready.geometry,
        ready.moments,
        side,
        condition,
        ready.setting.sharing,
        start=ready.as_built.get(side),
        leg=ready.legs[side],
        throw=False,
    )


def loads_under(analysis: Analysis, ready: Ready, condition: Condition) -> dict[Place, float]:
    """Loads (N) of one setting under a condition."""
    return _loads(analysis, ready, {side: _forces(ready, side, condition) for side in ready.contacts})


def _loads(analysis: Analysis, ready: Ready, forces: Mapping[Side, MuscleForces]) -> dict[Place, float]:
    """Peaks of the contact forces by phase, and the largest force of each watched muscle group."""
    loads: dict[Place, float] = {}
    for side, muscles in forces.items():
        for geometry in ready.contacts[side]:
            for peak in peaks(analysis, joint_contact(geometry, muscles)):
                loads[Place(side, geometry.joint, peak.phase)] = peak.n
        for group in WATCHED:
            lines = [j for j, line in enumerate(muscles.names) if line.split("_")[0] in GROUPS[group]]
            loads[Place(side, group, "peak")] = float(np.nanmax(muscles.force_n[:, lines].sum(1)))
    return loads
