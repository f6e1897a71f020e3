"""Addresses in text: which are safe to link to, and which lead to code."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]（），。；、]{3,500}", re.IGNORECASE)
_CODE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co")


def http_url(text: str) -> str | None:
    """Return `text` as an absolute http(s) address, None where it is no such address."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    if any(ord(c) < 33 or c in '"<>\\^`{|}\x7f' for c in text):  # noqa: PLR2004 - RFC 3986
        return None
    return text


def urls(text: str) -> tuple[str, ...]:
    """Return the http(s) addresses in `text`, each once, without the sentence's punctuation."""
    found: dict[str, None] = {}
    for raw in _URL.findall(text):
        address = raw.rstrip(".,;:!?*~_'”’")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?*")
        if http_url(address):
            found[address] = None
    return tuple(found)


def code_urls(text: str) -> tuple[str, ...]:
    """Return the addresses in `text` that lead to code: those on the hosts of repositories."""
    return tuple(
        url
        for url in urls(text)
        if (parts := urlsplit(url)).hostname
        and (parts.hostname.lower().removeprefix("www.") in _CODE_HOSTS)
        and parts.path.strip("/")
    )
