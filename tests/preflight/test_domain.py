"""The DNS of the sender's domain, asked of a real server on this machine."""

from __future__ import annotations

import base64
import ipaddress

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from support.dns_server import serving

from publisher.errors import SettingsError
from publisher.preflight import dkim, dmarc, domain, lookup, spf
from publisher.preflight.lookup import LookupState, make_lookup
from publisher.preflight.providers import PROVIDERS, by_host, of_mailbox
from publisher.settings import load

DOMAIN = "papers.sender.dev"
GMAIL = {("_spf.google.com", "TXT"): ['"v=spf1 ip4:8.8.4.0/24 ~all"']}


def key_of(bits: int) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


KEY = key_of(2048)
SHORT_KEY = key_of(1024)


def txt(text: str) -> str:
    """A TXT record as a zone file has it: strings of at most 255 bytes."""
    return " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255))


GOOD: dict[tuple[str, str], list[str]] = {
    (DOMAIN, "MX"): [f"10 mx.{DOMAIN}."],
    (DOMAIN, "TXT"): ['"google-site-verification=x"', '"v=spf1 include:_spf.google.com ~all"'],
    (f"google._domainkey.{DOMAIN}", "TXT"): [txt(f"v=DKIM1; k=rsa; p={KEY}")],
    ("_dmarc.sender.dev", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:d@sender.dev"'],
    **GMAIL,
}
ROUTE = domain.Route(DOMAIN, "smtp.gmail.com", f"news@{DOMAIN}", "google")


def found(changes: dict[tuple[str, str], list[str]], route: domain.Route = ROUTE) -> dict[str, str]:
    zone = {key: records for key, records in {**GOOD, **changes}.items() if records}
    with serving(zone) as server:
        return {one.code: one.message for one in domain.check(route, make_lookup(server.address))}


def test_a_domain_in_order() -> None:
    assert found({}) == {}


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({(DOMAIN, "TXT"): []}, "N101", 'TXT "v=spf1 include:_spf.google.com ~all"'),
        ({(DOMAIN, "TXT"): ['"v=spf1 ~all"', '"v=spf1 -all"']}, "N102", "2 records"),
        ({(DOMAIN, "TXT"): ['"v=spf1 ip4:300.1.1.1 -all"']}, "N102", "ip4:300.1.1.1"),
        ({(DOMAIN, "TXT"): ['"v=spf1 inculde:x.org -all"']}, "N102", "inculde"),
        ({(DOMAIN, "TXT"): ['"v=spf1 include:gone.dev -all"']}, "N102", "gone.dev"),
        ({(DOMAIN, "TXT"): ['"v=spf1 a:x.a.dev a:y.a.dev a:z.a.dev -all"']}, "N102", "3 lookups"),
        (
            {(DOMAIN, "TXT"): ['"v=spf1 mx a:a.dev ~all"'], ("a.dev", "A"): ["9.9.9.9"]},
            "N104",
            'TXT "v=spf1 include:_spf.google.com mx a:a.dev ~all"',
        ),
        ({(DOMAIN, "TXT"): ['"v=spf1 include:_spf.google.com +all"']}, "N105", "+all"),
        ({(DOMAIN, "TXT"): ['"v=spf1 include:_spf.google.com"']}, "N105", "include"),
        ({(f"google._domainkey.{DOMAIN}", "TXT"): []}, "N202", f"google._domainkey.{DOMAIN}"),
        ({(f"google._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; p="']}, "N203", "revoked"),
        (
            {(f"google._domainkey.{DOMAIN}", "TXT"): [txt(f"v=DKIM1; p={SHORT_KEY}")]},
            "N204",
            "1,024 bits",
        ),
        ({("_dmarc.sender.dev", "TXT"): []}, "N301", f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=none'),
        ({("_dmarc.sender.dev", "TXT"): ['"v=DMARC1; p=drop"']}, "N302", "p=drop"),
        (
            {(f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']},
            "N302",
            "2 records",
        ),
        ({(f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=none"']}, "N303", f"_dmarc.{DOMAIN}"),
        ({(DOMAIN, "MX"): []}, "N402", ""),
        ({(DOMAIN, "MX"): ["0 ."]}, "N403", ""),
    ],
)
def test_a_fault_of_the_domain(
    changes: dict[tuple[str, str], list[str]], code: str, says: str
) -> None:
    told = found(changes)
    assert set(told) == {code}
    assert says in told[code]


def test_mail_that_nobody_would_see() -> None:
    told = found({(DOMAIN, "TXT"): [], (f"google._domainkey.{DOMAIN}", "TXT"): []})
    assert set(told) == {"N101", "N202", "N304"}
    assert "quarantine" in told["N304"]


def test_a_domain_that_is_not_there() -> None:
    for world, code in (({("com", "NS"): ["a.gtld-servers.net."]}, "N401"), ({}, "N001")):
        with serving({**GMAIL, **world}) as server:
            told = [one.code for one in domain.check(ROUTE, make_lookup(server.address))]
        assert told == [code], "a network without the world outside is no reason to stop"


@pytest.mark.parametrize(
    ("route", "codes"),
    [
        (domain.Route("gmail.com", "smtp.gmail.com", "me@gmail.com"), {"N502"}),
        (domain.Route("qq.com", "smtp.qq.com", "1@qq.com"), {"N502"}),
        (domain.Route("gmail.com", "mail.sender.dev", "me"), {"N501"}),
        (domain.Route("yahoo.com", "smtp.gmail.com", "me@gmail.com"), {"N501"}),
        (domain.Route("papers.example.org", "smtp.gmail.com"), {"N001"}),
        (domain.Route("localhost", "localhost"), {"N001"}),
        (domain.Route(DOMAIN, "smtp.gmail.com", "me@gmail.com", "google"), {"N503", "N304"}),
        (domain.Route(DOMAIN, "smtp.gmail.com", f"me@{DOMAIN}"), {"N201"}),
        # A relay of one's own, at an address that the record holds, or does not, or nobody knows.
        (domain.Route(DOMAIN, "8.8.4.4", "me", "google"), set()),
        (domain.Route(DOMAIN, "9.9.9.9", "me", "google"), {"N104"}),
        (domain.Route(DOMAIN, "127.0.0.1", "", "google"), {"N001"}),
        (domain.Route(DOMAIN, "relay.sender.dev", "me", "google"), {"N104"}),
    ],
)
def test_a_route(route: domain.Route, codes: set[str]) -> None:
    told = found({("relay.sender.dev", "A"): ["9.9.9.9"]}, route)
    assert set(told) == codes
    if route.host == "relay.sender.dev":
        assert "v=spf1 a:relay.sender.dev include:_spf.google.com ~all" in told["N104"]


def test_more_lookups_than_receivers_make() -> None:
    zone = {
        (DOMAIN, "TXT"): ['"v=spf1 include:s0.dev -all"'],
        **{(f"s{n}.dev", "TXT"): [f'"v=spf1 include:s{n + 1}.dev ~all"'] for n in range(10)},
        ("s10.dev", "TXT"): ['"v=spf1 ip4:9.9.9.9 ~all"'],
    }
    assert "11, for s0.dev" in found(zone)["N103"]
    assert "N103" not in found({**zone, ("s9.dev", "TXT"): ['"v=spf1 ~all"']})
    assert (
        "includes itself"
        in found({**zone, ("s1.dev", "TXT"): ['"v=spf1 include:s0.dev ~all"']})["N103"]
    )


@pytest.mark.parametrize(
    ("record", "address", "permits"),
    [
        ("v=spf1 ip4:1.2.3.0/24 -all", "1.2.3.9", True),
        ("v=spf1 ip4:1.2.3.0/24 -all", "1.2.4.9", False),
        ("v=spf1 -ip4:1.2.3.4 ip4:1.2.3.0/24 -all", "1.2.3.4", False),
        ("v=spf1 ip6:2001:db8::/32 ~all", "2001:db8::1", True),
        ("v=spf1 ip6:2001:db8::/32 ~all", "1.2.3.4", False),
        ("V=SPF1 A -ALL", "9.9.9.9", True),
        ("v=spf1 a/24 -all", "9.9.9.1", True),
        ("v=spf1 a//64 -all", "2620:fe::77", True),
        ("v=spf1 mx -all", "9.9.9.10", True),
        ("v=spf1 a:mx.t.dev -all", "9.9.9.10", True),
        ("v=spf1 include:inner.t.dev -all", "5.5.5.5", True),
        ("v=spf1 include:inner.t.dev -all", "6.6.6.6", False),
        ("v=spf1 -include:inner.t.dev +all", "5.5.5.5", False),
        ("v=spf1 redirect=inner.t.dev", "5.5.5.5", True),
        ("v=spf1 redirect=inner.t.dev", "6.6.6.6", False),
        ("v=spf1 redirect=inner.t.dev -all", "5.5.5.5", False),
        ("v=spf1 exists:%{i}._spf.t.dev -all", "5.5.5.5", None),
        ("v=spf1 include:%{d}.t.dev -all", "5.5.5.5", None),
        ("v=spf1 ptr -all", "5.5.5.5", None),
        ("v=spf1 ip4:5.5.5.5 ptr -all", "5.5.5.5", True),
        ("v=spf1", "5.5.5.5", False),
        ("v=spf1 unknown=x exp=why.t.dev ip4:5.5.5.5 -all", "5.5.5.5", True),
    ],
)
def test_whom_a_record_lets_send(record: str, address: str, permits: bool | None) -> None:
    zone = {
        ("t.dev", "TXT"): [f'"{record}"'],
        ("t.dev", "A"): ["9.9.9.9"],
        ("t.dev", "AAAA"): ["2620:fe::9"],
        ("t.dev", "MX"): ["10 mx.t.dev."],
        ("mx.t.dev", "A"): ["9.9.9.10"],
        ("inner.t.dev", "TXT"): ['"v=spf1 ip4:5.5.5.5 -all"'],
    }
    with serving(zone) as server:
        got = spf.read("t.dev", make_lookup(server.address))
    assert got is not None
    assert got.permits(ipaddress.ip_address(address)) is permits


@pytest.mark.parametrize(
    ("domain_", "records", "at", "organisation", "policy"),
    [
        ("a.b.dev", {"a.b.dev": "p=reject", "b.dev": "p=none"}, "a.b.dev", "b.dev", "reject"),
        ("a.b.dev", {"b.dev": "p=reject; sp=none"}, "b.dev", "b.dev", "none"),
        ("a.b.dev", {"b.dev": "p=reject"}, "b.dev", "b.dev", "reject"),
        (
            "a.b.co.dev",
            {"b.co.dev": "p=none", "co.dev": "p=reject; psd=y"},
            "b.co.dev",
            "b.co.dev",
            "none",
        ),
        (
            "a.b.dev",
            {"a.b.dev": "p=none; psd=n", "b.dev": "p=reject"},
            "a.b.dev",
            "a.b.dev",
            "none",
        ),
    ],
)
def test_the_policy_is_found_by_walking_up(
    domain_: str, records: dict[str, str], at: str, organisation: str, policy: str
) -> None:
    zone = {(f"_dmarc.{name}", "TXT"): [f'"v=DMARC1; {text}"'] for name, text in records.items()}
    with serving(zone) as server:
        got = dmarc.find(domain_, make_lookup(server.address))
    assert got is not None
    assert (got.at, got.organisation, got.policy) == (at, organisation, policy)


def test_the_walk_is_short() -> None:
    deep = ".".join("abcdefghijkl") + ".dev"
    with serving({}) as server:
        assert dmarc.find(deep, make_lookup(server.address)) is None
    assert len(server.asked) == 8
    assert server.asked[0] == (f"_dmarc.{deep}", "TXT")
    assert server.asked[1] == ("_dmarc.g.h.i.j.k.l.dev", "TXT")


ED_KEY = base64.b64encode(
    ed25519.Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
).decode()


@pytest.mark.parametrize(
    ("record", "kind", "bits", "short"),
    [
        (f"v=DKIM1; k=rsa; p={KEY}", "rsa", 2048, False),
        (f"p={KEY[:100]} {KEY[100:]}", "rsa", 2048, False),
        (f"v=DKIM1;p={SHORT_KEY};", "rsa", 1024, True),
        (f"v=DKIM1; k=ed25519; p={ED_KEY}", "ed25519", 256, False),
    ],
    ids=["rsa", "in-two-strings", "short", "ed25519"],  # the last key is another in each run
)
def test_a_key(record: str, kind: str, bits: int, short: bool) -> None:
    key = dkim.read(record)
    assert (key.kind, key.bits, key.short, key.testing) == (kind, bits, short, False)


def test_a_key_that_is_tried_out() -> None:
    assert dkim.read(f"v=DKIM1; t=s:y; p={KEY}").testing


@pytest.mark.parametrize(
    "record",
    [
        "",
        "v=DKIM2; p=x",
        "v=DKIM1",
        "v=DKIM1; p=",
        "v=DKIM1; p=not base64!",
        "v=DKIM1; p=aGVsbG8=",
        f"v=DKIM1; k=ed25519; p={KEY}",
        f"v=DKIM1; k=dsa; p={KEY}",
        "v=DKIM1; p=" + base64.b64encode(b"\x30" + b"x" * 93).decode(),
    ],
)
def test_what_is_no_key(record: str) -> None:
    with pytest.raises(dkim.InvalidKeyError):
        dkim.read(record)


def test_no_dns_is_no_error_and_no_long_wait() -> None:
    with serving(GOOD, silent=True) as server:
        ask = make_lookup(server.address, seconds=0.5)
        told = [one.code for one in domain.check(ROUTE, ask)]
        assert ask("other.dev", "TXT").state is LookupState.UNKNOWN
    assert told == ["N001"]
    assert set(server.asked) <= {(DOMAIN, "MX")}, "one question tells enough"


def test_a_server_that_fails_for_one_name() -> None:
    with serving(GOOD, broken=["_spf.google.com"]) as server:
        told = [one.code for one in domain.check(ROUTE, make_lookup(server.address))]
    assert told == ["N001"]


def test_what_the_dns_says() -> None:
    zone = {
        ("t.dev", "TXT"): ['"one " "two"'],
        ("t.dev", "MX"): ["10 mx.t.dev."],
        ("null.dev", "MX"): ["0 ."],
    }
    with serving(zone) as server:
        ask = make_lookup(server.address)
        assert ask("t.dev", "TXT").records == ("one two",)
        assert ask("t.dev", "MX").records == ("10 mx.t.dev",)
        assert ask("null.dev", "MX").records == ("0 .",)
        assert ask("t.dev", "A").state is LookupState.NO_RECORD
        assert ask("gone.dev", "A").state is LookupState.NO_NAME
        assert ask("a..b", "A").state is LookupState.NO_NAME
        assert ask("x" * 64 + ".dev", "A").state is LookupState.NO_NAME
        ask("t.dev", "TXT")
    assert server.asked.count(("t.dev", "TXT")) == 1


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_the_address_of_a_server(text: str, server: tuple[str, int]) -> None:
    assert lookup._server(text) == server


@pytest.mark.parametrize("text", ["dns.example.org", "1.2.3.4:x", ":53", "1.2.3"])
def test_what_is_no_server(text: str) -> None:
    with pytest.raises(SettingsError, match="--nameserver"):
        make_lookup(text)


def test_providers() -> None:
    assert getattr(by_host("email-smtp.eu-west-1.amazonaws.com"), "name", "") == "Amazon SES"
    assert by_host("notgmail.com") is None
    assert of_mailbox("Gmail.com") is by_host("smtp.gmail.com")
    assert of_mailbox("papers.org") is None
    mailboxes = [name for one in PROVIDERS for name in one.mailboxes]
    assert len(mailboxes) == len(set(mailboxes))


def test_the_route_of_the_settings() -> None:
    mail = {"from_address": "News@Papers.DEV", "username": "N@Papers.dev", "dkim_selector": "s"}
    route = domain.Route.of(load(None, {}, {"mail": mail}).mail)
    assert route == domain.Route("papers.dev", "smtp.gmail.com", "n@papers.dev", "s")
