"""Logins to an IMAP server: by password, or by an OAuth2 token (Gmail, Outlook: XOAUTH2)."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationFailure
from publisher.inbound.mailboxes.imap import quoted_string
from publisher.sender.transports.login import read_keyring, xoauth2_response
from publisher.sender.transports.passwords import check_sendable, password_forms, password_hint
from publisher.translation import _

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
        raise ConfigurationFailure(_("inbox.username: is not set, nor is mail.username"))
    if inbox.oauth2_file:
        try:
            client = settings.path(inbox.oauth2_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationFailure(
                _("inbox.oauth2_file: can't be read: {reason}").format(reason=error)
            ) from error
        token = access_token(client)
        response = xoauth2_response(username, token)
        return lambda imap: _discard(imap.authenticate("XOAUTH2", lambda _challenge: response))
    from_keyring = read_keyring("inbox.keyring", inbox.keyring, username) if inbox.keyring else ""
    password = from_keyring or inbox.password.reveal() or mail.password.reveal()
    if not password:
        raise ConfigurationFailure(
            _(
                "inbox.password: is not set, nor is mail.password; "
                "`publisher secret inbox.password` asks for it"
            )
        )
    setting = "inbox.password" if inbox.password else "mail.password"
    setting = "inbox.keyring" if from_keyring else setting
    check_sendable("inbox.username", username)
    check_sendable(setting, password)
    return lambda imap: _log_in(imap, username, password, setting)


def _log_in(imap: imaplib.IMAP4, username: str, password: str, setting: str) -> None:
    """Log in with a password; raise `IMAP4.error` that names `setting` where it is refused."""
    refusal = ""
    for form in password_forms(password):
        try:
            _try_password(imap, username, form)
        except imap.abort:
            raise
        except imap.error as error:
            refusal = refusal or str(error).removeprefix("b'").removesuffix("'")
        else:
            return
    hint = password_hint(setting, password)
    text = _("{refusal} (check inbox.username and {setting}{hint})")
    raise imap.error(text.format(refusal=refusal, setting=setting, hint=hint))


def _try_password(imap: imaplib.IMAP4, username: str, password: str) -> None:
    if f"{username}{password}".isascii() and f"{username}{password}".isprintable():
        imap.login(quoted_string(username), password)
        return
    # LOGIN has no character set but for literals, in which servers take UTF-8 (RFC 3501, 6.2.3).
    if "AUTH=PLAIN" in imap.capabilities:
        response = b"\0".join((b"", username.encode(), password.encode()))
        imap.authenticate("PLAIN", lambda _challenge: response)
        return
    literals = _Literals(username.encode(), password.encode())
    imap.literal = literals.next_one  # type: ignore[assignment]
    kind, data = imap.xatom("LOGIN", literals.first_size)
    if kind != "OK":
        raise imap.error(data[-1].decode("utf-8", "replace"))
    imap.state = "AUTH"


class _Literals:
    """The arguments of a command as literals (RFC 3501, 4.3), each sent when the server asks."""

    def __init__(self, *values: bytes) -> None:
        sizes = [f"{{{len(value)}}}" for value in values]
        self.first_size = sizes[0]
        self._pieces = deque(
            value + f" {size}".encode() if size else value
            for value, size in zip(values, [*sizes[1:], ""], strict=True)
        )

    def next_one(self, _request: bytes) -> bytes:
        """Return the next literal, and the size of the one after it."""
        return self._pieces.popleft() if self._pieces else b""


def access_token(text: str) -> str:
    """Return a new access token for the refresh token in the JSON `text` (RFC 6749, 6).

    The keys are Google's: client_id, client_secret, refresh_token, and token_uri for another
    provider.

    Raises `ConfigurationFailure`.
    """
    import httpx2  # noqa: PLC0415 - slow to import

    try:
        client = json.loads(text)
        form = {key: client[key] for key in ("client_id", "client_secret", "refresh_token")}
        url = client.get("token_uri", _TOKEN_URL)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationFailure(
            "inbox.oauth2_file: must be JSON with client_id, client_secret and refresh_token"
        ) from error
    try:
        answer = httpx2.post(
            url, data={**form, "grant_type": "refresh_token"}, timeout=_TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
        # Only the type: the text may repeat the secrets that were sent.
        raise ConfigurationFailure(
            f"inbox.oauth2_file: no access token: {type(error).__name__}"
        ) from error


def _discard(_answer: object) -> None:
    return
