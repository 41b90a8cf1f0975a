"""Draw the icons of the installed pages from mark.svg, in Chromium: `python tools/draw_icons.py`.

Written to src/psoas/web/static/icons. The maskable one keeps the mark where nothing is cut off.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parents[1] / "src" / "psoas" / "web" / "static"
GROUND = "#f3ecdf"  # of the mark
MASKABLE_PART = 0.85  # the safe zone is a circle of 80 % of the side


def main() -> None:
    """Three files: 192 and 512 px, and 512 px to be cut to any shape."""
    mark = (STATIC / "mark.svg").read_text(encoding="utf-8")
    (STATIC / "icons").mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, side, part in (
            ("psoas-192", 192, 1.0),
            ("psoas-512", 512, 1.0),
            ("psoas-maskable-512", 512, MASKABLE_PART),
        ):
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = "transparent" if part == 1.0 else GROUND
            page.set_content(
                f"<style>html,body{{margin:0;height:100%;background:{ground};display:grid;place-items:center}}"
                f"svg{{width:{round(side * part)}px;display:block}}</style>{mark}"
            )
            page.screenshot(path=STATIC / "icons" / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
