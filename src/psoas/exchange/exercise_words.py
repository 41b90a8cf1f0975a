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
from psoas.translation import gettext as _
from psoas.translation import gettext_noop

VERSIONS = {
    "ours": "as planned here",
    "article": "the article's version",
    "mistake": "a common mistake",
    "comparison": "for comparison",
}


# Groups and doubts of the engine that `words.py` does not name; each is translated where it is shown.
TOLD = (
    gettext_noop("gluteus medius and minimus"),
    gettext_noop("the hip is flexed beyond 90 degrees, further than the body was checked"),
    gettext_noop("much of it is the resting tension of stretched muscles, the least sure part of the body"),
    gettext_noop("it is above the 4 body weights that no measured knee reaches in daily life"),
)


def name_of(group: str) -> str:
    """A muscle group as one says it."""
    return _(group.replace("gluteus_medius_minimus", "gluteus medius and minimus").replace("_", " "))


def told(verdict: Verdict) -> tuple[GroupEffect, ...]:
    """The groups worth a line: those meant, the iliopsoas, and every one that lengthens or works."""
    first = [*verdict.motion.muscles, "iliopsoas"]
    parts = {"psoas", "iliacus"} - set(first)
    others = [g for g, e in verdict.effects.items() if e.effect != "neither" and g not in first]
    return tuple(verdict.effects[g] for g in dict.fromkeys([*first, *others]) if g not in parts)


def effect_words(effect: GroupEffect) -> str:
    """One group: `lengthens: fibres +8 % (+9 mm), tension at rest 183 to 423 N`."""
    longest, shortest = (100.0 * (x - effect.standing) for x in (effect.longest, effect.shortest))
    numbers = {
        "longest": f"{longest:+.0f}",
        "span": f"{longest:+.0f}",
        "path": f"{1000 * effect.path_m:+.0f}",
        "standing": f"{effect.passive_standing_n:.0f}",
        "passive": f"{effect.passive_n:.0f}",
        "active": "" if effect.activation is None else f"{100 * effect.activation:.0f}",
        "moving": "" if effect.moving is None else f"{100 * effect.moving:.0f}",
        "walking": f"{100 * effect.walking:.0f}",
    }
    if longest - shortest >= 1.0:
        numbers["span"] = _("%(low)s to %(high)s") % {"low": f"{shortest:+.0f}", "high": f"{longest:+.0f}"}
    if effect.effect == "lengthens":
        says = _(
            "lengthens: fibres %(longest)s %% (%(path)s mm), tension at rest %(standing)s to %(passive)s N"
        )
        return says % numbers
    if effect.effect == "works":
        assert effect.activation is not None
        numbers["hard"] = how_hard(effect.activation)
        if effect.moving is not None and effect.moving > effect.activation + 0.01:
            says = _(
                "works %(hard)s: %(active)s %% active, %(moving)s %% while it moves (walking: up to "
                "%(walking)s %%)"
            )
        else:
            says = _("works %(hard)s: %(active)s %% active (walking: up to %(walking)s %%)")
        return says % numbers
    if max(abs(shortest), abs(longest)) < 0.5:
        says = _("neither: fibres as in standing")
    else:
        says = _("neither: fibres %(span)s %%") % numbers
    return says if effect.activation is None else says + _(", %(active)s %% active") % numbers


def how_hard(activation: float) -> str:
    """`lightly`, `moderately` or `hard`."""
    return _("hard") if activation >= HARD else _("moderately") if activation >= STRENGTHENS else _("lightly")


def does_what_it_should(verdict: Verdict) -> str:
    """One sentence: whether the muscles that are meant lengthen or work, and how hard."""
    motion = verdict.motion
    wanted = {"lengthen": "lengthens", "work": "works"}[motion.meant]
    does = [_with_hardness(g, verdict) for g in motion.muscles if verdict.effects[g].effect == wanted]
    fails = [_the(name_of(g)) for g in motion.muscles if verdict.effects[g].effect != wanted]
    muscles = {"does": _(" and ").join(does), "fails": _(" or ").join(fails)}
    if motion.meant == "lengthen":
        both = _("It lengthens %(does)s, but it does not lengthen %(fails)s.")
        alone = _("It lengthens %(does)s.") if does else _("It does not lengthen %(fails)s.")
    else:
        both = _("It works %(does)s, but it does not work %(fails)s.")
        alone = _("It works %(does)s.") if does else _("It does not work %(fails)s.")
    return (both if does and fails else alone) % muscles


def _the(muscle: str) -> str:
    return _("the %(muscle)s") % {"muscle": muscle}


def _with_hardness(group: str, verdict: Verdict) -> str:
    effect = verdict.effects[group]
    if effect.effect != "works" or not effect.activation:
        return _the(name_of(group))
    hard = how_hard(effect.activation)
    return _("the %(muscle)s %(hard)s") % {"muscle": name_of(group), "hard": hard}


def load_rows(verdict: Verdict) -> tuple[tuple[str, str, str, str, str], ...]:
    """Pose, load on knee, kneecap and hip in body weights, and the doubts about the knee."""
    rows = []
    if verdict.held is not None:
        loads = verdict.held.loads
        for k, pose in enumerate(verdict.held.poses):
            knee, cap, hip = (f"{loads.bw[joint][k]:.1f}" for joint in JOINTS)
            rows.append((pose.name, knee, cap, hip, "; ".join(map(_, loads.doubts[k]))))
    if verdict.moving is not None:
        loads = verdict.moving.loads
        knee, cap, hip = (f"{loads.bw[joint].max():.1f}" for joint in JOINTS)
        rows.append((_("on the way, at its speed"), knee, cap, hip, "; ".join(map(_, loads.all_doubts))))
    return tuple(rows)


def band_words(verdict: Verdict) -> str:
    """What the band pulls, and below what it would work less than walking does; nothing without a band."""
    if not verdict.band_n:
        return ""
    numbers = {
        "band": f"{verdict.band_n:.0f}",
        "least": f"{verdict.least_band_n:.0f}",
        "muscle": name_of(verdict.motion.muscles[0]),
    }
    if not verdict.least_band_n:
        return _("The band pulls %(band)s N.") % numbers
    says = _(
        "The band pulls %(band)s N. One that pulls less than %(least)s N works the %(muscle)s less "
        "than walking does."
    )
    return says % numbers


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


def limits() -> str:
    """What the words mean, and how far to believe the numbers."""
    says = _(
        "Fibre lengths are beside standing, in parts of the best fibre length. Lengthens: by "
        "%(lengthens)s %% or more, and tighter by %(taut)s %% of the muscle's maximal force. Works: "
        "%(works)s %% active or more, which can be told from rest and is far from what makes stronger; "
        "lightly below %(strengthens)s %%, hard from %(hard)s %%. These limits are our choices; at "
        "about 30 %% one study held a buttock to work too little to grow stronger (MacAskill et al. "
        "2014). Loads are in body weights, for poses that muscles hold; where hands or a couch help, "
        "nobody knows. Of hip loads believe the order, not the size. One body of average size: believe "
        "signs and order, not the last digit."
    )
    return says % {
        "lengthens": f"{100 * LENGTHENS:.0f}",
        "taut": f"{100 * TAUT:.0f}",
        "works": f"{100 * WORKS:.0f}",
        "strengthens": f"{100 * STRENGTHENS:.0f}",
        "hard": f"{100 * HARD:.0f}",
    }
