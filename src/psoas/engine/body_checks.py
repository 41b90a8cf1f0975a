"""Whether tables hang together as a body, told before anything is built from them."""

from collections import Counter
from collections.abc import Iterable, Iterator

from psoas.engine.body_tables import BodyTables
from psoas.errors import ModelError

NEEDED_JOINTS = (
    "back",
    "acromial_r",
)  # the spine takes the place of the one and measures its scale by the other
NEEDED_POINTS_OF_PSOAS = (
    4  # origin, brim, and two on the femur, with the cylinder between the second and third
)


def check(tables: BodyTables) -> None:
    """Raises ModelError for the first fault: a name that means nothing or two things, impossible numbers."""
    fault = next(_faults(tables), None)
    if fault is not None:
        raise ModelError(
            f"The body does not hang together: {fault}",
            tables.name,
            "Write the model anew from OpenSim; check what edited it in between.",
        )


def _faults(t: BodyTables) -> Iterator[str]:
    for kind, names in (
        ("segments", [s.name for s in t.segments]),
        ("joints", [j.name for j in t.joints]),
        ("coordinates", [c.name for c in t.coordinates]),
        ("wrap cylinders", [w.name for w in t.wraps]),
        ("muscles", [m.name for m in t.lines]),
        ("markers", [m.name for m in t.markers]),
    ):
        for name in _twice(names):
            yield f"two {kind} are called {name}"
    segments = {s.name for s in t.segments} | {"ground"}
    yield from _unknown("the joint", ((j.name, s) for j in t.joints for s in (j.parent, j.child)), segments)
    yield from _unknown("the cylinder", ((w.name, w.segment) for w in t.wraps), segments)
    yield from _unknown("the marker", ((m.name, m.segment) for m in t.markers), segments)
    yield from _unknown("the muscle", ((m.name, p.segment) for m in t.lines for p in m.points), segments)
    yield from _joint_faults(t)
    yield from _muscle_faults(t)


def _joint_faults(t: BodyTables) -> Iterator[str]:
    hung = Counter(j.child for j in t.joints)
    for segment in t.segments:
        if hung[segment.name] != 1:
            yield f"the segment {segment.name} hangs on {hung[segment.name]} joints instead of one"
    names = {j.name for j in t.joints}
    for name in NEEDED_JOINTS:
        if name not in names:
            yield f"there is no joint {name}"
    coordinates = {c.name for c in t.coordinates}
    moved: Counter[str | None] = Counter()
    for joint in t.joints:
        for axis in joint.axes:
            if axis.coordinate is not None and axis.coordinate not in coordinates:
                yield f"the joint {joint.name} follows {axis.coordinate}, which is no coordinate"
            if not any(axis.direction):
                yield f"an axis of the joint {joint.name} has no direction"
            moved[axis.coordinate] += 1
    for coordinate in t.coordinates:
        if not moved[coordinate.name]:
            yield f"the coordinate {coordinate.name} moves nothing"
        if coordinate.range[0] > coordinate.range[1]:
            yield f"the range of the coordinate {coordinate.name} is upside down"


def _muscle_faults(t: BodyTables) -> Iterator[str]:
    for w in t.wraps:
        if w.radius_m <= 0.0 or w.length_m <= 0.0:
            yield f"the cylinder {w.name} has no size"
    for m in t.lines:
        if min(m.max_isometric_force_n, m.optimal_fibre_length_m, m.max_velocity_lopt_s) <= 0.0:
            yield f"the muscle {m.name} has no force, fibre or velocity"
        if m.tendon_slack_length_m < 0.0 or not 0.0 <= m.pennation_rad < 1.5:
            yield f"the muscle {m.name} has an impossible tendon or pennation"
        if not m.active.shortest < m.active.transition < 1.0 < m.active.longest:
            yield f"the active curve of the muscle {m.name} does not rise and fall"
        if m.passive.strain_at_one_norm_force <= m.passive.strain_at_zero_force:
            yield f"the passive curve of the muscle {m.name} does not rise"
        if min(m.passive.stiffness_at_low_force, m.passive.stiffness_at_one_norm_force) <= 0.0:
            yield f"the passive curve of the muscle {m.name} does not rise"
        for wrap in m.wraps:
            if wrap.between is not None and not 1 <= wrap.between[0] < wrap.between[1] <= len(m.points):
                yield f"the muscle {m.name} wraps between points that it does not have"
        if m.name in ("psoas_r", "psoas_l") and len(m.points) != NEEDED_POINTS_OF_PSOAS:
            yield f"the muscle {m.name} has {len(m.points)} points instead of {NEEDED_POINTS_OF_PSOAS}"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _unknown(what: str, pairs: Iterable[tuple[str, str]], segments: set[str]) -> Iterator[str]:
    for name, segment in pairs:
        if segment not in segments:
            yield f"{what} {name} is on {segment}, which is no segment"
