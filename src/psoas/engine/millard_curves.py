"""Muscle curves of Millard, Uchida, Seth and Delp (2013, J Biomech Eng 135:021005, doi:10.1115/1.4023390).

Each curve is a chain of quintic Bezier corners between points of known position and slope. The numbers of
a curve are its parameters in the tables; here they become samples.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import comb

from psoas.engine.body_tables import ActiveCurve, PassiveCurve, VelocityCurve

BEZIER_SAMPLES = (
    400  # a corner; linear interpolation between them errs by less than 1e-5 of the maximal force
)
Knot = tuple[float, float, float]  # x, y, slope


def active_force_length(
    curve: ActiveCurve, length: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Active force over maximal force at fibre length over optimal fibre length."""
    x0, x1, x2, x3 = curve.shortest, curve.transition, 1.0, curve.longest
    plateau = 0.05 * x2
    slope = curve.shallow_slope
    y1 = 1.0 - slope * (x2 - plateau - x1)
    shoulder = x1 + 0.5 * (x2 - plateau - x1)
    descent = x2 + plateau
    knots = [
        (x0, curve.floor, 0.0),
        (0.5 * (x0 + x1), 0.5 * y1, 1.25 * y1 / (x1 - x0)),
        (shoulder, 0.5 * (1.0 + y1), slope),
        (x2, 1.0, 0.0),
        (0.5 * (descent + x3), 0.5, -1.0 / (x3 - plateau - descent)),
        (x3, curve.floor, 0.0),
    ]
    return _curve(knots, [1.0] * 5, length)


def passive_force_length(
    curve: PassiveCurve, length: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Passive force over maximal force at fibre length over optimal length; a straight line beyond one."""
    zero, one = 1.0 + curve.strain_at_zero_force, 1.0 + curve.strain_at_one_norm_force
    toe = min(0.1 / curve.stiffness_at_one_norm_force, 0.1 * (one - zero))
    low = zero + toe
    knots = [
        (zero, 0.0, 0.0),
        (low, curve.stiffness_at_low_force * 0.5 * toe, curve.stiffness_at_low_force),
        (one, 1.0, curve.stiffness_at_one_norm_force),
    ]
    return _curve(knots, [curve.curviness] * 2, length)


def force_velocity(
    curve: VelocityCurve, velocity: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Force multiplier at fibre velocity over maximal velocity (lengthening positive)."""
    near_c = 0.5 * 0.1 * (curve.concentric_slope_near_vmax + curve.concentric_slope_at_vmax)
    near_e = curve.eccentric_plateau - 0.5 * 0.1 * (
        curve.eccentric_slope_near_vmax + curve.eccentric_slope_at_vmax
    )
    knots = [
        (-1.0, 0.0, curve.concentric_slope_at_vmax),
        (-0.9, near_c, curve.concentric_slope_near_vmax),
        (0.0, 1.0, curve.isometric_slope),
        (0.9, near_e, curve.eccentric_slope_near_vmax),
        (1.0, curve.eccentric_plateau, curve.eccentric_slope_at_vmax),
    ]
    return _curve(knots, [curve.concentric_curviness] * 2 + [curve.eccentric_curviness] * 2, velocity)


def _curve(
    knots: list[Knot], curviness: list[float], x: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Samples of a chain of corners, continued as a straight line at both ends."""
    corners = [_corner(a, b, c) for a, b, c in zip(knots[:-1], knots[1:], curviness, strict=True)]
    chain_x = np.concatenate([c[0] for c in corners])
    chain_y = np.concatenate([c[1] for c in corners])
    inside = np.interp(x, chain_x, chain_y)
    (x0, y0, s0), (x1, y1, s1) = knots[0], knots[-1]
    return np.where(x < x0, y0 + s0 * (x - x0), np.where(x > x1, y1 + s1 * (x - x1), inside))


def _corner(
    a: Knot, b: Knot, curviness: float
) -> tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "sample"]]:
    """Quintic Bezier between two knots; its inner control points lie towards where the end tangents meet."""
    (xa, ya, sa), (xb, yb, sb) = a, b
    x_meet = 0.5 * (xa + xb) if abs(sa - sb) < 1e-12 else (yb - ya - xb * sb + xa * sa) / (sa - sb)
    y_meet = yb + (x_meet - xb) * sb
    bend = 0.1 + 0.8 * curviness
    control = np.array(
        [[xa, ya]]
        + [[xa + bend * (x_meet - xa), ya + bend * (y_meet - ya)]] * 2
        + [[xb + bend * (x_meet - xb), yb + bend * (y_meet - yb)]] * 2
        + [[xb, yb]]
    )
    u = np.linspace(0.0, 1.0, BEZIER_SAMPLES)[:, None]
    k = np.arange(6)
    x, y = ((comb(5, k) * u**k * (1.0 - u) ** (5 - k)) @ control).T
    return x, y
