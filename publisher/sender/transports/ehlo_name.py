"""The name by which the program introduces itself to a mail server (RFC 5321, 4.1.1.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publisher.settings import Settings

# At least two labels; the last one tells a name from an address.
_FULL_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
# Names of this machine or network, of which servers elsewhere know nothing.
_LOCAL = (".localhost", ".localdomain", ".local", ".internal", ".lan", ".home.arpa")


def ehlo_name(settings: Settings) -> str:
    """Return `mail.ehlo_name`, else the host of `web.url` or `site.url`, in ASCII.

    Returns "" where none of them is a full name. Machines often have none themselves, and the
    address that would stand in for it is refused by some servers, such as Google's relay.
    """
    if settings.mail.ehlo_name:
        return settings.mail.ehlo_name.encode("idna").decode()
    for url in (settings.web.url, settings.site.url):
        name = _full_name(urlsplit(url).hostname or "")
        if name:
            return name
    return ""


def _full_name(host: str) -> str:
    try:
        name = host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""
    return name if _FULL_NAME.fullmatch(name) and not name.endswith(_LOCAL) else ""
