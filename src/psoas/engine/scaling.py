"""Makes the published body the size of a person, and puts the person's markers on it.

From a scaled model, else a static trial, else the height, else the movement itself: `scale` decides, in this
order. Sizes come from `size_fit`, places of markers from the static posture (`marker_placement`), never from
the movement that is analysed afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from psoas.engine.body import ScaledFrom, build_body
from psoas.engine.body_data import published_tables
from psoas.engine.body_scaling import scaled
from psoas.engine.body_tables import Point, Vec3
from psoas.engine.formats.landmarks import plain
from psoas.engine.formats.osim import read_osim
from psoas.engine.inverse_kinematics import MarkerErrors, Progress, inverse_kinematics
from psoas.engine.marker_placement import (
    Shift,
    at,
    bony_points,
    levelled,
    offset_points,
    quiet_markers,
    shifts,
    unplaced,
)
from psoas.engine.marker_sets import MarkerSet, recognise
from psoas.engine.size_fit import bare_body, fit_sizes
from psoas.engine.types import Body, Markers, Passive, Subject, Trial
from psoas.errors import InputError

MOVING_FRAMES = 20  # frames of the moving trial that tell sizes
OTHER_PERSON_M = 0.04  # distances on the pelvis that differ by more are another person's
RAISED_M = 0.03  # shoulder markers that differ by more were recorded with raised arms
MOVED_M = 0.012  # distances on a leg segment that differ by more are told: skin alone moves less
PUBLISHED_HEIGHT_M = 1.70  # Rajagopal et al. 2016, doi 10.1109/TBME.2016.2586891
_UPPER = ("torso", "humerus", "ulna", "radius", "hand")
_LEG_SEGMENTS = ("femur_r", "femur_l", "tibia_r", "tibia_l", "calcn_r", "calcn_l")


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """A person's body, with the person's markers on it, and how it came about.

    `scales` are the factors against the published body. `static` are the distances in the static posture
    between recorded bony markers and the body's own points, before any was moved: how well the body fits.
    """

    body: Body
    scales: Mapping[str, Vec3]
    static: MarkerErrors | None
    notes: tuple[str, ...]


def scale(
    trial: Trial,
    subject: Subject,
    *,
    model: Path | None = None,
    passive: Passive = "calibrated",
    progress: Progress | None = None,
) -> Scaling:
    """The body of this person: from a model, else the static trial, else the height, else the movement.

    `body.scaled_from` says which, `body.passive` whether its passive curves are calibrated. Markers of the
    moving trial that cannot be placed are named in `notes`.
    Raises InputError for a static trial of other markers or another person, for marker names that no set
    has, and for a movement that alone does not tell the size of the legs.
    """
    if model is not None:
        return _from_model(trial, model, passive)
    if trial.markers is not None and trial.static_markers is not None:
        return _from_static(trial.markers, trial.static_markers, subject, passive, progress)
    if trial.markers is None or subject.height_m is not None:
        return _from_height(trial, subject, passive)
    return _from_moving(trial.markers, subject, passive, progress)


def _from_model(trial: Trial, model: Path, passive: Passive) -> Scaling:
    """The model's own sizes and markers; where it has few of the recorded ones, those of their set."""
    tables = read_osim(model)
    scales = {s.name: s.scale for s in tables.segments if s.scale is not None}
    notes: list[str] = []
    if trial.markers is not None:
        on_model = {plain(p.name) for p in tables.markers}
        shared = [n for n in trial.markers.names if plain(n) in on_model]
        if len(shared) < len(trial.markers.names) / 2:
            marker_set = recognise(trial.markers.names, "markers of the trial")
            tables = replace(tables, markers=bony_points(trial.markers.names, marker_set, scales))
            notes = [
                f"The model has {len(shared)} of the {len(trial.markers.names)} markers; their places were "
                f"taken from the {marker_set.name} set.",
                *unplaced(trial.markers, tables.markers, marker_set),
            ]
        elif len(shared) < len(trial.markers.names):
            others = ", ".join(n for n in trial.markers.names if n not in shared)
            notes = [f"Markers left out (the model does not have them): {others}."]
    body = build_body(tables, scaled_from="osim", passive=passive)
    if body.passive != passive:
        notes.append("The passive curves are the model's own; they are not calibrated to measured moments.")
    return Scaling(body, scales, None, (f"Body from {model.name}, {body.mass_kg:.1f} kg.", *notes))


def _from_height(trial: Trial, subject: Subject, passive: Passive) -> Scaling:
    """Every length in proportion to the height; without a height, the published size at the person's mass."""
    factor = (subject.height_m or PUBLISHED_HEIGHT_M) / PUBLISHED_HEIGHT_M
    scales = {s.name: (factor, factor, factor) for s in published_tables().segments}
    notes = [
        f"Scaled from the height: every length times {factor:.3f}."
        if subject.height_m
        else "Nothing tells the person's size: the published body (1.70 m) at the person's mass is used."
    ]
    points: tuple[Point, ...] = ()
    if trial.markers is not None:
        marker_set = recognise(trial.markers.names, "markers of the trial")
        points = bony_points(trial.markers.names, marker_set, scales)
        notes += unplaced(trial.markers, points, marker_set)
    body = _build(scales, subject, points, "height_mass" if subject.height_m else "none", passive)
    return Scaling(body, scales, None, tuple(notes))


def _from_static(
    moving: Markers, standing: Markers, subject: Subject, passive: Passive, progress: Progress | None
) -> Scaling:
    marker_set = recognise(standing.names, "markers of the static trial")
    _refuse_other_set(moving, marker_set)
    still = quiet_markers(standing)
    _refuse_other_person(shifts(still, moving, marker_set, "pelvis"))
    raised = next((s for s in shifts(still, moving, marker_set, "torso") if s.size_m > RAISED_M), None)
    seen = still
    if raised is not None:
        still = _without_upper(still, marker_set)
        seen = _with_upper_of(still, moving, marker_set)
    scales, value = fit_sizes(seen, levelled(marker_set, still), progress)
    on_points = bare_body(scales, still.names, marker_set)
    static = inverse_kinematics(on_points, still, cutoff_hz=None).errors
    points = offset_points(on_points, still, value[:1], marker_set)
    if raised is not None:
        upper = [n for n in moving.names if _is_upper(n, marker_set)]
        points += bony_points(upper, marker_set, scales)
    body = _build(scales, subject, points, "static", passive)
    told = _static_notes(static, marker_set, raised, still, moving)
    return Scaling(body, scales, static, (*told, *unplaced(moving, points, marker_set)))


def _from_moving(moving: Markers, subject: Subject, passive: Passive, progress: Progress | None) -> Scaling:
    marker_set = recognise(moving.names, "markers of the trial")
    _refuse_legless(moving, marker_set)
    scales, _ = fit_sizes(at(moving, _some_frames(moving)), marker_set, progress)
    points = bony_points(moving.names, marker_set, scales)
    body = _build(scales, subject, points, "moving", passive)
    told = (
        f"Scaled from the moving trial itself ({marker_set.name} names, {MOVING_FRAMES} frames): less "
        "certain than a static trial."
    )
    return Scaling(body, scales, None, (told, *unplaced(moving, points, marker_set)))


def _build(
    scales: Mapping[str, Vec3],
    subject: Subject,
    points: tuple[Point, ...],
    scaled_from: ScaledFrom,
    passive: Passive,
) -> Body:
    tables = replace(scaled(published_tables(), scales, subject.mass_kg), markers=points)
    return build_body(tables, scaled_from=scaled_from, height_m=subject.height_m, passive=passive)


def _some_frames(moving: Markers) -> Int[np.ndarray, "some"]:
    return np.unique(np.linspace(0, len(moving.time_s) - 1, MOVING_FRAMES).astype(int))


def _is_upper(name: str, marker_set: MarkerSet) -> bool:
    return (marker_set.segment_of(name) or "").startswith(_UPPER)


def _without_upper(still: Markers, marker_set: MarkerSet) -> Markers:
    return at(still, np.array([0]), [n for n in still.names if not _is_upper(n, marker_set)])


def _with_upper_of(still: Markers, moving: Markers, marker_set: MarkerSet) -> Markers:
    """The static frame, and frames of the movement with pelvis, trunk and arms alone."""
    upper = [n for n in moving.names if _is_upper(n, marker_set)]
    pelvis = [n for n in still.names if n in moving.names and marker_set.segment_of(n) == "pelvis"]
    frames = _some_frames(moving)
    names = (*still.names, *upper)
    position = np.full((1 + len(frames), len(names), 3), np.nan)
    position[0, : len(still.names)] = still.position_m[0]
    for name in (*pelvis, *upper):
        position[1:, names.index(name)] = moving.position_m[frames, moving.names.index(name)]
    return Markers(np.r_[still.time_s[0], moving.time_s[frames]], position, names)


def _static_notes(
    static: MarkerErrors, marker_set: MarkerSet, raised: Shift | None, still: Markers, moving: Markers
) -> list[str]:
    name, worst = static.worst
    notes = [
        f"Scaled from the static trial ({marker_set.name} names): the body's points lie "
        f"{1000.0 * static.mean_rms_m:.0f} mm (RMS) from the bony markers, at most {1000.0 * worst:.0f} mm "
        f"({name})."
    ]
    if raised is not None:
        notes.append(
            f"{raised.one} and {raised.other} stand {100.0 * raised.static_m:.0f} cm apart in the static "
            f"trial and {100.0 * raised.moving_m:.0f} cm in the movement (raised arms?): trunk and arms are "
            "sized from the movement."
        )
    for segment in _LEG_SEGMENTS:
        found = shifts(still, moving, marker_set, segment)
        if found and found[0].size_m > MOVED_M:
            s = found[0]
            notes.append(
                f"{s.one} and {s.other} stand {1000.0 * s.static_m:.0f} mm apart in the static trial and "
                f"{1000.0 * s.moving_m:.0f} mm in the movement: one of them was moved or slid on the skin."
            )
    return notes


def _refuse_other_set(moving: Markers, marker_set: MarkerSet) -> None:
    moves = recognise(moving.names, "markers of the trial")
    strange = [n for n in moving.names if not marker_set.knows(n)]
    if moves is not marker_set and len(strange) > len(moving.names) / 4:
        raise InputError(
            f"The static trial has {marker_set.name} marker names, the movement has those of {moves.name}.",
            f"in the movement, not in the static trial: {', '.join(strange[:8])}",
            "Give the static trial recorded with the movement, or scale from the height (--height).",
        )


def _refuse_other_person(pelvis: tuple[Shift, ...]) -> None:
    """Distances on the pelvis do not change with the posture, only with the person."""
    if pelvis and pelvis[0].size_m > OTHER_PERSON_M:
        s = pelvis[0]
        raise InputError(
            f"Static trial and movement are of different people or markers: {s.one} and {s.other} stand "
            f"{100.0 * s.static_m:.0f} cm and {100.0 * s.moving_m:.0f} cm apart.",
            f"{s.one}, {s.other}",
            "Give the static trial of this person, recorded with the same markers.",
        )


def _refuse_legless(moving: Markers, marker_set: MarkerSet) -> None:
    has = {marker_set.bony[plain(n)].name[:-2] for n in moving.names if plain(n) in marker_set.bony}
    missing = [n for n in ("knee_lateral", "ankle_lateral", "heel") if n not in has]
    if missing:
        raise InputError(
            "The movement alone does not tell the length of the legs: it has no marker on "
            f"{', '.join(n.replace('_', ' ') for n in missing)}.",
            "markers of the trial",
            "Give a static trial (--static), a scaled model (--model), or the height (--height).",
        )
