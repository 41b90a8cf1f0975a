"""The calendar file, read back by the library: RFC 5545 parts, weekdays, end of the week, neutral words."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

pytest.importorskip("icalendar", reason="the extra `web` is not installed")

import icalendar

from psoas.exchange.calendar import Breaks, Words, reminders

THURSDAY, WEDNESDAY = date(2026, 3, 5), date(2026, 3, 11)
STAMP = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
WORDS = Words("Time for yourself", "Stand up and walk a little", "Look back at the week")
OFFICE = Breaks(time(9), time(17), 25)
CLINICAL = (
    "psoas knee hip pain exercise stretch physio rehab patient health muscle plan sitting check-in symptom"
)


def made(**changed: Any) -> bytes:
    given: dict[str, Any] = {
        "owner": UUID(int=5),
        "first": THURSDAY,
        "last": WEDNESDAY,
        "sessions": {0: 18, 2: 18, 4: 18, 1: 3, 5: 3},
        "at": time(18),
        "breaks": OFFICE,
        "words": WORDS,
        "revision": 2,
        "stamp": STAMP,
    }
    return reminders(**given | changed)


def events(content: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def days_of(event: Any) -> list[date]:
    """The days on which the event happens, by the rule that stands in the file."""
    begin, rule = event["dtstart"].dt, event["rrule"]
    names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    every = (begin + timedelta(days=k) for k in range(60))
    return [
        each.date() for each in every if names[each.weekday()] in rule["BYDAY"] and each <= rule["UNTIL"][0]
    ]


def test_every_event_has_what_the_standard_asks_for() -> None:
    calendar = icalendar.Calendar.from_ical(made())
    assert str(calendar["version"]) == "2.0" and calendar["prodid"]
    for event in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "RRULE", "SUMMARY"} <= event.keys()
        assert event["sequence"] == 2 and event["dtstamp"].dt == STAMP
        assert (
            event["dtstart"].dt.tzinfo is None and event["rrule"]["UNTIL"][0].tzinfo is None
        )  # both floating
        (alarm,) = event.walk("VALARM")
        assert str(alarm["action"]) == "DISPLAY" and alarm["trigger"].dt == timedelta(0)
        assert event["dtstart"].dt.date() in days_of(event)  # the first one is one of the repeats
    uids = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids)


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content = made()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_sessions_fall_on_their_weekdays_and_end_with_the_week() -> None:
    sessions = [each for each in events(made(breaks=None)) if str(each["summary"]) == WORDS.session]
    found = {day.weekday(): each["duration"].dt for each in sessions for day in days_of(each)}
    minutes = {0: 18, 2: 18, 4: 18, 1: 3, 5: 3}
    assert found == {day: timedelta(minutes=length) for day, length in minutes.items()}
    every = [day for each in sessions for day in days_of(each)]
    assert min(every) >= THURSDAY and max(every) <= WEDNESDAY and len(every) == 5


def test_the_look_back_is_once_on_the_day_after() -> None:
    (back,) = [each for each in events(made()) if str(each["summary"]) == WORDS.look_back]
    assert days_of(back) == [WEDNESDAY + timedelta(days=1)]


@pytest.mark.parametrize("every", [5, 15, 25, 235])
def test_breaks_follow_the_persons_own_minutes_on_working_days(every: int) -> None:
    breaks = Breaks(time(9), time(17), every)
    found = [each for each in events(made(breaks=breaks)) if str(each["summary"]) == WORDS.stand_up]
    begins = sorted(each["dtstart"].dt.time() for each in found)
    assert begins == breaks.times()
    first = datetime.combine(THURSDAY, time(9)) + timedelta(minutes=every)
    assert begins[0] == first.time() and begins[-1] < time(17)
    assert len(begins) == (8 * 60 - 1) // every
    assert all(day.weekday() < 5 for each in found for day in days_of(each))


def test_breaks_never_run_over_midnight() -> None:
    assert Breaks(time(23), time(23, 59), 25).times() == [time(23, 25), time(23, 50)]
    assert Breaks(time(9), time(9, 10), 25).times() == []


def test_a_newer_file_takes_the_place_of_an_older_one() -> None:
    before, after = events(made()), events(made(revision=3, at=time(7)))
    assert [str(each["uid"]) for each in before] == [str(each["uid"]) for each in after]
    assert all(each["sequence"] == 3 for each in after)
    assert made() == made()  # nothing in it hangs on the clock


def test_two_people_have_no_event_in_common() -> None:
    mine, theirs = events(made()), events(made(owner=UUID(int=6)))
    assert not {str(each["uid"]) for each in mine} & {str(each["uid"]) for each in theirs}


def test_no_word_in_it_is_about_health() -> None:
    content = re.sub(r"\r\n ", "", made().decode()).lower()
    assert not [word for word in CLINICAL.split() if word in content]


def test_a_week_with_no_day_left_for_a_session_has_none() -> None:
    friday = date(2026, 3, 6)
    found = events(made(first=friday, last=friday, sessions={0: 18}, breaks=None))
    assert [str(each["summary"]) for each in found] == [WORDS.look_back]
