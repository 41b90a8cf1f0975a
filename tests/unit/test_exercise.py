"""Exercises as physics: statics against sums by hand, and the verdicts that the shelf relies on."""

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import mujoco
import numpy as np
import pytest

from psoas.cli import main
from psoas.clinic.reasoning import load_reasoning
from psoas.engine import exercise
from psoas.engine.body import load_body
from psoas.engine.exercise import Load, Motion, Pose, Verdict, coordinates_of, motion_of, motions, verdict
from psoas.engine.kinematics import coordinate_values, joint_motion, muscle_paths
from psoas.engine.muscle import capacity
from psoas.engine.muscle_table import lines_of
from psoas.engine.support import Support, held, point_on
from psoas.errors import KnowledgeError
from psoas.exchange.exercise_words import band_words, does_what_it_should, effect_words, load_rows
from psoas.units import STANDARD_GRAVITY_M_S2

BODY = load_body()
STRETCHES = ("sh_halfkneel", "sh_standing", "sh_supine_edge")
STRENGTH = ("st_bridge", "st_clam_abd", "st_quad_close", "st_stepdown", "st_longlever")
# With the heels this near the seat the hamstrings are slack (half of their best length).
DOES_NOT_WORK = {"st_bridge": {"hamstrings"}}
POSTURES = {*STRETCHES, *STRENGTH, "sh_couch", "st_march", "st_revplank", "st_kneechest"}


@cache
def of(name: str) -> Verdict:
    return verdict(motions()[name])


def posed(pose: Pose) -> mujoco.MjData:
    data = mujoco.MjData(BODY.mj)
    data.qpos[:] = joint_motion(BODY, coordinate_values(BODY, coordinates_of([pose]))).position[0]
    mujoco.mj_kinematics(BODY.mj, data)
    mujoco.mj_comPos(BODY.mj, data)
    return data


def leg_weight_moment(data: mujoco.MjData, joint: str, segments: tuple[str, ...]) -> float:
    """Moment of the weight of these segments about a joint centre, about the z axis of the ground."""
    centre = data.xpos[BODY.mj.body(joint).id]
    total = 0.0
    for name in segments:
        i = BODY.mj.body(name).id
        total -= BODY.mj.body_mass[i] * STANDARD_GRAVITY_M_S2 * (data.xipos[i] - centre)[0]
    return float(total)


LEG = ("femur_r", "tibia_r", "patella_r", "talus_r", "calcn_r", "toes_r")


def test_a_lifted_leg_is_held_against_its_weight() -> None:
    """On the back: what muscles and reserves make at the hip is the weight of the leg times its lever."""
    pose = replace(motions()["st_longlever"].poses[1], relaxed=False)
    forces, found = exercise._solved(BODY, "r", [pose])
    geometry = exercise.muscle_geometry(BODY, coordinates_of([pose]), forces.dofs)
    lines = [BODY.muscles.names.index(n) for n in forces.names]
    made = geometry.moment_arm_m[0, 0, lines] @ forces.force_n[0] + forces.reserve_nm[0, 0]
    assert found.unbalanced_nm.max() == 0.0
    assert made == pytest.approx(-leg_weight_moment(posed(pose), "femur_r", LEG), abs=0.3)
    assert made > 25.0


def test_a_band_adds_its_pull_times_its_lever() -> None:
    free = motions()["st_march_free"].poses[1]
    banded = replace(free, loads=(Load("ball_r", "ball_l", 40.0, None),))
    data = posed(free)
    (_, here), (_, there) = (point_on(BODY, data, n) for n in ("ball_r", "ball_l"))
    pull = 40.0 * (there - here) / np.linalg.norm(there - here)
    lever = here - data.xpos[BODY.mj.body("femur_r").id]
    made = []
    for pose in (free, banded):
        forces, _ = exercise._solved(BODY, "r", [pose])
        geometry = exercise.muscle_geometry(BODY, coordinates_of([pose]), forces.dofs)
        lines = [BODY.muscles.names.index(n) for n in forces.names]
        made.append(geometry.moment_arm_m[0, 0, lines] @ forces.force_n[0] + forces.reserve_nm[0, 0])
    assert made[1] - made[0] == pytest.approx(-np.cross(lever, pull)[2], abs=0.05)


def test_the_floor_carries_the_body_weight_in_balance() -> None:
    for name in ("st_bridge", "st_revplank", "st_quad_close"):
        for pose in motions()[name].poses:
            data = posed(pose)
            found = held(BODY, coordinates_of([pose]), [Support(pose.on)])
            up = found.up_n[0]
            assert up.sum() == pytest.approx(BODY.mass_kg * STANDARD_GRAVITY_M_S2, abs=1e-6)
            lever = np.array([point_on(BODY, data, n)[1] for n in found.points]) - data.subtree_com[0]
            moment = np.array([-lever[:, 2] @ up, lever[:, 0] @ up])
            assert np.linalg.norm(moment) == pytest.approx(found.unbalanced_nm[0], abs=1e-6)
            assert (up >= 0.0).all()


@pytest.mark.parametrize("name", sorted(motions()))
def test_poses_are_possible(name: str) -> None:
    """What rests on the floor is level, the body does not topple, and the muscles can hold it."""
    found = of(name)
    assert found.unbalanced_nm < 15.0  # 2 cm of the body's weight: a finger on the rail
    assert found.reserve_nm < 1.0
    for pose in motions()[name].poses:
        if pose.on:
            data = posed(pose)
            heights = [point_on(BODY, data, n)[1][1] for n in pose.on]
            assert max(heights, default=0.0) - min(heights, default=0.0) < 0.06


def iliopsoas_path(pose: Pose) -> float:
    length = muscle_paths(BODY, coordinates_of([pose])).length_m[0]
    lines = list(lines_of(BODY.muscles, "iliopsoas_r"))
    return float(length[lines] @ BODY.muscles.max_isometric_force_n[lines])


def test_tucking_the_tail_bone_adds_length() -> None:
    """Alone, with the thigh where it was; and the whole stretch against its arched version."""
    upright, tucked, forward = motions()["sh_halfkneel"].poses
    assert iliopsoas_path(upright) < iliopsoas_path(tucked) < iliopsoas_path(forward)
    good, arched = of("sh_halfkneel").effects["iliopsoas"], of("sh_halfkneel_arched").effects["iliopsoas"]
    assert good.effect == "lengthens" and arched.effect == "neither"
    assert good.path_m - arched.path_m > 0.005
    assert good.passive_n > 1.5 * arched.passive_n


def test_what_the_article_calls_stretches_does_not_stretch() -> None:
    for name in ("article_couch", "article_standing", "st_kneechest"):
        effect = of(name).effects["iliopsoas"]
        assert effect.effect == "neither"
        assert effect.shortest < effect.standing - 0.3
        assert effect.longest <= effect.standing + 1e-9
        assert of(name).effects["gluteus_maximus"].effect == "lengthens"
    assert of("sh_halfkneel").effects["iliopsoas"].longest > of("article_couch").effects["iliopsoas"].longest


def test_the_band_march_works_the_iliopsoas_more_than_walking() -> None:
    march, free = of("st_march"), of("st_march_free")
    effect = march.effects["iliopsoas"]
    assert effect.effect == "works"
    assert effect.activation is not None and effect.activation > effect.walking
    assert free.effects["iliopsoas"].activation < effect.walking  # the band does it, not the march
    assert 20.0 < march.band_n < 300.0


def test_a_band_that_is_too_light_works_less_than_walking() -> None:
    """The least band is where the march equals the walk; the words say so."""
    march = of("st_march")
    assert 0.0 < march.least_band_n < march.band_n
    for newtons, more in ((march.least_band_n + 2.0, True), (march.least_band_n - 2.0, False)):
        pulled = exercise._with_band(march.motion.poses, newtons)
        muscles, _ = exercise._solved(BODY, "r", pulled)
        effect = march.effects["iliopsoas"]
        assert (exercise._activation(BODY, muscles, "iliopsoas", "r") > effect.walking) is more
    assert f"less than {march.least_band_n:.0f} N works the iliopsoas less than walking" in band_words(march)
    assert band_words(of("st_bridge")) == ""


def test_one_band_is_the_share_of_what_the_weakest_pose_holds() -> None:
    march = motions()["st_march"]
    strongest = [exercise._strongest_band(BODY, "r", pose) for pose in march.poses]
    assert of("st_march").band_n == pytest.approx(0.7 * min(strongest), abs=0.6)
    for pose, newtons in zip(march.poses, strongest, strict=True):
        for part, holds in ((0.98, True), (1.02, False)):
            pulled = replace(pose, loads=(replace(pose.loads[0], newtons=part * newtons),))
            left = np.abs(exercise._solved(BODY, "r", [pulled])[0].reserve_nm).max()
            assert bool(left <= 2.0) is holds


def test_the_reverse_plank_works_the_back_of_the_body() -> None:
    for name in ("st_revplank", "article_revplank"):
        found = of(name).effects
        assert found["hamstrings"].effect == "works"
        assert found["iliopsoas"].effect == "neither"
        assert found["iliopsoas"].activation < 0.01
        assert found["gluteus_maximus"].activation > found["quadriceps"].activation
    assert does_what_it_should(of("article_revplank")) == "It does not work the iliopsoas."


HELD = [n for n, m in motions().items() if not all(p.relaxed for p in m.poses)]


@pytest.mark.parametrize("name", HELD)
def test_what_muscles_hold_has_loads(name: str) -> None:
    """Knee and hip of every held pose; the knee's offset and pull add up; a doubt wherever one is due."""
    found = of(name)
    assert found.held is not None
    loads, rows = found.held.loads, load_rows(found)
    assert len(rows) == len(found.held.poses) + (found.moving is not None)
    for k, pose in enumerate(found.held.poses):
        knee = float(loads.bw["tibiofemoral"][k])
        assert 0.1 < knee < 8.0 and loads.bw["hip"][k] > 0.3
        deep = pose.angles.get(f"hip_flexion_{found.motion.side}", 0.0) > np.pi / 2 + 1e-9
        due = deep or knee > 4.0 or loads.resting[k] > 1.0 / 3.0
        assert bool(rows[k][4]) is bool(due)


def test_what_hands_hold_has_none() -> None:
    """A relaxed pose: nobody knows how much hands and couch take."""
    assert of("article_couch").held is None and load_rows(of("article_couch")) == ()


def test_the_knee_bears_what_quadriceps_and_floor_press() -> None:
    """Standing on both feet: half the weight less shank and foot, and little more, as measured (1.07)."""
    (standing,) = [row for row in load_rows(of("st_quad_close")) if row[0] == "standing"]
    assert 0.4 < float(standing[1]) < 1.3 and standing[4] == ""


def test_speed_asks_for_more_and_slowness_for_the_same() -> None:
    """The way between poses holds both ends; five times as fast asks for more, ten times as slow for none."""
    motion = motions()["st_longlever"]

    def most(factor: float) -> float:
        poses = tuple(replace(p, at_s=factor * p.at_s) for p in motion.poses)
        way = exercise._between(poses)
        assert way[-1].angles == poses[-1].angles
        assert {n: x for n, x in way[0].angles.items() if x} == {
            n: x for n, x in poses[0].angles.items() if x
        }
        return exercise._activation(
            BODY, exercise._work(BODY, "r", way, moving=True).muscles, "iliopsoas", "r"
        )

    still = of("st_longlever").effects["iliopsoas"].activation
    assert still is not None
    assert most(10.0) == pytest.approx(still, abs=0.005)
    assert most(0.2) > still + 0.05
    assert of("st_bridge").moving is None


def test_feet_stay_where_they_stand_on_the_way() -> None:
    way = of("st_quad_close").moving
    assert way is not None
    posed = exercise._standing_still(BODY, way.poses)
    still = held(BODY, posed, [Support(p.on) for p in way.poses])
    assert still.unbalanced_nm.max() < 15.0
    data = mujoco.MjData(BODY.mj)
    places = []
    for row in joint_motion(BODY, coordinate_values(BODY, posed)).position:
        data.qpos[:] = row
        mujoco.mj_kinematics(BODY.mj, data)
        places.append(np.mean([point_on(BODY, data, n)[1] for n in way.poses[0].on], axis=0))
    np.testing.assert_allclose(places, np.broadcast_to(places[0], (len(places), 3)), atol=1e-9)


def test_how_hard_is_said() -> None:
    assert "works moderately" in effect_words(of("st_march").effects["iliopsoas"])
    assert "works lightly" in effect_words(of("st_march_free").effects["iliopsoas"])
    for name in STRENGTH:
        said = does_what_it_should(of(name))
        assert any(word in said for word in ("lightly", "moderately", "hard"))


@pytest.mark.parametrize("name", STRENGTH)
def test_strength_work_works_what_it_is_meant_for(name: str) -> None:
    found = of(name)
    missed = {g for g in found.motion.muscles if found.effects[g].effect != "works"}
    assert missed == DOES_NOT_WORK.get(name, set())


@pytest.mark.parametrize("name", STRETCHES)
def test_stretches_lengthen_what_they_are_meant_for(name: str) -> None:
    found = of(name)
    assert all(found.effects[g].effect == "lengthens" for g in found.motion.muscles)


def test_every_posture_of_the_shelf_has_a_motion() -> None:
    exercises = load_reasoning().knowledge.tables["exercises"]
    assert {id for id in exercises if id.startswith(("sh_", "st_"))} == POSTURES <= set(motions())
    assert {m.exercise for m in motions().values()} <= set(exercises)


def test_lengths_are_those_of_the_muscle_table() -> None:
    """The slow way: one pose, one muscle."""
    pose = motions()["sh_couch"].poses[-1]
    length = muscle_paths(BODY, coordinates_of([pose])).length_m
    slow = capacity(BODY.muscles, length, np.zeros_like(length))
    i = BODY.muscles.names.index("recfem_r")
    effect = of("sh_couch").effects["rectus_femoris"]
    assert effect.longest == pytest.approx(slow.fibre_length[0, i])
    assert effect.passive_n == pytest.approx(slow.passive_n[0, i])


TABLE = {
    "id": "x", "name": "x", "version": "ours", "exercise": "x", "side": "r", "meant": "work",
    "muscles": ["psoas"], "says": "x", "pose": [{"name": "x", "at_s": 0, "degrees": {"hip_flexion_r": 30}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"muscles": ["biceps"]}, "biceps"),
        ({"pose": [{"name": "x", "at_s": 0, "degrees": {"hip_bend": 3}}]}, "hip_bend"),
        ({"pose": [{"name": "x", "at_s": 0, "degrees": {"knee_angle_r": 170}}]}, "knee_angle_r 170"),
        ({"pose": [{"name": "x", "at_s": 0, "degrees": {}, "on": ["nose_r"]}]}, "nose_r"),
    ],
)
def test_a_motion_that_no_body_can_do_is_refused(change: dict, says: str) -> None:
    assert isinstance(motion_of(TABLE, "x.toml"), Motion)
    with pytest.raises(KnowledgeError, match=says):
        motion_of(TABLE | change, "x.toml")


def test_the_door_tells_one_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "sh_halfkneel"]) == 0
    assert "It lengthens the iliopsoas." in capsys.readouterr().out
    assert main(["exercise", "--all", "--json"]) == 0
    assert {v["id"] for v in json.loads(capsys.readouterr().out)} == set(motions())
    assert main(["exercise", "sh_halfknee"]) == 2
    assert "sh_halfkneel" in capsys.readouterr().err
    for wrong in (["exercise"], ["exercise", "sh_couch", "--all"]):
        assert main(wrong) == 2
        assert "--all" in capsys.readouterr().err


def test_the_page_of_the_manual_is_what_the_engine_says() -> None:
    docs = Path(__file__).parents[2] / "docs"
    sys.path.insert(0, str(docs))
    try:
        from exercise_page import exercise_page
    finally:
        sys.path.remove(str(docs))
    page = exercise_page(load_reasoning().knowledge.tables["exercises"])
    for motion in motions().values():
        assert f"`{motion.id}`" in page
        assert does_what_it_should(of(motion.id)) in page
