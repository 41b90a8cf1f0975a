"""A PostgreSQL of one's own, on a socket in a temporary folder, gone afterwards."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

NAME = "psoas"


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is, if it is installed; Debian keeps them off the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else None)


def missing() -> str:
    """Why there can be none here, or nothing."""
    names = [name for name in ("initdb", "pg_ctl", "createdb") if program(name) is None]
    if names:
        return f"PostgreSQL is not installed ({', '.join(names)})"
    if os.getuid() == 0 and subprocess.run(["id", "postgres"], capture_output=True).returncode:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


@contextmanager
def postgres(*, safe: bool = True) -> Iterator[str]:
    """The address of an empty database. safe: False skips fsync, for tests that pull no plug."""
    root = os.getuid() == 0  # PostgreSQL refuses to run as root
    user = "postgres" if root else getpass.getuser()
    before = ["runuser", "-u", user, "--"] if root else []
    with tempfile.TemporaryDirectory(prefix="psoas-pg-") as name:
        folder = Path(name)
        if root:
            shutil.chown(folder, user)

        def call(command: str, *arguments: str) -> None:
            found = subprocess.run(
                [*before, str(program(command)), *arguments], cwd=folder, capture_output=True, text=True
            )
            assert found.returncode == 0, found.stderr or found.stdout

        data = ("-D", f"{name}/data")
        call("initdb", *data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={name}"
        if not safe:
            settings += " -c fsync=off"
        # With a log file of its own: else it would hold our pipe open.
        call("pg_ctl", *data, "-w", "-o", settings, "-l", f"{name}/log", "start")
        try:
            call("createdb", "-h", name, "-U", user, NAME)
            yield f"postgresql://{quote(user)}@/{NAME}?host={quote(name, safe='')}"
        finally:
            call("pg_ctl", *data, "-w", "-m", "immediate", "stop")
