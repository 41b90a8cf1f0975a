"""The scheme of the nerves lies where the textbooks say, beside the bones and muscle paths of this body."""

import numpy as np
import pytest

from psoas.engine.body import load_body
from psoas.engine.kinematics import segment_poses
from psoas.engine.nerves import nerves
from psoas.engine.scene import Scene, scene
from psoas.engine.types import Coordinates

Place = np.ndarray  # type: ignore[type-arg]


@pytest.fixture(scope="module")
def standing() -> Coordinates:
    body = load_body()
    return Coordinates(np.zeros(1), np.zeros((1, len(body.coordinates))), body.coordinates)


@pytest.fixture(scope="module")
def courses(standing: Coordinates) -> dict[tuple[str, str], Place]:
    """Points of each stretch in standing, m: forward, up, to the right."""
    segments = sorted({point[0] for nerve in nerves() for point in nerve.points})
    posed = segment_poses(load_body(), standing, tuple(segments))
    at = {name: k for k, name in enumerate(posed.names)}
    return {
        (nerve.name, nerve.side): np.array(
            [
                posed.origin_m[0, at[s]] + posed.orientation[0, at[s]] @ np.array([x, y, z])
                for s, x, y, z in nerve.points
            ]
        )
        for nerve in nerves()
    }


@pytest.fixture(scope="module")
def shown(standing: Coordinates) -> Scene:
    return scene(load_body(), standing)


def origin(standing: Coordinates, segment: str) -> Place:
    return segment_poses(load_body(), standing, (segment,)).origin_m[0, 0]


def test_courses_join_and_the_left_mirrors_the_right(courses: dict[tuple[str, str], Place]) -> None:
    for (name, side), points in courses.items():
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        assert steps.max() < 0.2, (name, side)
        np.testing.assert_allclose(
            points * [1, 1, -1], courses[(name, "l" if side == "r" else "r")], atol=2e-3
        )
    for root in ("root_l2", "root_l3", "root_l4"):
        np.testing.assert_allclose(courses[(root, "r")][-1], courses[("femoral", "r")][0])
    np.testing.assert_allclose(courses[("femoral", "r")][-1], courses[("saphenous", "r")][0])
    np.testing.assert_allclose(courses[("obturator", "r")][-1], courses[("obturator_knee", "r")][0])


def test_roots_leave_the_spine_one_below_the_other(courses: dict[tuple[str, str], Place]) -> None:
    heights = [courses[(f"root_l{k}", "r")][0][1] for k in (2, 3, 4)]
    assert heights[0] > heights[1] > heights[2]


def test_the_femoral_nerve_is_outside_and_the_obturator_inside_of_the_psoas(
    courses: dict[tuple[str, str], Place], shown: Scene
) -> None:
    k = shown.body.muscles.names.index("psoas_L3_L4_IVD_r")
    psoas = shown.path_m[0, shown.first[k] : shown.first[k + 1]]

    def beside(point: Place) -> float:
        """How far to the right of the psoas' line at the same height."""
        order = np.argsort(psoas[:, 1])
        return float(point[2] - np.interp(point[1], psoas[order, 1], psoas[order, 2]))

    assert beside(courses[("femoral", "r")][1]) > 0.01
    assert beside(courses[("obturator", "r")][1]) < -0.005


def test_landmarks_on_the_way(courses: dict[tuple[str, str], Place], standing: Coordinates) -> None:
    hip, knee, ankle = (origin(standing, f"{s}_r") for s in ("femur", "tibia", "talus"))
    groin = courses[("femoral", "r")][3]
    assert groin[0] > hip[0] + 0.03 and abs(groin[2] - hip[2]) < 0.03, "in front of the hip joint"
    saphenous = courses[("saphenous", "r")]
    at_knee = saphenous[np.argmin(np.abs(saphenous[:, 1] - knee[1]))]
    assert 0.03 < knee[2] - at_knee[2] < 0.06, "on the inner side of the knee, under the skin"
    assert np.linalg.norm(saphenous[-1] - ankle) < 0.06
    canal = courses[("obturator", "r")][-1]
    assert canal[2] < hip[2] - 0.02 and canal[1] < hip[1] + 0.02, (
        "inside of the hip joint, below the pubic branch"
    )
    behind = courses[("obturator_knee", "r")][-1]
    assert behind[0] < knee[0] - 0.01 and np.linalg.norm(behind - knee) < 0.06, "at the back of the knee"
