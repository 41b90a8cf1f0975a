"""Fits the passive curves of both published bodies to measured moments; prints the table and the misfit.

python tools/fit_passive.py > src/psoas/engine/body_data/passive_calibration.csv
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from scipy.optimize import least_squares

from psoas.engine.body import load_body
from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL, published_tables
from psoas.engine.deep_rotators import with_deep_rotators
from psoas.engine.lumbar import with_lumbar_spine, with_psoas_fascicles
from psoas.engine.measured_moments import measured_curves
from psoas.engine.muscle_table import muscle_table, tendons_of
from psoas.engine.passive_calibration import FITTED, let_out
from psoas.engine.passive_moments import passive_moment, posed

SPREAD = 0.15  # optimal fibre lengths: how far a group may believably be let out


def misfit(model: str) -> Callable[[np.ndarray], np.ndarray]:
    """Of the fitted numbers: what the body misses, in spreads of the measurement, then of the prior."""
    body = load_body(model=model, passive="published")
    curves = [(c, posed(body, c.posture_rad)) for c in measured_curves()]

    def residuals(x: np.ndarray) -> np.ndarray:
        by: Mapping[str, float] = dict(zip(FITTED, x, strict=True))
        tables = with_deep_rotators(let_out(published_tables(model), by))
        whole = with_psoas_fascicles(with_lumbar_spine(tables, "rhythm"))
        muscles = muscle_table(whole, tendons_of(tables))
        relaxed = replace(body, muscles=muscles, passive="calibrated")
        off = [
            (passive_moment(relaxed, c.joint, c.posture_rad, paths) - c.moment_nm) / c.spread_nm
            for c, paths in curves
        ]
        return np.concatenate([*off, x / SPREAD])

    return residuals


def main() -> None:
    print("model,group,let_out")
    for model in (DEFAULT_MODEL, SECOND_MODEL):
        fit = least_squares(misfit(model), np.zeros(len(FITTED)), diff_step=1e-3, x_scale=SPREAD)
        deviation = np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac)))
        for group, x, sd in zip(FITTED, fit.x, deviation, strict=True):
            print(f"{model},{group},{x:.4f}")
            print(f"{model}: {group} {x:+.3f}, SD {sd:.3f}", file=sys.stderr)
        off = fit.fun[: -len(FITTED)]
        print(f"{model}: misfit {np.sqrt(np.mean(off**2)):.2f} spreads of the measurement", file=sys.stderr)


if __name__ == "__main__":
    main()
