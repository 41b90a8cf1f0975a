"""The shelf: what ships is sound, each kind of fault is found with file and line, a broken one is refused."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from psoas.clinic.knowledge import RULE_LEVELS, load_knowledge
from psoas.clinic.shelf import LARGEST_FILE, home, line_of, read_shelf
from psoas.clinic.shelf_check import GRADES, check
from psoas.errors import KnowledgeError
from reading import reading_grade

TODAY = date(2026, 11, 24)
SHELF = load_knowledge()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shelf to damage."""
    folder = tmp_path / "knowledge"
    shutil.copytree(str(home()), folder)
    return folder


def damage(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path, file: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.what) for fault in check(folder, TODAY) if fault.file == file]


def line(folder: Path, file: str, start: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if text.startswith(start))


def test_the_shelf_that_ships_has_no_fault() -> None:
    assert [str(fault) for fault in check(today=TODAY)] == []


def test_rules_and_questions_are_all_there() -> None:
    levels = [rule.level for rule in SHELF.rules]
    assert {level: levels.count(level) for level in RULE_LEVELS} == {
        "EMERGENCY": 18,
        "URGENT": 28,
        "SOON": 27,
        "ADVISORY": 5,
    }
    assert len(SHELF.questions) == 102
    assert [id for screen in SHELF.screens for id in screen.questions] == list(SHELF.questions)


DAMAGES = [
    ("red_flags/E02.toml", 'name = "', 'nmae = "', "nmae", "unknown key nmae"),
    ("red_flags/E02.toml", 'id = "E02"', 'id = "E99"', "id", "id E99 is not the name of the file"),
    ("red_flags/E02.toml", 'grade = "low"', 'grade = "sure"', "grade", "grade 'sure' is not one of"),
    ("red_flags/E02.toml", '"Carpenter2011"', '"Nobody1999"', "sources", "source Nobody1999 is not on"),
    ("red_flags/E02.toml", 'sources = ["', 'sources = [] # ["', "sources", "sources is a list"),
    ("red_flags/E02.toml", 'level = "EMERGENCY"', 'level = "PANIC"', "level", "level 'PANIC' is none of"),
    ("red_flags/E02.toml", 'level = "EMERGENCY"', 'level = "SOON"', "level", "SOON has whole within_days"),
    ("red_flags/S05.toml", "within_days = 14", 'within_days = "x"', "level", "SOON has whole within_days"),
    ("red_flags/E02.toml", 'basis = "guideline"', 'basis = "dream"', "basis", "basis 'dream' is none of"),
    ("red_flags/E02.toml", "at_least = 80", "least = 80", "[when]", "unknown key least beside finding age"),
    ("red_flags/E02.toml", "at_least = 80", 'is = "old"', "[when]", "age cannot be compared like this"),
    ("red_flags/E02.toml", 'finding = "fever"', 'finding = "feverr"', "[when]", "there is no feverr"),
    ("red_flags/E02.toml", 'finding = "fever"', 'finding = "h_groin"', "[when]", "there is no h_groin"),
    ("red_flags/E02.toml", "all = [", "none = [", "[when]", "a red flag has no `none`"),
    ("red_flags/E04.toml", 'one_of = ["mild"', 'one_of = ["wild"', "[when]", "cannot be compared"),
    ("red_flags/E02.toml", 'then = "fires"', 'then = "unknown"', "[[example]]", "does not come out as"),
    ("red_flags/E02.toml", 'then = "fires"', 'then = "perhaps"', "then", "then 'perhaps' is none of"),
    ("red_flags/E02.toml", 'then = "fires"', 'then = "unknown"', "[[example]]", "no example that comes"),
    ("red_flags/E02.toml", "given = { age", "given = { agee", "given", "example asks for agee"),
    ("red_flags/E02.toml", "due = 2027-11-01", "due = 2026-11-23", "due", "review was due on 2026-11-23"),
    ("red_flags/E02.toml", "due = 2027-11-01", 'due = "soon"', "[review]", "review has a list"),
    ("red_flags/E02.toml", 'says = "', 'says = " " # "', "says", "says is text"),
    ("questions/nerves.toml", 'type = "bool"', 'type = "maybe"', "type", "type 'maybe' is not"),
    ("questions/age.toml", "low = 0", "low = 500", "[[question]]", "a number has whole low and high"),
    ("questions/weakness.toml", 'labels = ["No, as', 'labels = [] # ["', "[[question]]", "a label for"),
    ("questions/pain.toml", 'id = "pain_now"', 'id = "age"', "", "id age is given twice"),
    ("instruments/nprs.toml", 'licence = "', 'licence = "" # "', "", "no licence"),
    ("sources.toml", 'status = "verified"', 'status = "sure"', "[", "a source has cites, status"),
    ("lessons/children.toml", 'grade = "moderate"', 'grade = "sure"', "grade", "grade 'sure' is not"),
    ("exercises/sh_standing.toml", "id = ", "colour = 1\nid = ", "colour", "unknown key colour"),
    ("cautions.toml", 'finding = "hip_replacement"', 'finding = "hip_replaced"', "", "no hip_replaced"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "what"), DAMAGES, ids=lambda value: str(value)[:30])
def test_each_fault_is_found_where_it_is(
    copy: Path, file: str, old: str, new: str, at: str, what: str
) -> None:
    damage(copy, file, old, new)
    found = [number for number, text in faults(copy, file) if what in text]
    assert found, faults(copy, file)
    if at:
        assert line(copy, file, at) in found


def test_a_condition_outside_the_grammar_is_told_by_its_words(copy: Path) -> None:
    damage(copy, "contradictions.toml", "at_least = 61", 'at_least = "old"')
    (number, what), *more = faults(copy, "contradictions.toml")
    assert what == "age: at_least is a number" and not more
    assert number == line(copy, "contradictions.toml", "when")


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ('all = [{ finding = "age", at_least = 60 }, { finding = "age", at_most = 50 }]', "unreachable"),
        ('any = [{ finding = "age", at_least = 60 }, { finding = "age", at_most = 70 }]', "it always fires"),
    ],
)
def test_a_rule_that_never_or_always_fires_is_a_fault(copy: Path, when: str, what: str) -> None:
    file = copy / "red_flags" / "S11.toml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("[when]"), text.index("[review]")
    file.write_text(f"{text[:start]}[when]\n{when}\n{text[end:]}", encoding="utf-8")
    assert any(what in text for _, text in faults(copy, "red_flags/S11.toml"))


def test_all_faults_are_told_at_once(copy: Path) -> None:
    for file, old, new, _, _ in DAMAGES[:4]:
        damage(
            copy, file.replace("E02", "E04") if old == 'id = "E02"' else file, old.replace("E02", "E04"), new
        )
    assert len({what for _, what in faults(copy, "red_flags/E02.toml")}) == 3
    assert faults(copy, "red_flags/E04.toml")


def test_a_source_that_nothing_uses_is_a_fault_that_does_not_block(copy: Path) -> None:
    with (copy / "sources.toml").open("a", encoding="utf-8") as file:
        file.write('\n[Lonely2026]\ncites = "Lonely"\nstatus = "verified"\n')
    (fault,) = check(copy, TODAY)
    assert fault.what == "source Lonely2026 is used by nothing" and not fault.blocks
    assert fault.line == line(copy, "sources.toml", "[Lonely2026]")
    load_knowledge(copy)


def test_an_overdue_review_is_a_fault_but_the_program_still_starts(copy: Path) -> None:
    damage(copy, "red_flags/E02.toml", "due = 2027-11-01", "due = 2020-01-01")
    (fault,) = check(copy, TODAY)
    assert not fault.blocks
    load_knowledge(copy)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"id = ", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"#" * (LARGEST_FILE + 1), "is larger than"),
        (b"a = " + b"[" * 5000, "is not TOML"),
        (b"", "missing id"),
    ],
    ids=["toml", "utf8", "large", "deep", "empty"],
)
def test_a_broken_file_stops_the_program(copy: Path, content: bytes, what: str) -> None:
    (copy / "red_flags" / "E01.toml").write_bytes(content)
    assert any(what in text for _, text in faults(copy, "red_flags/E01.toml"))
    with pytest.raises(KnowledgeError) as refusal:
        load_knowledge(copy)
    assert "shelf of knowledge is broken" in refusal.value.what
    assert "red_flags/E01.toml" in refusal.value.where


@pytest.mark.parametrize("part", ["questions", "red_flags", "sources.toml", "levels.toml", "countries.toml"])
def test_a_shelf_without_a_part_is_refused(copy: Path, part: str) -> None:
    shutil.rmtree(copy / part) if (copy / part).is_dir() else (copy / part).unlink()
    with pytest.raises(KnowledgeError):
        load_knowledge(copy)


def test_a_folder_without_a_shelf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        load_knowledge(tmp_path)
    with pytest.raises(KnowledgeError):
        load_knowledge(tmp_path / "nowhere")


def test_a_file_of_no_known_kind_is_a_fault(copy: Path) -> None:
    (copy / "spells").mkdir()
    (copy / "spells" / "one.toml").write_text('id = "one"\n', encoding="utf-8")
    assert faults(copy, "spells/one.toml") == [(1, "nothing on the shelf is of the kind spells/*")]


def test_the_hash_is_of_every_byte_and_every_name(copy: Path) -> None:
    before = read_shelf(copy).hash
    assert before == SHELF.hash == read_shelf().hash
    damage(copy, "red_flags/E01.toml", "harm", "harms")
    changed = read_shelf(copy).hash
    assert changed != before
    damage(copy, "red_flags/E01.toml", "harms", "harm")
    assert read_shelf(copy).hash == before
    (copy / "purpose.toml").rename(copy / "purposes.toml")
    assert read_shelf(copy).hash not in (before, changed)


def test_lines_are_followed_as_far_as_they_go() -> None:
    text = 'id = "x"\n[[item]]\nid = "a"\n[[item]]\nid = "b"\n[item.deep]\nz = 1\n[other]\nid = 2\n'
    assert line_of(text, ("id",)) == 1
    assert line_of(text, ("item", 1, "id")) == 5
    assert line_of(text, ("item", 1, "deep", "z")) == 7
    assert line_of(text, ("other", "id")) == 9
    assert line_of(text, ("item", 1, "missing")) == 4
    assert line_of(text, ("item", 7, "id")) == 4
    assert line_of(text, ()) == 1


def test_every_rule_says_how_sure_and_from_where() -> None:
    for rule in SHELF.rules:
        assert rule.grade in GRADES and rule.sources and rule.says and rule.name, rule.id
        assert (rule.grade == "judgement") is (
            rule.basis in ("judgement", "article")
        ) or rule.basis == "article"
        assert rule.reviewers == () or all(rule.reviewers)


def people_read() -> list[tuple[str, str]]:
    """Words of levels and contradictions; rules and screens are read in `test_shelf_everything`."""
    pages = []
    for level in SHELF.tables["levels"]["level"]:
        do = level["do"].format(emergency="Call 112", emergency_lower="call 112", urgent="Call 111", days=7)
        pages.append((level["id"], f"{level['title'].format(days=7)}. {level['says']} {do}"))
    return pages + [
        (each["id"], f"{each['says']}.") for each in SHELF.tables["contradictions"]["contradiction"]
    ]


@pytest.mark.parametrize(("id", "words"), people_read(), ids=lambda value: str(value)[:12])
def test_what_people_read_is_at_grade_eight(id: str, words: str) -> None:
    assert reading_grade(words) <= 8, (id, reading_grade(words), words)
