"""Joint functions of the tables as piecewise polynomials, with OpenSim's own splines."""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PPoly
from scipy.linalg import solve_banded

from psoas.engine.body_tables import Function


def piecewise(function: Function) -> PPoly:
    """The function as a scipy PPoly: value, slope and curvature everywhere, also outside the knots."""
    if function.kind == "simm_spline":
        return _simm_spline(np.array(function.x), function.scale * np.array(function.y))
    coefficients = function.scale * np.array(function.y)
    return PPoly(coefficients[:, None], [0.0, 1.0])  # one piece in powers of x; PPoly continues it outside


def straight_between(x: Float[np.ndarray, "knot"], y: Float[np.ndarray, "knot"]) -> PPoly:
    """Straight lines between knots, level outside them."""
    lines = np.array([np.diff(y) / np.diff(x), y[:-1]])
    before, after = np.array([[0.0], [y[0]]]), np.array([[0.0], [y[-1]]])
    return PPoly(np.hstack([before, lines, after]), np.r_[x[0] - 1.0, x, x[-1] + 1.0])


def _simm_spline(x: Float[np.ndarray, "knot"], y: Float[np.ndarray, "knot"]) -> PPoly:
    """Cubic spline of SIMM and OpenSim, straight outside its knots.

    Forsythe, Malcolm and Moler (1977, Computer Methods for Mathematical Computations): the third derivative
    in the first and last interval is that of the cubic through the four outermost knots.
    """
    n, h = len(x), np.diff(x)
    divided = np.diff(y) / h
    second = np.diff(divided) / (x[2:] - x[:-2])
    third = np.diff(second) / (x[3:] - x[:-3])
    # Unknowns m are a sixth of the second derivative at the knots; one row a knot, three diagonals.
    diagonal = np.r_[-h[0], 2.0 * (h[:-1] + h[1:]), -h[-1]]
    right = np.r_[h[0] ** 2 * third[0], np.diff(divided), -(h[-1] ** 2) * third[-1]]
    bands = np.zeros((3, n))
    bands[0, 1:], bands[1], bands[2, :-1] = h, diagonal, h
    m = solve_banded((1, 1), bands, right)
    slope = divided - h * (2.0 * m[:-1] + m[1:])
    cubic = np.array([np.diff(m) / h, 3.0 * m[:-1], slope, y[:-1]])
    end_slope = divided[-1] + h[-1] * (m[-2] + 2.0 * m[-1])
    before = [0.0, 0.0, slope[0], y[0] - slope[0]]
    after = [0.0, 0.0, end_slope, y[-1]]
    return PPoly(np.column_stack([before, cubic, after]), np.r_[x[0] - 1.0, x, x[-1] + 1.0])
