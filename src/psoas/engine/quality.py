"""Whether to trust a run, and why not: every doubt is one sentence a person can act on.

Limits with a source: Hicks et al. 2015 (doi:10.1115/1.4029304): marker errors, residual forces against the
net external force, reserves against the joint moments. The others are this project's own (docs/decisions.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from psoas.engine.inverse_kinematics import MarkerErrors
from psoas.engine.peaks import contact_of, peaks, resultant_n
from psoas.engine.types import Analysis, Body, MuscleForces, Quality, Side
from psoas.units import body_weight_n

Trust = Literal["good", "fair", "doubtful"]
Doubt = tuple[Trust, str]

MARKER_RMS_M = (0.02, 0.04)  # fair above, doubtful above
RESIDUAL_RMS_BW = (0.05, 0.15)
RESERVE_SHARE = (0.05, 0.10)  # of the largest joint moment: RMS, most
LATE_PEAK_BW = (3.5, 4.0)
UNSOLVED_SHARE = 0.05
OPPOSED_NM = 10.0
DEEP_HIP_DEG = 90.0
MEASURED_KNEE_BW = 4.0
"""Above it no daily movement of an instrumented knee: mean peaks are 1.1 standing to 3.5 on stairs down
(Kutzner et al. 2010, doi:10.1016/j.jbiomech.2010.03.046, 5 people)."""
SCALED = {
    "none": "The body is the published one, not this person's size.",
    "height_mass": "The body was scaled from height and mass alone; segments may be off by centimetres.",
    "moving": "The body was scaled from the moving trial itself; a static trial would be firmer.",
}


def of_kinematics(errors: MarkerErrors | None, body: Body) -> Quality:
    """Quality of a run without ground reactions."""
    rms = None if errors is None else errors.mean_rms_m
    doubts = [*_markers(errors), *_scaling(body)]
    doubts.append(("fair", "No ground reactions: kinematics and muscle lengths only, no forces."))
    return Quality(_worst(doubts), tuple(says for _, says in doubts), marker_rms_m=rms)


def of_analysis(analysis: Analysis, errors: MarkerErrors | None) -> Quality:
    """Quality of a run with forces, judged on the body as built."""
    moments = analysis.moments
    assert moments is not None
    as_built = analysis.solved[0]
    doubts = [*_markers(errors), *_scaling(analysis.body)]
    doubts += [("fair", note) for note in analysis.notes if note.startswith("Mass in doubt")]
    residual = np.linalg.norm(moments.residual_force_n, axis=1)
    doubts += _residual(residual, body_weight_n(analysis.subject.mass_kg))
    doubts += _reserves(analysis)
    failed = max(int(np.count_nonzero(m.status)) for m in as_built.muscles.values())
    doubts += _unsolved(failed, len(moments.time_s))
    doubts += late_peaks(analysis)
    doubts += _deep_hip(analysis)
    doubts += _bends(analysis)
    doubts += _opposed(analysis)
    return Quality(
        _worst(doubts),
        tuple(says for _, says in doubts),
        marker_rms_m=None if errors is None else errors.mean_rms_m,
        residual_force_n=rms_and_max(residual),
        residual_moment_nm=rms_and_max(np.linalg.norm(moments.residual_moment_nm, axis=1)),
        reserve_nm=rms_and_max(_all_reserves(analysis)),
        frames_not_solved=failed,
    )


def late_peaks(analysis: Analysis) -> list[Doubt]:
    """Late-stance peaks that living knees do not show in ordinary walking."""
    doubtful, artefact = LATE_PEAK_BW
    found: list[Doubt] = []
    for side in analysis.sides:
        for peak in peaks(analysis, contact_of(analysis.solved[0], "tibiofemoral", side)):
            if peak.phase != "late_stance" or peak.bw <= doubtful:
                continue
            word = "an artefact of load sharing" if peak.bw > artefact else "doubtful"
            found.append(
                (
                    "doubtful",
                    f"The late-stance peak of the {SIDE_WORD[side]} knee, {peak.bw:.2f} body weights, is "
                    f"{word}: 2.3 to 3.5 are credible in ordinary walking.",
                )
            )
    return found


SIDE_WORD: Mapping[Side, str] = {"r": "right", "l": "left"}


def rms_and_max(size: Float[np.ndarray, "..."]) -> dict[str, float]:
    """Root mean square and largest value of what is finite."""
    finite = size[np.isfinite(size)]
    return {"rms": float(np.sqrt(np.mean(finite**2))), "max": float(np.max(np.abs(finite)))}


def with_doubt(quality: Quality, trust: Trust, says: str) -> Quality:
    """The same quality with one more reason."""
    worst = _worst([(quality.trust, ""), (trust, "")])
    return replace(quality, trust=worst, reasons=(*quality.reasons, says))


def opposition(analysis: Analysis, side: Side, frame: int) -> tuple[float, float, float]:
    """Moments about the knee at a frame, N.m: rectus femoris, gastrocnemii, net (extension +)."""
    muscles = analysis.solved[0].muscles[side]
    knee = analysis.geometry.dofs.index(f"knee_angle_{side}")
    names = body_lines(analysis, muscles)
    arm = -analysis.geometry.moment_arm_m[frame, knee, names]
    pull = arm * muscles.force_n[frame]
    rectus = sum(float(pull[i]) for i, n in enumerate(muscles.names) if n.startswith("recfem_"))
    calf = sum(float(pull[i]) for i, n in enumerate(muscles.names) if n.startswith(("gasmed_", "gaslat_")))
    moments = analysis.moments
    assert moments is not None
    net = -float(moments.moment_nm[frame, moments.names.index(f"knee_angle_{side}")])
    return rectus, calf, net


def _worst(doubts: list[Doubt]) -> Trust:
    levels = {trust for trust, _ in doubts}
    return "doubtful" if "doubtful" in levels else "fair" if "fair" in levels else "good"


def _graded(value: float, limits: tuple[float, float], says: str) -> list[Doubt]:
    fair, doubtful = limits
    return [("doubtful" if value > doubtful else "fair", says)] if value > fair else []


def _markers(errors: MarkerErrors | None) -> list[Doubt]:
    if errors is None:
        return []
    marker, worst = errors.worst
    return _graded(
        errors.mean_rms_m,
        MARKER_RMS_M,
        f"Markers are {1000 * errors.mean_rms_m:.0f} mm RMS from the body "
        f"(most: {marker}, {1000 * worst:.0f} mm); below 20 mm is usual.",
    )


def _scaling(body: Body) -> list[Doubt]:
    return [("fair", SCALED[body.scaled_from])] if body.scaled_from in SCALED else []


def _residual(residual_n: Float[np.ndarray, "time"], weight_n: float) -> list[Doubt]:
    rms = rms_and_max(residual_n)["rms"]
    return _graded(
        rms / weight_n,
        RESIDUAL_RMS_BW,
        f"Motion and forces do not quite agree: a residual of {rms:.0f} N RMS at the pelvis "
        f"({100 * rms / weight_n:.0f} % of body weight; 5 % is the goal).",
    )


def _all_reserves(analysis: Analysis) -> Float[np.ndarray, "value"]:
    parts = [m.reserve_nm.ravel() for m in analysis.solved[0].muscles.values()]
    return np.concatenate(parts)


def _deep_hip(analysis: Analysis) -> list[Doubt]:
    """Hips flexed beyond what the body was checked for (docs/explanation/forces.md)."""
    names = analysis.coordinates.names
    columns = [names.index(f"hip_flexion_{side}") for side in analysis.sides]
    deepest = float(np.rad2deg(analysis.coordinates.value[:, columns].max()))
    if deepest <= DEEP_HIP_DEG:
        return []
    says = (
        f"The hip is flexed to {deepest:.0f} degrees: beyond {DEEP_HIP_DEG:.0f} nobody measured how its "
        "muscles resist at rest, and two small ones balance its rotation. The knee force there is less sure."
    )
    return [("fair", says)]


def _bends(analysis: Analysis) -> list[Doubt]:
    """Knees of a squat, a step or a rise that bear more than any measured knee; walks have `late_peaks`."""
    if analysis.movement == "gait":
        return []
    found: list[Doubt] = []
    for side in analysis.sides:
        size = resultant_n(contact_of(analysis.solved[0], "tibiofemoral", side))
        most = float(np.nanmax(size)) / body_weight_n(analysis.subject.mass_kg)
        if most > MEASURED_KNEE_BW:
            found.append(
                (
                    "doubtful",
                    f"The {SIDE_WORD[side]} knee bears up to {most:.1f} body weights: above the "
                    f"{MEASURED_KNEE_BW:g} that no measured knee reaches in daily life.",
                )
            )
    return found


def _reserves(analysis: Analysis) -> list[Doubt]:
    """Reserves of each joint against that joint's largest moment; the worst one is told."""
    assert analysis.moments is not None
    names = analysis.moments.names
    found: list[tuple[float, Doubt]] = []
    for muscles in analysis.solved[0].muscles.values():
        for i, dof in enumerate(muscles.dofs):
            largest = float(np.abs(analysis.moments.moment_nm[:, names.index(dof)]).max())
            left = rms_and_max(muscles.reserve_nm[:, i])
            share, most = left["rms"] / largest, left["max"] / largest
            if share > RESERVE_SHARE[0] or most > RESERVE_SHARE[1]:
                trust: Trust = "doubtful" if share > 2 * RESERVE_SHARE[0] else "fair"
                says = (
                    f"The muscles do not make the whole moment of {dof}: up to {left['max']:.1f} N.m "
                    f"({100 * most:.0f} % of its largest) is left to a reserve."
                )
                found.append((most, (trust, says)))
    return [max(found)[1]] if found else []


def _unsolved(failed: int, frames: int) -> list[Doubt]:
    if not failed:
        return []
    trust: Trust = "doubtful" if failed > UNSOLVED_SHARE * frames else "fair"
    return [(trust, f"{failed} of {frames} frames could not be solved; they are left out.")]


def _opposed(analysis: Analysis) -> list[Doubt]:
    """Rectus femoris and gastrocnemii that cancel more than the knee's net moment at the late-stance peak."""
    found: list[tuple[float, Doubt]] = []
    for side in analysis.sides:
        for peak in peaks(analysis, contact_of(analysis.solved[0], "tibiofemoral", side)):
            if peak.phase != "late_stance":
                continue
            rectus, calf, net = opposition(analysis, side, peak.frame)
            cancelled = min(max(rectus, 0.0), max(-calf, 0.0))
            says = (
                f"At the late-stance peak ({SIDE_WORD[side]} leg) rectus femoris ({rectus:+.0f} N.m) and "
                f"gastrocnemii ({calf:+.0f} N.m) oppose each other about the knee (net {net:+.0f} N.m): "
                "the cost decides by how much, not the recording."
            )
            if cancelled > OPPOSED_NM and cancelled > abs(net):
                found.append((cancelled, ("fair", says)))
    return [max(found)[1]] if found else []


def body_lines(analysis: Analysis, muscles: MuscleForces) -> list[int]:
    """Columns of the analysis' geometry that hold the lines of a leg's muscle forces."""
    column = {name: i for i, name in enumerate(analysis.body.muscles.names)}
    return [column[name] for name in muscles.names]
