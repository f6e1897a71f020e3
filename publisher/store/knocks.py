"""How often strangers had us send a mail lately; by keyed hashes, which name nobody.

What is counted slides: of the window before, as much counts as is still less than a window ago,
taken as spread evenly. So a flood costs a row for each address, domain and network that it is let
in by, and none at all once the total is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.hashing import email_hash
from publisher.store.schema import knock_counts
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.settings.sections import Subscribing
    from publisher.store.engine import Database

_DAY = timedelta(days=1) // timedelta(milliseconds=1)
_HOUR = timedelta(hours=1) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class KnockLimits:
    """How many mails strangers may have us send."""

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


class Knocks:
    """Counts in the store, for all processes together. Everything raises `StoreError`."""

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes."""
        self._database = database
        self._keys = keys

    def knock(self, email: str, limits: KnockLimits, *, now: datetime, network: str = "") -> bool:
        """Count that somebody wants a mail sent to `email`; False where that is too many.

        `network` is where the request came from ("" for unknown), e.g. "192.0.2.0/24".
        """
        with self._database.writing() as connection:
            return self.count(connection, email, limits, now=now, network=network)

    def count(
        self,
        connection: sa.Connection,
        email: str,
        limits: KnockLimits,
        *,
        now: datetime,
        network: str = "",
    ) -> bool:
        """Do the same in the caller's transaction.

        From the widest to the narrowest, and no further than the first that refuses. What is
        refused counts too, up to the limit.
        """
        steps = (
            ("total", _HOUR, limits.total_hour),
            (f"network {network}" if network else "", _HOUR, limits.network_hour),
            (f"domain {email.rpartition('@')[2]}", _HOUR, limits.domain_hour),
            (f"address {email}", _DAY, limits.address_day),
        )
        return all(
            self._step(connection, email_hash(self._keys, name), length, most, to_ms(now))
            for name, length, most in steps
            if name
        )

    def _step(self, connection: sa.Connection, key: str, length: int, most: int, now: int) -> bool:
        window, into = now - now % length, now % length
        rows = connection.execute(
            sa.select(knock_counts.c.window, knock_counts.c.count).where(
                knock_counts.c.key == key, knock_counts.c.window >= window - length
            )
        )
        counts: dict[int, int] = {found: number for found, number in rows}  # noqa: C416 - as rows
        before, here = counts.get(window - length, 0), counts.get(window, 0)
        if here < most:  # one that goes on and on writes nothing more
            insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
            statement = insert(knock_counts).values(key=key, window=window, count=1)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["key", "window"], set_={"count": knock_counts.c.count + 1}
                )
            )
        return before * (length - into) // length + here < most
