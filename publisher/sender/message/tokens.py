"""Keyed tokens: for unsubscribe links, and pseudonyms of subscribers in Message-IDs.

A token holds, as 40 characters of base64url (RFC 4648, 5): key id (1 byte), version (1 byte),
subscriber id (6 bytes), and 22 bytes of HMAC-SHA256 over the purpose and those 8 bytes. It never
expires, since people unsubscribe from old mail, and serves for nothing else.

`keys` maps key id (0 to 255) to secret; the highest id signs, every one verifies.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from publisher.models import UNSUBSCRIBE_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_LENGTH = len(UNSUBSCRIBE_PLACEHOLDER)
PSEUDONYM_LENGTH = 32
_HEAD = 8
_MAC = 22
_UNSUBSCRIBE = b"unsubscribe\x00"
_MESSAGE = b"message-id\x00"


def make_token(keys: Mapping[int, bytes], subscriber_id: int, version: int) -> str:
    """Return the token that unsubscribes `subscriber_id`; `version` counts modulo 256.

    Raises `OverflowError` for an id of more than 48 bits.
    """
    key_id = max(keys)
    head = bytes((key_id, version % 256)) + subscriber_id.to_bytes(6, "big")
    return urlsafe_b64encode(head + _sign(keys[key_id], head)).decode()


def verify_token(keys: Mapping[int, bytes], token: str) -> tuple[int, int] | None:
    """Return (subscriber id, version modulo 256) of a valid token, None for any other text.

    The caller compares the version with the subscriber's own.
    """
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _HEAD + _MAC:
        return None
    head, mac = raw[:_HEAD], raw[_HEAD:]
    secret = keys.get(head[0])
    # Compared even without the key: the time it takes must not reveal which keys exist.
    valid = hmac.compare_digest(_sign(secret or b"\x00", head), mac)
    # The decoder ignores characters outside of the alphabet: only one spelling is valid.
    canonical = hmac.compare_digest(urlsafe_b64encode(raw).decode(), token)
    if secret is None or not valid or not canonical:
        return None
    return int.from_bytes(head[2:], "big"), head[1]


def pseudonym(keys: Mapping[int, bytes], issue_id: str, subscriber_id: int) -> str:
    """Return 32 hex digits for (issue, subscriber), permanent: they are made with the oldest key.

    In the Message-ID they identify a message without naming anybody.
    """
    payload = _MESSAGE + issue_id.encode() + b"\x00" + str(subscriber_id).encode()
    return hmac.digest(keys[min(keys)], payload, "sha256").hex()[:PSEUDONYM_LENGTH]


def _sign(secret: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, _UNSUBSCRIBE + head, "sha256")[:_MAC]
