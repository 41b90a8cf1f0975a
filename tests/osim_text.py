"""Writes a body's tables as an OpenSim file, so that reading can be tested without a file of others."""

from psoas.engine.body_tables import (
    Axis,
    BodyTables,
    Function,
    JointTable,
    MuscleLine,
    Point,
    Segment,
    WrapCylinder,
)

TAGS = {
    "constant": "Constant",
    "linear": "LinearFunction",
    "polynomial": "PolynomialFunction",
    "simm_spline": "SimmSpline",
}


def row(values: tuple[float, ...]) -> str:
    return " ".join(repr(float(v)) for v in values)


def function(f: Function) -> str:
    tag = TAGS[f.kind]
    if f.kind == "constant":
        inner = f"<{tag}><value>{f.y[0]!r}</value></{tag}>"
    elif f.kind == "simm_spline":
        inner = f"<{tag}><x>{row(f.x)}</x><y>{row(f.y)}</y></{tag}>"
    else:
        inner = f"<{tag}><coefficients>{row(f.y)}</coefficients></{tag}>"
    if f.scale == 1.0:
        return inner
    return f"<MultiplierFunction><function>{inner}</function><scale>{f.scale!r}</scale></MultiplierFunction>"


def segment(s: Segment, wraps: tuple[WrapCylinder, ...]) -> str:
    cylinders = "".join(
        f'<WrapCylinder name="{w.name}"><active>true</active>'
        f"<xyz_body_rotation>{row(w.euler_rad)}</xyz_body_rotation>"
        f"<translation>{row(w.translation_m)}</translation><quadrant>{w.quadrant}</quadrant>"
        f"<radius>{w.radius_m!r}</radius><length>{w.length_m!r}</length></WrapCylinder>"
        for w in wraps
        if w.segment == s.name
    )
    drawn = 0.85 if s.name.startswith("hand") else 1.0
    factors = "" if s.scale is None else row(tuple(drawn * f for f in s.scale))
    mesh = f"<Mesh name='m'><scale_factors>{factors}</scale_factors></Mesh>" if factors else ""
    return (
        f'<Body name="{s.name}"><attached_geometry>{mesh}</attached_geometry>'
        f"<WrapObjectSet><objects>{cylinders}"
        f"</objects></WrapObjectSet><mass>{s.mass_kg!r}</mass><mass_center>{row(s.centre_m)}</mass_center>"
        f"<inertia>{row(s.inertia_kg_m2)}</inertia></Body>"
    )


def axis(a: Axis, coordinate: str) -> str:
    return (
        f'<TransformAxis name="{a.name}"><coordinates>{coordinate}</coordinates>'
        f"<axis>{row(a.direction)}</axis>"
        f"{function(a.function)}</TransformAxis>"
    )


def joint(j: JointTable, tables: BodyTables) -> str:
    """Every joint as a custom joint; axes that a pin joint lacks are constant zero."""
    table = {c.name: c for c in tables.coordinates}
    own = [n for n in dict.fromkeys(a.coordinate for a in j.axes) if n]
    patella = j.child.startswith("patella")
    named = {n: f"{n}_beta" if patella else n for n in own}
    coordinates = "".join(
        f'<Coordinate name="{named[n]}"><default_value>{table[n].default!r}</default_value>'
        f"<range>{row(table[n].range)}</range></Coordinate>"
        for n in own
    )
    rest = {a.name for a in j.axes}
    fill = [
        Axis(f"{kind}{i}", "hinge", (1.0, 0.0, 0.0), None, Function("constant", (0.0,)))
        for kind in ("rotation", "translation")
        for i in (1, 2, 3)
        if f"{kind}{i}" not in rest
    ]
    axes = "".join(axis(a, named.get(a.coordinate or "", "")) for a in (*j.axes, *fill))
    frames = "".join(
        f'<PhysicalOffsetFrame name="{end}_offset"><socket_parent>/bodyset/{end}</socket_parent>'
        f"<translation>{row(translation)}</translation><orientation>{row(euler)}</orientation></PhysicalOffsetFrame>"
        for end, translation, euler in (
            (j.parent, j.parent_translation_m, j.parent_euler_rad),
            (j.child, j.child_translation_m, j.child_euler_rad),
        )
    )
    return (
        f'<CustomJoint name="{j.name}"><socket_parent_frame>{j.parent}_offset</socket_parent_frame>'
        f"<socket_child_frame>{j.child}_offset</socket_child_frame><coordinates>{coordinates}</coordinates>"
        f"<frames>{frames}</frames><SpatialTransform>{axes}</SpatialTransform></CustomJoint>"
    )


def point(p: Point, tag: str) -> str:
    return (
        f'<{tag} name="{p.name}"><socket_parent_frame>/bodyset/{p.segment}</socket_parent_frame>'
        f"<location>{row(p.location_m)}</location></{tag}>"
    )


def muscle(m: MuscleLine) -> str:
    a, p, v = m.active, m.passive, m.velocity
    points = "".join(point(q, "PathPoint") for q in m.points)
    wraps = "".join(
        f"<PathWrap><wrap_object>{w.wrap}</wrap_object><range>{w.between[0] if w.between else -1} "
        f"{w.between[1] if w.between else -1}</range></PathWrap>"
        for w in m.wraps
    )
    return (
        f'<Millard2012EquilibriumMuscle name="{m.name}"><GeometryPath>'
        f"<PathPointSet><objects>{points}</objects>"
        f"</PathPointSet><PathWrapSet><objects>{wraps}</objects></PathWrapSet></GeometryPath>"
        f"<max_isometric_force>{m.max_isometric_force_n!r}</max_isometric_force>"
        f"<optimal_fiber_length>{m.optimal_fibre_length_m!r}</optimal_fiber_length>"
        f"<tendon_slack_length>{m.tendon_slack_length_m!r}</tendon_slack_length>"
        f"<pennation_angle_at_optimal>{m.pennation_rad!r}</pennation_angle_at_optimal>"
        f"<max_contraction_velocity>{m.max_velocity_lopt_s!r}</max_contraction_velocity>"
        f"<ActiveForceLengthCurve><min_norm_active_fiber_length>{a.shortest}</min_norm_active_fiber_length>"
        f"<transition_norm_fiber_length>{a.transition}</transition_norm_fiber_length>"
        f"<max_norm_active_fiber_length>{a.longest}</max_norm_active_fiber_length>"
        f"<shallow_ascending_slope>{a.shallow_slope}</shallow_ascending_slope>"
        f"<minimum_value>{a.floor}</minimum_value></ActiveForceLengthCurve>"
        f"<FiberForceLengthCurve><strain_at_zero_force>{p.strain_at_zero_force}</strain_at_zero_force>"
        f"<strain_at_one_norm_force>{p.strain_at_one_norm_force}</strain_at_one_norm_force>"
        f"<stiffness_at_low_force>{p.stiffness_at_low_force}</stiffness_at_low_force>"
        f"<stiffness_at_one_norm_force>{p.stiffness_at_one_norm_force}</stiffness_at_one_norm_force>"
        f"<curviness>{p.curviness}</curviness></FiberForceLengthCurve><ForceVelocityCurve>"
        f"<max_eccentric_velocity_force_multiplier>{v.eccentric_plateau}</max_eccentric_velocity_force_multiplier>"
        "</ForceVelocityCurve></Millard2012EquilibriumMuscle>"
    )


def couplers() -> str:
    return "".join(
        f'<CoordinateCouplerConstraint name="beta_{s}"><coupled_coordinates_function><LinearFunction>'
        "<coefficients>1 0</coefficients></LinearFunction></coupled_coordinates_function>"
        f"<independent_coordinate_names>knee_angle_{s}</independent_coordinate_names>"
        f"<dependent_coordinate_name>knee_angle_{s}_beta</dependent_coordinate_name></CoordinateCouplerConstraint>"
        for s in "rl"
    )


def osim_text(t: BodyTables) -> str:
    def group(name: str, inner: str) -> str:
        return f"<{name}><objects>{inner}</objects></{name}>"

    return (
        f'<?xml version="1.0"?><OpenSimDocument Version="40000"><Model name="{t.name}">'
        + group("BodySet", "".join(segment(s, t.wraps) for s in t.segments))
        + group("JointSet", "".join(joint(j, t) for j in t.joints))
        + group("ConstraintSet", couplers())
        + group("ForceSet", "".join(muscle(m) for m in t.lines))
        + group("MarkerSet", "".join(point(p, "Marker") for p in t.markers))
        + "</Model></OpenSimDocument>"
    )
