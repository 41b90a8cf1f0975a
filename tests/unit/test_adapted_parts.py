"""What the adapted movement is made of: harmonics, guarded Newton steps, the floor's balance."""

from typing import Any

import numpy as np
import pytest

from psoas.engine.cyclic_change import CHANGED, STRIDE, basis, landed_s, of, roughness, series
from psoas.engine.ground_balance import cross_matrix, shared_change
from psoas.engine.guarded_newton import Slopes, minimise

PERIOD_S = 1.1
GIVEN = series(PERIOD_S, 5)


def test_waves_are_orthonormal_over_a_cycle() -> None:
    time_s = np.arange(200) * PERIOD_S / 200
    knee = basis(GIVEN, time_s)[:, CHANGED.index("knee_angle_r")][:, of(GIVEN, "knee_angle_r")]
    assert np.allclose(knee.T @ knee / 200, np.eye(11), atol=1e-12)


def test_the_acceleration_of_a_change_is_its_roughness() -> None:
    """Mean square of the second derivative, exactly, by Parseval."""
    time_s = np.arange(200) * PERIOD_S / 200
    x = np.random.default_rng(0).standard_normal(len(GIVEN.place))
    second = basis(GIVEN, time_s, 2) @ x
    rough = roughness(GIVEN, 1.0) * x**2
    for name in ("pelvis_tilt", "hip_flexion_l", "pelvis_tx"):
        at = CHANGED.index(name)
        assert np.mean(second[:, at] ** 2) == pytest.approx(rough[of(GIVEN, name)].sum(), rel=1e-9)


@pytest.mark.parametrize("derivative", [1, 2])
def test_derivatives_are_derivatives(derivative: int) -> None:
    time_s, step = np.linspace(0.1, 0.9, 9), 1e-5
    above, below = (basis(GIVEN, time_s + h, derivative - 1) for h in (step, -step))
    assert np.allclose((above - below) / (2 * step), basis(GIVEN, time_s, derivative), atol=1e-4)


def test_a_change_comes_back_after_a_cycle_but_for_the_stride() -> None:
    x = np.random.default_rng(1).standard_normal(len(GIVEN.place))
    gained = (basis(GIVEN, np.array([PERIOD_S])) - basis(GIVEN, np.array([0.0]))) @ x
    expected = np.zeros(len(CHANGED))
    expected[CHANGED.index("pelvis_tx")] = x[-1]
    assert np.allclose(gained[0], expected, atol=1e-12)
    assert basis(GIVEN, np.array([0.3]))[0, CHANGED.index(STRIDE), -1] == 1.0


def test_a_foot_landed_at_its_last_contact_recorded_or_a_cycle_apart() -> None:
    time_s = np.array([-1.5, 0.05, 0.15, 1.3, 2.9])
    assert np.allclose(landed_s(np.array([0.1, 1.25]), time_s, 1.1), [-2.1, -1.0, 0.1, 1.25, 2.35])


class _Linear:
    """Least squares with a known answer."""

    def __init__(self, matrix: np.ndarray, target: np.ndarray) -> None:
        self.matrix, self.target = matrix, target

    def at(self, x: np.ndarray) -> np.ndarray:
        return self.matrix @ x - self.target

    def cost(self, x: np.ndarray, here: np.ndarray) -> float:
        return float(here @ here)

    def slopes(self, x: np.ndarray, here: np.ndarray) -> Slopes:
        normal = self.matrix.T @ self.matrix
        return Slopes(normal, np.zeros_like(normal), self.matrix, self.matrix.T @ here)

    def gradient(self, x: np.ndarray, here: np.ndarray, slope: np.ndarray) -> np.ndarray:
        return slope.T @ here

    def near(self, x: np.ndarray, step: np.ndarray) -> np.ndarray:
        return x + step


class _Valley(_Linear):
    """Rosenbrock's banana: a stiff curved valley whose bottom is at (1, 1)."""

    def __init__(self) -> None:
        super().__init__(np.zeros((2, 2)), np.zeros(2))

    def at(self, x: np.ndarray) -> np.ndarray:
        return np.array([100.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])

    def slopes(self, x: np.ndarray, here: np.ndarray) -> Slopes:
        slope = np.array([[-200.0 * x[0], 100.0], [-1.0, 0.0]])
        return Slopes(slope.T @ slope, np.zeros((2, 2)), slope, slope.T @ here)


def test_a_linear_problem_is_solved_in_closed_form() -> None:
    rng = np.random.default_rng(2)
    matrix, target = rng.standard_normal((30, 8)), rng.standard_normal(30)
    found = minimise(_Linear(matrix, target), rng.standard_normal(8))
    expected = np.linalg.lstsq(matrix, target, rcond=None)[0]
    assert found.converged
    assert found.steps <= 3
    assert np.allclose(found.x, expected, atol=1e-9)


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -4.0), (0.0, 10.0)])
def test_the_bottom_of_a_curved_valley_is_found(start: tuple[float, float]) -> None:
    found = minimise(_Valley(), np.array(start))
    assert found.converged
    assert np.allclose(found.x, 1.0, atol=1e-3)


def _balance(share: Any) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(3)
    force, moment = rng.standard_normal((4, 3)) * 50.0, rng.standard_normal((4, 3)) * 10.0
    arm = rng.standard_normal((4, 2, 3)) * 0.3 + [0.0, -0.9, 0.0]
    given, turned = shared_change(force, moment, arm, np.array(share, dtype=float))
    return force, moment, arm, given, turned


def test_both_feet_together_balance_what_is_needed() -> None:
    force, moment, arm, given, turned = _balance([(1, 0), (0, 1), (0.5, 0.5), (0.9, 0.1)])
    assert np.allclose(given.sum(axis=1), force, atol=1e-9)
    assert np.allclose((np.cross(arm, given) + turned).sum(axis=1), moment, atol=1e-9)


def test_a_foot_in_the_air_takes_nothing_and_two_share_the_least() -> None:
    force, _, arm, given, turned = _balance([(1, 0), (0, 1), (0.5, 0.5), (0, 0)])
    for frame, idle in ((0, 1), (1, 0)):
        assert np.allclose(given[frame, idle], 0.0)
        assert np.allclose(turned[frame, idle], 0.0)
        assert np.allclose(given[frame, 1 - idle], force[frame])
    assert np.allclose(given[3], 0.0)
    # Any other way to balance costs more: push a little against each other along the line between the feet.
    along = arm[2, 1] - arm[2, 0]
    cost = np.sum(given[2] ** 2) + np.sum(turned[2] ** 2) / 0.05**2
    for size in (1e-3, -1e-3):
        other = given[2] + size * np.array([along, -along])
        assert np.sum(other**2) + np.sum(turned[2] ** 2) / 0.05**2 > cost


def test_a_cross_matrix_crosses() -> None:
    rng = np.random.default_rng(4)
    arm, force = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    assert np.allclose((cross_matrix(arm) @ force[..., None])[..., 0], np.cross(arm, force))
