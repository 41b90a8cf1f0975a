"""Every fault of the shelf at once, each with its file and line.

Shapes first; a file whose shape is right is then read as what it is, and what it names has to exist.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from psoas.clinic import logic
from psoas.clinic.instruments import read_instrument
from psoas.clinic.knowledge import RULE_LEVELS, Question, read_question
from psoas.clinic.learning import read_lessons, read_quiz
from psoas.clinic.shapes import SHAPES, Shape
from psoas.clinic.shelf import Fault, Shelf, ShelfFile, Step, Table, read_shelf
from psoas.errors import KnowledgeError

GRADES = ("high", "moderate", "low", "very_low", "none", "judgement")
BASES = ("guideline", "study", "consensus", "article", "judgement")
STATUSES = ("verified", "secondary", "unverified")
OUTCOMES = {"fires": True, "does not fire": False, "unknown": None}
FOUNDATIONS = ("sources", "questions", "red_flags", "contradictions", "countries", "levels", "purpose")


def check(folder: Path | Traversable | None = None, today: date | None = None) -> tuple[Fault, ...]:
    """All faults of a shelf, in order of file and line. `today` decides which reviews are overdue."""
    return faults_of(read_shelf(folder), today)


def faults_of(shelf: Shelf, today: date | None = None) -> tuple[Fault, ...]:
    """All faults of files already read."""
    faults = list(shelf.faults)
    sound: list[ShelfFile] = []
    for file in shelf.files:
        found = list(_shape_faults(file))
        faults += found
        if not found:
            sound.append(file)
    present = {file.path.removesuffix(".toml").partition("/")[0] for file in shelf.files}
    faults += [Fault(name, 1, "is missing from the shelf") for name in FOUNDATIONS if name not in present]
    questions = _questions(sound)
    faults += _source_faults(sound, complete=len(sound) == len(shelf.files))
    faults += _id_faults(sound)
    faults += _condition_faults(sound, questions)
    faults += _question_faults(sound)
    faults += _red_flag_faults(sound, questions)
    faults += _reader_faults(sound)
    faults += [fault for file in sound for fault in _review_faults(file, today or date.today())]
    return tuple(sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.what)))


def _shape_faults(file: ShelfFile) -> Iterator[Fault]:
    if file.kind not in SHAPES:
        yield Fault(file.path, 1, f"nothing on the shelf is of the kind {file.kind}")
        return
    if file.kind == "sources":
        for id, table in file.table.items():
            missing = {"cites", "status"} - set(table)
            unknown = set(table) - {"cites", "status", "doi", "pmid", "read_at", "fact", "open"}
            if missing or unknown or table["status"] not in STATUSES:
                yield file.fault("a source has cites, status (and doi, pmid, read_at, fact, open)", id)
        return
    yield from _table_faults(file, file.table, SHAPES[file.kind], ())


def _table_faults(file: ShelfFile, table: Any, shape: Shape, steps: tuple[Step, ...]) -> Iterator[Fault]:
    if not isinstance(table, Mapping):
        yield file.fault(f"{steps[-1]} is a table", *steps)
        return
    for key in table:
        if key not in shape.needed | shape.optional:
            yield file.fault(f"unknown key {key}", *steps, key)
    for key in sorted(shape.needed - set(table)):
        yield file.fault(f"missing {key}", *steps)
    for key, part in shape.parts.items():
        inner = table.get(key)
        if isinstance(inner, list):
            for number, entry in enumerate(inner):
                yield from _table_faults(file, entry, part, (*steps, key, number))
        elif inner is not None:
            yield from _table_faults(file, inner, part, (*steps, key))
    for key in ("id", "text", "says", "name", "title"):
        if key in table and not (isinstance(table[key], str) and table[key].strip()):
            yield file.fault(f"{key} is text", *steps, key)
    if "grade" in table and file.kind != "purpose" and table["grade"] not in GRADES:
        yield file.fault(f"grade {table['grade']!r} is not one of {', '.join(GRADES)}", *steps, "grade")


def _walk(value: Any, steps: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Table]]:
    """Every table inside, with the steps that lead to it."""
    if isinstance(value, Mapping):
        yield steps, value
        for key, inner in value.items():
            yield from _walk(inner, (*steps, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, (*steps, number))


def _source_faults(files: list[ShelfFile], complete: bool) -> list[Fault]:
    """Sources that do not exist, statements without one, and sources that nothing uses."""
    home = next((file for file in files if file.kind == "sources"), None)
    if home is None:
        return []
    faults, used = [], set()
    for file in files:
        if file is home:
            continue
        for steps, table in _walk(file.table):
            for key in ("sources", "outlook_sources"):
                if key not in table:
                    continue
                ids = table[key]
                if not isinstance(ids, list) or not ids or not all(isinstance(id, str) for id in ids):
                    faults.append(file.fault(f"{key} is a list of at least one source", *steps, key))
                    continue
                used |= set(ids)
                faults += [
                    file.fault(f"source {id} is not on the shelf", *steps, key)
                    for id in ids
                    if id not in home.table
                ]
    if complete:
        faults += [
            home.fault(f"source {id} is used by nothing", id, blocks=False)
            for id in home.table
            if id not in used
        ]
    return faults


def _id_faults(files: list[ShelfFile]) -> list[Fault]:
    """Ids that are not the file's name, and ids given twice."""
    faults = []
    places: dict[tuple[str, str], str] = {}
    for file in files:
        if "id" in file.table and file.table["id"] != file.stem:
            faults.append(file.fault(f"id {file.table['id']} is not the name of the file", "id"))
        for key, entries in file.table.items():
            if not isinstance(entries, list) or key == "option":
                continue
            space = file.path if file.kind == "instruments/*" else key
            for number, entry in enumerate(entries):
                if isinstance(entry, Mapping) and "id" in entry:
                    at = (space, str(entry["id"]))
                    if at in places:
                        faults.append(file.fault(f"id {entry['id']} is given twice", key, number, "id"))
                    places[at] = file.path
    return faults


def _questions(files: list[ShelfFile]) -> dict[str, Question]:
    questions: dict[str, Question] = {}
    for file in files:
        if file.kind == "questions/*":
            for table in file.table["question"]:
                try:
                    questions[table["id"]] = read_question(table)
                except (ValueError, TypeError, AssertionError):
                    continue  # _question_faults says what is wrong with it
    return questions


def _known_ids(files: list[ShelfFile], questions: Mapping[str, Question]) -> set[str]:
    known = set(questions)
    for file in files:
        if file.kind == "red_flags/*":
            known.add(file.table["id"])
        for key in ("finding", "circumstance"):
            known |= {entry["id"] for entry in file.table.get(key, ())}
    return known


def _condition_faults(files: list[ShelfFile], questions: Mapping[str, Question]) -> list[Fault]:
    """Conditions outside the grammar, about nothing, or with a value that the question cannot have."""
    faults = []
    known = _known_ids(files, questions)
    for file in files:
        for steps, table in _walk(file.table):
            for key in ("when", "asked_if"):
                if key not in table or not isinstance(table[key], Mapping):
                    continue
                try:
                    condition = logic.parse(table[key])
                except ValueError as error:
                    faults.append(file.fault(str(error), *steps, key))
                    continue
                only = questions if file.kind in ("red_flags/*", "contradictions", "questions/*") else known
                for atom in logic.atoms(condition):
                    if atom.finding not in only:
                        faults.append(file.fault(f"there is no {atom.finding} to ask about", *steps, key))
                    elif atom.finding in questions and not _fits(atom, questions[atom.finding]):
                        faults.append(file.fault(f"{atom.finding} cannot be compared like this", *steps, key))
    return faults


def _fits(atom: logic.Atom, question: Question) -> bool:
    if question.type == "bool":
        return atom.verb == "is" and isinstance(atom.value, bool)
    if question.type == "int":
        return atom.verb in ("at_least", "at_most", "is") and type(atom.value) is int
    wanted = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    return atom.verb in ("is", "one_of") and all(value in question.values for value in wanted)


def _question_faults(files: list[ShelfFile]) -> list[Fault]:
    faults = []
    for file in files:
        if file.kind != "questions/*":
            continue
        kinds = [table["type"] for table in file.table["question"]]
        if len(kinds) > 6 or (len(kinds) > 1 and set(kinds) != {"bool"}):
            faults.append(file.fault("a screen is one question, or up to six of yes and no", "question", 0))
        for number, table in enumerate(file.table["question"]):
            kind, at = table["type"], ("question", number)
            if kind not in ("bool", "int", "enum"):
                faults.append(file.fault(f"type {kind!r} is not bool, int or enum", *at, "type"))
            if kind == "int" and not (
                type(table.get("low")) is int
                and type(table.get("high")) is int
                and table["low"] < table["high"]
            ):
                faults.append(file.fault("a number has whole low and high, low below high", *at))
            if kind == "enum" and not (
                len(table.get("values", ())) > 1 and len(table.get("labels", ())) == len(table["values"])
            ):
                faults.append(file.fault("an enum has values and a label for each", *at))
    return faults


def _red_flag_faults(files: list[ShelfFile], questions: Mapping[str, Question]) -> list[Fault]:
    """Levels and days, rules that cannot fire or always do, and examples that are missing or fail."""
    faults = []
    for file in files:
        if file.kind != "red_flags/*":
            continue
        table = file.table
        if table["level"] not in RULE_LEVELS:
            faults.append(
                file.fault(f"level {table['level']!r} is none of {', '.join(RULE_LEVELS)}", "level")
            )
        if (table["level"] == "SOON") is not (type(table.get("within_days")) is int):
            faults.append(file.fault("SOON has whole within_days, other levels have none", "level"))
        if table["basis"] not in BASES:
            faults.append(file.fault(f"basis {table['basis']!r} is none of {', '.join(BASES)}", "basis"))
        try:
            condition = logic.parse(table["when"])
        except ValueError:
            continue  # said by _condition_faults
        if not set(logic.names(condition)) <= set(questions):
            continue
        for outcome, says in ((True, "unreachable: no answers make it fire"), (False, "it always fires")):
            if not logic.can_become(condition, outcome):
                faults.append(file.fault(f"rule is {says}" if outcome else says, "when"))
        if any(atom.negated for atom in logic.atoms(condition)):
            faults.append(file.fault("a red flag has no `none`: a sign more must never lower it", "when"))
        faults += _example_faults(file, condition, questions)
    return faults


def _example_faults(
    file: ShelfFile, condition: logic.Condition, questions: Mapping[str, Question]
) -> Iterator[Fault]:
    seen = set()
    for number, example in enumerate(file.table["example"]):
        given, then = example["given"], example["then"]
        if then not in OUTCOMES:
            yield file.fault(f"then {then!r} is none of {', '.join(OUTCOMES)}", "example", number, "then")
            continue
        seen.add(then)
        strange = set(given) - set(questions)
        if strange:
            yield file.fault(f"example asks for {', '.join(sorted(strange))}", "example", number, "given")
        elif logic.evaluate(condition, given.get) is not OUTCOMES[then]:
            yield file.fault(f"example does not come out as {then!r}", "example", number)
    for missing in sorted(set(OUTCOMES) - seen):
        yield file.fault(f"no example that comes out as {missing!r}", "example", 0)


def _reader_faults(files: list[ShelfFile]) -> list[Fault]:
    """What the readers of instruments, lessons and quiz find wrong."""
    faults = []
    readers: dict[str, Callable[[ShelfFile], object]] = {
        "instruments/*": lambda file: read_instrument(file.table, file.path),
        "lessons/*": lambda file: read_lessons({file.stem: file.table}),
        "quiz/*": lambda file: read_quiz({file.stem: file.table}),
    }
    for file in files:
        if file.kind in readers:
            try:
                readers[file.kind](file)
            except KnowledgeError as error:
                faults.append(Fault(file.path, 1, error.what))
    return faults


def _review_faults(file: ShelfFile, today: date) -> Iterator[Fault]:
    review = file.table.get("review")
    if review is None:
        return
    if not isinstance(review["reviewers"], list) or type(review["due"]) is not date:
        yield file.fault("review has a list of reviewers and a due date", "review")
    elif review["due"] < today:
        yield file.fault(f"review was due on {review['due']}", "review", "due", blocks=False)
