"""Passwords of all kinds arrive at a server as they are meant."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import AuthResult

from publisher.errors import ConfigurationFailure, SettingsError
from publisher.sender.transports.passwords import password_forms, password_hint
from publisher.settings import Secret, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Received

Make = "Callable[..., SmtpTransport]"
APP = "abcdefghijklmnop"


@pytest.mark.parametrize(
    "pasted",
    [
        "abcd efgh ijkl mnop",
        "abcd\u00a0efgh\u00a0ijkl\u00a0mnop",
        "abcd\u2009efgh\u202fijkl\u3000mnop",
        "abcd\u200befgh\u200bijkl\u200bmnop",
        "\ufeffabcd efgh ijkl mnop\r\n",
        "abcd\tefgh  ijkl \u00a0mnop\n",
        "abcdefghijklmnop\u00a0",
        "abcdefgh\u00a0ijklmnop",
        "\u2066abcd\u00adefgh\u2060ijkl\u3164mnop\u2069",
    ],
)
def test_app_passwords_lose_blanks_of_every_kind(pasted: str) -> None:
    assert password_forms(pasted)[0] == APP


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "two words",
        "пароль с пробелом",
        "密码 密码",
        "a\u00a0b",
        "p\u200cq",
        "abcd-efgh-ijkl-mnop",
        APP,
        "abcd efgh",
    ],
)
def test_other_passwords_stay_as_they_are(password: str) -> None:
    assert password_forms(password) == (password,)


def test_what_may_be_meant_either_way_is_tried_both_ways() -> None:
    assert password_forms("four word pass code") == ("fourwordpasscode", "four word pass code")
    assert password_forms(" secret\n") == ("secret", " secret\n")
    assert password_forms("\u00a0") == ("\u00a0",)


def test_the_hint_names_what_is_unusual() -> None:
    assert "U+00A0 (no-break space)" in password_hint("mail.password", "a\u00a0b")
    assert "UTF-8" in password_hint("mail.password", "ключ")
    assert password_hint("mail.password", "plain secret") == ""


class Keeper:
    """Takes one password, by whatever method it comes."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.tried: list[str] = []

    def __call__(self, _server: Any, _s: Any, _e: Any, _method: str, data: Any) -> AuthResult:
        self.tried.append(data.password.decode())
        right = (data.login.decode(), self.tried[-1]) == ("хранитель", self.password)
        return AuthResult(success=right, handled=False)


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize(
    ("password", "typed"),
    [
        ("Grüße-ключ-密码-🔑", "Grüße-ключ-密码-🔑"),
        ("pässwörd", "pässwörd\n"),
        ("inner blank stays", "inner blank stays"),
        (APP, "abcd\u00a0efgh\u00a0ijkl\u00a0mnop"),
        ("four word pass code", "four word pass code"),
    ],
)
def test_a_real_server_gets_the_password(
    smtp: Make,
    smtp_server: Callable[..., tuple[int, Received]],
    method: str,
    password: str,
    typed: str,
) -> None:
    keeper = Keeper(password)
    others = [name for name in ("PLAIN", "LOGIN") if name != method]
    port, received = smtp_server(
        authenticator=keeper,
        auth_require_tls=False,
        auth_exclude_mechanism=others,
    )
    transport = smtp(port, username="хранитель", password=Secret(typed))
    transport.send("n@example.org", "a@example.org", b"Subject: x\r\n\r\nhello\r\n", "<x@y>")
    assert received.to == ["a@example.org"]
    assert keeper.tried[-1] == password


def test_cram_md5_is_in_utf_8_too(smtp: Make, scripted: Callable[..., Any]) -> None:
    challenge = base64.b64encode(b"<1@mx>").decode()
    server = scripted({"ehlo": "250-hi\r\n250 AUTH CRAM-MD5", "auth": f"334 {challenge}"})
    server.script["b2xn"] = "235 ok"
    transport = smtp(server.port, username="olga", password=Secret("ключ"))
    transport.open()
    assert base64.b64decode(server.heard[-1]).startswith(b"olga ")


@pytest.mark.parametrize("password", ["p\udce4ss", "p\0ss"])
def test_what_no_server_can_be_sent_names_the_setting(smtp: Make, password: str) -> None:
    with pytest.raises(ConfigurationFailure, match=r"mail\.password: ") as caught:
        smtp(1, username="keeper", password=Secret(password)).open()
    assert "codec" not in str(caught.value)


def test_a_refusal_names_the_setting_and_what_is_unusual(
    smtp: Make, scripted: Callable[..., Any]
) -> None:
    server = scripted({"ehlo": "250-hi\r\n250 AUTH PLAIN", "auth": "535 5.7.8 no"})
    with pytest.raises(ConfigurationFailure, match=r"mail\.password holds U\+00A0"):
        smtp(server.port, username="keeper", password=Secret("my\u00a0word")).open()


def test_a_secret_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"\xef\xbb\xbfs\xc3\xa4cret\r\n")
    settings = load(None, {"PUBLISHER_MAIL__PASSWORD_FILE": str(path)})
    assert settings.mail.password.reveal() == "säcret"
    path.write_bytes("s\u00e4cret".encode("utf-16"))
    with pytest.raises(SettingsError, match=r"PUBLISHER_MAIL__PASSWORD_FILE: .* is not UTF-8"):
        load(None, {"PUBLISHER_MAIL__PASSWORD_FILE": str(path)})
