"""The one next test: the one whose result would change the answer most, computed from the weights.

A test is tried on paper: each of its findings is supposed present, and the answer is weighed again.
The gain is
  4 if another explanation would lead, or one would begin or cease to lead,
  plus the change of the lead of the best explanation over the second,
  both times how plausible the finding is: the points of the best explanation that it speaks for, as a
  share of the best of all (a half where it only speaks against);
  plus 4 if the role of the hip flexor would change ("not shown" to "cannot tell" teaches nothing).
Only findings count that bear on an explanation still in reach, or on the role. Of equal gains the test
that can be done at home comes first, then file order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from psoas.clinic.assessment import (
    CHANGE,
    HIP_JOINT,
    LEADING_POINTS,
    MEASURED,
    NERVE,
    Findings,
    HipTest,
    Sign,
    Weights,
    bearing,
    role_of_hip_flexor,
    ruled_out,
    weigh,
)

CHANGES_THE_ANSWER = 4
ONLY_AGAINST = 0.5
IN_REACH = 6  # points behind the best explanation that two strong findings can make up
BEARS_ON_ROLE = MEASURED | CHANGE | NERVE | HIP_JOINT | {"e_mtt_groin_pain", "e_resisted_hf_groin"}


@dataclass(frozen=True, slots=True)
class NextTest:
    """The finding to look for, the test that shows it, and how much the answer could change."""

    finding: str
    test: HipTest
    gain: float


def next_best_test(
    findings: Findings,
    weights: Weights,
    *,
    groin_pain_on_impact: bool,
    forbidden: Callable[[str], bool | None],
) -> NextTest | None:
    """The test that would change the answer most, or None when none would change anything.

    forbidden: whether a caution (by id) holds for this person; a test with one that holds is not proposed.
    """
    points, _ = weigh(findings, weights)
    ranked = sorted(range(len(points)), key=lambda place: (-points[place], place))
    leading, lead = _top(ranked, points)
    role, _ = role_of_hip_flexor(findings, _name(leading, weights), groin_pain_on_impact)
    allowed: dict[str, bool] = {}
    best: tuple[float, bool, NextTest] | None = None
    for sign in _open_signs(findings, weights):
        test = weights.tests[sign.test or ""]
        if test.id not in allowed:
            allowed[test.id] = not any(forbidden(caution) for caution in test.not_if)
        shifts = bearing(sign, findings)
        if not allowed[test.id] or not (sign.id in BEARS_ON_ROLE or _in_reach(shifts, points, ranked[0])):
            continue
        new_leading, new_lead = _shifted_top(ranked, points, shifts)
        gain = abs(new_lead - lead) + CHANGES_THE_ANSWER * float(new_leading != leading)
        gain *= _plausible(shifts, points, points[ranked[0]])
        if sign.id in BEARS_ON_ROLE or new_leading != leading:
            supposed = Findings(
                findings.age, findings.present | {sign.id}, findings.absent, findings.undecided
            )
            new_role, _ = role_of_hip_flexor(supposed, _name(new_leading, weights), groin_pain_on_impact)
            if new_role not in (role, "cannot_tell" if role == "not_shown" else role):
                gain += CHANGES_THE_ANSWER
        candidate = (gain, test.who == "screen", NextTest(sign.id, test, gain))
        if gain > 0 and (best is None or candidate[:2] > best[:2]):
            best = candidate
    return None if best is None else best[2]


def _open_signs(findings: Findings, weights: Weights) -> Iterable[Sign]:
    known = findings.present | findings.absent
    known |= ruled_out(findings)
    return (sign for name, sign in weights.signs.items() if sign.test and name not in known)


def _in_reach(shifts: tuple[tuple[int, int], ...], points: list[int], best: int) -> bool:
    floor = max(1, points[best] - IN_REACH)
    return any(points[place] >= floor for place, _ in shifts)


def _plausible(shifts: tuple[tuple[int, int], ...], points: list[int], best: int) -> float:
    """Points of the best explanation that the finding speaks for, as a share (0 to 1) of the best of all."""
    gaining = [points[place] for place, worth in shifts if worth > 0]
    if not gaining:
        return ONLY_AGAINST
    return max(0.0, max(gaining) / best) if best > 0 else 0.0


def _top(ranked: list[int], points: list[int]) -> tuple[int | None, int]:
    lead = points[ranked[0]] - points[ranked[1]]
    return (ranked[0] if lead > 0 and points[ranked[0]] >= LEADING_POINTS else None), lead


def _shifted_top(
    ranked: list[int], points: list[int], shifts: tuple[tuple[int, int], ...]
) -> tuple[int | None, int]:
    """`_top` after the shifts, unsorted: only moved ones and the two best unmoved can be on top."""
    moved = dict(shifts)
    unmoved = [place for place in ranked[: len(moved) + 2] if place not in moved][:2]
    contenders = [(points[place], place) for place in unmoved]
    contenders += [(points[place] + worth, place) for place, worth in moved.items()]
    contenders.sort(key=lambda pair: (-pair[0], pair[1]))
    lead = contenders[0][0] - contenders[1][0]
    return (contenders[0][1] if lead > 0 and contenders[0][0] >= LEADING_POINTS else None), lead


def _name(place: int | None, weights: Weights) -> str | None:
    return None if place is None else weights.explanations[place].id
