"""Plain text and addresses of digests, made fit for the feed standards."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from html.entities import html5
from urllib.parse import quote, urlsplit

# XML 1.0, 2.2 forbids most of these. It allows C1 controls and U+FFFD, but they come from wrong
# decoding, and the W3C validator reports them.
_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LOST = re.compile("[\ufffd\ud800-\udfff]")
_SPECIAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff\ud800-\udfff]")
# Text that a reader which takes a title for HTML would swallow.
_MARKUP = re.compile(r"<(?=[/!?\w])|&(?=(#?\w+))")
_STRICT_AMPERSAND = re.compile(r"&(?![\s&]|$)")
_ENTITIES = frozenset(name.rstrip(";") for name in html5) | {"apos"}
# HTML, "named character reference state": these need no semicolon, so that "&copyleft" has one.
_OPEN_ENTITIES = tuple(name for name in html5 if not name.endswith(";"))
WORD_JOINER = "\u2060"
# RFC 3986, 2: reserved and unreserved characters, without brackets, which only a host may have.
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
_PLAIN = re.compile(r"https?://[a-z0-9][a-z0-9._-]*(?:/[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*)?")
_KEPT = "-._~:/?#@!$&'()*+,;=%"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def xml_text(text: str) -> str:
    """Return `text` without the characters that XML 1.0 forbids or that only damage leaves.

    A character that was lost before (U+FFFD, a lone surrogate) becomes "?".
    """
    if _SPECIAL.search(text) is None:
        return text
    return _LOST.sub("?", _REMOVED.sub("", text))


def unmistakable(text: str) -> str:
    """Return the plain `text` so that nobody takes it for HTML.

    Many readers do, and would swallow the tag of "Why <b> matters" (RSS Advisory Board's profile,
    "character data"). An invisible word joiner after "<" or "&" makes it no mark-up in HTML.
    """
    if "<" not in text and "&" not in text:
        return text
    return _MARKUP.sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    name = match.group(1)
    # "R&D" is no reference, and stays as people search for it.
    if name and name.isalpha() and name not in _ENTITIES and not name.startswith(_OPEN_ENTITIES):
        return match.group()
    return match.group() + WORD_JOINER


def without_markup(text: str) -> str:
    """Return the plain `text` so that it is well-formed HTML too, and looks the same.

    OPML allows HTML in its attributes; some importers decode it, others show it as it is. So "<"
    and an "&" that is no word become their full-width forms, which are neither.
    """
    return _STRICT_AMPERSAND.sub("＆", text.replace("<", "＜"))


def one_line(text: str) -> str:
    """Return `text` with a blank for each run of white space, as titles and names are shown."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def uri(url: str) -> str:
    """Return `url` as an absolute http(s) URI (RFC 3986) in ASCII, "" where it is none.

    RSS and OPML know no IRI (RFC 3987): characters outside of ASCII are percent-encoded.
    """
    url = url.strip()
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            return ""
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:
        return ""
    if re.fullmatch(r"[A-Za-z0-9._-]+", host) is None or re.search(r"\s|[\x00-\x20<>\"\\]", url):
        return ""
    rest = url.split("://", 1)[1][len(parts.netloc) :]
    if rest.startswith("?"):  # the same by RFC 3986, 6.2.3, and not all readers take it without
        rest = f"/{rest}"
    if _URI.fullmatch(rest or "/") is None or "%" in rest or rest.count("#") > 1:
        path, hash_sign, after = rest.partition("#")
        path = quote(_BAD_PERCENT.sub("%25", path), safe=_KEPT, errors="replace")
        after = quote(_BAD_PERCENT.sub("%25", after), safe=_KEPT.replace("#", ""), errors="replace")
        rest = path + hash_sign + after
    return f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{rest}"


def exact_offset(time: datetime) -> datetime:
    """Return `time` with an offset in whole minutes: RFC 3339 and RFC 5322 know no other.

    Zones had offsets with seconds when towns kept their own time (Asia/Shanghai until 1901).
    """
    offset = time.utcoffset()
    return time.astimezone(UTC) if offset is None or offset.total_seconds() % 60 else time
