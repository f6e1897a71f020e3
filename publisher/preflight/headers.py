"""Headers: all that are required, each once and valid (RFC 5322, 3.6; RFC 2369; RFC 8058)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from publisher.preflight.findings import finding
from publisher.preflight.links import link_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

# Gmail requires the last two of bulk mail; without MIME-Version there are no parts.
REQUIRED = (
    "From",
    "To",
    "Date",
    "Message-ID",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
)
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_LIST_ID = re.compile(r"(.*\s)?<[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*>")
_URI = re.compile(r"<([^<>]*)>")


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find headers that are missing, repeated or wrong."""
    message, name = rendered.message, rendered.name
    counted = Counter(header.lower() for header in message.keys())  # noqa: SIM118 - repeated headers too
    for header in REQUIRED:
        if not counted[header.lower()]:
            yield finding(name, "P601", header)
    for header, count in counted.items():
        if count > 1:
            yield finding(name, "P602", f"{header}, {count} times")
    yield from _addresses(rendered)
    date = message.get("Date")
    if date is not None and getattr(date, "datetime", None) is None:
        yield finding(name, "P603", f"Date: {date}")
    for header, pattern in (("Message-ID", _MESSAGE_ID), ("List-Id", _LIST_ID)):
        value = message.get(header)
        if value is not None and not pattern.fullmatch(str(value).strip()):
            yield finding(name, "P603", f"{header}: {value}")
    yield from _unsubscribing(rendered)


def _addresses(rendered: RenderedMessage) -> Iterator[Finding]:
    for header in ("From", "Sender", "Reply-To", "To"):
        value = rendered.message.get(header)
        addresses = getattr(value, "addresses", None)
        if value is None or addresses is None:
            continue
        if not addresses or any("@" not in a.addr_spec for a in addresses):
            yield finding(rendered.name, "P603", f"{header}: {value}")
        elif header == "To" and len(addresses) > 1:
            yield finding(rendered.name, "P603", "To: more than one recipient")
        elif header == "Sender" and str(value) == str(rendered.message.get("From")):
            yield finding(rendered.name, "P603", "Sender: the same as From (RFC 5322, 3.6.2)")


def _unsubscribing(rendered: RenderedMessage) -> Iterator[Finding]:
    message, name = rendered.message, rendered.name
    value = message.get("List-Unsubscribe")
    urls = _URI.findall(str(value or ""))
    if value is not None and not any(link_code(url) in ("", "P204") for url in urls):
        yield finding(name, "P604", str(value))
    secure = [url for url in urls if url.startswith("https:")]
    one_click = message.get("List-Unsubscribe-Post")
    if one_click is None:
        if value is not None:
            yield finding(name, "P605", "set web.url; Gmail and Yahoo require it from bulk senders")
    elif str(one_click) != "List-Unsubscribe=One-Click":
        yield finding(name, "P603", f"List-Unsubscribe-Post: {one_click}")
    elif not secure:
        yield finding(name, "P606")
