"""Pain drawings and the patterns that fit them."""

import pytest

from psoas.clinic.pain_map import match, questions_for, read_drawing
from psoas.errors import InputError


def drawn(reasoning, *regions):
    return [entry.pattern.id for entry in match(frozenset(regions), reasoning.pain_map)]


def test_groin_and_front_thigh_put_hip_and_nerve_before_the_hip_flexor(reasoning):
    for regions in (("GROIN", "THIGH_ANT"), ("GROIN", "THIGH_ANT", "KNEE_ANT_PATELLA")):
        found = drawn(reasoning, *regions)
        assert "hip_oa" in found
        assert "hf_pain" not in found or found.index("hip_oa") < found.index("hf_pain")


@pytest.mark.parametrize("region", ["GROIN", "THIGH_ANT", "THIGH_MED", "LBACK", "KNEE_ANT_SUPRA"])
def test_of_equal_fit_the_hip_flexor_comes_last(region, reasoning):
    patterns = match(frozenset({region}), reasoning.pain_map)
    fits = {entry.pattern.id: entry.fit for entry in patterns}
    if "hf_pain" in fits:
        before = list(fits)[: list(fits).index("hf_pain")]
        equal = [name for name, fit in fits.items() if fit == fits["hf_pain"] and name != "hf_pain"]
        assert set(equal) <= set(before)


def test_knee_regions_alone_do_not_show_the_hip_flexor(reasoning):
    for regions in (("KNEE_ANT_PATELLA",), ("KNEE_MED_JL", "KNEE_ANT_PATELLA"), ("KNEE_POST", "KNEE_LAT_JL")):
        assert "hf_pain" not in drawn(reasoning, *regions)


def test_kneecap_and_inner_shin(reasoning):
    assert drawn(reasoning, "KNEE_ANT_PATELLA")[0] == "pfp"
    assert drawn(reasoning, "SHIN_MED", "KNEE_MED_JL")[0] == "saphenous"
    assert drawn(reasoning, "LBACK", "THIGH_ANT", "KNEE_ANT_PATELLA", "SHIN_MED")[0] == "lumbar_rad_L4"


def test_at_most_three_and_nothing_for_an_empty_drawing(reasoning):
    assert len(drawn(reasoning, *reasoning.pain_map.regions)) == 3
    assert drawn(reasoning) == []


def test_sides_do_not_change_the_match(reasoning):
    assert drawn(reasoning, "GROIN_R", "THIGH_ANT_R") == drawn(reasoning, "GROIN_L", "THIGH_ANT_L")


def test_what_a_drawing_asks(reasoning):
    asks = lambda *regions, both=False: questions_for(frozenset(regions), both, reasoning.pain_map)  # noqa: E731
    assert "saddle_numb" in asks("SADDLE")
    assert "both_legs_neuro" in asks("KNEE_POST", both=True)
    assert "both_legs_neuro" in asks("KNEE_POST_R", "KNEE_POST_L")
    assert "calf_3cm" in asks("CALF")
    assert {"fever", "anticoagulant_or_bleeding"} <= set(asks("GROIN"))
    assert asks("KNEE_ANT_PATELLA") == ()
    assert set(asks(*reasoning.pain_map.regions)) <= set(reasoning.knowledge.questions)


def test_an_unknown_region_is_refused(reasoning):
    with pytest.raises(InputError, match="unknown region"):
        read_drawing(["ELBOW"], reasoning.pain_map, "here")


def test_patterns_are_those_of_the_evidence(shared, reasoning):
    text = (shared / "evidence" / "referral_patterns.md").read_text()
    rows = text.split("```csv\nsource,")[1].split("```")[0].strip().splitlines()
    regions = rows[0].split(",")
    table = {
        row.split(",")[0]: dict(zip(regions, map(int, row.split(",")[1:]), strict=True)) for row in rows[1:]
    }
    ours = {pattern.id: dict(pattern.weights) for pattern in reasoning.pain_map.patterns}
    assert ours.keys() == table.keys()
    for name, weights in table.items():
        extra = {"SI": 3} if name == "sij" else {}  # the table has no column for the joint's own region
        assert ours[name] == {r: w for r, w in weights.items() if w} | extra, name
