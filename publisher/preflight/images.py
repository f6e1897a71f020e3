"""Images: what stands in for them while they are blocked, and whether they load at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.preflight.findings import finding
from publisher.preflight.links import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(?!auto)", re.IGNORECASE)


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find images without words, without a size, or that nobody sees.

    An empty alt is right for what only decorates (HTML, 4.8.4.4.4); Outlook blocks by default and
    keeps a place as large as the attributes say.
    """
    for image in letter.document.iter("img"):
        source = (image.get("src") or "").strip()
        scheme = _scheme(source)
        if scheme not in ("http", "https"):
            # Gmail and Outlook.com show no data: images, and a cid: one needs an attachment.
            yield finding(letter.name, "P303", shown(source) or "no address")
        elif scheme == "http":
            yield finding(letter.name, "P304", shown(source))
        if image.get("alt") is None:
            yield finding(letter.name, "P301", shown(source))
        given = {name.lower() for name in _SIZE.findall(image.get("style") or "")}
        given |= {name for name in ("width", "height") if image.get(name)}
        # One of both is enough for a picture to keep its shape; none makes the mail jump.
        if not given:
            yield finding(letter.name, "P302", shown(source))


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""
