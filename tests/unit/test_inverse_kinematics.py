"""Inverse kinematics finds known postures again, and what a slow solver finds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import least_squares

from marked import LEGS, of, person, recorded, walking
from psoas.engine.inverse_kinematics import MarkerErrors, fit_frames, inverse_kinematics
from psoas.engine.kinematics import marker_positions
from psoas.engine.types import Body, Coordinates, Markers
from psoas.errors import InputError

ARMS = ("arm", "elbow", "pro_sup", "wrist")
HIDDEN = ("mtp_angle", "wrist_flex", "wrist_dev")  # no marker of the set sees them


@pytest.fixture(scope="module")
def body() -> Body:
    return person()


@pytest.fixture(scope="module")
def noisy(body: Body) -> Markers:
    return recorded(body, walking(3, 12), noise_m=0.008, seed=5)


def seen_coordinates(movement: Coordinates) -> list[str]:
    return [n for n in movement.names if not n.startswith((*HIDDEN, *ARMS))]


def slow(body: Body, markers: Markers, frame: int, start: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The same residual, minimised by scipy with central differences, inside the box; arms stay."""
    moving = [i for i, n in enumerate(body.coordinates) if not n.startswith(ARMS)]
    low, high = body.coordinate_range[moving].T
    root = np.sqrt(weights)[:, None]

    def residuals(values: np.ndarray) -> np.ndarray:
        whole = np.tile(start, (len(values), 1))
        whole[:, moving] = values
        poses = Coordinates(np.arange(float(len(values))), whole, body.coordinates)
        there = marker_positions(body, poses, markers.names)
        return (root * (there - markers.position_m[frame])).reshape(len(values), -1)

    def slope(value: np.ndarray) -> np.ndarray:
        nudged = value + 1e-6 * np.vstack([np.eye(len(value)), -np.eye(len(value))])
        both = residuals(nudged)
        return np.asarray((both[: len(value)] - both[len(value) :]).T / 2e-6)

    inside = np.clip(0.95 * start[moving], low + 1e-9, high - 1e-9)
    found = least_squares(
        lambda value: residuals(value[None])[0],
        inside,
        slope,
        (low, high),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-10,
    )
    whole = start.copy()
    whole[moving] = found.x
    return whole


def without_arms(markers: Markers) -> Markers:
    kept = [i for i, n in enumerate(markers.names) if "elbow" not in n and "wrist" not in n]
    return Markers(markers.time_s, markers.position_m[:, kept], tuple(markers.names[i] for i in kept))


def test_known_coordinates_are_found_again(body: Body) -> None:
    truth = walking()
    found = inverse_kinematics(body, without_arms(recorded(body, truth)), cutoff_hz=None)
    for name in seen_coordinates(truth):
        assert of(found.coordinates, name) == pytest.approx(of(truth, name), abs=1e-6), name
    assert found.errors.worst[1] < 1e-6
    assert found.coordinates.names == body.coordinates


def test_arms_that_lean_to_hanging_do_not_move_the_legs(body: Body) -> None:
    truth = walking()
    found = inverse_kinematics(body, recorded(body, truth), cutoff_hz=None)
    for name in (*LEGS, "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_ty"):
        assert of(found.coordinates, name) == pytest.approx(of(truth, name), abs=1e-4), name
    for name in ("arm_flex_r", "arm_add_l", "elbow_flex_r"):
        assert of(found.coordinates, name) == pytest.approx(of(truth, name), abs=0.03), name


def test_a_straight_arm_does_not_jump(body: Body) -> None:
    truth = walking(6, 40)
    straight = truth.value.copy()
    straight[:, [truth.names.index(f"elbow_flex_{s}") for s in "rl"]] = 0.02
    markers = recorded(body, Coordinates(truth.time_s, straight, truth.names), noise_m=0.004, seed=2)
    names = [
        n for n in markers.names if "elbow_med" not in n
    ]  # with one marker the turn of the arm is unseen
    columns = [markers.names.index(n) for n in names]
    fewer = Markers(markers.time_s, markers.position_m[:, columns], tuple(names))
    found = inverse_kinematics(body, fewer, cutoff_hz=None).coordinates
    for name in ("arm_rot_r", "pro_sup_l", "elbow_flex_r"):
        assert np.abs(np.diff(of(found, name))).max() < np.radians(25.0), name


def test_what_no_marker_sees_stays_at_its_default(body: Body) -> None:
    found = inverse_kinematics(body, recorded(body, walking()), cutoff_hz=None).coordinates
    for stem in HIDDEN:
        assert np.all(of(found, f"{stem}_r") == 0.0)


def test_a_sitting_person_is_found(body: Body) -> None:
    angles = {f"{n}_{s}": v for n, v in (("hip_flexion", 1.5), ("knee_angle", 1.6)) for s in "rl"}
    values = np.array([[0.6, -0.3, *angles.values()]])
    truth = Coordinates(np.zeros(1), values, ("pelvis_ty", "pelvis_tilt", *angles))
    found = inverse_kinematics(body, recorded(body, truth), cutoff_hz=None).coordinates
    for name in truth.names:
        assert of(found, name) == pytest.approx(of(truth, name), abs=1e-5), name


@pytest.mark.parametrize("frame", [0, 7])
def test_agrees_with_the_slow_solver(body: Body, noisy: Markers, frame: int) -> None:
    noisy = without_arms(noisy)
    fast = inverse_kinematics(body, noisy, weights=dict.fromkeys(noisy.names, 1.0), cutoff_hz=None)
    value = fast.coordinates.value[frame]
    slowly = slow(body, noisy, frame, value, np.ones(len(noisy.names)))
    cost = 0.5 * np.nansum(fast.errors.distance_m[frame] ** 2)
    pose = Coordinates(np.zeros(1), slowly[None], body.coordinates)
    gap = marker_positions(body, pose, noisy.names)[0] - noisy.position_m[frame]
    assert cost == pytest.approx(0.5 * float((gap**2).sum()), rel=1e-5)
    for name in LEGS:
        i = body.coordinates.index(name)
        assert value[i] == pytest.approx(slowly[i], abs=1e-3), name  # 0.06 degrees


def test_weights_are_the_slow_solvers_weights(body: Body, noisy: Markers) -> None:
    noisy = without_arms(noisy)
    weights = {n: 0.3 + i % 4 for i, n in enumerate(noisy.names)}
    one = Markers(noisy.time_s[:1], noisy.position_m[:1], noisy.names)
    value = inverse_kinematics(body, one, weights=weights, cutoff_hz=None).coordinates.value[0]
    slowly = slow(body, one, 0, value, np.array(list(weights.values())))
    for name in LEGS:
        i = body.coordinates.index(name)
        assert value[i] == pytest.approx(slowly[i], abs=1e-3), name


def test_noise_of_8_mm_moves_a_leg_by_less_than_four_degrees(body: Body, noisy: Markers) -> None:
    found = inverse_kinematics(body, noisy, cutoff_hz=None)
    truth = walking(3, 12)
    assert 0.006 < found.errors.mean_rms_m < 0.008 * np.sqrt(3.0)
    for name in LEGS:
        assert np.sqrt(np.mean((of(found.coordinates, name) - of(truth, name)) ** 2)) < np.radians(4.0), name


def test_missing_markers_are_not_needed(body: Body) -> None:
    truth = walking(1)
    markers = without_arms(recorded(body, truth))
    position = markers.position_m.copy()
    rng = np.random.default_rng(0)
    for k, name in enumerate(("r_knee", "L_ankle", "r.PSIS", "C7", "r_thigh1", "L_toe")):
        gone = slice(5 * k, 5 * k + 5) if name != "r_thigh1" else slice(None)
        position[gone, markers.names.index(name)] = np.nan
    position[rng.integers(31), markers.names.index("r_calc"), 1] = np.nan  # one number is enough to lose it
    found = inverse_kinematics(body, Markers(markers.time_s, position, markers.names), cutoff_hz=None)
    for name in seen_coordinates(truth):
        assert of(found.coordinates, name) == pytest.approx(of(truth, name), abs=1e-6), name
    assert np.isnan(found.errors.distance_m[:, found.errors.names.index("r_thigh1")]).all()


def test_limits_hold_and_the_rest_is_still_optimal(body: Body) -> None:
    free = replace(body, coordinate_range=np.tile([-10.0, 10.0], (len(body.coordinates), 1)))
    truth = walking(2, 5)
    bent = truth.value.copy()
    bent[:, truth.names.index("knee_angle_r")] = -0.15
    bent[:, truth.names.index("ankle_angle_l")] = 1.1
    markers = without_arms(recorded(free, Coordinates(truth.time_s, bent, truth.names)))
    found = inverse_kinematics(body, markers, weights=dict.fromkeys(markers.names, 1.0), cutoff_hz=None)
    value = found.coordinates.value
    low, high = body.coordinate_range.T
    assert np.all(value >= low) and np.all(value <= high)
    assert np.all(of(found.coordinates, "knee_angle_r") == 0.0)
    assert of(found.coordinates, "ankle_angle_l") == pytest.approx(
        high[body.coordinates.index("ankle_angle_l")]
    )
    assert any("knee_angle_r" in note for note in found.notes)
    slowly = slow(body, markers, 2, value[2], np.ones(len(markers.names)))
    for name in LEGS:
        i = body.coordinates.index(name)
        assert value[2, i] == pytest.approx(slowly[i], abs=1e-3), name


def test_mirrored_markers_give_the_mirrored_movement(body: Body, noisy: Markers) -> None:
    def other(name: str) -> str:
        return {"r": "L", "R": "L", "L": "r"}[name[0]] + name[1:] if name != "C7" else name

    lower = {n.lower(): n for n in noisy.names}
    columns = [noisy.names.index(lower[other(n).lower()]) for n in noisy.names]
    mirrored = Markers(noisy.time_s, noisy.position_m[:, columns] * [1.0, 1.0, -1.0], noisy.names)
    here = inverse_kinematics(body, noisy, cutoff_hz=None).coordinates
    there = inverse_kinematics(body, mirrored, cutoff_hz=None).coordinates
    for name in LEGS:
        twin = name[:-1] + ("l" if name.endswith("r") else "r")
        assert of(there, twin) == pytest.approx(of(here, name), abs=2e-4), name
    for name, sign in (("pelvis_tilt", 1), ("pelvis_list", -1), ("pelvis_rotation", -1), ("pelvis_tz", -1)):
        assert of(there, name) == pytest.approx(sign * of(here, name), abs=2e-4), name


def test_a_trial_equals_its_frames_one_by_one(body: Body, noisy: Markers) -> None:
    equal = dict.fromkeys(noisy.names, 1.0)
    together = inverse_kinematics(body, noisy, weights=equal, cutoff_hz=None).coordinates
    alone = np.concatenate(
        [
            fit_frames(body, Markers(noisy.time_s[t : t + 1], noisy.position_m[t : t + 1], noisy.names))
            for t in range(len(noisy.time_s))
        ]
    )
    for name in LEGS:
        i = body.coordinates.index(name)
        assert together.value[:, i] == pytest.approx(alone[:, i], abs=1e-3), name


def test_a_marker_of_weight_zero_has_no_say(body: Body) -> None:
    truth = walking(4, 6)
    markers = without_arms(recorded(body, truth))
    position = markers.position_m.copy()
    position[:, markers.names.index("r_knee")] += 0.3
    wrong = Markers(markers.time_s, position, markers.names)
    found = inverse_kinematics(body, wrong, weights={"r_knee": 0.0}, cutoff_hz=None)
    assert "r_knee" not in found.errors.names
    assert of(found.coordinates, "hip_flexion_r") == pytest.approx(of(truth, "hip_flexion_r"), abs=1e-6)


def test_names_are_matched_without_dots_and_case(body: Body) -> None:
    markers = without_arms(recorded(body, walking(0, 4)))
    renamed = Markers(markers.time_s, markers.position_m, tuple(f"{n.upper()}_study" for n in markers.names))
    assert inverse_kinematics(body, renamed, cutoff_hz=None).errors.worst[1] < 1e-6


def test_a_body_without_these_markers_is_told(body: Body) -> None:
    strange = Markers(np.zeros(1), np.zeros((1, 4, 3)), ("a", "b", "c", "d"))
    with pytest.raises(InputError, match="Fewer than three markers"):
        inverse_kinematics(body, strange)
    markers = recorded(body, walking(0, 4))
    position = markers.position_m.copy()
    position[2, 2:] = np.nan
    with pytest.raises(InputError, match="frame 3"):
        inverse_kinematics(body, Markers(markers.time_s, position, markers.names))


def test_progress_runs_to_one(body: Body) -> None:
    told: list[tuple[str, float]] = []
    inverse_kinematics(body, recorded(body, walking(0, 300)), progress=lambda *a: told.append(a))
    assert [name for name, _ in told] == ["inverse kinematics"] * 2
    assert [share for _, share in told] == [pytest.approx(256 / 300), 1.0]


def test_marker_errors_by_hand() -> None:
    errors = MarkerErrors(("a", "b"), np.array([[0.03, 0.04], [0.01, np.nan]]))
    assert errors.frame_rms_m == pytest.approx([np.sqrt(0.00125), 0.01])
    assert errors.mean_rms_m == pytest.approx((np.sqrt(0.00125) + 0.01) / 2.0)
    assert errors.marker_rms_m == pytest.approx({"a": np.sqrt(0.0005), "b": 0.04})
    assert errors.worst == ("b", 0.04)
