"""What the psoas does, in words, tables and as JSON: for the terminal and for the manual."""

from textwrap import fill, indent, wrap
from typing import Any

import numpy as np

from psoas.engine.psoas_actions import HIP, LEVELS, Actions, Walking, Whole, whole
from psoas.exchange.columns import WIDE, columns, wrapped

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Caption, heads, rows."""

LEVEL_WORDS = ("L1/2", "L2/3", "L3/4", "L4/5", "L5/S1")
SPINES = ("standing", "lumbar_flexed", "lumbar_extended", "seated")  # postures in which the spine differs
SMALL = 0.15  # of the largest hip-flexion arm: below it an arm is said to be next to nothing
LIMITS = (
    "One body of average size, one side, muscles held at one length. Moment = force times arm; 'full' is "
    "every fibre fully active, 'at rest' its stretch alone. The muscles of the back that answer the psoas "
    "are not in the body: what stands here is what the psoas adds, not what a spine bears. How the disc L4/5 "
    "lies is taken from the joints above and below; 10 degrees otherwise turn a sixth of the compression "
    "into shear. The areas of the eleven fascicles are an assumption (docs/explanation/body.md)."
)


def tables(found: Actions) -> tuple[Table, ...]:
    """Hip, lumbar levels, disc L4/5, and the fascicles one by one in standing."""
    psoas, iliacus = whole(found, "psoas"), whole(found, "iliacus")
    return (_hip(found, psoas, iliacus), _levels(found, psoas), _disc(found, psoas), _fascicles(found))


def answers(found: Actions, walking: Walking) -> tuple[tuple[str, str], ...]:
    """What the article claims, and what the body gives: claim and answer, made from the numbers."""
    psoas = whole(found, "psoas")
    flexion = 1e3 * psoas.hip_arm_m[:, 0]
    turning = 1e3 * psoas.hip_arm_m[:, 2]
    at = [p.name for p in found.postures].index
    here = psoas.level_full_nm[at("standing"), :, 0]
    bent = psoas.level_full_nm[at("lumbar_flexed"), :, 0]
    up, down = _named(here > 0), _named(here < 0)
    hip_nm = float(psoas.hip_full_nm[at("standing"), 0])
    disc, rest = psoas.disc_full_n[at("standing")], psoas.disc_rest_n[at("standing")]
    weight = found.body_weight_n
    most, flexes = np.abs(turning).max(), flexion.max()
    turn = (
        f"Hardly. Its arm for turning the thigh stays within {most:.0f} mm, {100 * most / flexes:.0f} % of "
        f"its largest arm for bending the hip, and changes its way: inward {turning.max():.0f} mm with the "
        f"hip extended, outward {-turning.min():.0f} mm with it flexed to a right angle."
        if most < SMALL * flexes
        else f"It turns the thigh by an arm of {turning.min():.0f} to {turning.max():.0f} mm."
    )
    return (
        (
            "It bends the hip.",
            f"Yes, in every posture: arm {flexion.min():.0f} to {flexion.max():.0f} mm, up to "
            f"{psoas.hip_full_nm[:, 0].max():.0f} N.m for one side.",
        ),
        (
            "It bends the spine forward.",
            f"Not as a whole. Standing it extends {up} and flexes {down}; the upper four levels by at most "
            f"{np.abs(here[:4]).max():.0f} N.m where the hip gets {hip_nm:.0f}. With the back bent by 30 "
            f"degrees it flexes {'every level' if (bent < 0).all() else _named(bent < 0)}, by "
            f"{-bent[0]:.0f} N.m at L1/2 and {-bent[3]:.0f} at L4/5. At L5/S1 the body gives "
            f"{abs(here[4]):.0f} N.m standing, more than the 'very small' of Bogduk, Pearcy and Hadfield "
            "(1992): our fascicles meet in one point on the brim, in front of that joint. Do not build on "
            "that number.",
        ),
        ("It turns the thigh outward.", turn),
        (
            "It steadies the lower back.",
            "It presses the spine together far more than it bends it: one side fully active adds "
            f"{disc[0]:.0f} N ({disc[0] / weight:.1f} body weights) at L4/5 and pushes L4 forward with "
            f"{disc[1]:.0f} N; at rest in standing {rest[0]:.0f} N; in mean walking at most "
            f"{walking.disc_n[0]:.0f} N, at {walking.percent:.0f} % of the stride, when it pulls with "
            f"{walking.force_n:.0f} N. Whether that steadies is not something this body can tell.",
        ),
        (
            "Quiz: which is NOT a function: hip flexion, spinal extension, lateral rotation of the thigh? "
            "(The article's key: spinal extension.)",
            f"The question has no clean answer. Hip flexion is one. Spinal extension is a small one at {up} "
            "and none below; lateral rotation, which the key counts as a function, is next to nothing. A "
            "fair question would ask what it does most: bend the hip, and press the lower back together.",
        ),
    )


def actions_text(found: Actions, walking: Walking) -> str:
    """For people: tables, answers, limits."""
    parts = [_drawn(table) for table in tables(found)]
    for claim, answer in answers(found, walking):
        parts.append("\n".join([*wrap(claim, WIDE), indent(fill(answer, WIDE - 2), "  ")]))
    return "\n\n".join([*parts, wrapped(LIMITS)])


def actions_json(found: Actions, walking: Walking) -> dict[str, Any]:
    """Everything in numbers: each fascicle and the whole muscles, by posture."""
    return {
        "side": found.side,
        "body_weight_n": round(found.body_weight_n, 1),
        "levels": list(LEVELS),
        "postures": [
            {
                "name": posture.name,
                "degrees": dict(posture.degrees),
                "lines": [_line_json(found, i, j) for j in range(len(found.names))],
                **{muscle: _whole_json(whole(found, muscle), i) for muscle in ("psoas", "iliacus")},
            }
            for i, posture in enumerate(found.postures)
        ],
        "walking": {
            "percent": round(walking.percent, 1),
            "psoas_n": round(walking.force_n, 1),
            "L4_L5_n": _disc_json(walking.disc_n),
        },
        "answers": [{"claim": claim, "answer": answer} for claim, answer in answers(found, walking)],
        "limits": LIMITS,
    }


def _hip(found: Actions, psoas: Whole, iliacus: Whole) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            posture.says,
            *(_mm(x) for x in psoas.hip_arm_m[i]),
            f"{psoas.hip_full_nm[i, 0]:.0f} / {psoas.hip_rest_nm[i, 0]:.0f}",
            *(_mm(x) for x in iliacus.hip_arm_m[i]),
            f"{iliacus.hip_full_nm[i, 0]:.0f} / {iliacus.hip_rest_nm[i, 0]:.0f}",
        )
        for i, posture in enumerate(found.postures)
    ]
    heads = ("flexes", "adducts", "turns in", "N.m full / rest")
    return (
        "At the hip: arms in mm (minus: the other way), and the moment that flexes it. Psoas, then iliacus",
        ("posture", *heads, *heads),
        rows,
    )


def _levels(found: Actions, psoas: Whole) -> Table:
    rows = []
    for i, posture in enumerate(found.postures):
        if posture.name in SPINES:
            rows += [
                (f"{posture.says}, arm, mm", *(_signed(1e3 * x) for x in psoas.level_arm_m[i, :, 0])),
                (f"{posture.says}, full, N.m", *(_signed(x) for x in psoas.level_full_nm[i, :, 0])),
            ]
    i = [p.name for p in found.postures].index("standing")
    rows.append(("standing, bends to its side, mm", *(_signed(1e3 * x) for x in psoas.level_arm_m[i, :, 1])))
    return ("At each lumbar level: plus extends, minus flexes", ("posture", *LEVEL_WORDS), rows)


def _disc(found: Actions, psoas: Whole) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            posture.says,
            f"{psoas.disc[i, 0]:.2f}",
            f"{psoas.disc[i, 1]:.2f}",
            f"{psoas.disc_full_n[i, 0]:.0f} ({psoas.disc_full_n[i, 0] / found.body_weight_n:.1f} BW)",
            f"{psoas.disc_full_n[i, 1]:.0f}",
            f"{psoas.disc_rest_n[i, 0]:.0f}",
            f"{psoas.disc_rest_n[i, 1]:.0f}",
        )
        for i, posture in enumerate(found.postures)
    ]
    heads = (
        "press, N per N",
        "forward, N per N",
        "press, full",
        "forward, full",
        "press, rest",
        "forward, rest",
    )
    return ("At L4/5: what one psoas adds, N", ("posture", *heads), rows)


def _fascicles(found: Actions) -> Table:
    i = [p.name for p in found.postures].index("standing")
    rows: list[tuple[str, ...]] = [
        (
            found.names[j].removesuffix(f"_{found.side}").removeprefix("psoas_"),
            f"{100 * found.share[j]:.0f} %",
            f"{1e3 * found.hip_arm_m[i, j, 0]:.0f}",
            *(_signed(1e3 * x) if x else "-" for x in found.level_arm_m[i, j, :, 0]),
            f"{found.disc[i, j, 0]:.2f}" if found.disc[i, j].any() else "-",
        )
        for j in found.lines("psoas")
    ]
    heads = ("fascicle", "share", "hip", *LEVEL_WORDS, "press L4/5, N per N")
    return (
        "The fascicles in standing: arms in mm (hip: flexes; spine: plus extends; -: not crossed)",
        heads,
        rows,
    )


def _drawn(table: Table) -> str:
    caption, heads, rows = table
    return "\n".join([caption, *(f"  {line}" for line in columns(heads, rows))])


def _mm(metres: float) -> str:
    return f"{round(1e3 * metres)}"


def _signed(value: float) -> str:
    whole_number = round(value)
    return f"{whole_number:+d}" if whole_number else "0"


def _named(which: Any) -> str:
    """`L1/2, L2/3 and L3/4`, or `no level`."""
    words = [word for word, yes in zip(LEVEL_WORDS, which, strict=True) if yes]
    return "no level" if not words else " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _line_json(found: Actions, i: int, j: int) -> dict[str, Any]:
    return {
        "name": found.names[j],
        "share": round(float(found.share[j]), 5),
        "active_n": round(float(found.active_n[i, j]), 2),
        "passive_n": round(float(found.passive_n[i, j]), 2),
        "arms_m": _arms_json(found.hip_arm_m[i, j], found.level_arm_m[i, j]),
        "L4_L5_n_per_n": _disc_json(found.disc[i, j], 4),
    }


def _whole_json(muscle: Whole, i: int) -> dict[str, Any]:
    return {
        "full_n": round(float(muscle.full_n[i]), 1),
        "rest_n": round(float(muscle.rest_n[i]), 1),
        "arms_m": _arms_json(muscle.hip_arm_m[i], muscle.level_arm_m[i]),
        "moments_full_nm": _arms_json(muscle.hip_full_nm[i], muscle.level_full_nm[i], 2),
        "L4_L5_n_per_n": _disc_json(muscle.disc[i], 4),
        "L4_L5_full_n": _disc_json(muscle.disc_full_n[i]),
        "L4_L5_rest_n": _disc_json(muscle.disc_rest_n[i]),
    }


def _arms_json(hip: Any, levels: Any, digits: int = 5) -> dict[str, Any]:
    ways = ("extension", "own_side_bending", "other_side_rotation")
    return {
        **{dof: round(float(x), digits) for dof, x in zip(HIP, hip, strict=True)},
        **{
            level: {way: round(float(x), digits) for way, x in zip(ways, row, strict=True)}
            for level, row in zip(LEVELS, levels, strict=True)
        },
    }


def _disc_json(disc: Any, digits: int = 1) -> dict[str, float]:
    ways = ("compression", "forward_shear", "own_side_shear")
    return {way: round(float(x), digits) for way, x in zip(ways, disc, strict=True)}
