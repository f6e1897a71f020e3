"""DNS lookups that return an answer even without a network.

docs/decisions/0032-own-dns-checks.md says why checkdmarc is not used.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from publisher.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dns.resolver import Resolver

SECONDS = 3.0  # for one lookup, all servers and tries together


class LookupState(Enum):
    """The outcome of a lookup."""

    FOUND = "found"
    NO_RECORD = "no record"  # the name exists, or may, without such a record
    NO_NAME = "no such name"
    UNKNOWN = "unknown"  # no network, no answer, or a temporary error


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The records of a name as text: TXT joined, MX as "10 mx.example.org", addresses."""

    state: LookupState
    records: tuple[str, ...] = ()
    reason: str = ""


def make_lookup(nameserver: str = "", seconds: float = SECONDS) -> Callable[[str, str], DnsAnswer]:
    """Return a function that asks `nameserver` ("192.0.2.1" or "192.0.2.1:5353").

    Without a `nameserver` it asks the system's servers. It takes a name and a type ("TXT", "MX",
    "A", "AAAA"), raises nothing, and asks each question once. After a time-out it asks no more:
    waiting for each would take minutes without a network. Raises `SettingsError` for a malformed
    `nameserver`.
    """
    import dns.exception  # noqa: PLC0415 - a tenth of a second that only this check pays
    import dns.resolver  # noqa: PLC0415 - see above

    failures: list[DnsAnswer] = []
    try:
        resolver = dns.resolver.Resolver(configure=not nameserver)
    except (dns.exception.DNSException, OSError) as error:
        unknown = _unknown(error)
        return lambda _name, _kind: unknown
    resolver.lifetime = seconds
    if nameserver:
        host, resolver.port = _server(nameserver)
        resolver.nameservers = [host]

    @cache
    def lookup(name: str, kind: str) -> DnsAnswer:
        if failures:
            return failures[0]
        try:
            return _ask(resolver, name, kind)
        except (dns.exception.Timeout, OSError) as error:
            failures.append(_unknown(error))
            return failures[0]

    return lookup


def _server(text: str) -> tuple[str, int]:
    """Return the address and port in "192.0.2.1", "192.0.2.1:5353", "::1" or "[::1]:5353"."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, "53"
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError as error:
        raise SettingsError(
            f"--nameserver: {text!r} is not an IP address, with or without a port"
        ) from error


def _ask(resolver: Resolver, name: str, kind: str) -> DnsAnswer:
    import dns.exception  # noqa: PLC0415 - see make_lookup
    import dns.resolver  # noqa: PLC0415 - see make_lookup

    try:
        records = resolver.resolve(name, kind, search=False)
    except (dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        return DnsAnswer(LookupState.NO_RECORD)
    except dns.resolver.NoNameservers as error:
        return _unknown(error)
    except dns.exception.Timeout:
        raise
    except dns.exception.DNSException:
        # NXDOMAIN, or a malformed name: an empty label, one of more than 63 characters.
        return DnsAnswer(LookupState.NO_NAME)
    return DnsAnswer(LookupState.FOUND, tuple(sorted(map(_text, records))))


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        # One record in strings of 255 bytes (RFC 7208, 3.3).
        return b"".join(strings).decode("utf-8", "replace")
    text = str(record)
    # The root is kept, as a null MX (RFC 7505) points to it.
    return text if text.endswith(" .") else text.rstrip(".")


def _unknown(error: Exception) -> DnsAnswer:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return DnsAnswer(LookupState.UNKNOWN, reason=reason)
