"""The DNS of the sender's domain, by which receivers decide whether mail is really from there.

A finding about a missing record shows the record to add. A missing network is never an error.
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

# Names that nobody can register (RFC 2606, RFC 6761, RFC 6762).
_RESERVED = ("example", "test", "invalid", "localhost", "local", "onion")
_EXAMPLES = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Route:
    """A sender's domain, and the server that its mail goes through."""

    domain: str  # of From and of the envelope sender
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
        """The provider that runs the server, if it is known."""
        return by_host(self.host)

    @property
    def personal(self) -> bool:
        """Whether the account is a mailbox of the provider, which signs with its own domain."""
        account = of_mailbox(self.username.rpartition("@")[2])
        return account is not None and account is self.provider


def check(route: Route, ask: Ask) -> Iterator[Finding]:
    """Find reasons for receivers to doubt that mail on `route` is from its domain."""
    domain, owner = route.domain, of_mailbox(route.domain)
    if is_reserved(domain):
        yield finding(domain, "N001", "a domain that nobody can register")
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
        # In some networks and containers no public name can be looked up.
        if ask("com", "NS").state is LookupState.FOUND:
            yield finding(route.domain, "N401")
        else:
            yield finding(
                route.domain, "N001", "the DNS of this network does not know public names"
            )
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
    """Return whether mail passes SPF for the domain; None where that can't be told."""
    mechanism = _mechanism(route, ask)
    try:
        record = spf.read(route.domain, ask)
    except spf.TooManyLookupsError as error:
        yield finding(route.domain, "N103", str(error))
        return False
    except spf.InvalidSpfError as error:
        yield finding(route.domain, "N102", str(error))
        return False
    if record is None:
        yield finding(route.domain, "N101", add("", mechanism, route.domain))
        return False
    if record.last in ("", "+", "?"):
        yield finding(route.domain, "N105", record.record)
    passes = _passes(record, route, ask)
    if passes is None:
        detail = f"SPF: the addresses that {route.host} sends from are unknown"
        yield finding(route.domain, "N001", detail)
    elif not passes:
        yield finding(
            route.domain, "N104", f"{route.host}; {add(record.record, mechanism, route.domain)}"
        )
    return passes and not route.personal


def _passes(record: spf.Spf, route: Route, ask: Ask) -> bool | None:
    provider = route.provider
    if provider is not None and provider.include:
        return provider.include in map(str.lower, record.includes)
    public = [address for address in _addresses(route.host, ask) if address.is_global]
    verdicts = [record.permits(address) for address in public]
    if not verdicts or None in verdicts:
        return None
    return any(verdicts)


def _mechanism(route: Route, ask: Ask) -> str:
    """Return the mechanism that a record needs to permit the route's server."""
    if route.provider is not None and route.provider.include:
        return f"include:{route.provider.include}"
    if any(address.is_global for address in _addresses(route.host, ask)):
        return f"a:{route.host}"
    return "mx"


def add(record: str, mechanism: str, domain: str) -> str:
    """Return the advice to add `mechanism` to `record`, as a line of a zone file."""
    words = (record or "v=spf1 ~all").split()
    words.insert(1, mechanism)
    return f'add {domain}. TXT "{" ".join(words)}"'


def _dkim(route: Route, ask: Ask) -> _Passes:
    key_settings = route.provider.key_settings if route.provider else ""
    if not route.selector:
        usual = ", ".join(route.provider.selectors) if route.provider else ""
        yield finding(route.domain, "N201", f"usually {usual}" if usual else key_settings)
        return None
    name = f"{route.selector}._domainkey.{route.domain}"
    answer = ask(name, "TXT")
    if answer.state is LookupState.UNKNOWN:
        raise spf.NotKnownError(f"{name}: {answer.reason}")
    if not answer.records:
        yield finding(route.domain, "N202", f"{name}{f'; {key_settings}' if key_settings else ''}")
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
        policy = dmarc.find(route.domain, ask)
    except dmarc.InvalidDmarcError as error:
        yield finding(route.domain, "N302", f"{error}; e.g. {record}")
        return
    if policy is None:
        yield finding(route.domain, "N301", f"add {record}")
    elif policy.policy == "none":
        yield finding(route.domain, "N303", f"_dmarc.{policy.at}")
    elif passes == (False, False):
        # Both would be aligned: envelope sender and key belong to the domain of From.
        detail = f"policy {policy.policy}, and neither SPF nor DKIM passes for {route.domain}"
        yield finding(route.domain, "N304", detail)


def _addresses(host: str, ask: Ask) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(host.strip("[]"))]
    except ValueError:
        answers = (ask(host, kind) for kind in ("A", "AAAA"))
        return [ipaddress.ip_address(text) for answer in answers for text in answer.records]
