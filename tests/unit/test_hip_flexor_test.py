"""Back from angles to shortness: people who are not the estimator's own, wrong priors, missing tilt."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from psoas.engine.hanging_leg import people
from psoas.engine.hip_flexor_test import Prior, ThomasEstimate, ThomasReading, rest_angles, thomas_estimate
from psoas.errors import InputError

pytestmark = pytest.mark.xdist_group("thomas")
COUNT = 1000


@lru_cache(maxsize=1)
def strangers() -> tuple[dict[str, np.ndarray], tuple[ThomasReading, ...]]:
    """1,000 people by other laws than the estimator's: uniform and beta, where it believes in normal ones."""
    rng = np.random.default_rng(11)
    truth = {
        "iliopsoas_shortness": 0.25 * rng.beta(1.2, 2.0, COUNT),
        "rectus_shortness": 0.25 * rng.beta(1.2, 2.0, COUNT),
        "tilt_rad": np.radians(rng.uniform(5.0, 25.0, COUNT)),
        "mass": rng.uniform(0.7, 1.4, COUNT),
        "shank_length": rng.uniform(0.92, 1.08, COUNT),
        "flexor_stiffness": rng.uniform(0.6, 1.5, COUNT),
        "rectus_stiffness": rng.uniform(0.6, 1.5, COUNT),
        "ligament": rng.uniform(0.5, 1.6, COUNT),
        "iliopsoas_slack": rng.uniform(-0.03, 0.03, COUNT),
        "rectus_slack": rng.uniform(-0.008, 0.008, COUNT),
    }
    thigh, knee = rest_angles(people(COUNT, **truth))
    error = np.radians(rng.normal(0.0, [[3.0], [3.0], [5.0]], (3, COUNT)))
    readings = tuple(
        ThomasReading(float(a), float(b), float(t))
        for a, b, t in zip(thigh + error[0], knee + error[1], truth["tilt_rad"] + error[2], strict=True)
    )
    return truth, readings


def answered(prior: Prior) -> tuple[dict[str, np.ndarray], list[ThomasEstimate]]:
    """Those whom the estimator answers; it refuses angles that none of its people has."""
    truth, readings = strangers()
    kept, estimates = [], []
    for i, reading in enumerate(readings):
        try:
            estimates.append(thomas_estimate(reading, prior))
        except InputError:
            continue
        kept.append(i)
    return {name: value[kept] for name, value in truth.items()}, estimates


def figures(prior: Prior, muscle: str, name: str) -> tuple[float, float, int]:
    truth, estimates = answered(prior)
    value = [getattr(e, muscle) for e in estimates]
    low, high, mean = (np.array([getattr(v, k) for v in value]) for k in ("low", "high", "mean"))
    true = truth[name]
    covered = float(((low <= true) & (true <= high)).mean())
    return covered, float(100.0 * np.abs(mean - true).mean()), len(value)


@pytest.mark.parametrize(
    ("off", "least", "most", "error"),
    [(0.0, 0.88, 0.95, 4.0), (-0.05, 0.84, 0.95, 4.5), (0.05, 0.88, 0.95, 4.5)],
)
@pytest.mark.parametrize(
    ("muscle", "name"), [("iliopsoas", "iliopsoas_shortness"), ("rectus_femoris", "rectus_shortness")]
)
def test_intervals_cover_strangers(
    off: float, least: float, most: float, error: float, muscle: str, name: str
) -> None:
    """Aim: 88 to 92 % and 4 points. What is reached stands in docs/explanation/thomas.md."""
    prior = Prior(mean=0.094 + off)
    covered, mean_error, count = figures(prior, muscle, name)
    print(f"{muscle} prior {off:+.2f}: covered {covered:.3f}, error {mean_error:.2f}, answered {count}")
    assert count >= 0.99 * COUNT
    assert least <= covered <= most
    assert mean_error <= error


def test_clear_cases_are_told_apart() -> None:
    truth, estimates = answered(Prior())
    difference = truth["rectus_shortness"] - truth["iliopsoas_shortness"]
    clear = np.abs(difference) >= 0.10
    more = np.array([e.rectus_more > 0.5 for e in estimates])
    right = (more == (difference > 0.0))[clear]
    assert clear.sum() > 150
    assert right.mean() >= 0.95


READING = ThomasReading(np.radians(-5.0), np.radians(60.0), np.radians(15.0))


@pytest.mark.parametrize("thigh", [-20.0, -5.0, 10.0])
def test_missing_tilt_widens_and_says_why(thigh: float) -> None:
    reading = replace(READING, thigh_rad=float(np.radians(thigh)))
    seen, unseen = thomas_estimate(reading), thomas_estimate(replace(reading, tilt_rad=None))
    assert unseen.iliopsoas.high - unseen.iliopsoas.low > 1.05 * (seen.iliopsoas.high - seen.iliopsoas.low)
    assert any("pelvis" in note for note in unseen.notes)
    assert not any("pelvis" in note for note in seen.notes)


@pytest.mark.parametrize("field", ["thigh_error_rad", "tilt_error_rad"])
def test_a_larger_error_never_narrows(field: str) -> None:
    width = [
        e.iliopsoas.high - e.iliopsoas.low
        for scale in (1.0, 1.5, 2.0, 3.0)
        for e in (thomas_estimate(replace(READING, **{field: scale * getattr(READING, field)})),)
    ]
    assert (np.diff(width) > -0.002).all()


def test_a_higher_thigh_is_a_shorter_iliopsoas() -> None:
    mean = [
        thomas_estimate(replace(READING, thigh_rad=float(np.radians(a)))).iliopsoas.mean
        for a in range(-25, 21, 5)
    ]
    assert (np.diff(mean) > 0.0).all()


def test_a_straighter_knee_is_a_shorter_rectus() -> None:
    mean = [
        thomas_estimate(replace(READING, knee_rad=float(np.radians(a)))).rectus_femoris.mean
        for a in range(80, 25, -5)
    ]
    assert (np.diff(mean) > 0.0).all()


def test_average_athlete_is_not_called_short() -> None:
    estimate = thomas_estimate(ThomasReading(np.radians(-11.9), np.radians(52.5), np.radians(15.0)))
    assert estimate.iliopsoas.verdict == "cannot tell"


def test_an_impossible_leg_is_refused() -> None:
    with pytest.raises(InputError, match="rests like that"):
        thomas_estimate(ThomasReading(np.radians(60.0), np.radians(2.0), 0.0))


def test_psoas_and_iliacus_are_not_separated() -> None:
    assert any("psoas from iliacus" in note for note in thomas_estimate(READING).notes)
