"""A real server on a free port, and Debian's Chromium, which may speak with this machine only."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("data")
    environment = os.environ | {"PSOAS_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [str(Path(sys.executable).with_name("psoas")), "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield line.split()[3].rstrip("/")
        server.terminate()


@pytest.fixture(scope="session")
def browsers() -> Iterator[Any]:
    """What starts a Chromium; one for all tests, since Playwright runs once in a process."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play.chromium


@pytest.fixture(scope="session")
def chromium(browsers: Any) -> Iterator[Any]:
    browser = browsers.launch(
        executable_path=CHROMIUM,
        args=["--headless=new", "--no-sandbox", "--disable-background-networking"],
    )
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A fresh browser at a phone's width; a request that leaves the machine fails the test."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=address, service_workers="block"
    )
    left: list[str] = []
    wrong: list[str] = []

    def only_here(route: Any) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            left.append(route.request.url)
            route.abort()

    context.route("**/*", only_here)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert left == []
    assert [text for text in wrong if "status of 4" not in text] == []  # our own 404 and 422 are told there
