"""Draft an issue: choose its papers, find out who gets which edition, and render each once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.models.ledger import Decision
from publisher.newsletter.audience import EditionSelector, IssueAudience, needed_editions
from publisher.newsletter.contents import compose_issue, due_issue
from publisher.newsletter.periods import absolute, frequency_of, period_by_id, period_of
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.models import Collection, Edition, Frequency, Issue
    from publisher.models.ledger import IssuePlan
    from publisher.settings import Settings
    from publisher.store.database import Store

# The id of no subscriber: the token of a test copy is made of it, so that it unsubscribes nobody.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue with its rendered editions, not frozen yet.

    `editions` holds those that at least one subscriber gets, by edition key; `recipients` is the
    number of subscribers by edition key.
    """

    issue: Issue
    audience: IssueAudience
    editions: dict[str, Edition]
    recipients: dict[str, int]


def due_issues(
    collection: Collection, settings: Settings, store: Store, now: datetime
) -> tuple[Issue, ...]:
    """Return the issues that are due and not frozen yet: at most one of each frequency.

    Those that an editor skipped are left out, those to be sent ahead of time are added. None of
    them has its edits yet, see `editing.edited`.
    """
    issued = [info.id for info in store.issues.all()]
    plans = store.plans.pending()
    frequencies = tuple(dict.fromkeys(settings.newsletter.frequencies))
    candidates = (
        due_issue(
            now,
            collection.papers,
            store.sent_papers.newest_versions(frequency),
            issued,
            settings,
            frequency,
            _held(plans, frequency, settings, now),
        )
        for frequency in frequencies
    )
    due = {issue.id: issue for issue in candidates if issue is not None}
    for issue_id, plan in plans.items():
        if plan.decision is Decision.RELEASED and frequency_of(issue_id) in frequencies:
            with suppress(IssueError):  # it has no papers any more
                due.setdefault(issue_id, issue_by_id(issue_id, collection, settings, store))
    skipped = {issue_id for issue_id, plan in plans.items() if plan.decision is Decision.SKIPPED}
    return tuple(issue for issue in due.values() if issue.id not in skipped)


def _held(
    plans: Mapping[str, IssuePlan], frequency: Frequency, settings: Settings, now: datetime
) -> list[str]:
    """Return the issues of a stream that an editor has touched and whose time has come."""
    return [
        issue_id
        for issue_id in plans
        if frequency_of(issue_id) is frequency
        and absolute(period_by_id(issue_id, settings).end) <= absolute(now)
    ]


def next_issue(
    collection: Collection,
    settings: Settings,
    store: Store,
    now: datetime,
    frequency: Frequency | None = None,
    *,
    skipped: bool = False,
) -> Issue | None:
    """Return the issue that is due, else what the running period has brought so far.

    None where there are no new papers. `frequency` defaults to the list's own. It has no edits yet,
    see `editing.edited`; one that is skipped counts as gone, unless `skipped` asks for it.
    """
    frequency = frequency or settings.newsletter.frequencies[0]
    already = store.sent_papers.newest_versions(frequency)
    issued = [info.id for info in store.issues.all()]
    held = _held(store.plans.pending(), frequency, settings, now)
    due = due_issue(now, collection.papers, already, issued, settings, frequency, held)
    if due is not None and (skipped or store.plans.get(due.id).decision is not Decision.SKIPPED):
        return due
    issued += held
    running = period_of(now, settings, frequency)
    issue = compose_issue(running, collection.papers, already, issued, settings)
    return issue if issue.papers else None


def issue_by_id(issue_id: str, collection: Collection, settings: Settings, store: Store) -> Issue:
    """Return the issue `issue_id` with the papers that no other issue of its frequency had.

    For a frozen issue this is a view on today's digests; what was sent is in the ledger. It has no
    edits yet, see `editing.edited`.

    Raises `IssueError` for a malformed id, and where the issue would be empty.
    """
    period = period_by_id(issue_id, settings)
    already = store.sent_papers.newest_versions(period.frequency, without=issue_id)
    issued = [info.id for info in store.issues.all()]
    issue = compose_issue(period, collection.papers, already, issued, settings)
    if not issue.papers:
        raise IssueError(
            _(
                "issue {issue}: no papers that were not in an earlier issue; `publisher papers` "
                "lists all with their days"
            ).format(issue=issue_id)
        )
    return issue


def draft_issue(issue: Issue, settings: Settings, store: Store) -> Draft:
    """Return `issue` with every edition that a subscriber gets, each rendered once."""
    from publisher.formatter.email import EditionRenderer  # noqa: PLC0415 - few runs draft anything

    audience = _audience(issue, settings, store)
    needed = needed_editions(store.readers.choices(audience), audience)
    renderer = EditionRenderer(issue, settings)
    return Draft(
        issue=issue,
        audience=audience,
        editions={
            key: renderer.render(edition.key, audience.received(edition.key.received_issues))
            for key, edition in needed.items()
        },
        recipients={key: edition.readers for key, edition in needed.items()},
    )


def has_recipients(issue: Issue, settings: Settings, store: Store) -> bool:
    """Return whether at least one subscriber gets an edition of `issue`."""
    audience = _audience(issue, settings, store)
    selector = EditionSelector(audience)
    return any(selector.select(choice) for choice, _ in store.readers.choices(audience))


def recipient_count(issue: Issue, settings: Settings, store: Store) -> int:
    """Return the number of subscribers who get an edition of `issue`."""
    audience = _audience(issue, settings, store)
    needed = needed_editions(store.readers.choices(audience), audience)
    return sum(edition.readers for edition in needed.values())


def _audience(issue: Issue, settings: Settings, store: Store) -> IssueAudience:
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


def test_copy(
    edition: Edition, issue: Issue, settings: Settings, store: Store, to: str, *, date: datetime
) -> tuple[bytes, str]:
    """Return the message of `edition` as `to` would get it at `date`, and its Message-ID.

    Its tokens unsubscribe nobody, and change nobody's choices.
    """
    from publisher.sender.message import edition_message, tokens  # noqa: PLC0415 - drafts only
    from publisher.sender.message.sender_profile import SenderProfile  # noqa: PLC0415 - see above

    profile = replace(SenderProfile.from_settings(settings), language=edition.lang)
    template = edition_message.Template.parse(edition_message.build_message(edition, profile))
    pseudonym = tokens.pseudonym(store.keys, issue.id, NOBODY)
    choices = tokens.make_preferences_token(store.keys, NOBODY, 0, date.date())
    message = template.splice(
        edition_message.Recipient(
            email=to,
            name="",
            date=format_datetime(date),
            pseudonym=pseudonym,
            token=tokens.make_token(store.keys, NOBODY, 0),
            preferences=choices,
        )
    )
    return message, template.message_id(pseudonym)
