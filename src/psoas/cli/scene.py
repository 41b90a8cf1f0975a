"""`psoas scene`: bones, muscle paths and what the muscles do, as files for a viewer."""

import argparse
import gzip
import json
import sys
from pathlib import Path

from psoas.cli import options
from psoas.engine.body import load_body
from psoas.engine.bones import bones_glb
from psoas.engine.movements import listed
from psoas.engine.pipeline import cut_coordinates, posture
from psoas.engine.scene import Scene, encode, scene, scene_frames
from psoas.engine.trial import read_trial
from psoas.errors import InputError
from psoas.exchange.run_folder import as_json, refuse_unwritable


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """Which movement, and where the files go."""
    verb.add_argument(
        "--coordinates", type=Path, metavar="FILE", help="a movement, .mot or .sto; default: mean walking"
    )
    verb.epilog = "Example: psoas scene --movement squat --shortness iliopsoas=0.1 --out scene"
    options.add_movement(verb, "natural if no file is given")
    verb.add_argument("--trim", metavar="A:B", help="with --coordinates: the part to show, seconds")
    options.add_knobs(verb)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    verb.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compute, pack, write, say."""
    refuse_unwritable(arguments.out)
    shown = _scene(arguments)
    header, block = encode(shown)
    described = json.dumps(header, indent=1).encode() + b"\n"
    written = {"bones.glb": bones_glb(), "scene.json": described, "scene.bin": block}
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (arguments.out / name).write_bytes(content)
    sizes = {
        name: {"bytes": len(content), "gzip_bytes": len(gzip.compress(content, mtime=0))}
        for name, content in written.items()
    }
    if arguments.json:
        said = {"frames": header["frames"], "bones": len(header["bones"]), "muscles": len(header["muscles"])}
        sys.stdout.write(as_json(said | {"solved": shown.solved, "files": sizes}))
        return 0
    print(
        f"{header['frames']} frames, {len(header['bones'])} bones, {len(header['muscles'])} muscle lines; "
        + ("activations and forces solved." if shown.solved else "no forces solved: passive tension only.")
    )
    for name, size in sizes.items():
        whole, packed = size["bytes"] / 1e3, size["gzip_bytes"] / 1e3
        print(f"  {arguments.out / name}: {whole:.0f} kB, {packed:.0f} kB compressed")
    return 0


def _scene(arguments: argparse.Namespace) -> Scene:
    body = load_body()
    condition = options.conditions_of(arguments, body.muscles)[-1]
    file = options.file_of(arguments.coordinates, "--coordinates")
    window = options.window_of(arguments.trim)
    if file is not None and arguments.movement is not None:
        raise InputError(
            "--movement is built in; --coordinates is a movement of yours.",
            "--coordinates",
            "Give one or the other.",
        )
    if file is None and window is not None:
        raise InputError("--trim cuts a movement of yours.", "--trim", "Give --coordinates FILE too.")
    if file is not None:
        trial = read_trial(coordinates=file, window_s=window)
        coordinates, _, _ = posture(trial, body, lambda what, share: None)
        shown = coordinates if window is None else cut_coordinates(coordinates, window)
        return scene(body, shown, None, condition)
    chosen = listed()[(arguments.movement or "natural").replace("-", "_")]
    analysis = chosen.solve((condition,))
    whole = scene(body, analysis.coordinates, analysis.solved[0].muscles, condition)
    return whole if chosen.shown_s is None else scene_frames(whole, chosen.shown_s)
