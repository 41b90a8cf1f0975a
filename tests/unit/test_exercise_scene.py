"""An exercise as a movement to look at: it rests where it should, and its poses are the computed ones."""

import numpy as np
import pytest

from psoas.engine.exercise import motions, verdict
from psoas.engine.exercise_scene import ExerciseScene, _place, exercise_scene
from psoas.engine.kinematics import SegmentPoses
from psoas.exchange.pose_picture import pose_figures

NAMES = sorted(motions())
# Who rests on feet and knees alone: trunk and hands have no bones in a scene.
ON_THEIR_LEGS = [
    name
    for name in NAMES
    if (on := motions()[name].poses[0].on) and all(p.startswith(("heel", "ball", "knee")) for p in on)
]


@pytest.fixture(scope="module")
def shown() -> dict[str, ExerciseScene]:
    return {name: exercise_scene(verdict(motion)) for name, motion in motions().items()}


def place(found: ExerciseScene, point: str) -> np.ndarray:  # type: ignore[type-arg]
    bones = found.scene.bones
    return _place(SegmentPoses(bones.time_s, bones.origin_m, bones.orientation, bones.names), point)


@pytest.mark.parametrize("name", ON_THEIR_LEGS)
def test_what_rests_stays_on_the_floor_or_its_block(shown: dict[str, ExerciseScene], name: str) -> None:
    found = shown[name]
    points = np.stack([place(found, point) for point in motions()[name].poses[0].on], axis=1)
    level = 2 * found.boxes[0].half_m[1] if found.boxes else 0.0
    np.testing.assert_allclose(points[:, :, 1].min(axis=1), level, atol=1e-6)
    across = points[:, :, [0, 2]].mean(axis=1)
    np.testing.assert_allclose(across, np.zeros_like(across), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_sinks_and_nobody_jumps(shown: dict[str, ExerciseScene], name: str) -> None:
    """Nothing but the toes of a kneeling leg lies more than 7 cm below the floor, and motion is smooth."""
    bones = shown[name].scene.bones
    kneels = {p[-1] for pose in motions()[name].poses for p in pose.on if p.startswith("knee")}
    seen = [
        k for k, n in enumerate(bones.names) if not (n[:-2] in ("calcn", "toes", "talus") and n[-1] in kneels)
    ]
    assert bones.origin_m[:, seen, 1].min() > -0.07
    if len(bones.time_s) > 2:
        closed = np.concatenate([bones.origin_m, bones.origin_m[:1]])
        assert np.abs(np.diff(closed, axis=0)).max() < 0.13, "metres from frame to frame"


@pytest.mark.parametrize("name", NAMES)
def test_in_a_pose_it_is_the_computed_pose(shown: dict[str, ExerciseScene], name: str) -> None:
    found, judged = shown[name], verdict(motions()[name])
    frames = len(found.scene.bones.time_s)
    if judged.held is None:
        assert not found.scene.solved and found.scene.activation.max() == 0.0
        return
    names = found.scene.body.muscles.names
    at = dict(found.poses)
    for k, pose in enumerate(judged.held.poses):
        frame = min(frames - 1, round(at[pose.name] / 100.0 * frames))
        for line, active in zip(judged.held.muscles.names, judged.held.muscles.activation[k], strict=True):
            assert found.scene.activation[frame, names.index(line)] == pytest.approx(active, abs=0.02)


def test_a_stretch_is_longer_in_its_last_pose(shown: dict[str, ExerciseScene]) -> None:
    found = shown["sh_halfkneel"]
    k = found.scene.body.muscles.names.index("iliacus_r")
    first, _, last = (round(p / 100 * len(found.scene.length_m)) for _, p in found.poses)
    assert found.scene.length_m[last, k] - found.scene.length_m[first, k] > 0.008


def test_a_step_has_its_block_and_a_bed_its_bench(shown: dict[str, ExerciseScene]) -> None:
    assert {name for name, found in shown.items() if found.boxes} == {"st_stepdown", "sh_supine_edge"}
    assert 0.05 < 2 * shown["st_stepdown"].boxes[0].half_m[1] < 0.25
    assert {n for n, f in shown.items() if f.rests == "side"} == {"st_clam_abd"}


@pytest.mark.parametrize("name", ["sh_halfkneel", "st_clam_abd", "st_stepdown"])
def test_every_pose_is_drawn_with_its_name(shown: dict[str, ExerciseScene], name: str) -> None:
    effects = {"psoas_L1_VB_r": "lengthens", "recfem_r": "works"}
    figures = pose_figures(shown[name], effects, "r", shown[name].poses)
    assert [f.title for f in figures] == [pose for pose, _ in shown[name].poses]
    for figure in figures:
        assert "nan" not in figure.svg and 'class="muscle works"' in figure.svg
        assert f'aria-label="{figure.title}"' in figure.svg
