"""The whole engine on one page: a recording and a body in, every result of the run out. Read this first.

    posture (inverse kinematics)  ->  feet, plates, gait events  ->  what the plates cover
    ->  one sweep of the dynamics  ->  net joint moments  ->  muscle forces  ->  joint contact forces

Kinematics, dynamics and muscle paths are computed once; a condition (weak, short or stiff muscles) costs one
more sharing of the moments among the muscles and one product, because the movement is kept as recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psoas import __version__
from psoas.engine import quality
from psoas.engine.coverage import check_mass, covered_range
from psoas.engine.feet import Feet, feet_from_body
from psoas.engine.filtering import POSTURE_CUTOFF_HZ, low_pass
from psoas.engine.gait import gait_events, movement
from psoas.engine.ground_reaction import assign_feet
from psoas.engine.inverse_dynamics import Dynamics, dynamics, joint_moments
from psoas.engine.inverse_kinematics import MarkerErrors, inverse_kinematics
from psoas.engine.joint_contact import contact_geometry, joint_contact
from psoas.engine.kinematics import JointMotion, MusclePaths, coordinate_values, muscle_geometry
from psoas.engine.passive_calibration import with_ligaments
from psoas.engine.static_optimisation import (
    BAND,
    BOTH_LEGS,
    DEFAULT,
    UNWEIGHTED,
    Sharing,
    static_optimisation,
)
from psoas.engine.types import (
    AS_BUILT,
    Analysis,
    Body,
    Condition,
    Coordinates,
    FootReaction,
    GaitEvents,
    Joint,
    JointMoments,
    MuscleForces,
    MuscleGeometry,
    Provenance,
    Quality,
    Side,
    Solved,
    Subject,
    Trial,
)
from psoas.errors import SolveError

Progress = Callable[[str, float], None]

JOINTS: tuple[Joint, ...] = ("tibiofemoral", "patellofemoral", "hip")
BOTH: tuple[Side, Side] = ("r", "l")
MARGIN_S = 0.5  # of movement kept around the window while it is differentiated


@dataclass(frozen=True, slots=True, eq=False)
class Mechanics:
    """A movement ready for sharing: its dynamics, and the net moments that the muscles have to make.

    `split` is False where the centre of pressure is unknown, and with it the medial and lateral parts.
    `wide` and `reaction` are the movement with what is known around its window, as it was differentiated
    (None where it was not: a movement held still).
    """

    body: Body
    coordinates: Coordinates
    dynamics: Dynamics
    moments: JointMoments
    split: bool = True
    wide: Coordinates | None = None
    reaction: FootReaction | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A recording made ready for dynamics: filtered coordinates, and which foot bore what in which window."""

    coordinates: Coordinates
    reaction: FootReaction
    covered_s: tuple[float, float]
    events: tuple[GaitEvents, GaitEvents]
    feet: Feet
    errors: MarkerErrors | None
    notes: tuple[str, ...]


def analyse(
    trial: Trial,
    subject: Subject,
    body: Body,
    conditions: Sequence[Condition] = (AS_BUILT,),
    *,
    sides: tuple[Side, ...] = BOTH,
    sharing: Sharing = DEFAULT,
    window_s: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Everything that one recording tells about one body, as built and under each further condition.

    Without ground reactions: kinematics and muscle lengths. Frames that cannot be shared are counted, the
    others finish; SolveError only where no frame of a side is left.
    """
    tell = progress or (lambda what, share: None)
    if trial.ground_reaction is None:
        coordinates, errors, found = posture(trial, body, tell)
        feet = feet_from_body(body, coordinates)
        shown = cut_coordinates(coordinates, window_s or (feet.time_s[0], feet.time_s[-1]))
        geometry = muscle_geometry(body, shown, BOTH_LEGS)
        notes = trial.notes + found
        moved = _moved(trial, subject, body, shown, geometry, gait_events(feet), feet, sides, sharing, notes)
        return replace(moved, quality=quality.of_kinematics(errors, body))
    given = recorded(trial, subject, body, window_s, tell)
    tell("inverse dynamics", 0.0)
    mechanics = mechanics_of(body, given.coordinates, given.reaction, given.covered_s)
    solved, band, geometry = share_moments(mechanics, conditions, sides, sharing, tell)
    moved = _moved(
        trial,
        subject,
        body,
        mechanics.coordinates,
        geometry,
        given.events,
        given.feet,
        sides,
        sharing,
        given.notes,
    )
    analysis = replace(moved, moments=mechanics.moments, solved=solved, band=band)
    return replace(analysis, quality=quality.of_analysis(analysis, given.errors))


def recorded(
    trial: Trial,
    subject: Subject,
    body: Body,
    window_s: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Posture of the recording, its ground reactions on the feet, and the window that the plates cover."""
    tell = progress or (lambda what, share: None)
    if trial.ground_reaction is None:
        raise ValueError("a recording without ground reactions")
    coordinates, errors, found = posture(trial, body, tell)
    feet = feet_from_body(body, coordinates)
    tell("ground reactions", 0.0)
    reaction, given = assign_feet(trial.ground_reaction, feet, window_s=window_s)
    events = gait_events(feet, reaction)
    covered, cuts = covered_range(reaction, feet, subject.mass_kg, window_s=window_s)
    weighed = check_mass(reaction, feet, subject.mass_kg, events)
    notes = trial.notes + found + given + cuts + weighed
    return Recorded(coordinates, reaction, covered, events, feet, errors, notes)


def posture(
    trial: Trial, body: Body, tell: Progress
) -> tuple[Coordinates, MarkerErrors | None, tuple[str, ...]]:
    """Filtered coordinates of the trial: from its markers, or as they were recorded."""
    if trial.markers is not None:
        found = inverse_kinematics(body, trial.markers, progress=tell)
        return found.coordinates, found.errors, found.notes
    given = trial.coordinates
    if given is None:
        raise ValueError("a trial holds markers or coordinates")
    value = low_pass(given.time_s, coordinate_values(body, given), POSTURE_CUTOFF_HZ)
    return Coordinates(given.time_s, value, body.coordinates), None, ()


def mechanics_of(
    body: Body, coordinates: Coordinates, reaction: FootReaction, window_s: tuple[float, float]
) -> Mechanics:
    """Dynamics and net moments in the window; the movement around it helps to differentiate at its ends."""
    near = _slice(coordinates.time_s, (window_s[0] - MARGIN_S, window_s[1] + MARGIN_S))
    wide = Coordinates(coordinates.time_s[near], coordinates.value[near], coordinates.names)
    # Outside of the window the plates may be silent (NaN); those frames are cut off below.
    parts = (reaction.force_n, reaction.point_m, reaction.free_moment_nm)
    force, point, free = (np.nan_to_num(part[near]) for part in parts)
    around = FootReaction(wide.time_s, force, point, free)
    inside, shown = cut_dynamics(dynamics(body, wide, around), window_s), cut_coordinates(wide, window_s)
    moments = with_ligaments(joint_moments(body, inside), body, shown)
    return Mechanics(body, shown, inside, moments, wide=wide, reaction=around)


def share_moments(
    mechanics: Mechanics,
    conditions: Sequence[Condition],
    sides: tuple[Side, ...],
    sharing: Sharing,
    tell: Progress,
) -> tuple[tuple[Solved, ...], tuple[Solved, ...], MuscleGeometry]:
    """Muscle and contact forces of every condition, and as built under the other costs (the band).

    The band and the unweighted answer belong to the default cost; another cost stands alone.
    """
    body, movement_ = mechanics.body, mechanics.dynamics
    geometry = muscle_geometry(
        body, mechanics.coordinates, BOTH_LEGS, paths=movement_.paths, velocity=movement_.velocity
    )
    contacts = {
        side: [
            contact_geometry(body, movement_, joint, side, split=mechanics.split, patella=sharing.patella)
            for joint in JOINTS
        ]
        for side in sides
    }

    def solve(condition: Condition, cost: Sharing, start: Solved | None) -> Solved:
        muscles: dict[Side, MuscleForces] = {}
        for side in sides:
            muscles[side] = static_optimisation(
                body.muscles,
                geometry,
                mechanics.moments,
                side,
                condition,
                cost,
                start=None if start is None else start.muscles[side],
                throw=False,
            )
            _refuse_unsolved(muscles[side], side, condition)
        loads = tuple(joint_contact(at, muscles[side]) for side in sides for at in contacts[side])
        return Solved(condition, muscles, loads, cost.name)

    others = (*BAND, UNWEIGHTED) if sharing is DEFAULT else ()
    total = len(conditions) + len(others)
    solved: list[Solved] = []
    for k, condition in enumerate(conditions):
        tell("muscle forces", k / total)
        solved.append(solve(condition, sharing, solved[0] if solved else None))
    band = []
    for k, cost in enumerate(others):
        tell("muscle forces", (len(conditions) + k) / total)
        band.append(solve(AS_BUILT, cost, solved[0]))
    tell("muscle forces", 1.0)
    return tuple(solved), tuple(band), geometry


def cut_coordinates(coordinates: Coordinates, window_s: tuple[float, float]) -> Coordinates:
    """The frames inside the window, ends included."""
    inside = _slice(coordinates.time_s, window_s)
    return Coordinates(coordinates.time_s[inside], coordinates.value[inside], coordinates.names)


def cut_dynamics(swept: Dynamics, window_s: tuple[float, float]) -> Dynamics:
    """The frames of a sweep inside the window, ends included."""
    inside = _slice(swept.time_s, window_s)
    paths, motion = swept.paths, swept.paths.motion
    turned = JointMotion(
        motion.position[inside], motion.slope[inside], motion.curvature[inside], motion.source
    )
    return Dynamics(
        swept.time_s[inside],
        MusclePaths(paths.time_s[inside], turned, paths.length_m[inside], paths.entries[inside]),
        swept.velocity[inside],
        swept.joint_force[inside],
        swept.axis[inside],
        swept.orientation[inside],
    )


def _slice(time_s: np.ndarray, window_s: tuple[float, float]) -> slice:
    first, last = np.searchsorted(time_s, (window_s[0] - 1e-9, window_s[1] + 1e-9))
    return slice(int(first), int(last))


def _refuse_unsolved(muscles: MuscleForces, side: Side, condition: Condition) -> None:
    if np.all(muscles.status != 0):
        raise SolveError(
            "Not one frame has moments that the muscles can share.",
            f"side {side}, condition {condition.name}",
            "Check mass, forces and model: they must be of the same person and trial.",
            tuple(range(len(muscles.status))),
        )


def _moved(
    trial: Trial,
    subject: Subject,
    body: Body,
    coordinates: Coordinates,
    geometry: MuscleGeometry,
    events: tuple[GaitEvents, GaitEvents],
    feet: Feet,
    sides: tuple[Side, ...],
    sharing: Sharing,
    notes: tuple[str, ...],
) -> Analysis:
    """The analysis of a movement before any force: what every run has."""
    time_s = coordinates.time_s
    length = float(time_s[-1] - time_s[0])
    return Analysis(
        subject=subject,
        body=body,
        trial=trial.name,
        movement=movement(feet, events),
        window_s=(float(time_s[0]), float(time_s[-1])),
        rate_hz=(len(time_s) - 1) / length if length > 0 else 0.0,
        coordinates=coordinates,
        moments=None,
        solved=(),
        band=(),
        events=events,
        quality=Quality("good", ()),
        provenance=provenance(body, sharing, {s.path.name: s.sha256 for s in trial.sources}),
        geometry=geometry,
        sides=sides,
        notes=notes,
    )


def provenance(body: Body, sharing: Sharing, inputs: dict[str, str]) -> Provenance:
    """Program, body, inputs and settings of a run; no clock."""
    return Provenance(
        psoas=__version__,
        body_sha256=body.sha256,
        inputs=inputs,
        settings={
            "posture_cutoff_hz": POSTURE_CUTOFF_HZ,
            "forces_cutoff_hz": None,
            "marker_weights": "all 1",
            "sharing": sharing.name,
            "weights": dict(sharing.weight),
            "lower_bound": sharing.lower_bound,
            "passive_forces": sharing.passive,
            "passive_curves": body.passive,
            "tendon": sharing.tendon,
            "patella": sharing.patella,
            "reserve_nm": sharing.reserve_nm,
        },
        scaled_from=body.scaled_from,
    )
