from __future__ import annotations

from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from publisher.errors import SettingsError
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition
from publisher.sender.message import edition_message
from publisher.sender.message.dkim_signature import signer
from publisher.sender.message.dot_stuffing import to_wire
from publisher.sender.message.sender_profile import SenderProfile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Script, ScriptedServer

    from publisher.sender.transports.smtp import SmtpTransport

DATE = "Mon, 09 Dec 2024 00:00:00 +0000"
HEAD = SenderProfile(
    from_address="news@papers.example.org",
    list_id="digests.papers.example.org",
    one_click_url="https://papers.example.org/unsubscribe/",
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return path, b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


def spliced() -> bytes:
    body = f"摘要\n.dot\n{UNSUBSCRIBE_PLACEHOLDER}\n"
    template = edition_message.Template.parse(
        edition_message.build_message(Edition("i", (), "论文", body, body, 1), HEAD)
    )
    return template.splice(
        edition_message.Recipient("a@example.org", "名", DATE, "0" * 32, "t" * 40, "p" * 40)
    )


def test_a_signature_holds_for_the_message_that_arrives(key: tuple[Path, bytes]) -> None:
    path, record = key
    sign = signer(path, "sel", "papers.example.org")
    signed = sign(spliced())
    names: list[bytes] = []

    def dns(name: bytes, **_: object) -> bytes:
        names.append(name)
        return record

    assert dkim.verify(signed, dnsfunc=dns)
    assert names == [b"sel._domainkey.papers.example.org."]
    assert not dkim.verify(signed.replace(b"Subject", b"X-Subject", 1), dnsfunc=dns)
    unfolded = b"".join(signed.partition(b"\r\nFrom")[0].split()).lower()
    covered = unfolded.partition(b";h=")[2].partition(b";")[0].split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"to", b"date"} <= set(
        covered
    )
    # Once more than it occurs, so that nobody can add another.
    assert covered.count(b"from") == 2
    assert to_wire(bytes(signed)) == signed


def test_what_is_hashed_has_no_doubled_dots(key: tuple[Path, bytes]) -> None:
    path, record = key
    signed = signer(path, "sel", "x.org")(b"From: a@x.org\r\n\r\n.one\r\n..two\r\n")
    assert signed.endswith(b"\r\n\r\n..one\r\n...two\r\n")
    arrived = signed.replace(b"\r\n..", b"\r\n.")
    assert dkim.verify(arrived, dnsfunc=lambda *_a, **_k: record)


@pytest.mark.parametrize("password", [b"", b"secret"])
def test_other_keys_are_refused(tmp_path: Path, password: bytes) -> None:
    path = tmp_path / "key.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    kind = serialization.BestAvailableEncryption(password) if password else None
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            kind or serialization.NoEncryption(),
        )
    )
    with pytest.raises(SettingsError, match="Password" if password else "not an RSA key"):
        signer(path, "sel", "x.org")


def test_a_transport_signs_what_it_sends(
    key: tuple[Path, bytes],
    smtp: Callable[..., SmtpTransport],
    scripted: Callable[[Script], ScriptedServer],
) -> None:
    server = scripted({})
    transport = smtp(server.port, sign=signer(key[0], "sel", "x.org"))
    transport.send("n@x.org", "a@x.org", b"From: n@x.org\r\n\r\nhello\r\n", "<m@x>")
    assert server.accepted == 1


@pytest.mark.parametrize(
    ("content", "selector", "problem"),
    [
        (None, "sel", "can't be read"),
        (b"no key", "sel", "can't sign"),
        (b"", "", "dkim_selector"),
    ],
)
def test_a_key_that_can_not_sign(
    tmp_path: Path, content: bytes | None, selector: str, problem: str
) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=problem):
        signer(path, selector, "x.org")
