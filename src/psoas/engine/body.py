"""Builds the body: from tables to a MuJoCo model whose world is OpenSim's ground frame.

`load_body` gives the published body of RajagopalLaiUhlrich 2023 with our spine and psoas; `body_from_osim`
the same from a scaled model's own numbers; `build_body` anything in between (the scaling uses it).
"""

import warnings
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import mujoco
import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from psoas.engine import body_tables
from psoas.engine.body_checks import check
from psoas.engine.body_data import DEFAULT_MODEL, published_tables
from psoas.engine.body_tables import IDENTITY, Axis, BodyTables, JointTable, MuscleLine, Vec3, WrapCylinder
from psoas.engine.couplings import piecewise
from psoas.engine.cylinders import with_cylinders
from psoas.engine.deep_rotators import with_deep_rotators
from psoas.engine.formats.osim import read_osim
from psoas.engine.lumbar import Psoas, Spine, with_lumbar_spine, with_psoas_fascicles
from psoas.engine.muscle_table import muscle_table, tendons_of
from psoas.engine.passive_calibration import calibrated
from psoas.engine.types import Body, Coupling, Passive
from psoas.engine.wrapping import WrapSegment, length_shortfalls, wrap_segments
from psoas.errors import ModelError
from psoas.units import STANDARD_GRAVITY_M_S2

ScaledFrom = Literal["none", "static", "osim", "height_mass", "moving"]
CONTACT_SEGMENTS = (
    "femur",
    "tibia",
    "patella",
)  # their joints keep all three slides: the force there is the contact
SIDE_SITE_RADII = 2.0  # a side site lies this many radii from the cylinder's axis; only its direction counts


@lru_cache(maxsize=12)
def load_body(
    spine: Spine = "rhythm",
    psoas: Psoas = "fascicles",
    model: str = DEFAULT_MODEL,
    passive: Passive = "calibrated",
    cylinders: float = 1.0,
) -> Body:
    """A published, unscaled body (75.3 kg); `model` is one of the two of `body_data`."""
    build = partial(build_body, spine=spine, psoas=psoas, passive=passive)
    return with_cylinders(build, published_tables(model), cylinders)


def body_from_osim(
    path: Path,
    spine: Spine = "rhythm",
    psoas: Psoas = "fascicles",
    passive: Passive = "calibrated",
) -> Body:
    """The body of a (scaled) Rajagopal-family .osim file: its own geometry, masses, muscles and markers."""
    return build_body(read_osim(path), spine=spine, psoas=psoas, scaled_from="osim", passive=passive)


def build_body(
    tables: BodyTables,
    *,
    spine: Spine = "rhythm",
    psoas: Psoas = "fascicles",
    scaled_from: ScaledFrom = "none",
    height_m: float | None = None,
    passive: Passive = "calibrated",
) -> Body:
    """A Body from OpenSim-like tables, with our spine, psoas and deep rotators of the hip.

    `psoas="lumped"` keeps the muscles as they are in the tables, to compare with OpenSim.

    Passive curves that are not those of a published model stay as they are (`Body.passive` tells).
    Raises ModelError where the tables cannot make a moving body.
    """
    check(tables)
    relaxed = calibrated(tables) if passive == "calibrated" else None
    own = relaxed or tables
    muscled = with_deep_rotators(own) if psoas == "fascicles" else own
    whole = with_lumbar_spine(muscled, spine)
    if psoas == "fascicles":
        whole = with_psoas_fascicles(whole)
    spec = _spec(whole)
    try:
        with warnings.catch_warnings():
            # MuJoCo warns of such a body and goes on. Only this warning: the filter holds for every thread.
            warnings.filterwarnings("error", "Inertia matrix is too close to singular", UserWarning)
            model = spec.compile()
    except (ValueError, UserWarning) as error:
        raise ModelError(
            f"The body cannot be built: {str(error).splitlines()[0]}",
            whole.name,
            "Check masses, inertias and scale factors; every mass has to be positive.",
        ) from error
    _set_inertia(model, whole)
    return Body(
        name=whole.name,
        sha256=body_tables.sha256(whole),
        mj=model,
        coordinates=tuple(c.name for c in whole.coordinates),
        coordinate_range=np.array([c.range for c in whole.coordinates]),
        couplings=_couplings(whole),
        shortfalls=length_shortfalls(whole),
        muscles=muscle_table(whole, None if relaxed is None else tendons_of(muscled)),
        tendons=np.array([model.tendon(m.name).id for m in whole.lines]),
        mass_kg=whole.mass_kg,
        height_m=height_m,
        scaled_from=scaled_from,
        segment_scales={s.name: s.scale for s in whole.segments if s.scale is not None},
        passive="published" if relaxed is None else "calibrated",
    )


def rotation(euler_rad: Vec3) -> Rotation:
    """Rotation of body-fixed x-y-z angles, as OpenSim orients frames and wrap objects."""
    return Rotation.from_euler("XYZ", euler_rad)


def joint_name(joint: JointTable, axis: Axis) -> str:
    """MuJoCo joint of an axis: the coordinate's own name where it is the coordinate, else joint and axis."""
    if axis.function == IDENTITY and axis.coordinate is not None:
        return axis.coordinate
    return f"{joint.name}_{axis.name}"


def moving_axes(joint: JointTable) -> list[Axis]:
    """Axes that become MuJoCo joints: those that move or are offset, and the slides of contact joints."""
    keeps_slides = joint.child.rsplit("_", 1)[0] in CONTACT_SEGMENTS
    return [
        a
        for a in joint.axes
        if a.coordinate is not None
        or any(v * a.function.scale != 0.0 for v in a.function.y)
        or (a.kind == "slide" and keeps_slides)
    ]


def _couplings(tables: BodyTables) -> tuple[Coupling, ...]:
    """Every MuJoCo joint that is not itself a coordinate; a constant follows any one, with no slope."""
    anything = tables.coordinates[0].name
    return tuple(
        Coupling(joint_name(j, a), a.coordinate or anything, piecewise(a.function))
        for j in tables.joints
        for a in moving_axes(j)
        if joint_name(j, a) != a.coordinate
    )


def _spec(tables: BodyTables) -> Any:
    spec = mujoco.MjSpec()
    spec.modelname = tables.name
    spec.compiler.degree = False
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    spec.compiler.balanceinertia = False
    spec.option.gravity = [0.0, -STANDARD_GRAVITY_M_S2, 0.0]
    bodies = {"ground": spec.worldbody}
    for joint in _root_first(tables):
        bodies[joint.child] = _add_segment(bodies[joint.parent], tables, joint)
    for wrap in tables.wraps:
        _add_wrap(bodies[wrap.segment], wrap)
    for marker in tables.markers:
        bodies[marker.segment].add_site(name=f"marker/{marker.name}", pos=marker.location_m)
    for line in tables.lines:
        _add_line(spec, bodies, tables, line)
    return spec


def _root_first(tables: BodyTables) -> list[JointTable]:
    """Joints in an order in which every parent comes before its children."""
    placed, waiting, order = {"ground"}, list(tables.joints), []
    while waiting:
        ready = [j for j in waiting if j.parent in placed]
        if not ready:
            raise ModelError(
                f"The segment {waiting[0].child} hangs on {waiting[0].parent}, which hangs on nothing",
                tables.name,
                "Check the joints of the model.",
            )
        order += ready
        placed |= {j.child for j in ready}
        waiting = [j for j in waiting if j not in ready]
    return order


def _add_segment(parent: Any, tables: BodyTables, joint: JointTable) -> Any:
    """A segment and its joint: parent offset, slides, hinges, inverse child offset, as in OpenSim."""
    segment = tables.segment(joint.child)
    in_parent, in_child = rotation(joint.parent_euler_rad), rotation(joint.child_euler_rad)
    orientation = in_parent * in_child.inv()
    origin = np.array(joint.parent_translation_m) - orientation.apply(joint.child_translation_m)
    body = parent.add_body(
        name=segment.name,
        pos=origin,
        quat=orientation.as_quat(scalar_first=True),
        mass=segment.mass_kg,
        ipos=segment.centre_m,
        inertia=[1.0, 1.0, 1.0],  # the segment's own follows in _set_inertia
        explicitinertial=True,
    )
    kinds = {"slide": mujoco.mjtJoint.mjJNT_SLIDE, "hinge": mujoco.mjtJoint.mjJNT_HINGE}
    for axis in moving_axes(joint):
        reach = _joint_range(tables, axis)
        body.add_joint(
            name=joint_name(joint, axis),
            type=kinds[axis.kind],
            axis=in_child.apply(axis.direction),
            pos=joint.child_translation_m,
            limited=mujoco.mjtLimited.mjLIMITED_FALSE,  # the range is told, never enforced
            range=reach,
        )
    return body


def _joint_range(tables: BodyTables, axis: Axis) -> tuple[float, float]:
    """What the axis spans while its coordinate spans its range."""
    spans = [piecewise(axis.function)(c.range) for c in tables.coordinates if c.name == axis.coordinate]
    return (float(min(spans[0])), float(max(spans[0]))) if spans else (0.0, 0.0)


def _set_inertia(model: Any, tables: BodyTables) -> None:
    """The segments' own inertia, set after compilation: the compiler refuses published feet whose principal
    moments no rigid body can have, and OpenSim computes with exactly those."""
    for segment in tables.segments:
        xx, yy, zz, xy, xz, yz = segment.inertia_kg_m2
        moments, axes = np.linalg.eigh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        if moments[0] <= 0.0:
            raise ModelError(
                f"The segment {segment.name} has an inertia that is not positive",
                tables.name,
                "Check the segment's mass and inertia in the model.",
            )
        axes[:, 2] *= np.sign(np.linalg.det(axes))
        i = model.body(segment.name).id
        model.body_inertia[i] = moments
        model.body_iquat[i] = Rotation.from_matrix(axes).as_quat(scalar_first=True)
    mujoco.mj_setConst(model, mujoco.MjData(model))


def _add_wrap(body: Any, wrap: WrapCylinder) -> None:
    """An infinitely long cylinder, and a site on the side where OpenSim's quadrant keeps the lines."""
    orientation = rotation(wrap.euler_rad)
    body.add_geom(
        name=wrap.name,
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        pos=wrap.translation_m,
        quat=orientation.as_quat(scalar_first=True),
        size=[wrap.radius_m, wrap.length_m / 2.0, 0.0],
        contype=0,
        conaffinity=0,
        group=3,
    )
    if wrap.quadrant != "all":
        body.add_site(
            name=f"side/{wrap.name}", pos=wrap.translation_m + orientation.apply(_side(wrap)), group=3
        )


def _side(wrap: WrapCylinder) -> Float[np.ndarray, "3"]:
    sign = -1.0 if wrap.quadrant.startswith("-") else 1.0
    direction = np.array([wrap.quadrant.endswith(a) for a in "xyz"], dtype=float)
    return sign * SIDE_SITE_RADII * wrap.radius_m * direction


def _add_line(spec: Any, bodies: dict[str, Any], tables: BodyTables, line: MuscleLine) -> None:
    tendon = spec.add_tendon(name=line.name)
    segments = wrap_segments(tables, line)
    for i, point in enumerate(line.points):
        name = f"{line.name}/{i + 1}"
        bodies[point.segment].add_site(name=name, pos=point.location_m, group=4)
        tendon.wrap_site(name)
        for s in segments:
            if s.after == i:
                _add_wrap_segment(bodies, tendon, s)


def _add_wrap_segment(bodies: dict[str, Any], tendon: Any, s: WrapSegment) -> None:
    tendon.wrap_geom(s.wrap.name, "" if s.wrap.quadrant == "all" else f"side/{s.wrap.name}")
    if s.via is not None:
        bodies[s.via.segment].add_site(name=s.via.name, pos=s.via.location_m, group=4)
        tendon.wrap_site(s.via.name)
