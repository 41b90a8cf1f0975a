"""The tables of marker names hang together with each other and with the body."""

import pytest

from psoas.engine.body_data import published_tables
from psoas.engine.marker_sets import landmarks, marker_sets, recognise
from psoas.errors import InputError

SETS = {s.name: s for s in marker_sets()}
SEGMENTS = {s.name for s in published_tables().segments}

WALKS = {
    "OpenCap": "C7 L.ASIS L.PSIS L_5meta L_ankle L_calc L_knee r.ASIS r.PSIS r_5meta r_ankle r_calc r_knee",
    "Rajagopal": "LASI RASI LPSI RPSI RTH1 RLFC RMFC LLFC RLMAL RMMAL LLMAL RCAL RTOE RMT5 LCAL LACR CLAV",
    "Lenhart": "R.ASIS L.ASIS R.PSIS S2 R.TH1 R.Knee L.Knee R.SH4 R.Ankle L.Ankle R.Heel R.MT5 R.Clavicle",
    "Gait2392": "R.ASIS L.ASIS V.Sacral R.Thigh.Upper R.Knee.Lat L.Knee.Lat R.Ankle.Lat R.Heel Sternum",
    "Plug-in Gait": "LASI RASI LPSI RPSI LTHI LKNE RKNE LTIB LANK RANK LHEE RHEE LTOE RTOE LUPA LFRM LSHO",
    "KU Leuven": "LASI RASI SACR LTHI LTHI2 LTHI3 LKNE RKNE LTIB2 LANK RANK LHEE LTOE RLatFoot LUA1 LLA1",
}


def test_six_laboratories_are_known() -> None:
    assert set(SETS) == set(WALKS)


@pytest.mark.parametrize("name", WALKS)
def test_every_place_is_on_the_body(name: str) -> None:
    marker_set = SETS[name]
    assert {m.segment for m in marker_set.bony.values()} <= SEGMENTS
    assert set(marker_set.technical.values()) <= SEGMENTS
    kinds = [set(marker_set.bony), set(marker_set.technical), set(marker_set.left_out)]
    assert not (kinds[0] & kinds[1] or kinds[0] & kinds[2] or kinds[1] & kinds[2])


@pytest.mark.parametrize("name", WALKS)
def test_a_trial_is_recognised_by_its_names(name: str) -> None:
    assert recognise(WALKS[name].split(), "walk.trc").name == name


@pytest.mark.parametrize("name", WALKS)
def test_both_sides_have_the_same_palpable_points(name: str) -> None:
    places = {m.name for m in SETS[name].bony.values()}
    right = {p[:-2] for p in places if p.endswith("_r")}
    assert right == {p[:-2] for p in places if p.endswith("_l")} and len(right) >= 6


def test_the_left_side_is_the_mirror_image() -> None:
    for name, point in landmarks().items():
        if name.endswith("_r"):
            x, y, z = point.location_m
            left = landmarks()[name[:-2] + "_l"]
            assert left.location_m == (x, y, -z)
            assert left.segment == point.segment.removesuffix("_r") + (
                "_l" if point.segment.endswith("_r") else ""
            )


def test_palpable_points_lie_around_their_joints() -> None:
    place = {n: p.location_m for n, p in landmarks().items()}
    assert place["knee_lateral_r"][2] > 0.0 > place["knee_medial_r"][2]
    assert place["ankle_lateral_r"][2] > 0.0 > place["ankle_medial_r"][2]
    assert place["heel_r"][0] < 0.0 < place["fifth_metatarsal_r"][0] < place["second_metatarsal_r"][0]
    assert place["asis_r"][0] > place["psis_r"][0] and place["c7"][0] < 0.0 < place["jugular_notch"][0]


def test_unknown_names_are_told_with_the_sets_that_are_known() -> None:
    with pytest.raises(InputError) as told:
        recognise(["M001", "M002", "RASI", "LASI"], "markers of the trial")
    assert "M001" in str(told.value) and "OpenCap" in str(told.value)


def test_without_the_pelvis_nothing_is_recognised() -> None:
    names = [n for n in WALKS["OpenCap"].split() if "ASIS" not in n]
    with pytest.raises(InputError, match="unknown"):
        recognise(names, "markers of the trial")
