"""Every page of the site by name, with an address or more of each: `{id}` is somebody with a whole case,
`{stopped}` somebody who has to be seen first. A new page that is not entered here fails a test."""

import re
from pathlib import Path

URLS = Path(__file__).parents[1] / "src" / "psoas" / "web" / "urls.py"

PAGES = {
    "start": ("/",),
    "body": ("/body/", "/body/?movement=step_up&front_weaker=50&side=r"),
    "body-exercise": ("/body/exercise/sh_halfkneel/", "/body/exercise/st_bridge/"),
    "design": ("/design/",),
    "lessons": ("/learn/", "/p/{id}/learn/"),
    "article": ("/learn/article/", "/learn/article/?verdict=contradicted"),
    "resources": ("/learn/resources/?country=GB", "/learn/resources/?country=EU"),
    "quiz": ("/learn/quiz/", "/p/{id}/learn/quiz/"),
    "question": (
        "/learn/quiz/reverse-plank/",
        "/learn/quiz/reverse-plank/?answer=1",
        "/p/{id}/learn/quiz/exercise-and-muscle/",
    ),
    "lesson": ("/learn/sitting/", "/p/{id}/learn/where-it-lies/"),
    "hub": ("/p/{id}/", "/p/{stopped}/"),
    "safety": ("/p/{id}/safety/1/", "/p/{id}/safety/2/", "/p/{id}/safety/8/"),
    "result": ("/p/{id}/safety/", "/p/{stopped}/safety/"),
    "where": ("/p/{id}/where/",),
    "story": ("/p/{id}/story/knee/",),
    "tests": ("/p/{id}/tests/",),
    "thomas": ("/p/{id}/tests/thomas/",),
    "change": ("/p/{id}/tests/change/",),
    "examined": ("/p/{id}/tests/step/", "/p/{id}/tests/exam-hip/"),
    "answer": ("/p/{id}/answer/",),
    "time": ("/p/{id}/time/",),
    "about": ("/p/{id}/about/",),
    "plan": ("/p/{id}/plan/",),
    "start-week": ("/p/{id}/start/",),
    "week": ("/p/{id}/week/",),
    "exercise": ("/p/{id}/week/sh_standing/", "/p/{id}/week/st_quad_close/", "/p/{id}/week/load_mgmt/"),
    "calendar": ("/p/{id}/week/calendar/",),
    "check-in": ("/p/{id}/check-in/",),
    "progress": ("/p/{id}/progress/",),
    "data": ("/p/{id}/data/",),
    "phone": ("/p/{id}/phone/",),
    "lock": ("/lock/",),
    "away": ("/away/",),
    "take-over": ("/on-phone/run-out/",),
    "not found": ("/nowhere/",),
}
NO_PAGES = {
    "begin",
    "bring",
    "example",
    "body-scene",
    "body-adapted",
    "body-adapted-scene",
    "body-doing",
    "body-curve",
    "exercise-scene",
    "body-bones",
    "export",
    "delete",
    "answered",
    "morning",
    "undo",
    "worker",
    "manifest",
    "here",
}
"""Addresses that answer no page: files, and forms that send on."""
IN_THEIR_TEST = {"check-in-step", "check-in-outcome", "job"}
"""Pages in the middle of a check-in or of work only; `browser/test_week.py` and `test_job_page.py` look
at them there."""
WITH_3D = {"body", "body-exercise"}


def names() -> set[str]:
    """The names that `urls.py` gives."""
    return set(re.findall(r'name="([\w-]+)"', URLS.read_text(encoding="utf-8")))
