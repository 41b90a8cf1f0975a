"""Which day it is for the person: the time zone of this machine, which Django does not ask for."""

import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def time_zone(localtime: Path = Path("/etc/localtime")) -> str:
    """The name of this machine's zone: $TZ, where /etc/localtime points, or the hours of its offset."""
    for name in (os.environ.get("TZ", "").lstrip(":"), localtime.resolve().as_posix()):
        found = name.rpartition("zoneinfo/")[2] or name
        try:
            return ZoneInfo(found).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    hours = -time.timezone // 3600  # without summer time: all that a system without zone names tells
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"
