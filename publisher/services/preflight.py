"""Check messages before anybody gets them: those of a draft, and those of a frozen issue."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.services import drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.models import Collection, Edition, Finding, Issue
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.services.drafts import Draft
    from publisher.settings import Settings
    from publisher.store.database import Store


def check_draft(draft: Draft, settings: Settings, store: Store) -> list[Finding]:
    """Return the merged findings about all editions of `draft` and about the sender's domain."""
    from publisher import preflight  # noqa: PLC0415 - parsers of CSS and HTML: few runs check

    messages = draft_messages(draft.editions.values(), draft.issue, settings, store)
    return list(preflight.together([*check_messages(messages), *check_domain(settings)]))


def check_messages(messages: Iterable[RenderedMessage]) -> list[Finding]:
    """Return the findings of all checks that need no network."""
    from publisher import preflight  # noqa: PLC0415 - see check_draft

    return [finding for message in messages for finding in preflight.check(message)]


def check_domain(settings: Settings, nameserver: str = "", *, ask: bool = True) -> list[Finding]:
    """Return the findings about the sender's domain, where mail leaves this machine.

    `nameserver` is "ADDRESS" or "ADDRESS:PORT", by default the system's; a named one is asked
    whatever the transport. `ask` False checks nothing.
    """
    from publisher.preflight import domain  # noqa: PLC0415 - dnspython: few runs check
    from publisher.preflight.findings import finding  # noqa: PLC0415 - see above
    from publisher.preflight.lookup import make_lookup  # noqa: PLC0415 - see above
    from publisher.sender.transports import transport_class  # noqa: PLC0415 - see above

    if not ask:
        return []
    route = domain.Route.of(settings.mail)
    if not nameserver and not transport_class(settings).leaves_machine:
        detail = f"transport “{settings.mail.transport}” sends nothing"
        return [finding(route.domain, "N001", detail)]
    return list(domain.check(route, make_lookup(nameserver)))


def draft_messages(
    editions: Iterable[Edition], issue: Issue, settings: Settings, store: Store
) -> Iterator[RenderedMessage]:
    """Yield the message of each edition as a recipient would get it; its tokens serve nobody.

    See `drafts.NOBODY`.
    """
    from publisher.preflight.rendered_message import open_message  # noqa: PLC0415 - see check_draft
    from publisher.sender.message import tokens  # noqa: PLC0415 - see check_draft

    token = tokens.make_token(store.keys, drafts.NOBODY, 0)
    day = issue.end.date()
    preferences = tokens.make_preferences_token(store.keys, drafts.NOBODY, 0, day)
    for edition in editions:
        raw, _ = drafts.test_copy(
            edition, issue, settings, store, settings.mail.from_address, date=issue.end
        )
        topics = ", ".join(edition.topics) or "all topics"
        name = f"{issue.id} [{topics}; {edition.language}, {edition.length}]"
        yield open_message(name, raw, token=token, papers=issue.papers, preferences=preferences)


def frozen_messages(
    issue_id: str, collection: Collection, settings: Settings, store: Store
) -> dict[str, RenderedMessage]:
    """Return the messages of a frozen issue by the key of their edition.

    Raises `IssueError` where the issue is not frozen.
    """
    from publisher.preflight.rendered_message import open_message  # noqa: PLC0415 - see check_draft
    from publisher.sender.message import tokens  # noqa: PLC0415 - see check_draft
    from publisher.sender.message.edition_message import (  # noqa: PLC0415 - see check_draft
        Recipient,
        Template,
    )

    info = store.issues.get(issue_id)
    if info is None:
        raise IssueError(f"issue {issue_id}: was never sent")
    papers = tuple(p for p in collection.papers if info.start <= p.first_published < info.end)
    nobody = Recipient(
        email=settings.mail.from_address,
        name="",
        date=format_datetime(info.frozen_at.astimezone(settings.site.zone)),
        pseudonym=tokens.pseudonym(store.keys, issue_id, drafts.NOBODY),
        token=tokens.make_token(store.keys, drafts.NOBODY, 0),
        preferences=tokens.make_preferences_token(
            store.keys, drafts.NOBODY, 0, info.frozen_at.date()
        ),
    )
    return {
        key: open_message(
            f"{issue_id} [{key}]",
            Template.parse(store.issues.message(issue_id, key)).splice(nobody),
            token=nobody.token,
            papers=papers,
            preferences=nobody.preferences,
        )
        for key in store.issues.edition_keys(issue_id)
    }
