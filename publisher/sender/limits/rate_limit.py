"""How fast messages may leave: by the second, the hour and the day, in all and for each domain.

The windows slide, as the providers' do: a message counts until an hour or a day after it left. What
left before this run, of any issue, is told by the store; what other processes send meanwhile too,
now and then.
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
# The store is asked anew after this time, and so much more for each message that it told of: what
# others sent in between may be too much, and to ask takes its time.
_LEARN_AFTER = timedelta(seconds=60)
_LEARN_AFTER_EACH = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """0: no limit."""

    per_second: float = 0.0
    per_hour: int = 0
    per_day: int = 0
    domain_per_hour: int = 0  # to each recipient domain
    warm_up: tuple[int, ...] = ()  # of the first, second ... day that anything was sent

    @property
    def look_back(self) -> bool:
        """Whether it matters what left an hour or a day ago."""
        return bool(self.per_hour or self.per_day or self.domain_per_hour or self.warm_up)


NO_LIMITS = Limits()
# https://support.google.com/mail/answer/22839 and https://support.google.com/a/answer/166852:
# recipients in 24 hours; some are left for the mail that people write themselves.
PRESETS = {
    "": Limits(),
    "gmail": Limits(per_second=1.0, per_day=450),
    "workspace": Limits(per_second=2.0, per_day=1900),
}


def with_preset(name: str, own: Limits) -> Limits:
    """Return `own` limits, where one is not set that of the preset `name`."""
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
    """Return how many may leave in 24 hours; `first` is when the first message ever left.

    Each day of the warm-up counts from then; after it `per_day` holds alone.
    """
    day = 0 if first is None else (now - first) // DAY
    if day >= len(limits.warm_up):
        return limits.per_day
    warm = limits.warm_up[max(day, 0)]
    return min(warm, limits.per_day) if limits.per_day else warm


def opens_at(left: Sequence[datetime], limit: int, window: timedelta) -> datetime | None:
    """Return when another may leave after those at `left` (oldest first), None for at once."""
    if not limit or len(left) < limit:
        return None
    return left[-limit] + window


class RateVerdict(Enum):
    """What is to become of the message in hand."""

    GO = "it may leave"
    WAIT = "everybody waits"
    OTHERS = "its domain waits"


@dataclass(frozen=True, slots=True)
class RateDecision:
    """A verdict; `until` and `reason` are of what has to wait."""

    verdict: RateVerdict
    until: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class RateLimiter:
    """Counts what leaves against the limits."""

    limits: Limits
    first: datetime | None = None
    _left: deque[datetime] = field(default_factory=deque)
    _by_domain: dict[str, deque[datetime]] = field(default_factory=dict)
    _next: datetime | None = None
    _learned: datetime | None = None
    _learn_after: timedelta = _LEARN_AFTER

    def learn(
        self, now: datetime, left_since: Callable[[datetime], Iterable[tuple[datetime, str]]]
    ) -> None:
        """Count anew what left, where that was not done lately.

        `left_since` tells of everybody's messages after a moment, oldest first, each with its
        recipient's domain; all that was decided here must have come to its knowledge.
        """
        since = None if self._learned is None else now - self._learned
        if not self.limits.look_back or (
            since is not None and timedelta(0) <= since < self._learn_after
        ):
            return
        self._left.clear()
        self._by_domain.clear()
        count = 0
        for count, (moment, domain) in enumerate(left_since(now - DAY), 1):  # noqa: B007
            self._count(moment, domain)
        self._learned = now
        self._learn_after = _LEARN_AFTER + count * _LEARN_AFTER_EACH

    def decide(self, now: datetime, domain: str) -> RateDecision:
        """Return whether a message to `domain` may leave; it is counted then."""
        if self.limits == NO_LIMITS:
            return RateDecision(RateVerdict.GO)
        self._forget(now)
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
            return RateDecision(RateVerdict.OTHERS, until, reason)
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

    def _forget(self, now: datetime) -> None:
        while self._left and self._left[0] <= now - DAY:
            self._left.popleft()
        for domain in list(self._by_domain):
            left = self._by_domain[domain]
            while left and left[0] <= now - HOUR:
                left.popleft()
            if not left:
                del self._by_domain[domain]
