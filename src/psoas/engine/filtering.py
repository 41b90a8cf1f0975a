"""Smoothing of recorded curves without delay."""

import math

import numpy as np
from jaxtyping import Float
from scipy.signal import butter, sosfiltfilt

from psoas.errors import InputError

POSTURE_CUTOFF_HZ = 6.0  # the peer's habit for walking (OpenSim's examples); Winter 2009 found 4 to 8 Hz
_PASSES = 2  # forwards and backwards
_STEADY_S = 0.5  # the curve is continued by its own odd reflection over about this time at both ends


def low_pass(
    time_s: Float[np.ndarray, "time"], value: Float[np.ndarray, "time column"], cutoff_hz: float
) -> Float[np.ndarray, "time column"]:
    """Butterworth, second order forwards and backwards: fourth in all, no delay, -3 dB at `cutoff_hz`.

    The cutoff of each pass is raised by (sqrt(2) - 1)^(-1/4) on the warped frequency scale of the bilinear
    transform, so that both together have the one asked for at any sampling rate (Winter 2009, Biomechanics
    and Motor Control of Human Movement, section 3.4.4.2). A curve too short to filter, or sampled so slowly
    that there is nothing above the cutoff, is returned as it is. Raises InputError where the cutoff is not
    positive.
    """
    if not cutoff_hz > 0.0:
        raise InputError(
            f"A cutoff of {cutoff_hz:g} Hz filters nothing.",
            "cutoff",
            "Give a positive frequency, 6 for walking.",
        )
    if len(time_s) < 4:
        return value
    rate_hz = (len(time_s) - 1) / float(time_s[-1] - time_s[0])
    if cutoff_hz >= rate_hz / 2.0:
        return value
    warped = math.tan(math.pi * cutoff_hz / rate_hz) / (2.0 ** (1.0 / _PASSES) - 1.0) ** 0.25
    single_hz = rate_hz / math.pi * math.atan(warped)
    sections = butter(2, single_hz, fs=rate_hz, output="sos")
    reflected = min(len(time_s) - 1, math.ceil(_STEADY_S * rate_hz))
    smooth: Float[np.ndarray, "time column"] = sosfiltfilt(sections, value, axis=0, padlen=reflected)
    return smooth
