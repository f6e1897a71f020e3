"""From papers to frozen issues: which are due, who gets which edition, what goes to the ledger.

Joins formatter, sender and store as `pipeline` joins all rooms. Rooms are imported when they are
needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from publisher.errors import IssueError, TransportError
from publisher.models import EditionKey, SubscriberStatus
from publisher.models.ledger import FrozenEdition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from publisher.models import Collection, Edition, Frequency, Issue
    from publisher.newsletter.audience import AudienceMember, IssueAudience
    from publisher.settings import Settings
    from publisher.store.database import Store

# A subscriber that does not exist: whose token a test copy holds, so that it unsubscribes nobody.
NOBODY = 0
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue with the editions that somebody gets, not frozen yet.

    `editions` maps an edition's key to it; `recipients` counts who gets which.
    """

    issue: Issue
    offer: IssueAudience
    editions: dict[str, Edition]
    recipients: dict[str, int]


def due(
    collection: Collection, settings: Settings, store: Store, now: datetime
) -> tuple[Issue, ...]:
    """Return the issues that are due and not frozen yet: at most one of each frequency."""
    from publisher.newsletter.contents import due_issue  # noqa: PLC0415

    issued = [info.id for info in store.issues.all()]
    found = (
        due_issue(
            now,
            collection.papers,
            store.sent_papers.newest_versions(frequency),
            issued,
            settings,
            frequency,
        )
        for frequency in dict.fromkeys(settings.newsletter.frequencies)
    )
    return tuple(issue for issue in found if issue is not None)


def upcoming(
    collection: Collection,
    settings: Settings,
    store: Store,
    now: datetime,
    frequency: Frequency | None = None,
) -> Issue | None:
    """Return the issue that is due, else what the running period has brought so far.

    `frequency` None is the list's own.
    """
    from publisher.newsletter.contents import compose_issue, due_issue  # noqa: PLC0415
    from publisher.newsletter.periods import period_of  # noqa: PLC0415

    frequency = frequency or settings.newsletter.frequencies[0]
    already = store.sent_papers.newest_versions(frequency)
    issued = [info.id for info in store.issues.all()]
    found = due_issue(now, collection.papers, already, issued, settings, frequency)
    if found is not None:
        return found
    running = period_of(now, settings, frequency)
    issue = compose_issue(running, collection.papers, already, issued, settings)
    return issue if issue.papers else None


def by_id(issue_id: str, collection: Collection, settings: Settings, store: Store) -> Issue:
    """Return the issue `issue_id` with the papers that no other issue of its stream held.

    One that is frozen already too: what was sent stays as it was sent, this is to look at.

    Raises `IssueError` where it would be empty.
    """
    from publisher.newsletter.contents import compose_issue  # noqa: PLC0415
    from publisher.newsletter.periods import period_by_id  # noqa: PLC0415

    period = period_by_id(issue_id, settings)
    already = store.sent_papers.newest_versions(period.frequency, without=issue_id)
    issued = [info.id for info in store.issues.all()]
    issue = compose_issue(period, collection.papers, already, issued, settings)
    if not issue.papers:
        raise IssueError(f"issue {issue_id}: no paper that no earlier issue held")
    return issue


def offer_of(issue: Issue, settings: Settings, store: Store) -> IssueAudience:
    """Return what decides who gets which edition of `issue`."""
    from publisher.newsletter.audience import IssueAudience  # noqa: PLC0415
    from publisher.newsletter.periods import frequency_of  # noqa: PLC0415

    frequency = frequency_of(issue.id)
    papers = {paper.id: tuple(topic.slug for topic in paper.topics) for paper in issue.papers}
    return IssueAudience(
        papers=papers,
        frequency=frequency,
        frequencies=settings.newsletter.frequencies,
        language=settings.mail_language,
        length=settings.newsletter.length,
        shared=store.sent_papers.shared_papers(papers, frequency),
    )


def draft(issue: Issue, settings: Settings, store: Store) -> Draft:
    """Return `issue` with every edition that a subscriber gets, each rendered once."""
    from publisher.formatter.email import EditionRenderer  # noqa: PLC0415
    from publisher.newsletter.audience import needed_editions  # noqa: PLC0415

    offer = offer_of(issue, settings, store)
    wanted = needed_editions(_readers(store, offer), offer)
    renderer = EditionRenderer(issue, settings)
    return Draft(
        issue=issue,
        offer=offer,
        editions={
            key: renderer.render(edition.key, offer.received(edition.key.received_issues))
            for key, edition in wanted.items()
        },
        recipients={key: edition.readers for key, edition in wanted.items()},
    )


def write_page(issue: Issue, settings: Settings) -> None:
    """Write the page of `issue`, to which every edition has a link, into the output folder.

    A build leaves it alone: it is none of its files. Raises `TemplateError` and `OutputError`.
    """
    from publisher.formatter.pages import render_issue  # noqa: PLC0415
    from publisher.formatter.site.atomic_write import write_changed  # noqa: PLC0415

    write_changed(settings.path(settings.output.folder), render_issue(issue, settings))


def freeze(made: Draft, settings: Settings, store: Store, now: datetime) -> int:
    """Write issue, messages and recipients to the ledger; return the number of recipients.

    From here on every send and every resumed send has the same bytes. Raises `AlreadyFrozen` where
    another process was quicker, and `StoreError`.
    """
    from publisher.newsletter.audience import select_recipients  # noqa: PLC0415
    from publisher.sender.message.edition_message import (  # noqa: PLC0415
        build_message,
    )
    from publisher.sender.message.sender_profile import SenderProfile  # noqa: PLC0415

    issue = made.issue
    head = SenderProfile.from_settings(settings)
    # Not the hour it was due: of an old archive's issue that is years ago, which filters suspect.
    date = now.astimezone(settings.site.zone)
    return store.issues.freeze(
        issue.id,
        start=issue.start,
        end=issue.end,
        # Newer versions too: each is mentioned once.
        papers=[(paper.id, paper.version) for paper in (*issue.papers, *issue.updated)],
        frozen_editions=(
            FrozenEdition(
                key,
                edition.subject,
                build_message(edition, replace(head, language=edition.lang), date),
            )
            for key, edition in made.editions.items()
        ),
        recipients=select_recipients(_readers(store, made.offer), made.offer, made.editions),
        now=now,
    )


def test_copy(
    edition: Edition, issue: Issue, settings: Settings, store: Store, to: str
) -> tuple[bytes, str]:
    """Return the message of `edition` as `to` would get it, and its Message-ID.

    Its token unsubscribes nobody.
    """
    from publisher.sender.message import tokens  # noqa: PLC0415
    from publisher.sender.message.edition_message import (  # noqa: PLC0415
        Recipient,
        Template,
        build_message,
    )
    from publisher.sender.message.sender_profile import SenderProfile  # noqa: PLC0415

    head = replace(SenderProfile.from_settings(settings), language=edition.lang)
    template = Template.parse(build_message(edition, head, issue.end))
    pseudonym = tokens.pseudonym(store.keys, issue.id, NOBODY)
    token = tokens.make_token(store.keys, NOBODY, 0)
    message = template.splice(Recipient(email=to, name="", pseudonym=pseudonym, token=token))
    return message, template.message_id(pseudonym)


def send_test(issue: Issue, settings: Settings, store: Store, to: str) -> str:
    """Send `issue` to the address `to` alone, leaving the ledger as it is; return where it went.

    A subscriber gets their own edition, where there is one, anybody else the list's on all topics.
    `to` is normalised.

    Raises `TransportError`.
    """
    from publisher.formatter.email import render_edition  # noqa: PLC0415
    from publisher.sender.transports import create  # noqa: PLC0415

    subscriber = store.subscribers.find(to)
    held = {topic.slug for paper in issue.papers for topic in paper.topics}
    choice = EditionKey(language=settings.mail_language, length=settings.newsletter.length)
    if subscriber is not None:
        choice = EditionKey(
            topics=tuple(slug for slug in subscriber.topics if slug in held),
            language=subscriber.preferences.language or choice.language,
            length=subscriber.preferences.length or choice.length,
        )
    edition = render_edition(issue, choice, settings)
    message, message_id = test_copy(edition, issue, settings, store, to)
    with create(settings) as transport:
        try:
            transport.open()
            return transport.send(settings.mail.from_address, to, message, message_id)
        except TransportError as error:
            raise type(error)(
                f"{transport.name}: {error}", code=error.code, enhanced=error.enhanced
            ) from error


def _readers(store: Store, offer: IssueAudience) -> Iterator[AudienceMember]:
    """Yield the active subscribers with the issues they had, a page of them in memory."""
    from publisher.newsletter.audience import AudienceMember  # noqa: PLC0415

    people = store.subscribers.iterate(SubscriberStatus.ACTIVE)
    if not offer.shared:
        yield from (AudienceMember(person) for person in people)
        return
    while page := list(islice(people, _PAGE)):
        received = store.sent_papers.received_issues([person.id for person in page], offer.shared)
        yield from (AudienceMember(person, received.get(person.id, ())) for person in page)
