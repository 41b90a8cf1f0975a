"""The tendon's law, and the passive curve of a relaxed fibre together with its tendon.

Exponential tendon of De Groote et al. 2016 (doi:10.1007/s10439-016-1591-9) with its toe at slack length,
f = 0.2 (exp(k strain) - 1): a closed form, so an outer iteration has no inner one.
"""

import numpy as np
from jaxtyping import Float

_STRAIN_AT_MAX_FORCE = 0.049  # default of the published model's tendon curve (Millard et al. 2013)
_RATE = np.log(6.0) / _STRAIN_AT_MAX_FORCE


def strain(force: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Strain of a tendon under a force given in maximal isometric forces; 4.9 % at one, 0 below 0."""
    return np.asarray(np.log1p(5.0 * np.maximum(force, 0.0)) / _RATE)


def relaxed_with_tendon(
    length: Float[np.ndarray, "sample"],
    passive: Float[np.ndarray, "muscle sample"],
    tendon_per_fibre: Float[np.ndarray, "muscle"],
    pennation_rad: Float[np.ndarray, "muscle"],
) -> Float[np.ndarray, "muscle sample"]:
    """The passive curves as they are seen where the tendon is taken for rigid.

    A relaxed fibre and its tendon carry one force, so the tendon gives and the fibre is shorter than the
    path says. What is returned is the force over maximal force, at the length (in optimal fibre lengths, as
    `length`) that the fibre would have if the tendon were rigid. `tendon_per_fibre` is tendon slack length
    over optimal fibre length. Exact while the muscle is relaxed; an active one has an even shorter fibre.
    """
    width = np.sin(pennation_rad)[:, None]
    along = np.sqrt(np.maximum(length**2 - width**2, 0.0))
    pull = passive * along / length
    stretched = along + tendon_per_fibre[:, None] * strain(pull)
    seen = np.maximum(np.sqrt(stretched**2 + width**2), length)
    force = np.where(stretched > 0.0, pull * seen / np.maximum(stretched, 1e-9), 0.0)
    return np.array([np.interp(length, x, f) for x, f in zip(seen, force, strict=True)])
