"""Answers at the door: ids, types, ranges and contradictions are refused with a word on what to do."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from psoas.clinic.knowledge import Contradiction, Knowledge, Question
from psoas.clinic.logic import UNSURE, evaluate
from psoas.clinic.types import Answers, Value
from psoas.errors import InputError
from psoas.translation import gettext as _


def read_answers(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    *,
    unknown: Iterable[str] = (),
    not_sure: Iterable[str] = (),
    rest: Literal["unknown", "no"] = "unknown",
    where: str = "answers",
) -> Answers:
    """Answers from plain values, checked.

    unknown: questions not asked. not_sure: asked, and the person could not say. rest: what every other
    question means, `no` in case files (no, 0 or none); age and duration are never taken as 0.
    Raises `InputError`.
    """
    unsure, open_ = _ids(knowledge, not_sure, where), _ids(knowledge, unknown, where)
    _ids(knowledge, values, where)
    for id in (*unsure, *open_):
        if id in values:
            raise InputError(
                f"{id} has an answer and is also marked as not known",
                where,
                "Leave it in one of the two places.",
            )
    given: dict[str, Value] = {}
    if rest == "no":
        left_out = set(unsure) | set(open_)
        given = {
            id: question.nothing
            for id, question in knowledge.questions.items()
            if id not in left_out and not question.mandatory
        }
    given |= {id: checked(knowledge.questions[id], value, where) for id, value in values.items()}
    answers = Answers(given, frozenset(unsure))
    wrong = contradictions(answers, knowledge)
    if wrong:
        raise InputError(
            wrong[0].says,
            f"{where}: {', '.join(wrong[0].questions)}",
            "Check these answers, one of them is wrong.",
        )
    return answers


def _ids(knowledge: Knowledge, ids: Iterable[Any], where: str) -> tuple[str, ...]:
    found = tuple(ids)
    for id in found:
        if not isinstance(id, str) or id not in knowledge.questions:
            near = difflib.get_close_matches(str(id), knowledge.questions, 1)
            advice = (
                f"Did you mean {near[0]}?" if near else "`psoas knowledge list questions` shows them all."
            )
            raise InputError(f"There is no question {str(id)[:60]!r}", where, advice)
    return found


def checked(question: Question, value: Any, where: str = "answers") -> Value:
    """The value, if the question can have it. Raises `InputError`."""
    place = f"{where}: {question.id}"
    if question.type == "bool":
        if not isinstance(value, bool):
            raise InputError(f"{str(value)[:60]!r} is not yes or no", place, "Give true or false.")
    elif question.type == "int":
        scale = _("Give a whole number from %(low)s to %(high)s.") % {
            "low": question.low,
            "high": question.high,
        }
        if type(value) is not int:
            raise InputError(
                _("%(value)s is not a whole number") % {"value": repr(str(value)[:60])}, place, scale
            )
        if not question.low <= value <= question.high:
            raise InputError(_("%(value)s cannot be") % {"value": str(value)[:60]}, place, scale)
    elif not isinstance(value, str) or value not in question.values:
        raise InputError(
            _("%(value)s is not one of the answers") % {"value": repr(str(value)[:60])},
            place,
            _("Give %(values)s.") % {"values": ", ".join(question.values)},
        )
    accepted: Value = value
    return accepted


def contradictions(answers: Answers, knowledge: Knowledge) -> tuple[Contradiction, ...]:
    """The rules of plain sense that these answers break; unknown never breaks one."""
    return tuple(each for each in knowledge.contradictions if each.test(answers.values.get) is True)


def settled(answers: Answers, knowledge: Knowledge) -> Answers:
    """The answers, with a no to each open question that does not apply (its `asked_if` is false)."""
    values = dict(answers.values)
    for id, question in knowledge.questions.items():
        if question.asked_if is None or id in values or id in answers.not_sure:
            continue
        if evaluate(question.asked_if, values.get) is False:
            values[id] = question.nothing
    return Answers(values, answers.not_sure)


def lookup_with_unsure(answers: Answers) -> dict[str, Value]:
    """Values in which every question answered with not sure counts towards what it could mean."""
    return {**answers.values, **dict.fromkeys(answers.not_sure, UNSURE)}
