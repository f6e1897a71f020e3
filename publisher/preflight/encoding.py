"""The bytes of a message: whether every server and every parser reads the same out of them."""

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


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find what a server would repair, and break a DKIM signature with (RFC 6376, 5.3)."""
    for part in letter.message.walk():
        yield from _defects(letter, part)
        coding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        if not part.is_multipart() and coding not in SAFE:
            yield finding(letter.name, "P804", coding)
    yield from _lines(letter)


def _defects(letter: RenderedMessage, part: EmailMessage) -> Iterator[Finding]:
    for defect in part.defects:
        yield finding(letter.name, "P801", type(defect).__name__)
    for name, value in part.items():
        for defect in getattr(value, "defects", ()):
            yield finding(letter.name, "P801", f"{name}: {defect}")


def _lines(letter: RenderedMessage) -> Iterator[Finding]:
    bare = len(_BARE.findall(letter.raw))
    if bare:
        yield finding(letter.name, "P802", f"{bare:,} of them")
    longest = max(map(len, letter.raw.split(b"\r\n")))
    if longest > LINE:
        yield finding(letter.name, "P803", f"{longest:,} characters")
    head, _, body = letter.raw.partition(b"\r\n\r\n")
    wide = max(map(len, body.split(b"\r\n")))
    if ENCODED_LINE < wide <= LINE:
        yield finding(letter.name, "P804", f"a line of {wide} characters")
    if not body.isascii():
        yield finding(letter.name, "P804", "8-bit characters in the body")
    # An address in UTF-8 goes to servers with SMTPUTF8 only; nothing else has a reason.
    if any(not line.isascii() and b"@" not in line for line in head.split(b"\r\n")):
        yield finding(letter.name, "P804", "8-bit characters in the head")
