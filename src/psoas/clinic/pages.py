"""Pages to read, as markdown: a lesson, and what the article says beside what is known.

Every page opens with the purpose and the state of review, in the words of `knowledge/purpose.toml` alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psoas.clinic.learning import Lesson, QuizItem, Sentence
from psoas.translation import gettext_noop

VERDICTS = {
    "supported": gettext_noop("Good sources agree."),
    "partly": gettext_noop("True in part."),
    "contradicted": gettext_noop("Good sources say otherwise."),
    "unsupported": gettext_noop("Nothing was found that shows it."),
}


def notice(purpose: Mapping[str, Any], reviewers: Sequence[str] = ()) -> str:
    """What psoas is for, and who has reviewed the page: nobody, unless the review record names them."""
    if reviewers:
        return f"{purpose['says']} {purpose['reviewed'].format(reviewers=', '.join(reviewers))}"
    return f"{purpose['says']} {purpose['not_reviewed']}"


def is_checked(sources: Iterable[str], statuses: Mapping[str, str]) -> bool:
    """Whether at least one source was read; a sentence on unread ones alone is never shown as fact."""
    return any(statuses[source] != "unverified" for source in sources)


def graded(sentence: Sentence, purpose: Mapping[str, Any], statuses: Mapping[str, str]) -> str:
    """The sentence with how sure one can be of it and where it comes from, in brackets."""
    checked = is_checked(sentence.sources, statuses)
    words = purpose["grades"][sentence.grade if checked else "unchecked"]
    return f"{sentence.text} [{words}: {', '.join(sentence.sources)}]"


def lesson_page(lesson: Lesson, purpose: Mapping[str, Any], statuses: Mapping[str, str]) -> str:
    """One lesson, a sentence a line. `statuses`: source id -> verified, secondary or unverified."""
    lines = [f"# {lesson.title}", "", f"> {notice(purpose, lesson.reviewers)}", ""]
    lines += [f"- {graded(sentence, purpose, statuses)}" for sentence in lesson.sentences]
    return "\n".join([*lines, ""])


def claims_page(
    part: str, claims: Iterable[Mapping[str, Any]], purpose: Mapping[str, Any], statuses: Mapping[str, str]
) -> str:
    """What the article says and what is known, for one part of it (`location`, `link`, ...)."""
    lines = [f"# The article: {part}", "", f"> {notice(purpose)}", ""]
    for claim in claims:
        known = Sentence(claim["known"], claim["grade"], tuple(claim["sources"]))
        lines += [f"**The article says:** {claim['says']}", ""]
        lines += [f"**What is known:** {VERDICTS[claim['verdict']]} {graded(known, purpose, statuses)}", ""]
    return "\n".join(lines)


def quiz_page(item: QuizItem, purpose: Mapping[str, Any], statuses: Mapping[str, str]) -> str:
    """One question with its answers and the reason for each, for whoever wants to check it."""
    lines = [f"# {item.stem}", "", f"> {notice(purpose)}", ""]
    lines += [f"- {'Right' if o.right else 'Wrong'}: {o.text} ({o.why})" for o in item.options]
    if item.answer is not None:
        lines += [f"- {'True' if item.answer else 'False'}: {item.why}"]
    lines += [f"- {p.left} - {p.right} ({p.why})" for p in item.pairs]
    checked = is_checked(item.sources, statuses)
    words = purpose["grades"][item.grade if checked else "unchecked"]
    return "\n".join([*lines, "", f"[{words}: {', '.join(item.sources)}]", ""])
