"""The closed grammar of conditions and its three values: true, false, unknown (None).

    { finding = "fever" }                            the answer is yes
    { finding = "leg_weakness", is = "marked" }      also at_least, at_most, one_of = [...]
    all = [...]   any = [...]   none = [...]         nested as deep as needed; side by side: all of them
    count = { of = [...], at_least = n }

No expressions, no eval. `none` is pushed down to the atoms when a condition is parsed, so that what is left
is monotone: an answer that makes an atom true can only help the whole. Truth tables: Kleene 1952,
Introduction to Metamathematics, section 64 (strong logic).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import is_
from typing import Any, Final, Literal

from psoas.clinic.types import Value

Verb = Literal["is", "at_least", "at_most", "one_of"]
VERBS: tuple[Verb, ...] = ("is", "at_least", "at_most", "one_of")
UNSURE: Final = "\0unsure"
"""A look-up that returns this says: asked, not sure; every atom about it then counts as holding."""

Lookup = Callable[[str], Value | None]


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison of one finding; `negated` turns it round."""

    finding: str
    verb: Verb
    value: Value | tuple[Value, ...]
    negated: bool = False

    def holds(self, value: Value) -> bool:
        """Whether the comparison holds for a known value."""
        if self.verb == "is":
            held = value == self.value
        elif self.verb == "one_of":
            assert isinstance(self.value, tuple)
            held = value in self.value
        else:
            assert isinstance(value, int | float) and isinstance(self.value, int | float)
            held = value >= self.value if self.verb == "at_least" else value <= self.value
        return held is not self.negated


@dataclass(frozen=True, slots=True)
class Group:
    """At least `at_least` of the parts hold: all of n is n, any is 1."""

    of: tuple["Condition", ...]
    at_least: int


Condition = Atom | Group


def parse(table: Mapping[str, Any]) -> Condition:
    """A condition from its table. Raises `ValueError` saying what is wrong with it."""
    if not isinstance(table, Mapping) or not table:
        raise ValueError("a condition is a table with all, any, none, count or finding")
    if "finding" in table:
        return _atom(table)
    unknown = set(table) - {"all", "any", "none", "count"}
    if unknown:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))} in a condition")
    parts: list[Condition] = []
    for key in ("all", "any", "none"):
        if key in table:
            members = _members(table[key], key)
            if key == "none":
                members = tuple(_negated(member) for member in members)
            parts.append(Group(members, 1 if key == "any" else len(members)))
    if "count" in table:
        parts.append(_count(table["count"]))
    return parts[0] if len(parts) == 1 else Group(tuple(parts), len(parts))


def _members(value: Any, key: str) -> tuple[Condition, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{key} is a list with at least one condition")
    return tuple(parse(member) for member in value)


def _count(value: Any) -> Group:
    if not isinstance(value, Mapping) or set(value) != {"of", "at_least"}:
        raise ValueError("count has of and at_least")
    members, least = _members(value["of"], "of"), value["at_least"]
    if type(least) is not int or not 1 <= least <= len(members):
        raise ValueError(f"count at_least is a whole number from 1 to {len(members)}")
    return Group(members, least)


def _atom(table: Mapping[str, Any]) -> Condition:
    finding = table["finding"]
    if not isinstance(finding, str) or not finding:
        raise ValueError("finding is the id of a finding")
    unknown = set(table) - {"finding", *VERBS}
    if unknown:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))} beside finding {finding}")
    atoms: list[Condition] = []
    for verb in VERBS:
        if verb in table:
            value = table[verb]
            if verb in ("at_least", "at_most") and type(value) not in (int, float):
                raise ValueError(f"{finding}: {verb} is a number")
            if verb == "one_of":
                if not isinstance(value, list) or not value:
                    raise ValueError(f"{finding}: one_of is a list")
                value = tuple(value)
            elif not isinstance(value, bool | int | float | str):
                raise ValueError(f"{finding}: {verb} is one value")
            atoms.append(Atom(finding, verb, value))
    if not atoms:
        return Atom(finding, "is", True)
    return atoms[0] if len(atoms) == 1 else Group(tuple(atoms), len(atoms))


def _negated(condition: Condition) -> Condition:
    """Not condition, by De Morgan: fewer than n of m hold when at least m - n + 1 do not."""
    if isinstance(condition, Atom):
        return replace(condition, negated=not condition.negated)
    return Group(tuple(_negated(part) for part in condition.of), len(condition.of) - condition.at_least + 1)


Test = Callable[[Lookup], bool | None]


def compiled(condition: Condition) -> Test:
    """The condition as a function of a look-up (id -> value, None where unknown, `UNSURE`)."""
    if isinstance(condition, Atom):
        return _compiled_atom(condition)
    parts = tuple(compiled(part) for part in condition.of)
    return _compiled_group(parts, condition.at_least)


def _compiled_atom(atom: Atom) -> Test:
    finding, holds = atom.finding, atom.holds
    if atom.verb == "is":
        wanted, negated = atom.value, atom.negated

        def same(look: Lookup) -> bool | None:
            value = look(finding)
            if value is None:
                return None
            return value is UNSURE or (value == wanted) is not negated

        return same

    def compared(look: Lookup) -> bool | None:
        value = look(finding)
        if value is None:
            return None
        return value is UNSURE or holds(value)

    return compared


def _compiled_group(parts: Sequence[Test], at_least: int) -> Test:
    may_miss = len(parts) - at_least

    def counted(look: Lookup) -> bool | None:
        held = missed = 0
        for part in parts:
            result = part(look)
            if result is True:
                held += 1
                if held == at_least:
                    return True
            elif result is False:
                missed += 1
                if missed > may_miss:
                    return False
        return None

    return counted


def evaluate(condition: Condition, look: Lookup) -> bool | None:
    """Whether the condition holds: True, False, or None while what is unknown could decide it."""
    return compiled(condition)(look)


def residual(condition: Condition, look: Lookup) -> bool | Condition:
    """What is left to ask: True, False, or the condition without what is already known."""
    if isinstance(condition, Atom):
        value = look(condition.finding)
        if value is None:
            return condition
        return value is UNSURE or condition.holds(value)
    rest: list[Condition] = []
    needed = condition.at_least
    for part in condition.of:
        left = residual(part, look)
        if left is True:
            needed -= 1
        elif left is not False:
            rest.append(left)
    if needed <= 0:
        return True
    if needed > len(rest):
        return False
    if len(rest) == 1:
        return rest[0]
    unchanged = len(rest) == len(condition.of) and all(map(is_, rest, condition.of))
    return condition if unchanged else Group(tuple(rest), needed)


def atoms(condition: Condition) -> tuple[Atom, ...]:
    """Every comparison of the condition, in the order written."""
    if isinstance(condition, Atom):
        return (condition,)
    return tuple(atom for part in condition.of for atom in atoms(part))


def names(condition: Condition) -> tuple[str, ...]:
    """Ids of the findings a condition asks about, each once, in the order written."""
    found: dict[str, None] = {}

    def gather(part: Condition) -> None:
        if isinstance(part, Atom):
            found[part.finding] = None
        else:
            for inner in part.of:
                gather(inner)

    gather(condition)
    return tuple(found)


def because(condition: Condition, look: Lookup) -> tuple[str, ...]:
    """Ids of the findings that make a true condition true."""
    if residual(condition, look) is not True:
        return ()
    if isinstance(condition, Atom):
        return (condition.finding,)
    return tuple(dict.fromkeys(name for part in condition.of for name in because(part, look)))


def trial_values(condition: Condition, finding: str) -> tuple[Value, ...]:
    """Values of a finding that together take each of its comparisons to both outcomes."""
    values: list[Value] = []
    for atom in atoms(condition):
        if atom.finding != finding:
            continue
        if isinstance(atom.value, bool):
            values += [atom.value, not atom.value]
        elif isinstance(atom.value, int | float):
            values += [atom.value - 1, atom.value, atom.value + 1]
        else:
            values += [*(atom.value if isinstance(atom.value, tuple) else (atom.value,)), "\0another"]
    return tuple(dict.fromkeys(values))


def can_become(condition: Condition, outcome: bool, known: Mapping[str, Value] | None = None) -> bool:
    """Whether some answers give the condition this outcome."""
    known = known or {}
    left = residual(condition, known.get)
    if isinstance(left, bool):
        return left is outcome
    finding = names(left)[0]
    return any(
        can_become(left, outcome, {**known, finding: value}) for value in trial_values(condition, finding)
    )
