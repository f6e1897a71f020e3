"""Header lines by the standard library's serialiser, checked by its parser.

The library's folding (in 3.11) drops the quotes of a long quoted name, which turns one recipient
into several, and loses blanks in some others. So every line is parsed again, and where the result
differs, its text is written as encoded words (RFC 2047), which need no quotes.
"""

from __future__ import annotations

import re
from email import policy
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.parser import BytesHeaderParser
from typing import Any

from publisher.printable import one_line

_SMTP = policy.SMTP
_PARSER = BytesHeaderParser(policy=policy.default)
_PLAIN = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_LENGTH = 40
_BLANKS = re.compile(r"\s+")
_STAND_IN = "address@stand-in.invalid"


def plain_line(name: str, value: str) -> bytes:
    """Return the header `name` with `value` as it is, ASCII and short, with CRLF at its end."""
    return f"{name}: {value}\r\n".encode("ascii")


def text_line(name: str, value: str) -> bytes:
    """Return the header `name` with free text `value`, folded, with CRLF at its end.

    Control characters in `value` become blanks, blanks become single.
    """
    text = one_line(value)
    line = _fold(name, text)
    if str(_parse(line)[name]) == text:
        return line
    return _encoded(name, text, "")


def address_line(name: str, display_name: str, address: str) -> bytes:
    """Return the header `name` with one address, folded, with CRLF at its end.

    `address` must be valid (addresses.normalise_email), `display_name` without control characters;
    it may be empty. The line is ASCII unless the address is not: that stands as it is, in UTF-8
    (RFC 6532, 3.2), since no encoded word may stand for an address (RFC 2047, 5).
    """
    if not address.isascii():
        before, stand_in, after = address_line(name, display_name, _STAND_IN).rpartition(
            _STAND_IN.encode()
        )
        return before + address.encode() + after if stand_in else before
    display_name = " ".join(display_name.split())
    if not display_name:
        return f"{name}: {address}\r\n".encode("ascii")
    if len(display_name) <= _PLAIN_LENGTH and _PLAIN.fullmatch(display_name):
        return f"{name}: {display_name} <{address}>\r\n".encode("ascii")
    line = _fold(name, Address(display_name, addr_spec=address))
    if _reads_back(line, name, display_name, address):
        return line
    return _encoded(name, display_name, f"<{address}>")


def _fold(name: str, value: str | Address) -> bytes:
    folded: str = _SMTP.header_factory(name, value).fold(policy=_SMTP)
    return folded.encode("ascii")


def _encoded(name: str, text: str, rest: str) -> bytes:
    words = Header(text, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")
    return f"{name}: {words}{chr(13) + chr(10) + ' ' if rest else ''}{rest}\r\n".encode("ascii")


def _reads_back(line: bytes, name: str, display_name: str, address: str) -> bool:
    header = _parse(line)[name]
    if header is None or header.defects:
        return False
    if not isinstance(header, AddressHeader) or len(header.addresses) != 1:
        return False
    parsed = header.addresses[0]
    # The parser puts blanks between encoded words, against RFC 2047, 6.2.
    same = _BLANKS.sub("", parsed.display_name) == _BLANKS.sub("", display_name)
    return same and parsed.addr_spec == address


def _parse(line: bytes) -> Any:  # noqa: ANN401 - the header's class depends on its name
    return _PARSER.parsebytes(line + b"\r\n")
