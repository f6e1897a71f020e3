"""Rate limits: messages by the second, the hour and the day, in all and for each domain.

The windows slide, as the providers' do: a message counts until an hour or a day after it left.
What earlier runs and other processes sent is read from the store at the start and now and then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from publisher.settings import Settings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The store is read again after this time, and so much more for each message that it returned:
# other processes may be sending too, but reading takes time.
_READ_EVERY = timedelta(seconds=60)
_READ_EVERY_EACH = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of sending; 0: no limit."""

    per_second: float = 0.0
    per_hour: int = 0
    per_day: int = 0
    domain_per_hour: int = 0  # to each recipient domain
    warm_up: tuple[int, ...] = ()  # on the first day that anything was sent, the second ...

    @property
    def look_back(self) -> bool:
        """Whether messages count that left up to a day ago."""
        return bool(self.per_hour or self.per_day or self.domain_per_hour or self.warm_up)


NO_LIMITS = Limits()
# https://support.google.com/mail/answer/22839 and https://support.google.com/a/answer/166852:
# recipients in 24 hours. A few are left for mail that people write by hand.
PRESETS = {
    "": Limits(),
    "gmail": Limits(per_second=1.0, per_day=450),
    "workspace": Limits(per_second=2.0, per_day=1900),
}


def with_preset(name: str, own: Limits) -> Limits:
    """Return `own` with the limits of the preset `name` where it has none."""
    preset = PRESETS[name]
    return replace(
        own,
        per_second=own.per_second or preset.per_second,
        per_hour=own.per_hour or preset.per_hour,
        per_day=own.per_day or preset.per_day,
        domain_per_hour=own.domain_per_hour or preset.domain_per_hour,
    )


def limits_of(settings: Settings) -> Limits:
    """Return the limits of the section [pace]."""
    pace = settings.pace
    own = Limits(
        per_second=pace.per_second,
        per_hour=pace.per_hour,
        per_day=pace.per_day,
        domain_per_hour=pace.domain_per_hour,
        warm_up=pace.warm_up,
    )
    return with_preset(pace.preset, own)


def daily_limit(limits: Limits, first: datetime | None, now: datetime) -> int:
    """Return how many messages may leave in 24 hours; `first` is when the very first one left.

    The days of the warm-up count from then; after them `per_day` alone holds.
    """
    day = 0 if first is None else (now - first) // DAY
    if day >= len(limits.warm_up):
        return limits.per_day
    warm = limits.warm_up[max(day, 0)]
    return min(warm, limits.per_day) if limits.per_day else warm


def opens_at(left: Sequence[datetime], limit: int, window: timedelta) -> datetime | None:
    """Return when another may leave after those at `left` (oldest first), None: at once."""
    if not limit or len(left) < limit:
        return None
    return left[-limit] + window


class RateVerdict(Enum):
    """Verdicts on the next message."""

    GO = "it may leave"
    WAIT = "all messages wait"
    DOMAIN_WAITS = "those to its domain wait"


@dataclass(frozen=True, slots=True)
class RateDecision:
    """A verdict; where something waits, until when and for which limit."""

    verdict: RateVerdict
    until: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class RateLimiter:
    """Counts messages against the limits; `first` is when the very first one left."""

    limits: Limits
    first: datetime | None = None
    _left: deque[datetime] = field(default_factory=deque)
    _by_domain: dict[str, deque[datetime]] = field(default_factory=dict)
    _next: datetime | None = None
    _read_at: datetime | None = None
    _read_every: timedelta = _READ_EVERY

    def learn(
        self, now: datetime, left_since: Callable[[datetime], Iterable[tuple[datetime, str]]]
    ) -> None:
        """Read again what left in the last day, unless that was done lately.

        `left_since` returns the messages of all processes since a time, oldest first, each with
        its recipient's domain. Messages that `decide` let go have to be among them.
        """
        since = None if self._read_at is None else now - self._read_at
        if not self.limits.look_back or (
            since is not None and timedelta(0) <= since < self._read_every
        ):
            return
        self._left.clear()
        self._by_domain.clear()
        count = 0
        for count, (moment, domain) in enumerate(left_since(now - DAY), 1):  # noqa: B007 - only its last value counts
            self._count(moment, domain)
        self._read_at = now
        self._read_every = _READ_EVERY + count * _READ_EVERY_EACH

    def decide(self, now: datetime, domain: str) -> RateDecision:
        """Return whether a message to `domain` may leave; if so, it is counted."""
        if self.limits == NO_LIMITS:
            return RateDecision(RateVerdict.GO)
        self._drop_old(now)
        limits = self.limits
        per_day = daily_limit(limits, self.first, now)
        for left, limit, window, name in (
            (self._left, per_day, DAY, "a day"),
            (self._left, limits.per_hour, HOUR, "an hour"),
        ):
            until = opens_at(left, limit, window)
            if until is not None and until > now:
                return RateDecision(RateVerdict.WAIT, until, f"the limit of {limit:,} {name}")
        until = opens_at(self._by_domain.get(domain, ()), limits.domain_per_hour, HOUR)
        if until is not None and until > now:
            reason = f"the limit of {limits.domain_per_hour:,} an hour to {domain}"
            return RateDecision(RateVerdict.DOMAIN_WAITS, until, reason)
        if limits.per_second:
            if self._next is not None and self._next > now:
                reason = f"the limit of {limits.per_second:g} a second"
                return RateDecision(RateVerdict.WAIT, self._next, reason)
            self._next = now + timedelta(seconds=1 / limits.per_second)
        self._count(now, domain)
        return RateDecision(RateVerdict.GO)

    def _count(self, moment: datetime, domain: str) -> None:
        limits = self.limits
        if limits.per_hour or limits.per_day or limits.warm_up:
            self._left.append(moment)
        if limits.domain_per_hour:
            self._by_domain.setdefault(domain, deque()).append(moment)
        if self.first is None:
            self.first = moment

    def _drop_old(self, now: datetime) -> None:
        while self._left and self._left[0] <= now - DAY:
            self._left.popleft()
        for domain in list(self._by_domain):
            left = self._by_domain[domain]
            while left and left[0] <= now - HOUR:
                left.popleft()
            if not left:
                del self._by_domain[domain]
