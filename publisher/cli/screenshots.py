"""Pictures of a mail as phones and desktops show it, light and dark."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from publisher.cli.browser import SECONDS, running

if TYPE_CHECKING:
    from pathlib import Path

WIDTHS = {"phone": 360, "desktop": 1200}
SCHEMES = ("light", "dark")
# Chromium paints no larger surface; a mail of that length is cut in its picture.
MOST_PIXELS = 16_000


def take(page: Path, *, images: bool, path: str = "", seconds: float = SECONDS) -> dict[str, bytes]:
    """Return the pictures (PNG) of the HTML file `page`, by "phone-light" and so on.

    Nothing is fetched unless `images`. `path` is the browser, empty for the one that is found.

    Raises `OutputError` where there is no browser, or it fails or takes too long.
    """
    pictures = {}
    with running(online=images, path=path, seconds=seconds) as browser:
        for device, width in WIDTHS.items():
            for scheme in SCHEMES:
                browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    width=width,
                    height=800,
                    deviceScaleFactor=1,
                    mobile=device == "phone",
                )
                feature = {"name": "prefers-color-scheme", "value": scheme}
                browser.call("Emulation.setEmulatedMedia", features=[feature])
                browser.call("Page.navigate", url=page.absolute().as_uri())
                browser.wait_for("Page.loadEventFired")
                size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
                clip = {"x": 0, "y": 0, "width": width, "scale": 1}
                shot = browser.call(
                    "Page.captureScreenshot",
                    captureBeyondViewport=True,
                    clip={**clip, "height": min(size["height"], MOST_PIXELS)},
                )
                pictures[f"{device}-{scheme}"] = base64.b64decode(shot["data"])
    return pictures
