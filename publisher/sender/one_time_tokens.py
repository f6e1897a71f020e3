"""One-time tokens: 256 random bits in a mail, of which the store keeps only hashes."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # as base64url without its "="
REPLY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """The `token` in the text of a mail and the `reply_id` in its Message-ID; both are secret."""

    token: str
    reply_id: str

    @property
    def token_hash(self) -> str:
        """Hash of the token, for the store."""
        return token_hash(self.token)

    @property
    def reply_hash(self) -> str:
        """Hash of the reply id, for the store."""
        return token_hash(self.reply_id)


def new_token(random: Callable[[int], bytes] = secrets.token_bytes) -> OneTimeToken:
    """Return a new token; `random` returns a number of random bytes.

    The token can't be derived from the reply id, which mail servers may log with the Message-ID.
    """
    token = urlsafe_b64encode(random(TOKEN_BYTES)).decode().rstrip("=")
    reply_id = hashlib.sha256(b"reply\x00" + token.encode()).hexdigest()[:REPLY_LENGTH]
    return OneTimeToken(token, reply_id)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token or reply id as 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()
