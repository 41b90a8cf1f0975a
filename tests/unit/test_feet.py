"""Plates to feet, covered time, mass, gait events: on a made-up walk whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from psoas.engine.coverage import check_mass, covered_range
from psoas.engine.feet import Feet, feet_from_markers, floor_velocity
from psoas.engine.gait import cycle_s, gait_events, movement, percent_of_cycle, phases
from psoas.engine.ground_reaction import assign_feet
from psoas.engine.types import FootReaction, GaitEvents, GroundReaction
from psoas.errors import InputError
from synthetic_walk import CYCLE_S, MASS_KG, STANCE, walk

WALK = walk()
FEET = feet_from_markers(WALK.markers)


def only(forces: GroundReaction, keep: np.ndarray) -> GroundReaction:
    """The same plates, silent where `keep` is False [time plate]."""
    return replace(forces, force_n=np.where(keep[:, :, None], forces.force_n, 0.0))


def wrench_about_origin(reaction: FootReaction) -> tuple[np.ndarray, np.ndarray]:
    return reaction.force_n, np.cross(reaction.point_m, reaction.force_n) + reaction.free_moment_nm


def one_plate(forces: GroundReaction) -> GroundReaction:
    """Both plates as the single one that would have felt them together."""
    force = forces.force_n.sum(axis=1)
    moment = np.cross(forces.point_m, forces.force_n).sum(axis=1)
    borne = np.where(np.abs(force[:, 1]) > 1, force[:, 1], 1.0)
    point = np.column_stack([moment[:, 2] / borne, np.zeros(len(force)), -moment[:, 0] / borne])
    free = moment - np.cross(point, force)
    return GroundReaction(forces.time_s, force[:, None], point[:, None], free[:, None], ("whole",))


# ---- plates to feet ----


def test_every_contact_goes_to_the_foot_that_made_it_whatever_the_plates_are_called() -> None:
    for order in ([0, 1], [1, 0]):
        forces = WALK.forces
        renamed = GroundReaction(
            forces.time_s,
            forces.force_n[:, order],
            forces.point_m[:, order],
            forces.free_moment_nm[:, order],
            ("l", "r"),
        )
        reaction, notes = assign_feet(renamed, FEET)
        np.testing.assert_allclose(reaction.force_n, forces.force_n[::10], atol=1e-9)
        assert len(notes) == 1 and "left" in notes[0] and "right" in notes[0]


def test_a_plate_that_bears_one_foot_after_the_other_is_told_apart_by_contact() -> None:
    """Steps of alternating feet on one plate, with unloaded time between, as in running over a plate."""
    flight = walk()
    early = flight.forces.time_s % (CYCLE_S / 2) < 0.4 * CYCLE_S
    thinned = only(flight.forces, np.column_stack([early, early]))
    stance = (flight.forces.time_s / CYCLE_S) % 1.0 < 0.4
    other = ((flight.forces.time_s / CYCLE_S) - 0.5) % 1.0 < 0.4
    force = np.where(stance[:, None], thinned.force_n[:, 0], 0) + np.where(
        other[:, None], thinned.force_n[:, 1], 0
    )
    point = np.where(stance[:, None], thinned.point_m[:, 0], thinned.point_m[:, 1])
    single = GroundReaction(
        thinned.time_s, force[:, None], point[:, None], np.zeros_like(force)[:, None], ("one",)
    )
    reaction, _ = assign_feet(single, FEET)
    assert reaction.force_n[20, 0, 1] > 100 and reaction.force_n[20, 1, 1] == 0
    assert reaction.force_n[75, 1, 1] > 100 and reaction.force_n[75, 0, 1] == 0


def test_the_wrench_is_kept_whatever_the_centre_of_pressure_does() -> None:
    forces = WALK.forces
    wild = forces.point_m.copy()
    faint = forces.force_n[:, :, 1] == 0
    wild[faint] = (300.0, 0.0, -500.0)  # what plates write while nobody stands on them
    twisted = replace(forces, point_m=wild, free_moment_nm=np.full_like(wild, 1.5))
    reaction, _ = assign_feet(twisted, FEET)
    force, moment = wrench_about_origin(reaction)
    truth = np.cross(wild, forces.force_n) + twisted.free_moment_nm
    loaded = reaction.force_n[:, :, 1] > 25
    np.testing.assert_allclose(force[loaded], forces.force_n[::10][loaded], atol=1e-9)
    np.testing.assert_allclose(moment[loaded], truth[::10][loaded], atol=1e-9)
    assert np.abs(reaction.point_m - FEET.heel_m).max() < 2.0


def test_a_low_pass_keeps_the_impulse_and_removes_a_hum() -> None:
    hum = WALK.forces.force_n.copy()
    hum[:, :, 1] += np.where(hum[:, :, 1] > 0, 30 * np.sin(2 * np.pi * 200 * WALK.forces.time_s)[:, None], 0)
    smooth, _ = assign_feet(replace(WALK.forces, force_n=hum), FEET, cutoff_hz=25.0)
    clean, _ = assign_feet(WALK.forces, FEET)
    middle = slice(20, -20)
    assert np.abs(smooth.force_n[middle] - clean.force_n[middle]).max() < 40
    assert np.sum(smooth.force_n[middle, :, 1]) == pytest.approx(
        np.sum(clean.force_n[middle, :, 1]), rel=2e-3
    )


def test_outside_of_the_plates_clock_nothing_is_known() -> None:
    forces = WALK.forces
    half = GroundReaction(
        forces.time_s[:1650],
        forces.force_n[:1650],
        forces.point_m[:1650],
        forces.free_moment_nm[:1650],
        forces.names,
    )
    reaction, _ = assign_feet(half, FEET)
    assert np.isfinite(reaction.force_n[:165]).all() and np.isnan(reaction.force_n[166:]).all()


def test_one_plate_under_both_feet_is_refused_in_walking_and_in_standing() -> None:
    with pytest.raises(InputError, match="both feet at once"):
        assign_feet(one_plate(WALK.forces), FEET)
    standing = still_feet(2.0)
    with pytest.raises(InputError, match="both feet at once") as caught:
        assign_feet(one_plate(standing[1]), standing[0])
    assert "'whole'" in caught.value.what and "s" in caught.value.where


def test_both_feet_on_a_plate_outside_of_the_window_are_no_fault() -> None:
    """From contact to the other foot's contact only one foot is on the floor."""
    single = (STANCE * CYCLE_S - CYCLE_S / 2 + 0.02, CYCLE_S / 2 - 0.02)
    reaction, _ = assign_feet(one_plate(WALK.forces), FEET, window_s=single)
    assert reaction.force_n[25, 0, 1] > 500


def test_forces_of_another_frame_are_refused() -> None:
    away = replace(WALK.forces, point_m=WALK.forces.point_m + np.array([0, 0, 3.0]))
    with pytest.raises(InputError, match="away from both feet"):
        assign_feet(away, FEET)


def test_feet_far_above_or_below_the_plates_are_refused() -> None:
    for height, word in ((0.4, "below"), (-0.4, "above")):
        lifted = replace(WALK.forces, point_m=WALK.forces.point_m + np.array([0, height, 0]))
        with pytest.raises(InputError, match=f"m {word} the plates"):
            assign_feet(lifted, FEET)


def test_plates_that_nobody_steps_on_are_refused() -> None:
    with pytest.raises(InputError, match="No plate is loaded"):
        assign_feet(only(WALK.forces, np.zeros((len(WALK.forces.time_s), 2), dtype=bool)), FEET)


def test_a_treadmill_is_seen_by_its_belt() -> None:
    belt = np.array([1.2, 0.0, 0.0]) * FEET.time_s[:, None]
    feet = Feet(FEET.time_s, FEET.heel_m - belt[:, None], FEET.toe_m - belt[:, None], FEET.pelvis_m - belt)
    np.testing.assert_allclose(floor_velocity(feet), [-1.2, 0, 0], atol=0.02)
    np.testing.assert_array_equal(floor_velocity(FEET), np.zeros(3))
    moved = replace(
        WALK.forces, point_m=WALK.forces.point_m - 1.2 * WALK.forces.time_s[:, None, None] * [1, 0, 0]
    )
    reaction, _ = assign_feet(moved, feet)
    assert covered_range(reaction, feet, MASS_KG)[0] == (0.0, pytest.approx(3.3))


# ---- covered time and mass ----


def test_a_fully_instrumented_walk_is_covered_from_end_to_end_and_weighs_right() -> None:
    reaction, _ = assign_feet(WALK.forces, FEET)
    assert covered_range(reaction, FEET, MASS_KG) == ((0.0, pytest.approx(3.3)), ())
    events = gait_events(FEET, reaction)
    assert check_mass(reaction, FEET, MASS_KG, events) == (
        "The plates weigh 70.0 kg (over a gait cycle); 70.0 kg is stated.",
    )


def test_a_step_beside_the_plates_ends_the_covered_time() -> None:
    """The left foot's second contact (1.65 to 2.31 s) is not on a plate."""
    keep = np.ones((len(WALK.forces.time_s), 2), dtype=bool)
    keep[1600:2400, 1] = False
    reaction, _ = assign_feet(only(WALK.forces, keep), FEET)
    (start, end), notes = covered_range(reaction, FEET, MASS_KG)
    assert start == 0.0 and 1.45 < end <= 1.66
    assert "left foot is on the floor without a plate" in notes[0] and "Also covered" in notes[1]
    # The step from the right contact at 1.10 to that at 2.20 holds the lost one; the cycle before is whole.
    assert "70" in check_mass(reaction, FEET, MASS_KG, gait_events(FEET, reaction))[0]


def test_without_a_whole_cycle_or_standing_the_mass_is_not_checked() -> None:
    keep = np.ones((len(WALK.forces.time_s), 2), dtype=bool)
    keep[1100:1500] = False
    keep[2000:2600] = False
    keep[0:500] = False
    reaction, _ = assign_feet(only(WALK.forces, keep), FEET)
    events = gait_events(FEET, reaction)
    assert check_mass(reaction, FEET, MASS_KG, events)[0].startswith("Mass not checked")
    assert check_mass(reaction, FEET, 3 * MASS_KG, events)[0].startswith("Mass not checked")


@pytest.mark.parametrize(
    ("stated", "outcome"), [(70, "stated"), (77, "stated"), (80, "in doubt"), (60, "in doubt")]
)
def test_the_mass_is_warned_about_beyond_ten_percent(stated: float, outcome: str) -> None:
    reaction, _ = assign_feet(WALK.forces, FEET)
    assert outcome in check_mass(reaction, FEET, float(stated), gait_events(FEET, reaction))[0]


@pytest.mark.parametrize("stated", [40.0, 53.0, 101.0, 140.0])
def test_a_mass_that_the_plates_contradict_by_thirty_percent_is_refused(stated: float) -> None:
    for feet, forces in ((FEET, WALK.forces), still_feet(2.0)):
        reaction, _ = assign_feet(forces, feet)
        covered_range(reaction, feet, stated)  # a wrong mass alone does not make a seat
        with pytest.raises(InputError, match=r"The plates weigh 70\.0 kg"):
            check_mass(reaction, feet, stated, gait_events(feet, reaction))


def still_feet(seconds: float) -> tuple[Feet, GroundReaction]:
    """Somebody who stands on two plates, as heavy as the walker."""
    time_s = np.arange(round(seconds * 100) + 1) / 100
    heel = np.zeros((len(time_s), 2, 3))
    heel[:, 0, 2], heel[:, 1, 2] = 0.15, -0.15
    feet = Feet(time_s, heel, heel + np.array([0.2, 0, 0]), np.tile([0.05, 0.95, 0.0], (len(time_s), 1)))
    force = np.zeros((len(time_s), 2, 3))
    force[:, :, 1] = MASS_KG * 9.80665 / 2
    return feet, GroundReaction(
        time_s, force, heel + np.array([0.08, 0, 0]), np.zeros_like(force), ("a", "b")
    )


def test_standing_is_weighed_and_is_no_gait() -> None:
    feet, forces = still_feet(2.0)
    reaction, _ = assign_feet(forces, feet)
    events = gait_events(feet, reaction)
    assert movement(feet, events) == "other" and all(len(side.initial_contact_s) == 0 for side in events)
    assert check_mass(reaction, feet, MASS_KG, events) == (
        "The plates weigh 70.0 kg (standing); 70.0 kg is stated.",
    )


def test_a_seat_ends_the_covered_time() -> None:
    feet, forces = still_feet(4.0)
    seated = forces.force_n.copy()
    seated[:150] *= 0.2
    reaction, _ = assign_feet(replace(forces, force_n=seated), feet)
    (start, end), notes = covered_range(reaction, feet, MASS_KG)
    assert 1.5 < start < 1.7 and end == pytest.approx(4.0)
    assert "something other than the plates bears the person" in notes[0]


def test_plates_that_stop_in_the_middle_of_a_step_cover_it_to_there() -> None:
    """Right contact at 1.10 s, plates silent from 1.50 s: nothing before that is lost."""
    forces, n = WALK.forces, 1501
    short = GroundReaction(
        forces.time_s[:n], forces.force_n[:n], forces.point_m[:n], forces.free_moment_nm[:n], forces.names
    )
    reaction, _ = assign_feet(short, FEET)
    (start, end), notes = covered_range(reaction, FEET, MASS_KG)
    assert (start, end) == (0.0, pytest.approx(1.5)) and "no data 1.51-3.30 s" in notes[0]


def test_a_chosen_window_decides_where_to_look() -> None:
    """The longer covered stretch lies outside of the window."""
    keep = np.ones((len(WALK.forces.time_s), 2), dtype=bool)
    keep[1600:2400, 1] = False
    reaction, _ = assign_feet(only(WALK.forces, keep), FEET)
    (start, end), notes = covered_range(reaction, FEET, MASS_KG, window_s=(2.2, 3.1))
    assert 2.3 < start < 2.45 and end == pytest.approx(3.1) and len(notes) == 1
    assert covered_range(reaction, FEET, MASS_KG, window_s=(0.3, 1.2)) == ((0.3, 1.2), ())
    with pytest.raises(InputError, match="At no time"):
        covered_range(reaction, FEET, MASS_KG, window_s=(1.7, 2.2))


def test_nothing_covered_is_refused() -> None:
    keep = np.ones((len(WALK.forces.time_s), 2), dtype=bool)
    keep[:, 1] = False
    keep[400:] = False
    feet = Feet(FEET.time_s[:60], FEET.heel_m[:60].copy(), FEET.toe_m[:60], FEET.pelvis_m[:60])
    feet.heel_m[:, 1] = feet.heel_m[0, 1]
    reaction, _ = assign_feet(only(WALK.forces, keep), feet)
    with pytest.raises(InputError, match="At no time does every foot"):
        covered_range(reaction, feet, MASS_KG)


# ---- events and phases ----


def test_events_of_the_forces_are_those_that_were_put_in() -> None:
    made = walk(3.2)
    feet = feet_from_markers(made.markers)
    reaction, _ = assign_feet(made.forces, feet)
    for side, events in enumerate(gait_events(feet, reaction)):
        np.testing.assert_allclose(events.initial_contact_s, made.contact_s[side], atol=0.01)
        np.testing.assert_allclose(events.toe_off_s, made.off_s[side], atol=0.01)
    assert movement(feet, gait_events(feet, reaction)) == "gait"


def test_without_forces_the_movement_gives_as_many_events_near_the_truth() -> None:
    """The made-up foot lands softly: its heel is furthest forward a little before it lands."""
    made = walk(3.2)
    for side, events in enumerate(gait_events(feet_from_markers(made.markers))):
        near = np.abs(events.initial_contact_s[:, None] - made.contact_s[side][None, :]).min(axis=1)
        assert len(near) >= 2 and near.max() < 0.08
        assert cycle_s(events) == pytest.approx(CYCLE_S, abs=0.02)


def test_percent_runs_from_contact_to_contact() -> None:
    events = GaitEvents("r", np.array([1.0, 2.0, 3.2]), np.array([1.6, 2.65]))
    time_s = np.array([1.0, 1.5, 2.0, 2.6, 3.1999])
    np.testing.assert_allclose(percent_of_cycle(events, time_s), [0, 50, 0, 50, 99.99], atol=0.01)
    # Before the first and after the last contact the median cycle of 1.1 s carries on.
    np.testing.assert_allclose(percent_of_cycle(events, np.array([0.45, 3.75])), [50, 50], atol=0.01)


def test_percent_with_one_contact_uses_the_other_sides_step() -> None:
    right = GaitEvents("r", np.array([1.07]), np.array([0.68]))
    left = GaitEvents("l", np.array([0.53]), np.array([1.21]))
    assert cycle_s(right, left) == pytest.approx(1.08)
    found = percent_of_cycle(right, np.array([0.0, 0.53, 1.07]), left)
    np.testing.assert_allclose(found, [100 * 0.01 / 1.08, 50, 0], atol=0.1)


def test_no_events_no_percent() -> None:
    nothing = GaitEvents("r", np.empty(0), np.empty(0))
    assert np.isnan(percent_of_cycle(nothing, np.arange(3.0))).all()
    assert phases(nothing, np.arange(3.0)) == ()


def test_phases_split_stance_in_half_and_say_how_much_of_them_is_seen() -> None:
    events = GaitEvents("l", np.array([1.0, 2.0]), np.array([1.6]))
    found = phases(events, np.linspace(1.15, 1.8, 66))
    assert [(p.name, round(p.start_s, 6), round(p.end_s, 6)) for p in found] == [
        ("early_stance", 1.15, 1.3),
        ("late_stance", 1.3, 1.6),
        ("swing", 1.6, 1.8),
    ]
    assert [round(p.seen, 6) for p in found] == [0.5, 1.0, 0.5]
