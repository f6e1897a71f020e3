"""Opening an SMTP connection by yagmail: secrets, verified TLS and the login.

yagmail asks on the terminal for a secret that it does not find, does not verify certificates, and
ignores the answer to an OAuth2 token. So secrets, TLS context and OAuth2 are provided from here.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from publisher.errors import ConfigurationFailure, TemporaryFailure, TransportError
from publisher.sender.transports.passwords import check_sendable, password_hint
from publisher.sender.transports.smtp_replies import Phase, SmtpReply, failure
from publisher.sender.transports.smtp_session import translating
from publisher.settings import Secret
from publisher.translation import _

_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, no secret
# The keys of the file that `yagmail.SMTP(user, oauth2_file=...)` writes.
_OAUTH2_KEYS = ("google_client_id", "google_client_secret", "google_refresh_token")
_KEYRING_SERVICE = "yagmail"  # where `yagmail.register` puts a password
_LOGGED_IN = 235  # RFC 4954, 6
_LOGIN_REFUSED = frozenset({534, 535})
# https://support.google.com/accounts/answer/185833
_LOGIN_HINT = "check mail.username and mail.password; Gmail needs an app password"
_CHALLENGE = 334


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and an account on it; at most one of `password`, `keyring`, `oauth2_file`."""

    host: str
    port: int
    security: str  # "ssl", "starttls" or "none"
    username: str = ""
    password: Secret = Secret("")  # noqa: RUF009 - immutable
    keyring: bool = False
    oauth2_file: Path | None = None
    plaintext: bool = False  # allows "none" for a server on another host
    ehlo_name: str = ""  # of this machine; empty: the system's
    token_url: str = _TOKEN_URL


def connect(server: Server, limit: float, context: ssl.SSLContext | None) -> Any:  # noqa: ANN401 - untyped
    """Return yagmail's connection to `server`, logged in; each wait takes at most `limit` seconds.

    Raises `TransportError`.
    """
    if server.security == "none" and not server.plaintext and not is_this_host(server.host):
        raise ConfigurationFailure(
            f"mail.security: 'none' is for a server on this host; {server.host} needs "
            "'ssl' or 'starttls' (or mail.plaintext = true)"
        )
    password = _password(server)
    setting = "mail.keyring" if server.keyring and not server.password else "mail.password"
    check_sendable("mail.username", server.username)
    check_sendable(setting, password)
    # yagmail takes half a second, and is for this transport alone.
    from publisher.sender.transports.smtp_connection import SmtpConnection  # noqa: PLC0415 - yagmail

    implicit_tls = server.security == "ssl"
    connection = SmtpConnection(
        # As a mapping: yagmail appends @gmail.com to a plain name without "@".
        {server.username: server.username},
        password,
        host=server.host,
        port=server.port,
        smtp_ssl=implicit_tls,
        smtp_starttls={"context": context} if server.security == "starttls" else False,
        smtp_skip_login=not server.username or server.oauth2_file is not None,
        soft_email_validation=False,
        timeout=limit,
        local_hostname=server.ehlo_name or None,
        **({"context": context} if implicit_tls else {}),
    )
    try:
        with translating(Phase.CONNECT):
            connection.login()
            connection.smtp.ehlo_or_helo_if_needed()
            if server.oauth2_file is not None:
                _log_in_by_token(connection.smtp, server, limit)
            # The final dot is a small packet after a big one: Nagle would hold it back for an ACK.
            connection.smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except TransportError as error:
        drop(connection)
        address = f"{server.host}:{server.port}"
        hint = ""
        if error.code in _LOGIN_REFUSED:
            hint = f" ({_LOGIN_HINT}{password_hint(setting, password)})"
        raise type(error)(
            f"{address}: {error}{hint}", code=error.code, enhanced=error.enhanced
        ) from error
    except BaseException:
        drop(connection)
        raise
    return connection


def drop(connection: Any) -> None:  # noqa: ANN401 - untyped
    """Close `connection` without QUIT."""
    # Else yagmail sends QUIT when it is collected, on a connection that may hang.
    connection.is_closed = True
    if connection.smtp is not None:
        try:
            connection.smtp.close()
        except (OSError, ValueError):
            return


def is_this_host(host: str) -> bool:
    """Return whether `host` is this machine's loopback interface, on which nobody can listen in."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def certificate_end(line: object) -> datetime | None:
    """Return the end of the certificate on the other side of `line`, None without TLS."""
    if not isinstance(line, ssl.SSLSocket):
        return None
    end = (line.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(end)), UTC) if end else None


def _password(server: Server) -> str:
    """Return the password, of which yagmail must not have to ask on the terminal."""
    if not server.username:
        if server.oauth2_file is not None or server.keyring:
            raise ConfigurationFailure("mail.username: is not set")
        return ""
    if server.oauth2_file is not None:
        return "-"  # not used, but not empty either
    if server.password:
        return server.password.reveal()
    if server.keyring:
        password = read_keyring("mail.keyring", _KEYRING_SERVICE, server.username)
        if password:
            return password
        raise ConfigurationFailure(
            f"mail.keyring: no password of {server.username}; `yagmail.register` or "
            f"`keyring set {_KEYRING_SERVICE} {server.username}` puts it there"
        )
    raise ConfigurationFailure(
        "mail.password: is not set, and mail.username is; `publisher secret mail.password` keeps it"
    )


def read_keyring(setting: str, service: str, username: str) -> str:
    """Return the password of `username` for `service` in the system's keyring, "" for none.

    Raises `ConfigurationFailure` that names `setting`.
    """
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise ConfigurationFailure(
            _("{setting}: needs the package keyring: pip install keyring").format(setting=setting)
        ) from error
    try:
        return str(keyring.get_password(service, username) or "")
    except Exception as error:  # each system's keyring raises its own
        raise ConfigurationFailure(f"{setting}: can't be read: {type(error).__name__}") from error


def _log_in_by_token(smtp: Any, server: Server, limit: float) -> None:  # noqa: ANN401 - untyped
    """Log in by XOAUTH2 (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
    response = xoauth2_response(server.username, _access_token(server, limit))
    code, raw = smtp.docmd("AUTH", "XOAUTH2 " + base64.b64encode(response).decode())
    if code == _CHALLENGE:
        # The reason comes in the answer to an empty line.
        code, raw = smtp.docmd("")
    if code != _LOGGED_IN:
        raise failure(Phase.LOGIN, SmtpReply.parse(code, raw.decode("utf-8", "replace")))


def xoauth2_response(username: str, token: str) -> bytes:
    """Return the client response of XOAUTH2, not encoded in base64."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def _access_token(server: Server, limit: float) -> str:
    import httpx2  # noqa: PLC0415 - slow to import, for OAuth2 only

    values = _oauth2_values(server.oauth2_file or Path())
    form = {
        "client_id": values["google_client_id"],
        "client_secret": values["google_client_secret"],
        "refresh_token": values["google_refresh_token"],
        "grant_type": "refresh_token",
    }
    try:
        answer = httpx2.post(server.token_url, data=form, timeout=min(limit, 60.0))
        token = answer.json().get("access_token", "") if answer.is_success else ""
    except (httpx2.HTTPError, ValueError, AttributeError) as error:
        raise TemporaryFailure(f"{Phase.LOGIN}: got no OAuth2 token: {error}") from error
    if answer.is_client_error:
        # Withdrawn, expired or of another client: no later try succeeds (RFC 6749, 5.2).
        raise ConfigurationFailure(
            f"{Phase.LOGIN}: the OAuth2 token in {server.oauth2_file} was refused "
            f"({answer.status_code}); create a new one"
        )
    if not token:
        raise TemporaryFailure(f"{Phase.LOGIN}: got no OAuth2 token: {answer.status_code}")
    return str(token)


def _oauth2_values(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationFailure(f"mail.oauth2_file: {path} can't be read: {error}") from error
    if not isinstance(values, dict) or not all(values.get(key) for key in _OAUTH2_KEYS):
        raise ConfigurationFailure(
            f"mail.oauth2_file: {path} needs {', '.join(_OAUTH2_KEYS)}; yagmail creates it: "
            "yagmail.SMTP(address, oauth2_file=path)"
        )
    return {key: str(values[key]) for key in _OAUTH2_KEYS}
