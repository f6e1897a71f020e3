"""Asking the DNS, with an answer also where there is no DNS.

Why not checkdmarc: docs/decisions/0032-own-dns-checks.md.
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

SECONDS = 3.0  # for one question, all servers and tries together


class LookupState(Enum):
    """What came of a question."""

    FOUND = "found"
    NO_RECORD = "no record"  # the name is there, or may be, without such a record
    NO_NAME = "no such name"
    UNKNOWN = "unknown"  # no network, no answer, or one that says try later


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The records of a name as text: TXT joined, MX as "10 mx.example.org", addresses."""

    state: LookupState
    records: tuple[str, ...] = ()
    reason: str = ""


def make_lookup(nameserver: str = "", seconds: float = SECONDS) -> Callable[[str, str], DnsAnswer]:
    """Return what asks `nameserver` ("192.0.2.1" or "192.0.2.1:5353"), else the system's servers.

    It takes a name and a type ("TXT", "MX", "A", "AAAA") and raises nothing. Each question is asked
    once. After one that nobody answered, no more are: waiting for each would make a send without a
    network take minutes. Raises `SettingsError` for a `nameserver` that is no address.
    """
    # A tenth of a second that only this check pays.
    import dns.exception  # noqa: PLC0415
    import dns.resolver  # noqa: PLC0415

    dead: list[DnsAnswer] = []
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
    def look(name: str, kind: str) -> DnsAnswer:
        if dead:
            return dead[0]
        try:
            return _ask(resolver, name, kind)
        except (dns.exception.Timeout, OSError) as error:
            dead.append(_unknown(error))
            return dead[0]

    return look


def _server(text: str) -> tuple[str, int]:
    """Return the address and port in "192.0.2.1", "192.0.2.1:5353", "::1" or "[::1]:5353"."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, "53"
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError as error:
        raise SettingsError(
            f"--nameserver: {text!r} is no IP address, with or without a port"
        ) from (error)


def _ask(resolver: Resolver, name: str, kind: str) -> DnsAnswer:
    import dns.exception  # noqa: PLC0415
    import dns.resolver  # noqa: PLC0415

    try:
        found = resolver.resolve(name, kind, search=False)
    except (dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        return DnsAnswer(LookupState.NO_RECORD)
    except dns.resolver.NoNameservers as error:
        return _unknown(error)
    except dns.exception.Timeout:
        raise
    except dns.exception.DNSException:
        # NXDOMAIN, or what can't be asked for: an empty label, one of more than 63 characters.
        return DnsAnswer(LookupState.NO_NAME)
    return DnsAnswer(LookupState.FOUND, tuple(sorted(map(_text, found))))


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        # One record, cut into strings of 255 bytes (RFC 7208, 3.3).
        return b"".join(strings).decode("utf-8", "replace")
    text = str(record)
    # The root stays: it is what a null MX (RFC 7505) points to.
    return text if text.endswith(" .") else text.rstrip(".")


def _unknown(error: Exception) -> DnsAnswer:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return DnsAnswer(LookupState.UNKNOWN, reason=reason)
