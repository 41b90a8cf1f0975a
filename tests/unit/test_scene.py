"""The scene: bones in the segments' frames, whole muscle paths, small numbers that come back as they were."""

import gzip
import json
import struct
from itertools import pairwise
from pathlib import Path

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psoas.cli import main
from psoas.engine.body import load_body
from psoas.engine.bones import bone_mesh, bone_names, bones_glb, clustered, vertex_normals
from psoas.engine.kinematics import coordinate_values, joint_motion, muscle_paths, segment_poses
from psoas.engine.normative import STRIDE_S, normative_walk
from psoas.engine.scene import Scene, decode, encode, scene, scene_frames
from psoas.engine.types import Coordinates

BODY = load_body()
LEG = (
    "hip_flexion_r",
    "hip_adduction_r",
    "hip_rotation_r",
    "knee_angle_r",
    "ankle_angle_r",
    "lumbar_extension",
)
KB = 1000


@pytest.fixture(scope="module")
def walk() -> tuple[Scene, Coordinates]:
    analysis = normative_walk()
    return scene(BODY, analysis.coordinates, analysis.solved[0].muscles), analysis.coordinates


@pytest.fixture(scope="module")
def bends() -> Coordinates:
    """Deep and strange postures: every wrap on, off and on the way."""
    rng = np.random.default_rng(4)
    low, high = np.deg2rad([-30, -40, -30, 0, -40, -30]), np.deg2rad([115, 25, 30, 125, 40, 25])
    return Coordinates(0.01 * np.arange(200), rng.uniform(low, high, (200, 6)), LEG)


def drawn_length(path: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Sum of the distances between the points of every line, slowly."""
    return np.array(
        [
            [
                sum(np.linalg.norm(b - a) for a, b in pairwise(points))
                for points in (frame[i:j] for i, j in pairwise(first))
            ]
            for frame in path
        ]
    )


def tendon_length(coordinates: Coordinates) -> np.ndarray:
    """MuJoCo's own lengths, in the order of the muscle table."""
    data, lengths = mujoco.MjData(BODY.mj), []
    for q in joint_motion(BODY, coordinate_values(BODY, coordinates)).position:
        data.qpos[:] = q
        mujoco.mj_forward(BODY.mj, data)
        lengths.append(np.array(data.ten_length)[BODY.tendons])
    return np.array(lengths)


def test_drawn_paths_are_as_long_as_the_tendons(walk: tuple[Scene, Coordinates], bends: Coordinates) -> None:
    shown, coordinates = walk
    some = slice(None, None, 10)
    assert (
        np.abs(drawn_length(shown.path_m[some], shown.first) - tendon_length(coordinates)[some]).max() < 1e-4
    )
    bent = scene(BODY, bends)
    assert np.abs(drawn_length(bent.path_m, bent.first) - tendon_length(bends)).max() < 5e-4


def test_packed_paths_are_within_half_a_millimetre(walk: tuple[Scene, Coordinates]) -> None:
    shown, coordinates = walk
    header, block = encode(shown)
    back = decode(header, block)
    assert len(block) == header["bytes"]
    drawn = drawn_length(back["path_m"][::10], shown.first)
    assert np.abs(drawn - tendon_length(coordinates)[::10]).max() < 5e-4
    placed = back["path_m"] + back["bone_origin_m"][:, :1]
    assert np.abs(placed - shown.path_m).max() < 1e-4
    turned = Rotation.from_quat(back["bone_quaternion"].reshape(-1, 4)).as_matrix()
    assert np.abs(turned.reshape(shown.bones.orientation.shape) - shown.bones.orientation).max() < 2e-4
    assert np.abs(back["length_m"] - shown.length_m).max() < 2e-5
    assert np.abs(back["fibre_length"] - shown.fibre_length).max() < 1e-4
    assert np.abs(back["activation"] - shown.activation).max() < 0.003
    assert np.abs(back["force_n"] - shown.force_n).max() < 0.11


def test_bones_stand_where_the_segments_stand(walk: tuple[Scene, Coordinates]) -> None:
    shown, coordinates = walk
    poses = segment_poses(BODY, coordinates, bone_names())
    np.testing.assert_array_equal(shown.bones.origin_m, poses.origin_m)
    np.testing.assert_array_equal(shown.bones.orientation, poses.orientation)


def test_muscles_carry_what_the_engine_solved(walk: tuple[Scene, Coordinates]) -> None:
    shown, coordinates = walk
    solved = normative_walk().solved[0].muscles["l"]
    at = [BODY.muscles.names.index(name) for name in solved.names]
    np.testing.assert_array_equal(shown.activation[:, at], solved.activation)
    np.testing.assert_array_equal(shown.force_n[:, at], solved.force_n)
    np.testing.assert_array_equal(shown.length_m, muscle_paths(BODY, coordinates).length_m)


def test_quaternions_do_not_flip(bends: Coordinates) -> None:
    """A slow turn through every orientation of the pelvis: neighbours never point away from each other."""
    turn = np.linspace(0.0, 4.0 * np.pi, 200)
    around = Coordinates(
        np.arange(200.0), np.column_stack([turn, 0.5 * np.sin(turn)]), ("pelvis_tilt", "pelvis_list")
    )
    back = decode(*encode(scene(BODY, around)))["bone_quaternion"]
    assert np.sum(back[1:] * back[:-1], axis=-1).min() > 0.9


def test_a_stride_is_small_and_the_same_every_time(walk: tuple[Scene, Coordinates]) -> None:
    stride = scene_frames(walk[0], (0.0, STRIDE_S))
    assert len(stride.bones.time_s) == 101
    header, block = encode(stride)
    again_header, again = encode(scene_frames(walk[0], (0.0, STRIDE_S)))
    assert block == again
    assert json.dumps(header) == json.dumps(again_header)
    assert len(gzip.compress(block)) + len(gzip.compress(json.dumps(header).encode())) < 800 * KB


def test_clustering_keeps_a_coarse_mesh_and_drops_what_collapses() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=float)
    sliver = np.array([[0, 0, 0], [0.001, 0, 0], [1, 1, 0]])
    vertices, triangles = clustered(np.concatenate([square, sliver, square[:3]]), 0.1)
    assert len(vertices) == 4
    assert len(triangles) == 2
    np.testing.assert_allclose(vertex_normals(vertices, triangles), np.tile([0.0, 0.0, 1.0], (4, 1)))


def read_glb(glb: bytes) -> tuple[dict, bytes]:
    """A reader written apart from the writer."""
    magic, version, length = struct.unpack_from("<4sII", glb)
    assert (magic, version, length) == (b"glTF", 2, len(glb))
    size, kind = struct.unpack_from("<I4s", glb, 12)
    assert kind == b"JSON"
    size_of_block, kind = struct.unpack_from("<I4s", glb, 20 + size)
    assert kind == b"BIN\0"
    block = glb[28 + size :]
    assert len(block) == size_of_block
    return json.loads(glb[20 : 20 + size]), block


def test_the_glb_holds_every_bone_in_its_segment() -> None:
    glb = bones_glb()
    assert len(glb) <= 150 * KB
    gltf, block = read_glb(glb)
    nodes = {node["name"]: node for node in gltf["nodes"] if "name" in node}
    assert set(nodes) == set(bone_names()) and len(nodes) == 18
    for name, node in nodes.items():
        inner = gltf["nodes"][node["children"][0]]
        part = gltf["meshes"][inner["mesh"]]["primitives"][0]
        accessor = gltf["accessors"][part["attributes"]["POSITION"]]
        view = gltf["bufferViews"][accessor["bufferView"]]
        stored = np.frombuffer(block, "<i2", accessor["count"] * 4, view["byteOffset"]).reshape(-1, 4)[:, :3]
        vertices, triangles = bone_mesh(name)
        assert np.abs(stored * inner["scale"][0] - vertices).max() < 2e-5
        index = gltf["accessors"][part["indices"]]
        start = gltf["bufferViews"][index["bufferView"]]["byteOffset"]
        assert (np.frombuffer(block, "<u2", index["count"], start).reshape(-1, 3) == triangles).all()
    assert all(view["byteOffset"] % 4 == 0 for view in gltf["bufferViews"])


def test_bones_reach_from_joint_to_joint_and_carry_their_muscles() -> None:
    """The published joint centres lie in the ends of the bones; muscle points lie on them or close by."""
    for name, far in (("femur_r", (0.0, -0.41, 0.0)), ("tibia_r", (-0.01, -0.4, 0.0))):
        vertices, _ = bone_mesh(name)
        for centre in ((0.0, 0.0, 0.0), far):
            assert np.linalg.norm(vertices - centre, axis=1).min() < 0.04
    right, _ = bone_mesh("femur_r")
    left, _ = bone_mesh("femur_l")
    assert np.abs(right.mean(axis=0) - left.mean(axis=0) * [1, 1, -1]).max() < 0.002
    meshes = {name: bone_mesh(name)[0] for name in bone_names()}
    away = []
    for i in range(BODY.mj.nsite):
        site = BODY.mj.site(i)
        segment = BODY.mj.body(int(BODY.mj.site_bodyid[i])).name
        if "/" in site.name and not site.name.startswith(("marker/", "side/")) and segment in meshes:
            away.append(np.linalg.norm(meshes[segment] - site.pos, axis=1).min())
    assert np.median(away) < 0.015


def test_the_door_writes_three_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scene", "--out", str(tmp_path / "a"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["frames"] == 101 and said["solved"]
    assert main(["scene", "--out", str(tmp_path / "b")]) == 0
    for name in ("bones.glb", "scene.json", "scene.bin"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert said["files"][name]["bytes"] == (tmp_path / "a" / name).stat().st_size


def test_the_door_refuses_a_movement_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scene", "--coordinates", "no.mot", "--out", str(tmp_path)]) == 2
    assert "not there" in capsys.readouterr().err
    assert main(["scene", "--trim", "0:1", "--out", str(tmp_path)]) == 2
    assert "--coordinates" in capsys.readouterr().err
