"""Tokens by which programs use the API: only their hashes, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.errors import SettingsError
from publisher.store.tables.operator import access_tokens
from publisher.store.times import from_ms, optional_ms, optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.operations.audit import AuditLog

# When a token was used is known to so much: a write for each request would cost more than it tells.
_GRAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as the store knows it: never the token itself."""

    id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Return whether it opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AccessTokens:
    """Rows are never deleted: who had access, from when to when, stays to be read.

    Everything raises `StoreError` where the database fails.
    """

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        """Work on `database`; new and revoked tokens are written to `audit_log`."""
        self._database = database
        self._audit_log = audit_log

    def add(
        self,
        name: str,
        token_hash: str,
        scopes: Iterable[str],
        *,
        by: str,
        now: datetime,
        expires: datetime | None = None,
    ) -> AccessToken:
        """Keep a new token under `name`; `by` goes to the audit log.

        Raises `SettingsError` where one of that name is valid.
        """
        values = {
            "name": name,
            "token_hash": token_hash,
            "scopes": " ".join(sorted(set(scopes))),
            "created_at": to_ms(now),
            "expires_at": optional_ms(expires),
        }
        with self._database.writing() as connection:
            if _valid(connection, name) is not None:
                raise SettingsError(f"{name}: there is a token of that name; revoke it first")
            row = connection.execute(
                sa.insert(access_tokens).values(values).returning(access_tokens)
            ).one()
            self._audit_log.insert(connection, by, "token added", f"{name}: {row.scopes}", now)
        return _token(row)

    def find(self, token_hash: str, *, now: datetime) -> AccessToken | None:
        """Return the token with this hash if it holds, and note that it was used."""
        query = sa.select(access_tokens).where(access_tokens.c.token_hash == token_hash)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        found = None if row is None else _token(row)
        if found is None or not found.holds(now):
            return None
        if found.used_at is None or now - found.used_at >= _GRAIN:
            which = access_tokens.c.id == found.id
            with self._database.writing() as connection:
                connection.execute(sa.update(access_tokens).where(which).values(used_at=to_ms(now)))
        return found

    def all(self) -> list[AccessToken]:
        """Return every token there ever was, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(access_tokens).order_by(access_tokens.c.id)).all()
        return [_token(row) for row in rows]

    def revoke(self, name: str, *, by: str, now: datetime) -> bool:
        """End the valid token of that name; False where there is none."""
        with self._database.writing() as connection:
            found = _valid(connection, name)
            if found is None:
                return False
            connection.execute(
                sa.update(access_tokens)
                .where(access_tokens.c.id == found)
                .values(revoked_at=to_ms(now))
            )
            self._audit_log.insert(connection, by, "token revoked", name, now)
            return True


def _valid(connection: sa.Connection, name: str) -> int | None:
    """Return the id of the token of that name that was not revoked."""
    found: int | None = connection.scalar(
        sa.select(access_tokens.c.id).where(
            access_tokens.c.name == name, access_tokens.c.revoked_at.is_(None)
        )
    )
    return found


def _token(row: sa.Row[tuple[object, ...]]) -> AccessToken:
    return AccessToken(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=from_ms(row.created_at),
        expires_at=optional_time(row.expires_at),
        used_at=optional_time(row.used_at),
        revoked_at=optional_time(row.revoked_at),
    )
