"""Keyed tokens: for links that unsubscribe or change choices, and pseudonyms in Message-IDs.

A token is 40 characters of base64url (RFC 4648, 5), 30 bytes: key id (1), version (1), subscriber
id (6), for choices the day on which the message left (2, days since 1970), and as much as then fits
of the HMAC-SHA256 over the purpose and the bytes before. It serves for its purpose alone. The one
that unsubscribes never expires, since people unsubscribe from old mail; the one for choices does.

`keys` maps key id (0 to 255) to secret; the highest id signs, every one verifies.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import TYPE_CHECKING

from publisher.models import UNSUBSCRIBE_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_LENGTH = len(UNSUBSCRIBE_PLACEHOLDER)
PSEUDONYM_LENGTH = 32
_TOKEN_BYTES = 30
_HEAD, _DATED_HEAD = 8, 10
_UNSUBSCRIBE = b"unsubscribe\x00"
_PREFERENCES = b"preferences\x00"
_MESSAGE = b"message-id\x00"
_FIRST_DAY = date(1970, 1, 1).toordinal()


def make_token(keys: Mapping[int, bytes], subscriber_id: int, version: int) -> str:
    """Return the token that unsubscribes `subscriber_id`; `version` counts modulo 256.

    Raises `OverflowError` for an id of more than 48 bits.
    """
    return _sealed(keys, _UNSUBSCRIBE, _person(subscriber_id, version))


def verify_token(keys: Mapping[int, bytes], token: str) -> tuple[int, int] | None:
    """Return (subscriber id, version modulo 256) of a valid token, None for any other text.

    The caller compares the version with the subscriber's own.
    """
    head = _opened(keys, _UNSUBSCRIBE, token, _HEAD)
    return None if head is None else (int.from_bytes(head[2:], "big"), head[1])


def make_preferences_token(
    keys: Mapping[int, bytes], subscriber_id: int, version: int, day: date
) -> str:
    """Return the token that changes the choices of `subscriber_id`, of a message of that `day`.

    Raises `OverflowError` for an id of more than 48 bits.
    """
    number = (day.toordinal() - _FIRST_DAY).to_bytes(2, "big")
    return _sealed(keys, _PREFERENCES, _person(subscriber_id, version) + number)


def verify_preferences_token(keys: Mapping[int, bytes], token: str) -> tuple[int, int, date] | None:
    """Return subscriber id, version modulo 256 and day of a valid token, None for any other text.

    The caller compares the version with the subscriber's own, and the day with today.
    """
    head = _opened(keys, _PREFERENCES, token, _DATED_HEAD)
    if head is None:
        return None
    day = date.fromordinal(_FIRST_DAY + int.from_bytes(head[_HEAD:], "big"))
    return int.from_bytes(head[2:_HEAD], "big"), head[1], day


def pseudonym(keys: Mapping[int, bytes], issue_id: str, subscriber_id: int) -> str:
    """Return 32 hex digits for (issue, subscriber), permanent: they are made with the oldest key.

    In the Message-ID they identify a message without naming anybody.
    """
    payload = _MESSAGE + issue_id.encode() + b"\x00" + str(subscriber_id).encode()
    return hmac.digest(keys[min(keys)], payload, "sha256").hex()[:PSEUDONYM_LENGTH]


def _person(subscriber_id: int, version: int) -> bytes:
    return bytes((version % 256,)) + subscriber_id.to_bytes(6, "big")


def _sealed(keys: Mapping[int, bytes], purpose: bytes, content: bytes) -> str:
    key_id = max(keys)
    head = bytes((key_id,)) + content
    return urlsafe_b64encode(head + _sign(keys[key_id], purpose, head)).decode()


def _opened(keys: Mapping[int, bytes], purpose: bytes, token: str, length: int) -> bytes | None:
    """Return the first `length` bytes of a valid token, None for any other text."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _TOKEN_BYTES:
        return None
    head, mac = raw[:length], raw[length:]
    secret = keys.get(head[0])
    # Compared even without the key: the time it takes must not reveal which keys exist.
    valid = hmac.compare_digest(_sign(secret or b"\x00", purpose, head), mac)
    # The decoder ignores characters outside of the alphabet: only one spelling is valid.
    canonical = hmac.compare_digest(urlsafe_b64encode(raw).decode(), token)
    return head if secret is not None and valid and canonical else None


def _sign(secret: bytes, purpose: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, purpose + head, "sha256")[: _TOKEN_BYTES - len(head)]
