"""Keys of addresses: people whose addresses differ only in case become one person.

The row with the strictest status stays; among equals the one with the newest confirmation, then the
oldest. Nothing that went out is forgotten: of each issue, the delivery that got furthest becomes
that of the person who stays. The others keep their ids, which `merged_subscribers` maps to the
person.
"""

from __future__ import annotations

import hmac
import logging
import math
import time
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from publisher.addresses import address_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Row = sa.Row[Any]

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_log = logging.getLogger("publisher.store")
_CHUNK = 1000
_MOST_LINES = 20
# Strictest first.
_STATUSES = ("unsubscribed", "pending", "paused", "active")
# From the one that got furthest.
_WAITING = ("claimed", "ready")
_STATES = ("sent", "in_doubt", "sending", *_WAITING, "rejected", "abandoned", "skipped")


def _table(name: str, columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns.split()))


subscribers = _table(
    "subscribers",
    "id email address_key name status token_version created_at confirmed_at paused_until",
)
topics = _table("subscriber_topics", "subscriber_id slug")
merged = _table("merged_subscribers", "id subscriber_id token_version")
deliveries = _table(
    "deliveries",
    "issue_id subscriber_id token_version state claim_token owner lease_until reason",
)
decisions = _table("decisions", "issue_id subscriber_id")
confirmations = _table("confirmations", "token_hash email address_key")
letters = _table("letters", "id kind email address_key")
consent_log = _table("consent_log", "subject at action detail")
suppressions = _table("suppressions", "email_hash")
bounces = _table("bounces", "report email_hash")
audit = _table("audit", "at operator action about")
keys = _table("keys", "id secret")
address_keys = _table("address_keys", "id address_key")


def upgrade() -> None:
    op.create_table(
        "merged_subscribers",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("subscriber_id", sa.BigInteger, nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merged_subscribers"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_merged_subscribers_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_merged_subscribers_subscriber_id", "merged_subscribers", ["subscriber_id"])
    op.drop_index("ix_confirmations_email", "confirmations")
    for table in ("subscribers", "confirmations", "letters"):
        # The old column keeps its unique constraint and becomes the key: SQLite changes constraints
        # only by copying the table, which loses AUTOINCREMENT.
        op.alter_column(table, "email", new_column_name="address_key")
        op.add_column(table, sa.Column("email", sa.String(320), nullable=False, server_default=""))
        op.execute(f"UPDATE {table} SET email = address_key")  # noqa: S608 - names of ours
    op.create_index("ix_confirmations_address_key", "confirmations", ["address_key"])
    connection = op.get_bind()
    _key_people(connection)
    _key_mails(connection)


def downgrade() -> None:
    op.drop_index("ix_confirmations_address_key", "confirmations")
    for table in ("subscribers", "confirmations", "letters"):
        op.execute(f"UPDATE {table} SET address_key = email")  # noqa: S608 - names of ours
        op.drop_column(table, "email")
        op.alter_column(table, "address_key", new_column_name="email")
    op.create_index("ix_confirmations_email", "confirmations", ["email"])
    op.drop_table("merged_subscribers")


def _key_people(connection: sa.Connection) -> None:
    """Fill in the keys of people, and merge those who have the same."""
    secret = bytes(connection.scalar(sa.select(keys.c.secret).order_by(keys.c.id).limit(1)) or b"")
    op.create_table(
        "address_keys",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("address_key", sa.String(320), nullable=False),
    )
    for rows in _pages(connection, subscribers.c.id, subscribers.c.email):
        values = [{"id": row.id, "address_key": address_key(row.email)} for row in rows]
        connection.execute(sa.insert(address_keys), values)
        _rehash(connection, secret, [row.email for row in rows if not row.email.isascii()])
    lines = [_merge(connection, secret, rows) for rows in _doubles(connection)]
    of_row = sa.select(address_keys.c.address_key).where(address_keys.c.id == subscribers.c.id)
    new_key = of_row.scalar_subquery()
    connection.execute(
        sa.update(subscribers)
        .where(subscribers.c.address_key != new_key)
        .values(address_key=new_key)
    )
    op.drop_table("address_keys")
    if lines:
        _log.warning(
            "addresses that differ only in case are one person's from now on; people merged: %d; "
            "the strictest status counts, and the audit log names all of them",
            len(lines),
        )
        for line in lines[:_MOST_LINES]:
            _log.warning("  %s", line)
        if len(lines) > _MOST_LINES:
            _log.warning("  and %d more", len(lines) - _MOST_LINES)


def _key_mails(connection: sa.Connection) -> None:
    """Fill in the keys of requests and queued mails; of two mails of a kind the newer one stays."""
    query = sa.select(letters.c.id, letters.c.kind, letters.c.email).order_by(letters.c.id)
    mails: dict[tuple[str, str], int] = {}
    for row in connection.execute(query).all():
        key = (row.kind, address_key(row.email))
        if key in mails:
            connection.execute(sa.delete(letters).where(letters.c.id == mails[key]))
        mails[key] = row.id
    for (_, address), place in mails.items():
        this = (letters.c.id == place) & (letters.c.address_key != address)
        connection.execute(sa.update(letters).where(this).values(address_key=address))
    for row in connection.execute(sa.select(confirmations)).all():
        this = confirmations.c.token_hash == row.token_hash
        connection.execute(
            sa.update(confirmations).where(this).values(address_key=address_key(row.email))
        )


def _pages(connection: sa.Connection, *columns: sa.ColumnElement[Any]) -> Iterator[Sequence[Row]]:
    """Yield people by id, a page of them in memory."""
    last = 0
    query = sa.select(*columns).order_by(subscribers.c.id).limit(_CHUNK)
    while page := connection.execute(query.where(subscribers.c.id > last)).all():
        yield page
        last = page[-1].id


def _doubles(connection: sa.Connection) -> Iterator[list[Row]]:
    """Yield the rows of each person who has several; all of them are in memory."""
    several = (
        sa.select(address_keys.c.address_key)
        .group_by(address_keys.c.address_key)
        .having(sa.func.count() > 1)
    )
    columns = (column for column in subscribers.c if column.name != "address_key")
    query = (
        sa.select(address_keys.c.address_key, *columns)
        .join_from(address_keys, subscribers, subscribers.c.id == address_keys.c.id)
        .where(address_keys.c.address_key.in_(several))
        .order_by(address_keys.c.address_key, subscribers.c.id)
    )
    for _, rows in groupby(connection.execute(query).all(), key=lambda row: row.address_key):
        yield list(rows)


def _merge(connection: sa.Connection, secret: bytes, rows: list[Row]) -> str:
    """Make one person of `rows`; return what was done in words that name no address."""
    rows = sorted(rows, key=_rank)
    person, others = rows[0], rows[1:]
    ids = [row.id for row in others]
    connection.execute(
        sa.insert(merged),
        [
            {"id": row.id, "subscriber_id": person.id, "token_version": row.token_version}
            for row in others
        ],
    )
    _merge_topics(connection, [row.id for row in rows if row.status == person.status])
    _merge_deliveries(connection, person, ids)
    connection.execute(sa.delete(topics).where(topics.c.subscriber_id.in_(ids)))
    connection.execute(sa.delete(subscribers).where(subscribers.c.id.in_(ids)))
    connection.execute(
        sa.update(subscribers)
        .where(subscribers.c.id == person.id)
        .values(
            name=next((row.name for row in rows if row.name), ""),
            created_at=min(row.created_at for row in rows),
        )
    )
    was = ", ".join(f"subscriber {row.id} ({row.status})" for row in others)
    line = f"{was} merged into subscriber {person.id} ({person.status})"
    now = int(time.time() * 1000)
    connection.execute(
        sa.insert(audit).values(
            at=now, operator="publisher", action="subscribers merged", about=line
        )
    )
    entry = {"at": now, "action": "merged", "detail": f"same address in another case: {line}"}
    subject = _hash(secret, person.address_key)
    connection.execute(sa.insert(consent_log).values(subject=subject, **entry))
    return line


def _rank(row: Row) -> tuple[int, float, int, int]:
    """Return the place of a row among those of one person; the first one stays."""
    endless_pause = -(row.paused_until or math.inf)
    return (_STATUSES.index(row.status), endless_pause, -(row.confirmed_at or 0), row.id)


def _merge_topics(connection: sa.Connection, ids: list[int]) -> None:
    """Give the first person the topics of all; no topics means all topics."""
    query = sa.select(topics).where(topics.c.subscriber_id.in_(ids))
    chosen: dict[int, set[str]] = {subscriber_id: set() for subscriber_id in ids}
    for subscriber_id, slug in connection.execute(query):
        chosen[subscriber_id].add(slug)
    slugs = set().union(*chosen.values()) if all(chosen.values()) else set()
    connection.execute(sa.delete(topics).where(topics.c.subscriber_id == ids[0]))
    if slugs:
        rows = [{"subscriber_id": ids[0], "slug": slug} for slug in sorted(slugs)]
        connection.execute(sa.insert(topics), rows)


def _merge_deliveries(connection: sa.Connection, person: Row, ids: list[int]) -> None:
    """Let each issue go to `person` once, and not at all where it has gone to one of `ids`."""
    query = (
        sa.select(deliveries)
        .where(deliveries.c.subscriber_id.in_([person.id, *ids]))
        .order_by(deliveries.c.issue_id, deliveries.c.subscriber_id != person.id)
    )
    issues = groupby(connection.execute(query).all(), key=lambda row: row.issue_id)
    for issue_id, rows in issues:
        best, *others = sorted(rows, key=lambda row: _STATES.index(row.state))
        for other in others:
            if other.state in _WAITING:
                _change(
                    connection,
                    issue_id,
                    other.subscriber_id,
                    state="skipped",
                    reason=f"goes to the same person as subscriber {person.id}",
                    claim_token="",
                    owner="",
                    lease_until=0,
                )
        if best.subscriber_id != person.id:
            _swap(connection, issue_id, person.id, best.subscriber_id)
            if best.state in _WAITING:
                _change(connection, issue_id, person.id, token_version=person.token_version)


def _swap(connection: sa.Connection, issue_id: str, first: int, second: int) -> None:
    for old, new in ((first, -1), (second, first), (-1, second)):
        for table in (deliveries, decisions):
            this = (table.c.issue_id == issue_id) & (table.c.subscriber_id == old)
            connection.execute(sa.update(table).where(this).values(subscriber_id=new))


def _change(connection: sa.Connection, issue_id: str, subscriber_id: int, **values: object) -> None:
    this = (deliveries.c.issue_id == issue_id) & (deliveries.c.subscriber_id == subscriber_id)
    connection.execute(sa.update(deliveries).where(this).values(values))


def _hash(secret: bytes, text: str) -> str:
    return hmac.digest(secret, b"address\x00" + text.encode(), "sha256").hex()


def _rehash(connection: sa.Connection, secret: bytes, emails: list[str]) -> None:
    """Bring hashes of addresses that are not ASCII, until now of lower case, to those of keys."""
    for email in emails:
        old, new = _hash(secret, email.lower()), _hash(secret, address_key(email))
        if old == new:
            continue
        connection.execute(
            sa.update(consent_log).where(consent_log.c.subject == old).values(subject=new)
        )
        for table in (suppressions, bounces):
            other, place = table.alias(), table.c.email_hash == old
            known = other.c.email_hash == new
            if table is bounces:
                known &= other.c.report == bounces.c.report
            connection.execute(sa.delete(table).where(place, sa.exists().where(known)))
            connection.execute(sa.update(table).where(place).values(email_hash=new))
