"""Takes the pictures of docs/images/ from the example digests; needs chromium.

Usage: python tools/pictures.py [FOLDER]

Nothing is loaded from the web, so figures are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.operator_site import fill, log_in  # noqa: E402 - found by the line above
from support.web_server import serving  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from support.web_server import Site

IMAGES = ROOT / "docs" / "images"
ISSUE = "2024-W49"
DAYS = 90  # for which the list has grown
# The device of each frame clips what is longer.
PAGE = f"""\
<!doctype html>
<meta charset="utf-8">
<style>
  body {{ margin: 0; background: #d9dee6; overflow: hidden; }}
  div {{ position: absolute; overflow: hidden; background: #fff; box-sizing: border-box; }}
  iframe {{ border: 0; width: 100%; height: 100%; }}
  #desktop {{ left: 40px; top: 40px; width: 860px; height: 680px; border-radius: 10px;
    box-shadow: 0 8px 30px #0004; }}
  #phone {{ left: 870px; top: 90px; width: 386px; height: 656px; border-radius: 28px;
    border: 8px solid #222; box-shadow: 0 8px 30px #0006; }}
</style>
<div id="desktop"><iframe src="site/index.html" scrolling="no"></iframe></div>
<div id="phone"><iframe src="mail/{ISSUE}.html" scrolling="no"></iframe></div>
"""


def main() -> None:
    """Write both pictures to the folder that is named on the command line, or to docs/images/."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory() as name, browser() as page:
        folder = Path(name)
        (target / "picture.png").write_bytes(site_and_issue(folder, page))
        (target / "operator.png").write_bytes(operator_overview(folder, page))


@contextmanager
def browser() -> Iterator[Page]:
    """Yield a page of chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium.new_page(color_scheme="light")
        chromium.close()


def site_and_issue(folder: Path, page: Page) -> bytes:
    """Return a picture of the landing page on a desktop and an issue on a phone."""
    publisher(folder, "build", "--output", str(folder / "site"))
    publisher(folder, "preview", "--issue", ISSUE, str(folder / "mail"))
    frame = folder / "page.html"
    frame.write_text(PAGE, encoding="utf-8")
    page.set_viewport_size({"width": 1280, "height": 760})
    page.goto(frame.as_uri())
    return page.screenshot()


def operator_overview(folder: Path, page: Page) -> bytes:
    """Return a picture of the operator's first page, with a list that has grown for a while."""
    shutil.copytree(ROOT / "examples" / "digests", folder / "digests")
    with serving(folder) as site:
        fill(site.store, site.clock())
        grow(site)
        cookie = {"name": "operator", "value": log_in(site), "url": site.url}
        page.context.add_cookies([cookie])
        page.set_viewport_size({"width": 1100, "height": 1010})
        page.goto(f"{site.url}operator/")
        page.wait_for_timeout(3000)  # until figures are computed
        page.reload()
        return page.screenshot()


def grow(site: Site) -> None:
    """Let a few more people come on each day than on the one before, and some of them leave."""
    subscribers = site.store.subscribers
    for day in range(DAYS):
        now = site.clock() - timedelta(days=DAYS - day)
        for number in range(3 + day // 10):
            address = f"reader{day}-{number}@example.org"
            subscribers.add(address, "", (), now=now)
            person = subscribers.confirm(address, now=now)
            if (day + number) % 13 == 0:
                subscribers.unsubscribe(person.id, now=now + timedelta(days=1))


def publisher(folder: Path, command: str, *arguments: str) -> None:
    """Run a command of the program with the example's settings; what it keeps is in `folder`."""
    settings = {
        "PUBLISHER_NEWSLETTER__FIGURES": "false",
        "PUBLISHER_SOURCE__CACHE": str(folder / "cache"),
        "PUBLISHER_STORE__URL": f"sqlite:///{(folder / 'publisher.db').as_posix()}",
    }
    config = ROOT / "examples" / "publisher.toml"
    subprocess.run(
        [sys.executable, "-m", "publisher", command, "--config", config, *arguments],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    main()
