"""Which questions next: what is dangerous first, then what is close to an answer, and nothing in vain.

A question is asked while it can still change a rule that matters at the level already proved: at EMERGENCY
none, at URGENT those of EMERGENCY rules, below that all. What does not apply (`asked_if` is false) is a no.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from psoas.clinic import logic
from psoas.clinic.answers import checked, settled
from psoas.clinic.knowledge import RULE_LEVELS, Knowledge, Question, Screen
from psoas.clinic.triage import names_left, proved_level, triage
from psoas.clinic.types import Answers, Level, RuleLevel, Triage, Value
from psoas.errors import InputError
from psoas.translation import gettext as _

MATTERS: Mapping[Level, tuple[RuleLevel, ...]] = {
    "EMERGENCY": (),
    "URGENT": ("EMERGENCY",),
    "SOON": RULE_LEVELS,
    "SELF_CARE": RULE_LEVELS,
}
"""Rules that are still worth a question once a level is proved."""


@dataclass(frozen=True, slots=True)
class Step:
    """One screen as it was answered."""

    screen: str
    values: Mapping[str, Value]
    not_sure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Interview:
    """The screens answered so far, in order; a new one is empty."""

    steps: tuple[Step, ...] = ()

    @property
    def answers(self) -> Answers:
        """Everything answered so far."""
        values: dict[str, Value] = {}
        unsure: set[str] = set()
        for step in self.steps:
            values |= step.values
            unsure |= step.not_sure
        return Answers(values, frozenset(unsure))


def next_screen(interview: Interview, knowledge: Knowledge) -> Screen | None:
    """The next screen with only the questions that are still worth asking; None when there are none."""
    answers = settled(interview.answers, knowledge)
    wanted = _wanted(answers, knowledge)
    ready = {id for id in wanted if not _waits(knowledge.questions[id], answers)} or set(wanted)
    screens = []
    for screen in knowledge.screens:
        questions = tuple(id for id in screen.questions if id in ready)
        if questions:
            screens.append((min(wanted[id] for id in questions), screen.order, screen, questions))
    if not screens:
        return None
    _priority, _order, screen, questions = min(screens, key=lambda each: each[:2])
    return replace(screen, questions=questions)


def answered(
    interview: Interview,
    screen: Screen,
    knowledge: Knowledge,
    values: Mapping[str, Any],
    not_sure: Iterable[str] = (),
) -> Interview:
    """The interview after one more screen.

    A question of yes and no that is neither in `values` nor in `not_sure` is a no; any other needs its
    answer. Raises `InputError`.
    """
    unsure = frozenset(not_sure)
    strange = (set(values) | unsure) - set(screen.questions)
    if strange:
        raise InputError(
            _("%(question)s is not on this screen") % {"question": min(strange)},
            screen.title,
            _("Answer what is shown."),
        )
    filled: dict[str, Value] = {}
    for id in screen.questions:
        question = knowledge.questions[id]
        if id in values:
            filled[id] = checked(question, values[id], screen.title)
        elif id not in unsure:
            if question.type != "bool":
                raise InputError(
                    _("There is no answer"), screen.title, _("Answer, or say that you are not sure.")
                )
            filled[id] = False
    return Interview((*interview.steps, Step(screen.id, filled, unsure)))


def back(interview: Interview) -> Interview:
    """The interview without its last screen."""
    return Interview(interview.steps[:-1])


def result(interview: Interview, knowledge: Knowledge) -> Triage:
    """Triage of what has been answered, with a no to what does not apply."""
    return triage(settled(interview.answers, knowledge), knowledge)


Priority = tuple[int, int]


def _wanted(answers: Answers, knowledge: Knowledge) -> dict[str, Priority]:
    """Questions worth asking, with the smallest priority that any open rule gives them.

    Priority: level of the rule (0 = EMERGENCY), then 0 if what is known has brought it within one answer.
    """
    matters = MATTERS[proved_level(answers, knowledge)]
    wanted: dict[str, Priority] = {}

    def want(id: str, priority: Priority) -> None:
        question = knowledge.questions[id]
        if question.clinician or id in answers.values or id in answers.not_sure:
            return
        if id in wanted and wanted[id] <= priority:  # so are the questions that it waits for
            return
        wanted[id] = priority
        if question.asked_if is not None:
            for gate in names_left(question.asked_if, answers.values):
                want(gate, priority)

    for rule in knowledge.rules:
        if rule.level not in matters:
            continue
        left = logic.residual(rule.when, answers.values.get)
        if not isinstance(left, bool):
            begun = distance(left) == 1 < distance(rule.when)
            for id in logic.names(left):
                want(id, (RULE_LEVELS.index(rule.level), 0 if begun else 1))
    if "SOON" in matters:
        for id, question in knowledge.questions.items():
            if question.mandatory:
                want(id, (0, 1) if id == "age" else (RULE_LEVELS.index("SOON"), 1))
            elif question.route is not None:
                want(id, (RULE_LEVELS.index("SOON"), 1))
    return wanted


def distance(condition: logic.Condition) -> int:
    """How many atoms at least have to turn out true for the condition to hold."""
    if isinstance(condition, logic.Atom):
        return 1
    return sum(sorted(distance(part) for part in condition.of)[: condition.at_least])


def _waits(question: Question, answers: Answers) -> bool:
    """Whether it is not known yet that the question applies, and another question can still tell."""
    if question.asked_if is None:
        return False
    return bool(set(names_left(question.asked_if, answers.values)) - answers.not_sure)
