"""The demo's movement: it comes from the published curves, and answers when they change."""

import numpy as np
import pytest

from psoas.engine.normative import (
    ANKLE_OFFSET_DEG,
    STRIDE_S,
    closed,
    normative_mechanics,
    normative_walk,
    published_curves,
)
from psoas.engine.peaks import contact_of, peaks, resultant_n
from psoas.engine.types import AS_BUILT, Analysis, Condition

WEAK = Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5})
SHORT = Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1})


@pytest.fixture(scope="module")
def walk() -> Analysis:
    return normative_walk((AS_BUILT, WEAK, SHORT))


def late(analysis: Analysis, condition: int = 0, side: str = "r") -> float:
    contact = contact_of(analysis.solved[condition], "tibiofemoral", side)  # type: ignore[arg-type]
    return next(p.bw for p in peaks(analysis, contact) if p.phase == "late_stance")


def test_moments_of_the_leg_are_the_published_ones(walk: Analysis) -> None:
    assert walk.moments is not None
    knee = walk.moments.moment_nm[:101, walk.moments.names.index("knee_angle_r")]
    published = -walk.body.mass_kg * published_curves()["knee_extension_moment_nm_kg"]
    assert np.abs(knee - published).max() < 0.005 * 75  # closing moves the ends by less
    assert "hip_rotation_r" not in walk.moments.names


def test_angles_follow_the_published_ones_after_filtering(walk: Analysis) -> None:
    for name, source, offset in (
        ("knee_angle_r", "knee_flexion_deg", 0.0),
        ("hip_flexion_r", "hip_flexion_deg", 0.0),
        ("ankle_angle_r", "ankle_dorsiflexion_deg", ANKLE_OFFSET_DEG),
    ):
        found = np.rad2deg(walk.coordinates.value[:101, walk.coordinates.names.index(name)])
        assert np.sqrt(np.mean((found - offset - published_curves()[source]) ** 2)) < 1.0, name


def test_the_left_leg_is_half_a_cycle_later(walk: Analysis) -> None:
    for joint in ("tibiofemoral", "patellofemoral", "hip"):
        right = resultant_n(contact_of(walk.solved[0], joint, "r"))
        left = resultant_n(contact_of(walk.solved[0], joint, "l"))
        assert np.abs(left[50:151] - right[:101]).max() < 0.01 * right.max(), joint


def test_a_weak_iliopsoas_loads_the_knee_and_a_short_one_does_not(walk: Analysis) -> None:
    assert late(walk, 1) > 1.15 * late(walk)
    assert late(walk, 2) < late(walk)


def test_peaks_move_with_the_curves(walk: Analysis) -> None:
    """The answer is computed at run time: more push-off moment, more load; less hip moment, less load."""
    curves = dict(published_curves())
    curves["ankle_plantarflexion_moment_nm_kg"] = 1.1 * curves["ankle_plantarflexion_moment_nm_kg"]
    assert late(normative_walk(curves=curves, sides=("r",))) > late(walk) + 0.02
    curves = dict(published_curves())
    curves["hip_extension_moment_nm_kg"] = 0.5 * curves["hip_extension_moment_nm_kg"]
    assert late(normative_walk(curves=curves, sides=("r",))) < late(walk) - 0.1


def test_equilibrium_on_every_frame(walk: Analysis) -> None:
    """Moment arms times forces, ligaments and reserves give the moments, 1e-6 N.m."""
    assert walk.moments is not None and walk.moments.ligament_nm is not None
    left = walk.moments.moment_nm - walk.moments.ligament_nm
    for solved in (*walk.solved, *walk.band):
        for side in walk.sides:
            muscles = solved.muscles[side]
            lines = [walk.body.muscles.names.index(n) for n in muscles.names]
            rows = [walk.geometry.dofs.index(d) for d in muscles.dofs]
            arm = walk.geometry.moment_arm_m[:, rows][:, :, lines]
            made = np.einsum("tij,tj->ti", arm, muscles.force_n) + muscles.reserve_nm
            asked = left[:, [walk.moments.names.index(d) for d in muscles.dofs]]
            assert np.abs(made - asked).max() < 1e-6


def test_the_ends_of_a_closed_curve_meet_and_the_middle_stays() -> None:
    curve = np.linspace(0.0, 2.0, 101) + np.sin(np.linspace(0.0, 7.0, 101))
    shut = closed(curve)
    assert shut[0] == pytest.approx(shut[-1])
    assert shut[50] == pytest.approx(curve[50])


def test_the_force_at_the_knee_does_not_need_the_point_of_pressure(walk: Analysis) -> None:
    """Nothing medial or lateral is told, and time starts at initial contact."""
    assert all(c.medial_n is None for s in walk.solved for c in s.contacts)
    assert walk.coordinates.time_s[0] == 0.0
    assert walk.window_s[1] == pytest.approx(1.5 * STRIDE_S)


def test_mechanics_scale_with_mass(walk: Analysis) -> None:
    mechanics = normative_mechanics(walk.body, published_curves())
    assert walk.moments is not None
    assert np.array_equal(mechanics.moments.moment_nm, walk.moments.moment_nm)
