"""`psoas serve`: the pages for a person, on this machine only."""

import argparse
import importlib.util
import os
import subprocess
import sys

from psoas.errors import InputError

NEEDED = ("django", "icalendar", "segno", "waitress", "whitenoise")
ABOUT = """The pages answer on 127.0.0.1 only. Your data lies in one SQLite file in your user's data folder
($PSOAS_DATA: another folder; $PSOAS_DATABASE_URL: a PostgreSQL database). Nothing is sent anywhere.
docs/how-to/serve.md tells more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.epilog = ABOUT
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0 takes any free one")
    parser.add_argument(
        "--lan",
        nargs="?",
        const="find",
        default="",
        metavar="ADDRESS",
        help="also answer in your home network, for a phone; needs a passphrase; off by default",
    )
    parser.add_argument(
        "--passphrase",
        action="store_true",
        help="ask here for a new passphrase of the pages (nothing typed removes it); "
        "$PSOAS_PASSPHRASE sets one without asking",
    )


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
    if arguments.lan:
        command += ["--lan", arguments.lan]
    if arguments.passphrase:
        command.append("--passphrase")
    if os.name == "posix":
        os.execv(sys.executable, command)  # this process becomes the server: one to stop, one to watch
    return subprocess.call(command)
