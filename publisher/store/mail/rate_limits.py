"""Limits on the mails that strangers may request, counted by keyed hashes, which name nobody.

The window slides: of the window before, the part counts that is less than a window ago, as if its
requests had come evenly. So a flood costs a row for each address, domain and network from which a
request was accepted, and none at all once the total is reached.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.people.hashing import email_hash
from publisher.store.tables.mail import knock_counts
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from publisher.settings.sections import Subscribing
    from publisher.store.engine import Database

_DAY = timedelta(days=1) // timedelta(milliseconds=1)
_HOUR = timedelta(hours=1) // timedelta(milliseconds=1)

# Key of a count, length of its window in milliseconds, and limit.
_Step = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The number of mails that strangers may request."""

    address_day: int
    domain_hour: int
    total_hour: int
    network_hour: int

    @classmethod
    def of(cls, subscribing: Subscribing) -> Self:
        """Return those of the settings."""
        return cls(
            address_day=subscribing.address_per_day,
            domain_hour=subscribing.domain_per_hour,
            total_hour=subscribing.total_per_hour,
            network_hour=subscribing.network_per_hour,
        )


class RateLimits:
    """Counts in the store, for all processes together. Everything raises `StoreError`."""

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes."""
        self._database = database
        self._keys = keys
        insert = postgresql.insert if database.dialect == "postgresql" else sqlite.insert
        new = insert(knock_counts)
        self._adding = new.on_conflict_do_update(
            index_elements=["key", "window"],
            set_={"count": knock_counts.c["count"] + new.excluded["count"]},
        )

    def allow(self, email: str, limits: RequestLimits, *, now: datetime, network: str = "") -> bool:
        """Count a request for a mail to `email`; return False where that is too many.

        `network` is where the request came from, e.g. "192.0.2.0/24", or "" for unknown. Raises
        `StoreError`.
        """
        with self._database.writing() as connection:
            return self.count(connection, [(email, network)], limits, now=now)[0]

    def count(
        self,
        connection: sa.Connection,
        pairs: Sequence[tuple[str, str]],
        limits: RequestLimits,
        *,
        now: datetime,
    ) -> list[bool]:
        """Do the same as `allow` for `pairs` of address and network, in the caller's transaction.

        Counts from the widest limit to the narrowest, and no further than the first that refuses. A
        refused request counts too, up to the limit. However many there are, it takes two
        statements, as others wait for this transaction to end.
        """
        moment = to_ms(now)
        steps = [self._steps(email, network, limits) for email, network in pairs]
        counts = self._counts(connection, {key for chain in steps for key, _, _ in chain}, moment)
        added: Counter[tuple[str, int]] = Counter()
        accepted = [all(_accepts(step, counts, added, moment) for step in chain) for chain in steps]
        if added:
            connection.execute(
                self._adding,
                [{"key": k, "window": w, "count": number} for (k, w), number in added.items()],
            )
        return accepted

    def _steps(self, email: str, network: str, limits: RequestLimits) -> list[_Step]:
        named = (
            ("total", _HOUR, limits.total_hour),
            (f"network {network}" if network else "", _HOUR, limits.network_hour),
            (f"domain {email.rpartition('@')[2]}", _HOUR, limits.domain_hour),
            (f"address {email}", _DAY, limits.address_day),
        )
        return [
            (email_hash(self._keys, name), length, most) for name, length, most in named if name
        ]

    def _counts(
        self, connection: sa.Connection, keys: set[str], moment: int
    ) -> dict[tuple[str, int], int]:
        table = knock_counts.c
        rows = connection.execute(
            sa.select(table.key, table.window, table["count"]).where(
                table.key.in_(keys), table.window > moment - 2 * _DAY
            )
        )
        return {(key, window): number for key, window, number in rows}


def _accepts(
    step: _Step,
    counts: Mapping[tuple[str, int], int],
    added: Counter[tuple[str, int]],
    moment: int,
) -> bool:
    """Return whether a limit allows one more, and count it."""
    key, length, most = step
    window, into = moment - moment % length, moment % length
    here = counts.get((key, window), 0) + added[key, window]
    if here < most:  # a flood writes no more rows
        added[key, window] += 1
    before = counts.get((key, window - length), 0)
    return before * (length - into) // length + here < most
