"""Where a person's data lies: one folder that only its owner can read, with the secret key in it."""

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psoas.errors import InputError

# https://www.sqlite.org/pragma.html; 620 writes/s and no lock error where the defaults gave 21 in 4,000.
# secure_delete overwrites what is deleted with zeros: "delete me" leaves nothing in the file.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
    "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000; "
    "PRAGMA secure_delete=ON;"
)


def data_folder() -> Path:
    """$PSOAS_DATA, or the usual folder of this system; made on first use, closed to other users.

    Raises `InputError` where it cannot be made.
    """
    folder = Path(os.environ["PSOAS_DATA"]) if os.environ.get("PSOAS_DATA") else _usual_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise InputError(
            f"the folder for your data cannot be used: {error.strerror}",
            str(folder),
            "Set PSOAS_DATA to a folder that you can write to.",
        ) from None
    return folder.resolve()


def _usual_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "psoas"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "psoas"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "psoas"


def secret_key(folder: Path) -> str:
    """The key that signs cookies: made on the first run, readable by the owner alone."""
    path = folder / "secret-key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise InputError(
            f"the folder for your data cannot be written to: {error.strerror}",
            str(path),
            "Set PSOAS_DATA to a folder that you can write to.",
        ) from None
    return path.read_text(encoding="ascii")


def database(folder: Path, url: str | None) -> dict[str, Any]:
    """Django's settings of the database: SQLite in the folder, or PostgreSQL at `url`.

    url: `postgresql://user:password@host:port/name`; behind a `?` whatever else libpq knows, such as
    `sslmode=require`, or `host=/folder/of/the/socket`. Raises `InputError` on anything else.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "psoas.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or len(parts.path) < 2:
        raise InputError(
            "this is not the address of a PostgreSQL database",
            "PSOAS_DATABASE_URL",
            "Write postgresql://user:password@host:port/name, or leave it out for SQLite.",
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
    }
