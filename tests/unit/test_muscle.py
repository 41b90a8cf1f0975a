"""The Hill muscle where its answer is known by hand, and the three knobs each by itself."""

from dataclasses import replace

import numpy as np
import pytest

from psoas.engine.body import load_body
from psoas.engine.muscle import between_samples, capacity, knob, sampled, tendon_strain
from psoas.engine.types import AS_BUILT, Condition, MuscleTable
from psoas.errors import UserError

GRID = np.linspace(0.2, 2.0, 181)


def table(pennation=0.0, count=1):
    """Muscles of 1000 N, fibre 0.1 m, tendon 0.2 m, with curves that are straight lines or tents."""
    one = np.ones(count)
    active = np.maximum(0.0, 1.0 - np.abs(GRID - 1.0))
    passive = np.maximum(0.0, GRID - 1.0)
    velocity = np.linspace(-1.2, 1.2, 241)
    return MuscleTable(
        names=tuple(f"muscle{i}_r" for i in range(count)),
        muscle=tuple(f"muscle{i}_r" for i in range(count)),
        share=one,
        max_isometric_force_n=1000.0 * one,
        optimal_fibre_length_m=0.1 * one,
        tendon_slack_length_m=0.2 * one,
        pennation_rad=pennation * one,
        max_velocity_lopt_s=10.0 * one,
        curve_length=GRID,
        active_force_length=np.tile(active, (count, 1)),
        passive_force_length=np.tile(passive, (count, 1)),
        curve_velocity=velocity,
        force_velocity=np.clip(1.0 + velocity, 0.0, 1.4),
    )


def pull(muscles, length, velocity=0.0, condition=AS_BUILT, **choices):
    return capacity(muscles, np.full((1, 1), length), np.full((1, 1), velocity), condition, **choices)


def test_optimal_length_at_rest_pulls_the_maximal_force():
    at = pull(table(), 0.3)
    assert at.active_n[0, 0] == pytest.approx(1000.0)
    assert at.passive_n[0, 0] == 0.0
    assert at.fibre_length[0, 0] == pytest.approx(1.0)


def test_a_long_fibre_pulls_less_actively_and_more_passively():
    at = pull(table(), 0.33)  # fibre 0.13 m: the tent gives 0.7, the passive line 0.3
    assert at.active_n[0, 0] == pytest.approx(700.0)
    assert at.passive_n[0, 0] == pytest.approx(300.0)


def test_shortening_costs_force():
    at = pull(table(), 0.3, velocity=-0.4)  # 4 lengths a second of 10: 0.4 of the fastest
    assert at.fibre_velocity[0, 0] == pytest.approx(-0.4)
    assert at.active_n[0, 0] == pytest.approx(600.0)
    assert pull(table(), 0.3, velocity=-0.4, force_velocity=False).active_n[0, 0] == pytest.approx(1000.0)
    assert pull(table(), 0.3, -0.4, max_velocity_lopt_s=20.0).active_n[0, 0] == pytest.approx(800.0)


def test_a_pennate_fibre_keeps_its_width_and_pulls_by_its_cosine():
    angle = 0.5
    along = 0.1 * np.cos(angle)  # so that the fibre stands at its optimal length and angle
    at = pull(table(angle), 0.2 + along, velocity=-0.1)
    assert at.fibre_length[0, 0] == pytest.approx(1.0)
    speed = -0.1 * np.cos(angle) / (0.1 * 10.0)
    assert at.active_n[0, 0] == pytest.approx(1000.0 * (1.0 + speed) * np.cos(angle))
    no_cosine = pull(table(angle), 0.2 + along, velocity=-0.1, pennation=False)
    assert no_cosine.active_n[0, 0] == pytest.approx(1000.0 * (1.0 + speed))
    assert no_cosine.passive_n[0, 0] == at.passive_n[0, 0]


def test_a_path_shorter_than_its_tendon_leaves_a_fibre_of_its_own_width():
    at = pull(table(0.5), 0.15)
    assert at.fibre_length[0, 0] == pytest.approx(np.sin(0.5), abs=1e-3)
    assert at.active_n[0, 0] < 3.0


def test_strength_leaves_the_passive_force_alone():
    as_built, weak = pull(table(), 0.33), pull(table(), 0.33, condition=Condition("w", {"muscle0": 0.5}))
    assert weak.active_n == pytest.approx(0.5 * as_built.active_n)
    assert weak.passive_n == pytest.approx(as_built.passive_n)


def test_stiffness_leaves_the_active_force_alone():
    stiff = pull(table(), 0.33, condition=Condition("s", stiffness={"muscle0": 2.0}))
    assert stiff.active_n[0, 0] == pytest.approx(700.0)
    assert stiff.passive_n[0, 0] == pytest.approx(600.0)


def test_shortness_shortens_the_fibre_and_not_the_tendon():
    short = pull(table(), 0.3, condition=Condition("s", shortness={"muscle0": 0.2}))
    assert short.fibre_length[0, 0] == pytest.approx(0.1 / 0.08)
    assert short.active_n[0, 0] == pytest.approx(750.0)
    assert short.passive_n[0, 0] == pytest.approx(250.0)


def test_the_tendon_gives_4_9_percent_at_the_maximal_force():
    muscles = table()
    strain = tendon_strain(muscles, np.array([[0.0], [1000.0], [-5.0]]))
    np.testing.assert_allclose(strain[:, 0], [0.0, 0.049, 0.0], atol=1e-12)
    force = 200.0 * (np.exp(np.log(6.0) * 0.03 / 0.049) - 1.0)  # the tendon's own law, forwards
    assert tendon_strain(muscles, np.array([[force]]))[0, 0] == pytest.approx(0.03)


def test_curves_are_read_between_samples_and_go_straight_on():
    grid, curve = np.array([0.5, 1.5, 2.5]), np.array([[0.0, 2.0, 4.0], [1.0, 1.0, 0.0]])
    at = np.array([[1.0, 2.0], [3.5, 1.0], [-1.0, 1.5]])
    np.testing.assert_allclose(
        sampled(curve, between_samples(grid, at)), [[1.0, 0.5], [6.0, 1.0], [0.0, 1.0]]
    )


def test_the_curves_stand_on_an_even_grid():
    steps = np.diff(load_body().muscles.curve_length)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_knobs_name_groups_muscles_and_sides():
    muscles = load_body().muscles
    both = knob(muscles, {"iliopsoas": 0.5}, 1.0)
    right = knob(muscles, {"iliopsoas_r": 0.5}, 1.0)
    lines = [n for n, m in zip(muscles.names, muscles.muscle, strict=True) if m[:-2] in ("psoas", "iliacus")]
    assert {n for n, x in zip(muscles.names, both, strict=True) if x != 1.0} == set(lines)
    assert {n for n, x in zip(muscles.names, right, strict=True) if x != 1.0} == {
        n for n in lines if muscles.muscle[muscles.names.index(n)].endswith("_r")
    }
    assert knob(muscles, {"iliopsoas": 0.5, "psoas_r": 0.8}, 1.0)[muscles.muscle.index("psoas_r")] == 0.8
    with pytest.raises(UserError, match="no muscle"):
        knob(muscles, {"trapezius": 0.5}, 1.0)


def test_a_group_as_one_line_or_in_parts_pulls_the_same():
    whole = table(count=1)
    parts = replace(table(count=4), max_isometric_force_n=np.array([400.0, 300.0, 200.0, 100.0]))
    length = np.full((3, 1), 0.33)
    velocity = np.array([[-0.2], [0.0], [0.2]])
    one = capacity(whole, length, velocity)
    four = capacity(parts, np.tile(length, 4), np.tile(velocity, 4))
    np.testing.assert_allclose(four.active_n.sum(1), one.active_n[:, 0])
    np.testing.assert_allclose(four.passive_n.sum(1), one.passive_n[:, 0])
