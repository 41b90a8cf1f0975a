"""How soon this person should be seen: every rule of the shelf asked, nothing unknown taken for a no.

Not sure is an answer. A rule that would hold if all that the person is not sure of were so counts one level
down: EMERGENCY gives URGENT, URGENT gives SOON within 3 days (URGENT if one of these questions also belongs
to an EMERGENCY rule). A sign of now (`background` false) that belongs to an EMERGENCY rule gives at least
URGENT by itself, one of an URGENT rule SOON. For something in the background (an illness, a medicine, age)
only the rules that it could complete count: not to know one's bone density sends nobody to a doctor today.
"""

from collections.abc import Iterable, Mapping

from psoas.clinic.answers import lookup_with_unsure
from psoas.clinic.knowledge import Knowledge, Rule
from psoas.clinic.logic import Condition, because, names, residual
from psoas.clinic.types import LADDER, Answers, FiredRule, Level, RuleLevel, Triage, Unsure, Value

UNSURE_URGENT_DAYS = 3
"""Days for a question of an URGENT rule answered with not sure (second clinical review; judgement)."""

LAY_PALPATION = ("tender_fibula_head", "tender_patella_only")
"""Ottawa items that people cannot judge on themselves: not sure counts as yes after an injury."""

PRECAUTION = " (Precaution, source being checked.)"


def triage(answers: Answers, knowledge: Knowledge) -> Triage:
    """The level, every rule that holds, and what is still open. The order of answers does not matter."""
    values = _values(answers)
    fired, open_rules, unsure = _judged(answers, values, knowledge)
    proved = _gravest(fired, unsure)
    unasked = _unasked(open_rules, answers, values, proved, knowledge)
    level = None if unasked and proved == "SELF_CARE" else proved
    return Triage(
        level=level,
        fired=tuple(fired_rule(rule, values) for rule in fired),
        within_days=_days(fired, unsure) if level == "SOON" else None,
        unasked=unasked,
        unsure=unsure,
        professional_recommended=level != "SELF_CARE" or bool(fired) or _doubt(answers, open_rules),
        routes=routes(answers, knowledge),
        knowledge_hash=knowledge.hash,
    )


def proved_level(answers: Answers, knowledge: Knowledge) -> Level:
    """The level that holds whatever is answered yet; SELF_CARE while nothing is proved."""
    fired, _open_rules, unsure = _judged(answers, _values(answers), knowledge)
    return _gravest(fired, unsure)


def _judged(
    answers: Answers, values: Mapping[str, Value], knowledge: Knowledge
) -> tuple[list[Rule], list[Rule], tuple[Unsure, ...]]:
    """Rules that hold, rules still open, and what the questions answered with not sure ask for."""
    fired, open_rules = [], []
    for rule in knowledge.rules:
        result = rule.test(values.get)
        if result is True:
            fired.append(rule)
        elif result is None:
            open_rules.append(rule)
    return fired, open_rules, _unsure(answers, values, open_rules, knowledge) if answers.not_sure else ()


def _values(answers: Answers) -> Mapping[str, Value]:
    """Answers with the lay palpation items taken as yes where that is the rule."""
    values = dict(answers.values)
    if values.get("trauma_7d") is True:
        values |= {id: True for id in LAY_PALPATION if id in answers.not_sure}
    return values


def _gravest(fired: list[Rule], unsure: tuple[Unsure, ...]) -> Level:
    levels: list[Level] = [rule.level for rule in fired if rule.level != "ADVISORY"]
    return max([*levels, *(each.level for each in unsure)], key=LADDER.index, default="SELF_CARE")


def _unsure(
    answers: Answers, values: Mapping[str, Value], open_rules: list[Rule], knowledge: Knowledge
) -> tuple[Unsure, ...]:
    """What the questions answered with not sure hold the level up to, gravest first."""
    emergency, urgent = _questions_of("EMERGENCY", knowledge), _questions_of("URGENT", knowledge)
    signs = {id for id in answers.not_sure if id not in values and not knowledge.questions[id].background}
    found: list[Unsure] = []
    if signs & emergency:
        found.append(Unsure(_sorted(signs & emergency), (), "URGENT", None))
    if signs & urgent - emergency:
        found.append(Unsure(_sorted(signs & urgent - emergency), (), "SOON", UNSURE_URGENT_DAYS))
    lean = {**lookup_with_unsure(answers), **values}
    for rule in open_rules:
        if rule.level == "ADVISORY" or rule.test(lean.get) is not True:
            continue
        doubts = answers.not_sure & set(names_left(rule.when, values))
        if rule.level == "EMERGENCY" or (rule.level == "URGENT" and doubts & emergency):
            found.append(Unsure(_sorted(doubts), (rule.id,), "URGENT", None))
        elif rule.level == "URGENT":
            found.append(Unsure(_sorted(doubts), (rule.id,), "SOON", UNSURE_URGENT_DAYS))
        elif doubts & (emergency | urgent):
            found.append(Unsure(_sorted(doubts), (rule.id,), "SOON", rule.within_days))
    return tuple(sorted(found, key=lambda each: -LADDER.index(each.level)))


def _questions_of(level: RuleLevel, knowledge: Knowledge) -> set[str]:
    return {id for rule in knowledge.rules if rule.level == level for id in rule.questions}


def _sorted(questions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(questions))


def names_left(condition: Condition, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Questions that can still decide the condition."""
    left = residual(condition, values.get)
    return () if isinstance(left, bool) else names(left)


def _unasked(
    open_rules: list[Rule],
    answers: Answers,
    values: Mapping[str, Value],
    proved: Level,
    knowledge: Knowledge,
) -> tuple[str, ...]:
    """Open questions that can still raise the level; nobody is asked again what they were not sure of."""
    able = {"EMERGENCY", "URGENT", "SOON"} - set(LADDER[: LADDER.index(proved) + 1])
    wanted = {
        id
        for rule in open_rules
        if rule.level in able
        for id in names_left(rule.when, values)
        if id not in answers.not_sure
    }
    if proved == "SELF_CARE":
        wanted |= {
            id
            for id, question in knowledge.questions.items()
            if question.mandatory and id not in values and id not in answers.not_sure
        }
    return tuple(id for id in knowledge.questions if id in wanted)


def _days(fired: list[Rule], unsure: tuple[Unsure, ...]) -> int:
    days = [rule.within_days for rule in fired] + [each.within_days for each in unsure]
    return min(day for day in days if day is not None)


def _doubt(answers: Answers, open_rules: list[Rule]) -> bool:
    return any(answers.not_sure & set(rule.questions) for rule in open_rules)


def fired_rule(rule: Rule, values: Mapping[str, Value]) -> FiredRule:
    """The rule with its reason in words; a reason whose source has not been read says so."""
    reason = " ".join((rule.says, *(says for test, says in rule.variants if test(values.get) is True)))
    if rule.precaution:
        reason += PRECAUTION
    return FiredRule(
        id=rule.id,
        level=rule.level,
        within_days=rule.within_days,
        name=rule.name,
        reason=reason,
        precaution=rule.precaution,
        draft=not rule.reviewers,
        sources=rule.sources,
        grade=rule.grade,
        basis=rule.basis,
        because=because(rule.when, values.get),
    )


def routes(answers: Answers, knowledge: Knowledge) -> tuple[str, ...]:
    """Help outside the ladder that the answers ask for, without any score."""
    asked = (knowledge.questions[id] for id, value in answers.values.items() if value is True)
    wanted = {question.route for question in asked if question.route is not None}
    return tuple(sorted(wanted))
