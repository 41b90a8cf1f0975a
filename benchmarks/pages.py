"""How soon pages are there: in Chromium, no throttling, an empty cache each time; bytes over the wire.

First content is the browser's own first-contentful-paint. Interactive is the later of the end of the page's
own scripts (load) and the end of the last task of over 50 ms that began before it. Medians of several loads.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
LOADS = 9
AT_MOST_S = {"first content": 0.5, "interactive": 1.0}
PAGES = ("/", "/learn/", "/learn/article/", "/p/{id}/safety/1/", "/p/{id}/", "/body/")
MEASURE = """() => new Promise(done => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
  const long = performance.getEntriesByType('longtask');
  const watch = new PerformanceObserver(list => long.push(...list.getEntries()));
  watch.observe({type: 'longtask', buffered: true});
  setTimeout(() => {
    const last = long.filter(each => each.startTime <= load).map(each => each.startTime + each.duration);
    done([paint.startTime, Math.max(load, ...last)]);
  }, 300);
})"""


def main() -> None:
    if CHROMIUM is None:
        print("skipped: Chromium is not installed")
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, served(folder) as server, sync_playwright() as play:
        assert server.stdout is not None
        address = server.stdout.readline().split()[3].rstrip("/")
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--headless=new", "--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=address)
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name="Start with the safety questions").click()
        page.wait_for_url("**/safety/**")
        person = page.url.split("/")[4]
        page.goto("/body/")
        page.locator("[data-island]").wait_for(timeout=60_000)
        for path in PAGES:
            tell(path, [once(context, path.format(id=person)) for _ in range(LOADS + 1)][1:])
        browser.close()
        server.terminate()


def served(folder: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PSOAS_DATA": folder, "PYTHONUNBUFFERED": "1"}
    command = [str(Path(sys.executable).with_name("psoas")), "serve", "--port", "0"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def once(context: Any, path: str) -> tuple[float, float, float]:
    """Seconds to first content and to interactive, and bytes, of one load with an empty cache."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda each: came.append(each["encodedDataLength"]))
    page.goto(path, wait_until="load")
    first, interactive = page.evaluate(MEASURE)
    page.wait_for_load_state("networkidle")
    page.close()
    return first / 1000, interactive / 1000, sum(came)


def tell(path: str, loads: list[tuple[float, float, float]]) -> None:
    first, interactive, size = (statistics.median(each) for each in zip(*loads, strict=True))
    print(
        f"{path:22} first content {first:.2f} s (asked: {AT_MOST_S['first content']}), interactive "
        f"{interactive:.2f} s (asked: {AT_MOST_S['interactive']:.0f}), {size / 1000:.0f} kB",
        flush=True,
    )


if __name__ == "__main__":
    main()
