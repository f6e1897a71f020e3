"""Reading of hostile mails without exceptions and in bounded time.

The standard library's parser accepts any bytes, but does not bound nesting, and decoding can fail
in many ways. So only the beginning of a mail is parsed, deep nesting is not, and text is decoded
by its charset or else by trial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parseaddr
from html import unescape
from typing import TYPE_CHECKING

from publisher.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 262_144
_MOST_PARTS = 60
_MOST_TEXT = 65_536
_MOST_HEADER = 2_000
_MOST_HEADERS = 20
# Each may open a level.
_NESTING = re.compile(rb"boundary\s*=|message/", re.IGNORECASE)
_MOST_NESTED = 40
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LINE_END = re.compile(r"<br\s{0,9}/?>|</(p|div|h[1-6]|li|td|tr|title|pre)\s{0,9}>", re.IGNORECASE)
_QUOTE = re.compile(r"<blockquote(?=[\s>])", re.IGNORECASE)
# Lines have at most 998 characters (RFC 5322, 2.1.1); longer ones would only slow patterns down.
_TOO_LONG = re.compile(rb"([^\n]{2000})[^\n]+")
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class MailPart:
    """A part of a mail, and its content type in lower case."""

    kind: str
    message: Message


def parse(data: bytes) -> Message:
    """Return the parsed mail, of one that is nested too deeply only the head."""
    head = _TOO_LONG.sub(rb"\1", data[:MAX_BYTES])
    if len(_NESTING.findall(head)) <= _MOST_NESTED:
        try:
            return BytesParser(policy=policy.compat32).parsebytes(head)
        except _FAULTS:
            pass
    return BytesHeaderParser(policy=policy.compat32).parsebytes(head)


def parts(message: Message) -> Iterator[MailPart]:
    """Yield the parts of a mail, outer ones first, at most 60."""
    pending, count = [message], 0
    while pending and count < _MOST_PARTS:
        part = pending.pop(0)
        count += 1
        yield MailPart(kind_of(part), part)
        content = part.get_payload()
        if isinstance(content, list):
            pending[:0] = [item for item in content if isinstance(item, Message)]


def kind_of(message: Message) -> str:
    """Return the content type in lower case, "text/plain" where it is invalid."""
    try:
        return message.get_content_type()
    except _FAULTS:
        return "text/plain"


def parameter(message: Message, name: str) -> str:
    """Return a parameter of the content type in lower case, "" where it is missing."""
    try:
        value = message.get_param(name)
    except _FAULTS:
        return ""
    return value.strip().lower() if isinstance(value, str) else ""


def header(message: Message, name: str) -> str:
    """Return the first header `name` decoded (RFC 2047) as one line, "" where it is missing."""
    return one_line(_decoded(_raw(message, name)))


def headers(message: Message, name: str) -> tuple[str, ...]:
    """Return all headers `name` decoded."""
    return tuple(one_line(_decoded(value)) for value in _values(message, name))


def address(message: Message, name: str) -> str:
    """Return the first address in the header `name`, "" for none."""
    return address_in(_raw(message, name))


def address_in(text: str) -> str:
    """Return the first address in the value of a header, "" for none."""
    try:
        email = parseaddr(one_line(text)[:_MOST_HEADER])[1]
    except _FAULTS:
        return ""
    return email if email.count("@") == 1 and not re.search(r"\s", email) else ""


def has_null_sender(message: Message) -> bool:
    """Return whether the envelope sender is empty, as reports have it (RFC 5321, 4.5.5)."""
    return header(message, "Return-Path").replace(" ", "") == "<>"


def body(message: Message) -> str:
    """Return the text of a mail: the first plain text that is not blank, else that of its HTML."""
    plain = html = ""
    for part in parts(message):
        if part.kind == "text/plain" and not _is_attachment(part.message):
            plain = text(part.message)
            if plain.strip():
                return plain
        if part.kind == "text/html" and not html:
            html = _text_of_html(text(part.message))
        if part.kind == "message/rfc822":
            break
    return html or plain


def _text_of_html(html: str) -> str:
    """Return the text of HTML line by line; a quoted mail begins with ">"."""
    for start, end in (("<!--", "-->"), ("<head>", "</head"), ("<style", "</style")):
        html = _without(start, end, html)
    html = _without("<script", "</script", html)
    if "<pre" not in html.lower():
        html = " ".join(html.split())
    return unescape(_TAG.sub(" ", _QUOTE.sub("\n> <", _LINE_END.sub("\n", html))))


def _without(opening: str, closing: str, html: str) -> str:
    """Return `html` without what stands in between; what is not closed reaches to the end."""
    lower, pieces, position = html.lower(), [], 0
    while (start := lower.find(opening, position)) >= 0:
        pieces.append(html[position:start])
        end = lower.find(closing, start)
        position = len(html) if end < 0 else end
    return "".join((*pieces, html[position:]))


def text(message: Message) -> str:
    """Return the content of a part as text, at most 64 KB of it."""
    try:
        raw = message.get_payload(decode=True)
    except _FAULTS:
        raw = None
    if not isinstance(raw, bytes):
        return ""
    return decode(raw[:_MOST_TEXT], parameter(message, "charset"))


def decode(raw: bytes, charset: str) -> str:
    """Return bytes as text: by `charset`, else as UTF-8, GB 18030 or Latin-1."""
    for name in (charset, "utf-8", "gb18030"):
        try:
            if name and name not in ("us-ascii", "unicode-1-1-utf-7"):
                return raw.decode(name).replace("\x00", "")
        except (ValueError, LookupError):
            continue
    return raw.decode("latin-1").replace("\x00", "")


def _raw(message: Message, name: str) -> str:
    return next(iter(_values(message, name)), "")


def _values(message: Message, name: str) -> list[str]:
    """Return the raw values of the headers `name`, with bytes that are not ASCII decoded."""
    lower = name.lower()
    # Raw: the usual access replaces bytes that are not ASCII by question marks.
    values = [str(value) for key, value in message.raw_items() if key.lower() == lower]
    return [
        value if value.isascii() else decode(value.encode("utf-8", "surrogateescape"), "")
        for value in (raw[:_MOST_HEADER] for raw in values[:_MOST_HEADERS])
    ]


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, *_FAULTS):
        return value
    return "".join(
        piece if isinstance(piece, str) else decode(piece, (charset or "").lower())
        for piece, charset in pieces
    )


def _is_attachment(message: Message) -> bool:
    try:
        return message.get_content_disposition() == "attachment"
    except _FAULTS:
        return False
