"""Names of muscle groups, and the muscle curves at the points that define them."""

import numpy as np
import pytest

from psoas.engine import millard_curves
from psoas.engine.body import load_body
from psoas.engine.body_data import published_tables
from psoas.engine.muscle_table import CURVE_LENGTH, CURVE_VELOCITY, GROUPS, lines_of
from psoas.errors import ModelError

MUSCLES = load_body().muscles


def named(group: str) -> set[str]:
    return {MUSCLES.names[i] for i in lines_of(MUSCLES, group)}


def test_groups_have_their_muscles() -> None:
    assert len(named("iliopsoas")) == 24
    assert named("iliacus") == {"iliacus_r", "iliacus_l"}
    assert named("quadriceps_r") == {"recfem_r", "vasint_r", "vaslat_r", "vasmed_r"}
    assert named("gastrocnemius_l") == {"gaslat_l", "gasmed_l"}
    assert named("psoas_r") == {n for n in MUSCLES.names if n.startswith("psoas_") and n.endswith("_r")}
    assert lines_of(MUSCLES, "psoas_l") != lines_of(MUSCLES, "psoas_r")


def test_a_muscle_and_a_line_are_groups_of_themselves() -> None:
    assert named("recfem_r") == {"recfem_r"}
    assert named("soleus") == {"soleus_r", "soleus_l"}
    assert named("psoas_L5_VB_r") == {"psoas_L5_VB_r"}


def test_every_group_means_something_on_both_sides() -> None:
    for group in GROUPS:
        right, left = named(f"{group}_r"), named(f"{group}_l")
        assert right
        assert len(right) == len(left)
        assert right | left == named(group)


def test_the_lumped_psoas_answers_to_the_same_names() -> None:
    lumped = load_body("one_joint", "lumped").muscles
    assert [lumped.names[i] for i in lines_of(lumped, "iliopsoas_r")] == ["iliacus_r", "psoas_r"]


@pytest.mark.parametrize("name", ["biceps", "psoas_x", "", "_r", "Iliopsoas"])
def test_an_unknown_group_lists_the_groups(name: str) -> None:
    with pytest.raises(ModelError, match="no muscle or muscle group") as caught:
        lines_of(MUSCLES, name)
    assert "iliopsoas" in caught.value.advice


def test_active_curve_peaks_at_the_optimal_length() -> None:
    active = MUSCLES.active_force_length
    assert np.allclose(active[:, np.argmin(np.abs(CURVE_LENGTH - 1.0))], 1.0, atol=1e-9)
    assert active.max() <= 1.0 + 1e-9
    assert np.all(active >= 0.0)
    assert np.allclose(active[:, (CURVE_LENGTH <= 0.25) | (CURVE_LENGTH >= 1.9)], 0.0, atol=1e-12)


def test_passive_curve_starts_and_reaches_one_where_it_says() -> None:
    for line in published_tables().lines:
        zero, one = line.passive.strain_at_zero_force, line.passive.strain_at_one_norm_force
        at = np.array([1.0 + zero - 0.05, 1.0 + zero, 1.0 + one, 1.0 + one + 0.1])
        force = millard_curves.passive_force_length(line.passive, at)
        slope = line.passive.stiffness_at_one_norm_force
        assert np.allclose(force, [0.0, 0.0, 1.0, 1.0 + 0.1 * slope], atol=1e-9)
    assert np.all(np.diff(MUSCLES.passive_force_length, axis=1) >= -1e-12)


def test_velocity_curve_is_one_at_rest_and_rises() -> None:
    at = {v: MUSCLES.force_velocity[np.argmin(np.abs(CURVE_VELOCITY - v))] for v in (-1.0, 0.0, 1.0)}
    assert at == {-1.0: pytest.approx(0.0, abs=1e-6), 0.0: pytest.approx(1.0), 1.0: pytest.approx(1.4)}
    assert np.all(np.diff(MUSCLES.force_velocity) >= -1e-12)


def test_samples_are_dense_enough() -> None:
    """Interpolation between the samples errs by less than 1e-4 of the maximal force."""
    between = CURVE_LENGTH[:-1] + 0.5 * np.diff(CURVE_LENGTH)
    muscles = load_body(passive="published").muscles
    for i, line in enumerate(published_tables().lines):
        j = muscles.names.index(line.name) if line.name in muscles.names else lines_of(muscles, line.name)[0]
        active = millard_curves.active_force_length(line.active, between)
        passive = millard_curves.passive_force_length(line.passive, between)
        assert (
            np.abs(np.interp(between, CURVE_LENGTH, muscles.active_force_length[j]) - active).max() < 1e-4
        ), i
        assert (
            np.abs(np.interp(between, CURVE_LENGTH, muscles.passive_force_length[j]) - passive).max() < 1e-4
        ), i
