"""Writes the counts of polls to the store, every minute and at the end."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from publisher.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from publisher.web.context import Context

_SECONDS = 60.0
# How long days are kept: a year and a month, to compare with the same month.
_KEPT_DAYS = 396

_log = logging.getLogger("publisher.web")


@asynccontextmanager
async def keeping_polls(context: Context) -> AsyncIterator[None]:
    """Write the counts every minute, and the rest at the end."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_every_minute, context)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(write_polls, context)


async def _every_minute(context: Context) -> None:
    while True:
        await anyio.sleep(_SECONDS)
        await to_thread.run_sync(write_polls, context)


def write_polls(context: Context) -> None:
    """Move the counts to the store; if that fails they are lost, but nothing stops."""
    today = context.clock().astimezone(context.settings.site.zone).date()
    rows = context.polls.take(today.isoformat())
    keep_from = (today - timedelta(days=_KEPT_DAYS)).isoformat()
    try:
        context.store.polls.add(rows, keep_from=keep_from)
    except StoreError as error:
        _log.error("polls of feeds are not counted: %s", error)
