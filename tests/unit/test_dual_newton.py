"""The fast solver against bounded least squares done slowly, and where it has to refuse."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from psoas.engine import dual_newton


def slow(matrix, target, weight, reserve, lower, upper):
    """The same with r eliminated: |sqrt(w) x|^2 + |(A x - b) / reserve|^2 within bounds, by active sets."""
    stacked = np.vstack([np.diag(np.sqrt(weight)), matrix / reserve[:, None]])
    right = np.r_[np.zeros(len(weight)), target / reserve]
    return lsq_linear(stacked, right, (lower, upper), method="bvls", tol=1e-14).x


def leg_like(problems, rows=5, variables=40, seed=0, effort=1.0):
    """Problems of the size of a leg: arms of centimetres, forces of kilonewtons, moments of tens of N.m."""
    rng = np.random.default_rng(seed)
    arms = rng.normal(scale=0.03, size=(problems, rows, variables)) * (
        rng.random((problems, rows, variables)) < 0.5
    )
    matrix = arms * rng.uniform(50.0, 5000.0, (problems, 1, variables))
    x = rng.random((problems, variables)) ** 3
    return matrix, effort * np.einsum("kij,kj->ki", matrix, x)


@pytest.mark.parametrize("effort", [0.0, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("lower", [0.0, 0.01])
@pytest.mark.parametrize("reserve", [0.5, 1.0, 1000.0])
def test_equals_bounded_least_squares(effort, lower, reserve):
    matrix, target = leg_like(20, seed=int(10 * effort), effort=effort)
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.05, 5.0, 40)
    bounds = np.full(40, lower), rng.uniform(0.5, 1.0, 40)
    reserves = np.full(5, reserve)
    answer = dual_newton.share(matrix, target, weight, reserves, *bounds)
    assert (answer.status == dual_newton.SOLVED).all()
    for k in range(20):
        expected = slow(matrix[k], target[k], weight, reserves, *bounds)
        np.testing.assert_allclose(answer.x[k], expected, atol=1e-7)


def test_one_variable_by_hand():
    # minimise x^2/2 + (b - a x)^2 / (2 R^2): x = a b / (a^2 + R^2) = 2 * 5 / (4 + 1), cut off at its bounds
    def x(lower, upper):
        return dual_newton.share(
            np.array([[[2.0]]]),
            np.array([[5.0]]),
            np.ones(1),
            np.ones(1),
            np.array([lower]),
            np.array([upper]),
        )

    assert x(0.0, 3.0).x[0, 0] == pytest.approx(2.0, abs=1e-12)
    assert x(0.0, 3.0).reserve[0, 0] == pytest.approx(1.0, abs=1e-12)
    assert x(0.0, 0.5).x[0, 0] == 0.5
    assert x(0.0, 0.5).reserve[0, 0] == pytest.approx(4.0, abs=1e-12)
    assert x(2.5, 3.0).x[0, 0] == 2.5


def test_rows_balance_and_the_answer_is_optimal():
    matrix, target = leg_like(500, seed=3)
    one = np.ones(40)
    answer = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    balance = np.einsum("kij,kj->ki", matrix, answer.x) + answer.reserve - target
    assert np.abs(balance).max() < 1e-9
    wanted = np.einsum("kij,ki->kj", matrix, answer.reserve)  # the multiplier is r / reserve^2 = r
    np.testing.assert_allclose(answer.x, np.clip(wanted, 0.0, 1.0), atol=1e-9)


def test_a_batch_is_bit_by_bit_a_loop():
    matrix, target = leg_like(60, seed=4)
    one = np.ones(40)
    batch = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    for k in range(60):
        single = dual_newton.share(matrix[k : k + 1], target[k : k + 1], one, np.ones(5), 0 * one, one)
        assert np.array_equal(single.x[0], batch.x[k])
        assert np.array_equal(single.reserve[0], batch.reserve[k])


def test_a_start_saves_steps_and_not_accuracy():
    matrix, target = leg_like(300, seed=5)
    one = np.ones(40)
    cold = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    weaker = matrix * np.where(np.arange(40) < 2, 0.5, 1.0)
    again = dual_newton.share(weaker, target, one, np.ones(5), 0 * one, one)
    warm = dual_newton.share(weaker, target, one, np.ones(5), 0 * one, one, start=cold.multiplier)
    np.testing.assert_allclose(warm.x, again.x, atol=1e-9)
    assert warm.steps.mean() < 0.8 * again.steps.mean()


def test_many_problems_with_uneven_strength_all_converge():
    # strengths over four decades and moments far beyond what they can carry
    rng = np.random.default_rng(6)
    matrix, target = leg_like(20_000, seed=6, effort=2.0)
    matrix *= 10.0 ** rng.uniform(-4.0, 0.0, (20_000, 1, 40))
    one = np.ones(40)
    answer = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    assert (answer.status == dual_newton.SOLVED).all()
    assert answer.steps.mean() < 10


def test_a_problem_that_is_not_finite_leaves_the_others_whole():
    matrix, target = leg_like(5, seed=7)
    one = np.ones(40)
    whole = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    target[1, 2] = np.nan
    matrix[3, 0, 0] = np.inf
    answer = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one)
    assert answer.status.tolist() == [0, dual_newton.NOT_FINITE, 0, dual_newton.NOT_FINITE, 0]
    assert np.isnan(answer.x[[1, 3]]).all()
    assert np.array_equal(answer.x[[0, 2, 4]], whole.x[[0, 2, 4]])


def test_a_problem_that_cannot_reach_its_tolerance_says_so():
    matrix, target = leg_like(3, seed=8)
    one = np.ones(40)
    answer = dual_newton.share(matrix, target, one, np.ones(5), 0 * one, one, tolerance=0.0)
    assert (answer.status == dual_newton.NOT_CONVERGED).any()
    assert answer.residual.max() < 1e-9


@pytest.mark.parametrize(
    ("weight", "reserve", "lower"), [(0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, -1.0, 0.0), (1.0, 1.0, 2.0)]
)
def test_senseless_settings_are_refused(weight, reserve, lower):
    one = np.ones(40)
    with pytest.raises(ValueError, match=r"positive|bound"):
        dual_newton.share(*leg_like(1), weight * one, reserve * np.ones(5), lower * one, one)
