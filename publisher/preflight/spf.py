"""SPF records (RFC 7208): validity, number of lookups, and permitted addresses."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.preflight.lookup import DnsAnswer, LookupState

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[[str, str], DnsAnswer]
    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4
MAX_VOID = 2  # the same: lookups that find nothing
MAX_MX = 10
_TERM = re.compile(
    r"(?P<sign>[-+?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>[^/\s][^\s]*?))?(?P<prefix>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][\w.-]*)=(?P<value>\S*)")
_PASS = "+"  # noqa: S105 - of SPF


class InvalidSpfError(Exception):
    """The record is not valid; receivers report "permerror"."""


class TooManyLookupsError(InvalidSpfError):
    """The record takes more lookups than receivers make."""


class NotKnownError(Exception):
    """The DNS did not answer; receivers report "temperror"."""


@dataclass(slots=True)
class _Tally:
    lookups: int = 0
    void: int = 0
    includes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """A mechanism: its sign, and the addresses that it matches."""

    sign: str
    networks: tuple[Network, ...] = ()
    everyone: bool = False
    inside: _Record | None = None  # of an include
    unclear: bool = False  # it depends on the mail: exists, ptr and macros


@dataclass(frozen=True, slots=True)
class _Record:
    parts: tuple[_Part, ...]
    redirect: _Record | None


@dataclass(frozen=True, slots=True)
class Spf:
    """A valid record, read with all the records that it includes."""

    record: str
    lookups: int
    includes: tuple[str, ...]  # all included domains, also indirectly
    last: str  # the sign of its "all": "-", "~", "?", "+"; "" where it has none
    tree: _Record

    def permits(self, address: Address) -> bool | None:
        """Return whether mail from `address` passes; None where that depends on the mail."""
        sign = _sign_for(self.tree, address)
        return None if sign is None else sign == _PASS


def records_at(domain: str, ask: Ask) -> tuple[str, ...]:
    """Return the SPF records of `domain`. Raises `NotKnownError`."""
    answer = _lookup(domain, "TXT", ask)
    return tuple(text for text in answer.records if text.lower().split(" ")[0] == "v=spf1")


def read(domain: str, ask: Ask) -> Spf | None:
    """Return the record of `domain`, None where it has none.

    The whole record is read, since the part that decides depends on the sender. Raises
    `InvalidSpfError`, `TooManyLookupsError` and `NotKnownError`.
    """
    records = records_at(domain, ask)
    if not records:
        return None
    tally = _Tally()
    tree = _read(domain, records, ask, tally, ())
    if tally.lookups > MAX_LOOKUPS:
        raise TooManyLookupsError(f"{tally.lookups}, for {', '.join(tally.includes)}")
    if tally.void > MAX_VOID:
        raise InvalidSpfError(f"{tally.void} lookups find nothing, at most {MAX_VOID} may")
    last = next((p.sign for p in reversed(tree.parts) if p.everyone), "")
    if tree.redirect is not None and not last:
        last = next((p.sign for p in reversed(tree.redirect.parts) if p.everyone), "")
    return Spf(records[0], tally.lookups, tuple(tally.includes), last, tree)


def _lookup(name: str, kind: str, ask: Ask) -> DnsAnswer:
    answer = ask(name, kind)
    if answer.state is LookupState.UNKNOWN:
        raise NotKnownError(f"{name}: {answer.reason}")
    return answer


def _read(
    domain: str, records: tuple[str, ...], ask: Ask, tally: _Tally, above: tuple[str, ...]
) -> _Record:
    if len(records) > 1:
        raise InvalidSpfError(f"{domain} has {len(records)} records, one is allowed")
    parts: list[_Part] = []
    redirect: _Record | None = None
    for word in records[0].split()[1:]:
        term, modifier = _TERM.fullmatch(word), _MODIFIER.fullmatch(word)
        if term is not None:
            parts.append(_part(term, domain, ask, tally, (*above, domain)))
        elif modifier is None:
            raise InvalidSpfError(f"“{word}” in the record of {domain}")
        elif modifier["name"].lower() == "redirect":
            redirect = _inside(modifier["value"], ask, tally, (*above, domain))
    if any(part.everyone for part in parts):
        redirect = None  # RFC 7208, 6.1
    return _Record(tuple(parts), redirect)


def _inside(target: str, ask: Ask, tally: _Tally, above: tuple[str, ...]) -> _Record | None:
    """Return the record that an include or redirect names; None for one with macros."""
    tally.lookups += 1
    if "%" in target:
        return None
    tally.includes.append(target)
    if target.lower() in map(str.lower, above) or tally.lookups > MAX_LOOKUPS * 2:
        raise TooManyLookupsError(f"{target} includes itself")
    records = records_at(target, ask)
    if not records:
        raise InvalidSpfError(f"{target} is included and has no SPF record")
    return _read(target, records, ask, tally, above)


def _part(
    term: re.Match[str], domain: str, ask: Ask, tally: _Tally, above: tuple[str, ...]
) -> _Part:
    sign, name, value = term["sign"] or _PASS, term["name"].lower(), term["value"] or ""
    if name == "all":
        return _Part(sign, everyone=True)
    if name in ("ip4", "ip6"):
        return _Part(sign, networks=(_network(name, value, term["prefix"]),))
    if name == "include":
        if not value:
            raise InvalidSpfError(f"“{term[0]}” in the record of {domain}")
        inside = _inside(value, ask, tally, above)
        return _Part(sign, inside=inside, unclear=inside is None)
    tally.lookups += 1
    if name in ("exists", "ptr") or "%" in value:
        return _Part(sign, unclear=True)
    hosts = [value or domain] if name == "a" else _mail_hosts(value or domain, ask, tally)
    networks = [net for host in hosts for net in _addresses(host, term["prefix"], ask)]
    if not networks and name == "a":
        tally.void += 1
    return _Part(sign, networks=tuple(networks))


def _network(name: str, value: str, prefix: str) -> Network:
    try:
        if name == "ip4":
            return ipaddress.IPv4Network(value + prefix, strict=False)
        return ipaddress.IPv6Network(value + prefix, strict=False)
    except ValueError as error:
        raise InvalidSpfError(f"{name}:{value}{prefix}") from error


def _mail_hosts(domain: str, ask: Ask, tally: _Tally) -> list[str]:
    answer = _lookup(domain, "MX", ask)
    if not answer.records:
        tally.void += 1
    return [record.split()[-1] for record in answer.records[:MAX_MX]]


def _addresses(host: str, prefix: str, ask: Ask) -> list[Network]:
    four, _, six = prefix.partition("//")
    lengths = {"A": four.strip("/") or "32", "AAAA": six.strip("/") or "128"}
    return [
        ipaddress.ip_network(f"{address}/{length}", strict=False)
        for kind, length in lengths.items()
        for address in _lookup(host, kind, ask).records
    ]


def _sign_for(record: _Record, address: Address) -> str | None:
    """Return the sign of the first part that matches `address`, None where that is unclear."""
    for part in record.parts:
        if part.unclear:
            return None
        if part.everyone or any(address in network for network in part.networks):
            return part.sign
        if part.inside is not None:
            # An include matches only where the included record passes (RFC 7208, 5.2).
            inside = _sign_for(part.inside, address)
            if inside is None:
                return None
            if inside == _PASS:
                return part.sign
    return _sign_for(record.redirect, address) if record.redirect is not None else "?"
