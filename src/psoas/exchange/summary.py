"""`summary.json`: the numbers of a run, in the shape that other programs rely on."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from psoas.engine.peaks import contact_of, peaks, resultant_n
from psoas.engine.types import Analysis, ContactForces, MuscleForces, Side, Solved


def summary(analysis: Analysis) -> dict[str, Any]:
    """Every headline number of an analysis; equal analyses give equal summaries (no clock)."""
    quality, made = analysis.quality, analysis.provenance
    conditions = [_condition(analysis, solved) for solved in analysis.solved]
    return {
        "subject": {"mass_kg": analysis.subject.mass_kg, "height_m": analysis.subject.height_m},
        "trial": {
            "name": analysis.trial,
            "frames": len(analysis.coordinates.time_s),
            "rate_hz": _rounded(analysis.rate_hz),
            "window_s": [_rounded(t) for t in analysis.window_s],
            "movement": analysis.movement,
        },
        "sides": conditions[0]["sides"] if conditions else {},
        "conditions": conditions,
        "band": [{"sharing": s.sharing, "sides": _sides(analysis, s)} for s in analysis.band],
        "quality": {
            "trust": quality.trust,
            "reasons": list(quality.reasons),
            "marker_rms_m": _rounded(quality.marker_rms_m),
            "residual_force_n": _rms_and_max(quality.residual_force_n),
            "residual_moment_nm": _rms_and_max(quality.residual_moment_nm),
            "reserve_nm": _rms_and_max(quality.reserve_nm),
            "frames_not_solved": quality.frames_not_solved,
            "notes": list(analysis.notes),
        },
        "provenance": {
            "psoas": made.psoas,
            "body_sha256": made.body_sha256,
            "inputs": dict(made.inputs),
            "settings": dict(made.settings),
            "scaled_from": made.scaled_from,
        },
    }


def muscle_sums(muscles: MuscleForces) -> dict[str, np.ndarray]:
    """Force over time by muscle: the fascicles of the psoas are one, other lines keep their name."""
    whole: dict[str, np.ndarray] = {}
    for i, line in enumerate(muscles.names):
        name = f"psoas_{line[-1]}" if line.startswith("psoas_") else line
        whole[name] = whole.get(name, np.zeros(len(muscles.time_s))) + muscles.force_n[:, i]
    return whole


def _condition(analysis: Analysis, solved: Solved) -> dict[str, Any]:
    knobs = solved.condition
    return {
        "name": knobs.name,
        "strength": dict(knobs.strength),
        "shortness": dict(knobs.shortness),
        "stiffness": dict(knobs.stiffness),
        "sides": _sides(analysis, solved),
    }


def _sides(analysis: Analysis, solved: Solved) -> dict[str, Any]:
    return {side: _side(analysis, solved, side) for side in analysis.sides}


def _side(analysis: Analysis, solved: Solved, side: Side) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for joint in ("tibiofemoral", "patellofemoral", "hip"):
        contact = contact_of(solved, joint, side)
        found[joint] = {
            "peaks": [
                {
                    "phase": peak.phase,
                    "percent": _rounded(peak.percent),
                    "n": _rounded(peak.n),
                    "bw": _rounded(peak.bw),
                }
                for peak in peaks(analysis, contact)
            ]
        }
    found["tibiofemoral"]["medial_share"] = _rounded(medial_share(contact_of(solved, "tibiofemoral", side)))
    found["muscle_peaks_n"] = {
        name: _rounded(float(np.nanmax(force))) for name, force in muscle_sums(solved.muscles[side]).items()
    }
    return found


def medial_share(contact: ContactForces) -> float | None:
    """Medial part of the tibiofemoral force at its largest; None where the parts are not known."""
    if contact.medial_n is None or contact.lateral_n is None:
        return None
    frame = int(np.nanargmax(resultant_n(contact)))
    return float(contact.medial_n[frame] / (contact.medial_n[frame] + contact.lateral_n[frame]))


def _rms_and_max(both: Mapping[str, float] | None) -> dict[str, float | None] | None:
    return None if both is None else {name: _rounded(value) for name, value in both.items()}


def _rounded(value: float | None) -> float | None:
    """Six significant digits: more would only carry the noise of the last bits into the file."""
    return None if value is None else float(f"{value:.6g}")
