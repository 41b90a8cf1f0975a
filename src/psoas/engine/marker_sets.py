"""Marker names of laboratories, and where those markers sit on the body.

A bony marker stands on a palpable point whose place on the published body is known. A technical marker (thigh
and shank clusters, wands) stands anywhere on its segment: only a static trial says where.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from psoas.engine.body_tables import Vec3, mirrored_point
from psoas.engine.formats.landmarks import plain
from psoas.errors import InputError

LANDMARKS = "landmarks"
PELVIS = ("asis_r", "asis_l")  # without them no pelvis, and without a pelvis no hip
_FEWEST_BONY = 6  # fewer known points leave legs without a place


@dataclass(frozen=True, slots=True)
class Landmark:
    """A palpable point of the published, unscaled body: the centre of a skin marker on it, segment frame."""

    name: str
    segment: str
    location_m: Vec3


@dataclass(frozen=True, slots=True)
class MarkerSet:
    """What a laboratory calls its markers; keys are names as `plain` has them."""

    name: str
    bony: Mapping[str, Landmark]
    technical: Mapping[str, str]
    left_out: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many names the set has."""
        return len(self.bony) + len(self.technical) + len(self.left_out)

    def segment_of(self, marker: str) -> str | None:
        """Segment that carries the marker; None where it is left out or unknown."""
        key = plain(marker)
        landmark = self.bony.get(key)
        return landmark.segment if landmark is not None else self.technical.get(key)

    def knows(self, marker: str) -> bool:
        """Whether the set has a place, a segment or a reason for this marker."""
        key = plain(marker)
        return key in self.bony or key in self.technical or key in self.left_out


@lru_cache(maxsize=1)
def landmarks() -> Mapping[str, Landmark]:
    """Every palpable point by name: `c7`, `asis_r`, `asis_l`."""
    found: dict[str, Landmark] = {}
    for name, table in _read(LANDMARKS).items():
        x, y, z = table["location_m"]
        segment = table["segment"]
        limb = segment not in ("pelvis", "torso")
        if not limb and z == 0.0:
            found[name] = Landmark(name, segment, (x, y, z))
            continue
        for side, place in (("r", (x, y, z)), ("l", mirrored_point((x, y, z)))):
            found[f"{name}_{side}"] = Landmark(
                f"{name}_{side}", f"{segment}_{side}" if limb else segment, place
            )
    return found


@lru_cache(maxsize=1)
def marker_sets() -> tuple[MarkerSet, ...]:
    """Every set of the tables, in the order of their names."""
    folder = files("psoas.engine.body_data").joinpath("marker_sets")
    names = sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))
    return tuple(_marker_set(n) for n in names if n != LANDMARKS)


def recognise(names: Sequence[str], where: str) -> MarkerSet:
    """The set that knows most of these markers. Raises InputError where none knows enough of them."""
    best = max(marker_sets(), key=lambda s: (sum(s.knows(n) for n in names), _bony_count(s, names), -s.size))
    has = {best.bony[plain(n)].name for n in names if plain(n) in best.bony}
    if len(has) < _FEWEST_BONY or not has.issuperset(PELVIS):
        raise InputError(
            f"These marker names are unknown: only {len(has)} stand on a palpable point that psoas knows.",
            f"{where}: {', '.join(list(names)[:8])}{', ...' if len(names) > 8 else ''}",
            "Rename the markers as one of these sets has them: "
            f"{', '.join(s.name for s in marker_sets())}; both anterior superior iliac spines are needed.",
        )
    return best


def _bony_count(marker_set: MarkerSet, names: Sequence[str]) -> int:
    return sum(plain(n) in marker_set.bony for n in names)


def _marker_set(file: str) -> MarkerSet:
    table = _read(file)
    place = landmarks()
    return MarkerSet(
        name=table["name"],
        bony={plain(k): place[v] for k, v in table["bony"].items()},
        technical={plain(k): v for k, v in table["technical"].items()},
        left_out={plain(k): v for k, v in table["left_out"].items()},
    )


def _read(file: str) -> dict[str, Any]:
    text = files("psoas.engine.body_data").joinpath("marker_sets", f"{file}.toml").read_text("utf-8")
    return tomllib.loads(text)
