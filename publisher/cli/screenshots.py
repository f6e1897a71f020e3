"""Pictures of a mail as phones and desktops show it, light and dark."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final

from publisher.errors import OutputError
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, FloatRect, Playwright

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "brave-browser"),
)
CHANNELS = ("chrome", "msedge")  # Playwright knows where their installers put them
WIDTHS = {"phone": 360, "desktop": 1200}
SCHEMES: Final = ("light", "dark")
SECONDS = 60.0  # for each step
# Chromium paints no larger surface; a mail of that length is cut in its picture.
MOST_PIXELS = 16_000
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"


def take(page: Path, *, images: bool, path: str = "", seconds: float = SECONDS) -> dict[str, bytes]:
    """Return the pictures (PNG) of the HTML file `page`, by "phone-light" and so on.

    Nothing is fetched unless `images`, and no script runs. `path` is the browser, empty for the one
    that is found; none is downloaded. `seconds` is the longest that a step may take.

    Raises `OutputError` where Playwright or a browser is missing, or the browser fails.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise OutputError(
            _("--screenshot: Playwright is missing: pip install 'digest-publisher[screenshots]'")
        ) from error
    path = path or next(filter(None, map(shutil.which, NAMES)), "")
    try:
        with sync_playwright() as playwright:
            browser = _launched(playwright, path, 1000 * seconds, online=images)
            address = page.absolute().as_uri()
            return dict(_pictures(browser, address, 1000 * seconds, online=images))
    except Error as error:
        reason = error.message.partition("\n")[0].partition(": ")[2].rstrip(".")
        hint = "; this container allows no sandbox" if "No usable sandbox" in error.message else ""
        raise OutputError(f"--screenshot: {path or 'the browser'}: {reason}{hint}") from error


def _launched(playwright: Playwright, path: str, timeout: float, *, online: bool) -> Browser:
    """Return a running browser. Raises `OutputError` where none is installed, else `Error`."""
    from playwright.sync_api import Error

    options: dict[str, Any] = {
        "timeout": timeout,
        # As root Chromium refuses to start with its sandbox.
        "chromium_sandbox": not (hasattr(os, "geteuid") and os.geteuid() == 0),
        "args": ["--disable-gpu", *([] if online else [_OFFLINE])],
    }
    if path:
        return playwright.chromium.launch(executable_path=path, **options)
    for channel in CHANNELS:
        try:
            return playwright.chromium.launch(channel=channel, **options)
        except Error as error:
            if "Chromium distribution" not in error.message:  # not found, or not for this system
                raise
    raise OutputError("--screenshot: no Chromium, Chrome or Edge is installed; install one")


def _pictures(
    browser: Browser, address: str, timeout: float, *, online: bool
) -> Iterator[tuple[str, bytes]]:
    for device, width in WIDTHS.items():
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            is_mobile=device == "phone",
            java_script_enabled=False,
            offline=not online,
        )
        page = context.new_page()
        page.set_default_timeout(timeout)
        page.goto(address)
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": MOST_PIXELS}
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield f"{device}-{scheme}", page.screenshot(full_page=True, clip=clip)
        context.close()
