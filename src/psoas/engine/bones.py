"""The bones of lower body and lumbar spine as one small binary glTF, from the meshes that myo-sim brings.

Nothing of it is kept here: the meshes are read where myo-sim is installed. Each bone is a node named as its
segment and placed in that segment's frame: a viewer poses the nodes with `segment_poses` and no more.

Vertices closer together than a viewer shows become one (vertex clustering, Rossignac and Borrel 1993,
doi:10.1007/978-3-642-78114-8_29), positions are 16-bit and normals 8-bit numbers (KHR_mesh_quantization).
"""

import json
import struct
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.transform import Rotation

from psoas.engine.body_data import numbers, rows
from psoas.engine.kinematics import SegmentPoses
from psoas.engine.types import Body
from psoas.errors import ModelError

CELL_M = (
    0.0043  # vertices in one cell of this edge become one; a thigh bone keeps its shape, a foot loses clutter
)
_EVERY = 5  # of a bone's corners: enough to find its lowest
UNIT_M = 2e-5  # of a stored position: 16 bits reach 0.65 m, more than any bone
IVORY = (0.83, 0.75, 0.58, 1.0)  # linear base colour of a bone
_STL = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("attribute", "<u2")])
_UINT16, _INT16, _INT8 = 5123, 5122, 5120  # component types of glTF
_VERTICES, _INDICES = 34962, 34963  # buffer targets of glTF

Vertices = Float[np.ndarray, "vertex 3"]
Triangles = Int[np.ndarray, "triangle 3"]


def bone_names() -> tuple[str, ...]:
    """Segments that have a bone, root first: the nodes of the glTF."""
    return tuple(dict.fromkeys(row["segment"] for row in rows("bones")))


def bone_scales(body: Body) -> tuple[tuple[float, float, float], ...]:
    """By what each bone of `bone_names` is stretched in this body; a vertebra goes with the torso."""
    whole = (1.0, 1.0, 1.0)
    return tuple(
        body.segment_scales.get("torso" if name.startswith("lumbar") else name, whole)
        for name in bone_names()
    )


def bone_mesh(segment: str) -> tuple[Vertices, Triangles]:
    """Vertices in the frame of the segment, m, and their triangles, counter-clockwise seen from outside.

    Raises ModelError where myo-sim's meshes are not there.
    """
    corners = []
    for row in rows("bones"):
        if row["segment"] == segment:
            turn = Rotation.from_euler("z", float(row["tilt_rad"]))
            corner = _read_stl(files("myo_sim") / "models" / "meshes" / f"{row['mesh']}.stl")
            corners.append(turn.apply(corner.reshape(-1, 3)) + np.array(numbers(row["offset_m"])))
    return clustered(np.concatenate(corners), CELL_M)


def lowest_corners(posed: SegmentPoses) -> Float[np.ndarray, "time bone"]:
    """Height of the lowest corner of each bone in a movement, m; infinite for segments without one."""
    found = np.full(posed.origin_m.shape[:2], np.inf)
    for k, name in enumerate(posed.names):
        if name in bone_names():
            corners = bone_mesh(name)[0][::_EVERY]
            found[:, k] = posed.origin_m[:, k, 1] + (posed.orientation[:, k, 1] @ corners.T).min(axis=1)
    return found


def clustered(corners: Float[np.ndarray, "corner 3"], cell_m: float) -> tuple[Vertices, Triangles]:
    """One vertex, the mean, for all corners in a cell; triangles that collapse or repeat are dropped."""
    cells, at = np.unique(np.floor(corners / cell_m).astype(np.int64), axis=0, return_inverse=True)
    at = at.reshape(-1)
    total = np.column_stack([np.bincount(at, corners[:, k], len(cells)) for k in range(3)])
    vertices = total / np.bincount(at, minlength=len(cells))[:, None]
    triangles = at.reshape(-1, 3)
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    # A triangle begins at its lowest vertex, so that equal ones are equal rows.
    first = np.argmin(triangles, axis=1)[:, None]
    turned = np.take_along_axis(triangles, (first + np.arange(3)) % 3, axis=1)
    turned = np.unique(turned, axis=0)
    used, renumbered = np.unique(turned, return_inverse=True)
    return vertices[used], renumbered.reshape(-1, 3)


def vertex_normals(vertices: Vertices, triangles: Triangles) -> Vertices:
    """Unit normals: the triangles that meet at a vertex, by area."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, triangles[:, k], area)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


@lru_cache(maxsize=1)
def bones_glb() -> bytes:
    """The bones of the published body as binary glTF 2.0; equal bytes every time."""
    binary = bytearray()
    gltf: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "psoas", "copyright": "myo-sim, Apache-2.0"},
        "extensionsUsed": ["KHR_mesh_quantization"],
        "extensionsRequired": ["KHR_mesh_quantization"],
        "scene": 0,
        "scenes": [{"nodes": []}],
        "nodes": [],
        "meshes": [],
        "materials": [
            {
                "name": "bone",
                "pbrMetallicRoughness": {
                    "baseColorFactor": IVORY,
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.65,
                },
            }
        ],
        "accessors": [],
        "bufferViews": [],
    }
    for name in bone_names():
        vertices, triangles = bone_mesh(name)
        mesh = _add_mesh(gltf, binary, name, vertices, triangles)
        # The viewer poses the outer node; the inner one turns stored units into metres.
        inner = len(gltf["nodes"])
        gltf["nodes"] += [{"mesh": mesh, "scale": [UNIT_M] * 3}, {"name": name, "children": [inner]}]
        gltf["scenes"][0]["nodes"].append(inner + 1)
    gltf["buffers"] = [{"byteLength": len(binary)}]
    text = json.dumps(gltf, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        (
            struct.pack("<4sII", b"glTF", 2, length),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(binary), b"BIN\0"),
            bytes(binary),
        )
    )


def _add_mesh(
    gltf: dict[str, Any], binary: bytearray, name: str, vertices: Vertices, triangles: Triangles
) -> int:
    stored = np.round(vertices / UNIT_M).astype("<i2")
    normals = np.round(127.0 * vertex_normals(vertices, triangles)).astype("<i1")
    position = _add_view(gltf, binary, _four(stored), _VERTICES, 8)
    gltf["accessors"].append(
        {
            "bufferView": position,
            "componentType": _INT16,
            "count": len(stored),
            "type": "VEC3",
            "min": stored.min(axis=0).tolist(),
            "max": stored.max(axis=0).tolist(),
        }
    )
    normal = _add_view(gltf, binary, _four(normals), _VERTICES, 4)
    gltf["accessors"].append(
        {
            "bufferView": normal,
            "componentType": _INT8,
            "normalized": True,
            "count": len(normals),
            "type": "VEC3",
        }
    )
    index = _add_view(gltf, binary, triangles.astype("<u2"), _INDICES, None)
    gltf["accessors"].append(
        {"bufferView": index, "componentType": _UINT16, "count": triangles.size, "type": "SCALAR"}
    )
    last = len(gltf["accessors"])
    gltf["meshes"].append(
        {
            "name": name,
            "primitives": [
                {
                    "attributes": {"POSITION": last - 3, "NORMAL": last - 2},
                    "indices": last - 1,
                    "material": 0,
                }
            ],
        }
    )
    return len(gltf["meshes"]) - 1


def _four(three: np.ndarray) -> np.ndarray:
    """A fourth column of zeros: every vertex of glTF begins at a multiple of four bytes."""
    return np.column_stack([three, np.zeros(len(three), three.dtype)])


def _add_view(
    gltf: dict[str, Any], binary: bytearray, values: np.ndarray, target: int, stride: int | None
) -> int:
    view: dict[str, Any] = {"buffer": 0, "byteOffset": len(binary), "byteLength": values.nbytes}
    view |= {"target": target} | ({} if stride is None else {"byteStride": stride})
    binary += values.tobytes()
    binary += b"\0" * (-len(binary) % 4)
    gltf["bufferViews"].append(view)
    return len(gltf["bufferViews"]) - 1


def _read_stl(file: Traversable) -> Float[np.ndarray, "triangle 3 3"]:
    """Corners of a binary STL file, m."""
    try:
        raw = file.read_bytes()
        (count,) = struct.unpack_from("<I", raw, 80)
        return np.frombuffer(raw, _STL, count, 84)["corner"].astype(float)
    except (OSError, struct.error, ValueError) as error:
        raise ModelError(
            "A mesh of a bone cannot be read", file.name, "Install myo-sim again; it brings the meshes."
        ) from error
