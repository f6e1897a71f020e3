"""`publisher inbox`: read the mailbox, once or regularly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending, show
from publisher.cli.words import word
from publisher.errors import ConfigurationFailure, SourceError
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.settings import Settings

LONGEST_PAUSE = 900.0  # seconds, while a server can't be reached


@click.command("inbox")
@click.option("--watch", is_flag=True, help="Keep running, and read it every inbox.watch_seconds.")
@options.as_json_lines
@options.config
@options.verbose
def inbox(*, watch: bool, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Read the mailbox: bounces, complaints, and requests to subscribe or unsubscribe.

    Requests are answered; all other mail is left as it is.
    """
    from publisher.sender.delivery.signals import graceful_stop

    settings = options.settings_of(config)
    if not watch:
        once(settings, lambda: False, as_json=as_json)
        return
    failures = 0
    with graceful_stop() as stopping:
        while not stopping():
            try:
                once(settings, stopping, as_json=as_json)
                failures = 0
            except (SourceError, ConfigurationFailure) as error:
                failures += 1
                show.note(_("{error}; trying again").format(error=error))
            pause = min(settings.inbox.watch_seconds * 2**failures, LONGEST_PAUSE)
            _wait(max(pause, settings.inbox.watch_seconds), stopping)


def once(settings: Settings, stopping: Callable[[], bool], *, as_json: bool = False) -> None:
    """Read the mailbox, send the answers, and print the counts."""
    from publisher.inbound import processor

    with open_store(settings) as store:
        source = processor.open_source(settings, store)
        try:
            reader = processor.InboxProcessor(settings, store, sending.now, _topics(settings))
            reader.read_all(source, stopping)
        finally:
            source.close()
        if as_json:
            show.json_line({"results": dict(sorted(reader.results.items()))})
        else:
            counts = (
                f"{number:,} {word(result)}" for result, number in sorted(reader.results.items())
            )
            text = _(", ").join(counts) or _("nothing new")
            show.line(_("inbox: {results}").format(results=text))
        letters.send(settings, store)


def _topics(settings: Settings) -> Callable[[str], str | None]:
    """Return a function that finds the slug of a topic by its name or slug.

    The digests are read at its first call.
    """
    slugs: dict[str, str] = {}

    def find(name: str) -> str | None:
        from publisher.collector.text.slugs import fold

        if not slugs:
            for slug, full in letters.topic_names(settings).items():
                slugs[fold(full)] = slugs[slug] = slug
        return slugs.get(fold(name)) or slugs.get(name.lower())

    return find


def _wait(seconds: float, stopping: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopping() and time.monotonic() < end:
        time.sleep(min(0.5, seconds))
