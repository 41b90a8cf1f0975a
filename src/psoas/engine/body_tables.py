"""A body as plain tables: what an OpenSim file, our own data files and the scaling all speak.

Every length is in metres in the frame of the named segment, every angle in radians. Euler angles are
body-fixed x-y-z, as in OpenSim's offset frames and wrap objects. Nothing here knows MuJoCo.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

Vec3 = tuple[float, float, float]
FunctionKind = Literal["constant", "linear", "polynomial", "simm_spline"]
Quadrant = Literal["all", "x", "+x", "-x", "y", "+y", "-y", "z", "+z", "-z"]


@dataclass(frozen=True, slots=True)
class Function:
    """y(x) times `scale`. `linear`, `polynomial`: y are coefficients, highest first; `simm_spline`: knots."""

    kind: FunctionKind
    y: tuple[float, ...]
    x: tuple[float, ...] = ()
    scale: float = 1.0


IDENTITY = Function("linear", (1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Segment:
    """A rigid body: centre of mass and inertia (xx yy zz xy xz yz, about the centre) in its own frame.

    `scale` is what it was scaled by from the published body, where that is known.
    """

    name: str
    mass_kg: float
    centre_m: Vec3
    inertia_kg_m2: tuple[float, float, float, float, float, float]
    scale: Vec3 | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """One degree of freedom of a joint: motion along (`slide`) or about (`hinge`) `direction`.

    Its value is `function` of `coordinate`; without a coordinate the function is a constant.
    """

    name: str
    kind: Literal["slide", "hinge"]
    direction: Vec3
    coordinate: str | None
    function: Function


@dataclass(frozen=True, slots=True)
class JointTable:
    """Child frame: parent offset, then slides, then hinges in order, then the inverse of the child offset."""

    name: str
    parent: str
    child: str
    parent_translation_m: Vec3
    parent_euler_rad: Vec3
    child_translation_m: Vec3
    child_euler_rad: Vec3
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class CoordinateTable:
    """An independent coordinate with the range in which the published body is meant to move."""

    name: str
    default: float
    range: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """A point fixed to a segment: a path point, an origin or a marker."""

    name: str
    segment: str
    location_m: Vec3


@dataclass(frozen=True, slots=True)
class WrapCylinder:
    """A cylinder that muscle lines pass over; its axis is its own z. `quadrant` is the side they stay on."""

    name: str
    segment: str
    translation_m: Vec3
    euler_rad: Vec3
    radius_m: float
    length_m: float
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class PathWrap:
    """Which cylinder a line may wrap, and between which of its points (1-based; None: anywhere)."""

    wrap: str
    between: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class ActiveCurve:
    """Millard 2013 active force-length curve, in optimal fibre lengths."""

    shortest: float
    transition: float
    longest: float
    shallow_slope: float
    floor: float


@dataclass(frozen=True, slots=True)
class PassiveCurve:
    """Millard 2013 passive force-length curve: strains at which the force is zero and one; stiffnesses."""

    strain_at_zero_force: float
    strain_at_one_norm_force: float
    stiffness_at_low_force: float
    stiffness_at_one_norm_force: float
    curviness: float


@dataclass(frozen=True, slots=True)
class VelocityCurve:
    """Millard 2013 force-velocity curve: slopes at vmax, near vmax, isometric; the eccentric plateau."""

    concentric_slope_at_vmax: float
    concentric_slope_near_vmax: float
    isometric_slope: float
    eccentric_slope_at_vmax: float
    eccentric_slope_near_vmax: float
    eccentric_plateau: float
    concentric_curviness: float = 0.6
    eccentric_curviness: float = 0.9


@dataclass(frozen=True, slots=True)
class MuscleLine:
    """A line of a muscle: path and parameters. Lines of one muscle share `muscle`; shares add up to 1."""

    name: str
    muscle: str
    share: float
    points: tuple[Point, ...]
    wraps: tuple[PathWrap, ...]
    max_isometric_force_n: float
    optimal_fibre_length_m: float
    tendon_slack_length_m: float
    pennation_rad: float
    max_velocity_lopt_s: float
    active: ActiveCurve
    passive: PassiveCurve
    velocity: VelocityCurve


@dataclass(frozen=True, slots=True)
class BodyTables:
    """A whole body. Segments, joints and lines keep the order of their source."""

    name: str
    segments: tuple[Segment, ...]
    joints: tuple[JointTable, ...]
    coordinates: tuple[CoordinateTable, ...]
    wraps: tuple[WrapCylinder, ...]
    lines: tuple[MuscleLine, ...]
    markers: tuple[Point, ...]

    @property
    def mass_kg(self) -> float:
        """Sum of the segment masses."""
        return sum(s.mass_kg for s in self.segments)

    def segment(self, name: str) -> Segment:
        """The segment of that name."""
        return next(s for s in self.segments if s.name == name)

    def joint(self, name: str) -> JointTable:
        """The joint of that name."""
        return next(j for j in self.joints if j.name == name)

    def line(self, name: str) -> MuscleLine:
        """The muscle line of that name."""
        return next(m for m in self.lines if m.name == name)


def sha256(tables: BodyTables) -> str:
    """Fingerprint of every number of a body; equal tables have equal fingerprints on every machine."""
    return hashlib.sha256(json.dumps(asdict(tables), sort_keys=True).encode()).hexdigest()


def mirrored_point(v: Vec3) -> Vec3:
    """The point on the other side of the sagittal plane (z to the right)."""
    return (v[0], v[1], -v[2])


def mirrored_euler(v: Vec3) -> Vec3:
    """Body-fixed x-y-z angles of a frame mirrored in the sagittal plane: turns about x and y change sign."""
    return (-v[0], -v[1], v[2])


def left(name: str) -> str:
    """The left-side name of a right-side name; a name without a side stays."""
    return name.replace("_r_", "_l_") if "_r_" in name else name[:-2] + "_l" if name.endswith("_r") else name


def _left_point(p: Point) -> Point:
    return Point(left(p.name), left(p.segment), mirrored_point(p.location_m))


def _left_axis(axis: Axis) -> Axis:
    """Mirrored axis with the same sign convention: hinges about z and slides along x, y keep their direction.

    A mirrored rotation turns about the mirrored axis the other way, (x, y, z) -> (-x, -y, z).
    """
    x, y, z = axis.direction
    direction = (x, y, -z) if axis.kind == "slide" else (-x, -y, z)
    coordinate = left(axis.coordinate) if axis.coordinate else None
    return Axis(axis.name, axis.kind, direction, coordinate, axis.function)


def _left_segment(s: Segment) -> Segment:
    xx, yy, zz, xy, xz, yz = s.inertia_kg_m2
    return replace(
        s, name=left(s.name), centre_m=mirrored_point(s.centre_m), inertia_kg_m2=(xx, yy, zz, xy, -xz, -yz)
    )


def _left_joint(j: JointTable) -> JointTable:
    return JointTable(
        left(j.name),
        left(j.parent),
        left(j.child),
        mirrored_point(j.parent_translation_m),
        mirrored_euler(j.parent_euler_rad),
        mirrored_point(j.child_translation_m),
        mirrored_euler(j.child_euler_rad),
        tuple(_left_axis(a) for a in j.axes),
    )


def _left_wrap(w: WrapCylinder) -> WrapCylinder:
    return replace(
        w,
        name=left(w.name),
        segment=left(w.segment),
        translation_m=mirrored_point(w.translation_m),
        euler_rad=mirrored_euler(w.euler_rad),
    )


def _left_line(m: MuscleLine) -> MuscleLine:
    return replace(
        m,
        name=left(m.name),
        muscle=left(m.muscle),
        points=tuple(_left_point(p) for p in m.points),
        wraps=tuple(replace(w, wrap=left(w.wrap)) for w in m.wraps),
    )


def _right(names: Iterable[str]) -> set[str]:
    return {n for n in names if n.endswith("_r")}


def with_left_side(right: BodyTables) -> BodyTables:
    """The whole body from its middle and right side: the left side is the exact mirror image.

    Markers have no sided names of one kind (R.ASIS, RASI, r_ankle), so they are given on both sides already.
    """
    sided_segments = _right(s.name for s in right.segments)
    return replace(
        right,
        segments=right.segments + tuple(_left_segment(s) for s in right.segments if s.name in sided_segments),
        joints=right.joints + tuple(_left_joint(j) for j in right.joints if j.name.endswith("_r")),
        coordinates=right.coordinates
        + tuple(replace(c, name=left(c.name)) for c in right.coordinates if c.name.endswith("_r")),
        wraps=right.wraps + tuple(_left_wrap(w) for w in right.wraps if w.name.endswith("_r")),
        lines=right.lines + tuple(_left_line(m) for m in right.lines if m.name.endswith("_r")),
    )
