"""The table of choices on a made-up movement: the default against itself, and what must move."""

import numpy as np
import pytest

from moving import on_the_ground, published_body, seen, swaying
from psoas.engine.joint_contact import contact_geometry
from psoas.engine.sensitivity import choices, sensitivity, volume_weights
from psoas.engine.static_optimisation import DEFAULT
from psoas.engine.types import Condition

BODY = published_body()


def test_each_choice_is_told_with_its_effect():
    sway = swaying(7, frames=21)
    movement, moments, geometry = seen(BODY, sway, on_the_ground(BODY, sway))
    contacts = {
        patella: contact_geometry(BODY, movement, "tibiofemoral", "l", patella=patella)
        for patella in ("lever", "pulley")
    }
    first = np.arange(21) < 10
    effects = sensitivity(
        BODY.muscles,
        geometry,
        moments,
        contacts,
        BODY.mass_kg * 9.80665,
        {"first": first, "last": ~first},
        [Condition("weak", strength={"quadriceps": 0.5})],
    )
    assert len(effects) == len(choices(BODY.muscles))
    assert effects[0].sharing is DEFAULT
    assert effects[0].rms_bw == 0.0
    assert len({e.says for e in effects}) == len({e.sharing.name for e in effects}) == len(effects)
    moved = {e.says: e.rms_bw for e in effects}
    for says in (
        "passive forces off",
        "lower bound 0.02",
        "elastic tendon",
        "kneecap a pulley",
        "OpenSim's habits",
    ):
        assert moved[says] > 1e-3
    assert moved["lower bound 0.02"] > moved["lower bound 0.01"]
    for effect in effects:
        assert set(effect.peak_bw) == set(effect.change["weak"]) == {"first", "last"}
        assert all(np.isfinite(x) for x in effect.peak_bw.values())


def test_volume_weights_are_one_on_average_and_count_a_muscle_once():
    weights = volume_weights(BODY.muscles)
    assert np.mean(list(weights.values())) == pytest.approx(1.0)
    assert set(weights) == set(BODY.muscles.muscle)
    assert weights["soleus_r"] > weights["recfem_r"] > weights["sart_r"] > 0.0


def test_the_parts_of_a_big_muscle_together_cost_one():
    weight = next(s for says, s in choices(BODY.muscles) if says.startswith("glutei")).weight
    assert sum(weight[f"glmax{k}_r"] for k in (1, 2, 3)) == pytest.approx(1.0)
    assert weight["gastrocnemius"] == 3.0
