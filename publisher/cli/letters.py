"""What commands that cause single mails share: to send them, and to say how it went."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.cli import sending, show
from publisher.errors import SourceError

if TYPE_CHECKING:
    from publisher.settings import Settings
    from publisher.store.database import Store


def check(settings: Settings) -> None:
    """Raise `SettingsError` where nobody could confirm by mail or on the web."""
    from publisher.services import transactional

    transactional.check_answerable(settings)


def send(settings: Settings, store: Store | None = None) -> bool:
    """Send the letters that are due; return whether none had to stay."""
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.services import build, transactional

    if store is None:
        with build.open_store(settings) as opened:
            return send(settings, opened)
    if not store.outgoing_queue.waiting():
        return True
    with graceful_stop() as stopping:
        found = transactional.send_queued(
            settings,
            store,
            sending.now,
            topic_names=topic_names(settings),
            stopping=stopping,
            on_progress=_progress,
        )
    left = store.outgoing_queue.waiting()
    show.note(
        f"{show.count(found.sent, 'mail')} sent"
        + (f", {found.dropped:,} given up" if found.dropped else "")
        + (f", {left:,} waiting" if left else "")
    )
    if found.stopped:
        show.note(f"stopped: {found.stopped}")
    if left:
        show.note("`publisher inbox` and `publisher subscribers invite` go on with them")
    return not left


def topic_names(settings: Settings) -> dict[str, str]:
    """Return the names of all topics by slug; none where the digests can't be read."""
    from publisher.services import build

    with suppress(SourceError):
        return {topic.slug: topic.name for topic in build.collect(settings).topics}
    return {}


def _progress(sent: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{sent:,} sent ")
