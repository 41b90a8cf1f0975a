"""Scaling of a body: what stretches, what stays, and what no person is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas.engine.body import build_body
from psoas.engine.body_data import published_tables
from psoas.engine.body_scaling import line_lengths, scaled
from psoas.engine.body_tables import BodyTables, Vec3
from psoas.engine.kinematics import moment_arms, muscle_paths, segment_poses
from psoas.engine.types import Coordinates
from psoas.errors import ModelError

PUBLISHED = published_tables()
LEG = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
POSTURE = Coordinates(np.zeros(1), np.array([[0.3, 0.8, 0.1]]), LEG)


def uniformly(k: float) -> dict[str, Vec3]:
    return {s.name: (k, k, k) for s in PUBLISHED.segments}


def test_no_scale_is_no_change() -> None:
    same = scaled(PUBLISHED, {}, PUBLISHED.mass_kg)
    assert np.allclose(line_lengths(same), line_lengths(PUBLISHED), rtol=1e-14)
    for a, b in zip(same.segments, PUBLISHED.segments, strict=True):
        assert np.allclose(a.inertia_kg_m2, b.inertia_kg_m2, rtol=1e-12, atol=1e-18)
    for w, v in zip(same.wraps, PUBLISHED.wraps, strict=True):
        assert w.translation_m == v.translation_m
        assert w.radius_m == pytest.approx(v.radius_m)
    for j, i in zip(same.joints, PUBLISHED.joints, strict=True):
        assert j.parent_translation_m == i.parent_translation_m
        assert [a.function.scale for a in j.axes] == pytest.approx([a.function.scale for a in i.axes])


@pytest.mark.parametrize("k", [0.8, 1.15])
def test_a_larger_person_is_larger_throughout(k: float) -> None:
    """One factor for all: every distance and moment arm times k, inertia times k^2 and the mass ratio."""
    large = scaled(PUBLISHED, uniformly(k), 90.0)
    assert large.mass_kg == pytest.approx(90.0)
    assert np.allclose(line_lengths(large), k * line_lengths(PUBLISHED), rtol=1e-9)
    bodies = [build_body(t) for t in (PUBLISHED, large)]
    arms = [moment_arms(b, muscle_paths(b, POSTURE), LEG) for b in bodies]
    assert np.abs(arms[1] - k * arms[0]).max() < 1e-7
    feet = [segment_poses(b, POSTURE, ("toes_r",)).origin_m for b in bodies]
    assert np.allclose(feet[1], k * feet[0], atol=1e-9)
    heavier = 90.0 / PUBLISHED.mass_kg
    for a, b in zip(large.segments, PUBLISHED.segments, strict=True):
        assert np.allclose(
            a.inertia_kg_m2, heavier * k * k * np.array(b.inertia_kg_m2), rtol=1e-9, atol=1e-18
        )
    for attribute in ("optimal_fibre_length_m", "tendon_slack_length_m"):
        before, after = (np.array(getattr(b.muscles, attribute)) for b in bodies)
        assert np.allclose(after, k * before, rtol=1e-6)


def test_fibres_keep_their_part_of_the_path() -> None:
    taller = scaled(PUBLISHED, {"femur_r": (1.0, 1.2, 1.0), "pelvis": (1.1, 1.0, 1.1)})
    ratio = line_lengths(taller) / line_lengths(PUBLISHED)
    for line, before, r in zip(taller.lines, PUBLISHED.lines, ratio, strict=True):
        assert line.optimal_fibre_length_m == pytest.approx(r * before.optimal_fibre_length_m)
        assert line.tendon_slack_length_m == pytest.approx(r * before.tendon_slack_length_m)
        assert line.max_isometric_force_n == before.max_isometric_force_n
    assert taller.line("vasint_l") == PUBLISHED.line("vasint_l")


@given(st.tuples(*[st.floats(0.5, 2.0)] * 3))
def test_inertia_is_that_of_the_stretched_segment(by: Vec3) -> None:
    """Against point masses with the segment's own second moments, stretched one by one."""
    femur = PUBLISHED.segment("femur_r")
    xx, yy, zz, *_ = femur.inertia_kg_m2
    second = 0.5 * np.array([yy + zz - xx, xx + zz - yy, xx + yy - zz])
    along = np.sqrt(second / (2.0 * femur.mass_kg / 6.0))  # six equal masses, two on each axis
    points = np.vstack([np.diag(along), -np.diag(along)]) * np.array(by)
    inertia = sum(femur.mass_kg / 6.0 * (p @ p * np.eye(3) - np.outer(p, p)) for p in points)
    ours = scaled(_lone(PUBLISHED), {"femur_r": by}).segment("femur_r").inertia_kg_m2
    assert np.allclose(ours[:3], np.diag(inertia), rtol=1e-9)


def _lone(tables: BodyTables) -> BodyTables:
    """The body with one muscle, so that little but segments is scaled."""
    return replace(tables, lines=tables.lines[:1])


def test_scales_are_remembered() -> None:
    body = build_body(scaled(scaled(PUBLISHED, uniformly(1.1)), {"torso": (1.0, 1.2, 1.0)}))
    assert body.segment_scales["torso"] == pytest.approx((1.1, 1.32, 1.1))
    assert body.segment_scales["femur_l"] == pytest.approx((1.1, 1.1, 1.1))


def test_the_psoas_follows_the_trunk() -> None:
    """A longer trunk lengthens the fascicles' tendons, not their fibres; nothing else changes."""
    long_trunk = build_body(scaled(PUBLISHED, {"torso": (1.0, 1.2, 1.0)}))
    usual = build_body(PUBLISHED)
    i = usual.muscles.names.index("psoas_L1_VB_r")
    assert long_trunk.muscles.tendon_slack_length_m[i] > usual.muscles.tendon_slack_length_m[i] + 0.02
    assert long_trunk.muscles.optimal_fibre_length_m[i] == usual.muscles.optimal_fibre_length_m[i]


@pytest.mark.parametrize(
    "scales",
    [
        {"femur_x": (1.0, 1.0, 1.0)},
        {"femur_r": (1000.0, 1.0, 1.0)},
        {"tibia_l": (1.0, -1.0, 1.0)},
        {"pelvis": (float("nan"), 1.0, 1.0)},
    ],
)
def test_what_no_person_is_gets_refused(scales: dict[str, Vec3]) -> None:
    with pytest.raises(ModelError, match="cannot be scaled"):
        scaled(PUBLISHED, scales)
