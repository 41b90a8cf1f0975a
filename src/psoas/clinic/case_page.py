"""The page a person reads about their case, as blocks of text that a door can draw in its own way.

Every block that states something carries its grade and its sources. The order is the order of the decision:
safety, explanations, hip flexor, next test, plan, and only then the lines for a therapist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psoas.clinic.assessment import Hypothesis, missing_for
from psoas.clinic.case import Case, Decision
from psoas.clinic.plan import Line, Plan, by_day
from psoas.clinic.reasoning import Reasoning
from psoas.clinic.remedies import Statement
from psoas.clinic.wording import Message, message
from psoas.translation import gettext_noop

Kind = Literal["title", "heading", "name", "says", "item", "step", "day", "question", "note", "therapist"]

DAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)
STANDINGS = {
    "leading": gettext_noop("most likely so far"),
    "possible": gettext_noop("possible"),
    "against": gettext_noop("speaks against it"),
}
ROLES = {
    "primary_source": gettext_noop("the likely source"),
    "likely_contributor": gettext_noop("likely plays a part"),
    "possible_contributor": gettext_noop("may play a part"),
    "unlikely": gettext_noop("unlikely to play a part"),
    "not_shown": gettext_noop("not shown"),
    "cannot_tell": gettext_noop("cannot tell"),
}
WHO = {
    "screen": gettext_noop("you can do it at home"),
    "clinician": gettext_noop("a clinician does it"),
    "film": gettext_noop("with a film from the front"),
}
AREAS = {
    "sitting": gettext_noop("Sitting"),
    "activity": gettext_noop("Moving"),
    "shoes": gettext_noop("Shoes"),
    "desk": gettext_noop("Desk"),
    "comfort": gettext_noop("Comfort"),
}
MOST_EXPLANATIONS = 4
MOST_QUESTIONS = 6


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the page. grade and sources are empty for headings and for what the person told us."""

    kind: Kind
    text: str
    grade: str | None = None
    sources: tuple[str, ...] = ()


def page(
    case: Case, decision: Decision, reasoning: Reasoning, country: str | None = None
) -> tuple[Block, ...]:
    """The whole page for one case. country: two letters, for the numbers to call; none names no number."""
    words = message(decision.triage, reasoning.knowledge, country)
    blocks = [Block("title", f"{case.id}: {words.title}")]
    blocks += _safety(decision, words, reasoning)
    if decision.plan.withheld == "level":
        blocks.append(_said(reasoning.remedies.statements["hidden_at_level"]))
        return tuple(blocks)
    blocks += _explanations(case, decision, reasoning)
    blocks += _hip_flexor(decision, reasoning)
    blocks += _next_test(decision)
    if decision.plan.withheld is None:
        blocks += _plan(decision.plan, reasoning)
    return tuple(blocks)


def _safety(decision: Decision, words: Message, reasoning: Reasoning) -> Iterator[Block]:
    """Help outside the ladder first, then the level, every rule that fired, and the open questions."""
    triage = decision.triage
    level = _level(triage.level or "OPEN", reasoning)
    source = level["grade"], tuple(level["sources"])
    yield Block("heading", "Safety first")
    for route in words.routes:
        yield Block("says", route, *source)
    yield Block("says", f"{words.says} {words.do}", *source)
    do = {reason.id: reason.do for reason in (*words.reasons, *words.advisories)}
    for rule in triage.fired:
        yield Block("item", f"{rule.name}. {rule.reason} {do[rule.id]}".strip(), rule.grade, rule.sources)
    if words.unsure:
        unsure = _level("UNSURE", reasoning)
        yield Block("says", words.unsure[0], unsure["grade"], tuple(unsure["sources"]))
        for text in words.unsure[1:]:
            yield Block("question", text)
    if triage.unasked:
        if triage.level is not None:
            left = _level("OPEN", reasoning)
            yield Block("says", left["says"], left["grade"], tuple(left["sources"]))
        for text in words.open[:MOST_QUESTIONS]:
            yield Block("question", text)
        if len(words.open) > MOST_QUESTIONS:
            yield Block("note", f"and {len(words.open) - MOST_QUESTIONS} more")
    if triage.professional_recommended and triage.level == "SELF_CARE":
        advisory = _level("ADVISORY", reasoning)
        yield Block("says", advisory["says"], advisory["grade"], tuple(advisory["sources"]))


def _level(name: str, reasoning: Reasoning) -> Mapping[str, Any]:
    listed: list[Mapping[str, Any]] = reasoning.knowledge.tables["levels"]["level"]
    return next(entry for entry in listed if entry["id"] == name)


def _explanations(case: Case, decision: Decision, reasoning: Reasoning) -> Iterator[Block]:
    statements = reasoning.remedies.statements
    yield Block("heading", "Where the pain may come from")
    if decision.assessment.leading is None:
        yield _said(statements["nothing_leads"])
    for entry in decision.assessment.hypotheses[:MOST_EXPLANATIONS]:
        if entry.points > 0:
            yield from _explanation(case, entry, reasoning)
    yield _said(statements["nobody_excluded"])
    if decision.matches:
        drawn = ", ".join(entry.pattern.plain for entry in decision.matches)
        grades = [entry.pattern.grade for entry in decision.matches]
        sources = tuple(dict.fromkeys(s for entry in decision.matches for s in entry.pattern.sources))
        yield Block("item", f"Your drawing fits, best first: {drawn}.", weakest(grades), sources)
        regions = {name.removesuffix("_R").removesuffix("_L") for name in case.drawing}
        if all(region.startswith(("KNEE", "TIB")) for region in regions):
            yield _said(statements["pattern_knee_only"])
        elif {"GROIN", "THIGH_ANT"} <= regions:
            yield _said(statements["pattern_groin_to_knee"])


def _explanation(case: Case, entry: Hypothesis, reasoning: Reasoning) -> Iterator[Block]:
    weights = reasoning.weights
    explanation = weights.explanations[weights.place_of[entry.id]]
    points = f"{entry.points} point{'' if entry.points == 1 else 's'}"
    yield Block("name", f"{explanation.plain_name} ({STANDINGS[entry.standing]}, {points})")
    if entry.standing == "leading":
        yield Block("says", explanation.says, explanation.grade, explanation.sources)
        yield Block("says", explanation.outlook, explanation.outlook_grade, explanation.outlook_sources)
    for word, pairs in (("For", entry.spoke_for), ("Against", entry.spoke_against)):
        if pairs:
            yield _reasons(word, [name for name, _ in pairs], reasoning)
    missing = [weights.signs[name] for name in missing_for(entry.id, case.findings, weights)[:2]]
    if missing and entry.standing == "leading":
        yield Block("note", "Not known yet: " + "; ".join(sign.says.lower() for sign in missing) + ".")


def _reasons(word: str, names: list[str], reasoning: Reasoning) -> Block:
    signs = [reasoning.weights.signs[name] for name in names if name != "age"]
    texts = [sign.plain for sign in signs] + (["Your age."] if "age" in names else [])
    grades = [sign.grade for sign in signs] or ["judgement"]
    sources = tuple(dict.fromkeys(source for sign in signs for source in sign.sources)) or ("OwnJudgement",)
    return Block("step", f"{word}: {' '.join(texts)}", weakest(grades), sources)


def _hip_flexor(decision: Decision, reasoning: Reasoning) -> Iterator[Block]:
    assessment, weights = decision.assessment, reasoning.weights
    role = weights.roles[assessment.role]
    yield Block("heading", f"Your hip flexor: {ROLES[assessment.role]}")
    yield Block("says", role["says"], role["grade"], tuple(role["sources"]))
    for name in assessment.role_because:
        sign = weights.signs.get(name)
        if sign is not None:
            yield Block("step", sign.plain, sign.grade, sign.sources)
    if assessment.role == "cannot_tell" and "e_hip_ir_limited" in assessment.role_because:
        yield _said(reasoning.remedies.statements["hip_joint_not_stretch"])


def _next_test(decision: Decision) -> Iterator[Block]:
    if decision.next_test is None:
        return
    test = decision.next_test.test
    yield Block("heading", "The one test that would tell most")
    yield Block("name", f"{test.name} ({WHO[test.who]})")
    for step in test.steps:
        yield Block("step", step, test.grade, test.sources)
    yield Block("says", test.error, test.grade, test.sources)


def _plan(plan: Plan, reasoning: Reasoning) -> Iterator[Block]:
    remedies = reasoning.remedies
    yield Block("heading", "Your plan")
    if plan.programme is not None:
        yield _said(plan.programme.says)
    for line in plan.lines:
        yield from _line(line)
    yield from _week(plan)
    yield from _checks(plan, reasoning)
    for left in plan.left_out:
        name = remedies.exercises[left.exercise].name
        if left.because == ("time",):
            yield Block("note", f"Left out, because your week is full: {name}.")
        else:
            caution = remedies.cautions[left.because[0]].says
            yield Block("item", f"Left out: {name}. {caution.text}", caution.grade, caution.sources)
    yield Block("heading", "How hard, when to stop, when to look again")
    for rule in plan.rules:
        yield Block("item", rule.text, rule.grade, rule.sources)
    for area, title in AREAS.items():
        listed = [entry for entry in plan.advice if entry.area == area]
        if listed:
            yield Block("heading", title)
        for entry in listed:
            text = entry.says.text.replace("{minutes}", str(plan.break_every_min))
            yield Block("item", text, entry.says.grade, entry.says.sources)
    if plan.therapist:
        yield Block("heading", "For your therapist only")
    for technique in plan.therapist:
        text = f"{technique.name}: {technique.what} {technique.limits}"
        yield Block("therapist", text, technique.grade, technique.sources)


def _line(line: Line) -> Iterator[Block]:
    exercise = line.exercise
    source = line.evidence.grade, line.evidence.sources
    yield Block("name", f"{exercise.name} ({'extra' if line.role != 'core' else 'core'})")
    yield Block("says", f"{line.dose}. {line.target}", *source)
    yield Block("says", line.evidence.text, *source)
    for step in line.steps:
        yield Block("step", step, *source)
    if exercise.weeks and line.dose == exercise.dose:
        yield Block(
            "step", " ".join(f"{_weeks(w.first, w.last)}: {w.text}." for w in exercise.weeks), *source
        )
    if line.evidence is exercise.evidence:
        yield Block("step", f"Common mistakes: {exercise.mistakes}", *source)
    yield Block("step", f"Harder: {line.progress} Easier: {line.regress}", *source)
    yield Block("step", line.stop_rule, *source)


def _weeks(first: int, last: int) -> str:
    return f"Week {first}" if first == last else f"Weeks {first}-{last}"


def _week(plan: Plan) -> Iterator[Block]:
    """Week 1, a line a day, with the minutes it takes."""
    timed = [line for line in plan.lines if line.exercise.minutes]
    if not timed:
        return
    yield Block("heading", "Your first week")
    for day, lines in by_day(plan, 1).items():
        names = [line.exercise.name.lower() for line in lines if line.exercise.minutes]
        minutes = sum(line.exercise.minutes for line in lines)
        yield Block(
            "day", f"{DAYS[day]}: {', '.join(names)} ({minutes} min)" if names else f"{DAYS[day]}: rest"
        )
    for line in timed:
        if line.first_week > 1:
            yield Block("note", f"From week {line.first_week}: {line.exercise.name.lower()}.")


def _checks(plan: Plan, reasoning: Reasoning) -> Iterator[Block]:
    """Cautions that nobody has asked about yet, once each, with the lines they belong to."""
    lines_of: dict[str, list[str]] = {}
    for line in plan.lines:
        for caution in line.leave_out_if:
            lines_of.setdefault(caution, []).append(line.exercise.name.lower())
    if lines_of:
        yield Block("heading", "Check before you start")
    for name, lines in lines_of.items():
        says = reasoning.remedies.cautions[name].says
        yield Block("item", f"{says.text} ({', '.join(lines)})", says.grade, says.sources)


def _said(statement: Statement) -> Block:
    return Block("says", statement.text, statement.grade, statement.sources)


def weakest(grades: Sequence[str]) -> str:
    """The grade one can be least sure of."""
    order = ("high", "moderate", "low", "very_low", "judgement", "none")
    return max(grades, key=order.index)
