"""Tokens with which programs use the API: their hashes and scopes only."""

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

# The precision of the time of last use: a write for each request would cost more than it tells.
_PRECISION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as the store has it, without its secret."""

    id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Return whether it gives access at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AccessTokens:
    """Rows are never deleted, so that the history of access stays on record.

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

        Raises `SettingsError` where a token of that name was not revoked.
        """
        values = {
            "name": name,
            "token_hash": token_hash,
            "scopes": " ".join(sorted(set(scopes))),
            "created_at": to_ms(now),
            "expires_at": optional_ms(expires),
        }
        with self._database.writing() as connection:
            if _find_id(connection, name) is not None:
                raise SettingsError(f"{name}: there is a token of that name; revoke it first")
            row = connection.execute(
                sa.insert(access_tokens).values(values).returning(access_tokens)
            ).one()
            self._audit_log.insert(connection, by, "token added", f"{name}: {row.scopes}", now)
        return _token(row)

    def find(self, token_hash: str, *, now: datetime) -> AccessToken | None:
        """Return the token with this hash if it is valid, and note that it was used."""
        query = sa.select(access_tokens).where(access_tokens.c.token_hash == token_hash)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        token = None if row is None else _token(row)
        if token is None or not token.is_valid(now):
            return None
        if token.used_at is None or now - token.used_at >= _PRECISION:
            used = sa.update(access_tokens).where(access_tokens.c.id == token.id)
            with self._database.writing() as connection:
                connection.execute(used.values(used_at=to_ms(now)))
        return token

    def all(self) -> list[AccessToken]:
        """Return all tokens, also revoked ones, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(access_tokens).order_by(access_tokens.c.id)).all()
        return [_token(row) for row in rows]

    def revoke(self, name: str, *, by: str, now: datetime) -> bool:
        """Revoke the token of that name; return False where there is none."""
        with self._database.writing() as connection:
            token_id = _find_id(connection, name)
            if token_id is None:
                return False
            connection.execute(
                sa.update(access_tokens)
                .where(access_tokens.c.id == token_id)
                .values(revoked_at=to_ms(now))
            )
            self._audit_log.insert(connection, by, "token revoked", name, now)
            return True


def _find_id(connection: sa.Connection, name: str) -> int | None:
    """Return the id of the token of that name that was not revoked."""
    token_id: int | None = connection.scalar(
        sa.select(access_tokens.c.id).where(
            access_tokens.c.name == name, access_tokens.c.revoked_at.is_(None)
        )
    )
    return token_id


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
