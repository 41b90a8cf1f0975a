"""The 3D body in a real browser: it draws, it answers, it says the same as the engine, it calls nobody."""

import http.client
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from psoas.engine.normative import normative_walk
from psoas.engine.types import AS_BUILT, Analysis, Condition
from walker import send

pytest.importorskip("django", reason="the web app's packages are not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright, for Chromium, is not installed")
PIL_Image = pytest.importorskip("PIL.Image")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ISLAND = Path(__file__).parents[2] / "src" / "psoas" / "web" / "static" / "islands" / "body.js"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
READY_MS = 30_000
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MOST_PICTURES = 20

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here"),
    pytest.mark.skipif(not ISLAND.is_file(), reason="the islands are not built (make islands, needs node)"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as `psoas serve` starts it, on a free port, with a data folder of its own."""
    environment = {**os.environ, "PSOAS_DATA": str(tmp_path_factory.mktemp("data"))}
    command = [sys.executable, "-m", "psoas.web", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None, "the server did not say where it is"
        yield found.group()
        server.terminate()


@pytest.fixture(scope="module")
def browser(browsers):  # type: ignore[no-untyped-def]
    opened = browsers.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture
def page(browser, address):  # type: ignore[no-untyped-def]
    """The page with its body drawn; fails on any script error and on any request to elsewhere."""
    context = browser.new_context(viewport={"width": 480, "height": 720})
    shown = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" else None,
    )
    shown.goto(f"{address}/body/")
    shown.locator("[data-state=ready]").wait_for(timeout=READY_MS)
    yield shown
    assert faults == []
    assert {urlparse(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} == {
        "127.0.0.1"
    }
    context.close()


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return normative_walk(
        (
            AS_BUILT,
            Condition("w", strength={"iliopsoas": 0.5}),
        )
    )


def pixels(page) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    """What the canvas shows once it has come to rest, red green blue from 0 to 255."""
    page.evaluate(TWO_FRAMES)
    shown = page.locator("canvas").screenshot()
    for _ in range(MOST_PICTURES):
        before, shown = shown, page.locator("canvas").screenshot()
        if shown == before:
            return np.asarray(PIL_Image.open(io.BytesIO(shown)).convert("RGB")).astype(int)
    raise AssertionError("the canvas never comes to rest")


def places(picture: np.ndarray, colour: str) -> np.ndarray:  # type: ignore[type-arg]
    """Where the picture is psoas red or quadriceps orange, row and column."""
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    if colour == "red":
        return np.argwhere((red > 150) & (green < 60) & (blue < 60))
    return np.argwhere((red > 180) & (green > 80) & (green < 150) & (blue < 70))


def inside(found: np.ndarray) -> tuple[int, int]:  # type: ignore[type-arg]
    """The place with the most such places around it: the middle of a muscle, not its edge."""
    near = np.abs(found[:, None] - found[None]).max(axis=2) <= 4
    row, column = found[np.argmax(near.sum(axis=1))]
    return int(row), int(column)


def go_to(page, percent: int) -> None:  # type: ignore[no-untyped-def]
    page.locator("[data-part=scrub]").fill(str(percent))


def test_bones_and_muscles_are_drawn(page) -> None:  # type: ignore[no-untyped-def]
    picture = pixels(page)
    assert len(places(picture, "red")) > 100
    assert len(places(picture, "orange")) > 500
    assert np.ptp(picture.sum(axis=2)) > 300, "light and dark"


def test_a_muscle_that_is_clicked_says_its_name_and_what_it_does(page) -> None:  # type: ignore[no-untyped-def]
    row, column = inside(places(pixels(page), "orange"))
    page.locator("canvas").click(position={"x": column, "y": row})
    says = page.locator("[data-part=says]")
    playwright.expect(says).to_contain_text(re.compile(r"Vastus|Rectus femoris"))
    playwright.expect(says).to_contain_text("straightens the knee")
    assert page.locator("[data-part=choose]").input_value()[:3] in ("vas", "rec")


def test_the_table_says_what_the_engine_computed(page, analysis: Analysis) -> None:  # type: ignore[no-untyped-def]
    names = analysis.body.muscles.names
    rows = page.locator(".body-muscles tbody tr")
    assert rows.count() == 9
    for percent in (0, 20, 44, 90):
        go_to(page, percent)
        for row, stems in ((0, ("psoas",)), (2, ("recfem",)), (7, ("gasmed", "gaslat"))):
            cells = [float(text) for text in rows.nth(row).locator("td").all_inner_texts()]
            lines = [k for k, n in enumerate(names) if n.startswith(stems) and n.endswith("_r")]
            expected = [
                sum(s.muscles["r"].force_n[percent, s.muscles["r"].names.index(names[k])] for k in lines)
                for s in analysis.solved
            ]
            # A strand's force is stored to 0.2 N, and shown without decimals.
            assert cells[1:] == pytest.approx(expected, abs=0.5 + 0.1 * len(lines))
            mean = 100 * analysis.geometry.length_m[percent, lines].mean()
            assert cells[0] == pytest.approx(mean, abs=0.06)


def test_the_numbers_of_the_server_stand_when_the_viewer_takes_over(page) -> None:  # type: ignore[no-untyped-def]
    """The page as it came, without script, and the live table agree at the moment first shown."""
    html = page.request.get(page.url).text()
    sent = [re.findall(r"<td>([\d.]+)</td>", row) for row in re.findall(r"<tr data-lines.*?</tr>", html)]
    live = [row.locator("td").all_inner_texts() for row in page.locator(".body-muscles tbody tr").all()]
    assert len(sent) == len(live) == 9
    for before, after in zip(sent, live, strict=True):
        assert [float(x) for x in before] == pytest.approx([float(x) for x in after], abs=1.6)


def test_everything_by_keyboard(page) -> None:  # type: ignore[no-untyped-def]
    page.keyboard.press("Tab")
    for _ in range(30):
        if page.evaluate("document.activeElement.tagName") == "CANVAS":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"
    before = pixels(page)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert np.mean(np.abs(pixels(page) - before) > 40) > 0.02, "the body has turned"
    go_to(page, 10)
    page.locator("canvas").focus()
    page.keyboard.press(".")
    playwright.expect(page.locator("[data-part=moment]")).to_have_text("11 % of the movement")
    page.keyboard.press(" ")
    playwright.expect(page.locator("[data-part=play]")).to_have_text("Pause")
    playwright.expect(page.locator("[data-part=moment]")).not_to_have_text("11 % of the movement")
    page.keyboard.press(" ")
    playwright.expect(page.locator("[data-part=play]")).to_have_text("Play")


def test_the_sentence_about_a_muscle_names_both_pulls(page, analysis: Analysis) -> None:  # type: ignore[no-untyped-def]
    go_to(page, 44)
    page.locator("[data-part=choose]").select_option("recfem_r")
    says = page.locator("[data-part=says]").inner_text()
    found = re.search(r"pulls with (\d+) N, changed (\d+) N", says)
    assert found is not None, says
    for said, solved in zip(found.groups(), analysis.solved, strict=True):
        muscles = solved.muscles["r"]
        assert float(said) == pytest.approx(muscles.force_n[44, muscles.names.index("recfem_r")], abs=0.7)


def test_two_bodies_from_the_same_place_or_one(page) -> None:  # type: ignore[no-untyped-def]
    """Coloured by work, the changed body's front of the thigh works harder: left and right half differ."""
    go_to(page, 44)
    both = pixels(page)
    middle = both.shape[1] // 2
    for half in (both[:, :middle], both[:, middle:]):
        assert len(places(half, "red")) > 50 and len(places(half, "orange")) > 200
    page.locator("input[name=shown][value='1']").check(force=True)
    assert page.locator("[data-pane='0']").is_hidden() and page.locator("[data-pane='1']").is_visible()
    assert len(places(pixels(page), "red")) > 50


def test_a_slider_moves_curve_sentence_table_and_body(page) -> None:  # type: ignore[no-untyped-def]
    slider = page.get_by_role("slider", name="Hip flexor weaker")
    assert slider.get_attribute("aria-valuetext") == "50 percent"
    go_to(page, 44)
    cell = page.locator(".body-muscles tbody tr").nth(2).locator("td").nth(2)
    before = page.locator("[data-part=curve] path.changed").first.get_attribute("d"), cell.inner_text()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "70 percent"
    assert page.get_by_role("spinbutton", name="Hip flexor weaker").input_value() == "70"
    sentence = page.locator("[data-part=sentence]")
    playwright.expect(sentence).to_contain_text("at 30 % strength")
    told = page.request.get(page.url.split("/body/")[0] + "/body/what-if.json?weaker=70").json()
    playwright.expect(sentence).to_have_text(told["says"])
    assert page.locator(".body-loads tbody tr").nth(1).locator("td").all_inner_texts() == told["rows"][1]
    playwright.expect(page.locator("[data-part=announced]")).to_have_text(told["says"])
    assert page.url.endswith("?movement=natural&weaker=70")
    playwright.expect(cell).not_to_have_text(before[1])
    assert page.locator("[data-part=curve] path.changed").first.get_attribute("d") != before[0]


def test_a_number_beyond_its_range_says_so_and_asks_nothing(page) -> None:  # type: ignore[no-untyped-def]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "what-if.json" in request.url else None)
    number = page.get_by_role("spinbutton", name="Hip flexor shorter")
    sentence = page.locator("[data-part=sentence]").inner_text()
    number.fill("31")
    assert page.locator("#knob-shorter-error").inner_text() == "Give a number from 0 to 30."
    assert number.get_attribute("aria-invalid") == "true"
    assert page.locator("[data-part=sentence]").inner_text() == sentence
    number.fill("10")
    playwright.expect(page.locator("[data-part=sentence]")).to_contain_text("10 % shorter")
    assert [parse_qs(urlparse(url).query)["shorter"] for url in asked] == [["10"]]
    assert page.locator("#knob-shorter-error").is_hidden()


def test_the_newest_of_many_turns_is_what_stands_there(page) -> None:  # type: ignore[no-untyped-def]
    """Thirty turns without a pause: few questions, no stale answer."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "what-if.json" in request.url else None)
    page.evaluate(
        """() => { const slider = document.querySelector("[data-knob=shorter] input[type=range]");
        for (let k = 1; k <= 30; k++) { slider.value = k; slider.dispatchEvent(new Event("input")); } }"""
    )
    playwright.expect(page.locator("[data-part=sentence]")).to_contain_text("30 % shorter")
    assert len(asked) <= 3


def test_colours_by_work_and_by_stretch_have_their_key(page) -> None:  # type: ignore[no-untyped-def]
    for by in ("work", "stretch", "pull", "muscle"):
        page.locator(f"input[name=colour][value={by}]").check(force=True)
        shown = [
            key.get_attribute("data-key") for key in page.locator("[data-key]").all() if key.is_visible()
        ]
        assert shown == [by]


def test_less_motion_where_the_person_asks_for_it(browser, address) -> None:  # type: ignore[no-untyped-def]
    shown = browser.new_page(reduced_motion="reduce", viewport={"width": 400, "height": 600})
    shown.goto(f"{address}/body/")
    shown.locator("[data-state=ready]").wait_for(timeout=READY_MS)
    go_to(shown, 0)
    shown.evaluate(
        """() => {
          const moment = document.querySelector("[data-part=moment]");
          window.seen = [];
          new MutationObserver(() => window.seen.push(moment.textContent))
            .observe(moment, {childList: true, characterData: true, subtree: true});
        }"""
    )
    shown.locator("[data-part=play]").click()
    playwright.expect(shown.locator("[data-part=moment]")).to_have_text("20 % of the movement")
    seen = set(shown.evaluate("window.seen"))
    assert seen <= {f"{percent} % of the movement" for percent in range(0, 101, 10)}, "from pose to pose"
    shown.close()


def test_without_webgl_picture_and_table_stay(browsers, address) -> None:  # type: ignore[no-untyped-def]
    plain = browsers.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--disable-3d-apis"])
    shown = plain.new_page()
    shown.goto(f"{address}/body/")
    playwright.expect(shown.get_by_text("cannot draw the moving body")).to_be_visible()
    assert shown.locator(".body-pictures svg").count() == 2
    assert shown.locator(".body-pictures").is_visible()
    assert not shown.locator("canvas").is_visible()
    assert shown.locator(".body-muscles tbody tr").count() == 9
    loads = shown.locator(".body-pictures figcaption b")
    before = loads.all_inner_texts()
    shown.get_by_role("spinbutton", name="Hip flexor weaker").fill("100")
    playwright.expect(loads.nth(1)).not_to_have_text(before[1])
    assert (
        loads.nth(0).inner_text()
        and "without active force" in shown.locator("[data-part=sentence]").inner_text()
    )
    plain.close()


def test_layers_of_muscles_and_nerves(page) -> None:  # type: ignore[no-untyped-def]
    """Muscles go, nerves come, schematic and said to be so; the psoas' strands stay."""
    orange = len(places(pixels(page), "orange"))
    for layer in ("quadriceps", "others", "nerves"):
        page.locator(f"input[name=layer][value={layer}]").click(force=True)
    picture = pixels(page)
    assert len(places(picture, "orange")) < orange / 10
    assert len(places(picture, "red")) > 100
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    assert int(((red > 200) & (green > 150) & (blue < 110)).sum()) > 60, "yellow"
    assert "Schematic, not to scale" in page.locator("[data-part=nerves]").inner_text()


def test_an_exercise_is_coloured_by_what_it_does(browser, address) -> None:  # type: ignore[no-untyped-def]
    """The half-kneeling stretch: its muscle turns blue from first pose to last, and the table follows."""
    shown = browser.new_page(viewport={"width": 480, "height": 640})
    faults: list[str] = []
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.goto(f"{address}/body/exercise/sh_halfkneel/")
    shown.locator("[data-state=ready]").wait_for(timeout=READY_MS)
    length = shown.locator(".body-muscles tbody tr").nth(1).locator("td").first
    found = []
    for pose in ("kneeling upright", "tucked, pelvis forward"):
        shown.get_by_role("button", name=pose).click()
        picture = pixels(shown)
        blue = (picture[..., 2] > picture[..., 0] + 25) & (picture[..., 2] > 70)
        found.append((int(blue.sum()), float(length.inner_text())))
    assert found[1][0] > found[0][0] > 50
    assert found[1][1] > found[0][1] + 0.5, "the iliacus, cm"
    shown.get_by_role("button", name="Play").click()
    playwright.expect(shown.locator("[data-part=moment]")).not_to_have_text("62 % of the movement")
    assert faults == []
    shown.close()


def test_the_page_with_its_body_is_light(browser, address) -> None:  # type: ignore[no-untyped-def]
    """All that the page asks for, as it comes over the wire: before the 3D body, and with it."""
    context = browser.new_context(viewport={"width": 480, "height": 720})
    shown = context.new_page()
    asked: set[str] = set()
    context.on("request", lambda request: asked.add(request.url))
    shown.goto(f"{address}/body/")
    shown.locator("[data-state=ready]").wait_for(timeout=READY_MS)
    context.close()
    bytes_of = {url: on_the_wire(url) for url in asked if url.startswith(address)}
    drawing = ("islands/body.js", "scene.bin", "doing.bin", "bones.glb")
    heavy = {url: size for url, size in bytes_of.items() if any(name in url for name in drawing)}
    assert len(heavy) == 4
    assert sum(bytes_of.values()) - sum(heavy.values()) <= 200_000
    assert sum(bytes_of.values()) <= 1_200_000


def on_the_wire(url: str) -> int:
    """Bytes of an answer as they are sent to a browser, which takes gzip."""
    parts = urlparse(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    size = len(answer.read()) + len(str(answer.headers))
    connection.close()
    return size


def test_without_a_script_the_button_does_the_same(browser, address) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    shown = context.new_page()
    shown.goto(f"{address}/body/")
    shown.get_by_role("spinbutton", name="Hip flexor weaker").fill("0")
    shown.get_by_role("spinbutton", name="Hip flexor shorter").fill("10")
    send(shown, shown.get_by_role("button", name="Show").first)
    told = shown.request.get(f"{address}/body/what-if.json?shorter=10").json()
    assert "10 % shorter" in told["says"]
    assert shown.locator("[data-part=sentence]").inner_text() == told["says"]
    assert shown.locator(".body-pictures").is_visible()
    context.close()
