"""The tables of a run that OpenSim's own tools open: kinematics, moments, loads, muscle forces."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float

from psoas.engine.formats.mot import write_mot, write_sto
from psoas.engine.types import Analysis, Solved


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write every table of the analysis into `folder`; frames that were not solved are left out."""
    write_mot(folder / "kinematics.mot", analysis.coordinates)
    if analysis.moments is None:
        lengths = analysis.geometry
        write_sto(
            folder / "lengths.sto",
            "muscle lengths (m)",
            lengths.time_s,
            analysis.body.muscles.names,
            lengths.length_m,
        )
        return
    moments = analysis.moments
    # OpenSim's inverse dynamics names generalised forces so.
    names = [
        f"{n}_force" if n.startswith("pelvis_t") and n[-1] in "xyz" else f"{n}_moment" for n in moments.names
    ]
    write_sto(
        folder / "moments.sto",
        "Inverse Dynamics Generalized Forces",
        moments.time_s,
        names,
        moments.moment_nm,
    )
    for solved in analysis.solved:
        name = solved.condition.name
        _write(folder / f"loads_{name}.sto", "joint contact forces (N)", solved, _loads(solved))
        _write(folder / f"muscles_{name}.sto", "muscle forces (N)", solved, _muscles(solved))


def _write(
    path: Path, title: str, solved: Solved, columns: Iterator[tuple[str, Float[np.ndarray, "time"]]]
) -> None:
    names, values = zip(*columns, strict=True)
    table = np.column_stack(values)
    whole = np.isfinite(table).all(axis=1)
    write_sto(path, title, solved.contacts[0].time_s[whole], names, table[whole])


def _loads(solved: Solved) -> Iterator[tuple[str, Float[np.ndarray, "time"]]]:
    """Columns `JOINT_SIDE_fx|fy|fz|resultant`, and `_medial|_lateral` where they are known."""
    for contact in solved.contacts:
        name = f"{contact.joint}_{contact.side}"
        for axis, letter in enumerate("xyz"):
            yield f"{name}_f{letter}", contact.force_n[:, axis]
        yield f"{name}_resultant", np.linalg.norm(contact.force_n, axis=1)
        if contact.medial_n is not None and contact.lateral_n is not None:
            yield f"{name}_medial", contact.medial_n
            yield f"{name}_lateral", contact.lateral_n


def _muscles(solved: Solved) -> Iterator[tuple[str, Float[np.ndarray, "time"]]]:
    for muscles in solved.muscles.values():
        for i, name in enumerate(muscles.names):
            yield name, muscles.force_n[:, i]
        for i, dof in enumerate(muscles.dofs):
            yield f"{dof}_reserve", muscles.reserve_nm[:, i]
