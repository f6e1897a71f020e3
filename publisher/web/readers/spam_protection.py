"""Protection against programs that subscribe strangers, beside the limits in the store.

A hidden field (honeypot), a signed stamp of the time when the form was shown and, if the settings
require it, a proof of work that takes a browser a second (as Hashcash, http://www.hashcash.org/).
All are in the form itself; nothing is stored about visitors who only look at it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HONEYPOT = "website"
STAMP = "stamp"
WORK = "work"
# A form that was open for longer is shown again.
LONGEST_SECONDS = 24 * 3600
_PURPOSE = b"form\x00"
_MAC = 32  # hex digits
_LONGEST_WORK = 20


@dataclass(frozen=True, slots=True)
class SpamProtection:
    """The protection of a site's forms; `keys` are the store's."""

    keys: Mapping[int, bytes]
    fill_seconds: float
    work_bits: int

    def stamp(self, now: float) -> str:
        """Return the signed stamp of a form shown at `now` (seconds since 1970)."""
        moment = f"{int(now * 1000)}"
        return f"{moment}.{self._sign(self.keys[max(self.keys)], moment)}"

    def has_come_in_time(self, stamp: str, now: float) -> bool:
        """Return whether a form with this stamp was shown neither too recently nor too long ago."""
        moment, _, mac = stamp.partition(".")
        if not moment.isascii() or not moment.isdigit() or len(stamp) > 64:  # noqa: PLR2004 - longer than any of ours
            return False
        matches = [hmac.compare_digest(self._sign(key, moment), mac) for key in self.keys.values()]
        passed = now - int(moment) / 1000
        return any(matches) and self.fill_seconds <= passed <= LONGEST_SECONDS

    def has_worked(self, stamp: str, work: str) -> bool:
        """Return whether `work` is a proof of work for the stamp."""
        if self.work_bits == 0:
            return True
        if len(work) > _LONGEST_WORK:
            return False
        digest = hashlib.sha256(f"{stamp}:{work}".encode()).digest()
        return int.from_bytes(digest, "big") >> (256 - self.work_bits) == 0

    @staticmethod
    def _sign(key: bytes, moment: str) -> str:
        return hmac.new(key, _PURPOSE + moment.encode(), hashlib.sha256).hexdigest()[:_MAC]
