"""Many small bounded least-squares problems at once: redundant equations, shared as cheaply as they allow.

    minimise    1/2 sum_j weight_j x_j^2  +  1/2 sum_i (r_i / reserve_i)^2
    subject to  A x + r = b,    lower <= x <= upper

The dual has one unknown a row. At multiplier y every variable answers on its own,
x_j = clip((A^T y)_j / weight_j, lower_j, upper_j), and r = reserve^2 y, so the dual gradient is
A x + r - b and its generalised Hessian A D A^T + diag(reserve^2), where D keeps the variables strictly
between their bounds. The gradient is piecewise linear: a semismooth Newton step on the right set of free
variables is exact, and an Armijo search on the convex dual makes the method converge from anywhere
(Qi & Sun 1993, doi:10.1007/BF01581275, for the Newton method; each step here factors a 5 x 5 matrix).

Every problem is solved by itself, so a batch gives bit by bit what a loop gives.
"""

from dataclasses import dataclass
from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

SOLVED, NOT_CONVERGED, NOT_FINITE = 0, 1, 2

_MOST_STEPS = 1000
_MOST_HALVINGS = 40
_REASSOCIATE = {
    "reassoc",
    "contract",
    "nsz",
}  # lets the inner products use vector registers; keeps NaN and inf


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """The minimisers. `multiplier` is the dual answer: pass it as `start` of a neighbouring problem.

    `residual` is the largest |A x + r - b|. `status` is 0 solved, 1 not converged, 2 not finite; the
    numbers of a problem that is not finite are NaN.
    """

    x: Float[np.ndarray, "problem variable"]
    reserve: Float[np.ndarray, "problem row"]
    multiplier: Float[np.ndarray, "problem row"]
    residual: Float[np.ndarray, "problem"]
    steps: Int[np.ndarray, "problem"]
    status: Int[np.ndarray, "problem"]


def share(
    matrix: Float[np.ndarray, "problem row variable"],
    target: Float[np.ndarray, "problem row"],
    weight: Float[np.ndarray, "variable"],
    reserve: Float[np.ndarray, "row"],
    lower: Float[np.ndarray, "variable"],
    upper: Float[np.ndarray, "variable"],
    *,
    start: Float[np.ndarray, "problem row"] | None = None,
    tolerance: float = 1e-10,
) -> Shares:
    """Solve every problem; `weight` and `reserve` are positive, `lower` is nowhere above `upper`.

    A problem is solved when |A x + r - b| <= tolerance * max(1, |b|) in every row.
    """
    if not (np.all(weight > 0) and np.all(reserve > 0)):
        raise ValueError("weights and reserves have to be positive")
    if not np.all(lower <= upper):
        raise ValueError("a lower bound stands above its upper bound")
    problems, rows, variables = matrix.shape
    y = np.zeros((problems, rows)) if start is None else np.array(start)
    x = np.empty((problems, variables))
    residual = np.empty(problems)
    steps = np.empty(problems, np.int64)
    status = np.empty(problems, np.int64)
    _newton(
        np.ascontiguousarray(matrix),
        np.ascontiguousarray(target),
        np.ascontiguousarray(weight),
        reserve**2,
        np.ascontiguousarray(lower),
        np.ascontiguousarray(upper),
        tolerance,
        start is None,
        y,
        x,
        residual,
        steps,
        status,
    )
    return Shares(x, reserve**2 * y, y, residual, steps, status)


@no_type_check
@numba.njit(cache=True, nogil=True)
def _newton(
    matrix,
    target,
    weight,
    squared_reserve,
    lower,
    upper,
    tolerance,
    cold,
    y,
    x,
    residual,
    steps,
    status,
):
    """The loop over problems; fills y, x, residual, steps and status in place."""
    rows, variables = matrix.shape[1:]
    vectors, short, hessian = np.empty((4, variables)), np.empty((2, rows)), np.empty((rows, rows))
    for k in range(len(matrix)):
        if _finite(matrix[k], target[k], y[k]):
            steps[k], residual[k], solved = _solve(
                matrix[k],
                target[k],
                weight,
                squared_reserve,
                lower,
                upper,
                tolerance,
                cold,
                y[k],
                x[k],
                vectors,
                short,
                hessian,
            )
            status[k] = SOLVED if solved else NOT_CONVERGED
        else:
            x[k], y[k], residual[k], steps[k], status[k] = np.nan, np.nan, np.nan, 0, NOT_FINITE


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _finite(matrix, target, y):
    """Whether every number of a problem is finite: sums keep NaN and infinity, and need no copy."""
    total = 0.0
    for i in range(y.size):
        total += abs(target[i]) + abs(y[i])
        for j in range(matrix.shape[1]):
            total += abs(matrix[i, j])
    return np.isfinite(total)


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _solve(
    matrix,
    target,
    weight,
    squared_reserve,
    lower,
    upper,
    tolerance,
    cold,
    y,
    x,
    vectors,
    short,
    hessian,
):
    """One problem: fills y and x in place, gives steps, residual and whether it is solved."""
    rows, variables = matrix.shape
    z, dz, free, masked = vectors[0], vectors[1], vectors[2], vectors[3]
    gradient, step = short[0], short[1]
    scale = 1.0
    for i in range(rows):
        scale = max(scale, abs(target[i]))
    if cold:  # from where the answer would be, had the variables no bounds
        for j in range(variables):
            free[j] = 1.0 / weight[j]
        for i in range(rows):
            gradient[i] = -target[i]
        _metric(matrix, free, squared_reserve, masked, hessian)
        _descend(hessian, gradient, y)
    _combine(matrix, y, z)
    here = _dual(0.0, z, z, y, y, weight, squared_reserve, lower, upper, target)
    for n in range(_MOST_STEPS + 1):
        for j in range(variables):
            wanted = z[j] / weight[j]
            x[j] = min(max(wanted, lower[j]), upper[j])
            free[j] = 1.0 / weight[j] if lower[j] < wanted < upper[j] else 0.0
        residual = 0.0
        for i in range(rows):
            row = squared_reserve[i] * y[i] - target[i]
            for j in range(variables):
                row += matrix[i, j] * x[j]
            gradient[i] = row
            residual = max(residual, abs(row))
        if residual <= tolerance * scale:
            return n, residual, True
        _metric(matrix, free, squared_reserve, masked, hessian)
        _descend(hessian, gradient, step)
        _combine(matrix, step, dz)
        t, here = _armijo(here, z, dz, y, step, gradient, weight, squared_reserve, lower, upper, target)
        for i in range(rows):
            y[i] += t * step[i]
        for j in range(variables):
            z[j] += t * dz[j]
    return _MOST_STEPS, residual, False


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _metric(matrix, free, squared_reserve, masked, hessian):
    """Lower triangle of matrix diag(free) matrix^T + diag(squared_reserve), in place."""
    rows, variables = matrix.shape
    for i in range(rows):
        for j in range(variables):
            masked[j] = matrix[i, j] * free[j]
        for q in range(i + 1):
            entry = 0.0
            for j in range(variables):
                entry += masked[j] * matrix[q, j]
            hessian[i, q] = entry
        hessian[i, i] += squared_reserve[i]


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _combine(matrix, y, z):
    """z = matrix^T y, in place; rows two by two, which halves the traffic through z."""
    rows = y.size
    for j in range(z.size):
        z[j] = matrix[0, j] * y[0]
    for i in range(1, rows - 1, 2):
        for j in range(z.size):
            z[j] += matrix[i, j] * y[i] + matrix[i + 1, j] * y[i + 1]
    if rows % 2 == 0:
        for j in range(z.size):
            z[j] += matrix[rows - 1, j] * y[rows - 1]


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _dual(t, z, dz, y, p, weight, squared_reserve, lower, upper, target):
    """Value of the dual function at y + t p, where A^T (y + t p) = z + t dz."""
    value = 0.0
    for j in range(z.size):
        zj = z[j] + t * dz[j]
        xj = min(max(zj / weight[j], lower[j]), upper[j])
        value += xj * (zj - 0.5 * weight[j] * xj)
    for i in range(y.size):
        yi = y[i] + t * p[i]
        value += yi * (0.5 * squared_reserve[i] * yi - target[i])
    return value


@no_type_check
@numba.njit(cache=True, nogil=True, fastmath=_REASSOCIATE, error_model="numpy")
def _armijo(here, z, dz, y, p, gradient, weight, squared_reserve, lower, upper, target):
    """Longest step 1, 1/2, 1/4 ... that lowers the dual by a ten-thousandth of what its slope promises.

    Gives the step and the value there; `here` is the value at y.
    """
    slope = 0.0
    for i in range(y.size):
        slope += gradient[i] * p[i]
    t, there = 1.0, here
    for _ in range(_MOST_HALVINGS):
        there = _dual(t, z, dz, y, p, weight, squared_reserve, lower, upper, target)
        if there <= here + 1e-4 * t * slope + 1e-13 * abs(here):  # the last term: rounding near the minimum
            break
        t *= 0.5
    return t, there


@no_type_check
@numba.njit(cache=True, nogil=True, error_model="numpy")
def _descend(hessian, gradient, step):
    """step = -hessian^-1 gradient by L D L^T, in place of the lower triangle of `hessian`.

    The diagonal ends up holding 1 / D: one division a row is all there is.
    """
    rows = gradient.size
    for i in range(rows):
        pivot = hessian[i, i]
        for q in range(i):
            entry = hessian[i, q]  # L D so far
            for c in range(q):
                entry -= hessian[i, c] * hessian[q, c]
            hessian[i, q] = entry
        for q in range(i):
            entry = hessian[i, q]
            hessian[i, q] = entry * hessian[q, q]
            pivot -= entry * hessian[i, q]
        hessian[i, i] = 1.0 / pivot
    for i in range(rows):
        entry = -gradient[i]
        for c in range(i):
            entry -= hessian[i, c] * step[c]
        step[i] = entry
    for i in range(rows - 1, -1, -1):
        entry = step[i] * hessian[i, i]
        for c in range(i + 1, rows):
            entry -= hessian[c, i] * step[c]
        step[i] = entry
