"""Logins to an IMAP server: by password, or by an OAuth2 token (Gmail, Outlook: XOAUTH2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationFailure
from publisher.inbound.mailboxes.imap import quoted_string
from publisher.sender.transports.login import read_keyring, xoauth2_response

if TYPE_CHECKING:
    import imaplib
    from collections.abc import Callable

    from publisher.settings import Settings

_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, no secret
_TIMEOUT_SECONDS = 30.0


def login_of(settings: Settings) -> Callable[[imaplib.IMAP4], None]:
    """Return a function that logs in, by the first that is set: oauth2_file, keyring, password.

    Raises `ConfigurationFailure` where there is no secret, or it can't be read.
    """
    inbox, mail = settings.inbox, settings.mail
    username = inbox.username or mail.username
    if not username:
        raise ConfigurationFailure("inbox.username: is not set, nor is mail.username")
    if inbox.oauth2_file:
        try:
            client = settings.path(inbox.oauth2_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationFailure(f"inbox.oauth2_file: can't be read: {error}") from error
        token = access_token(client)
        response = xoauth2_response(username, token)
        return lambda imap: _discard(imap.authenticate("XOAUTH2", lambda _challenge: response))
    password = read_keyring("inbox.keyring", inbox.keyring, username) if inbox.keyring else ""
    password = password or inbox.password.reveal() or mail.password.reveal()
    if not password:
        raise ConfigurationFailure("inbox.password: is not set, nor is mail.password")
    return lambda imap: _discard(imap.login(quoted_string(username), password))


def access_token(text: str) -> str:
    """Return a new access token for the refresh token in the JSON `text` (RFC 6749, 6).

    The keys are Google's: client_id, client_secret, refresh_token, and token_uri for another
    provider.

    Raises `ConfigurationFailure`.
    """
    import httpx  # noqa: PLC0415 - slow to import

    try:
        client = json.loads(text)
        form = {key: client[key] for key in ("client_id", "client_secret", "refresh_token")}
        url = client.get("token_uri", _TOKEN_URL)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationFailure(
            "inbox.oauth2_file: must be JSON with client_id, client_secret and refresh_token"
        ) from error
    try:
        answer = httpx.post(
            url, data={**form, "grant_type": "refresh_token"}, timeout=_TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        # Only the type: the text may repeat the secrets that were sent.
        raise ConfigurationFailure(
            f"inbox.oauth2_file: no access token: {type(error).__name__}"
        ) from error


def _discard(_answer: object) -> None:
    return
