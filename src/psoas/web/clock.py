"""What time it is, and which day that is where the person is. Kept in UTC; the day is the device's own.

A script tells how far the device is from UTC (a field of the form, or a cookie); without one the zone of this
machine counts, which Django does not ask for.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OFFSET_COOKIE = "psoas_offset"
WEST_MIN, EAST_MIN = -12 * 60, 14 * 60  # the zones that exist


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def offset_of(words: str | None) -> int | None:
    """Minutes east of UTC from what a device said; None where it said nothing that can be."""
    if not words or not words.isascii() or len(words) > 5 or not words.removeprefix("-").isdecimal():
        return None
    minutes = int(words)
    return minutes if WEST_MIN <= minutes <= EAST_MIN else None


def local_day(at: datetime, offset_min: int | None) -> date:
    """The calendar day at a moment; offset_min: minutes east of UTC, None for the zone of this machine."""
    if offset_min is None:
        return at.astimezone().date()
    return (at.astimezone(UTC) + timedelta(minutes=offset_min)).date()


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
