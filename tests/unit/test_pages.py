"""Every page opens with the purpose and says that nobody reviewed it; each sentence shows its grade."""

import pytest

from psoas.clinic.learning import Lesson, QuizItem, Sentence, read_lessons, read_quiz
from psoas.clinic.pages import claims_page, graded, lesson_page, notice, quiz_page
from reading import reading_grade
from shelf_tables import folder, table

PURPOSE = table("purpose.toml")
STATUSES = {key: source["status"] for key, source in table("sources.toml").items()}
CLAIMS = table("claims.toml")["claim"]
LESSONS = read_lessons(folder("lessons"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lesson_page_says_what_it_is_for_and_that_nobody_reviewed_it(lesson: Lesson) -> None:
    page = lesson_page(lesson, PURPOSE, STATUSES)
    assert PURPOSE["says"] in page and PURPOSE["not_reviewed"] in page
    for sentence in lesson.sentences:
        assert f"{sentence.text} [{PURPOSE['grades'][sentence.grade]}: " in page


@pytest.mark.parametrize("part", sorted({c["part"] for c in CLAIMS}))
def test_a_claims_page_shows_both_sides(part: str) -> None:
    here = [c for c in CLAIMS if c["part"] == part]
    page = claims_page(part, here, PURPOSE, STATUSES)
    assert PURPOSE["says"] in page and PURPOSE["not_reviewed"] in page
    assert page.count("**The article says:**") == page.count("**What is known:**") == len(here)


def test_a_reviewer_once_named_takes_the_place_of_the_warning() -> None:
    signed = notice(PURPOSE, ("A. Clinician, physiotherapist",))
    assert "Reviewed by A. Clinician" in signed and PURPOSE["not_reviewed"] not in signed


def test_what_rests_on_unread_sources_is_marked() -> None:
    sentence = Sentence("Feet flat.", "low", ("CKSKnee",))
    assert graded(sentence, PURPOSE, STATUSES) == "Feet flat. [source being checked: CKSKnee]"
    assert STATUSES["CKSKnee"] == "unverified"


def test_the_notice_is_easy_to_read() -> None:
    assert reading_grade(notice(PURPOSE)) <= 8
    assert reading_grade(". ".join(PURPOSE["grades"].values()) + ".") <= 8


@pytest.mark.parametrize("item", read_quiz(folder("quiz")), ids=lambda item: item.id)
def test_a_question_shows_a_reason_for_every_answer(item: QuizItem) -> None:
    page = quiz_page(item, PURPOSE, STATUSES)
    assert PURPOSE["not_reviewed"] in page and PURPOSE["grades"][item.grade] in page
    for words in [o.why for o in item.options] + [p.why for p in item.pairs] + [item.why]:
        assert words in page
