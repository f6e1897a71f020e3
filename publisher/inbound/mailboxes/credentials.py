"""What the IMAP server wants to know: a password, or an OAuth2 token (Gmail, Outlook: XOAUTH2)."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationFailure

if TYPE_CHECKING:
    import imaplib
    from collections.abc import Callable

    from publisher.settings import Settings

_GOOGLE = "https://oauth2.googleapis.com/token"
_TIMEOUT = 30.0


def login_of(settings: Settings) -> Callable[[imaplib.IMAP4], None]:
    """Return what logs in, by the first that is set: oauth2_file, keyring, password.

    Raises `ConfigurationFailure` where there is no secret, or it can't be had.
    """
    inbox, mail = settings.inbox, settings.mail
    username = inbox.username or mail.username
    if not username:
        raise ConfigurationFailure("inbox.username: is not set, nor is mail.username")
    if inbox.oauth2_file:
        try:
            kept = settings.path(inbox.oauth2_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationFailure(f"inbox.oauth2_file: can't be read: {error}") from error
        token = access_token(kept)
        answer = f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
        return lambda imap: _discard(imap.authenticate("XOAUTH2", lambda _challenge: answer))
    password = _from_keyring(inbox.keyring, username) if inbox.keyring else ""
    password = password or inbox.password.reveal() or mail.password.reveal()
    if not password:
        raise ConfigurationFailure("inbox.password: is not set, nor is mail.password")
    return lambda imap: _discard(imap.login(_quoted(username), password))


def access_token(text: str) -> str:
    """Return a new access token for the refresh token in the JSON `text` (RFC 6749, 6).

    The names are Google's: client_id, client_secret, refresh_token, and token_uri for another
    provider. Raises `ConfigurationFailure`.
    """
    import httpx  # noqa: PLC0415 - slow to import

    try:
        found = json.loads(text)
        form = {key: found[key] for key in ("client_id", "client_secret", "refresh_token")}
        where = found.get("token_uri", _GOOGLE)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationFailure(
            "inbox.oauth2_file: must be JSON with client_id, client_secret and refresh_token"
        ) from error
    try:
        answer = httpx.post(where, data={**form, "grant_type": "refresh_token"}, timeout=_TIMEOUT)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        # The answer may repeat what was sent.
        raise ConfigurationFailure(
            f"inbox.oauth2_file: no access token: {type(error).__name__}"
        ) from error


def _from_keyring(service: str, username: str) -> str:
    try:
        keyring = import_module("keyring")  # an optional package
    except ImportError as error:
        raise ConfigurationFailure("inbox.keyring: the package keyring is not installed") from error
    try:
        return str(keyring.get_password(service, username) or "")
    except Exception as error:  # each system's keyring raises its own
        raise ConfigurationFailure(f"inbox.keyring: {type(error).__name__}") from error


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _discard(_answer: object) -> None:
    return
