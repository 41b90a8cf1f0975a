"""Fixtures that every kind of test shares. Shapes in annotations are checked here and only here."""

import os
from pathlib import Path

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
