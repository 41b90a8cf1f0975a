"""The low-pass filter against its definition."""

import numpy as np
import pytest

from psoas.engine.filtering import low_pass
from psoas.errors import InputError

TIME = np.arange(1000) / 100.0
MIDDLE = slice(300, 700)


def passed(frequency_hz: float, cutoff_hz: float = 6.0) -> tuple[float, float]:
    """Gain and delay (rad) of a sine in the middle of a long curve."""
    wave = np.exp(2j * np.pi * frequency_hz * TIME)
    smooth = low_pass(TIME, np.column_stack([wave.real, wave.imag]), cutoff_hz)
    ratio = np.mean((smooth[:, 0] + 1j * smooth[:, 1])[MIDDLE] / wave[MIDDLE])
    return float(np.abs(ratio)), float(np.angle(ratio))


def test_half_power_at_the_cutoff_without_delay() -> None:
    gain, delay = passed(6.0)
    assert gain == pytest.approx(np.sqrt(0.5), abs=1e-3)
    assert delay == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("frequency_hz", [1.0, 4.0, 12.0, 24.0])
def test_the_gain_is_butterworths_twice(frequency_hz: float) -> None:
    warped = np.tan(np.pi * frequency_hz / 100.0) / np.tan(np.pi * 6.0 / 100.0)
    assert passed(frequency_hz)[0] == pytest.approx(1.0 / (1.0 + (np.sqrt(2.0) - 1.0) * warped**4), abs=1e-4)


def test_a_straight_line_stays_to_its_ends() -> None:
    line = np.column_stack([3.0 + 2.0 * TIME, np.full(len(TIME), -1.0)])
    assert low_pass(TIME, line, 6.0) == pytest.approx(line, abs=1e-6)


def test_nothing_to_filter_is_left_alone() -> None:
    rng = np.random.default_rng(0)
    assert np.array_equal(low_pass(TIME[:3], v := rng.normal(size=(3, 2)), 6.0), v)
    slow_clock = np.arange(20) / 11.0
    assert np.array_equal(low_pass(slow_clock, v := rng.normal(size=(20, 2)), 6.0), v)


def test_a_cutoff_has_to_be_positive() -> None:
    with pytest.raises(InputError, match="filters nothing"):
        low_pass(TIME, np.zeros((1000, 1)), 0.0)
