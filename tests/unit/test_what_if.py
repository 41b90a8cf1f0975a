"""What-ifs: bands over bodies and settings, one plain sentence, one clear error."""

import json

import numpy as np
import pytest

from psoas.cli import main
from psoas.engine.normative import MOVEMENTS, normative_walk
from psoas.engine.peaks import contact_of, peaks
from psoas.engine.types import AS_BUILT, Condition
from psoas.engine.what_if import (
    LEAST_BW,
    SETTINGS,
    THREE_BODIES,
    Band,
    Movement,
    Place,
    many,
    normative_movement,
    what_if,
)
from psoas.exchange.what_if_words import NO_CLEAR_CHANGE, sentence, what_if_json, what_if_text

pytestmark = pytest.mark.xdist_group("what_if")
WEAK = Condition("weak", strength={"iliopsoas": 0.5})
SHORT = Condition("short", shortness={"iliopsoas": 0.1})
WEAK_RIGHT = Condition("weak_r", strength={"iliopsoas_r": 0.5})


@pytest.fixture(scope="module")
def walk() -> Movement:
    return normative_movement()


def band(movement: Movement, condition: Condition, of: str, phase: str, side: str = "r") -> Band:
    bands = what_if(movement, condition).bands
    return next(b for b in bands if (b.place.of, b.place.phase, b.place.side) == (of, phase, side))


def test_nothing_changes_when_nothing_is_changed(walk: Movement) -> None:
    found = what_if(walk, AS_BUILT)
    assert len(found.bands) > 12
    for b in found.bands:
        assert np.abs(b.change).max() < 1e-6
        assert not b.clear
    assert "no clear change" in sentence(found)


def test_the_default_setting_is_the_analysis(walk: Movement) -> None:
    """The first number of each band is what the pipeline gives, condition by condition."""
    analysis = normative_walk((AS_BUILT, WEAK))
    for side in ("r", "l"):
        for joint in ("tibiofemoral", "patellofemoral"):
            before, after = (peaks(analysis, contact_of(s, joint, side)) for s in analysis.solved)
            for a, b in zip(before, after, strict=True):
                found = band(walk, WEAK, joint, a.phase, side)
                assert found.before_n == pytest.approx(a.n, abs=0.5)
                assert found.after_n == pytest.approx(b.n, abs=0.5)


def test_a_weak_hip_flexor_loads_the_knee_late_in_stance(walk: Movement) -> None:
    late = band(walk, WEAK, "tibiofemoral", "late_stance")
    assert late.clear
    assert len(late.change) == len(SETTINGS)
    assert min(late.change) > 0.15
    assert max(late.change) < 0.60
    assert not band(walk, WEAK, "tibiofemoral", "early_stance").clear


def test_a_slightly_short_one_is_no_clear_change_while_the_foot_is_down(walk: Movement) -> None:
    """The settings disagree about the sign in stance: nothing may be claimed. In swing, at a third of body
    weight, the rectus femoris no longer drowns it: it rises in all of them."""
    late = band(walk, SHORT, "tibiofemoral", "late_stance")
    assert late.low < 0.0 < late.high
    assert not late.clear and not band(walk, SHORT, "tibiofemoral", "early_stance").clear
    swing = band(walk, SHORT, "tibiofemoral", "swing")
    assert swing.low > 0.0 and swing.after_bw < 0.5
    assert "stance" not in sentence(what_if(walk, SHORT))


def test_clear_means_larger_than_the_spread(walk: Movement) -> None:
    weight = walk.analysis.subject.mass_kg * 9.80665
    for condition in (WEAK, SHORT, Condition("glut", strength={"gluteus_maximus": 0.3})):
        for b in what_if(walk, condition).bands:
            large = abs(b.change[0]) > max(b.spread, 0.01)
            assert b.clear == (large and abs(b.after_n - b.before_n) > LEAST_BW * weight)


def test_one_side_leaves_the_other_alone(walk: Movement) -> None:
    assert band(walk, WEAK_RIGHT, "tibiofemoral", "late_stance", "r").clear
    left = [b for b in what_if(walk, WEAK_RIGHT).bands if b.place.side == "l"]
    assert max(np.abs(b.change).max() for b in left) < 1e-6
    assert "right knee late in stance" in sentence(what_if(walk, WEAK_RIGHT))


def test_many_conditions_are_a_loop_of_one(walk: Movement) -> None:
    conditions = [Condition(f"{x}", strength={"iliopsoas": x}) for x in (1.0, 0.7, 0.4)]
    loads = many(walk, conditions)
    places = list(walk.ready[0].loads_n)
    late = places.index(Place("r", "tibiofemoral", "late_stance"))
    assert np.all(np.diff(loads[:, late]) > 0)
    for row, condition in zip(loads, conditions, strict=True):
        after = {b.place: b.after_n for b in what_if(walk, condition).bands}
        for place, n in zip(places, row, strict=True):
            if place in after:
                assert n == pytest.approx(after[place], rel=1e-9)


def test_geometry_is_swept_once_for_each_body(walk: Movement) -> None:
    by_setting = {r.setting.name: r for r in walk.ready}
    default = by_setting["default"]
    for name in ("elastic_tendon", "gastrocnemius_2", "gastrocnemius_5"):
        assert by_setting[name].body is default.body
    bodies = {id(r.body) for r in walk.ready if r.setting in THREE_BODIES}
    assert len(bodies) == 3


@pytest.mark.parametrize("name", ["slow", "fast", "step_up", "step_down"])
def test_other_movements(name: str) -> None:
    movement = normative_movement(MOVEMENTS[name], THREE_BODIES)
    found = what_if(movement, WEAK)
    assert found.movement == MOVEMENTS[name].says
    assert found.unsolved == 0
    knee = [b for b in found.bands if b.place.of == "tibiofemoral" and b.place.side == "r"]
    assert 2.0 < max(b.before_bw for b in knee) < 5.0
    if name in ("slow", "fast"):
        assert next(b for b in knee if b.place.phase == "late_stance").clear
    else:
        assert {b.place.side for b in found.bands} == {"r"}


def test_words_and_numbers_say_the_same(walk: Movement) -> None:
    found = what_if(walk, WEAK)
    text, numbers = what_if_text(found), what_if_json(found)
    assert "each knee late in stance rises by" in numbers["says"]
    assert numbers["says"] in text
    assert numbers["movement_unchanged"] is True
    assert "The movement is kept as it is" in text
    assert len(numbers["loads"]) == len(found.bands)
    told = [load["says"] for load in numbers["loads"]]
    assert told.count(NO_CLEAR_CHANGE) == sum(not b.clear for b in found.bands)
    assert [s["name"] for s in numbers["settings"]] == [s.name for s in SETTINGS]


def test_the_door(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", "--movement", "step-up", "--shortness", "iliopsoas_r=0.1", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers["condition"]["shortness"] == {"iliopsoas_r": 0.1}
    assert "no clear change" in numbers["says"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--strength", "psoass=0.5"], "Groups: iliopsoas, psoas, iliacus"),
        (["--shortness", "iliopsoas=0.9"], "out of range"),
        (["--strength", "iliopsoas=-0.5"], "out of range"),
        (["--stiffness", "iliopsoas=nan"], "out of range"),
        ([], "Nothing to change"),
        (["--strength", "psoas=0.5", "--movement", "slow", "--grf", "x.mot"], "built in"),
        (["--strength", "psoas=0.5", "--movement", "step-up", "--side", "l"], "only one leg"),
        (["--strength", "psoas=0.5", "--grf", "x.mot"], "mass"),
    ],
)
def test_bad_input_is_one_clear_error(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["whatif", *words]) == 2
    assert told in capsys.readouterr().err
