"""The keyed hash that stands for an address where the address itself must not be kept."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from publisher.addresses import address_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_PURPOSE = b"address\x00"


def email_hash(keys: Mapping[int, bytes], email: str) -> str:
    """Return 64 hex digits that stand for `email`: permanent, as the oldest key makes them.

    Addresses with the same key have the same hash (`addresses.address_key`).
    """
    secret = keys[min(keys)]
    return hmac.digest(secret, _PURPOSE + address_key(email).encode(), "sha256").hex()
