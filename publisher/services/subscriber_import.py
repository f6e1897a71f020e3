"""Operators' imports of files of people: the check, then the import, both in steps.

A step is one transaction of the store, and short, so that others write in between. Whatever dies
in the middle, the next run goes on with the step after the last one.
"""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING

from publisher.addresses import address_key
from publisher.errors import SubscriberError
from publisher.models.imports import (
    ImportColumns,
    ImportConsent,
    ImportRemark,
    ImportState,
)
from publisher.newsletter.subscriber_csv import Remark, SubscriberTable, text_of
from publisher.services.known_topics import KnownTopics

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.models.imports import ImportedSubscriber, ImportJob
    from publisher.settings import Settings
    from publisher.store.database import Store

STEP = 500  # lines


def run_import(
    job: ImportJob,
    store: Store,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    pause: Callable[[], bool] = lambda: False,
) -> None:
    """Work on an import that is being checked or imported, up to its end.

    `pause` is called between steps, and ends the run where it returns True. Raises `StoreError`.
    """
    if job.state is ImportState.CHECKING and job.line:
        # A check writes nothing, and knows only of the lines that it has read.
        if not store.import_jobs.restart(job, ImportState.CHECKING):
            return
        job = store.import_jobs.get(job.id) or job
    try:
        table = _table(store.import_jobs.content(job.id))
        topics = KnownTopics(settings if "topics" in table.columns.places else None)
        last = _run_steps(job, table, topics, store, clock, pause)
    except SubscriberError as error:
        latest = store.import_jobs.get(job.id)
        if latest is not None:
            store.import_jobs.end(latest, ImportState.FAILED, problem=str(error))
        return
    if last is None:
        return
    if last.state is ImportState.CHECKING:
        store.import_jobs.end(last, ImportState.CHECKED, columns=_columns(table, topics))
    else:
        store.import_jobs.end(last, ImportState.DONE)


def _run_steps(
    job: ImportJob,
    table: SubscriberTable,
    topics: KnownTopics,
    store: Store,
    clock: Callable[[], datetime],
    pause: Callable[[], bool],
) -> ImportJob | None:
    """Make all steps that are left; return the import after the last one, None if not ours."""
    confirmed = job.consent is ImportConsent.AGREED
    lines = table.rows(slugify=topics.slug, confirmed=confirmed)
    # A step ends between two lines: a remark on the names of columns may share one with nobody.
    left = (row for row in lines if row.line > job.line)
    seen: set[int] = set()
    detail = f"by operator {job.operator}: {job.note or f'import of {job.file_name}'}"
    current: ImportJob | None = job
    while current is not None and (step := list(islice(left, STEP))):
        if pause():
            return None
        people = [row for row in step if not isinstance(row, Remark)]
        remarks = [_remark(row) for row in step if isinstance(row, Remark)]
        new = _unseen(people, seen) if current.state is ImportState.CHECKING else people
        current = store.import_jobs.step(
            current,
            new,
            remarks,
            line=step[-1].line,
            repeated=len(people) - len(new),
            detail=detail,
            now=clock(),
        )
    return current


def _unseen(people: list[ImportedSubscriber], seen: set[int]) -> list[ImportedSubscriber]:
    """Return the people of whom no earlier line was; hashes take a tenth of their addresses."""
    new = []
    for row in people:
        key = hash(address_key(row.email))
        if key not in seen:
            seen.add(key)
            new.append(row)
    return new


def _table(content: bytes) -> SubscriberTable:
    return SubscriberTable(text_of(io.BufferedReader(io.BytesIO(content))))


def _columns(table: SubscriberTable, topics: KnownTopics) -> ImportColumns:
    columns = table.columns
    known = {name: table.header[place].strip() for name, place in columns.places.items()}
    marks = ((mark.name, mark.name) for mark in columns.marks)
    return ImportColumns((*known.items(), *marks), columns.unknown, tuple(topics.unknown))


def _remark(remark: Remark) -> ImportRemark:
    return ImportRemark(remark.line, remark.message, remark.rejected)
