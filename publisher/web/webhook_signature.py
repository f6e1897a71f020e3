"""Signatures of webhooks, as each forge makes them.

| forge | header | content |
| --- | --- | --- |
| GitHub, Gitea, Forgejo | X-Hub-Signature-256 | "sha256=" and the HMAC of the body in hex |
| GitLab, with a signing token | webhook-signature | "v1,<base64>": HMAC of id, time and body |
| GitLab, with a secret token | X-Gitlab-Token | the secret itself |

GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries. Gitea:
services/webhook/deliver.go. GitLab's signing token is a Standard Webhooks secret, "whsec_<base64>"
(https://www.standardwebhooks.com/). The body is not stored: the HMAC reads it as it arrives.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Standard Webhooks: an announcement of another time may be a replay.
TOLERANCE_SECONDS = 300
_STANDARD = "whsec_"


class Proof:
    """The proof of one request: made from its headers, fed with its body, then checked."""

    def __init__(self, headers: Mapping[str, str], secret: str, now: float) -> None:
        """Read the signatures from `headers`, whose names are in lower case; `now` is Unix time."""
        self._secret = secret.encode()
        self._hub = headers.get("x-hub-signature-256", "")
        self._token = headers.get("x-gitlab-token", "")
        self._standard = headers.get("webhook-signature", "")
        key, start = self._secret, b""
        if self._standard:
            key = _standard_key(secret)
            timestamp = headers.get("webhook-timestamp", "")
            if not _is_near(timestamp, now):
                self._standard = ""
            start = f"{headers.get('webhook-id', '')}.{timestamp}.".encode()
        self._hmac = hmac.new(key, start, hashlib.sha256)

    @property
    def is_possible(self) -> bool:
        """Whether there is a signature to check at all."""
        return bool(self._hub or self._standard or self._token)

    def feed(self, chunk: bytes) -> None:
        """Take the next part of the body."""
        self._hmac.update(chunk)

    def holds(self) -> bool:
        """Return whether the secret is proven, in a time that reveals nothing about it."""
        if self._standard:
            mine = b"v1," + b64encode(self._hmac.digest())
            # There are two signatures for a while after the secret was changed.
            given = self._standard.split(" ")[:4]
            return any(hmac.compare_digest(signature.encode(), mine) for signature in given)
        if self._hub:
            mine = b"sha256=" + self._hmac.hexdigest().encode()
            return hmac.compare_digest(self._hub.encode(), mine)
        # Hashes have equal lengths, so the time does not reveal the length of the secret.
        given_hash, own = (hashlib.sha256(x).digest() for x in (self._token.encode(), self._secret))
        return bool(self._token) and hmac.compare_digest(given_hash, own)

    @property
    def mark(self) -> str:
        """The mark by which a repeated announcement is recognised; "" where there is none."""
        return self._hmac.hexdigest() if self._hub or self._standard else ""


def _standard_key(secret: str) -> bytes:
    """Return the key in a Standard Webhooks secret; any other secret is the key itself."""
    try:
        return b64decode(secret.removeprefix(_STANDARD), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _is_near(timestamp: str, now: float) -> bool:
    return (
        timestamp.isascii()
        and timestamp.isdigit()
        and abs(int(timestamp[:15]) - now) <= TOLERANCE_SECONDS
    )
