"""Rules for single values: dates, addresses, languages, plain text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from langcodes import tag_is_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC2822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
ABSOLUTE = re.compile(
    r"https?://[A-Za-z0-9._-]+(:\d+)?(/[\w\-.~:/?@!$&'()*+,;=%]*)?(#[^#]*)?", re.ASCII
)
TAG = re.compile(
    r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[\w\-.~:/?@!$&'()*+,;=%]*", re.ASCII
)
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+( \([^()]+\))?", re.ASCII)
EMAIL_IN_TEXT = re.compile(r"<[\w.+'-]+@[\w.-]+>", re.ASCII)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff\ud800-\udfff]")
FIRST_YEAR = 1990


def characters(text: str | None, where: str) -> Iterator[str]:
    if text and (bad := CONTROL.search(text)):
        yield f"{where}: character {bad.group()!r}"


def not_blank(text: str | None, where: str) -> Iterator[str]:
    if not (text or "").strip():
        yield f"{where}: blank"
    yield from characters(text, where)


def plain(text: str | None, where: str, *, rss: bool = False) -> Iterator[str]:
    """Text that readers may take for HTML must not look like it."""
    text = text or ""
    yield from characters(text, where)
    if re.search(r"</\w+>", text) or (rss and re.search(r"&#[x0-9]|<[/a-zA-Z]", text)):
        yield f"{where}: HTML in {text[:60]!r}"
    for name in re.findall(r"&(#?\w+)", text):
        if name in name2codepoint or name == "apos" or not name.isalpha():
            yield f"{where}: entity &{name}"
    if text != text.strip():
        yield f"{where}: white space around {text[:60]!r}"


def address(text: str | None, where: str) -> Iterator[str]:
    text = text or ""
    if ABSOLUTE.fullmatch(text) is None or BAD_PERCENT.search(text):
        yield f"{where}: no absolute http address: {text[:80]!r}"


def identifier(text: str | None, where: str) -> Iterator[str]:
    text = text or ""
    if text.startswith("tag:"):
        if TAG.fullmatch(text) is None or BAD_PERCENT.search(text):
            yield f"{where}: no tag URI: {text[:80]!r}"
    else:
        yield from address(text, where)


def rfc3339(text: str | None, where: str) -> Iterator[str]:
    text = text or ""
    if RFC3339.fullmatch(text) is None:
        yield f"{where}: no RFC 3339 date: {text!r}"
        return
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        yield f"{where}: {error}: {text!r}"
        return
    yield from plausible(time, where)


def rfc2822(text: str | None, where: str) -> Iterator[str]:
    text = text or ""
    if RFC2822.fullmatch(text) is None:
        yield f"{where}: no RFC 2822 date: {text!r}"
        return
    time = parsedate_to_datetime(text)
    if f"{time:%a}" != text[:3]:
        yield f"{where}: wrong weekday: {text!r}"
    yield from plausible(time, where)


def plausible(time: datetime, where: str) -> Iterator[str]:
    if time.year < FIRST_YEAR or time > datetime.now(UTC) + timedelta(minutes=10):
        yield f"{where}: implausible date {time}"


def language(text: str | None, where: str) -> Iterator[str]:
    if not text or not tag_is_valid(text):
        yield f"{where}: no language tag: {text!r}"


def media_type(text: str | None, where: str) -> Iterator[str]:
    if text is not None and MEDIA_TYPE.fullmatch(text) is None:
        yield f"{where}: no media type: {text!r}"


def unique(texts: list[str], where: str) -> Iterator[str]:
    for text in sorted({text for text in texts if texts.count(text) > 1}):
        yield f"{where}: {text!r} more than once"
