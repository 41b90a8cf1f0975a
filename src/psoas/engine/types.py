"""The values that walk through the engine: frozen, SI and radians, time first.

Ground frame (the frame of every vector unless a docstring says otherwise): x forward, y up, z to the
person's right, as OpenSim has it; the MuJoCo world is the same frame, with gravity along -y. Body frames
are OpenSim's Rajagopal body frames (x anterior, y superior, z right in the standing person).

Coordinates and muscles have the names of the Rajagopal family. Signs: `pelvis_tilt` posterior positive,
`hip_flexion_*` flexion, `hip_adduction_*` adduction, `hip_rotation_*` internal rotation, `knee_angle_*`
flexion, `ankle_angle_*` dorsiflexion positive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Int

Side = Literal["r", "l"]
Joint = Literal["tibiofemoral", "patellofemoral", "hip"]
Passive = Literal["calibrated", "published"]
Patella = Literal["lever", "pulley"]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Who moved. No identity."""

    mass_kg: float
    height_m: float | None = None
    age_years: float | None = None
    sex: Literal["female", "male"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file that was read, by name and content."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Markers:
    """Marker positions in the ground frame; NaN where a marker was not seen."""

    time_s: Float[np.ndarray, "time"]
    position_m: Float[np.ndarray, "time marker 3"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Generalised coordinates: rad (m for `pelvis_tx|ty|tz`), in the order of `names`."""

    time_s: Float[np.ndarray, "time"]
    value: Float[np.ndarray, "time coordinate"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GroundReaction:
    """What each force plate measured, as force on the person, in the ground frame.

    `point_m` is the centre of pressure, `free_moment_nm` the moment about it. Nothing here says which foot.
    """

    time_s: Float[np.ndarray, "time"]
    force_n: Float[np.ndarray, "time plate 3"]
    point_m: Float[np.ndarray, "time plate 3"]
    free_moment_nm: Float[np.ndarray, "time plate 3"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FootReaction:
    """Ground reaction given to the feet: `side` order is r, l."""

    time_s: Float[np.ndarray, "time"]
    force_n: Float[np.ndarray, "time 2 3"]
    point_m: Float[np.ndarray, "time 2 3"]
    free_moment_nm: Float[np.ndarray, "time 2 3"]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One recording as read: what the files held, and everything the reader did to it (`notes`)."""

    name: str
    markers: Markers | None = None
    static_markers: Markers | None = None
    coordinates: Coordinates | None = None
    ground_reaction: GroundReaction | None = None
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MuscleTable:
    """Parameters of the muscle lines of a body; a muscle split in lines shares its name in `muscle`.

    `share` is the line's part of its muscle's maximal force (1.0 where a muscle is one line).
    Curves are sampled on `curve_length` (fibre length over optimal fibre length). `passive_force_length` is
    what a line with a rigid tendon pulls; where it stands for fibre and tendon together, `fibre_passive` is
    the fibre's own curve, and `tendon_per_fibre` the tendon that gives, in optimal fibre lengths (else None).
    """

    names: tuple[str, ...]
    muscle: tuple[str, ...]
    share: Float[np.ndarray, "muscle"]
    max_isometric_force_n: Float[np.ndarray, "muscle"]
    optimal_fibre_length_m: Float[np.ndarray, "muscle"]
    tendon_slack_length_m: Float[np.ndarray, "muscle"]
    pennation_rad: Float[np.ndarray, "muscle"]
    max_velocity_lopt_s: Float[np.ndarray, "muscle"]
    curve_length: Float[np.ndarray, "sample"]
    active_force_length: Float[np.ndarray, "muscle sample"]
    passive_force_length: Float[np.ndarray, "muscle sample"]
    curve_velocity: Float[np.ndarray, "velocity"]
    force_velocity: Float[np.ndarray, "velocity"]
    fibre_passive: Float[np.ndarray, "muscle sample"] | None = None
    tendon_per_fibre: Float[np.ndarray, "muscle"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """A dependent joint of the body: value = spline(independent coordinate), as the knee's slides are."""

    dependent: str
    independent: str
    spline: Any  # scipy PPoly: value and derivative


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A corrected, scaled body. `mj` is a mujoco.MjModel whose world is the ground frame.

    `coordinates` are the independent ones, `coordinate_range` the range in which each is meant to move.
    A MuJoCo joint either has a coordinate's name and is it, or follows one by `couplings` (the lumbar
    coordinates have no joint of their own: five levels follow them; see `kinematics.joint_motion`).
    `tendons[i]` is the MuJoCo tendon of `muscles.names[i]`; `shortfalls` is by how much the published model,
    from which the fibre lengths come, takes a line for shorter than its path (docs/decisions.md).
    `passive` tells whether passive curves are calibrated (with hip ligaments and knee capsule beside them) or
    as the model was published.
    """

    name: str
    sha256: str
    mj: Any
    coordinates: tuple[str, ...]
    coordinate_range: Float[np.ndarray, "coordinate 2"]
    couplings: tuple[Coupling, ...]
    shortfalls: tuple[Coupling, ...]
    muscles: MuscleTable
    tendons: Int[np.ndarray, "muscle"]
    mass_kg: float
    height_m: float | None
    scaled_from: Literal["none", "static", "osim", "height_mass", "moving"] = "none"
    segment_scales: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    passive: Passive = "published"


@dataclass(frozen=True, slots=True, eq=False)
class JointMoments:
    """Net generalised forces of inverse dynamics, N.m, positive along their coordinate.

    The residual is what has to act on the pelvis, in the ground frame, for the records to agree.
    `ligament_nm` is the part of `moment_nm` that ligaments and capsules make (None: none is counted).
    """

    time_s: Float[np.ndarray, "time"]
    moment_nm: Float[np.ndarray, "time dof"]
    names: tuple[str, ...]
    residual_force_n: Float[np.ndarray, "time 3"]
    residual_moment_nm: Float[np.ndarray, "time 3"]
    ligament_nm: Float[np.ndarray, "time dof"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MuscleGeometry:
    """Paths of the muscle lines over a movement; computed once, used by every condition.

    `moment_arm_m` is -dL/dq of the independent coordinate (positive: the muscle pulls along it).
    """

    time_s: Float[np.ndarray, "time"]
    length_m: Float[np.ndarray, "time muscle"]
    velocity_m_s: Float[np.ndarray, "time muscle"]
    moment_arm_m: Float[np.ndarray, "time dof muscle"]
    dofs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """The what-if knobs by muscle group or muscle, with or without a side (`iliopsoas`, `recfem_r`).

    strength: maximal active force times x. shortness: optimal fibre length times (1 - x), tendon slack
    length unchanged. stiffness: passive force times x.
    """

    name: str
    strength: Mapping[str, float] = field(default_factory=dict)
    shortness: Mapping[str, float] = field(default_factory=dict)
    stiffness: Mapping[str, float] = field(default_factory=dict)


AS_BUILT = Condition("as_built")


@dataclass(frozen=True, slots=True, eq=False)
class MuscleForces:
    """The sharing of the joint moments among the muscles; `status` 0 is solved, `reserve_nm` what they left.

    `force_n` is the tendon force, active and passive together.
    """

    time_s: Float[np.ndarray, "time"]
    activation: Float[np.ndarray, "time muscle"]
    force_n: Float[np.ndarray, "time muscle"]
    passive_force_n: Float[np.ndarray, "time muscle"]
    reserve_nm: Float[np.ndarray, "time dof"]
    status: Int[np.ndarray, "time"]
    names: tuple[str, ...]
    dofs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ContactForces:
    """Joint contact force. Tibiofemoral: on the tibia, tibial frame, with its medial and lateral parts.

    Patellofemoral: on the patella, patellar frame. Hip: on the femur, femoral frame.
    """

    joint: Joint
    side: Side
    time_s: Float[np.ndarray, "time"]
    force_n: Float[np.ndarray, "time 3"]
    medial_n: Float[np.ndarray, "time"] | None = None
    lateral_n: Float[np.ndarray, "time"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GaitEvents:
    """Initial contacts and toe-offs of one side, s."""

    side: Side
    initial_contact_s: Float[np.ndarray, "contact"]
    toe_off_s: Float[np.ndarray, "off"]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Muscle and contact forces of one condition; `sharing` names the setting of the cost."""

    condition: Condition
    muscles: Mapping[Side, MuscleForces]
    contacts: tuple[ContactForces, ...]
    sharing: str = "default"


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """Whether to trust the run, and why not."""

    trust: Literal["good", "fair", "doubtful"]
    reasons: tuple[str, ...]
    marker_rms_m: float | None = None
    residual_force_n: Mapping[str, float] | None = None
    residual_moment_nm: Mapping[str, float] | None = None
    reserve_nm: Mapping[str, float] | None = None
    frames_not_solved: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """What made a result: program, body, inputs, settings. No clock, so equal inputs give equal results."""

    psoas: str
    body_sha256: str
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]
    scaled_from: str


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Every result of one run.

    Without ground reactions `moments` is None, `solved` and `band` are empty, and `geometry` (muscle lengths,
    in the order of `body.muscles`) is what there is. `band` holds as built under the other costs: how far the
    choice of the cost matters.
    """

    subject: Subject
    body: Body
    trial: str
    movement: Literal["gait", "other"]
    window_s: tuple[float, float]
    rate_hz: float
    coordinates: Coordinates
    moments: JointMoments | None
    solved: tuple[Solved, ...]
    band: tuple[Solved, ...]
    events: tuple[GaitEvents, ...]
    quality: Quality
    provenance: Provenance
    geometry: MuscleGeometry
    sides: tuple[Side, ...] = ("r", "l")
    notes: tuple[str, ...] = ()


FrameMask = Bool[np.ndarray, "time"]
