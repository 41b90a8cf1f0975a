"""Everything that decides about one person, read once from the shelf: the gate, the weights, the remedies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psoas.clinic.assessment import Weights, read_weights
from psoas.clinic.knowledge import Knowledge, load_knowledge
from psoas.clinic.measured_tests import Norm, read_norm
from psoas.clinic.pain_map import PainMap, read_pain_map
from psoas.clinic.progress import Measure, read_measure
from psoas.clinic.remedies import Remedies, read_remedies

# Folder and file of each list of small statements, and the name of its tables.
LISTS = {
    "findings": ("assessment", "findings", "finding"),
    "tests": ("assessment", "tests", "test"),
    "role": ("assessment", "role", "role"),
}
TOP_LISTS = {
    "cautions": "caution",
    "circumstances": "circumstance",
    "programmes": "programme",
    "guidance": "statement",
    "advice": "advice",
    "measures": "measure",
}
FOLDERS = ("conditions", "exercises", "interventions")


@dataclass(frozen=True, slots=True)
class Reasoning:
    """The shelf, ready to decide. circumstances: raw tables of what a person can be asked beyond safety."""

    knowledge: Knowledge
    weights: Weights
    remedies: Remedies
    pain_map: PainMap
    norms: Mapping[str, Norm]
    measures: Mapping[str, Measure]
    circumstances: Mapping[str, Mapping[str, Any]]


def load_reasoning(knowledge: Knowledge | None = None) -> Reasoning:
    """The shelf that came with the program, or the one given."""
    knowledge = load_knowledge() if knowledge is None else knowledge
    shelf = knowledge.tables
    tables: dict[str, Mapping[str, Any]] = {folder: shelf[folder] for folder in FOLDERS}
    tables |= {name: _by_id(shelf[folder][file][key]) for name, (folder, file, key) in LISTS.items()}
    tables |= {name: _by_id(shelf[name][key]) for name, key in TOP_LISTS.items()}
    return Reasoning(
        knowledge=knowledge,
        weights=read_weights(tables),
        remedies=read_remedies(tables),
        pain_map=read_pain_map(shelf["referral"]),
        norms={name: read_norm(entry) for name, entry in shelf["norms"].items() if "short_below" in entry},
        measures={name: read_measure(entry) for name, entry in tables["measures"].items()},
        circumstances=tables["circumstances"],
    )


def _by_id(listed: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {entry["id"]: entry for entry in listed}
