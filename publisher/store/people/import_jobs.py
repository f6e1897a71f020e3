"""Operators' imports of files, in steps that are each one transaction.

A step moves `line` from where the step before ended, by a conditional UPDATE: of two processes one
makes a step, and a killed one leaves a whole number of steps.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.errors import StoreError
from publisher.models.imports import (
    ImportColumns,
    ImportConsent,
    ImportCounts,
    ImportJob,
    ImportRemark,
    ImportState,
)
from publisher.store.tables.people import import_files, import_remarks, imports
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from publisher.models.imports import ImportedSubscriber
    from publisher.store.engine import Database
    from publisher.store.people.imports import ImportResult, SubscriberImports

_MOVING = (ImportState.CHECKING.value, ImportState.IMPORTING.value)
# Remarks kept of one file; nobody reads more, and they are counted.
MOST_REMARKS = 1000


class ImportJobs:
    """Imports and their files. Everything raises `StoreError`."""

    def __init__(self, database: Database, people: SubscriberImports) -> None:
        """Work on `database`; `people` judges and writes the rows."""
        self._database = database
        self._people = people

    def create(
        self,
        content: bytes,
        file_name: str,
        *,
        operator: str,
        consent: ImportConsent,
        note: str,
        now: datetime,
    ) -> int:
        """Keep a file to be checked; return the import's id."""
        values = {
            "created_at": to_ms(now),
            "operator": operator,
            "file_name": file_name,
            "state": ImportState.CHECKING.value,
            "consent": consent.value,
            "note": note,
            "lines": content.count(b"\n") + 1,
            "line": 0,
        }
        with self._database.writing() as connection:
            key = connection.execute(sa.insert(imports).values(values)).inserted_primary_key
            if key is None:
                raise AssertionError
            row = {"import_id": key[0], "content": content}
            connection.execute(sa.insert(import_files).values(row))
        return int(key[0])

    def get(self, import_id: int) -> ImportJob | None:
        """Return an import, None for an unknown id."""
        jobs = self._jobs(sa.select(imports).where(imports.c.id == import_id))
        return jobs[0] if jobs else None

    def newest(self, most: int) -> list[ImportJob]:
        """Return the newest imports, newest first."""
        return self._jobs(sa.select(imports).order_by(imports.c.id.desc()).limit(most))

    def unfinished(self) -> list[ImportJob]:
        """Return the imports that a process has to work on, oldest first."""
        moving = imports.c.state.in_(_MOVING)
        return self._jobs(sa.select(imports).where(moving).order_by(imports.c.id))

    def content(self, import_id: int) -> bytes:
        """Return the file."""
        query = sa.select(import_files.c.content).where(import_files.c.import_id == import_id)
        with self._database.reading() as connection:
            content = connection.scalar(query)
        if content is None:
            raise StoreError(f"import {import_id}: its file is gone")
        return bytes(content)

    def remarks(self, import_id: int, *, most: int) -> list[ImportRemark]:
        """Return the first remarks about lines."""
        query = (
            sa.select(import_remarks)
            .where(import_remarks.c.import_id == import_id)
            .order_by(import_remarks.c.line, import_remarks.c.id)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [
                ImportRemark(row.line, row.message, bool(row.rejected))
                for row in connection.execute(query)
            ]

    def restart(self, job: ImportJob, state: ImportState) -> bool:
        """Begin a check or the import with the first line; return whether it is ours to begin."""
        before = {"state": job.state.value, "line": job.line}
        values = {"state": state.value, "line": 0, "counts": "", "problem": ""}
        with self._database.writing() as connection:
            begins = self._move(connection, job.id, before, values)
            if begins:
                of_job = import_remarks.c.import_id == job.id
                connection.execute(sa.delete(import_remarks).where(of_job))
        return begins

    def step(
        self,
        job: ImportJob,
        rows: list[ImportedSubscriber],
        remarks: Sequence[ImportRemark],
        *,
        line: int,
        repeated: int = 0,
        detail: str = "",
        now: datetime,
    ) -> ImportJob | None:
        """Check or import the rows up to `line`; return the import after it.

        `repeated` rows are the same people's as earlier ones. None where another process has made
        the step, or the import was given up.
        """
        with self._database.writing() as connection:
            before = {"state": job.state.value, "line": job.line}
            if not self._move(connection, job.id, before, {"line": line}):
                return None
            if job.state is ImportState.IMPORTING:
                invite = job.consent is ImportConsent.INVITE
                result = self._people.take(connection, rows, now=now, detail=detail, invite=invite)
            else:
                result = self._people.foresee(connection, rows, now=now)
            refused = [ImportRemark(*refusal) for refusal in result.refused]
            counts = _plus(job.counts, result, remarks, repeated)
            connection.execute(
                sa.update(imports)
                .where(imports.c.id == job.id)
                .values(counts=json.dumps(asdict(counts)))
            )
            self._write_remarks(connection, job.id, [*remarks, *refused])
        return self.get(job.id)

    def end(
        self,
        job: ImportJob,
        state: ImportState,
        *,
        columns: ImportColumns | None = None,
        problem: str = "",
    ) -> None:
        """End a check or import; the file of one that is over is deleted."""
        values: dict[str, object] = {"state": state.value, "problem": problem}
        if columns is not None:
            values["columns"] = json.dumps(asdict(columns), ensure_ascii=False)
        with self._database.writing() as connection:
            before = {"state": job.state.value, "line": job.line}
            if self._move(connection, job.id, before, values) and state is not ImportState.CHECKED:
                connection.execute(
                    sa.delete(import_files).where(import_files.c.import_id == job.id)
                )

    def discard(self, import_id: int) -> bool:
        """Delete an import that is not under way, with its file; return whether it was there."""
        which = sa.and_(imports.c.id == import_id, imports.c.state != ImportState.IMPORTING.value)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(imports).where(which)).rowcount == 1

    def _move(
        self,
        connection: sa.Connection,
        import_id: int,
        before: Mapping[str, object],
        values: Mapping[str, object],
    ) -> bool:
        same = [imports.c[name] == value for name, value in before.items()]
        statement = sa.update(imports).where(imports.c.id == import_id, *same).values(values)
        return connection.execute(statement).rowcount == 1

    def _write_remarks(
        self, connection: sa.Connection, import_id: int, remarks: Iterable[ImportRemark]
    ) -> None:
        count = sa.select(sa.func.count()).where(import_remarks.c.import_id == import_id)
        room = max(MOST_REMARKS - int(connection.scalar(count) or 0), 0)
        rows = [
            {
                "import_id": import_id,
                "line": remark.line,
                "message": remark.message,
                "rejected": int(remark.rejected),
            }
            for remark in sorted(remarks, key=lambda remark: remark.line)[:room]
        ]
        if rows:
            connection.execute(sa.insert(import_remarks), rows)

    def _jobs(self, query: sa.Select[tuple[object, ...]]) -> list[ImportJob]:
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(query)]


def _plus(
    counts: ImportCounts, result: ImportResult, remarks: Sequence[ImportRemark], repeated: int
) -> ImportCounts:
    return ImportCounts(
        added=counts.added + result.added,
        confirmed=counts.confirmed + result.confirmed,
        unchanged=counts.unchanged + result.unchanged + repeated,
        rejected=counts.rejected + len(result.refused) + sum(remark.rejected for remark in remarks),
        active=counts.active + result.active,
        pending=counts.pending + result.pending,
        left=counts.left + result.left,
        invited=counts.invited + result.invited,
    )


def _job(row: sa.Row[tuple[object, ...]]) -> ImportJob:
    columns = json.loads(row.columns) if row.columns else {}
    return ImportJob(
        id=row.id,
        created_at=from_ms(row.created_at),
        operator=row.operator,
        file_name=row.file_name,
        state=ImportState(row.state),
        consent=ImportConsent(row.consent),
        note=row.note,
        lines=row.lines,
        line=row.line,
        columns=ImportColumns(
            tuple((ours, theirs) for ours, theirs in columns.get("known", ())),
            tuple(columns.get("unknown", ())),
            tuple(columns.get("topics", ())),
        ),
        counts=ImportCounts(**json.loads(row.counts)) if row.counts else ImportCounts(),
        problem=row.problem,
    )
