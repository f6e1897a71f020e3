"""Base of all sections, and the formats of text that their settings have.

The string below a field is its description. `publisher init`, docs/reference/configuration.md and
the error messages are made from it (see reference.py), so a setting is described in one place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from publisher.translation import mark

if TYPE_CHECKING:
    from collections.abc import Callable


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sections of publisher.toml."""


class TextFormat(msgspec.Struct, frozen=True):
    """Format of a text, checked after its type. An empty text passes: `min_length` is for that."""

    name: str  # with its article, for "must be ..."
    matches: Callable[[str], object]
    plural: str = ""  # where lists have it


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_email_address(text: str) -> bool:
    # To catch mistakes and disguised headers; the mail server has the last word.
    part = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+"
    return re.fullmatch(f"{part}@{part}", text) is not None


def _is_host_name(text: str) -> bool:
    if text.startswith("[") and text.endswith("]"):
        # An address literal (RFC 5321, 4.1.3).
        return _is_network(text[1:-1].removeprefix("IPv6:"))
    try:
        name = text.encode("idna").decode()
    except UnicodeError:
        return False
    label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return re.fullmatch(rf"{label}(\.{label})*", name) is not None


def _is_time_zone(text: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few set another

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_network(text: str) -> bool:
    from ipaddress import ip_network  # noqa: PLC0415 - most settings name none

    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _pattern(pattern: str) -> Callable[[str], object]:
    return lambda text: re.fullmatch(pattern, text)


# Safe in a path and an address; see models.Topic.
Slug = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(
        mark("a name of lower-case letters, digits and hyphens"),
        _pattern(r"[a-z0-9][a-z0-9-]{0,63}"),
    ),
]
_is_line = _pattern(r"[^\x00-\x1f\x7f-\x9f]*")
Line = Annotated[str, TextFormat(mark("a single line of text"), _is_line)]
NonEmptyLine = Annotated[
    str, Meta(min_length=1), TextFormat(mark("a non-empty line of text"), _is_line)
]
Phrase = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("a text that is not blank"), str.strip, mark("texts, none blank")),
]
FindingCode = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("a code such as D401"), _pattern(r"D[0-9]{3}"), mark("codes such as D401")),
]
ContactAddress = Annotated[
    str,
    TextFormat(
        mark("an email or web address"),
        lambda text: _is_email_address(text) or _is_web_address(text),
    ),
]
WebAddress = Annotated[
    str, TextFormat(mark("a web address such as https://papers.example.org/"), _is_web_address)
]
HostName = Annotated[str, TextFormat(mark("a host name such as mail.example.org"), _is_host_name)]
EmailAddress = Annotated[str, TextFormat(mark("an email address"), _is_email_address)]
Network = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("an IP address or network"), _is_network, mark("IP addresses or networks")),
]
TimeZone = Annotated[str, Meta(min_length=1), TextFormat(mark("a time zone"), _is_time_zone)]
LanguageTag = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("a language tag"), _pattern(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")),
]
LowerHostName = Annotated[
    str,
    TextFormat(
        mark("a host name in small letters, such as papers.example.org"),
        _pattern(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)?"),
    ),
]
PartialDate = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("a year, month or day, as YYYY-MM-DD"), _pattern(r"[0-9]{4}(-[0-9]{2}){0,2}")),
]
Colour = Annotated[
    str, Meta(min_length=1), TextFormat(mark("a colour, as #rrggbb"), _pattern("#[0-9a-fA-F]{6}"))
]
ShortColour = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(mark("a colour, as #rrggbb or #rgb"), _pattern("#([0-9a-fA-F]{3}){1,2}")),
]
