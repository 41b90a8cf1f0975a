"""The next test against a slow, obvious oracle, and cases where the answer is plain."""

import random
from dataclasses import replace

import pytest

from psoas.clinic.assessment import EXCLUDE_EACH_OTHER, Findings, leader, role_of_hip_flexor, weigh
from psoas.clinic.next_test import BEARS_ON_ROLE, next_best_test


def never(_caution):
    return False


def propose(findings, reasoning, forbidden=never):
    return next_best_test(findings, reasoning.weights, groin_pain_on_impact=False, forbidden=forbidden)


def answer(findings, weights):
    points, _ = weigh(findings, weights)
    leading = leader(points)
    name = None if leading is None else weights.explanations[leading].id
    best, second = sorted(points, reverse=True)[:2]
    return name, best - second, role_of_hip_flexor(findings, name, False)[0], points


def oracle_gain(name, findings, weights):
    """Weigh everything again with the finding supposed present."""
    if any(name in pair and pair & findings.present for pair in EXCLUDE_EACH_OTHER):
        return 0
    leading, lead, role, points = answer(findings, weights)
    supposed = replace(findings, present=findings.present | {name})
    new_leading, new_lead, new_role, new_points = answer(supposed, weights)
    moved = [place for place in range(len(points)) if points[place] != new_points[place]]
    reach = max(1, max(points) - 6)
    if name not in BEARS_ON_ROLE and not any(points[place] >= reach for place in moved):
        return 0
    teaches = new_role != role and not (role == "not_shown" and new_role == "cannot_tell")
    gaining = [points[place] for place in moved if new_points[place] > points[place]]
    best = max(*points, 1)
    plausible = max(0.0, max(gaining) / best) if gaining else 0.5
    return plausible * (4 * (leading != new_leading) + abs(new_lead - lead)) + 4 * teaches


def test_the_gain_is_the_oracles_and_the_greatest(reasoning):
    draw = random.Random(7)
    signs = list(reasoning.weights.signs)
    for _ in range(150):
        present = frozenset(draw.sample(signs, draw.randrange(0, 9)))
        findings = Findings(draw.randrange(10, 90), present)
        proposed = propose(findings, reasoning)
        open_ones = [n for n in signs if n not in present and reasoning.weights.signs[n].test]
        gains = {name: oracle_gain(name, findings, reasoning.weights) for name in open_ones}
        if proposed is None:
            assert max(gains.values(), default=0) == 0
        else:
            assert proposed.gain == pytest.approx(gains[proposed.finding])
            assert proposed.gain == pytest.approx(max(gains.values()))


def test_hip_rotation_is_asked_for_when_it_would_spoil_a_short_hip_flexor(reasoning):
    """Desk worker of the public cases: all that could still change the answer is a stiff hip joint."""
    present = frozenset({"h_around_patella", "h_squat_stairs", "h_sit_bent", "h_load_change", "h_long_sit"})
    present |= {"e_ext_short", "e_testofchange", "e_squat_knee", "e_valgus_step"}
    assert propose(Findings(34, present), reasoning).finding == "e_hip_ir_limited"


def test_a_known_finding_is_not_proposed_again(reasoning):
    findings = Findings(34, frozenset({"h_around_patella"}))
    first = propose(findings, reasoning)
    again = propose(replace(findings, absent=frozenset({first.finding})), reasoning)
    assert again.finding != first.finding


def test_a_forbidden_test_is_not_proposed(reasoning):
    findings = Findings(34, frozenset({"h_around_patella"}))
    first = propose(findings, reasoning)
    assert first.test.id == "modified_thomas"
    other = propose(findings, reasoning, lambda caution: caution in first.test.not_if)
    assert first.test.not_if
    assert other is None or other.test.id != first.test.id


def test_the_test_comes_with_how_to_do_it_and_its_error(reasoning):
    proposed = propose(Findings(34), reasoning)
    assert proposed.test.steps and proposed.test.error and proposed.test.sources
