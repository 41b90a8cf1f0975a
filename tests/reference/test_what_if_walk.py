"""What-ifs on the walk of the reference runs: signs and sizes of what the hip flexor and the gluteus do."""

from pathlib import Path

import pytest

from opensim_walk import FOLDER
from psoas.engine.body import body_from_osim
from psoas.engine.trial import read_trial
from psoas.engine.types import Condition, Subject
from psoas.engine.what_if import Band, Movement, recorded_movement, what_if

pytestmark = [pytest.mark.reference, pytest.mark.xdist_group("what_if")]
LATE, EARLY = ("tibiofemoral", "late_stance"), ("tibiofemoral", "early_stance")


@pytest.fixture(scope="module")
def walk(shared: Path) -> Movement:
    model = shared / FOLDER / "subject_scaled.osim"
    body = body_from_osim(model)
    trial = read_trial(
        coordinates=shared / FOLDER / "ik_walk.mot", grf=shared / "motion/rajagopal_walk_run/grf_walk.mot"
    )
    return recorded_movement(trial, Subject(body.mass_kg), body, model=model, sides=("r",))


def band(walk: Movement, at: tuple[str, str], **knobs: dict[str, float]) -> Band:
    bands = what_if(walk, Condition("changed", **knobs)).bands
    return next(b for b in bands if (b.place.of, b.place.phase) == at)


def test_weak_hip_flexor(walk: Movement) -> None:
    """Late peak up under every setting; +32 % in the default, where strength leaves passive force alone.

    With published passive curves it was +25 %: their stiff calf loaded the knee whatever the hip did.
    """
    half, quarter = (band(walk, LATE, strength={"iliopsoas": x}) for x in (0.5, 0.25))
    assert half.change[0] == pytest.approx(0.32, abs=0.03)
    assert half.low > 0.15
    assert half.clear
    assert quarter.clear
    assert quarter.change[0] > half.change[0]
    assert abs(band(walk, EARLY, strength={"iliopsoas": 0.5}).change[0]) < 0.01


def test_short_hip_flexor(walk: Movement) -> None:
    """The built-in body in the default setting: -3, -9, -17 % at 5, 10, 15 %; the other body sees less.

    At 15 % every setting lowers it, by 5 to 23 %: at the edge of what is called clear.
    """
    found = [band(walk, LATE, shortness={"iliopsoas": x}) for x in (0.05, 0.10, 0.15)]
    for b, expected in zip(found, (-0.03, -0.09, -0.17), strict=True):
        assert b.change[0] == pytest.approx(expected, abs=0.03)
    assert not any(b.clear for b in found[:2])
    assert found[2].high < 0.0
    assert band(walk, EARLY, shortness={"iliopsoas": 0.1}).change[0] > 0.0


def test_weak_gluteus_maximus(walk: Movement) -> None:
    early = band(walk, EARLY, strength={"gluteus_maximus": 0.5})
    assert early.change[0] == pytest.approx(0.04, abs=0.03)
    assert early.low > 0.0
    assert abs(band(walk, LATE, strength={"gluteus_maximus": 0.5}).change[0]) < 0.01
