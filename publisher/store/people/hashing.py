"""The keyed hash that stands for an address where the address itself must not be kept."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PURPOSE = b"address\x00"


def email_hash(keys: Mapping[int, bytes], email: str) -> str:
    """Return 64 hex digits that stand for `email`: permanent, as the oldest key makes them.

    Case does not count: whoever wants no mail as Jane@x.org wants none as jane@x.org either,
    although the list may hold both.
    """
    secret = keys[min(keys)]
    return hmac.digest(secret, _PURPOSE + email.lower().encode(), "sha256").hex()
