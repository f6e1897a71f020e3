"""Quoted-printable (RFC 2045, 6.7) that never breaks a placeholder.

The standard library's encoder breaks lines wherever they are full, even inside a placeholder.
"""

from __future__ import annotations

import re

# 76 characters in a line, including the "=" of a soft break.
_WIDTH = 75
_PLAIN = frozenset(range(0x21, 0x7F)) - {ord("=")} | {ord(" "), ord("\t")}
_UNITS = tuple(bytes((byte,)) if byte in _PLAIN else b"=%02X" % byte for byte in range(256))
# At the start of a line, a dot must be doubled for SMTP, and "From " be escaped in mbox files.
_AT_START = {b".": b"=2E", b"F": b"=46"}
_AT_END = {b" ": b"=20", b"\t": b"=09"}


def quote_printable(text: str, *keep: str) -> bytes:
    """Return `text` as UTF-8 in quoted-printable with CRLF line ends, the last line's too.

    All kinds of line ends count. No line of the result is longer than 76 characters or breaks an
    occurrence of one of `keep`, which consist of letters, digits, "_" and "-".
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    # A group: `split` returns what it splits at, too.
    placeholders = re.compile(f"({'|'.join(keep)})".encode()) if keep else None
    return b"".join(_quote_line(line.encode(), placeholders) for line in lines)


def _quote_line(line: bytes, keep: re.Pattern[bytes] | None) -> bytes:
    units: list[bytes] = []
    for number, part in enumerate(keep.split(line) if keep else (line,)):
        if number % 2:
            units.append(part)
        else:
            units.extend(_UNITS[byte] for byte in part)
    if units:
        units[-1] = _AT_END.get(units[-1], units[-1])
    out: list[bytes] = []
    width = 0
    for unit in units:
        if width + len(unit) > _WIDTH:
            out.append(b"=\r\n")
            width = 0
        written = _AT_START.get(unit, unit) if width == 0 else unit
        out.append(written)
        width += len(written)
    out.append(b"\r\n")
    return b"".join(out)
