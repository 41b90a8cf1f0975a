"""Fixtures that every kind of test shares. Shapes in annotations are checked here and only here."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook("psoas.engine", "beartype.beartype")

settings.register_profile("usual", deadline=None, max_examples=50)
settings.register_profile("deep", deadline=None, max_examples=10_000)
settings.load_profile("deep" if os.environ.get("PSOAS_DEEP") else "usual")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of recordings and OpenSim results; not part of the product."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with recordings and OpenSim results is not here")
    return SHARED


@pytest.fixture(scope="session")
def reasoning():  # type: ignore[no-untyped-def]
    """The shelf, ready to decide; read once."""
    from psoas.clinic.reasoning import load_reasoning

    return load_reasoning()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of the pages' data, with Django set up: once for all tests of this process."""
    pytest.importorskip("django", reason="the extra `web` is not installed")
    folder = tmp_path_factory.mktemp("web") / "data"
    os.environ["PSOAS_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "psoas.web.settings"
    # A browser test in the same process leaves an event loop behind; these calls are synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    call_command("migrate", verbosity=0)
    yield folder
    from django.db import connection

    connection.close()


@pytest.fixture
def client(data: Path) -> Any:
    """A browser without people."""
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")
