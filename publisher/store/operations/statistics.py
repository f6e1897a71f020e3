"""Figures for the operator: growth of the list, and results of deliveries.

Some read very many rows: call them in a thread that has time, and cache their results.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState, SubscriberStatus
from publisher.store.people.subscriber_rows import has_status
from publisher.store.people.suppressions import MAIL_AGAIN
from publisher.store.tables.mail import bounces
from publisher.store.tables.newsletter import deliveries, issues
from publisher.store.tables.people import consent_log, subscribers
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from publisher.store.engine import Database

# The actions of the consent log by which people come and go.
CAME = ("confirmed", "imported as active", MAIL_AGAIN)
WENT = ("unsubscribed", "erased", "imported as unsubscribed", "suppressed")
# The days of every time zone begin at a multiple of this, in milliseconds.
_QUARTER = 15 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Growth:
    """A day of the list; `size` is the number of people at its end."""

    day: date
    came: int
    went: int
    size: int


@dataclass(frozen=True, slots=True)
class DomainBounces:
    """Mail to one domain: sent, rejected at once, or reported as bounced later."""

    domain: str
    sent: int
    rejected: int
    hard: int
    soft: int
    reason: str

    @property
    def failed(self) -> int:
        """The number of all that did not arrive, for good or for a while."""
        return self.rejected + self.hard + self.soft


class Statistics:
    """Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def growth(self, zone: ZoneInfo, *, days: int, now: datetime) -> list[Growth]:
        """Return the last `days` days, today included, in `zone`.

        Read from the consent log. Whoever only confirms once more does not count as new, and
        whoever is erased after leaving does not count twice.
        """
        today = now.astimezone(zone).date()
        first = today - timedelta(days=days - 1)
        start = to_ms(datetime.combine(first, datetime.min.time(), zone))
        with self._database.reading() as connection:
            came, went = _comings_and_goings(connection, start, zone)
            size = connection.scalar(
                sa.select(sa.func.count())
                .select_from(subscribers)
                .where(has_status(SubscriberStatus.ACTIVE) | has_status(SubscriberStatus.PAUSED))
            )
        growth, after = [], int(size or 0)
        for back in range(days):
            day = today - timedelta(days=back)
            growth.append(Growth(day, came[day], went[day], max(after, 0)))
            after += went[day] - came[day]
        return growth[::-1]

    def states_of(self, issue_ids: Sequence[str]) -> dict[str, dict[DeliveryState, int]]:
        """Return how many deliveries of each issue are in each state, 0 included."""
        query = (
            sa.select(deliveries.c.issue_id, deliveries.c.state, sa.func.count())
            .where(deliveries.c.issue_id.in_(list(issue_ids)))
            .group_by(deliveries.c.issue_id, deliveries.c.state)
        )
        counts = {issue_id: dict.fromkeys(DeliveryState, 0) for issue_id in issue_ids}
        with self._database.reading() as connection:
            for issue_id, state, count in connection.execute(query):
                counts[issue_id][DeliveryState(state)] = count
        return counts

    def doubts_of(self, issue_ids: Sequence[str]) -> dict[str, int]:
        """Return how many deliveries of each issue are in doubt, without zeros: a quick query."""
        query = (
            sa.select(deliveries.c.issue_id, sa.func.count())
            .where(
                deliveries.c.issue_id.in_(list(issue_ids)),
                deliveries.c.state == DeliveryState.IN_DOUBT.value,
            )
            .group_by(deliveries.c.issue_id)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def reasons_of(
        self, issue_id: str, state: DeliveryState, *, most: int
    ) -> list[tuple[str, int]]:
        """Return the `most` frequent reasons of a state with their numbers of deliveries."""
        count = sa.func.count()
        query = (
            sa.select(deliveries.c.reason, count)
            .where(deliveries.c.issue_id == issue_id, deliveries.c.state == state.value)
            .group_by(deliveries.c.reason)
            .order_by(count.desc(), deliveries.c.reason)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [(reason, count) for reason, count in connection.execute(query)]

    def recent_issues(self, most: int) -> list[str]:
        """Return the ids of the newest issues, newest first."""
        query = (
            sa.select(issues.c.id).order_by(issues.c.end_at.desc(), issues.c.id.desc()).limit(most)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def by_domain(self, issue_ids: Iterable[str], *, since: datetime) -> list[DomainBounces]:
        """Return the domains where mail failed, those with most failures first.

        Sent and rejected mails are those of the issues, by the addresses that the ledger froze.
        Bounces are those reported after `since`, which keep their domain, as no address is kept
        with a report.
        """
        ids = list(issue_ids)
        rejected = deliveries.c.state == DeliveryState.REJECTED.value
        domain = _domain(self._database, deliveries.c.email)
        of_issues = (
            sa.select(
                domain,
                sa.func.sum(sa.case((deliveries.c.state == DeliveryState.SENT.value, 1), else_=0)),
                sa.func.sum(sa.case((rejected, 1), else_=0)),
            )
            .where(deliveries.c.issue_id.in_(ids), deliveries.c.email != "")
            .group_by(domain)
        )
        count = sa.func.count()
        answers = (
            sa.select(domain, deliveries.c.reason)
            .where(deliveries.c.issue_id.in_(ids), deliveries.c.email != "", rejected)
            .group_by(domain, deliveries.c.reason)
            .order_by(count, deliveries.c.reason)
        )
        reported = (
            sa.select(
                bounces.c.domain,
                sa.func.sum(sa.case((bounces.c.weight == "hard", 1), else_=0)),
                sa.func.sum(sa.case((bounces.c.weight == "soft", 1), else_=0)),
                sa.func.max(bounces.c.reason),
            )
            .where(bounces.c.at >= to_ms(since))
            .group_by(bounces.c.domain)
        )
        with self._database.reading() as connection:
            sent = {row[0]: row[1:] for row in connection.execute(of_issues)}
            # The most frequent reason of a domain comes last and wins.
            reasons = {row[0]: row[1] for row in connection.execute(answers)}
            later = {row[0]: row[1:] for row in connection.execute(reported)}
        domains = []
        for name in sent.keys() | later.keys():
            arrived, refused = sent.get(name, (0, 0))
            hard, soft, report = later.get(name, (0, 0, ""))
            counts = (int(arrived), int(refused), int(hard), int(soft))
            domains.append(DomainBounces(name, *counts, reasons.get(name) or report))
        failing = [domain for domain in domains if domain.failed]
        return sorted(failing, key=lambda domain: (-domain.failed, domain.domain))


def _comings_and_goings(
    connection: sa.Connection, start: int, zone: ZoneInfo
) -> tuple[Counter[date], Counter[date]]:
    """Return how many came and went on each day since `start`."""
    before = consent_log.alias()
    last = (
        sa.select(before.c.action)
        .where(
            before.c.subject == consent_log.c.subject,
            before.c.id < consent_log.c.id,
            before.c.action.in_([*CAME, *WENT]),
        )
        .order_by(before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    was_in = sa.func.coalesce(last, "").in_(CAME)
    comes = consent_log.c.action.in_(CAME)
    quarter = consent_log.c.at // _QUARTER
    query = (
        sa.select(quarter, comes, sa.func.count())
        .where(
            consent_log.c.at >= start,
            sa.or_(
                sa.and_(comes, ~was_in),
                sa.and_(consent_log.c.action.in_(WENT), was_in),
            ),
        )
        .group_by(quarter, comes)
    )
    came: Counter[date] = Counter()
    went: Counter[date] = Counter()
    for number, joined, count in connection.execute(query):
        day = from_ms(number * _QUARTER).astimezone(zone).date()
        (came if joined else went)[day] += count
    return came, went


def _domain(database: Database, email: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return what follows the @; a local part that has one is in quotes and very rare."""
    if database.dialect == "postgresql":
        return sa.func.lower(sa.func.split_part(email, "@", -1))
    return sa.func.lower(sa.func.substr(email, sa.func.instr(email, "@") + 1))
