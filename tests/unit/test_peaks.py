"""Peaks: known bumps at known times of known cycles come out as told, flanks and cuts do not."""

import numpy as np
import pytest

from psoas.engine.peaks import peaks, percent, resultant_n
from psoas.engine.types import (
    Analysis,
    ContactForces,
    Coordinates,
    GaitEvents,
    MuscleGeometry,
    Provenance,
    Quality,
    Subject,
)
from psoas.units import body_weight_n

MASS_KG = 70.0


def bumps(time_s: np.ndarray, *at: tuple[float, float]) -> np.ndarray:
    """Smooth bumps of 0.04 s width: (time, height in body weights)."""
    return sum((h * np.exp(-(((time_s - t) / 0.04) ** 2)) for t, h in at), np.zeros_like(time_s))


def contact(time_s: np.ndarray, bw: np.ndarray) -> ContactForces:
    force = np.zeros((len(time_s), 3))
    force[:, 1] = -0.8 * bw * body_weight_n(MASS_KG)
    force[:, 0] = 0.6 * bw * body_weight_n(MASS_KG)
    return ContactForces("tibiofemoral", "r", time_s, force)


def analysis(time_s: np.ndarray, published_body, movement: str = "gait") -> Analysis:  # type: ignore[no-untyped-def]
    """Cycles of 1 s from 0 s, toe-off at 0.6 s of each."""
    contacts = np.array([0.0, 1.0, 2.0])
    events = (GaitEvents("r", contacts, contacts[:2] + 0.6), GaitEvents("l", contacts - 0.5, contacts + 0.1))
    geometry = MuscleGeometry(
        time_s, np.zeros((len(time_s), 0)), np.zeros((len(time_s), 0)), np.zeros((len(time_s), 0, 0)), ()
    )
    return Analysis(
        subject=Subject(MASS_KG),
        body=published_body,
        trial="made",
        movement=movement,  # type: ignore[arg-type]
        window_s=(float(time_s[0]), float(time_s[-1])),
        rate_hz=100.0,
        coordinates=Coordinates(time_s, np.zeros((len(time_s), 0)), ()),
        moments=None,
        solved=(),
        band=(),
        events=events,
        quality=Quality("good", ()),
        provenance=Provenance("0", "0", {}, {}, "none"),
        geometry=geometry,
    )


@pytest.fixture(scope="module")
def published_body():  # type: ignore[no-untyped-def]
    from psoas.engine.body import load_body

    return load_body()


def test_each_phase_has_its_bump(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 1.001, 0.01)
    found = peaks(
        analysis(time_s, published_body), contact(time_s, bumps(time_s, (0.15, 2.5), (0.48, 3.0), (0.9, 0.5)))
    )
    assert [(p.phase, round(p.percent), round(p.bw, 2)) for p in found] == [
        ("early_stance", 15, 2.5),
        ("late_stance", 48, 3.0),
        ("swing", 90, 0.5),
    ]
    assert found[0].n == pytest.approx(2.5 * body_weight_n(MASS_KG), rel=1e-3)


def test_the_flank_of_the_late_peak_is_no_early_peak(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 1.001, 0.01)
    load = bumps(time_s, (0.12, 2.0)) + 3.4 * np.exp(-(((time_s - 0.42) / 0.14) ** 2))
    early, late, _ = peaks(analysis(time_s, published_body), contact(time_s, load))
    flank = load[time_s <= 0.3].max()
    assert flank > early.bw, "the case is made so that the flank at half of stance is higher"
    assert round(early.percent) <= 14 and round(late.percent) == 42


def test_a_ripple_on_a_falling_flank_is_no_peak(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 1.001, 0.01)
    load = np.interp(time_s, [0.0, 0.3, 0.6, 1.0], [0.0, 3.0, 0.5, 0.0]) + bumps(time_s, (0.5, 0.3))
    late = peaks(analysis(time_s, published_body), contact(time_s, load))[1]
    assert round(late.percent) in (30, 31)


def test_of_two_steps_the_larger_counts_and_a_cut_phase_not(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 1.401, 0.01)
    load = bumps(time_s, (0.15, 2.0), (0.45, 3.0), (1.15, 2.2)) + np.where(time_s > 1.35, 9.0, 0.0)
    found = {p.phase: p for p in peaks(analysis(time_s, published_body), contact(time_s, load))}
    assert round(found["early_stance"].bw, 1) == 2.2
    assert round(found["late_stance"].bw, 1) == 3.0, "the last frames rise into a phase that was not recorded"


def test_who_does_not_walk_has_one_peak(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 2.001, 0.01)
    made = analysis(time_s, published_body, "other")
    (only,) = peaks(made, contact(time_s, bumps(time_s, (0.5, 2.0), (1.5, 2.5))))
    assert (only.phase, round(only.percent), round(only.bw, 2)) == ("peak", 75, 2.5)
    assert percent(made, "r")[[0, -1]].tolist() == [0.0, 100.0]


def test_frames_that_were_not_solved_are_no_peak(published_body) -> None:  # type: ignore[no-untyped-def]
    time_s = np.arange(0.0, 1.001, 0.01)
    load = bumps(time_s, (0.15, 2.5), (0.48, 3.0))
    load[48] = np.nan
    found = {p.phase: p for p in peaks(analysis(time_s, published_body), contact(time_s, load))}
    assert 2.5 < found["late_stance"].bw < 3.0
    assert np.isnan(resultant_n(contact(time_s, load))[48])
