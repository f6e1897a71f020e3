"""Requests of the checks: one of a kind, short, and without anything secret."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from publisher import __version__
from publisher.models.health import HealthCheck, HealthStatus
from publisher.printable import one_line
from publisher.sender.transports.login import certificate_end
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from datetime import timedelta

SECONDS = 5.0
_MOST_BYTES = 2_000_000
_SHOWN = 160
SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An answer over HTTP; `problem` is why there is none. `date` is the server's clock."""

    status: int = 0
    content: bytes = b""
    date: datetime | None = None
    problem: str = ""


def fetch(url: str) -> WebAnswer:
    """Request `url`, at most its first megabytes. Raises nothing."""
    import httpx2  # noqa: PLC0415 - takes a tenth of a second

    headers = {"User-Agent": f"digest-publisher/{__version__} (doctor)"}
    content = bytearray()
    try:
        with httpx2.stream(
            "GET", url, timeout=SECONDS, headers=headers, follow_redirects=True
        ) as response:
            for part in response.iter_bytes():
                content += part
                if len(content) > _MOST_BYTES:
                    break
            date = read_date(response.headers.get("Date", ""))
            return WebAnswer(response.status_code, bytes(content), date)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        return WebAnswer(problem=one_line(str(error), _SHOWN) or type(error).__name__)


def read_date(text: str) -> datetime | None:
    """Return the time in a Date header (RFC 9110, 6.6.1), None where it is none."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def certificate_of(host: str, port: int) -> datetime | None:
    """Return the end of the certificate of `host`, None where none can be had."""
    try:
        with (
            socket.create_connection((host, port), SECONDS) as connection,
            ssl.create_default_context().wrap_socket(connection, server_hostname=host) as secure,
        ):
            return certificate_end(secure)
    except (OSError, ValueError):
        return None


def judge_certificate(area: str, host: str, left: timedelta, setting: str) -> HealthCheck | None:
    """Return a warning where the certificate of `host` ends soon; `left` is how long it lasts."""
    if left.days >= SOON_DAYS:
        return None
    days = max(left.days, 0)
    text = ngettext(
        "the certificate of {host} ends in {count} day",
        "the certificate of {host} ends in {count} days",
        days,
    ).format(host=host, count=days)
    advice = _("renew it, or ask whoever runs the server")
    return HealthCheck(area, HealthStatus.WARNING, text, advice, setting)
