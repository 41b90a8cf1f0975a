"""`psoas serve`: the pages for a person, on this machine only."""

import argparse
import importlib.util
import os
import subprocess
import sys

from psoas.errors import InputError

NEEDED = ("django", "whitenoise", "waitress")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0 takes any free one")


def run(arguments: argparse.Namespace) -> int:
    """Start the web door in a process of its own: doors do not import each other."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"the pages need {', '.join(missing)}",
            "psoas serve",
            "Install psoas with its pages: pip install 'psoas[web]'",
        )
    if not 0 <= arguments.port <= 65535:
        raise InputError(f"{arguments.port} is no port", "--port", "Give a number from 1024 to 65535.")
    command = [sys.executable, "-m", "psoas.web", "--port", str(arguments.port)]
    if os.name == "posix":
        os.execv(sys.executable, command)  # this process becomes the server: one to stop, one to watch
    return subprocess.call(command)
