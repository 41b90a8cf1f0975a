"""Passive moments: measured ones, the body beside them before and after, and what stays as it was."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from psoas.engine.body import build_body, load_body
from psoas.engine.body_data import DEFAULT_MODEL, SECOND_MODEL, published_tables
from psoas.engine.kinematics import muscle_geometry
from psoas.engine.lumbar import with_lumbar_spine
from psoas.engine.measured_moments import STUDIES, measured_curves, riener
from psoas.engine.muscle import capacity, tendon_strain
from psoas.engine.muscle_table import muscle_table, tendons_of
from psoas.engine.passive_calibration import (
    FITTED,
    calibrated,
    calibration,
    hip_ligament_moment,
    knee_capsule_moment,
    with_calibrated_passive,
    with_ligaments,
)
from psoas.engine.passive_moments import passive_moment
from psoas.engine.types import Condition, Coordinates, JointMoments

MODELS = (DEFAULT_MODEL, SECOND_MODEL)


def misfit_nm(model: str, passive: str) -> dict[str, float]:
    """RMS over the measured curves by joint, N.m."""
    body = load_body(model=model, passive=passive)  # type: ignore[arg-type]
    off: dict[str, list[np.ndarray]] = {}
    for curve in measured_curves():
        made = passive_moment(body, curve.joint, curve.posture_rad)
        off.setdefault(curve.joint, []).append(made - curve.moment_nm)
    return {joint: float(np.sqrt(np.mean(np.concatenate(x) ** 2))) for joint, x in off.items()}


def test_regression_at_values_worked_out_by_hand() -> None:
    # hip 17 degrees extended, knee 10 bent: exp(2.7065) - exp(0.5958) + 8.072
    at = np.radians([[-17.0, 10.0, 0.0]])
    np.testing.assert_allclose(riener("hip", at), [14.977 - 1.8145 + 8.072], atol=0.01)
    # knee 60 bent, ankle 20 dorsiflexed: exp(-8.7883 + ...) is nothing, minus exp(2.7316), plus 1.792
    np.testing.assert_allclose(riener("ankle", np.radians([[0.0, 60.0, 20.0]])), [-15.357 + 1.792], atol=0.01)


def test_the_two_studies_differ_by_what_is_allowed_for_each_point() -> None:
    curves = [c for c in measured_curves() if c.joint != "ankle"]
    pairs = list(zip(curves[::2], curves[1::2], strict=True))
    assert all((a.study, b.study) == STUDIES for a, b in pairs)
    apart = np.concatenate([a.moment_nm - b.moment_nm for a, b in pairs])
    allowed = np.concatenate([np.hypot(a.spread_nm, b.spread_nm) for a, b in pairs])
    assert 4.5 < np.sqrt(np.mean(apart**2)) < 5.5
    assert 0.9 < np.sqrt(np.mean((apart / allowed) ** 2)) < 1.1


@pytest.mark.parametrize("model", MODELS)
def test_calibrated_body_is_nearer_to_measured_moments_than_the_studies_to_each_other(model: str) -> None:
    before, after = misfit_nm(model, "published"), misfit_nm(model, "calibrated")
    assert all(after[joint] < 5.0 for joint in after)
    assert after["hip"] < 0.2 * before["hip"] and after["knee"] < 0.3 * before["knee"]


@pytest.mark.parametrize("model", MODELS)
def test_the_kept_numbers_are_where_the_fit_ends(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    sys.modules.pop("fit_passive", None)
    from fit_passive import misfit  # type: ignore[import-not-found]

    residuals = misfit(model)
    kept = np.array([calibration(model).let_out[group] for group in FITTED])

    def cost(x: np.ndarray) -> float:
        return float(np.sum(residuals(x) ** 2))

    least = cost(kept)
    for k in range(len(kept)):
        for step in (-0.03, 0.03):
            assert cost(kept + step * np.eye(len(kept))[k]) > least


def test_the_tendon_alone_brings_back_what_opensim_computes_with_its_elastic_one() -> None:
    # OpenSim, RajagopalLaiUhlrich2023, muscles equilibrated at rest: johnjdavisiv/it-band-model (MIT)
    expected = {(-15.0, 15.0, 0.0): 19.69, (-2.0, 15.0, 0.0): 9.83, (-15.0, 60.0, 0.0): 25.07}
    whole = with_lumbar_spine(published_tables(), "rhythm")
    rigid = load_body(psoas="lumped", passive="published")
    elastic = replace(rigid, muscles=muscle_table(whole, tendons_of(published_tables())))
    posture, moment = np.radians(list(expected)), np.array(list(expected.values()))
    assert np.abs(passive_moment(rigid, "hip", posture) - moment).max() > 5.0
    np.testing.assert_allclose(passive_moment(elastic, "hip", posture), moment, atol=0.9, rtol=0.0)


@pytest.mark.parametrize("model", MODELS)
def test_passive_curves_rise_and_never_push(model: str) -> None:
    curves = load_body(model=model).muscles.passive_force_length
    assert (curves >= 0.0).all()
    assert (np.diff(curves, axis=1) >= -1e-9).all()


@pytest.mark.parametrize("shortness", [{}, {"rectus_femoris": 0.1, "iliopsoas": 0.2}])
def test_rigid_and_elastic_tendon_agree_on_a_relaxed_muscle(shortness: dict[str, float]) -> None:
    """Stretched by the force that the rigid computation gives, the elastic one gives that force again."""
    body = load_body()
    angle = np.column_stack([np.linspace(0.3, -0.4, 7), np.linspace(0.2, 1.6, 7)])
    movement = Coordinates(np.arange(7.0), angle, ("hip_flexion_r", "knee_angle_r"))
    still = np.zeros((7, len(body.coordinates)))
    g = muscle_geometry(body, movement, movement.names, velocity=still)
    at = Condition("short", shortness=shortness)
    rigid = capacity(body.muscles, g.length_m, g.velocity_m_s, at).passive_n
    strain = tendon_strain(body.muscles, rigid)
    elastic = capacity(body.muscles, g.length_m, g.velocity_m_s, at, strain=strain).passive_n
    for line in ("recfem_r", "iliacus_r"):
        assert rigid[-1, body.muscles.names.index(line)] > 100.0
    np.testing.assert_allclose(elastic, rigid, atol=1.0)


def test_ligaments_are_slack_in_flexion_and_tighten_in_extension() -> None:
    rate = calibration().ligament_rate_per_rad
    angle = np.radians(np.linspace(30.0, -40.0, 30))
    moment = hip_ligament_moment(angle, rate)
    assert (np.diff(moment) > 0.0).all()
    assert moment[0] < 0.5
    np.testing.assert_allclose(hip_ligament_moment(np.radians([-12.0]), rate), [5.0])
    slope = np.diff(hip_ligament_moment(np.radians([-11.9, -12.1]), rate)) / 0.2
    np.testing.assert_allclose(slope, [0.8], rtol=1e-3)  # N.m a degree
    assert knee_capsule_moment(np.radians([0.0]))[0] == pytest.approx(np.exp(2.22))


def test_ligaments_are_counted_for_calibrated_bodies_and_their_dofs_only() -> None:
    names = ("hip_flexion_l", "hip_adduction_l", "knee_angle_l")
    nothing = np.zeros((2, 3))
    moments = JointMoments(np.arange(2.0), np.ones((2, 3)), names, nothing, nothing)
    at = Coordinates(np.arange(2.0), np.radians([[-12.0, 0.0, 0.0], [20.0, 0.0, 60.0]]), names)
    found = with_ligaments(moments, load_body(), at)
    np.testing.assert_array_equal(found.moment_nm, moments.moment_nm)
    assert found.ligament_nm is not None
    np.testing.assert_allclose(found.ligament_nm[0], [5.0, 0.0, np.exp(2.22)])
    assert (found.ligament_nm[1] < 0.1).all()
    assert with_ligaments(moments, load_body(passive="published"), at) is moments


def test_curves_of_another_model_are_left_alone() -> None:
    published = published_tables()
    assert calibrated(published) is not None
    first = published.lines[0]
    other = replace(first, passive=replace(first.passive, strain_at_zero_force=0.3))
    strange = replace(published, lines=(other, *published.lines[1:]))
    assert calibrated(strange) is None
    body = build_body(strange)
    assert body.passive == "published" and body.muscles.fibre_passive is None
    with pytest.raises(ValueError, match="not calibrated"):
        with_calibrated_passive(body)


def test_calibration_changes_passive_curves_and_nothing_else() -> None:
    before, after = load_body(passive="published"), load_body()
    assert with_calibrated_passive(after) is after
    assert before.sha256 != after.sha256
    np.testing.assert_array_equal(after.muscles.active_force_length, before.muscles.active_force_length)
    np.testing.assert_array_equal(after.muscles.tendon_slack_length_m, before.muscles.tendon_slack_length_m)
    unfitted = after.muscles.names.index("tibant_r")
    assert after.muscles.fibre_passive is not None
    np.testing.assert_array_equal(
        after.muscles.fibre_passive[unfitted], before.muscles.passive_force_length[unfitted]
    )
