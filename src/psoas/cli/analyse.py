"""`psoas analyse`: from a recording to the load on the knee."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from psoas.cli import options
from psoas.engine.body import body_from_osim, load_body
from psoas.engine.formats.opencap import Session, open_session
from psoas.engine.pipeline import Progress as Tell
from psoas.engine.pipeline import analyse
from psoas.engine.scaling import scale
from psoas.engine.static_optimisation import DEFAULT, OPENSIM_PARITY
from psoas.engine.trial import read_trial
from psoas.engine.types import Analysis, Body, Subject, Trial
from psoas.errors import InputError
from psoas.exchange.columns import wrapped
from psoas.exchange.run_folder import as_json, refuse_unwritable, write_run
from psoas.exchange.summary import summary
from psoas.exchange.words import plain_text


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The contract of `analyse`."""
    verb.epilog = (
        "Example: psoas analyse --markers walk.trc --static static.trc --grf grf.mot --mass 62.6 "
        "--strength iliopsoas=0.5 --out result"
    )
    add_recording(verb)
    verb.add_argument("--session", type=Path, metavar="DIR|ZIP", help="an OpenCap session; with --trial")
    verb.add_argument("--trial", metavar="NAME", help="the trial of the session")
    options.add_knobs(verb)
    verb.add_argument(
        "--passive",
        choices=("calibrated", "published"),
        default="calibrated",
        help="passive curves fitted to measured moments (default), or as the model was published",
    )
    verb.add_argument("--parity", choices=("opensim",), help="copy OpenSim's habits, for comparison only")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    verb.add_argument("--json", action="store_true", help="print summary.json instead of words")


def add_recording(verb: argparse.ArgumentParser) -> None:
    """The files of one recording, whose it is, and which part of it counts."""
    verb.add_argument("--markers", type=Path, metavar="FILE", help="the moving trial: .trc or .c3d")
    verb.add_argument("--coordinates", type=Path, metavar="FILE", help="instead of markers: .mot or .sto")
    verb.add_argument("--static", type=Path, metavar="FILE", help="the static trial: .trc or .c3d")
    verb.add_argument("--grf", type=Path, metavar="FILE", help="ground reaction forces: .mot .sto .c3d")
    verb.add_argument("--mass", metavar="KG", help="the person's mass (a session may hold it)")
    verb.add_argument("--height", metavar="M", help="the height, where there is no static trial")
    verb.add_argument("--model", type=Path, metavar="FILE", help="a scaled .osim of the Rajagopal family")
    verb.add_argument("--trim", metavar="A:B", help="the part to solve, seconds of the trial's own clock")
    verb.add_argument("--side", choices=("r", "l", "both"), default="both", help="solved and reported")


def run(arguments: argparse.Namespace) -> int:
    """Read, scale, solve, write, say."""
    refuse_unwritable(arguments.out)
    options.conditions_of(arguments, load_body().muscles)  # a wrong knob is told before the work
    with tempfile.TemporaryDirectory() as unpacked, progress_on_stderr() as tell:
        analysis = _analysis(arguments, Path(unpacked), tell)
        tell("writing", 0.0)
        write_run(analysis, arguments.out)
    numbers = summary(analysis)
    if arguments.json:
        sys.stdout.write(as_json(numbers))
    else:
        print(wrapped(plain_text(analysis, numbers)))
        print(f"\nThe report: {arguments.out / 'report.html'}")
    return 0


@contextmanager
def progress_on_stderr() -> Iterator[Tell]:
    """A line for each step on stderr, with a bar on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        told: list[str] = []

        def tell_plainly(what: str, share: float) -> None:
            if what not in told:
                told.append(what)
                print(f"{what} ...", file=sys.stderr, flush=True)

        yield tell_plainly
        return
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=1.0)
        yield lambda what, share: bars.update(task, description=what, completed=share)


def _analysis(arguments: argparse.Namespace, unpacked: Path, tell: Tell) -> Analysis:
    session = _session(arguments, unpacked)
    mass = options.mass_of(arguments.mass) or (session.mass_kg if session else None)
    height = options.height_of(arguments.height) or (session.height_m if session else None)
    if mass is None:
        raise InputError("The person's mass is needed.", "--mass", "Give it in kilograms: --mass 62.6.")
    window = options.window_of(arguments.trim)
    tell("reading", 0.0)
    model = options.file_of(arguments.model, "--model") or (session.model if session else None)
    trial = trial_of(arguments, session, window, model)
    subject = Subject(mass, height)
    tell("scaling", 0.0)
    body, notes = body_of(arguments, trial, subject, model, tell)
    conditions = options.conditions_of(arguments, body.muscles)
    sharing = OPENSIM_PARITY if arguments.parity else DEFAULT
    return analyse(
        replace(trial, notes=trial.notes + notes),
        subject,
        body,
        conditions,
        sides=options.sides_of(arguments.side),
        sharing=sharing,
        window_s=window,
        progress=tell,
    )


def _session(arguments: argparse.Namespace, unpacked: Path) -> Session | None:
    if arguments.session is None:
        if arguments.trial is not None:
            raise InputError("--trial names a trial of a session.", "--trial", "Give --session too.")
        return None
    if arguments.trial is None:
        raise InputError("Which trial of the session?", "--session", "Give --trial NAME, such as walking1.")
    for other in ("markers", "coordinates", "static"):
        if getattr(arguments, other) is not None:
            raise InputError(
                f"A session brings its own files; --{other} does not go with it.",
                f"--{other}",
                "Give either --session and --trial, or single files.",
            )
    return open_session(arguments.session, arguments.trial, unpacked)


def trial_of(
    arguments: argparse.Namespace,
    session: Session | None,
    window: tuple[float, float] | None,
    model: Path | None = None,
) -> Trial:
    """The recording of a session, or of single files; a session's kinematics belong to its `model`."""
    grf = options.file_of(arguments.grf, "--grf")
    if session is None:
        return read_trial(
            markers=options.file_of(arguments.markers, "--markers"),
            coordinates=options.file_of(arguments.coordinates, "--coordinates"),
            static=options.file_of(arguments.static, "--static"),
            grf=grf,
            window_s=window,
        )
    # OpenCap's own kinematics belong to the model it scaled; without it the markers are used.
    solved = session.coordinates if model is not None or session.markers is None else None
    trial = read_trial(
        markers=None if solved is not None else session.markers,
        coordinates=solved,
        static=None if solved is not None else session.static,
        grf=grf,
        window_s=window,
        name=session.trial,
    )
    return replace(trial, notes=trial.notes + session.notes)


def body_of(
    arguments: argparse.Namespace, trial: Trial, subject: Subject, model: Path | None, tell: Tell
) -> tuple[Body, tuple[str, ...]]:
    """The person's body. In parity mode a given model keeps its one-joint spine and lumped psoas."""
    if arguments.parity and model is not None:
        note = "Parity with OpenSim: its spine, its psoas, its cost, no passive forces; for comparison only."
        return body_from_osim(model, spine="one_joint", psoas="lumped", passive="published"), (note,)
    scaled = scale(trial, subject, model=model, passive=arguments.passive, progress=tell)
    notes = scaled.notes
    if arguments.parity:
        notes += ("Parity with OpenSim without --model: the cost is OpenSim's, the body is not.",)
    return scaled.body, notes
