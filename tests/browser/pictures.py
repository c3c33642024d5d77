"""Takes the README's pictures of the demo town: python -m tests.browser.pictures."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

# Cuts GDAL's drivers down before anything imports pyogrio.
import atlas.records  # noqa: F401
from tests.browser.running import CHROMIUM_FLAGS, Atlas, Visitor, serving

FOLDER = Path(__file__).parent.parent / "pictures"
DESKTOP, PROJECTOR, PHONE = (1400, 900), (1920, 1080), (390, 844)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place) / "siyang"
        subprocess.run([sys.executable, "-m", "atlas", "demo", str(folder)], check=True)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        with serving(folder) as atlas:
            take_all(browser, atlas)
        browser.close()


def take_all(browser: Browser, atlas: Atlas) -> None:
    map_page = visitor(browser, atlas, "leader", DESKTOP).open("/?as_of=2021-08-20")
    take(map_page, "map")
    take(visitor(browser, atlas, "leader", PROJECTOR).open("/?as_of=2021-08-20&figure=total&route=R1"), "projector")
    take(visitor(browser, atlas, "monitor", PHONE, is_mobile=True, has_touch=True).open("/?as_of=2021-08-20"), "phone")
    details = visitor(browser, atlas, "office", DESKTOP).open("/?as_of=2021-08-20&status=REFERRED")
    details.key("hazard_list").locator("[data-id]").first.click()
    details.key("hazard_history").locator("summary").click()
    take(details, "details")
    form = visitor(browser, atlas, "station", DESKTOP).open("/?sector=TRAFFIC")
    form.key("hazard_add").locator("button").click()
    form.page.wait_for_selector('[data-mode="add"]', state="attached")
    form.click_map_at(108.7445, 27.2125)
    form.choose("draft_sector", "道路交通")
    form.key("draft_description").locator("textarea").fill("急弯处护栏破损约8米，夜间无反光标识")
    take(form, "form")


def visitor(browser: Browser, atlas: Atlas, role: str, size: tuple[int, int], **context: object) -> Visitor:
    return Visitor(browser, atlas, role, viewport={"width": size[0], "height": size[1]}, **context)


def take(seen: Visitor, name: str) -> None:
    # A picture wants the flight of the map to have ended; nothing is asserted on it.
    seen.page.wait_for_timeout(2_000)
    path = FOLDER / f"{name}.png"
    seen.page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.save(path.with_suffix(".webp"), quality=82, method=6)
    path.unlink()
    seen.close()


if __name__ == "__main__":
    main()
