"""`python -m psoas.web --port 8000`: bring the database up to date, then answer on this machine only."""

import argparse
import os
import socket
import sys

from psoas.errors import InputError, UserError


def main() -> int:
    """Serve until stopped. Returns 0 when stopped, 2 where the port or the data folder cannot be used."""
    parser = argparse.ArgumentParser(prog="psoas serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    try:
        return serve(port)
    except UserError as error:
        print(f"psoas serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def serve(port: int) -> int:
    """Bind, migrate, print the address, answer. Raises `UserError`."""
    listener = listening(port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "psoas.web.settings")
    import django
    from django.core.management import call_command
    from django.db import DatabaseError
    from waitress import create_server

    from psoas.web.storage import data_folder

    folder = data_folder()
    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise InputError(
            f"the database cannot be used: {error}",
            str(folder),
            "Check that the disk is not full and that you may write there; or set PSOAS_DATA.",
        ) from None
    from psoas.web import jobs
    from psoas.web.application import application
    from psoas.web.worker import keep_worker

    server = create_server(application, sockets=[listener], threads=8, ident=None)
    jobs.ask("walk", again=True)
    keep_worker()
    print(f"psoas is at http://127.0.0.1:{listener.getsockname()[1]}/  (stop with Ctrl+C)", flush=True)
    print(f"Your data stays in {folder}. Nothing is sent anywhere.", flush=True)
    server.run()
    return 0


def listening(port: int) -> socket.socket:
    """A socket on this machine only. Raises `InputError` where the port cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = (
            "is taken" if getattr(error, "errno", None) in (98, 48, 10048) else f"cannot be used ({error})"
        )
        raise InputError(
            f"port {port} {reason}",
            "--port",
            f"Choose another one: psoas serve --port {min(port + 1, 65535)}",
        ) from None
    return listener


if __name__ == "__main__":
    sys.exit(main())
