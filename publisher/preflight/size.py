"""Size of the HTML part: Gmail shows the first 102 kB and hides the rest behind a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.preflight.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

CLIPPED_BYTES = 102_000  # often measured, never documented
NEAR_BYTES = 90_000  # relays rewrite links and add footers
STYLE_CHARACTERS = 8_192  # Gmail drops a style block from there on (caniemail.com, html-style)


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find parts that Gmail would clip or drop."""
    size = len(rendered.html.encode())
    if size > CLIPPED_BYTES:
        yield finding(rendered.name, "P101", f"{size:,} bytes, {CLIPPED_BYTES:,} are shown")
    elif size > NEAR_BYTES:
        yield finding(rendered.name, "P102", f"{size:,} bytes of {CLIPPED_BYTES:,}")
    for style in rendered.document.iter("style"):
        length = len(style.text or "")
        if length > STYLE_CHARACTERS:
            yield finding(rendered.name, "P103", f"{length:,} characters of {STYLE_CHARACTERS:,}")
