"""What the muscles are called, and what they do, as read from the body itself."""

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from psoas.engine.types import Analysis

LEAST_LEVER_M = 0.01  # a shorter mean lever over the stride is not told
_NAMES = {
    "addbrev": gettext_lazy("Adductor brevis"),
    "addlong": gettext_lazy("Adductor longus"),
    "addmagDist": gettext_lazy("Adductor magnus, lower part"),
    "addmagIsch": gettext_lazy("Adductor magnus, sit-bone part"),
    "addmagMid": gettext_lazy("Adductor magnus, middle part"),
    "addmagProx": gettext_lazy("Adductor magnus, upper part"),
    "bflh": gettext_lazy("Biceps femoris, long head"),
    "bfsh": gettext_lazy("Biceps femoris, short head"),
    "edl": gettext_lazy("Extensor digitorum longus"),
    "ehl": gettext_lazy("Extensor hallucis longus"),
    "fdl": gettext_lazy("Flexor digitorum longus"),
    "fhl": gettext_lazy("Flexor hallucis longus"),
    "gaslat": gettext_lazy("Gastrocnemius, outer head"),
    "gasmed": gettext_lazy("Gastrocnemius, inner head"),
    "glmax1": gettext_lazy("Gluteus maximus, upper part"),
    "glmax2": gettext_lazy("Gluteus maximus, middle part"),
    "glmax3": gettext_lazy("Gluteus maximus, lower part"),
    "glmed1": gettext_lazy("Gluteus medius, front part"),
    "glmed2": gettext_lazy("Gluteus medius, middle part"),
    "glmed3": gettext_lazy("Gluteus medius, back part"),
    "glmin1": gettext_lazy("Gluteus minimus, front part"),
    "glmin2": gettext_lazy("Gluteus minimus, middle part"),
    "glmin3": gettext_lazy("Gluteus minimus, back part"),
    "grac": gettext_lazy("Gracilis"),
    "iliacus": gettext_lazy("Iliacus"),
    "obtext": gettext_lazy("Obturator externus"),
    "perbrev": gettext_lazy("Peroneus brevis"),
    "perlong": gettext_lazy("Peroneus longus"),
    "piri": gettext_lazy("Piriformis"),
    "quadfem": gettext_lazy("Quadratus femoris"),
    "recfem": gettext_lazy("Rectus femoris"),
    "sart": gettext_lazy("Sartorius"),
    "semimem": gettext_lazy("Semimembranosus"),
    "semiten": gettext_lazy("Semitendinosus"),
    "soleus": gettext_lazy("Soleus"),
    "tfl": gettext_lazy("Tensor fasciae latae"),
    "tibant": gettext_lazy("Tibialis anterior"),
    "tibpost": gettext_lazy("Tibialis posterior"),
    "vasint": gettext_lazy("Vastus intermedius"),
    "vaslat": gettext_lazy("Vastus lateralis"),
    "vasmed": gettext_lazy("Vastus medialis"),
}
# Coordinate: what a positive and what a negative moment arm does.
_ACTIONS = {
    "hip_flexion": (gettext_lazy("bends the hip"), gettext_lazy("straightens the hip")),
    "hip_adduction": (gettext_lazy("pulls the thigh inwards"), gettext_lazy("pulls the thigh outwards")),
    "hip_rotation": (gettext_lazy("turns the thigh in"), gettext_lazy("turns the thigh out")),
    "knee_angle": (gettext_lazy("bends the knee"), gettext_lazy("straightens the knee")),
    "ankle_angle": (gettext_lazy("lifts the foot"), gettext_lazy("pushes the foot down")),
}


def name_of(line: str) -> str:
    """A muscle line as people call it: `psoas_L1_VB_r` is the psoas, from L1, right."""
    stem, side = line[:-2], _("right") if line.endswith("_r") else _("left")
    if stem.startswith("psoas_"):
        name = _("Psoas, strand from %(level)s") % {"level": _origin(stem)}
    else:
        name = str(_NAMES[stem])
    return f"{name}, {side}"


def _origin(stem: str) -> str:
    """`_L1_L2_IVD` starts at the disc L1-L2, `_L1_VB` at the body of L1, `_L1_TP` at its side process."""
    parts = stem.split("_")[1:]
    if parts[-1] == "IVD":
        return str(_("the disc %(disc)s") % {"disc": "-".join(parts[:-1])})
    where = _("the body of %(level)s") if parts[-1] == "VB" else _("the side of %(level)s")
    return str(where % {"level": parts[0]})


def actions(analysis: Analysis) -> Mapping[str, str]:
    """What each line does at hip, knee and ankle: its mean moment arms over the movement, largest first."""
    arms = analysis.geometry.moment_arm_m.mean(axis=0)
    told = {}
    for k, line in enumerate(analysis.body.muscles.names):
        found = [
            (abs(arms[d, k]), dof[:-2], bool(arms[d, k] < 0))
            for d, dof in enumerate(analysis.geometry.dofs)
            if dof[-2:] == line[-2:] and abs(arms[d, k]) >= LEAST_LEVER_M
        ]
        words = [str(_ACTIONS[dof][turned]) for _arm, dof, turned in sorted(found, reverse=True)]
        told[line] = ", ".join(words) or _("steers the foot and the toes")
    return told


def lines_of(names: tuple[str, ...], stems: tuple[str, ...], side: str) -> list[int]:
    """Places of the lines of some muscles on one side; `psoas` stands for all its strands."""
    wanted = np.array(
        [line.endswith(f"_{side}") and line[:-2].startswith(tuple(stems)) for line in names], dtype=bool
    )
    return [int(k) for k in np.flatnonzero(wanted)]
