"""Logins of operators: links that work once, and sessions.

Only the hash of a token is kept, so that nobody can log in with what the database holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.tables.operator import login_links, sessions
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.operations.audit import AuditLog


class Operators:
    """Login links and sessions. Everything raises `StoreError`."""

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        """Work on `database`; logins are written to `audit_log`."""
        self._database = database
        self._audit_log = audit_log

    def open_link(
        self, token_hash: str, operator: str, *, now: datetime, expires: datetime
    ) -> None:
        """Let the link whose token has this hash log `operator` in, once, until `expires`."""
        row = {"token_hash": token_hash, "operator": operator}
        times = {"created_at": to_ms(now), "expires_at": to_ms(expires)}
        with self._database.writing() as connection:
            connection.execute(sa.delete(login_links).where(login_links.c.expires_at <= to_ms(now)))
            connection.execute(sa.insert(login_links).values(**row, **times))

    def links_since(self, moment: datetime, operator: str) -> int:
        """Return how many links were opened for `operator` after `moment` and are not used."""
        query = sa.select(sa.func.count()).where(
            login_links.c.operator == operator, login_links.c.created_at > to_ms(moment)
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def log_in(
        self, link_hash: str, session_hash: str, *, now: datetime, expires: datetime
    ) -> str | None:
        """Use a link up and begin a session; return the operator's name.

        None where there is no such link, or it was used, or has expired. Of two attempts at once,
        one succeeds.
        """
        with self._database.writing() as connection:
            operator: str | None = connection.scalar(
                sa.delete(login_links)
                .where(
                    login_links.c.token_hash == link_hash,
                    login_links.c.expires_at > to_ms(now),
                )
                .returning(login_links.c.operator)
            )
            if operator is None:
                return None
            times = {"created_at": to_ms(now), "expires_at": to_ms(expires)}
            row = {"token_hash": session_hash, "operator": operator}
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= to_ms(now)))
            connection.execute(sa.insert(sessions).values(**row, **times))
            self._audit_log.insert(connection, operator, "logged in", "", now)
        return operator

    def session(self, session_hash: str, *, now: datetime) -> str | None:
        """Return the operator of a session, None where it has ended."""
        query = sa.select(sessions.c.operator).where(
            sessions.c.token_hash == session_hash, sessions.c.expires_at > to_ms(now)
        )
        with self._database.reading() as connection:
            operator: str | None = connection.scalar(query)
        return operator

    def log_out(self, session_hash: str, *, everywhere: bool = False, now: datetime) -> None:
        """End a session, or all sessions and links of its operator."""
        with self._database.writing() as connection:
            operator = connection.scalar(
                sa.delete(sessions)
                .where(sessions.c.token_hash == session_hash)
                .returning(sessions.c.operator)
            )
            if operator is None:
                return
            if everywhere:
                connection.execute(sa.delete(sessions).where(sessions.c.operator == operator))
                connection.execute(sa.delete(login_links).where(login_links.c.operator == operator))
            action = "logged out everywhere" if everywhere else "logged out"
            self._audit_log.insert(connection, operator, action, "", now)
