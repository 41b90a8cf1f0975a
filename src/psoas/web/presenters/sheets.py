"""Sheets of statements to mark yes, not sure or no: the story of the pain, and what an examination showed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from psoas.web.presenters.page import shelf

MARKS = ("yes", "unsure", "no")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Findings that are asked together. tests: what is left unmarked was not tested, which is not a no."""

    id: str
    title: Any
    asks: tuple[str, ...]
    tests: bool = False


STORY = (
    Sheet(
        "knee",
        _("Where in the knee"),
        (
            "h_around_patella",
            "h_medial_line",
            "h_inferior_pole",
            "h_above_patella",
            "h_tib_tubercle",
            "h_pes_area",
        ),
    ),
    Sheet(
        "when",
        _("What brings it on"),
        (
            "h_squat_stairs",
            "h_sit_bent",
            "h_use_pain_short_stiff",
            "h_lateral_run",
            "h_load_change",
            "h_twist_injury",
        ),
    ),
    Sheet(
        "does",
        _("What the knee does"),
        ("h_effusion", "h_catch_click", "h_giveway_turn", "h_long_stiff", "h_several_joints"),
    ),
    Sheet(
        "hip",
        _("Hip and groin"),
        ("h_groin", "h_active_hipflex_pain", "h_snap", "h_socks_car", "h_medial_thigh"),
    ),
    Sheet("nerves", _("Back, nerves, sitting"), ("h_back_shooting", "h_numb", "h_saphenous", "h_long_sit")),
)
STEP = Sheet("step", _("The step-down"), ("e_squat_knee", "e_valgus_step"), tests=True)
EXAMINED = (
    Sheet(
        "exam-hip",
        _("What a clinician found at the hip"),
        (
            "e_hip_ir_limited",
            "e_fadir_pos",
            "e_fadir_neg",
            "e_mtt_groin_pain",
            "e_resisted_hf_groin",
            "e_hf_reproduces_knee",
            "e_hf_palp",
            "e_ext_normal",
            "e_abd_weak",
        ),
        tests=True,
    ),
    Sheet(
        "exam-knee",
        _("What a clinician found at the knee"),
        (
            "e_knee_normal",
            "e_facet",
            "e_resisted_kext",
            "e_jl_tender",
            "e_mcmurray_thessaly",
            "e_lachman",
            "e_bony_crepitus",
        ),
        tests=True,
    ),
    Sheet(
        "exam-nerve",
        _("What a clinician found at the nerves"),
        ("e_fst", "e_reflex", "e_adductor_weak", "e_adductor_normal"),
        tests=True,
    ),
)


def rows(sheet: Sheet, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a sheet with what was marked before."""
    signs = shelf().weights.signs
    return [
        {"id": name, "text": signs[name].plain, "help": "", "mark": mark_of(told, f"finding.{name}")}
        for name in sheet.asks
    ]


def mark_of(told: Mapping[str, Any], key: str) -> str:
    """The mark that stands for a kept value; empty where nothing was told."""
    if key not in told:
        return ""
    return "unsure" if told[key] is None else "yes" if told[key] else "no"
