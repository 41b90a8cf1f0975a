"""A week in real Chromium: done, logged, checked in; a red flag that stops the plan; the timer's names."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_every_page import AXE, RULES, told

from filled import to_the_plan
from keyboard import press, tab_to
from walker import safety, scale, send, start_week

pytestmark = [pytest.mark.xdist_group("browser")]

DESK = {"age": 34, "duration_weeks": 10, "pain_now": 5}
COPIES = """async paths => {
  const pages = await caches.open('psoas-pages');
  for (const path of paths) await pages.put(location.origin + path, new Response('a copy'));
}"""
LEFT = """async number => {
  const pages = await caches.open('psoas-pages');
  const left = async () => (await pages.keys()).map(each => each.url);
  for (let turn = 0; turn < 100 && (await left()).length > number; turn++) {
    await new Promise(done => setTimeout(done, 50));
  }
  return (await left()).map(each => new URL(each).pathname);
}"""
SERVICE_WORKER = Path(__file__).parents[2] / "src" / "psoas" / "web" / "static" / "sw.js"
MONDAY_NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)


class Clock:
    """One time for the server and for the browser; it stands until a test moves it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.at = MONDAY_NOON
        page.clock.set_fixed_time(self.at)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += timedelta(**more)
        self.page.clock.set_fixed_time(self.at)


@pytest.fixture(scope="module")
def address(data: Any) -> Iterator[str]:
    """The real server, but in this process, so that its clock can be set."""
    from waitress import create_server

    from psoas.web.application import application

    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture
def clock(page: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    from psoas.web import clock as real

    stopped = Clock(page)
    monkeypatch.setattr(real, "now", stopped)
    return stopped


@pytest.fixture
def person(page: Any, client: Any, clock: Clock, address: str) -> str:
    """A desk worker whose plan begins on Monday, in this browser."""
    id = to_the_plan(client, "Weekly")
    held = client.cookies["psoas_people"].value
    page.context.add_cookies([{"name": "psoas_people", "value": held, "url": address}])
    page.goto(f"/p/{id}/plan/")
    start_week(page)
    return id


def no_fault(page: Any) -> None:
    """Nothing that axe-core finds, where it is here; no sideways scroll."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url
    if AXE.is_file():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
        )
        assert told(found["violations"]) == [], page.url


def exercises(page: Any) -> Any:
    """Today's lines that take time of their own."""
    return page.locator("ol.today > li:not(.always)")


def test_a_week_of_logging_to_next_weeks_plan(page: Any, person: str, clock: Clock) -> None:
    done, days = 0, 0
    for day in range(7):
        page.goto(f"/p/{person}/week/")
        if day and page.get_by_text("back to its usual next morning?").count():
            send(page, page.get_by_role("button", name="Yes", exact=True))
        names = exercises(page).locator("strong").all_inner_texts()
        for k, name in enumerate(names):
            send(page, page.get_by_role("link", name=name))
            if k == 0:
                scale(page, "pain", 3)
            send(page, page.get_by_role("button", name="Done", exact=True))
        assert exercises(page).locator(".state", has_text="done").count() == len(names)
        done, days = done + len(names), days + bool(names)
        clock.forward(days=1)
    assert done >= 10 and days >= 3
    page.goto(f"/p/{person}/")
    send(page, page.get_by_role("link", name="This week"))
    assert "Your check-in is due today." in page.inner_text(".due")
    assert page.locator(".week .tick", has_text="done").count() == 0  # seven new days are shown
    send(page, page.get_by_role("link", name="Check in", exact=True))
    send(page, page.get_by_role("button", name="Begin the check-in"))
    assert "Is anything new since" in page.inner_text(".over")
    safety(page, DESK)
    send(page, page.get_by_role("link", name="Go on with the check-in"))
    no_fault(page)
    scale(page, "worst", 4)
    send(page, page.get_by_role("button", name="Continue"))
    no_fault(page)
    for k in range(2):
        scale(page, f"score{k}", 7)
    send(page, page.get_by_role("button", name="Continue"))
    no_fault(page)
    assert page.get_by_label("days done").input_value() == str(days)
    assert page.get_by_label("days planned").input_value() == str(days)
    assert page.locator('input[name="pain"][value="3"]').is_checked()
    assert page.locator('input[name="settled"][value="yes"]').is_checked()
    send(page, page.get_by_role("button", name="Continue"))
    no_fault(page)
    send(page, page.get_by_role("button", name="None of these"))
    no_fault(page)
    assert page.inner_text("h1") == "Stay where you are for another week."
    assert "has to hold in two check-ins" in page.inner_text(".level")
    rows = page.locator("table tbody tr").all_inner_texts()
    assert rows == ["Worst pain\t6\t4\t2\tbetter", "Your own tasks, mean\t3.5\t7\t2\tbetter"]
    page.go_back()  # what was sent is not asked again
    assert "/check-in/" in page.url and page.get_by_role("button", name="None of these").count() == 0
    page.goto(f"/p/{person}/progress/")
    assert page.locator(".curve svg").count() == page.locator(".curve table").count() >= 3
    page.goto(f"/p/{person}/week/")
    assert page.locator(".due").count() == 0


def test_the_timer_by_names_roles_and_live_region(page: Any, person: str) -> None:
    page.goto(f"/p/{person}/week/sh_standing/")
    no_fault(page)
    timer = page.get_by_role("region", name="Timer")
    count, says = timer.get_by_role("timer"), timer.get_by_role("status")
    assert says.get_attribute("aria-live") == "polite" and count.get_attribute("aria-live") == "off"
    assert timer.get_by_role("progressbar", name="How much of it is done").count() == 1
    voice = timer.get_by_role("button", name="Voice")
    assert voice.get_attribute("aria-pressed") == "false"  # this browser has no voice
    timer.get_by_text("Change the times").click()
    for label, number in (
        ("Holds", "2"),
        ("Seconds for a hold", "1"),
        ("Seconds of pause", "1"),
        ("Seconds to get ready", "1"),
    ):
        box = timer.get_by_role("spinbutton", name=label)
        box.fill(number)
        box.blur()
    page.evaluate(
        """() => {
          const said = document.querySelector('[data-timer] [role=status]');
          window.heard = [];
          new MutationObserver(() => said.textContent && window.heard.push(said.textContent))
            .observe(said, {childList: true, characterData: true, subtree: true});
        }"""
    )
    tab_to(page, "Start")
    page.keyboard.press("Enter")
    page.locator("[data-timer] .phase", has_text="Finished").wait_for(timeout=10_000)
    heard = page.evaluate("window.heard")
    assert heard == [
        "Get ready",
        "Hold 1 of 2, 1 seconds",
        "Pause. Change sides",
        "Hold 2 of 2, 1 seconds",
        "Finished. Now write down how it went",
    ]  # each phase once, and no second of it
    assert timer.get_by_role("progressbar").get_attribute("value") == "1"


def test_the_timer_pauses_goes_on_and_begins_again(page: Any, person: str) -> None:
    page.clock.install()
    page.goto(f"/p/{person}/week/st_quad_close/")
    timer = page.get_by_role("region", name="Timer")
    timer.get_by_role("button", name="Start").click()
    page.clock.run_for(5_500)  # 5 s to get ready, then repetitions
    assert timer.locator(".phase").inner_text() == "Set 1 of 2"
    assert timer.locator(".below").inner_text() == "repetition 1 of 8"
    page.clock.run_for(6_000)
    assert timer.get_by_role("timer").inner_text() == "2"
    timer.get_by_role("button", name="Stop for now").click()
    page.clock.run_for(60_000)
    assert timer.get_by_role("timer").inner_text() == "2"
    timer.get_by_role("button", name="Go on").click()
    page.clock.run_for(6_000)
    assert timer.get_by_role("timer").inner_text() == "3"
    timer.get_by_role("button", name="From the beginning").click()
    assert timer.locator(".phase").inner_text() == "Get ready"
    assert timer.get_by_role("button", name="Start").count() == 1


def test_the_voice_says_what_the_text_says(page: Any, person: str) -> None:
    """A voice cannot be heard here: what would be spoken is written down instead."""
    page.add_init_script(
        """window.spoken = [];
        window.awake = 0;
        SpeechSynthesis.prototype.getVoices = () => [{lang: 'en'}];
        SpeechSynthesis.prototype.speak = said => window.spoken.push(said.text);
        WakeLock.prototype.request = async () => { window.awake += 1; return {release: async () => 0}; };"""
    )
    page.clock.install()
    page.goto(f"/p/{person}/week/sh_standing/")
    timer = page.get_by_role("region", name="Timer")
    voice = timer.get_by_role("button", name="Voice")
    assert voice.get_attribute("aria-pressed") == "true"  # on, because there is one
    timer.get_by_role("button", name="Start").click()
    page.clock.run_for(6_000)
    heard = page.evaluate("window.spoken")
    assert heard == ["Get ready", "3", "2", "1", "Hold 1 of 4, 30 seconds"]
    assert timer.get_by_role("status").inner_text() == heard[-1]
    assert page.evaluate("window.awake") == 1  # and the screen stays on
    voice.click()
    page.clock.run_for(60_000)
    assert page.evaluate("window.spoken") == heard and voice.get_attribute("aria-pressed") == "false"
    assert "Hold 2 of 4" in timer.locator(".phase").inner_text()


def test_a_day_by_keyboard_alone(page: Any, person: str) -> None:
    page.goto(f"/p/{person}/week/")
    name = exercises(page).locator("strong").first.inner_text()
    press(page, name)
    tab_to(page, "0")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert page.locator('input[name="pain"]:checked').get_attribute("value") in ("1", "2")
    press(page, "Done")
    assert "done, pain" in exercises(page).first.locator(".state").inner_text()
    press(page, "Take back")
    assert "done" not in exercises(page).first.locator(".state").inner_text()


def test_without_scripts_the_steps_and_a_plain_form_are_there(
    chromium: Any, page: Any, person: str, address: str
) -> None:
    cookies = page.context.cookies()
    context = chromium.new_context(java_script_enabled=False, base_url=address)
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto(f"/p/{person}/week/st_bridge/")
    assert plain.locator(".steps li").count() >= 3 and not plain.locator("[data-timer]").is_visible()
    send(plain, plain.get_by_role("button", name="Part of it"))
    assert plain.url.endswith("/week/")
    context.close()


def test_a_red_flag_at_the_check_in_stops_the_running_plan(page: Any, person: str, clock: Clock) -> None:
    clock.forward(days=7)
    page.goto(f"/p/{person}/week/")
    assert '"psoas-pages"' in SERVICE_WORKER.read_text(encoding="utf-8")  # it keeps its copies there
    mine = [f"/p/{person}/{path}" for path in ("", "plan/", "week/", "week/st_bridge/")]
    page.evaluate(COPIES, [*mine, "/learn/", f"/p/{person}/learn/"])
    send(page, page.get_by_role("link", name="Check in", exact=True))
    send(page, page.get_by_role("button", name="Begin the check-in"))
    safety(page, {**DESK, "saddle_numb": True, "bladder_bowel_new": True, "back_pain": True})
    assert "Call 999" in page.inner_text("main")
    assert "Your plan is stopped." in page.inner_text("main")
    assert page.get_by_role("link", name="Go on").count() == 0
    assert page.evaluate(LEFT, 2) == ["/learn/", f"/p/{person}/learn/"]
    for further in ("week", "week/st_bridge", "plan", "week/calendar", "check-in/pain"):
        page.goto(f"/p/{person}/{further}/")
        assert page.url.endswith("/safety/"), further
    page.goto(f"/p/{person}/")
    assert page.get_by_role("link", name="This week").count() == 0
    assert "seen first" in page.inner_text("main")
    page.goto(f"/p/{person}/safety/")
    send(page, page.get_by_role("button", name="I have been seen: answer the safety questions again"))
    assert "/safety/" in page.url and "Check-in" in page.inner_text(".over")
    page.goto(f"/p/{person}/week/")
    assert "/safety/" in page.url  # not before every question is answered again
