"""Reads a body of the Rajagopal family from an OpenSim 4 model file (.osim).

Scaled or not, the file's own offsets, path points, wraps, masses, muscle parameters and markers are what
counts; nothing is assumed about how they came about. No document type, no entities, a size limit.
"""

import math
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Literal, cast, get_args
from xml.parsers import expat

from psoas.engine.body_tables import (
    IDENTITY,
    ActiveCurve,
    Axis,
    BodyTables,
    CoordinateTable,
    Function,
    FunctionKind,
    JointTable,
    MuscleLine,
    PassiveCurve,
    PathWrap,
    Point,
    Quadrant,
    Segment,
    Vec3,
    VelocityCurve,
    WrapCylinder,
)
from psoas.errors import InputError

LARGEST_FILE_BYTES = 30_000_000  # the family's files have about 1 MB
NEEDED_SEGMENTS = (
    "pelvis",
    "femur_r",
    "tibia_r",
    "patella_r",
    "calcn_r",
    "femur_l",
    "tibia_l",
    "calcn_l",
    "torso",
)
DEFAULT_MAX_VELOCITY = 10.0  # OpenSim's default of max_contraction_velocity, optimal fibre lengths per second
REVERSED = Function("linear", (-1.0, 0.0))  # how the family writes the left side's coordinates
PUBLISHED_HAND_MESH = 0.85  # the published, unscaled models draw the hands at 0.85
FUNCTIONS = {
    "Constant": "constant",
    "LinearFunction": "linear",
    "PolynomialFunction": "polynomial",
    "SimmSpline": "simm_spline",
}


def read_osim(path: Path) -> BodyTables:
    """Tables of the body in an .osim file. Raises InputError for a file that is not such a body."""
    model = _parse(path).find("Model")
    if model is None:
        raise InputError(
            "This is not an OpenSim model",
            f"{path.name}: no <Model> element",
            "Give the .osim file that OpenSim's scale tool wrote.",
        )
    reader = _Reader(path.name)
    segments = tuple(reader.segment(e) for e in reader.objects(model, "BodySet"))
    known = {s.name for s in segments}
    missing = [n for n in NEEDED_SEGMENTS if n not in known]
    if missing:
        raise InputError(
            f"The model is not of the Rajagopal family: it has no segment {', '.join(missing)}",
            f"{path.name}: BodySet",
            "Use a model scaled from Rajagopal 2016, LaiArnold 2017 or RajagopalLaiUhlrich 2023.",
        )
    muscles = [e for e in reader.objects(model, "ForceSet") if e.tag.endswith("Muscle")]
    if not muscles:
        raise InputError(
            "The model has no muscles",
            f"{path.name}: ForceSet",
            "Use the model with its muscles, as OpenSim's scale tool wrote it.",
        )
    joint_elements = reader.objects(model, "JointSet")
    dependent = {
        reader.text(e, "dependent_coordinate_name"): e for e in reader.objects(model, "ConstraintSet")
    }
    followed = {name: reader.coupler(e) for name, e in dependent.items()}
    return BodyTables(
        name=model.get("name") or path.stem,
        segments=segments,
        joints=tuple(reader.joint(e, followed) for e in joint_elements),
        coordinates=tuple(
            reader.coordinate(c)
            for e in joint_elements
            for c in e.findall("coordinates/Coordinate")
            if c.get("name") not in followed
        ),
        wraps=tuple(w for e in reader.objects(model, "BodySet") for w in reader.wraps(e)),
        lines=tuple(reader.muscle(e) for e in muscles),
        markers=tuple(
            reader.point(e)
            for e in reader.objects(model, "MarkerSet")
            if reader.frame_of(e) in known | {"ground"}
        ),
    )


def _parse(path: Path) -> ET.Element:
    """Root element of a file that is XML without a document type or entities."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(
                "The model file is too large to be a body",
                f"{path.name}: more than {LARGEST_FILE_BYTES // 10**6} MB",
                "Give the .osim file itself.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            "The model file cannot be read", str(path), "Check the name and the rights."
        ) from error
    guard = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise InputError(
            "The model declares a document type or entities, which a body never needs",
            f"{path.name}, line {guard.CurrentLineNumber}",
            "Remove the <!DOCTYPE ...> part; if you did not put it there, do not trust the file.",
        )

    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    try:
        guard.Parse(data, True)
        return ET.fromstring(data)
    except (expat.ExpatError, ET.ParseError) as error:
        raise InputError(
            "The model file is damaged: it is not well-formed XML",
            f"{path.name}: {error}",
            "Write it anew from OpenSim.",
        ) from error


class _Reader:
    """Reads elements and says in which file and element something is missing."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, element: ET.Element, what: str) -> InputError:
        where = f"{self.file}: {element.tag} {element.get('name', '')}".rstrip()
        return InputError(
            what, where, "Write the model anew from OpenSim 4; older files have to be opened and saved there."
        )

    def objects(self, model: ET.Element, name: str) -> list[ET.Element]:
        found = model.find(f"{name}/objects")
        return [] if found is None else list(found)

    def name(self, element: ET.Element) -> str:
        name = element.get("name")
        if not name:
            raise self.fail(element, "An element has no name")
        return name

    def text(self, element: ET.Element, tag: str) -> str:
        text = (element.findtext(tag) or "").strip()
        if not text:
            raise self.fail(element, f"<{tag}> is missing or empty")
        return text

    def numbers(self, element: ET.Element, tag: str, count: int | None = None) -> tuple[float, ...]:
        text = self.text(element, tag)
        try:
            values = tuple(float(t) for t in text.split())
        except ValueError as error:
            raise self.fail(element, f"<{tag}> holds something that is no number: {text[:40]}") from error
        if not all(math.isfinite(v) for v in values) or (count is not None and len(values) != count):
            raise self.fail(element, f"<{tag}> should hold {count or ''} finite numbers: {text[:40]}")
        return values

    def number(self, element: ET.Element, tag: str, default: float | None = None) -> float:
        if default is not None and not (element.findtext(tag) or "").strip():
            return default
        return self.numbers(element, tag, 1)[0]

    def vec3(self, element: ET.Element, tag: str) -> Vec3:
        return cast(Vec3, self.numbers(element, tag, 3))

    def frame_of(self, element: ET.Element, tag: str = "socket_parent_frame") -> str:
        return self.text(element, tag).rsplit("/", 1)[-1]

    def point(self, element: ET.Element) -> Point:
        if element.tag not in ("PathPoint", "Marker"):
            raise self.fail(
                element, f"A path point of kind {element.tag} is not supported; only fixed points are"
            )
        return Point(self.name(element), self.frame_of(element), self.vec3(element, "location"))

    def segment(self, element: ET.Element) -> Segment:
        mass = self.number(element, "mass")
        if mass <= 0:
            raise self.fail(element, "A segment has no mass")
        mesh = next(iter(element.iter("Mesh")), None)
        inertia = self.numbers(element, "inertia", 6)
        return Segment(
            self.name(element),
            mass,
            self.vec3(element, "mass_center"),
            cast(tuple[float, float, float, float, float, float], inertia),
            None if mesh is None else self.scale(element, mesh),
        )

    def scale(self, body: ET.Element, mesh: ET.Element) -> Vec3:
        """By what a segment was scaled: its first mesh's factors over those of the published model."""
        drawn = PUBLISHED_HAND_MESH if self.name(body).startswith("hand") else 1.0
        x, y, z = self.vec3(mesh, "scale_factors")
        return (x / drawn, y / drawn, z / drawn)

    def wraps(self, body: ET.Element) -> list[WrapCylinder]:
        return [
            WrapCylinder(
                self.name(e),
                self.name(body),
                self.vec3(e, "translation"),
                self.vec3(e, "xyz_body_rotation"),
                self.number(e, "radius"),
                self.number(e, "length"),
                self.quadrant(e),
            )
            for e in body.iter("WrapCylinder")
            if self.text(e, "active").lower() == "true"
        ]

    def quadrant(self, element: ET.Element) -> Quadrant:
        quadrant = self.text(element, "quadrant")
        if quadrant not in get_args(Quadrant):
            raise self.fail(element, f"The quadrant {quadrant} is not known")
        return cast(Quadrant, quadrant)

    def coordinate(self, element: ET.Element) -> CoordinateTable:
        low, high = self.numbers(element, "range", 2)
        return CoordinateTable(self.name(element), self.number(element, "default_value"), (low, high))

    def function(self, element: ET.Element, scale: float = 1.0) -> Function:
        if element.tag == "MultiplierFunction":
            inner = element.find("function")
            if inner is None or len(inner) != 1:
                raise self.fail(element, "A scaled function has nothing to scale")
            return self.function(inner[0], scale * self.number(element, "scale"))
        if element.tag not in FUNCTIONS:
            raise self.fail(element, f"A function of kind {element.tag} is not supported")
        kind = cast(FunctionKind, FUNCTIONS[element.tag])
        if kind == "constant":
            return Function(kind, (self.number(element, "value"),), (), scale)
        if kind != "simm_spline":
            return Function(kind, self.numbers(element, "coefficients"), (), scale)
        x, y = self.numbers(element, "x"), self.numbers(element, "y")
        if len(x) != len(y) or len(x) < 4 or any(b <= a for a, b in pairwise(x)):
            raise self.fail(element, "A spline needs at least four knots in rising order, as many x as y")
        return Function(kind, y, x, scale)

    def coupler(self, element: ET.Element) -> str:
        """The coordinate that a coupled coordinate equals; the family couples one way only, one to one."""
        function = element.find("coupled_coordinates_function")
        if function is None or len(function) != 1 or self.function(function[0]) != IDENTITY:
            raise self.fail(element, "A coordinate coupling other than equality is not supported")
        return self.text(element, "independent_coordinate_names")

    def offset(self, joint: ET.Element, socket: str) -> tuple[str, Vec3, Vec3]:
        frame = self.frame_of(joint, socket)
        for e in joint.findall("frames/PhysicalOffsetFrame"):
            if e.get("name") == frame:
                return (
                    self.frame_of(e, "socket_parent"),
                    self.vec3(e, "translation"),
                    self.vec3(e, "orientation"),
                )
        return frame, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)

    def joint(self, element: ET.Element, followed: dict[str, str]) -> JointTable:
        parent, parent_translation, parent_euler = self.offset(element, "socket_parent_frame")
        child, child_translation, child_euler = self.offset(element, "socket_child_frame")
        coordinates = [self.name(c) for c in element.findall("coordinates/Coordinate")]
        if element.tag == "CustomJoint":
            axes = self.custom_axes(element, followed)
        elif element.tag in ("PinJoint", "UniversalJoint", "WeldJoint"):
            directions: dict[str, tuple[Vec3, ...]] = {
                "PinJoint": ((0.0, 0.0, 1.0),),
                "UniversalJoint": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
                "WeldJoint": (),
            }
            axes = tuple(
                Axis(f"rotation{i + 1}", "hinge", d, name, IDENTITY)
                for i, (d, name) in enumerate(zip(directions[element.tag], coordinates, strict=True))
            )
        else:
            raise self.fail(element, f"A joint of kind {element.tag} is not supported")
        return JointTable(
            self.name(element),
            parent,
            child,
            parent_translation,
            parent_euler,
            child_translation,
            child_euler,
            axes,
        )

    def custom_axes(self, element: ET.Element, followed: dict[str, str]) -> tuple[Axis, ...]:
        """Slides first, then hinges: the order in which a CustomJoint composes them."""
        axes = []
        for e in element.findall("SpatialTransform/TransformAxis"):
            function = next((c for c in e if c.tag not in ("coordinates", "axis")), None)
            if function is None:
                raise self.fail(e, "A joint axis has no function")
            coordinate = (e.findtext("coordinates") or "").strip() or None
            if coordinate and " " in coordinate:
                raise self.fail(e, "A joint axis that depends on two coordinates is not supported")
            name, direction, value = self.name(e), self.vec3(e, "axis"), self.function(function)
            if value == REVERSED:
                direction, value = (-direction[0], -direction[1], -direction[2]), IDENTITY
            kind: Literal["slide", "hinge"] = "slide" if name.startswith("translation") else "hinge"
            axes.append(
                Axis(
                    name, kind, direction, followed.get(coordinate, coordinate) if coordinate else None, value
                )
            )
        if len(axes) != 6:
            raise self.fail(element, "A joint should have six axes")
        return tuple(a for a in axes if a.kind == "slide") + tuple(a for a in axes if a.kind == "hinge")

    def path_wrap(self, element: ET.Element) -> PathWrap:
        first, last = (int(v) for v in self.numbers(element, "range", 2))
        return PathWrap(self.text(element, "wrap_object"), None if first < 1 or last < 1 else (first, last))

    def muscle(self, element: ET.Element) -> MuscleLine:
        if element.tag != "Millard2012EquilibriumMuscle":
            raise self.fail(
                element, f"A muscle of kind {element.tag} is not supported; the family has Millard's"
            )
        curve = {c.tag: c for c in element}
        needed = ("ActiveForceLengthCurve", "FiberForceLengthCurve", "ForceVelocityCurve")
        if any(tag not in curve for tag in needed):
            raise self.fail(element, "A muscle lacks one of its curves")
        active, passive, velocity = (curve[tag] for tag in needed)
        path = element.find("GeometryPath")
        points = () if path is None else tuple(self.point(p) for p in path.findall("PathPointSet/objects/*"))
        if path is None or len(points) < 2:
            raise self.fail(element, "A muscle has no path")
        zero, one = (
            self.number(passive, "strain_at_zero_force", 0.0),
            self.number(passive, "strain_at_one_norm_force", 0.7),
        )
        name = self.name(element)
        return MuscleLine(
            name=name,
            muscle=name,
            share=1.0,
            points=points,
            wraps=tuple(self.path_wrap(w) for w in path.findall("PathWrapSet/objects/PathWrap")),
            max_isometric_force_n=self.number(element, "max_isometric_force"),
            optimal_fibre_length_m=self.number(element, "optimal_fiber_length"),
            tendon_slack_length_m=self.number(element, "tendon_slack_length"),
            pennation_rad=self.number(element, "pennation_angle_at_optimal"),
            max_velocity_lopt_s=self.number(element, "max_contraction_velocity", DEFAULT_MAX_VELOCITY),
            active=ActiveCurve(
                self.number(active, "min_norm_active_fiber_length", 0.47),
                self.number(active, "transition_norm_fiber_length", 0.73),
                self.number(active, "max_norm_active_fiber_length", 1.8),
                self.number(active, "shallow_ascending_slope", 0.8616),
                self.number(active, "minimum_value", 0.1),
            ),
            passive=PassiveCurve(
                zero,
                one,
                self.number(passive, "stiffness_at_low_force", 0.2),
                self.number(passive, "stiffness_at_one_norm_force", 2.0 / (one - zero)),
                self.number(passive, "curviness", 0.75),
            ),
            velocity=VelocityCurve(
                self.number(velocity, "concentric_slope_at_vmax", 0.0),
                self.number(velocity, "concentric_slope_near_vmax", 0.25),
                self.number(velocity, "isometric_slope", 5.0),
                self.number(velocity, "eccentric_slope_at_vmax", 0.0),
                self.number(velocity, "eccentric_slope_near_vmax", 0.15),
                self.number(velocity, "max_eccentric_velocity_force_multiplier", 1.4),
            ),
        )
