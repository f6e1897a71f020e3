"""Links of both parts, checked without a request."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.preflight.findings import finding
from publisher.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

_WEB = ("http", "https")
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*\.?")
_NOT_IN_A_URI = re.compile(r"[\s<>\"{}|\\^`\x00-\x1f\x7f]")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IN_TEXT = re.compile(r"\bhttps?://[^\s<>\"]+")
# Names outside the public DNS (RFC 6761, RFC 6762, RFC 8375, and ICANN's .internal).
_LOCAL = ("localhost", "local", "internal", "home.arpa", "lan")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find links that lead nowhere, each once."""
    anchors = {
        el.get("id") or el.get("name") for el in rendered.document.xpath("//*[@id or @name]")
    }
    for url in dict.fromkeys(_hrefs(rendered)):
        code = link_code(url, anchors)
        if code:
            yield finding(rendered.name, code, shown(url))


def link_code(url: str, anchors: set[str | None] | frozenset[str] = frozenset()) -> str:
    """Return the code of the finding about `url`, "" for none (RFC 3986; RFC 6068 for mailto).

    `anchors` are the ids in the document.
    """
    if url.startswith("#"):
        return "" if url == "#" or url[1:] in anchors else "P207"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "P202"
    if parts.scheme == "mailto":
        bad = "@" not in parts.path or _NOT_IN_A_URI.search(url) or _PERCENT.search(url)
        return "P202" if bad else ""
    # "javascript:" and the like lead nowhere in a mail, like relative addresses.
    return _web_link_code(url, parts.scheme, parts.hostname) if parts.scheme in _WEB else "P201"


def _web_link_code(url: str, scheme: str, host: str | None) -> str:
    if not host or _NOT_IN_A_URI.search(url) or _PERCENT.search(url):
        return "P202"
    if not is_address(host) and not _HOST.fullmatch(host):
        return "P202"
    if not is_public(host):
        return "P204"
    return "P203" if scheme == "http" else ""


def web_links(rendered: RenderedMessage) -> list[str]:
    """Return the well-formed http and https links of both parts, each once, without fragments.

    Links with a token of the recipient are left out: to follow one might unsubscribe somebody.
    """
    tokens = [token for token in (rendered.token, rendered.preferences) if token]
    urls = (*_hrefs(rendered), *_IN_TEXT.findall(rendered.text))
    plain = dict.fromkeys(url.partition("#")[0] for url in urls if not url.startswith("#"))
    return [
        url
        for url in plain
        if link_code(url) in ("", "P203", "P204")
        and url.lower().startswith(_WEB)
        and not any(token in url for token in tokens)
    ]


def is_public(host: str) -> bool:
    """Return whether `host`, a name or an address, may be reachable for everybody."""
    address = is_address(host)
    if address is not None:
        return address.is_global
    name = host.rstrip(".").lower()
    return "." in name and not name.endswith(tuple(f".{zone}" for zone in _LOCAL))


def is_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return `host` as an IP address, None if it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def shown(url: str, limit: int = 120) -> str:
    """Return `url` for a message: printable and at most `limit` characters."""
    return printable(url, limit)


def _hrefs(rendered: RenderedMessage) -> Iterator[str]:
    for element in rendered.document.iter("a", "area"):
        href = element.get("href")
        if href is not None:
            yield href.strip()
