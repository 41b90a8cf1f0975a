"""The same pages on PostgreSQL: migrations, the way to the plan and its week, jobs, other people's ids."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from throwaway_postgres import missing, postgres

pytest.importorskip("django", reason="the extra `web` is not installed")
psycopg = pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

HERE = Path(__file__).parent
RUN = ("test_web_addresses.py", "test_web_jobs.py", "test_web_offline.py", "test_web_views.py")
CHOSEN = "404 or job or worker or here or plan_waits or sent_twice"


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_pages_are_the_same_on_postgresql() -> None:
    """Their own tests, in a process with this database: those that do not look into SQLite's file."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    with postgres(safe=False) as address:
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", CHOSEN]
            + [str(HERE / name) for name in RUN],
            env=inherited | {"PSOAS_DATABASE_URL": address},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
        )
        assert found.returncode == 0, found.stdout[-4000:]
        assert "skipped" not in found.stdout and int(found.stdout.split(" passed")[0].split()[-1]) >= 14
        with psycopg.connect(address) as database:  # it was this database that was written to
            assert database.execute("select count(*) from web_person").fetchone()[0] > 5
