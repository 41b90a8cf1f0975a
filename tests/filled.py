"""Fills the pages over HTTP alone, without a browser."""

import subprocess
from pathlib import Path
from typing import Any

DESK = {"age": 34, "duration_weeks": 10, "pain_now": 5}
BLEED = {"age": 71, "anticoagulant_or_bleeding": True, "hip_held_flexed": True, "leg_weakness": "marked"}


def begin(client: Any, name: str = "Ada", country: str = "GB") -> str:
    answer = client.post("/begin/", {"name": name, "country": country})
    assert answer.status_code == 302
    return str(answer["Location"].split("/")[2])


def fill(client: Any, person: str, answers: dict[str, Any], at_most: int = 80) -> str:
    """Answer safety screens over HTTP alone until the outcome; returns the last address."""
    path = f"/p/{person}/safety/1/"
    for _ in range(at_most):
        page = client.get(path)
        if page.status_code == 302:
            return str(page["Location"])
        context = page.context
        posted: dict[str, Any] = {"screen": context["screen"].id}
        first = context["first"]
        if context["kind"] == "int":
            posted[first.id] = answers.get(first.id, 0)
        elif context["kind"] == "enum":
            posted[first.id] = answers.get(first.id, first.values[0])
        else:
            posted |= {row["id"]: "yes" if answers.get(row["id"]) else "no" for row in context["rows"]}
        answer = client.post(path, posted)
        assert answer.status_code == 302, answer.content.decode()
        path = answer["Location"]
        if path.endswith("/safety/"):
            return str(path)
    return path


DESK_STORY = ("h_around_patella", "h_squat_stairs", "h_sit_bent", "h_load_change", "h_long_sit")


def to_the_plan(client: Any, name: str = "Ada") -> str:
    """A desk worker with a short hip flexor, up to the plan; returns the id."""
    person = begin(client, name)
    fill(client, person, DESK)
    client.post(f"/p/{person}/where/", {"region": ["KNEE_ANT_PATELLA_R"], "side": "r"})
    for sheet in ("knee", "when", "does", "hip", "nerves"):
        asked = {row["id"] for row in client.get(f"/p/{person}/story/{sheet}/").context["rows"]}
        marks = {each: "yes" for each in DESK_STORY if each in asked} or {"none": "1"}
        client.post(f"/p/{person}/story/{sheet}/", marks)
    readings = {f"right{k}": "-5" for k in range(3)}
    client.post(f"/p/{person}/tests/thomas/", {"method": "inclinometer", **readings})
    client.post(f"/p/{person}/time/", {"minutes_a_day": "25", "sitting_ache_after_min": "30"})
    settle(client, person)
    return person


def settle(client: Any, person: str) -> None:
    """No to whatever the plan still asks."""
    for _ in range(20):
        page = client.get(f"/p/{person}/about/")
        if page.status_code == 302:
            break
        asked = [row["id"] for row in page.context["rows"]]
        client.post(f"/p/{person}/about/", {"asked": asked, "none": "1"})
    assert client.get(f"/p/{person}/plan/").status_code == 200


def stopped(client: Any) -> str:
    """Somebody who has to be seen first."""
    person = begin(client, "Stopped")
    fill(client, person, BLEED)
    return person


def start_week(client: Any, person: str, worst: int = 6) -> None:
    """The plan begins today, with two tasks of one's own."""
    told = {"task0": "Stairs down", "score0": "4", "task1": "Squat", "score1": "3"}
    answer = client.post(f"/p/{person}/start/", {"worst": str(worst), **told})
    assert answer.status_code == 302, answer.content.decode()


def check_in(client: Any, person: str, **given: Any) -> Any:
    """The steps of a check-in whose safety questions are answered; returns the page on what comes next."""
    steps: dict[str, dict[str, str]] = {
        "pain": {"worst": str(given.get("worst", 4)), "sitting": given.get("sitting", "")},
        "tasks": {"score0": "6", "score1": "5"},
        "week": {
            "done": given.get("done", "3"),
            "planned": "3",
            "pain": str(given.get("pain", 2)),
            "settled": given.get("settled", "yes"),
        },
        "signs": given.get("signs", {"none": "1"}),
    }
    for step, posted in steps.items():
        answer = client.post(f"/p/{person}/check-in/{step}/", posted)
        assert answer.status_code == 302, answer.content.decode()
    return client.get(f"/p/{person}/check-in/outcome/")


def contents(folder: Path) -> bytes:
    """Every file of the data folder, one after the other, read by another process.

    Not by this one: closing a file gives up all of a process's locks on it, SQLite's too, and the next
    process to open the database would then cut the shared memory away under this one (SIGBUS).
    """
    files = [str(each) for each in folder.iterdir() if each.is_file()]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout
