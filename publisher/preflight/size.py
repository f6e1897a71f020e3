"""How large the HTML part is: Gmail shows the first 102 kB and hides the rest behind a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.preflight.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

CLIPPED_BYTES = 102_000  # measured by many, documented by nobody: "102 kB"
NEAR_BYTES = 90_000  # relays rewrite links and add footers
STYLE_CHARACTERS = 8_192  # Gmail drops a style block from there on (caniemail.com, html-style)


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find a part that Gmail would cut."""
    size = len(letter.html.encode())
    if size > CLIPPED_BYTES:
        yield finding(letter.name, "P101", f"{size:,} bytes, {CLIPPED_BYTES:,} are shown")
    elif size > NEAR_BYTES:
        yield finding(letter.name, "P102", f"{size:,} bytes of {CLIPPED_BYTES:,}")
    for style in letter.document.iter("style"):
        length = len(style.text or "")
        if length > STYLE_CHARACTERS:
            yield finding(letter.name, "P103", f"{length:,} characters of {STYLE_CHARACTERS:,}")
