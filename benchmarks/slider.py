"""From a turn of a what-if slider to the new curve on the screen, in real Chromium, and the server's part.

The page with its two bodies is open and warm. The clock runs from the slider's input event to the second
frame after the answer stands in the page, so question, computation and drawing are in it. A drag (thirty
inputs, one a frame) is timed from its last input. The server's part is also told in processor time, which
other work on the machine does not disturb.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

INPUTS, DRAGS, AT_MOST_MS = 60, 5, 150.0
# Turns the slider as a person does and waits until the page shows what was asked for.
TURN = """async ([name, values]) => {
  const root = document.querySelector("[data-curve]");
  const slider = document.querySelector(`[data-knob=${name}] input[type=range]`);
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const turn = (value) => { slider.value = value; slider.dispatchEvent(new Event("input")); };
  for (const value of values.slice(0, -1)) { turn(value); await frame(); }
  const last = values.at(-1);
  const began = performance.now();
  turn(last);
  const there = () => new URLSearchParams(root.dataset.query).get(name) === String(last);
  while (!there()) await new Promise((go) => setTimeout(go, 1));
  await frame(); await frame();
  return performance.now() - began;
}"""


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: Chromium is not here")
        return 0
    from served import serving

    with tempfile.TemporaryDirectory() as folder:
        with serving(Path(folder)) as (_server, port):
            single, drags = _in_the_browser(chromium, f"http://127.0.0.1:{port}")
        os.environ["PSOAS_DATA"] = folder
        cpu_ms = _server_cpu_ms()
    half, p95 = _percentile(single, 0.5), _percentile(single, 0.95)
    print(f"Input to new curve, {len(single)} inputs: median {half:.0f} ms, p95 {p95:.0f} ms.")
    print(f"Last input of a drag to its curve, {len(drags)} drags: at most {max(drags):.0f} ms.")
    print(f"Server, processor time of a new setting: p95 {_percentile(cpu_ms, 0.95):.0f} ms.")
    print(f"Ratio of p95 to the {AT_MOST_MS:.0f} ms asked for: {p95 / AT_MOST_MS:.2f}")
    return 0 if p95 <= AT_MOST_MS else 1


def _in_the_browser(chromium: str, address: str) -> tuple[list[float], list[float]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--headless=new", "--no-sandbox"])
        page = browser.new_page(viewport={"width": 480, "height": 720})
        page.request.get(f"{address}/body/what-if.json")  # the movement is prepared when this has come
        page.goto(f"{address}/body/?movement=natural&shorter=0")
        page.locator("[data-state=ready], [data-with=nothing]:not([hidden])").first.wait_for(timeout=60_000)
        for value in (1, 2):
            page.evaluate(TURN, ["shorter", [value]])
        page.wait_for_timeout(1500)
        single = []
        for k in range(INPUTS):  # pairs that no cache has seen
            single.append(page.evaluate(TURN, ["weaker", [5 * (k % 20) + 5]]))
            page.wait_for_timeout(40)
            if k % 20 == 19:
                page.evaluate(TURN, ["shorter", [3 + k // 20]])
        drags = [
            page.evaluate(TURN, ["stiffer", [10 * (j + 1 - k % 2) for j in range(30)]]) for k in range(DRAGS)
        ]
        browser.close()
    return single, drags


def _server_cpu_ms() -> list[float]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "psoas.web.settings"
    import django

    django.setup()
    from psoas.web.presenters.knobs import Setting
    from psoas.web.presenters.what_if import answered, as_json

    spent = []
    as_json(answered(Setting("natural", "both", (("shorter", 1.0),))))
    for k in range(INPUTS):
        began = time.process_time()
        as_json(answered(Setting("natural", "both", (("shorter", 2.0 + k % 28), ("weaker", 5.0 + k)))))
        spent.append(1e3 * (time.process_time() - began))
    return spent


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


if __name__ == "__main__":
    raise SystemExit(main())
