"""`publisher inbox`: read the mailbox, once or again and again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending, show
from publisher.errors import ConfigurationFailure, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.settings import Settings

LONGEST_PAUSE = 900.0  # seconds, while a server can't be reached


@click.command("inbox")
@click.option("--watch", is_flag=True, help="Go on until stopped.")
@options.config
@options.verbose
def inbox(*, watch: bool, config: Path | None, verbose: bool) -> None:
    """Read the mailbox: bounces, complaints, and mails that ask to subscribe or to leave.

    What is none of these is left as it is. Answers are sent.
    """
    from publisher.sender.delivery.signals import graceful_stop

    settings = options.settings_of(config)
    if not watch:
        once(settings, lambda: False)
        return
    failures = 0
    with graceful_stop() as stopping:
        while not stopping():
            try:
                once(settings, stopping)
                failures = 0
            except (SourceError, ConfigurationFailure) as error:
                failures += 1
                show.note(f"{error}; trying again")
            pause = min(settings.inbox.watch_seconds * 2**failures, LONGEST_PAUSE)
            _wait(max(pause, settings.inbox.watch_seconds), stopping)


def once(settings: Settings, stopping: Callable[[], bool]) -> None:
    """Read the mailbox, send the answers, and say what there was."""
    from publisher.inbound import processor
    from publisher.services import build

    with build.open_store(settings) as store:
        source = processor.open_source(settings, store)
        try:
            reader = processor.InboxProcessor(settings, store, sending.now, _topics(settings))
            reader.read_all(source, stopping)
        finally:
            source.close()
        counted = ", ".join(f"{number:,} {word}" for word, number in sorted(reader.results.items()))
        show.line(f"inbox: {counted or 'nothing new'}")
        letters.send(settings, store)


def _topics(settings: Settings) -> Callable[[str], str | None]:
    """Return what finds the slug of a topic by name or slug; reads the digests when asked."""
    known: dict[str, str] = {}

    def find(name: str) -> str | None:
        from publisher.collector.text.slugs import fold

        if not known:
            for slug, full in letters.topic_names(settings).items():
                known[fold(full)] = known[slug] = slug
        return known.get(fold(name)) or known.get(name.lower())

    return find


def _wait(seconds: float, stopping: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopping() and time.monotonic() < end:
        time.sleep(min(0.5, seconds))
