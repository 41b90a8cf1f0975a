"""`python -m psoas.web.worker`: does the jobs of the table, one after the other, beside the pages.

A process of its own, because the engine keeps the processor busy and native code can crash: neither may
reach the pages. `psoas serve` starts it, starts it again when it dies, and takes it along when it ends.
"""

import logging
import os
import secrets
import subprocess
import sys
import threading
import time

IDLE_S = 0.5

_log = logging.getLogger("django")


def main() -> int:
    """Work until the process that started this one is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "psoas.web.settings")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # arrays are small: more threads only wait for each other
    import django
    from django.db import DatabaseError, connection

    django.setup()
    from psoas.web.work import perform, take

    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # pages first
    name = secrets.token_hex(8)
    while True:
        try:
            job = take(name)
            if job is not None:
                perform(job)
                continue
        except DatabaseError as error:  # full, read-only, away: told once a minute, tried again
            _log.error("the queue of work cannot be used: %s", error)
            connection.close()
            time.sleep(60)
        except KeyboardInterrupt:
            return 0
        time.sleep(IDLE_S)


def _end_with_parent() -> None:
    """The pipe from the parent closes when it ends, however it ends."""
    while os.read(0, 64):
        pass
    os._exit(0)


def keep_worker(command: tuple[str, ...] = ()) -> threading.Thread:
    """Start a worker and a thread that starts it again whenever it ends; it ends with this process."""
    from psoas.web.work import ENDED_BY_CANCEL

    command = command or (sys.executable, "-m", "psoas.web.worker")

    def keep() -> None:
        pause_s = 1.0
        while True:
            began = time.monotonic()
            with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:
                code = worker.wait()
            if code != ENDED_BY_CANCEL:
                pause_s = 1.0 if time.monotonic() - began > 60 else min(2 * pause_s, 60.0)
                time.sleep(pause_s)

    thread = threading.Thread(target=keep, name="worker", daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    sys.exit(main())
