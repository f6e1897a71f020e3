"""What keeps programs from subscribing strangers, beside the limits in the store.

A field that people do not see, a stamp that says when the form was shown, and, where the settings
say so, a number that takes a browser a second to guess (as Hashcash, http://www.hashcash.org/).
All stand in the form itself: nothing is kept of who only looks at it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HONEYPOT = "website"
STAMP = "stamp"
WORK = "work"
# A form that stood open for longer is shown anew.
LONGEST_SECONDS = 24 * 3600
_PURPOSE = b"form\x00"
_MAC = 32  # hex digits
_LONGEST_WORK = 20


@dataclass(frozen=True, slots=True)
class SpamProtection:
    """How the forms of this site are guarded; `keys` are the store's."""

    keys: Mapping[int, bytes]
    fill_seconds: float
    work_bits: int

    def stamp(self, now: float) -> str:
        """Return a text for the form that says when it was shown (seconds since 1970)."""
        moment = f"{int(now * 1000)}"
        return f"{moment}.{self._sign(self.keys[max(self.keys)], moment)}"

    def has_come_in_time(self, stamp: str, now: float) -> bool:
        """Return whether the form was shown neither too long ago nor too shortly."""
        moment, _, mac = stamp.partition(".")
        if not moment.isascii() or not moment.isdigit() or len(stamp) > 64:  # noqa: PLR2004
            return False
        good = [hmac.compare_digest(self._sign(key, moment), mac) for key in self.keys.values()]
        passed = now - int(moment) / 1000
        return any(good) and self.fill_seconds <= passed <= LONGEST_SECONDS

    def has_worked(self, stamp: str, work: str) -> bool:
        """Return whether the browser guessed a number that goes with its stamp."""
        if self.work_bits == 0:
            return True
        if len(work) > _LONGEST_WORK:
            return False
        digest = hashlib.sha256(f"{stamp}:{work}".encode()).digest()
        return int.from_bytes(digest, "big") >> (256 - self.work_bits) == 0

    @staticmethod
    def _sign(key: bytes, moment: str) -> str:
        return hmac.new(key, _PURPOSE + moment.encode(), hashlib.sha256).hexdigest()[:_MAC]


def network_of(address: str) -> str:
    """Return the network of an IP address that one customer has at most: /24, of IPv6 /56.

    "" for what is no address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    length = 24 if found.version == 4 else 56  # noqa: PLR2004
    return str(ip_network((found, length), strict=False))
