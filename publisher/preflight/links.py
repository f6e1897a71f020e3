"""Where the links of both parts lead, as far as it can be told without asking."""

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
# Names that no public DNS has (RFC 6761, RFC 6762, RFC 8375, and ICANN's .internal).
_LOCAL = ("localhost", "local", "internal", "home.arpa", "lan")


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find links that lead nowhere, each once."""
    places = {el.get("id") or el.get("name") for el in letter.document.xpath("//*[@id or @name]")}
    for url in dict.fromkeys(_hrefs(letter)):
        code = judge(url, places)
        if code:
            yield finding(letter.name, code, shown(url))


def judge(url: str, places: set[str | None] | frozenset[str] = frozenset()) -> str:
    """Return the code of what is wrong with `url`, "" where nothing is.

    `places` are the ids in the document. RFC 3986; RFC 6068 for mailto.
    """
    if url.startswith("#"):
        return "" if url == "#" or url[1:] in places else "P207"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "P202"
    if parts.scheme == "mailto":
        bad = "@" not in parts.path or _NOT_IN_A_URI.search(url) or _PERCENT.search(url)
        return "P202" if bad else ""
    # "javascript:" and its like lead nowhere in a mail, just as a relative address does.
    return _judge_web(url, parts.scheme, parts.hostname) if parts.scheme in _WEB else "P201"


def _judge_web(url: str, scheme: str, host: str | None) -> str:
    if not host or _NOT_IN_A_URI.search(url) or _PERCENT.search(url):
        return "P202"
    if not is_address(host) and not _HOST.fullmatch(host):
        return "P202"
    if not is_public(host):
        return "P204"
    return "P203" if scheme == "http" else ""


def web_links(letter: RenderedMessage) -> list[str]:
    """Return the http and https links of both parts that are well-formed, each once.

    Without fragments and without those that hold the recipient's token: following one of those
    might unsubscribe somebody.
    """
    found = (*_hrefs(letter), *_IN_TEXT.findall(letter.text))
    plain = dict.fromkeys(url.partition("#")[0] for url in found if not url.startswith("#"))
    return [
        url
        for url in plain
        if judge(url) in ("", "P203", "P204")
        and url.lower().startswith(_WEB)
        and not (letter.token and letter.token in url)
    ]


def is_public(host: str) -> bool:
    """Return whether `host`, a name or an address, can be one that everybody reaches."""
    address = is_address(host)
    if address is not None:
        return address.is_global
    name = host.rstrip(".").lower()
    return "." in name and not name.endswith(tuple(f".{zone}" for zone in _LOCAL))


def is_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return `host` as an IP address, None where it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def shown(url: str, limit: int = 120) -> str:
    """Return `url` printable and not too long."""
    return printable(url, limit)


def _hrefs(letter: RenderedMessage) -> Iterator[str]:
    for element in letter.document.iter("a", "area"):
        href = element.get("href")
        if href is not None:
            yield href.strip()
