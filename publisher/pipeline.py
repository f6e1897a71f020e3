"""Joins the rooms: the only module that knows collector, formatter, sender and store.

    digests -> collector -> papers -> formatter -> feeds, pages, issue -> sender -> inboxes

Each function is one thing a user asks for. Rooms are imported when they are needed: a build has no
use for a database, a status none for a parser.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.errors import IssueError, TransportError
from publisher.models import DeliveryState, SubscriberStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from publisher.formatter.build import Changes
    from publisher.models import Collection, Edition, Issue
    from publisher.sender.delivery import Report, Step
    from publisher.sender.message import Letterhead
    from publisher.settings import Settings
    from publisher.store.database import Store

# A subscriber that does not exist: whose token a test copy holds, so that it unsubscribes nobody.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` did."""

    collection: Collection
    changes: Changes


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue with the editions that somebody gets, not frozen yet.

    `editions` maps an edition's key to it; `recipients` counts who gets which.
    """

    issue: Issue
    editions: dict[str, Edition]
    recipients: dict[str, int]


@dataclass(frozen=True, slots=True)
class _FrozenEdition:
    key: str
    subject: str
    message: bytes


def _quiet(_done: int, _total: int) -> None:
    return


def collect(settings: Settings, progress: Callable[[int, int], None] = _quiet) -> Collection:
    """Return the papers of all digests, pulled first where they are in a repository.

    `progress` is told how many of how many files are done.

    Raises `SourceError`.
    """
    from publisher import collector  # noqa: PLC0415

    found = collector.update_sources(settings)
    collection = collector.collect(settings, progress)
    return replace(collection, findings=(*found, *collection.findings)) if found else collection


def _patient(_message: str) -> None:
    return


def build(
    settings: Settings,
    progress: Callable[[int, int], None] = _quiet,
    waiting: Callable[[str], None] = _patient,
) -> Built:
    """Write the feeds and pages that changed, when no other build of the same folder is at it.

    `waiting` is told who is, again and again; what it raises ends the wait. Raises `SourceError`,
    `TemplateError` and `OutputError`.
    """
    from publisher.locking import one_at_a_time  # noqa: PLC0415

    folder = settings.path(settings.output.folder)
    # From the first file read: who reads early and writes late would bring an older state back.
    with one_at_a_time(folder, settings.output.wait_seconds, settings.cache_folder, waiting):
        return _build(settings, progress)


def announce(
    built: Built, settings: Settings, stopping: Callable[[], bool] = lambda: False
) -> list[str]:
    """Tell the WebSub hub of the settings which feeds `built` changed; return what went wrong."""
    from publisher import websub  # noqa: PLC0415

    addresses = websub.current_feeds(built.changes.written, settings.site.root)
    return websub.ping(settings.feeds.hub, addresses, stopping) if settings.feeds.hub else []


def _build(settings: Settings, progress: Callable[[int, int], None]) -> Built:
    from publisher.formatter.site.write import write  # noqa: PLC0415

    collection = collect(settings, progress)
    saved = {}
    if settings.feeds.saved:
        from publisher.collector.filters import saved_filters  # noqa: PLC0415

        saved = saved_filters(settings.feeds.saved)
    return Built(collection, write(collection, settings, saved))


def open_store(settings: Settings) -> Store:
    """Return the open store; a relative SQLite path is seen from the settings file's folder.

    Raises `StoreError`.
    """
    from publisher.store.database import open_store  # noqa: PLC0415

    url = settings.store.url.reveal()
    scheme, separator, path = url.partition(":///")
    if separator and scheme.startswith("sqlite") and path and not path.startswith("/"):
        url = f"{scheme}:///{settings.path(path)}"
    return open_store(url)


def letterhead(settings: Settings) -> Letterhead:
    """Return what stands in the head of every message of this site."""
    from publisher.sender.message import Letterhead  # noqa: PLC0415

    mail, web = settings.mail, settings.web.root
    # One click has to be https (RFC 8058, 2); a site on this machine is nobody's archive.
    safe = web if web.startswith("https:") else ""
    root = settings.site.root
    public = root if settings.site.domain != "localhost" and root.isascii() else ""
    return Letterhead(
        from_address=mail.from_address,
        from_name=mail.from_name or settings.newsletter.title or settings.site.title,
        reply_to=mail.reply_to,
        list_id=mail.list_id or f"digests.{settings.site.domain}",
        unsubscribe_address=mail.unsubscribe_address,
        language=settings.site.language,
        sender_address=mail.sender_address,
        help_address=mail.help_address or mail.reply_to,
        one_click_url=f"{safe}unsubscribe/" if safe else "",
        subscribe_url=f"{web}subscribe" if web else "",
        archive_url=public,
    )


def due(collection: Collection, settings: Settings, store: Store, now: datetime) -> Issue | None:
    """Return the issue that is due and not frozen yet, None where there is none."""
    from publisher.formatter.newsletter import due_issue  # noqa: PLC0415

    issued = [info.id for info in store.ledger.issues()]
    return due_issue(now, collection.papers, store.ledger.sent_papers(), issued, settings)


def upcoming(
    collection: Collection, settings: Settings, store: Store, now: datetime
) -> Issue | None:
    """Return the issue that is due, else what the running period has brought so far."""
    from publisher.formatter.newsletter import compose_issue, period_of  # noqa: PLC0415

    found = due(collection, settings, store, now)
    if found is not None:
        return found
    already = store.ledger.sent_papers()
    running = period_of(now, settings)
    issued = [info.id for info in store.ledger.issues()]
    issue = compose_issue(running, collection.papers, already, issued, settings)
    return issue if issue.papers else None


def by_id(issue_id: str, collection: Collection, settings: Settings, store: Store) -> Issue:
    """Return the issue `issue_id` with the papers that no other issue held.

    Raises `IssueError` where it would be empty.
    """
    from publisher.formatter.newsletter import compose_issue, period_by_id  # noqa: PLC0415

    issued = [info.id for info in store.ledger.issues()]
    issue = compose_issue(
        period_by_id(issue_id, settings),
        collection.papers,
        store.ledger.sent_papers(),
        issued,
        settings,
    )
    if not issue.papers:
        raise IssueError(f"issue {issue_id}: no paper that no earlier issue held")
    return issue


def draft(issue: Issue, settings: Settings, store: Store) -> Draft:
    """Return `issue` with every edition that a subscriber gets, each rendered once."""
    from publisher.formatter.email import render_edition  # noqa: PLC0415
    from publisher.sender.recipients import addressees, needed_editions  # noqa: PLC0415

    held = {topic.slug for paper in issue.papers for topic in paper.topics}
    topics = needed_editions(store.subscribers.iterate(SubscriberStatus.ACTIVE), held)
    editions = {key: render_edition(issue, slugs, settings) for key, slugs in topics.items()}
    recipients = dict.fromkeys(editions, 0)
    active = store.subscribers.iterate(SubscriberStatus.ACTIVE)
    for addressee in addressees(active, held, editions):
        recipients[addressee.edition_key] += 1
    return Draft(issue, editions, recipients)


def freeze(made: Draft, settings: Settings, store: Store, now: datetime) -> int:
    """Write issue, messages and recipients to the ledger; return the number of recipients.

    From here on every send and every resumed send has the same bytes. Raises `IssueError` where
    the issue is frozen already, and `StoreError`.
    """
    from publisher.sender.message import build as build_message  # noqa: PLC0415
    from publisher.sender.recipients import addressees  # noqa: PLC0415

    issue = made.issue
    head = letterhead(settings)
    # Not the hour it was due: of an old archive's issue that is years ago, which filters suspect.
    date = now.astimezone(settings.site.zone)
    held = {topic.slug for paper in issue.papers for topic in paper.topics}
    return store.ledger.freeze(
        issue.id,
        start=issue.start,
        end=issue.end,
        papers=[(paper.id, paper.version) for paper in issue.papers],
        edition_rows=[
            _FrozenEdition(key, edition.subject, build_message(edition, head, date))
            for key, edition in made.editions.items()
        ],
        recipients=addressees(
            store.subscribers.iterate(SubscriberStatus.ACTIVE), held, made.editions
        ),
        now=now,
    )


def deliver(
    issue_ids: Iterable[str],
    settings: Settings,
    store: Store,
    on_progress: Callable[[Step], None],
) -> list[Report]:
    """Send what is waiting of frozen issues, oldest first; stops after one that had to stop."""
    from publisher.sender.delivery import deliver as deliver_issue  # noqa: PLC0415
    from publisher.sender.stopping import graceful_stop  # noqa: PLC0415
    from publisher.sender.transports import create  # noqa: PLC0415

    reports: list[Report] = []
    with create(settings) as transport, graceful_stop() as stopping:
        for issue_id in issue_ids:
            report = deliver_issue(
                issue_id,
                store.ledger,
                transport,
                envelope_sender=settings.mail.from_address,
                keys=store.keys,
                stopping=stopping,
                on_progress=on_progress,
            )
            reports.append(report)
            if report.stopped:
                break
    return reports


def unfinished(store: Store) -> list[str]:
    """Return the ids of the frozen issues that still have something to send, oldest first."""
    return [info.id for info in store.ledger.issues() if info.state != "done"]


def retry_unknown(store: Store, issue_id: str | None, now: datetime) -> int:
    """Put the deliveries in doubt back, on the operator's word; return how many."""
    count = 0
    for info in store.ledger.issues():
        if issue_id not in (None, info.id):
            continue
        for row in store.ledger.rows(info.id, [DeliveryState.IN_DOUBT]):
            count += store.ledger.resolve(
                info.id,
                row.subscriber_id,
                DeliveryState.READY,
                reason="sent again on the operator's word",
                now=now,
            )
    return count


def test_copy(
    edition: Edition, issue: Issue, settings: Settings, store: Store, to: str
) -> tuple[bytes, str]:
    """Return the message of `edition` as `to` would get it, and its Message-ID.

    Its token unsubscribes nobody.
    """
    from publisher.sender import tokens  # noqa: PLC0415
    from publisher.sender.message import Recipient, Template  # noqa: PLC0415
    from publisher.sender.message import build as build_message  # noqa: PLC0415

    template = Template.parse(build_message(edition, letterhead(settings), issue.end))
    pseudonym = tokens.pseudonym(store.keys, issue.id, NOBODY)
    token = tokens.make_token(store.keys, NOBODY, 0)
    message = template.splice(Recipient(email=to, name="", pseudonym=pseudonym, token=token))
    return message, template.message_id(pseudonym)


def send_test(issue: Issue, settings: Settings, store: Store, to: str) -> str:
    """Send `issue` to the address `to` alone, leaving the ledger as it is; return where it went.

    A subscriber gets it on their topics, anybody else on all. `to` is normalised.

    Raises `TransportError`.
    """
    from publisher.formatter.email import render_edition  # noqa: PLC0415
    from publisher.sender.transports import create  # noqa: PLC0415

    subscriber = store.subscribers.find(to)
    held = {topic.slug for paper in issue.papers for topic in paper.topics}
    topics = tuple(slug for slug in (subscriber.topics if subscriber else ()) if slug in held)
    edition = render_edition(issue, topics, settings)
    message, message_id = test_copy(edition, issue, settings, store, to)
    with create(settings) as transport:
        try:
            transport.open()
            return transport.send(settings.mail.from_address, to, message, message_id)
        except TransportError as error:
            raise type(error)(
                f"{transport.name}: {error}", code=error.code, enhanced=error.enhanced
            ) from error
