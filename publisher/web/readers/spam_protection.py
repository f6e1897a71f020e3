"""Protection against programs that subscribe strangers, beside the limits in the store.

A hidden field (honeypot), a signed stamp of the time when the form was shown and, if the settings
require it, a proof of work that takes a browser a second (as Hashcash, http://www.hashcash.org/).
All are in the form itself; nothing is stored about visitors who only look at it.

A static page of the site has no stamp, and nothing that its form could send would prove where it
comes from: what one visitor reads there, any program can read. So `is_navigation` decides whether
its first press counts. It asks for what browsers alone write, and no script of a page can
(https://www.w3.org/TR/fetch-metadata/): the form was sent by a page as a whole, not by a hidden
frame or `fetch`, and by one of ours where it says by whom. Our pages send no referrer, and with it
the Origin "null" (https://fetch.spec.whatwg.org/#append-a-request-origin-header); so do those of
others who want to. What they gain is one mail that asks for a confirmation, for each visitor whom
they send away to our page, within the limits in the store: a program that waits two seconds for its
stamp gains the same. Everything else is answered with a page that has the stamp and one button, and
so is everything where a proof of work is required, as no static page does the work.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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

    def age(self, stamp: str, now: float) -> float | None:
        """Return for how many seconds a form with this stamp has been open.

        None for a stamp that is not ours, or too old.
        """
        moment, _, mac = stamp.partition(".")
        if not moment.isascii() or not moment.isdigit() or len(stamp) > 64:  # noqa: PLR2004 - longer than any of ours
            return None
        matches = [hmac.compare_digest(self._sign(key, moment), mac) for key in self.keys.values()]
        passed = now - int(moment) / 1000
        return passed if any(matches) and passed <= LONGEST_SECONDS else None

    def has_come_in_time(self, stamp: str, now: float) -> bool:
        """Return whether a form with this stamp was shown neither too recently nor too long ago."""
        age = self.age(stamp, now)
        return age is not None and age >= self.fill_seconds

    def has_worked(self, stamp: str, work: str) -> bool:
        """Return whether `work` is a proof of work for the stamp."""
        if self.work_bits == 0:
            return True
        if len(work) > _LONGEST_WORK:
            return False
        digest = hashlib.sha256(f"{stamp}:{work}".encode()).digest()
        return int.from_bytes(digest, "big") >> (256 - self.work_bits) == 0

    def may_skip(self, headers: Mapping[str, str], origins: Collection[str]) -> bool:
        """Return whether a form without a stamp, with these `headers`, may count as it is.

        `origins` are those of our pages.
        """
        return self.work_bits == 0 and is_navigation(headers, origins)

    @staticmethod
    def _sign(key: bytes, moment: str) -> str:
        return hmac.new(key, _PURPOSE + moment.encode(), hashlib.sha256).hexdigest()[:_MAC]


def is_navigation(headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """Return whether a browser sent the form of a whole page, of `origins` where it says by whom.

    Browsers tell so to https and to this machine alone.
    """
    sent_by = headers.get("origin", "null")
    kind = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return kind == ("navigate", "document") and sent_by in ("null", *origins)
