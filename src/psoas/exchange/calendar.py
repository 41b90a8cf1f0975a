"""Reminders as a calendar file (RFC 5545): the week's sessions and the breaks from sitting.

No word in it is about health, because calendars are shared and synchronised. Times are floating: six
o'clock is six o'clock wherever the device is. Each event repeats by weekday and ends with the week of the
plan, so an old file leaves nothing behind; a newer one takes its place (same UID, higher SEQUENCE or later
DTSTAMP).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from icalendar import Alarm, Calendar, Event, vRecur

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BREAK_DAYS = (0, 1, 2, 3, 4)
BREAK_LASTS = timedelta(minutes=2)
LOOK_BACK_LASTS = timedelta(minutes=5)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Words:
    """What the events are called; nothing in them is about health."""

    session: str
    stand_up: str
    look_back: str


@dataclass(frozen=True, slots=True)
class Breaks:
    """Get up every `every_min` minutes between two times of a working day."""

    begin: time
    end: time
    every_min: int

    def times(self) -> list[time]:
        """When to get up; the first one `every_min` after the beginning."""
        midnight = datetime.combine(date.min, time())
        at, end = datetime.combine(date.min, self.begin), datetime.combine(date.min, self.end)
        step, found = timedelta(minutes=self.every_min), []
        while (at := at + step) < min(end, midnight + DAY):
            found.append(at.time())
        return found


def reminders(
    owner: UUID,
    first: date,
    last: date,
    sessions: Mapping[int, int],
    at: time,
    breaks: Breaks | None,
    words: Words,
    revision: int,
    stamp: datetime,
) -> bytes:
    """The file as bytes.

    owner: makes the UIDs, so that the same person always gets the same ones. first, last: local days that
    are left of the week; the day after it is for looking back. sessions: minutes by weekday (0 Monday); days
    of the same length share an event. at: time of day of the sessions. revision: rises with every new week
    of the plan. stamp: the present moment, UTC.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Reminders of a week//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    common = (first, last, revision, stamp)
    for minutes in sorted({each for each in sessions.values() if each > 0}):
        days = [day for day, length in sessions.items() if length == minutes]
        _add(
            calendar,
            uuid5(owner, f"session {min(days)}"),
            words.session,
            days,
            at,
            timedelta(minutes=minutes),
            *common,
        )
    for number, begin in enumerate(breaks.times() if breaks else ()):
        _add(
            calendar, uuid5(owner, f"break {number}"), words.stand_up, BREAK_DAYS, begin, BREAK_LASTS, *common
        )
    due = last + DAY
    _add(
        calendar,
        uuid5(owner, "look back"),
        words.look_back,
        (due.weekday(),),
        at,
        LOOK_BACK_LASTS,
        due,
        due,
        revision,
        stamp,
    )
    content: bytes = calendar.to_ical()
    return content


def _add(
    calendar: Calendar,
    uid: UUID,
    summary: str,
    days: Iterable[int],
    at: time,
    lasts: timedelta,
    first: date,
    last: date,
    revision: int,
    stamp: datetime,
) -> None:
    """One repeating event with a reminder, unless none of its days is left in the week."""
    wanted = set(days)
    left = [first + DAY * k for k in range((last - first).days + 1)]
    begins = next((day for day in left if day.weekday() in wanted), None)
    if begins is None:
        return
    event = Event()
    event.add("uid", str(uid))
    event.add("sequence", revision)
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("dtstart", datetime.combine(begins, at))
    event.add("duration", lasts)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    until = datetime.combine(last, time(23, 59, 59))
    names = [WEEKDAYS[day] for day in sorted(wanted)]
    event.add("rrule", vRecur({"FREQ": "WEEKLY", "UNTIL": until, "BYDAY": names}))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(0))
    event.add_component(alarm)
    calendar.add_component(event)
