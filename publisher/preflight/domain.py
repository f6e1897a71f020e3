"""The sender's domain in the DNS: whether receivers will believe that a mail is from there.

What is missing is told with the record to add. Not having a network is never an error.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.preflight import dkim, dmarc, spf
from publisher.preflight.findings import finding
from publisher.preflight.lookup import LookupState
from publisher.preflight.providers import by_host, of_mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from publisher.models import Finding
    from publisher.preflight.lookup import DnsAnswer
    from publisher.preflight.providers import Provider
    from publisher.settings.sections import Mail

    Ask = Callable[[str, str], DnsAnswer]
    _Passes = Generator[Finding, None, bool | None]

# Names that nobody can have (RFC 2606, RFC 6761, RFC 6762).
_RESERVED = ("example", "test", "invalid", "localhost", "local", "onion")
_EXAMPLES = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Route:
    """Whose mail goes through which server."""

    domain: str  # of From, and of the envelope's sender
    host: str
    username: str = ""
    selector: str = ""

    @classmethod
    def of(cls, mail: Mail) -> Route:
        """Return the route of the section [mail]."""
        domain = mail.from_address.rpartition("@")[2].lower()
        return cls(domain, mail.host.lower(), mail.username.lower(), mail.dkim_selector)

    @property
    def provider(self) -> Provider | None:
        """Who runs the server."""
        return by_host(self.host)

    @property
    def personal(self) -> bool:
        """Whether the account is a mailbox of the provider, which signs with its own domain."""
        account = of_mailbox(self.username.rpartition("@")[2])
        return account is not None and account is self.provider


def check(route: Route, ask: Ask) -> Iterator[Finding]:
    """Find what would make receivers doubt that mail on `route` is from its domain."""
    domain, owner = route.domain, of_mailbox(route.domain)
    if is_reserved(domain):
        yield finding(domain, "N001", "a domain that nobody can have")
    elif owner is not None and owner is route.provider:
        yield finding(domain, "N502", f"{owner.name} signs it")
    elif owner is not None:
        yield finding(domain, "N501", f"{owner.name} does not sign what {route.host} sends")
    else:
        yield from _own_domain(route, ask)


def is_reserved(domain: str) -> bool:
    """Return whether `domain` is one for examples and tests."""
    ends = (*_RESERVED, *_EXAMPLES)
    return any(domain == end or domain.endswith(f".{end}") for end in ends)


def _own_domain(route: Route, ask: Ask) -> Iterator[Finding]:
    mail = ask(route.domain, "MX")
    if mail.state is LookupState.UNKNOWN:
        yield finding(route.domain, "N001", f"no DNS: {mail.reason}")
        return
    if mail.state is LookupState.NO_NAME:
        # Inside of some networks and containers no name is there.
        if ask("com", "NS").state is LookupState.FOUND:
            yield finding(route.domain, "N401")
        else:
            yield finding(route.domain, "N001", "the DNS here does not know the world outside")
        return
    if any(record.split()[-1] == "." for record in mail.records):
        yield finding(route.domain, "N403")
    elif not mail.records and not _addresses(route.domain, ask):
        yield finding(route.domain, "N402")
    if route.personal:
        account = route.username.rpartition("@")[2]
        yield finding(route.domain, "N503", f"{route.host} signs with {account}")
    try:
        spf_passes = yield from _spf(route, ask)
        dkim_passes = yield from _dkim(route, ask)
        yield from _dmarc(route, ask, passes=(spf_passes, dkim_passes))
    except spf.NotKnownError as error:
        yield finding(route.domain, "N001", f"no answer: {error}")


def _spf(route: Route, ask: Ask) -> _Passes:
    """Return whether mail passes SPF for the domain; None where nobody can say."""
    needed = _mechanism(route, ask)
    try:
        found = spf.read(route.domain, ask)
    except spf.TooManyLookupsError as error:
        yield finding(route.domain, "N103", str(error))
        return False
    except spf.InvalidSpfError as error:
        yield finding(route.domain, "N102", str(error))
        return False
    if found is None:
        yield finding(route.domain, "N101", add("", needed, route.domain))
        return False
    if found.last in ("", "+", "?"):
        yield finding(route.domain, "N105", found.record)
    passes = _passes(found, route, ask)
    if passes is None:
        detail = f"which address {route.host} sends from, and so whether SPF passes"
        yield finding(route.domain, "N001", detail)
    elif not passes:
        yield finding(
            route.domain, "N104", f"{route.host}; {add(found.record, needed, route.domain)}"
        )
    return passes and not route.personal


def _passes(found: spf.Spf, route: Route, ask: Ask) -> bool | None:
    provider = route.provider
    if provider is not None and provider.include:
        return provider.include in map(str.lower, found.includes)
    outside = [one for one in _addresses(route.host, ask) if one.is_global]
    verdicts = [found.permits(address) for address in outside]
    if not verdicts or None in verdicts:
        return None
    return any(verdicts)


def _mechanism(route: Route, ask: Ask) -> str:
    """Return what a record needs so that the route's server may send."""
    if route.provider is not None and route.provider.include:
        return f"include:{route.provider.include}"
    if any(address.is_global for address in _addresses(route.host, ask)):
        return f"a:{route.host}"
    return "mx"


def add(record: str, mechanism: str, domain: str) -> str:
    """Return, ready for a zone file, `record` with `mechanism` in it; "" for a new one."""
    words = (record or "v=spf1 ~all").split()
    words.insert(1, mechanism)
    return f'add {domain}. TXT "{" ".join(words)}"'


def _dkim(route: Route, ask: Ask) -> _Passes:
    where = route.provider.where if route.provider else ""
    if not route.selector:
        known = ", ".join(route.provider.selectors) if route.provider else ""
        yield finding(route.domain, "N201", f"usually {known}" if known else where)
        return None
    name = f"{route.selector}._domainkey.{route.domain}"
    answer = ask(name, "TXT")
    if answer.state is LookupState.UNKNOWN:
        raise spf.NotKnownError(f"{name}: {answer.reason}")
    if not answer.records:
        yield finding(route.domain, "N202", f"{name}{f'; {where}' if where else ''}")
        return False
    try:
        key = dkim.read(answer.records[0])
    except dkim.InvalidKeyError as error:
        yield finding(route.domain, "N203", f"{name}: {error}")
        return False
    if key.short:
        yield finding(route.domain, "N204", f"{name}: about {key.bits:,} bits")
    return not key.testing and not route.personal


def _dmarc(route: Route, ask: Ask, *, passes: tuple[bool | None, bool | None]) -> Iterator[Finding]:
    record = f'_dmarc.{route.domain}. TXT "v=DMARC1; p=none; rua=mailto:dmarc@{route.domain}"'
    try:
        found = dmarc.find(route.domain, ask)
    except dmarc.InvalidDmarcError as error:
        yield finding(route.domain, "N302", f"{error}; e.g. {record}")
        return
    if found is None:
        yield finding(route.domain, "N301", f"add {record}")
    elif found.policy == "none":
        yield finding(route.domain, "N303", f"_dmarc.{found.at}")
    elif passes == (False, False):
        # Both would be aligned: the envelope's sender and the key are at the domain of From.
        detail = f"policy {found.policy}, and neither SPF nor DKIM passes for {route.domain}"
        yield finding(route.domain, "N304", detail)


def _addresses(host: str, ask: Ask) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(host.strip("[]"))]
    except ValueError:
        answers = (ask(host, kind) for kind in ("A", "AAAA"))
        return [ipaddress.ip_address(text) for found in answers for text in found.records]
