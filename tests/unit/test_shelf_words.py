"""What the shelf says to people: each sentence graded and sourced, none unverified as fact, easy to read."""

import re
from typing import Any

import pytest

from psoas.clinic.learning import GRADES
from reading import reading_grade
from shelf_tables import folder, table

SOURCES = table("sources.toml")
CLAIMS = table("claims.toml")["claim"]
LESSONS = folder("lessons")
ARTICLE_PARTS = {
    "location", "role", "anatomy", "actions", "link", "referral", "biomechanics", "causes", "treatment",
    "manual", "activity", "ergonomics", "footwear", "help", "takeaways", "resources",
}  # fmt: skip
VERDICTS = {"supported": 14, "partly": 36, "contradicted": 12, "unsupported": 27}


def sentences() -> list[tuple[str, dict[str, Any]]]:
    """Every sentence of lessons, claims and resources with the place it stands in."""
    found = [(name, s) for name, lesson in LESSONS.items() for s in lesson["sentence"]]
    found += [(c["id"], {"text": c["known"], "grade": c["grade"], "sources": c["sources"]}) for c in CLAIMS]
    found += [
        (r["id"], {**r, "text": r["says"]}) for f in folder("resources").values() for r in f["resource"]
    ]
    return found


def test_there_are_sentences_to_judge() -> None:
    assert len(sentences()) > 250


def test_every_sentence_has_a_grade_and_a_source() -> None:
    without = [
        (place, s["text"])
        for place, s in sentences()
        if s["grade"] not in GRADES or not s["sources"] or set(s["sources"]) - set(SOURCES)
    ]
    assert without == []


def test_nothing_unverified_is_shown_as_fact() -> None:
    """A sentence stands on a source that was read, or says itself that its source is still being checked."""
    as_fact = [
        (place, s["text"])
        for place, s in sentences()
        if all(SOURCES[key]["status"] == "unverified" for key in s["sources"])
        and "still checking its source" not in s["text"]
    ]
    assert as_fact == []


def test_judgement_is_called_judgement() -> None:
    """Our own judgement never carries a grade of evidence, and evidence is never called judgement."""
    for place, s in sentences():
        assert ("OwnJudgement" in s["sources"]) == (s["grade"] == "judgement"), (place, s["text"])


def test_the_claims_are_those_of_the_article() -> None:
    assert [c["id"] for c in CLAIMS] == [f"C{n:02d}" for n in range(1, 90)]
    verdicts = [c["verdict"] for c in CLAIMS]
    assert {verdict: verdicts.count(verdict) for verdict in VERDICTS} == VERDICTS


def test_lessons_cover_every_part_and_every_claim() -> None:
    assert {part for lesson in LESSONS.values() for part in lesson["covers"]} >= ARTICLE_PARTS
    assert {claim for lesson in LESSONS.values() for claim in lesson["claims"]} >= {
        c["id"] for c in CLAIMS if c["part"] != "quiz"
    }


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_a_lesson_reads_at_grade_eight(name: str) -> None:
    lesson = LESSONS[name]
    assert reading_grade(" ".join([lesson["title"] + ".", *(s["text"] for s in lesson["sentence"])])) <= 8


@pytest.mark.parametrize("part", sorted({c["part"] for c in CLAIMS}))
def test_a_page_of_claims_reads_at_grade_eight(part: str) -> None:
    words = " ".join(f"{c['says']} {c['known']}" for c in CLAIMS if c["part"] == part)
    assert reading_grade(words) <= 8


def test_quiz_instruments_resources_and_purpose_read_at_grade_eight() -> None:
    quiz = folder("quiz")
    items = [item for kind in quiz.values() for item in kind["item"]]
    words = []
    for item in items:
        words += [item["stem"], item.get("why", "")]
        words += [f"{o['text']}. {o['why']}" for o in item.get("option", ())]
        words += [f"{p['left']}. {p['right']}. {p['why']}" for p in item.get("pair", ())]
    purpose = table("purpose.toml")
    assert reading_grade(" ".join(words)) <= 8
    assert reading_grade(purpose["says"] + " " + purpose["not_reviewed"]) <= 8
    for instrument in folder("instruments").values():
        text = instrument["about"] + " " + " ".join(i["text"] for i in instrument["item"])
        assert reading_grade(text.replace("Kamper", "A paper").replace("RehabMeasures", "a list")) <= 8
    for resources in folder("resources").values():
        assert reading_grade(" ".join(r["says"] for r in resources["resource"])) <= 8


def test_the_reading_grade_can_fail() -> None:
    hard = "Extensive biological alterations necessitate comprehensive rehabilitation."
    assert reading_grade("The cat sat on the mat. It was warm.") < 3
    assert reading_grade(hard) > 20
    with pytest.raises(KeyError):  # a word the dictionary lacks is never counted as easy
        reading_grade("The qzxv sat down.")


def test_nobody_is_told_that_they_are_well() -> None:
    """The program never says that a person does not have an illness, nor that a thing is safe for all."""
    told = re.compile(
        r"you do not have|you don't have|nothing is wrong with you|is always safe", re.IGNORECASE
    )
    for place, s in sentences():
        assert not told.search(s["text"]), (place, s["text"])


def test_purpose_is_written_and_unsigned() -> None:
    purpose = table("purpose.toml")
    assert "does not diagnose" in purpose["says"]
    assert "No clinician has reviewed" in purpose["not_reviewed"]
    assert purpose["review"]["reviewers"] == []
    assert set(purpose["grades"]) == {*GRADES, "unchecked"}


def test_a_source_says_how_far_it_was_read() -> None:
    allowed = {"cites", "status", "doi", "pmid", "read_at", "fact", "open"}
    for key, source in SOURCES.items():
        assert set(source) <= allowed, key
        assert source["status"] in ("verified", "secondary", "unverified"), key
        assert source["status"] == "unverified" or source.get("read_at"), key
