"""The name in EHLO, and what a server replies to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import ConfigurationFailure, SettingsError, TransportError
from publisher.sender.transports.ehlo_name import ehlo_name
from publisher.sender.transports.smtp import SmtpTransport
from publisher.settings import Secret, load

if TYPE_CHECKING:
    from collections.abc import Callable

Make = "Callable[..., SmtpTransport]"


@pytest.mark.parametrize(
    ("site", "web", "own", "name"),
    [
        ("https://papers.example.org/digests/", "", "", "papers.example.org"),
        ("https://example.org/", "https://news.example.org:8443/app/", "", "news.example.org"),
        ("https://Example.ORG./", "", "", "example.org"),
        ("https://论文.example/", "", "", "xn--7dv436f.example"),
        ("https://example.org/", "http://localhost:8000/", "", "example.org"),
        ("https://example.org/", "http://127.0.0.1:8000/", "", "example.org"),
        ("https://example.org/", "http://[::1]/", "", "example.org"),
        ("https://example.org/", "http://press.local/", "", "example.org"),
        ("http://localhost:8000/", "", "", ""),
        ("http://192.0.2.7/", "", "", ""),
        ("http://intranet/", "", "", ""),
        ("https://example.org/", "", "mail.example.net", "mail.example.net"),
        ("https://example.org/", "", "почта.example.net", "xn--80a1acny.example.net"),
        ("https://example.org/", "", "[192.0.2.7]", "[192.0.2.7]"),
        ("https://example.org/", "", "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("https://example.org/", "", "relay", "relay"),
    ],
)
def test_the_name(site: str, web: str, own: str, name: str) -> None:
    flags = {"site": {"url": site}, "web": {"url": web}, "mail": {"ehlo_name": own}}
    assert ehlo_name(load(None, {}, flags)) == name


@pytest.mark.parametrize("name", ["two words", "a..b", "-a.example", "[nonsense]", "a_b.example"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(SettingsError, match=r"mail\.ehlo_name"):
        load(None, {}, {"mail": {"ehlo_name": name}})


def test_the_server_hears_it(scripted: Callable[..., Any]) -> None:
    server = scripted({})
    mail = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    flags = {"site": {"url": "https://papers.example.org/"}, "mail": mail}
    with SmtpTransport.from_settings(load(None, {}, flags)) as transport:
        transport.open()
    assert server.heard[0] == "ehlo papers.example.org"


GOOGLE = "421-4.7.0 Try again later, closing connection. (EHLO)\r\n421 4.7.0 see support.google.com"


@pytest.mark.parametrize("step", ["greeting", "ehlo"])
@pytest.mark.parametrize(
    "reply",
    [
        GOOGLE,
        "550-5.7.1 Invalid HELO\r\n550 5.7.1 go away",
        "554 5.7.1 you are on a list",
        "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname",
    ],
)
def test_a_reply_before_the_login_is_shown_as_it_came(
    smtp: Make, scripted: Callable[..., Any], step: str, reply: str
) -> None:
    server = scripted({step: reply})
    with pytest.raises(TransportError) as caught:
        smtp(server.port).open()
    assert " ".join(reply.split("\r\n")) in str(caught.value)
    assert caught.value.code == int(reply[:3])
    assert not any(line.lower().startswith("helo") for line in server.heard)


def test_a_server_without_ehlo_is_greeted_in_the_old_way(
    smtp: Make, scripted: Callable[..., Any]
) -> None:
    server = scripted({"ehlo": "502 5.5.2 unknown"})
    with pytest.raises(TransportError, match=r"502 5\.5\.2 unknown"):
        smtp(server.port).open()
    assert [line[:4] for line in server.heard] == ["ehlo", "helo"]


def test_a_refused_login_is_shown_as_it_came(smtp: Make, scripted: Callable[..., Any]) -> None:
    reply = "535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 see support.google.com"
    server = scripted({"ehlo": "250-hi\r\n250 AUTH PLAIN", "auth": reply})
    with pytest.raises(ConfigurationFailure, match=r"535-5\.7\.8 Username and"):
        smtp(server.port, username="a", password=Secret("b")).open()
