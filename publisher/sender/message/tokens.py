"""Keyed tokens: what an unsubscribe link carries, and what stands for a person in a Message-ID.

A token holds, as 40 characters of base64url (RFC 4648, 5): key id (1 byte), version (1 byte),
subscriber id (6 bytes), and 22 bytes of HMAC-SHA256 over the purpose and those 8 bytes. It never
expires, since people unsubscribe from old mail, and can do nothing but unsubscribe.

`keys` maps key id (0 to 255) to secret; the highest id makes tokens, every one verifies them.
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
    """Return (subscriber id, version modulo 256) of a true token, None for any other text.

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
    # Without the key the comparison is still made: how long it takes must tell nothing.
    good = hmac.compare_digest(_sign(secret or b"\x00", head), mac)
    # The decoder leaves out characters of other alphabets: a token has one spelling.
    same = hmac.compare_digest(urlsafe_b64encode(raw).decode(), token)
    if secret is None or not good or not same:
        return None
    return int.from_bytes(head[2:], "big"), head[1]


def pseudonym(keys: Mapping[int, bytes], issue_id: str, subscriber_id: int) -> str:
    """Return 32 hex digits for (issue, subscriber), the same for ever: the oldest key makes them.

    They stand in the Message-ID, so that a message is known again and names nobody.
    """
    payload = _MESSAGE + issue_id.encode() + b"\x00" + str(subscriber_id).encode()
    return hmac.digest(keys[min(keys)], payload, "sha256").hex()[:PSEUDONYM_LENGTH]


def _sign(secret: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, _UNSUBSCRIBE + head, "sha256")[:_MAC]
