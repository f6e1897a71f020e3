"""The bytes of a message, which every server and parser must read alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.preflight.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

LINE = 998  # RFC 5322, 2.1.1, without its CRLF
ENCODED_LINE = 76  # RFC 2045, 6.7 (5) and 6.8
SAFE = frozenset({"quoted-printable", "base64", "7bit"})
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find what a server would change, which breaks a DKIM signature (RFC 6376, 5.3)."""
    for part in rendered.message.walk():
        yield from _defects(rendered, part)
        coding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        if not part.is_multipart() and coding not in SAFE:
            yield finding(rendered.name, "P804", coding)
    yield from _lines(rendered)


def _defects(rendered: RenderedMessage, part: EmailMessage) -> Iterator[Finding]:
    for defect in part.defects:
        yield finding(rendered.name, "P801", type(defect).__name__)
    for name, value in part.items():
        for defect in getattr(value, "defects", ()):
            yield finding(rendered.name, "P801", f"{name}: {defect}")


def _lines(rendered: RenderedMessage) -> Iterator[Finding]:
    bare = len(_BARE.findall(rendered.raw))
    if bare:
        yield finding(rendered.name, "P802", f"{bare:,} of them")
    longest = max(map(len, rendered.raw.split(b"\r\n")))
    if longest > LINE:
        yield finding(rendered.name, "P803", f"{longest:,} characters")
    head, _, body = rendered.raw.partition(b"\r\n\r\n")
    wide = max(map(len, body.split(b"\r\n")))
    if ENCODED_LINE < wide <= LINE:
        yield finding(rendered.name, "P804", f"a line of {wide} characters")
    if not body.isascii():
        yield finding(rendered.name, "P804", "8-bit characters in the body")
    # Only an address may be UTF-8: such a message goes to servers with SMTPUTF8.
    if any(not line.isascii() and b"@" not in line for line in head.split(b"\r\n")):
        yield finding(rendered.name, "P804", "8-bit characters in the head")
