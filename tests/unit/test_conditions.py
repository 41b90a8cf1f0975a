"""Conditions: every named group, either side or both, any number at once, on paths swept once."""

import mujoco
import numpy as np
import pytest

from psoas.engine.joint_contact import joint_contact
from psoas.engine.muscle_table import GROUPS
from psoas.engine.peaks import resultant_n
from psoas.engine.static_optimisation import static_optimisation
from psoas.engine.types import Condition
from psoas.engine.what_if import SETTINGS, Movement, many, normative_movement, what_if
from psoas.errors import ModelError

pytestmark = pytest.mark.xdist_group("what_if")
NAMED = {
    "iliopsoas", "psoas", "iliacus", "rectus_femoris", "hamstrings", "gluteus_maximus",
    "gluteus_medius_minimus", "adductors", "tensor_fasciae_latae", "gastrocnemius", "soleus", "quadriceps",
}  # fmt: skip
KNOBS = {"strength": 0.5, "shortness": 0.1, "stiffness": 3.0}


@pytest.fixture(scope="module")
def walk() -> Movement:
    return normative_movement(settings=SETTINGS[:1])


def forces(walk: Movement, side: str, condition: Condition) -> np.ndarray:
    ready = walk.ready[0]
    return static_optimisation(ready.body.muscles, ready.geometry, ready.moments, side, condition).force_n


def test_the_groups_are_those_that_people_name() -> None:
    assert set(GROUPS) == NAMED


@pytest.mark.parametrize("knob", KNOBS)
@pytest.mark.parametrize("group", sorted(NAMED))
def test_each_knob_of_each_group_acts_on_its_side_only(walk: Movement, group: str, knob: str) -> None:
    """One side leaves the other bit by bit; both sides are the two sides together."""
    as_built = {s: forces(walk, s, Condition("as_built")) for s in "rl"}
    both = {s: forces(walk, s, Condition("both", **{knob: {group: KNOBS[knob]}})) for s in "rl"}
    for side, other in ("rl", "lr"):
        one = Condition("one", **{knob: {f"{group}_{side}": KNOBS[knob]}})
        np.testing.assert_array_equal(forces(walk, other, one), as_built[other])
        np.testing.assert_allclose(forces(walk, side, one), both[side], atol=1e-6)
    moved = max(float(np.abs(both[s] - as_built[s]).max()) for s in "rl")
    # A muscle that the walk never stretches has no passive force to stiffen.
    assert moved > 1.0 or knob == "stiffness"


def test_any_number_at_once_without_sweeping_again(walk: Movement, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve groups, three knobs, both sides; MuJoCo is not called, and the order does not matter."""

    def never(*_: object) -> None:
        raise AssertionError("a condition needs no new geometry")

    for name in ("mj_kinematics", "mj_comPos", "mj_tendon", "mj_rne", "mj_forward"):
        monkeypatch.setattr(mujoco, name, never)
    draw = np.random.default_rng(4)
    sided = [f"{g}_{s}" for g in sorted(NAMED - {"iliopsoas", "quadriceps"}) for s in "rl"]
    strength = dict(zip(sided, draw.uniform(0.5, 1.2, len(sided)), strict=True))
    shortness = dict(zip(sided, draw.uniform(0.0, 0.1, len(sided)), strict=True))
    stiffness = dict(zip(sided, draw.uniform(0.5, 2.0, len(sided)), strict=True))
    all_at_once = Condition("all", strength, shortness, stiffness)
    backwards = Condition("back", *(dict(reversed(k.items())) for k in (strength, shortness, stiffness)))
    first, second = many(walk, [all_at_once, backwards])
    np.testing.assert_array_equal(first, second)
    found = what_if(walk, all_at_once)
    assert len(found.bands) > 12
    ready = walk.ready[0]
    (knee, *_) = ready.contacts["r"]
    force = static_optimisation(ready.body.muscles, ready.geometry, ready.moments, "r", all_at_once)
    assert resultant_n(joint_contact(knee, force)).shape == ready.geometry.time_s.shape


def test_an_unknown_group_is_named_beside_those_there_are(walk: Movement) -> None:
    for knob in KNOBS:
        with pytest.raises(ModelError) as error:
            what_if(walk, Condition("x", **{knob: {"psoass": 0.5}}))
        assert all(group in error.value.advice for group in NAMED)
