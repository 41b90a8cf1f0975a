"""`psoas serve` as a process: where it answers, what it says, what it needs, and what ends with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from served import PSOAS, Browser, serving

pytest.importorskip("django", reason="the extra `web` is not installed")


def refused(folder: Path, *options: str, **more: str) -> str:
    """What a server says that does not start, on one stream, without a traceback."""
    found = subprocess.run(
        [PSOAS, "serve", "--port", "0", *options],
        env=os.environ | {"PSOAS_DATA": str(folder)} | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 2 and found.stdout == "" and "Traceback" not in found.stderr
    return found.stderr


def status(address: str, port: int, host: str) -> int:
    return Browser(port).ask("/", address=address, host=host)[0]


def reachable(address: str, port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(5)
        return tried.connect_ex((address, port)) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has loopback addresses beside 127.0.0.1")
def test_the_home_network_is_off_by_default_and_asks_for_a_passphrase(tmp_path: Path) -> None:
    with serving(tmp_path) as (_server, port):
        assert status("127.0.0.1", port, f"127.0.0.1:{port}") == 200
        assert not reachable("127.0.0.2", port)
    assert "Set PSOAS_PASSPHRASE" in refused(tmp_path, "--lan", "127.0.0.2")
    with serving(tmp_path, "--lan", "127.0.0.2", PSOAS_PASSPHRASE="otter lamp seven") as (server, port):
        assert status("127.0.0.2", port, f"127.0.0.2:{port}") == 403  # locked
        assert status("127.0.0.1", port, f"127.0.0.1:{port}") == 403
        assert status("127.0.0.2", port, "evil.example") == 400
        assert status("127.0.0.2", port, f"192.168.1.20:{port}") == 400
        assert not reachable("127.0.0.3", port)
        server.terminate()
        assert server.stdout is not None
        told = server.stdout.read()
    assert f"http://127.0.0.2:{port}/" in told and "█" in told
    for word in ("nothing is encrypted", "https", "camera", "Only at home"):
        assert word in told
    with serving(tmp_path) as (_server, port):  # the passphrase stays, the network goes
        assert status("127.0.0.1", port, "127.0.0.2") == 400
        assert status("127.0.0.1", port, "127.0.0.1") == 403


@pytest.mark.parametrize(
    ("options", "more", "says"),
    [
        (("--lan", "home.example"), {}, "no address"),
        (("--lan", "192.0.2.7"), {"PSOAS_PASSPHRASE": "otter lamp seven"}, "no address of this computer"),
        (("--lan", "127.0.0.1"), {"PSOAS_PASSPHRASE": "short"}, "not fit"),
        (("--passphrase",), {}, "no terminal"),
        ((), {"PSOAS_DATABASE_URL": "mysql://x/y"}, "PostgreSQL"),
        ((), {"PSOAS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "address, name and password"),
    ],
)
def test_what_cannot_be_served_is_one_clear_message(
    tmp_path: Path, options: tuple[str, ...], more: dict[str, str], says: str
) -> None:
    if "postgresql" in more.get("PSOAS_DATABASE_URL", ""):
        pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    told = refused(tmp_path, *options, **more)
    assert says in told and "what to do" in told


def test_a_killed_server_takes_its_worker_along(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _port):
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        if not children.parent.is_dir():
            pytest.skip("no /proc here to see the worker in")
        tasks = Path(f"/proc/{server.pid}/task")

        def workers() -> list[int]:
            return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]

        end = time.monotonic() + 30
        while not (found := workers()):
            assert time.monotonic() < end
            time.sleep(0.05)
        time.sleep(0.5)
        server.send_signal(signal.SIGKILL)
        server.wait()
        end = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in found):
            assert time.monotonic() < end, "the worker outlived its server"
            time.sleep(0.05)
