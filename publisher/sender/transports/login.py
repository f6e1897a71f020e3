"""Opens a connection by yagmail: the secret it needs, TLS that is verified, the login.

yagmail itself asks on the terminal for what it does not find, does not verify certificates, and
does not look at the answer to an OAuth2 token. So every secret is found before it is asked.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigurationFailure, TemporaryFailure, TransportError
from publisher.sender.transports.smtp_replies import Phase, failure
from publisher.sender.transports.smtp_session import translating
from publisher.settings import Secret

if TYPE_CHECKING:
    import ssl

_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
# What yagmail writes into the file of `yagmail.SMTP(user, oauth2_file=...)`.
_OAUTH2_KEYS = ("google_client_id", "google_client_secret", "google_refresh_token")
_KEYRING_SERVICE = "yagmail"  # where `yagmail.register` puts a password
_LOGGED_IN = 235
_REFUSED_LOGIN = frozenset({534, 535})
# https://support.google.com/accounts/answer/185833
_LOGIN_HINT = " (mail.username and mail.password; Gmail wants an app password)"
_MORE = 334


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and as whom; at most one of `password`, `keyring`, `oauth2_file`."""

    host: str
    port: int
    security: str  # "ssl", "starttls" or "none"
    username: str = ""
    password: Secret = Secret("")  # noqa: RUF009 - never changes
    keyring: bool = False
    oauth2_file: Path | None = None
    plaintext: bool = False  # "none" for a server that is not on this host
    token_url: str = _TOKEN_URL


def connect(server: Server, limit: float, context: ssl.SSLContext | None) -> Any:  # noqa: ANN401
    """Return yagmail's connection to `server`, logged in; each wait takes at most `limit` seconds.

    Raises `TransportError`.
    """
    if server.security == "none" and not server.plaintext and not is_this_host(server.host):
        raise ConfigurationFailure(
            f"mail.security: 'none' is for a server on this host; {server.host} needs "
            "'ssl' or 'starttls' (or mail.plaintext = true)"
        )
    password = _password(server)
    # Half a second that the other transports never pay.
    import yagmail  # noqa: PLC0415

    wrapped = server.security == "ssl"
    connection = yagmail.SMTP(
        # As a mapping: of a plain name without "@" yagmail makes an address at gmail.com.
        {server.username: server.username},
        password,
        host=server.host,
        port=server.port,
        smtp_ssl=wrapped,
        smtp_starttls={"context": context} if server.security == "starttls" else False,
        smtp_skip_login=not server.username or server.oauth2_file is not None,
        soft_email_validation=False,
        timeout=limit,
        **({"context": context} if wrapped else {}),
    )
    try:
        with translating(Phase.CONNECT):
            connection.login()
            connection.smtp.ehlo_or_helo_if_needed()
            if server.oauth2_file is not None:
                _log_in_by_token(connection.smtp, server, limit)
            # The final dot is a small packet after a big one: it must not wait for an answer.
            connection.smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except TransportError as error:
        drop(connection)
        where = f"{server.host}:{server.port}"
        hint = _LOGIN_HINT if error.code in _REFUSED_LOGIN else ""
        raise type(error)(
            f"{where}: {error}{hint}", code=error.code, enhanced=error.enhanced
        ) from error
    except BaseException:
        drop(connection)
        raise
    return connection


def drop(connection: Any) -> None:  # noqa: ANN401 - yagmail's; untyped
    """Close `connection` without a word."""
    # Else yagmail says goodbye when it is collected, on a connection that may hang.
    connection.is_closed = True
    if connection.smtp is not None:
        try:
            connection.smtp.close()
        except (OSError, ValueError):
            return


def is_this_host(host: str) -> bool:
    """Return whether `host` is this machine's loopback, where no one else can listen."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _password(server: Server) -> str:
    """Return the password; without one, yagmail asks on the terminal and waits for ever."""
    if not server.username:
        if server.oauth2_file is not None or server.keyring:
            raise ConfigurationFailure("mail.username: is not set")
        return ""
    if server.oauth2_file is not None:
        return "-"
    if server.password:
        return server.password.reveal()
    if server.keyring:
        return _from_keyring(server.username)
    raise ConfigurationFailure(
        "mail.password: is not set, and mail.username is; put it into PUBLISHER_MAIL__PASSWORD"
    )


def _from_keyring(username: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise ConfigurationFailure(
            "mail.keyring: needs the package keyring (pip install keyring)"
        ) from None
    try:
        found = keyring.get_password(_KEYRING_SERVICE, username)
    except KeyringError as error:
        raise ConfigurationFailure(f"mail.keyring: can't be read: {error}") from error
    if not found:
        raise ConfigurationFailure(
            f"mail.keyring: no password of {username}; `yagmail.register` or "
            f"`keyring set {_KEYRING_SERVICE} {username}` puts it there"
        )
    return str(found)


def _log_in_by_token(smtp: Any, server: Server, limit: float) -> None:  # noqa: ANN401
    """Log in by XOAUTH2 (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
    token = _access_token(server, limit)
    said = f"user={server.username}\x01auth=Bearer {token}\x01\x01"
    code, raw = smtp.docmd("AUTH", "XOAUTH2 " + base64.b64encode(said.encode()).decode())
    if code == _MORE:
        # What is wrong comes in the answer to an empty line.
        code, raw = smtp.docmd("")
    if code != _LOGGED_IN:
        raise failure(Phase.LOGIN, code, raw.decode("utf-8", "replace"))


def _access_token(server: Server, limit: float) -> str:
    import httpx  # noqa: PLC0415 - for OAuth2 only

    values = _oauth2_values(server.oauth2_file or Path())
    form = {
        "client_id": values["google_client_id"],
        "client_secret": values["google_client_secret"],
        "refresh_token": values["google_refresh_token"],
        "grant_type": "refresh_token",
    }
    try:
        answer = httpx.post(server.token_url, data=form, timeout=min(limit, 60.0))
        token = answer.json().get("access_token", "") if answer.is_success else ""
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise TemporaryFailure(f"{Phase.LOGIN}: no OAuth2 token: {error}") from error
    if answer.is_client_error:
        # Withdrawn, expired or of another client: no later try is better (RFC 6749, 5.2).
        raise ConfigurationFailure(
            f"{Phase.LOGIN}: the OAuth2 token in {server.oauth2_file} is refused "
            f"({answer.status_code}); make it anew"
        )
    if not token:
        raise TemporaryFailure(f"{Phase.LOGIN}: no OAuth2 token: {answer.status_code}")
    return str(token)


def _oauth2_values(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationFailure(f"mail.oauth2_file: {path} can't be read: {error}") from error
    if not isinstance(values, dict) or not all(values.get(key) for key in _OAUTH2_KEYS):
        raise ConfigurationFailure(
            f"mail.oauth2_file: {path} needs {', '.join(_OAUTH2_KEYS)}; yagmail makes it: "
            "yagmail.SMTP(address, oauth2_file=path)"
        )
    return {key: str(values[key]) for key in _OAUTH2_KEYS}
