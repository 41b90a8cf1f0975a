"""Scaling finds the size of made-up people whose size is known, and keeps to its promises about markers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marked import BONY, CLUSTERS, SIZES, opencap, person, recorded, standing, walking
from psoas.engine.body_tables import Vec3
from psoas.engine.marker_placement import MOST_OFFSET_M, bony_points, quiet_markers
from psoas.engine.scaling import Scaling, scale
from psoas.engine.types import Body, Coordinates, Markers, Subject, Trial
from psoas.errors import InputError

ANNA = Subject(mass_kg=62.0)
MISPLACED: dict[str, Vec3] = {
    "r_knee": (0.03, 0.0, 0.0),
    "L_ankle": (0.0, 0.025, 0.0),
    "r.ASIS": (0.004, 0.0, 0.0),
}


@pytest.fixture(scope="module")
def truth() -> Body:
    return person(SIZES)


@pytest.fixture(scope="module")
def anna(truth: Body) -> Scaling:
    return scale(Trial("walk", recorded(truth, walking()), recorded(truth, standing())), ANNA)


@pytest.fixture(scope="module")
def badly_marked() -> tuple[Body, Scaling]:
    body = person(SIZES, shifted=MISPLACED)
    return body, scale(Trial("walk", recorded(body, walking()), recorded(body, standing())), ANNA)


def site(body: Body, marker: str) -> np.ndarray:
    return np.array(body.mj.site(f"marker/{marker}").pos)


def without(markers: Markers, *prefixes: str) -> Markers:
    kept = [i for i, n in enumerate(markers.names) if not n.startswith(prefixes)]
    return Markers(markers.time_s, markers.position_m[:, kept], tuple(markers.names[i] for i in kept))


@pytest.mark.parametrize("segment", ["femur_r", "tibia_l", "calcn_r", "humerus_l"])
def test_lengths_of_limbs_are_found_within_one_percent(anna: Scaling, segment: str) -> None:
    assert anna.scales[segment] == pytest.approx(SIZES[segment], rel=0.01)


# The shape prior (SHAPE_SD) draws an axis that few markers span towards the main one: the depth of the trunk,
# between C7 and the breastbone, comes out a third of the way.
@pytest.mark.parametrize(("segment", "share"), [("pelvis", 0.03), ("torso", 0.04)])
def test_pelvis_and_trunk_are_found_along_each_axis(anna: Scaling, segment: str, share: float) -> None:
    assert anna.scales[segment] == pytest.approx(SIZES[segment], rel=share)


def test_left_and_right_have_one_size(anna: Scaling) -> None:
    for name, factors in anna.scales.items():
        if name.endswith("_r"):
            assert anna.scales[name[:-2] + "_l"] == factors


def test_the_body_weighs_what_the_person_weighs(anna: Scaling) -> None:
    assert anna.body.mass_kg == pytest.approx(62.0)
    assert anna.body.scaled_from == "static"
    assert len(anna.body.muscles.names) > 80


def test_clusters_stand_where_the_static_trial_shows_them(anna: Scaling) -> None:
    for name, (_, place) in CLUSTERS.items():
        assert site(anna.body, name) == pytest.approx(place, abs=0.012), (
            name
        )  # the shape prior moves joints by mm


def test_the_fit_of_the_points_is_reported(anna: Scaling) -> None:
    assert anna.static is not None and anna.static.mean_rms_m < 0.004
    assert any("static trial (OpenCap names)" in note for note in anna.notes)


def test_bony_markers_stay_within_a_centimetre(badly_marked: tuple[Body, Scaling]) -> None:
    scaling = badly_marked[1]
    for point in bony_points(BONY, opencap(), scaling.scales):
        apart = float(np.linalg.norm(site(scaling.body, point.name) - point.location_m))
        assert apart <= MOST_OFFSET_M + 1e-9, point.name
    apart = site(scaling.body, "r_knee") - next(
        p.location_m for p in bony_points(("r_knee",), opencap(), scaling.scales)
    )
    assert float(np.linalg.norm(apart)) == pytest.approx(MOST_OFFSET_M)
    assert apart[0] > 0.8 * MOST_OFFSET_M  # towards where it really stands


def test_the_movement_has_no_say_in_where_markers_stand(truth: Body, anna: Scaling) -> None:
    rng = np.random.default_rng(0)
    other = recorded(truth, walking(9))
    slid = Markers(
        other.time_s, other.position_m + rng.normal(0.0, 0.003, other.position_m.shape), other.names
    )
    again = scale(Trial("other walk", slid, recorded(truth, standing())), ANNA)
    assert again.body.sha256 == anna.body.sha256


def test_without_a_static_the_movement_tells_the_size(truth: Body) -> None:
    scaling = scale(Trial("walk", recorded(truth, walking(5))), ANNA)
    assert scaling.body.scaled_from == "moving" and scaling.static is None
    for segment in ("femur_r", "tibia_r", "calcn_r"):
        assert scaling.scales[segment] == pytest.approx(SIZES[segment], rel=0.02), segment
    on_points = {p.name: p for p in bony_points(BONY, opencap(), scaling.scales)}
    assert all(site(scaling.body, n) == pytest.approx(p.location_m) for n, p in on_points.items())
    left_out = next(n for n in scaling.notes if "no static trial" in n)
    assert all(name in left_out for name in CLUSTERS)


def test_a_height_scales_every_length(truth: Body) -> None:
    scaling = scale(Trial("walk", recorded(truth, walking())), Subject(70.0, height_m=1.87))
    assert scaling.body.scaled_from == "height_mass" and scaling.body.height_m == 1.87
    assert scaling.scales["femur_r"] == pytest.approx((1.1, 1.1, 1.1))
    assert scaling.body.mass_kg == pytest.approx(70.0)


def test_coordinates_alone_need_no_markers() -> None:
    trial = Trial("ik", coordinates=Coordinates(np.zeros(1), np.zeros((1, 1)), ("hip_flexion_r",)))
    scaling = scale(trial, ANNA)
    assert scaling.body.scaled_from == "none" and scaling.body.mass_kg == pytest.approx(62.0)
    assert any("Nothing tells the person's size" in note for note in scaling.notes)


def test_raised_arms_are_noticed_and_do_not_shape_the_trunk(truth: Body) -> None:
    still = recorded(truth, standing())
    lifted = still.position_m.copy()
    for name, sign in (("R_Shoulder", -1.0), ("L_Shoulder", 1.0)):
        lifted[:, still.names.index(name)] += [0.0, 0.05, 0.035 * sign]
    static = Markers(still.time_s, lifted, still.names)
    scaling = scale(Trial("walk", recorded(truth, walking()), static), ANNA)
    assert any("raised arms" in note for note in scaling.notes)
    assert scaling.scales["torso"] == pytest.approx(SIZES["torso"], rel=0.04)


def test_a_marker_that_slid_is_told(truth: Body) -> None:
    walk = recorded(truth, walking())
    position = walk.position_m.copy()
    position[:, walk.names.index("r_sh2"), 1] -= 0.03
    moved = Markers(walk.time_s, position, walk.names)
    notes = scale(Trial("walk", moved, recorded(truth, standing())), ANNA).notes
    assert any("r_sh2" in n and "slid on the skin" in n for n in notes)


def test_the_stillest_half_second_counts(truth: Body) -> None:
    still = recorded(truth, standing(200))
    rng = np.random.default_rng(1)
    shaken = still.position_m.copy()
    shaken[:120] += rng.normal(0.0, 0.02, shaken[:120].shape)
    one = quiet_markers(Markers(still.time_s, shaken, still.names))
    assert one.position_m[0] == pytest.approx(still.position_m[150], abs=1e-12)


def test_a_static_trial_of_another_set_is_refused(truth: Body) -> None:
    still = recorded(truth, standing())
    names = [
        "LASI",
        "RASI",
        "LPSI",
        "RPSI",
        "LKNE",
        "RKNE",
        "LANK",
        "RANK",
        "LHEE",
        "RHEE",
        "LTOE",
        "RTOE",
        "LSHO",
        "RSHO",
        "C7",
    ]
    other = Markers(still.time_s, still.position_m[:, : len(names)], tuple(names))
    with pytest.raises(InputError, match="Plug-in Gait marker names"):
        scale(Trial("walk", recorded(truth, walking()), other), ANNA)


def test_a_static_trial_of_another_person_is_refused(truth: Body) -> None:
    big = person({**SIZES, "pelvis": (1.35, 1.3, 1.35)})
    with pytest.raises(InputError, match="different people"):
        scale(Trial("walk", recorded(truth, walking()), recorded(big, standing())), ANNA)


def test_a_movement_without_knees_does_not_tell_the_legs(truth: Body) -> None:
    walk = without(recorded(truth, walking()), "r_knee", "L_knee", "r_mknee", "L_mknee")
    with pytest.raises(InputError, match="knee lateral"):
        scale(Trial("walk", walk), ANNA)


def test_unknown_markers_are_named(truth: Body) -> None:
    walk = recorded(truth, walking())
    named = replace(walk, names=tuple("mystery" if n == "C7" else n for n in walk.names))
    notes = scale(Trial("walk", named, recorded(truth, standing())), ANNA).notes
    assert any("unknown to the OpenCap set" in n and "mystery" in n for n in notes)


def test_progress_is_told(truth: Body) -> None:
    told: list[float] = []
    scale(
        Trial("walk", recorded(truth, walking(0, 8)), recorded(truth, standing())),
        ANNA,
        progress=lambda _, share: told.append(share),
    )
    assert told and told == sorted(told) and 0.0 < told[-1] <= 1.0


def test_a_model_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    from psoas.errors import UserError

    with pytest.raises(UserError):
        scale(Trial("walk"), ANNA, model=tmp_path / "none.osim")
