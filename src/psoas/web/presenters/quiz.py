"""One question as a page shows it, the answer as it comes back, and what to say about it."""

import random
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from psoas.clinic.learning import QuizItem, mark
from psoas.errors import InputError
from psoas.web.presenters.learning import lessons
from psoas.web.presenters.page import sure

Answer = str | bool | dict[str, str]


def shown(item: QuizItem, seed: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """The question with its answers in an order that hangs on the seed alone. typed: what was sent."""
    order = random.Random(f"{item.id} {seed}")
    options = [(str(k), option.text) for k, option in enumerate(item.options)]
    rights = [(str(k), pair.right) for k, pair in enumerate(item.pairs)]
    return {
        "item": item,
        "options": order.sample(options, len(options)),
        "pairs": [
            {
                "name": f"pair{k}",
                "left": pair.left,
                "rights": [
                    {"value": value, "text": text, "chosen": typed.get(f"pair{k}") == value}
                    for value, text in order.sample(rights, len(rights))
                ],
            }
            for k, pair in enumerate(item.pairs)
        ],
    }


def answer_from(item: QuizItem, sent: Mapping[str, str]) -> Answer:
    """The answer in the words of the shelf. Raises `InputError` where it is not one."""
    if item.kind == "matching":
        chosen = [sent.get(f"pair{k}", "") for k in range(len(item.pairs))]
        if not all(chosen):
            raise InputError(_("Some are not matched yet"), item.id, _("Choose one for each line."))
        rights = {str(k): pair.right for k, pair in enumerate(item.pairs)}
        if not set(chosen) <= set(rights):
            raise _strange(item)
        if len(set(chosen)) < len(chosen):
            raise InputError(_("One answer is chosen twice"), item.id, _("Each belongs to one line only."))
        return {pair.left: rights[value] for pair, value in zip(item.pairs, chosen, strict=True)}
    value = sent.get("answer", "")
    if not value:
        raise InputError(_("Nothing is chosen"), item.id, _("Choose one of the answers."))
    answers: dict[str, Answer] = {"true": True, "false": False}
    if item.kind == "choice":
        answers = {str(k): option.text for k, option in enumerate(item.options)}
    if value not in answers:
        raise _strange(item)
    return answers[value]


def _strange(item: QuizItem) -> InputError:
    return InputError(_("That is not an answer here"), item.id, _("Choose one of the answers."))


def told(item: QuizItem, answer: Answer) -> dict[str, Any]:
    """Right or not, every answer with its reason, how sure one can be, and the lesson that tells more.

    Raises `InputError` where the question has changed since and has no such answer any more.
    """
    right = mark(item, answer).right
    lesson = next(each for each in lessons() if each.id == item.lesson)
    return {"item": item, "right": right, "lesson": lesson, "sure": sure(item.grade, item.sources)} | {
        "answers": _answers(item, answer)
    }


def _answers(item: QuizItem, answer: Answer) -> list[dict[str, Any]]:
    """Each answer with its reason; the right one first. state: right, wrong (chosen), or other."""
    if item.kind == "choice":
        listed = sorted(item.options, key=lambda option: (not option.right, option.text != answer))
        return [
            {
                "text": each.text,
                "why": each.why,
                "chosen": each.text == answer,
                "state": "right" if each.right else "wrong" if each.text == answer else "other",
            }
            for each in listed
        ]
    if isinstance(answer, dict):
        return [
            {
                "left": each.left,
                "text": each.right,
                "why": each.why,
                "instead": "" if answer.get(each.left) == each.right else answer.get(each.left, ""),
                "state": "right" if answer.get(each.left) == each.right else "wrong",
            }
            for each in item.pairs
        ]
    words = _("This is true.") if item.answer else _("This is false.")
    state = "right" if answer == item.answer else "wrong"
    return [{"text": words, "why": item.why, "chosen": False, "state": state}]
