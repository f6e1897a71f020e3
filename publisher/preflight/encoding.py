"""The bytes of a message, which every server and parser must read alike."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import TYPE_CHECKING

from publisher.preflight.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

LINE = 998  # RFC 5322, 2.1.1, without its CRLF
ENCODED_LINE = 76  # RFC 2045, 6.7 (5) and 6.8
WORD = 75  # RFC 2047, 2: an encoded word
WORD_LINE = 76  # RFC 2047, 2: a header line with one
HEADER_LINE = 78  # RFC 5322, 2.1.1: any other that can be folded
SAFE = frozenset({"quoted-printable", "base64", "7bit"})
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HEADER = re.compile(r"([^\s:]+):")
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find what a server would change, which breaks a DKIM signature (RFC 6376, 5.3)."""
    for part in rendered.message.walk():
        yield from _defects(rendered, part)
        coding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        if not part.is_multipart() and coding not in SAFE:
            yield finding(rendered.name, "P804", coding)
    yield from _lines(rendered)
    yield from _header_lines(rendered)


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


def _header_lines(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find header lines and encoded words that are too long for some mail programs."""
    name = ""
    head = rendered.raw.partition(b"\r\n\r\n")[0]
    for line in head.decode(errors="replace").split("\r\n"):
        start = _HEADER.match(line)
        name = start[1] if start else name
        words = _ENCODED_WORD.findall(line)
        # A single word, such as an address, can't be folded.
        foldable = words or len(line[start.end() if start else 0 :].split()) > 1
        if foldable and len(line) > (WORD_LINE if words else HEADER_LINE):
            yield finding(rendered.name, "P805", f"{name}, {len(line)} columns")
        for word in words:
            if len(word) > WORD:
                yield finding(rendered.name, "P806", f"{name}, {len(word)} columns")
            elif not _is_whole(word):
                yield finding(rendered.name, "P806", f"{name}, which does not decode by itself")


def _is_whole(word: str) -> bool:
    """Return whether an encoded word decodes by itself, to whole characters (RFC 2047, 5)."""
    try:
        ((data, charset),) = decode_header(word)
        data.decode(str(charset).partition("*")[0])  # RFC 2231, 5: a language may follow
    except (ValueError, LookupError, HeaderParseError):
        return False
    return True
