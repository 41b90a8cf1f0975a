"""One person's case: read from a file, decided in one call, written as the record of `psoas case --json`.

Every safety question absent from `[case.triage]` was asked and answered no, 0 or none; `unknown` were not
asked, `not_sure` were asked without an answer. A finding in neither `findings` nor `absent` is unknown.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from psoas.clinic.answers import read_answers
from psoas.clinic.assessment import STOPPED, Assessment, Findings, assess
from psoas.clinic.logic import UNSURE, Lookup
from psoas.clinic.measured_tests import Measured, findings_from
from psoas.clinic.next_test import NextTest, next_best_test
from psoas.clinic.pain_map import Match, match, questions_for, read_drawing
from psoas.clinic.plan import Plan, cautions_of, make_plan
from psoas.clinic.reasoning import Reasoning
from psoas.clinic.triage import triage
from psoas.clinic.types import Answers, Triage, Value
from psoas.errors import InputError

LARGEST_FILE = 16_000_000  # bytes; some 20,000 cases
SIDES = ("r", "l", "both")
IGNORED = ("title", "vignette", "plan_focus")
KEYS = ("id", "age", "side", "pain_map", "findings", "absent", "unknown", "not_sure")
TABLES = ("triage", "circumstances", "readings")

Side = Literal["r", "l", "both"]


@dataclass(frozen=True, slots=True)
class Case:
    """What one person told and showed. drawing: marked regions; circumstances: what they can do and have."""

    id: str
    answers: Answers
    findings: Findings
    drawing: frozenset[str]
    side: Side | None
    circumstances: Mapping[str, Value]
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, in the order in which it was: safety first. asks: what the drawing asks of safety."""

    triage: Triage
    assessment: Assessment
    next_test: NextTest | None
    matches: tuple[Match, ...]
    asks: tuple[str, ...]
    plan: Plan


def decide(case: Case, reasoning: Reasoning) -> Decision:
    """Safety, explanations, next test and plan for one case."""
    outcome = triage(case.answers, reasoning.knowledge)
    fired = outcome.rules
    assessment = assess(case.findings, outcome.level, fired, reasoning.weights)
    asks = questions_for(case.drawing, case.side == "both", reasoning.pain_map)
    if outcome.level in STOPPED:
        return Decision(outcome, assessment, None, (), asks, Plan("level"))
    facts = facts_of(case, outcome, reasoning)
    holds = cautions_of(facts, reasoning.remedies)
    next_test = next_best_test(
        case.findings, reasoning.weights, groin_pain_on_impact="S24" in fired, forbidden=holds
    )
    plan = make_plan(outcome, assessment, facts, holds, reasoning.weights, reasoning.remedies)
    return Decision(outcome, assessment, next_test, match(case.drawing, reasoning.pain_map), asks, plan)


def facts_of(case: Case, outcome: Triage, reasoning: Reasoning) -> Lookup:
    """Everything known of the person by id: answers, findings, circumstances, and the rules that fired.

    A question that the person was not sure about counts as holding: no line is offered on the strength of it.
    """
    facts: dict[str, Value] = {}
    if not outcome.unasked:
        facts.update(dict.fromkeys((rule.id for rule in reasoning.knowledge.rules), False))
    facts.update(case.circumstances)
    facts.update(case.answers.values)
    facts.update(dict.fromkeys(case.findings.absent, False))
    facts.update(dict.fromkeys(case.findings.present, True))
    facts.update(dict.fromkeys(case.answers.not_sure, UNSURE))
    facts.update(dict.fromkeys(outcome.rules, True))
    return facts.get


def as_record(case: Case, decision: Decision) -> dict[str, Any]:
    """One element of `psoas case --json`; the keys are a contract."""
    plan = decision.plan
    return {
        "id": case.id,
        "level": decision.triage.level,
        "rules": list(decision.triage.rules),
        "within_days": decision.triage.within_days,
        "unasked": list(decision.triage.unasked),
        "hypotheses": [
            {"id": entry.id, "standing": entry.standing, "points": entry.points}
            for entry in decision.assessment.hypotheses
        ],
        "role": decision.assessment.role,
        "next_best_test": None if decision.next_test is None else decision.next_test.finding,
        "professional_recommended": decision.triage.professional_recommended or plan.see_clinician,
        "plan": [
            {
                "id": line.exercise.id,
                "role": line.role,
                "dose": line.dose,
                "stop_rule": line.stop_rule,
                "sources": list(line.evidence.sources),
            }
            for line in plan.lines
        ],
    }


def read_cases(path: Path, reasoning: Reasoning) -> tuple[Case, ...]:
    """Every `[[case]]` of a file. Raises InputError with the first thing that is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)  # no more, even of a pipe or a device that never ends
        size = max(path.stat().st_size, len(content))
        if size > LARGEST_FILE:
            raise InputError(
                f"the file has {size / 1e6:.0f} MB or more",
                str(path),
                f"A case file has at most {LARGEST_FILE / 1e6:.0f} MB; split it into several.",
            )
        table = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"cannot read the file: {error.strerror}", str(path), "Check name and place."
        ) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", str(path), "Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is a number too long
        raise InputError(
            f"not TOML: {error}", str(path), "Correct it there; see the how-to on case files."
        ) from None
    return cases_of(table, reasoning, str(path))


def cases_of(table: Mapping[str, Any], reasoning: Reasoning, where: str) -> tuple[Case, ...]:
    """Every case of a table already read; ids must differ."""
    listed = table.get("case")
    if set(table) - {"case"}:
        raise InputError(
            f"unknown key {min(set(table) - {'case'})!r}", where, "Put everything into [[case]]."
        )
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, dict) for entry in listed):
        raise InputError("no case in it", where, "Begin each case with [[case]].")
    cases = tuple(
        read_case(entry, reasoning, f"{where}, case {place}") for place, entry in enumerate(listed, 1)
    )
    seen: set[str] = set()
    for place, case in enumerate(cases, 1):
        if case.id in seen:
            raise InputError(
                f"the id {case.id!r} is there twice", f"{where}, case {place}", "Give each its own."
            )
        seen.add(case.id)
    return cases


def read_case(entry: Mapping[str, Any], reasoning: Reasoning, where: str) -> Case:
    """One case from its table. Raises InputError on an unknown id, a wrong type, or a contradiction."""
    name = entry.get("id")
    if not isinstance(name, str) or not name.strip():
        raise InputError("the case has no id", where, 'Write id = "...".')
    where = f"{where} ({name[:60]})"
    for key in entry:
        if key not in (*KEYS, *TABLES, *IGNORED) and not key.startswith("expected_"):
            raise InputError(f"unknown key {key!r}", where, f"Use {', '.join((*KEYS, *TABLES))}.")
    for key in TABLES:
        if not isinstance(entry.get(key, {}), Mapping):
            raise InputError(f"{key} is not a table", where, f"Write [case.{key}].")
    side = entry.get("side")
    if side is not None and side not in SIDES:
        raise InputError(f"side is {side!r}", where, "Use r, l or both.")
    answers = _answers(entry, reasoning, where)
    findings, measured = _findings(entry, answers, side or "both", reasoning, where)
    return Case(
        id=name,
        answers=answers,
        findings=findings,
        drawing=read_drawing(_names(entry, "pain_map", where), reasoning.pain_map, where),
        side=side,
        circumstances=_circumstances(entry.get("circumstances", {}), reasoning, f"{where}.circumstances"),
        measured=measured,
    )


def _answers(entry: Mapping[str, Any], reasoning: Reasoning, where: str) -> Answers:
    values = dict(entry.get("triage", {}))
    if "age" in entry:
        if "age" in values and values["age"] != entry["age"]:
            raise InputError("two different ages", where, "Give the age once, or twice the same.")
        values["age"] = entry["age"]
    unknown = _names(entry, "unknown", where)
    not_sure = _names(entry, "not_sure", where)
    both = sorted(set(unknown) & set(not_sure))
    if both:
        raise InputError(f"{both[0]} is both unknown and not sure", where, "Keep one of the two.")
    if "age" not in values and "age" not in (*unknown, *not_sure):
        raise InputError("the age is missing", where, 'Write age = ..., or unknown = ["age"].')
    if "duration_weeks" not in unknown and "duration_weeks" not in not_sure:
        values.setdefault("duration_weeks", 0)  # the contract of case files: what is absent is 0
    questions = [name for name in unknown if name not in reasoning.weights.signs]
    return read_answers(
        reasoning.knowledge,
        values,
        unknown=questions,
        not_sure=not_sure,
        rest="no",
        where=where,
    )


def _findings(
    entry: Mapping[str, Any], answers: Answers, side: str, reasoning: Reasoning, where: str
) -> tuple[Findings, tuple[Measured, ...]]:
    listed = {key: frozenset(_names(entry, key, where)) for key in ("findings", "absent")}
    for key, names in listed.items():
        unknown = sorted(names - reasoning.weights.signs.keys())
        if unknown:
            raise InputError(
                f"unknown finding {unknown[0]!r} in {key}",
                where,
                "`psoas knowledge list findings` shows the ids.",
            )
    known = listed["findings"] | listed["absent"]
    both = sorted((listed["findings"] & listed["absent"]) | (known & set(_names(entry, "unknown", where))))
    if both:
        raise InputError(f"{both[0]} is in two places", where, "Keep one of findings, absent and unknown.")
    shown = findings_from(entry.get("readings", {}), reasoning.norms, side, f"{where}.readings")
    clash = sorted((shown.present & listed["absent"]) | (shown.absent & listed["findings"]))
    if clash:
        raise InputError(f"the readings contradict {clash[0]}", where, "Keep the readings or the finding.")
    age = answers.values.get("age")
    findings = Findings(
        age=int(age) if isinstance(age, int) else None,
        present=listed["findings"] | shown.present,
        absent=listed["absent"] | shown.absent,
        undecided=shown.undecided - known,
    )
    return findings, shown.measured


def _circumstances(given: Mapping[str, Any], reasoning: Reasoning, where: str) -> dict[str, Value]:
    known = reasoning.circumstances
    for name, value in given.items():
        if name not in known:
            raise InputError(f"unknown circumstance {name!r}", where, f"Use one of {', '.join(known)}.")
        if known[name]["type"] == "bool":
            if not isinstance(value, bool):
                raise InputError(f"{name} is not true or false", where, "Write true or false.")
        elif type(value) is not int or not known[name]["least"] <= value <= known[name]["most"]:
            least, most = known[name]["least"], known[name]["most"]
            raise InputError(f"{name} is not a whole number from {least} to {most}", where, "Correct it.")
    return dict(given)


def _names(entry: Mapping[str, Any], key: str, where: str) -> Sequence[str]:
    listed = entry.get(key, [])
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise InputError(f"{key} is not a list of ids", where, f'Write {key} = ["...", "..."].')
    return listed
