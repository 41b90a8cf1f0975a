"""From findings to ranked explanations of the pain and, apart from them, the role of the hip flexor.

Points are clinical judgement (`knowledge/assessment/findings.toml`): they order and explain, they are not
probabilities. Nothing here excludes a disease, and a finding that is not known adds nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from psoas.clinic.logic import Test, compiled, parse
from psoas.clinic.types import Level

Standing = Literal["leading", "possible", "against"]
Role = Literal[
    "primary_source", "likely_contributor", "possible_contributor", "unlikely", "not_shown", "cannot_tell"
]

STOPPED: tuple[Level, ...] = ("EMERGENCY", "URGENT")
LEADING_POINTS = 3  # a hypothesis leads with at least this many, and more than the next one
MEASURED = frozenset({"e_ext_short", "e_rf_short", "e_hf_weak_painless", "e_ext_normal"})
NERVE = frozenset({"h_numb", "e_reflex", "e_fst"})
CHANGE = frozenset({"e_testofchange", "e_hf_reproduces_knee"})
HIP_JOINT = frozenset({"e_hip_ir_limited", "e_fadir_pos"})
AGAINST_NORMAL = frozenset({"e_ext_short", "e_hf_weak_painless", "e_testofchange"})
EXCLUDE_EACH_OTHER = (
    *(frozenset({"e_ext_normal", name}) for name in AGAINST_NORMAL),
    frozenset({"e_fadir_pos", "e_fadir_neg"}),
    frozenset({"e_adductor_weak", "e_adductor_normal"}),
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One source the pain can come from; `place` is its index in file order, `ages` where it is likelier."""

    id: str
    place: int
    name: str
    plain_name: str
    near: str
    programme: str
    says: str
    grade: str
    sources: tuple[str, ...]
    outlook: str
    outlook_grade: str
    outlook_sources: tuple[str, ...]
    ages: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Sign:
    """A finding and how it bears: `points` are (place of the explanation, points)."""

    id: str
    who: str
    says: str
    plain: str
    points: tuple[tuple[int, int], ...]
    instead: tuple[tuple[Test, tuple[tuple[int, int], ...]], ...]
    test: str | None
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HipTest:
    """How a test is done, its error, and the cautions that forbid it."""

    id: str
    name: str
    who: str
    steps: tuple[str, ...]
    error: str
    not_if: tuple[str, ...]
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The part of the shelf that weighs findings; explanations and signs in file order."""

    explanations: tuple[Explanation, ...]
    signs: Mapping[str, Sign]
    tests: Mapping[str, HipTest]
    roles: Mapping[str, Mapping[str, Any]]
    place_of: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one person. present: found; absent: looked for and not found; undecided: measured, but
    inside the error of the test. Everything else is unknown."""

    age: int | None
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation with its points and what gave them, as (finding or `age`, points)."""

    id: str
    standing: Standing
    points: int
    spoke_for: tuple[tuple[str, int], ...]
    spoke_against: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Explanations, best first; the one that leads; the role of the hip flexor and what decided it."""

    hypotheses: tuple[Hypothesis, ...]
    leading: str | None
    role: Role
    role_because: tuple[str, ...]


def read_weights(tables: Mapping[str, Mapping[str, Any]]) -> Weights:
    """The raw tables `conditions`, `findings`, `tests` and `role` of the shelf, ready for weighing."""
    ordered = sorted(tables["conditions"].values(), key=lambda entry: entry["order"])
    explanations = tuple(_explanation(place, entry) for place, entry in enumerate(ordered))
    place_of = {explanation.id: explanation.place for explanation in explanations}
    signs = {name: _sign(entry, place_of) for name, entry in tables["findings"].items()}
    tests = {name: _test(entry) for name, entry in tables["tests"].items()}
    return Weights(explanations, signs, tests, tables["role"], place_of)


def assess(findings: Findings, level: Level | None, fired: Iterable[str], weights: Weights) -> Assessment:
    """Rank the explanations and name the role of the hip flexor.

    level, fired: of the triage. At EMERGENCY and URGENT nothing is ranked and the role is `not_shown`.
    """
    if level in STOPPED:
        return Assessment((), None, "not_shown", ("level",))
    points, given = weigh(findings, weights)
    leading = leader(points)
    order = sorted(range(len(points)), key=lambda place: (-points[place], place))
    hypotheses = tuple(
        _hypothesis(weights.explanations[place].id, points[place], given[place], place == leading)
        for place in order
        if given[place]
    )
    leading_id = None if leading is None else weights.explanations[leading].id
    role, because = role_of_hip_flexor(findings, leading_id, "S24" in fired)
    return Assessment(hypotheses, leading_id, role, because)


def weigh(findings: Findings, weights: Weights) -> tuple[list[int], list[list[tuple[str, int]]]]:
    """Points of every explanation in file order, and beside them what gave how many."""
    points = [0] * len(weights.explanations)
    given: list[list[tuple[str, int]]] = [[] for _ in points]
    if findings.age is not None:
        for explanation in weights.explanations:
            if explanation.ages and explanation.ages[0] <= findings.age <= explanation.ages[1]:
                points[explanation.place] += 1
                given[explanation.place].append(("age", 1))
    for name in sorted(findings.present & weights.signs.keys()):
        for place, worth in bearing(weights.signs[name], findings):
            points[place] += worth
            given[place].append((name, worth))
    return points, given


def bearing(sign: Sign, findings: Findings) -> tuple[tuple[int, int], ...]:
    """Points of a finding for this person: those of the first condition that holds, else the usual ones."""
    for condition, points in sign.instead:
        if condition(lambda name: _fact(name, findings)):
            return points
    return sign.points


def leader(points: list[int]) -> int | None:
    """Place of the explanation with at least three points and more than any other, if there is one."""
    best = max(points, default=0)
    if best < LEADING_POINTS or points.count(best) != 1:
        return None
    return points.index(best)


def role_of_hip_flexor(
    findings: Findings, leading: str | None, groin_pain_on_impact: bool
) -> tuple[Role, tuple[str, ...]]:
    """The role of the hip flexor and the findings that decided it; the first line that holds.

    A painful stretch with a painful push is itself a test of the muscle, so `primary_source` needs no angle.
    """
    present = findings.present
    pair = {"e_mtt_groin_pain", "e_resisted_hf_groin"}
    if leading == "hf_pain" and pair <= present and not HIP_JOINT & present and not groin_pain_on_impact:
        return "primary_source", tuple(sorted(pair))
    measured = MEASURED & (present | findings.absent | findings.undecided)
    if not measured:
        return "not_shown", ()
    if "e_ext_normal" in present and AGAINST_NORMAL & present:
        return "cannot_tell", ("e_ext_normal", *sorted(AGAINST_NORMAL & present))
    stiff = {"e_rf_short"} & present
    if "e_hip_ir_limited" not in present:
        stiff |= {"e_ext_short"} & present
    weak = set() if NERVE & present else {"e_hf_weak_painless"} & present
    if (stiff or weak) and CHANGE & present:
        return "likely_contributor", tuple(sorted(stiff | weak | (CHANGE & present)))
    if stiff or weak:
        return "possible_contributor", tuple(sorted(stiff | weak))
    if "e_ext_normal" in present:
        return "unlikely", ("e_ext_normal",)
    spoils = ({"e_hip_ir_limited"} & present) | (NERVE & present)
    return "cannot_tell", tuple(sorted(measured | spoils))


def missing_for(hypothesis: str, findings: Findings, weights: Weights) -> tuple[str, ...]:
    """Findings not known yet that bear on this explanation, the weightiest first."""
    place = weights.place_of[hypothesis]
    known = findings.present | findings.absent | findings.undecided | ruled_out(findings)
    open_ones = [
        (-abs(worth), name)
        for name, sign in weights.signs.items()
        if name not in known
        for where, worth in bearing(sign, findings)
        if where == place and worth
    ]
    return tuple(name for _, name in sorted(open_ones, key=lambda pair: pair[0]))


def ruled_out(findings: Findings) -> frozenset[str]:
    """Findings that cannot be there beside what was found."""
    present = findings.present
    return frozenset(
        other for pair in EXCLUDE_EACH_OTHER for name in pair & present for other in pair - {name}
    )


def _hypothesis(name: str, points: int, given: list[tuple[str, int]], leads: bool) -> Hypothesis:
    standing: Standing = "leading" if leads else "against" if points < 0 else "possible"
    spoke_for = tuple(sorted((pair for pair in given if pair[1] > 0), key=lambda pair: -pair[1]))
    against = tuple(sorted((pair for pair in given if pair[1] < 0), key=lambda pair: pair[1]))
    return Hypothesis(name, standing, points, spoke_for, against)


def _fact(name: str, findings: Findings) -> bool | int | None:
    if name == "age":
        return findings.age
    if name in findings.present:
        return True
    return False if name in findings.absent else None


def _explanation(place: int, entry: Mapping[str, Any]) -> Explanation:
    ages = entry.get("likelier_at_age")
    return Explanation(
        id=entry["id"],
        place=place,
        name=entry["name"],
        plain_name=entry["plain_name"],
        near=entry["near"],
        programme=entry["programme"],
        says=entry["says"],
        grade=entry["grade"],
        sources=tuple(entry["sources"]),
        outlook=entry["outlook"],
        outlook_grade=entry["outlook_grade"],
        outlook_sources=tuple(entry["outlook_sources"]),
        ages=None if ages is None else (ages[0], ages[1]),
    )


def _sign(entry: Mapping[str, Any], place_of: Mapping[str, int]) -> Sign:
    def places(points: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
        return tuple((place_of[name], worth) for name, worth in points.items())

    return Sign(
        id=entry["id"],
        who=entry["who"],
        says=entry["says"],
        plain=entry["plain"],
        points=places(entry["points"]),
        instead=tuple(
            (compiled(parse(other["when"])), places(other["points"])) for other in entry.get("instead", ())
        ),
        test=entry.get("test"),
        grade=entry["grade"],
        sources=tuple(entry["sources"]),
    )


def _test(entry: Mapping[str, Any]) -> HipTest:
    return HipTest(
        id=entry["id"],
        name=entry["name"],
        who=entry["who"],
        steps=tuple(entry["steps"]),
        error=entry["error"],
        not_if=tuple(entry["not_if"]),
        grade=entry["grade"],
        sources=tuple(entry["sources"]),
    )
