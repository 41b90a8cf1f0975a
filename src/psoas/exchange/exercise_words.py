"""What a motion does to the muscles, in words: for the terminal and for the manual."""

from collections.abc import Mapping
from typing import Any

from psoas.engine.exercise import (
    HARD,
    LENGTHENS,
    STRENGTHENS,
    TAUT,
    WORKS,
    GroupEffect,
    Verdict,
)
from psoas.engine.pipeline import JOINTS

VERSIONS = {
    "ours": "as planned here",
    "article": "the article's version",
    "mistake": "a common mistake",
    "comparison": "for comparison",
}


def name_of(group: str) -> str:
    """A muscle group as one says it."""
    return group.replace("gluteus_medius_minimus", "gluteus medius and minimus").replace("_", " ")


def told(verdict: Verdict) -> tuple[GroupEffect, ...]:
    """The groups worth a line: those meant, the iliopsoas, and every one that lengthens or works."""
    first = [*verdict.motion.muscles, "iliopsoas"]
    parts = {"psoas", "iliacus"} - set(first)
    others = [g for g, e in verdict.effects.items() if e.effect != "neither" and g not in first]
    return tuple(verdict.effects[g] for g in dict.fromkeys([*first, *others]) if g not in parts)


def effect_words(effect: GroupEffect) -> str:
    """One group: `lengthens: fibres +8 % (+9 mm), tension at rest 183 to 423 N`."""
    longest, shortest = (100.0 * (x - effect.standing) for x in (effect.longest, effect.shortest))
    tension = f"tension at rest {effect.passive_standing_n:.0f} to {effect.passive_n:.0f} N"
    if effect.effect == "lengthens":
        return f"lengthens: fibres {longest:+.0f} % ({1000 * effect.path_m:+.0f} mm), {tension}"
    active = "" if effect.activation is None else f"{100 * effect.activation:.0f} % active"
    if effect.effect == "works":
        assert effect.activation is not None
        speed = ""
        if effect.moving is not None and effect.moving > effect.activation + 0.01:
            speed = f", {100 * effect.moving:.0f} % while it moves"
        walking = f"walking: up to {100 * effect.walking:.0f} %"
        return f"works {how_hard(effect.activation)}: {active}{speed} ({walking})"
    still = max(abs(shortest), abs(longest)) < 0.5
    span = f"{shortest:+.0f} to {longest:+.0f}" if longest - shortest >= 1.0 else f"{longest:+.0f}"
    fibres = "fibres as in standing" if still else f"fibres {span} %"
    return f"neither: {fibres}" + (f", {active}" if active else "")


def how_hard(activation: float) -> str:
    """`lightly`, `moderately` or `hard`."""
    return "hard" if activation >= HARD else "moderately" if activation >= STRENGTHENS else "lightly"


def does_what_it_should(verdict: Verdict) -> str:
    """One sentence: whether the muscles that are meant lengthen or work, and how hard."""
    motion = verdict.motion
    wanted = {"lengthen": "lengthens", "work": "works"}[motion.meant]
    does = [g for g in motion.muscles if verdict.effects[g].effect == wanted]
    fails = [name_of(g) for g in motion.muscles if verdict.effects[g].effect != wanted]
    told = [f"the {name_of(g)}{_by_how_much(verdict.effects[g])}" for g in does]
    parts = ([f"It {wanted} {' and '.join(told)}"] if does else []) + (
        [f"{'it' if does else 'It'} does not {motion.meant} the {' or the '.join(fails)}"] if fails else []
    )
    return ", but ".join(parts) + "."


def _by_how_much(effect: GroupEffect) -> str:
    return f" {how_hard(effect.activation)}" if effect.effect == "works" and effect.activation else ""


def load_rows(verdict: Verdict) -> tuple[tuple[str, str, str, str, str], ...]:
    """Pose, load on knee, kneecap and hip in body weights, and the doubts about the knee."""
    rows = []
    if verdict.held is not None:
        loads = verdict.held.loads
        for k, pose in enumerate(verdict.held.poses):
            knee, cap, hip = (f"{loads.bw[joint][k]:.1f}" for joint in JOINTS)
            rows.append((pose.name, knee, cap, hip, "; ".join(loads.doubts[k])))
    if verdict.moving is not None:
        loads = verdict.moving.loads
        knee, cap, hip = (f"{loads.bw[joint].max():.1f}" for joint in JOINTS)
        rows.append(("on the way, at its speed", knee, cap, hip, "; ".join(loads.all_doubts)))
    return tuple(rows)


def band_words(verdict: Verdict) -> str:
    """What the band pulls, and below what it would work less than walking does; nothing without a band."""
    if not verdict.band_n:
        return ""
    says = f"The band pulls {verdict.band_n:.0f} N."
    if verdict.least_band_n:
        group = name_of(verdict.motion.muscles[0])
        least = f"{verdict.least_band_n:.0f} N"
        says += f" One that pulls less than {least} works the {group} less than walking does."
    return says


def verdict_json(verdict: Verdict) -> Mapping[str, Any]:
    """The verdict as plain values."""
    motion = verdict.motion
    return {
        "id": motion.id,
        "name": motion.name,
        "version": motion.version,
        "exercise": motion.exercise,
        "side": motion.side,
        "meant": {"to": motion.meant, "muscles": list(motion.muscles)},
        "says": does_what_it_should(verdict),
        "poses": [{"name": pose.name, "at_s": pose.at_s} for pose in motion.poses],
        "band_n": round(verdict.band_n, 1),
        "band_as_walking_n": round(verdict.least_band_n, 1),
        "loads_bw": [
            {"pose": pose, "knee": float(knee), "kneecap": float(cap), "hip": float(hip), "doubt": doubt}
            for pose, knee, cap, hip, doubt in load_rows(verdict)
        ],
        "groups": {
            g: {
                "effect": e.effect,
                "fibre_length_standing": round(e.standing, 4),
                "fibre_length_shortest": round(e.shortest, 4),
                "fibre_length_longest": round(e.longest, 4),
                "path_change_m": round(e.path_m, 5),
                "passive_standing_n": round(e.passive_standing_n, 1),
                "passive_n": round(e.passive_n, 1),
                "activation": None if e.activation is None else round(e.activation, 4),
                "activation_moving": None if e.moving is None else round(e.moving, 4),
                "activation_walking": round(e.walking, 4),
            }
            for g, e in verdict.effects.items()
        },
        "unbalanced_nm": round(verdict.unbalanced_nm, 2),
        "reserve_nm": round(verdict.reserve_nm, 2),
    }


LIMITS = (
    "Fibre lengths are beside standing, in parts of the best fibre length. Lengthens: by "
    f"{100 * LENGTHENS:.0f} % or more, and tighter by {100 * TAUT:.0f} % of the muscle's maximal force. "
    f"Works: {100 * WORKS:.0f} % active or more, which can be told from rest and is far from what makes "
    f"stronger; lightly below {100 * STRENGTHENS:.0f} %, hard from {100 * HARD:.0f} %. These limits are our "
    "choices; at about 30 % one study held a buttock to work too little to grow stronger (MacAskill et al. "
    "2014). Loads are in body weights, for poses that muscles hold; where hands or a couch help, nobody "
    "knows. Of hip loads believe the order, not the size. One body of average size: believe signs and "
    "order, not the last digit."
)
