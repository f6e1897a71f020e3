"""DMARC (RFC 9989): a domain's policy, and the domains that count as its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.preflight.dkim import tags
from publisher.preflight.lookup import LookupState
from publisher.preflight.spf import NotKnownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.preflight.lookup import DnsAnswer

POLICIES = frozenset({"none", "quarantine", "reject"})
MAX_QUERIES = 8  # RFC 9989, 4.10


class InvalidDmarcError(Exception):
    """The record is one that receivers can't read and ignore."""


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The policy for mail From a domain."""

    at: str  # the domain that has the record
    organisation: str  # the organizational domain
    policy: str
    strict_dkim: bool
    strict_spf: bool
    reports: bool  # an address for reports is set


def find(domain: str, ask: Callable[[str, str], DnsAnswer]) -> Dmarc | None:
    """Return the policy for mail From `domain`, None where there is none.

    It is found by the DNS tree walk (RFC 9989, 4.10), which replaced the public suffix list.
    Raises `InvalidDmarcError` and `NotKnownError`.
    """
    records: list[tuple[str, dict[str, str]]] = []
    for name in _walk(domain.lower().rstrip(".")):
        answer = ask(f"_dmarc.{name}", "TXT")
        if answer.state is LookupState.UNKNOWN:
            raise NotKnownError(f"_dmarc.{name}: {answer.reason}")
        texts = [text for text in answer.records if _is_dmarc(text)]
        if len(texts) > 1:
            raise InvalidDmarcError(f"_dmarc.{name} has {len(texts)} records, one is allowed")
        if texts:
            records.append((name, tags(texts[0])))
            if records[-1][1].get("psd") in ("n", "y"):
                break
        elif name == domain and any("dmarc" in text.lower() for text in answer.records):
            raise InvalidDmarcError(f"_dmarc.{name}: “{answer.records[0][:60]}”")
    if not records:
        return None
    organisation = _organisation(domain, records)
    at, values = next(
        (record for record in records if record[0] in (domain, organisation)), records[-1]
    )
    below = "sp" if at != domain else "p"
    policy = values.get(below, values.get("p", "none")).lower()
    if policy not in POLICIES:
        raise InvalidDmarcError(f"_dmarc.{at}: {below}={policy}")
    return Dmarc(
        at,
        organisation,
        policy,
        values.get("adkim", "r").lower() == "s",
        values.get("aspf", "r").lower() == "s",
        bool(values.get("rua")),
    )


def _walk(domain: str) -> list[str]:
    """Return the names to query, at most 8: the domain, then its parents of at most 7 labels."""
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels))]
    return [names[0], *[name for name in names[1:] if name.count(".") < MAX_QUERIES - 1]]


def _is_dmarc(text: str) -> bool:
    name, _, value = text.partition(";")[0].partition("=")
    return name.strip().lower() == "v" and value.strip() == "DMARC1"


def _organisation(domain: str, records: list[tuple[str, dict[str, str]]]) -> str:
    for name, values in records:
        if values.get("psd") == "n":
            return name
        if values.get("psd") == "y" and name != domain:
            labels = domain.split(".")
            return ".".join(labels[-(name.count(".") + 2) :])
    return records[-1][0]
