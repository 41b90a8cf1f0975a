"""`psoas serve` as a process of its own, and a browser that only speaks HTTP."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PSOAS = str(Path(sys.executable).with_name("psoas"))


@contextmanager
def serving(
    folder: Path,
    *options: str,
    port: int = 0,
    before: tuple[str, ...] = (),
    limit: Callable[[], None] | None = None,
    **more: str,
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A server: its process and port. before: a program that runs it. limit: called in the new process."""
    environment = os.environ | {"PSOAS_DATA": str(folder)} | more
    command = [*before, PSOAS, "serve", "--port", str(port), *options]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=limit
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        try:
            yield server, int(line.split(":")[2].split("/")[0])
        finally:
            server.terminate()


def rows(folder: Path, question: str) -> list[Any]:
    """What the database of a data folder holds."""
    database = sqlite3.connect(f"file:{folder / 'psoas.sqlite3'}?mode=ro", uri=True)
    found = database.execute(question).fetchall()
    database.close()
    return found


class Server:
    """`psoas serve` that can go away and come back, at the same port with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("psoas")), "serve", "--port", str(self.port)]
        environment = os.environ | {"PSOAS_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.address in self.process.stdout.readline()

    def stop(self) -> None:
        """Gone at once, as when the plug is pulled."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def rows(self, question: str) -> list[Any]:
        """What the database holds, whether the server is there or not."""
        return rows(self.folder, question)


class Browser:
    """Cookies, forms with their token, one connection a request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, posted: Mapping[str, str] | None = None, address: str = "127.0.0.1", host: str = ""
    ) -> tuple[int, str, str]:
        """Status, address to go on to, text."""
        head = {
            "Host": host or f"{address}:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if posted is not None:
            token = {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
            body = urlencode(token | dict(posted))
            head["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection(address, self.port, timeout=60)) as connection:
            connection.request("GET" if posted is None else "POST", path, body, head)
            with connection.getresponse() as answer:
                text = answer.read().decode("utf-8", "replace")
                for each in answer.headers.get_all("Set-Cookie") or ():
                    self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(each).items()}
                return answer.status, answer.headers.get("Location", ""), text

    def begin(self, name: str = "Ada") -> str:
        """A new person; returns the id."""
        self.ask("/")
        status, location, _text = self.ask("/begin/", {"name": name, "country": "GB"})
        assert status == 302
        return location.split("/")[2]


def hidden(text: str) -> dict[str, str]:
    """Hidden fields of the forms of a page, token left out."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {unescape(name): unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
