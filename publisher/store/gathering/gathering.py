"""Announcements, the digests made of them, and the report of each day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from publisher.models.gathering import (
    Announced,
    AnnouncementKind,
    BatchRecord,
    BatchState,
    Candidate,
    GatherCounts,
)
from publisher.store.gathering.batches import join_versions, next_look, next_state
from publisher.store.gathering.summaries import StoredSummaries
from publisher.store.tables.gathering import (
    announcements,
    batches,
    choices,
    counts,
    digests,
    gathered_papers,
)
from publisher.store.times import optional_ms, optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from publisher.models.gathering import Batch
    from publisher.store.engine import Database

_OUTCOME = ("filtered", "chosen", "summarised", "from_cache", "failed")


class Gathering:
    """Announcements, digests and reports; `summaries` are a model's.

    Everything raises `StoreError`.
    """

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database
        self.summaries = StoredSummaries(database)

    def known_batches(self, source: str, channel: str, since: date) -> list[BatchRecord]:
        """Return what is known of a channel's announcements from `since` on, oldest first."""
        return self._batches(batches.c.source == source, batches.c.channel == channel, since=since)

    def all_batches(self, since: date) -> list[BatchRecord]:
        """Return what is known of all announcements from `since` on, oldest first."""
        return self._batches(since=since)

    def _batches(self, *which: sa.ColumnElement[bool], since: date) -> list[BatchRecord]:
        kinds = [
            sa.func.count(sa.case((announcements.c.kind == kind.value, 1))).label(kind.value)
            for kind in AnnouncementKind
        ]
        query = (
            sa.select(batches, *kinds)
            .join(announcements, announcements.c.batch_id == batches.c.id, isouter=True)
            .where(batches.c.day >= since.isoformat(), *which)
            .group_by(batches.c.id)
            .order_by(batches.c.day, batches.c.source, batches.c.channel)
        )
        with self._database.reading() as connection:
            return [
                BatchRecord(
                    source=row.source,
                    channel=row.channel,
                    day=date.fromisoformat(row.day),
                    state=BatchState(row.state),
                    new=row.new,
                    cross=row.cross,
                    replaced=row.replaced,
                    total=row.total,
                    attempts=row.attempts,
                    message=row.message,
                    next_try=optional_time(row.next_try),
                )
                for row in connection.execute(query)
            ]

    def save_batch(self, batch: Batch, now: datetime) -> None:
        """Join a read of an announcement to what was known of it, and count the attempt.

        Papers are added and never taken away. See `next_state` for the state.
        """
        papers: dict[str, tuple[int, Announced]] = {}
        for place, announced in enumerate(batch.papers):
            papers.setdefault(announced.paper.id, (place, announced))
        key = {"source": batch.source, "channel": batch.channel, "day": batch.day.isoformat()}
        unread = {"state": BatchState.WAITING.value, "total": 0, "attempts": 0, "message": ""}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert_new(batches).values(**key, **unread, read_at=to_ms(now))
            )
            which = sa.and_(*(batches.c[name] == value for name, value in key.items()))
            row = connection.execute(sa.select(batches).where(which).with_for_update()).one()
            known = set(
                connection.scalars(
                    sa.select(announcements.c.paper_id).where(announcements.c.batch_id == row.id)
                )
            )
            state = next_state(BatchState(row.state), len(known), row.total, batch)
            is_empty = not known and not papers
            again = next_look(batch, state, row.attempts + 1, now, is_empty=is_empty)
            # The reason for a state that the read did not change is the earlier one.
            explains = state in (batch.state, BatchState.PARTIAL)
            connection.execute(
                sa.update(batches)
                .where(batches.c.id == row.id)
                .values(
                    state=state.value,
                    total=max(row.total, batch.total, len(known | papers.keys())),
                    attempts=row.attempts + 1,
                    message=batch.message if explains else row.message,
                    next_try=optional_ms(again),
                    read_at=to_ms(now),
                )
            )
            if papers:
                self._save_papers(connection, [paper for _, (_, paper) in papers.items()], batch)
                _save_places(connection, row.id, papers)

    def _save_papers(
        self, connection: sa.Connection, papers: Iterable[Announced], batch: Batch
    ) -> None:
        """Keep each version once.

        What the announcement of a later day says of a version only fills gaps: where the number of
        a new version is not known yet, it stands as the earlier version.
        """
        read = {(each.paper.id, each.paper.version): each.paper for each in papers}
        day = batch.day.isoformat()
        connection.execute(
            self._database.insert_new(gathered_papers),
            [
                {"paper_id": paper_id, "version": version, "day": day, "content": _json(paper)}
                for (paper_id, version), paper in sorted(read.items())
            ],
        )
        query = (
            sa.select(gathered_papers)
            .where(gathered_papers.c.paper_id.in_({paper_id for paper_id, _ in read}))
            .with_for_update()
        )
        changed = []
        for row in connection.execute(query).all():
            paper = read.get((row.paper_id, row.version))
            if paper is None:
                continue
            known = _paper(row.content)
            pair = (paper, known) if day <= row.day else (known, paper)
            joined = join_versions(*pair)
            if joined != known or day < row.day:
                changed.append(
                    {
                        "of_paper": row.paper_id,
                        "of_version": row.version,
                        "day": min(day, row.day),
                        "content": _json(joined),
                    }
                )
        if changed:
            statement = sa.update(gathered_papers).where(
                gathered_papers.c.paper_id == sa.bindparam("of_paper"),
                gathered_papers.c.version == sa.bindparam("of_version"),
            )
            connection.execute(statement, changed)

    def papers_of(self, source: str, channel: str, day: date) -> list[Announced]:
        """Return the papers of an announcement, in its order."""
        query = (
            sa.select(announcements.c.kind, gathered_papers.c.content)
            .join(batches, batches.c.id == announcements.c.batch_id)
            .join(
                gathered_papers,
                sa.and_(
                    gathered_papers.c.paper_id == announcements.c.paper_id,
                    gathered_papers.c.version == announcements.c.version,
                ),
            )
            .where(
                batches.c.source == source,
                batches.c.channel == channel,
                batches.c.day == day.isoformat(),
            )
            .order_by(announcements.c.place, announcements.c.paper_id)
        )
        with self._database.reading() as connection:
            return [
                Announced(_paper(row.content), AnnouncementKind(row.kind))
                for row in connection.execute(query)
            ]

    def announced_keys(self, source: str, channel: str, since: date) -> dict[date, list[str]]:
        """Return kind, id and version of what a channel announced from `since` on, by day."""
        query = (
            sa.select(
                batches.c.day,
                announcements.c.kind,
                announcements.c.paper_id,
                announcements.c.version,
            )
            .join(announcements, announcements.c.batch_id == batches.c.id)
            .where(
                batches.c.source == source,
                batches.c.channel == channel,
                batches.c.day >= since.isoformat(),
            )
        )
        keys: dict[date, list[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                key = f"{row.kind} {row.paper_id}v{row.version}"
                keys.setdefault(date.fromisoformat(row.day), []).append(key)
        return keys

    def known_before(self, paper_ids: Collection[str], day: date) -> dict[str, Candidate]:
        """Return the newest version of each paper that was announced before `day`."""
        query = (
            sa.select(gathered_papers.c.paper_id, gathered_papers.c.content)
            .where(
                gathered_papers.c.paper_id.in_(paper_ids), gathered_papers.c.day < day.isoformat()
            )
            .order_by(gathered_papers.c.version)
        )
        with self._database.reading() as connection:
            return {row.paper_id: _paper(row.content) for row in connection.execute(query)}

    def save_digest(
        self,
        topic: str,
        day: date,
        entries: Iterable[tuple[str, int, float, tuple[str, ...]]],
        digest_hash: str,
        now: datetime,
    ) -> None:
        """Note that the digest of a topic and day is written, in place of an earlier one.

        `entries` are its papers: id, version, score and reasons. There may be none.
        """
        key = {"topic": topic, "day": day.isoformat()}
        rows = [
            {
                **key,
                "paper_id": paper_id,
                "version": version,
                "score": score,
                "reasons": msgspec.json.encode(reasons).decode(),
            }
            for paper_id, version, score, reasons in entries
        ]
        with self._database.writing() as connection:
            connection.execute(
                sa.delete(digests).where(digests.c.topic == topic, digests.c.day == key["day"])
            )
            connection.execute(
                sa.insert(digests).values(**key, hash=digest_hash, written_at=to_ms(now))
            )
            if rows:
                connection.execute(sa.insert(choices), rows)

    def digests_of(self, topic: str) -> dict[date, str]:
        """Return the days whose digest is written, with its hash."""
        query = sa.select(digests.c.day, digests.c.hash).where(digests.c.topic == topic)
        with self._database.reading() as connection:
            return {date.fromisoformat(row.day): row.hash for row in connection.execute(query)}

    def published_before(self, topic: str, paper_ids: Collection[str], day: date) -> set[str]:
        """Return the papers that a digest of the topic has from an earlier day."""
        query = sa.select(choices.c.paper_id).where(
            choices.c.topic == topic,
            choices.c.paper_id.in_(paper_ids),
            choices.c.day < day.isoformat(),
        )
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def save_counts(self, rows: Iterable[GatherCounts], now: datetime) -> None:
        """Note the report of a run, for each of its days and channels.

        Summaries and cost are those of this run alone, and are added to those of earlier runs of
        the day; what an earlier run paid for is no summary from the cache. A row that tells of the
        announcement alone, with nothing filtered or chosen, leaves what earlier runs made of it.
        """
        with self._database.writing() as connection:
            for row in rows:
                which = sa.and_(
                    counts.c.day == row.day.isoformat(), counts.c.channel == row.channel
                )
                connection.execute(
                    self._database.insert_new(counts).values(
                        **_count_values(GatherCounts(row.day, row.channel, row.state)), noted_at=0
                    )
                )
                before = connection.execute(sa.select(counts).where(which).with_for_update()).one()
                values = _count_values(row) | _outcome(before, row)
                connection.execute(
                    sa.update(counts).where(which).values(**values, noted_at=to_ms(now))
                )

    def counts(self, since: date, until: date) -> list[GatherCounts]:
        """Return the reports of the days from `since` to `until`, oldest first."""
        query = (
            sa.select(counts)
            .where(counts.c.day.between(since.isoformat(), until.isoformat()))
            .order_by(counts.c.day, counts.c.channel)
        )
        with self._database.reading() as connection:
            return [_counts(row) for row in connection.execute(query).mappings()]


def _save_places(
    connection: sa.Connection, batch_id: int, papers: Mapping[str, tuple[int, Announced]]
) -> None:
    connection.execute(
        sa.delete(announcements).where(
            announcements.c.batch_id == batch_id, announcements.c.paper_id.in_(papers)
        )
    )
    connection.execute(
        sa.insert(announcements),
        [
            {
                "batch_id": batch_id,
                "paper_id": paper_id,
                "version": announced.paper.version,
                "kind": announced.kind.value,
                "place": place,
            }
            for paper_id, (place, announced) in papers.items()
        ],
    )


def _json(paper: Candidate) -> str:
    return msgspec.json.encode(paper).decode()


def _paper(content: str) -> Candidate:
    return msgspec.json.decode(content, type=Candidate)


def _outcome(before: sa.Row[tuple[object, ...]], row: GatherCounts) -> dict[str, int]:
    cost = before.cost_micro + row.cost_micro
    if not (row.filtered or row.chosen):
        return {name: getattr(before, name) for name in _OUTCOME} | {"cost_micro": cost}
    written = row.summarised + row.from_cache
    summarised = min(written, before.summarised + row.summarised)
    return {"summarised": summarised, "from_cache": written - summarised, "cost_micro": cost}


def _count_values(row: GatherCounts) -> dict[str, object]:
    return asdict(row) | {"day": row.day.isoformat(), "state": row.state.value}


def _counts(row: sa.RowMapping) -> GatherCounts:
    values = {str(name): value for name, value in row.items() if name != "noted_at"}
    return msgspec.convert(values, GatherCounts)
