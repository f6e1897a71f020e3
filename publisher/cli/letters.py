"""Send the single mails that a command has put into the queue, and print the result."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.cli import sending, show, terminal
from publisher.errors import SourceError
from publisher.services import build
from publisher.services.store import open_store
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from publisher.settings import Settings
    from publisher.store.database import Store


def check(settings: Settings) -> None:
    """Raise `SettingsError` where nobody could confirm, by mail or on the web."""
    from publisher.services import transactional

    transactional.check_answerable(settings)


def send(settings: Settings, store: Store | None = None) -> bool:
    """Send the mails that are due; return whether none is left in the queue."""
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.services import transactional

    if store is None:
        with open_store(settings) as own_store:
            return send(settings, own_store)
    if not store.outgoing_queue.waiting():
        return True
    with graceful_stop() as stopping:
        result = transactional.send_queued(
            settings,
            store,
            sending.now,
            topic_names=topic_names(settings),
            stopping=stopping,
            on_progress=_progress,
        )
    left = store.outgoing_queue.waiting()
    parts = [show.number_of(result.sent, "1 mail sent", "{count} mails sent")]
    if result.dropped:
        parts.append(_("{count} given up").format(count=f"{result.dropped:,}"))
    if left:
        parts.append(_("{count} waiting").format(count=f"{left:,}"))
    show.note(_(", ").join(parts))
    if result.stopped:
        show.note(_("stopped: {reason}").format(reason=result.stopped))
    if left:
        show.note(_("`publisher inbox` or `publisher subscribers invite` sends the rest"))
    return not left


def send_questions(result: sending.SendResult, settings: Settings, store: Store) -> None:
    """Send the mails that ask for an approval, where an issue is held.

    `publisher run` does so by itself; a machine that runs single commands has nothing else. One
    that keeps nothing saves its store before, so that nobody is asked by each of its runs, and
    after, so that the links in the mails work.
    """
    if result.held:
        store.save()
        send(settings, store)
        store.save()


def topic_names(settings: Settings) -> dict[str, str]:
    """Return the names of all topics by slug; empty where the digests can't be read."""
    with suppress(SourceError):
        return {topic.slug: topic.name for topic in build.collect(settings).topics}
    return {}


def _progress(sent: int) -> None:
    terminal.rewrite(ngettext("1 mail sent", "{count} mails sent", sent).format(count=f"{sent:,}"))
