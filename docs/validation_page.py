"""docs/validation.md from the computations that the reference tests make: every number is computed now."""

import contextlib
import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from passive_page import passive_table

from opensim_walk import FOLDER, columns, solved_walk, walk_reaction
from psoas.engine.body import load_body
from psoas.engine.joint_contact import contact_geometry, joint_contact
from psoas.engine.kinematics import muscle_geometry, segment_poses
from psoas.engine.sensitivity import sensitivity
from psoas.engine.static_optimisation import LEG_DOFS, OPENSIM_PARITY, static_optimisation
from psoas.engine.types import AS_BUILT, Condition, Coordinates, Patella
from recordings import RECORDINGS, solved

WEAK = Condition("iliopsoas_strength_0.5", strength={"iliopsoas": 0.5})
SHORT = Condition("iliopsoas_shortness_0.1", shortness={"iliopsoas": 0.1})
WORDS = Path(__file__).parent / "validation_words.md"


def validation_page(shared: Path) -> str:
    """The whole page; the words between the tables stand in validation_words.md, at `{name}`."""
    walk = solved_walk(shared)
    tables = {
        "moment_arms": _moment_arms(shared),
        "knee_path": _knee_path(shared),
        "inverse_dynamics": _inverse_dynamics(shared, walk),
        "parity": _parity(shared, walk),
        "passive": passive_table(),
        "recordings": _recordings(shared),
        "sensitivity": _sensitivity(shared, walk),
    }
    text = WORDS.read_text(encoding="utf-8")
    for name, table in tables.items():
        assert f"{{{name}}}" in text, name
        text = text.replace(f"{{{name}}}", table)
    return text


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x))))


def _moment_arms(shared: Path) -> str:
    body = load_body()
    table: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (shared / "reference/moment_arms_RajagopalLaiUhlrich2023.csv").open() as file:
        for row in csv.DictReader(file):
            table[row["coordinate"], row["muscle"]].append(
                (float(row["angle_rad"]), float(row["moment_arm_m"]))
            )
    errors: dict[str, dict[str, float]] = defaultdict(dict)
    for (coordinate, muscle), rows in table.items():
        angle, arm = np.array(rows).T
        geometry = muscle_geometry(body, Coordinates(angle, angle[:, None], (coordinate,)), (coordinate,))
        lines = [i for i, m in enumerate(body.muscles.muscle) if m == muscle]
        ours = geometry.moment_arm_m[:, 0, lines] @ body.muscles.share[lines]
        errors[coordinate][muscle] = 1000.0 * _rms(ours - arm)
    rows = []
    for coordinate, of in errors.items():
        worst = max(of, key=lambda m: of[m])
        psoas = f"{of['psoas_r']:.2f}" if "psoas_r" in of else "-"
        rows.append(
            [
                coordinate,
                str(len(of)),
                f"{np.median(list(of.values())):.3f}",
                f"{of[worst]:.2f} ({worst})",
                psoas,
            ]
        )
    return _table(["coordinate", "muscles", "median RMSE, mm", "worst RMSE, mm", "psoas total, mm"], rows)


def _knee_path(shared: Path) -> str:
    path = np.loadtxt(shared / "reference/knee_path_RajagopalLaiUhlrich2023.csv", delimiter=",", skiprows=1)
    movement = Coordinates(path[:, 0], path[:, :1], ("knee_angle_r",))
    poses = segment_poses(load_body(), movement, ("femur_r", "tibia_r", "patella_r"))
    away = poses.origin_m[:, 1:] - poses.origin_m[:, :1]
    in_femur = np.einsum("tij,tki->tkj", poses.orientation[:, 0], away)
    return f"{1000.0 * np.abs(in_femur.reshape(len(path), 6) - path[:, 1:]).max():.4f} mm"


def _inverse_dynamics(shared: Path, walk: Any) -> str:
    peer = columns(shared / FOLDER / "id_walk.sto")
    rows = []
    for dof in LEG_DOFS:
        cells = []
        for side in "rl":
            expected = peer[f"{dof}_{side}_moment"] + peer.get(f"{dof}_{side}_beta_force", 0.0)
            ours = walk.moments.moment_nm[:, walk.moments.names.index(f"{dof}_{side}")]
            cells.append(f"{_rms(ours - expected):.3f}")
        rows.append([dof, *cells])
    return _table(["dof", "right RMSE, N.m", "left RMSE, N.m"], rows)


def _parity(shared: Path, walk: Any) -> str:
    rows = []
    for run, condition in (
        ("base", AS_BUILT),
        ("iliopsoas_strength_50", WEAK),
        ("iliopsoas_fibre_length_90_no_passive", SHORT),
    ):
        folder = shared / FOLDER / run
        peer = columns(folder / "w_StaticOptimization_force.sto")
        forces = static_optimisation(
            walk.body.muscles, walk.geometry, walk.moments, "r", condition, OPENSIM_PARITY
        )
        at = np.searchsorted(walk.moments.time_s, peer["time"] - 1e-6)
        expected = np.array([peer[name] for name in forces.names]).T
        r = np.corrcoef(forces.force_n[at].ravel(), expected.ravel())[0, 1]
        cells = [run, f"{r:.5f}"]
        load = columns(folder / "w_JointReaction_ReactionLoads.sto")
        at = np.searchsorted(walk.moments.time_s, load["time"] - 1e-6)
        for joint, stem in (
            ("tibiofemoral", "walker_knee_r_on_tibia_r_in_tibia_r"),
            ("patellofemoral", "patellofemoral_r_on_patella_r_in_patella_r"),
        ):
            theirs = np.linalg.norm([load[f"{stem}_f{c}"] for c in "xyz"], axis=0) / walk.body_weight_n
            contact = joint_contact(
                contact_geometry(walk.body, walk.movement, joint, "r", patella="pulley"), forces
            )
            ours = np.linalg.norm(contact.force_n, axis=1)[at] / walk.body_weight_n
            cells += [f"{_rms(ours - theirs):.4f}", f"{ours.max():.3f} / {theirs.max():.3f}"]
        rows.append(cells)
    head = [
        "run",
        "force r",
        "tibiofemoral RMSE, BW",
        "peak, ours / OpenSim",
        "patellofemoral RMSE, BW",
        "peak, ours / OpenSim",
    ]
    return _table(head, rows)


def _recordings(shared: Path) -> str:
    rows = []
    for recording in RECORDINGS:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            numbers = solved(recording, shared, Path(folder) / "out")
        weak = numbers["conditions"][1]
        row = [recording.name]
        for phase in ("early_stance", "late_stance"):
            cells = []
            for side in ("r", "l"):
                found = _peaks(numbers["sides"][side])
                cells.append(
                    f"{found[phase]:.2f}"
                    if phase in found
                    else f"{found['peak']:.2f}"
                    if "peak" in found and phase == "early_stance"
                    else "-"
                )
            row.append(" / ".join(cells))
        changes = []
        for side in ("r", "l"):
            before, after = _peaks(numbers["sides"][side]), _peaks(weak["sides"][side])
            changes.append(
                f"{100 * (after['late_stance'] / before['late_stance'] - 1):+.0f} %"
                if "late_stance" in before
                else "-"
            )
        quality = numbers["quality"]
        row += [
            " / ".join(changes),
            f"{1000 * quality['marker_rms_m']:.1f}",
            f"{quality['residual_force_n']['rms']:.0f}",
            f"{quality['reserve_nm']['max']:.1f}",
            numbers["provenance"]["scaled_from"],
            quality["trust"],
        ]
        rows.append(row)
    head = [
        "recording",
        "early (or only) peak r / l, BW",
        "late peak r / l, BW",
        "late, iliopsoas x 0.5",
        "markers RMS, mm",
        "residual RMS, N",
        "largest reserve, N.m",
        "scaled from",
        "trust",
    ]
    return _table(head, rows)


def _peaks(side: Any) -> dict[str, float]:
    return {p["phase"]: p["bw"] for p in side["tibiofemoral"]["peaks"]}


def _sensitivity(shared: Path, walk: Any) -> str:
    time_s = walk.moments.time_s
    standing = np.flatnonzero(walk_reaction(shared, time_s).force_n[:, 0, 1] > 20.0)
    first = standing[: np.argmax(np.r_[np.diff(standing) > 1, True]) + 1]
    frames, middle = np.arange(len(time_s)), first.mean()
    spans = {
        "early": (frames >= first[0]) & (frames < middle),
        "late": (frames >= middle) & (frames <= first[-1]),
    }
    ways: tuple[Patella, ...] = ("lever", "pulley")
    contacts = {
        patella: contact_geometry(walk.body, walk.movement, "tibiofemoral", "r", patella=patella)
        for patella in ways
    }
    effects = sensitivity(
        walk.body.muscles, walk.geometry, walk.moments, contacts, walk.body_weight_n, spans, [WEAK, SHORT]
    )
    rows = [
        [
            e.says,
            f"{e.rms_bw:.2f}",
            f"{e.peak_bw['early']:.2f}",
            f"{e.peak_bw['late']:.2f}",
            f"{100 * e.change[WEAK.name]['late']:+.0f} %",
            f"{100 * e.change[SHORT.name]['late']:+.0f} %",
        ]
        for e in effects
    ]
    return _table(
        [
            "choice",
            "RMS difference, BW",
            "early peak",
            "late peak",
            "late, strength x 0.5",
            "late, 10 % shorter",
        ],
        rows,
    )
