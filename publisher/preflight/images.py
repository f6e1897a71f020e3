"""Images: alternative texts, sizes and addresses."""

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


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find images without alternative text, without a size, or that do not load.

    An empty alt is right for decoration (HTML, 4.8.4.4.4). Outlook blocks images by default, and
    reserves the space that the attributes name.
    """
    for image in rendered.document.iter("img"):
        source = (image.get("src") or "").strip()
        scheme = _scheme(source)
        if scheme not in ("http", "https"):
            # Gmail and Outlook.com show no data: images; a cid: image needs an attachment.
            yield finding(rendered.name, "P303", shown(source) or "no address")
        elif scheme == "http":
            yield finding(rendered.name, "P304", shown(source))
        if image.get("alt") is None:
            yield finding(rendered.name, "P301", shown(source))
        sizes = {name.lower() for name in _SIZE.findall(image.get("style") or "")}
        sizes |= {name for name in ("width", "height") if image.get(name)}
        # One is enough to keep the shape; without both the text jumps when the image loads.
        if not sizes:
            yield finding(rendered.name, "P302", shown(source))


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""
