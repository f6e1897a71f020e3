"""The script that reloads a page, put into a page as it is served; the file stays as it is."""

from __future__ import annotations

import re
from html import escape, unescape

from publisher.live_preview import PREFIX

_HEAD = re.compile(rb"<head\b[^>]*>", re.IGNORECASE)
_POLICY = re.compile(
    rb'(<meta\s+http-equiv="Content-Security-Policy"\s+content=")([^"]*)', re.IGNORECASE
)
_NEEDED = ("script-src", "connect-src")


def with_reload(page: bytes, version: str) -> bytes:
    """Return `page` with the script; it reloads where the server has another version."""
    tag = f'<script src="{PREFIX}live.js" data-version="{version}" defer></script>'.encode()
    page = _POLICY.sub(lambda match: match[1] + _allowing(match[2].decode()).encode(), page, 1)
    head = _HEAD.search(page)
    end = head.end() if head else len(page)
    return page[:end] + tag + page[end:]


def _allowing(policy: str) -> str:
    """Return a Content-Security-Policy, as in an attribute, that also allows the script."""
    parts = filter(str.strip, unescape(policy).split(";"))
    directives = {name: sources for name, *sources in map(str.split, parts)}
    for name in _NEEDED:
        sources = directives.get(name, directives.get("default-src"))
        if sources is not None:
            directives[name] = [*(each for each in sources if each != "'none'"), "'self'"]
    text = "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
    return escape(text)
