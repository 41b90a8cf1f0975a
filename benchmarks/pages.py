"""First content and interactive of every page, in real Chromium with nothing cached and nothing slowed down.

The example person has a week under way; each page is opened by a browser without a cache, three times.
First content: first contentful paint. Interactive: the later of that, the end of DOMContentLoaded and the end
of the last task over 50 ms within a second of loading; Lighthouse waits for five quiet seconds
(https://developer.chrome.com/docs/lighthouse/performance/interactive). From the start of the navigation.
Pages with the 3D body are told apart: without a graphics card the processor draws the body.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
TIMES, QUIET_MS = 3, 1000
CONTENT_MS, INTERACTIVE_MS = 500.0, 1000.0
WATCH = """window.longTasks = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.longTasks.push(each.startTime + each.duration);
}).observe({type: "longtask", buffered: true});"""
READ = """() => {
  const content = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  const loaded = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  return [content, Math.max(content, loaded, ...window.longTasks)];
}"""


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: Chromium is not here")
        return 0
    from playwright.sync_api import sync_playwright

    from served import serving

    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as (_server, port),
        sync_playwright() as running,
    ):
        browser = running.chromium.launch(executable_path=chromium, args=["--headless=new", "--no-sandbox"])
        found = _timed(browser, f"http://127.0.0.1:{port}")
        browser.close()
    return _told(found)


def _timed(browser: Any, address: str) -> dict[str, tuple[float, float]]:
    """First content and interactive in ms by path, each the median of its visits; those in 3D last."""
    from site_pages import PAGES, WITH_3D
    from walker import send, start_week

    context = browser.new_context(base_url=address, service_workers="block")
    page = context.new_page()
    page.goto("/")
    send(page, page.get_by_role("button", name="Show an example"))
    person = page.url.split("/")[4]
    page.goto(f"/p/{person}/plan/")
    start_week(page)
    for path in (path for name in sorted(WITH_3D) for path in PAGES[name]):  # what they show is prepared
        page.goto(path)
        page.locator("[data-island][data-state=ready]").first.wait_for(timeout=60_000)
    cookies = context.storage_state()
    found = {}
    for name in sorted(PAGES, key=lambda each: each in WITH_3D):
        for path in PAGES[name]:
            if "{stopped}" in path or name == "away":  # which goes back as soon as the server is there
                continue
            visits = []
            for _time in range(TIMES):
                empty = browser.new_context(
                    base_url=address, storage_state=cookies, service_workers="block",
                    viewport={"width": 390, "height": 844},
                )  # fmt: skip
                page = empty.new_page()
                page.add_init_script(WATCH)
                page.goto(path.format(id=person), wait_until="load")
                page.wait_for_timeout(QUIET_MS)
                visits.append(page.evaluate(READ))
                empty.close()
            label = f"{path.format(id='ID')}{' (3D)' if name in WITH_3D else ''}"
            found[label] = (median(each[0] for each in visits), median(each[1] for each in visits))
    return found


def _told(found: dict[str, tuple[float, float]]) -> int:
    for path, (content, interactive) in found.items():
        print(f"{path:60s} first content {content:5.0f} ms, interactive {interactive:5.0f} ms")
    flat = [times for path, times in found.items() if not path.endswith("(3D)")]
    content, interactive = (max(times[k] for times in flat) for k in (0, 1))
    print(
        f"Slowest page without the 3D body: first content {content:.0f} ms ({content / CONTENT_MS:.2f} of "
        f"what may be), interactive {interactive:.0f} ms ({interactive / INTERACTIVE_MS:.2f})"
    )
    return 0 if content <= CONTENT_MS and interactive <= INTERACTIVE_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
