"""Freeze the issues that are due, and send what is frozen.

The one place that does either; `publisher publish`, `publisher send` and `publisher run` report
what it returns. The ledger is the fence between processes: of those that freeze one issue at the
same moment one succeeds, and each delivery is claimed by one.
"""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from publisher.errors import AlreadyFrozen, EditedMeanwhile, IssueError, TransportError
from publisher.models import DeliveryState, EditionKey, Severity
from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import edition_finder
from publisher.newsletter.editing import Hold, hold_of
from publisher.services import approval, drafts, editing, preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.models import Collection, Finding, Issue
    from publisher.sender.delivery.report import Report, Step
    from publisher.services.drafts import Draft
    from publisher.settings import Settings
    from publisher.store.database import Store


class Preparation(Enum):
    """The outcome of preparing an issue."""

    FROZEN = "frozen"
    FROZEN_ELSEWHERE = "frozen elsewhere"  # by another process, meanwhile; both send it
    NO_RECIPIENTS = "no recipients"
    REFUSED = "refused"  # by preflight
    HELD = "held"  # by an editor, or until one approves it
    EDITED_MEANWHILE = "edited meanwhile"  # the next run takes the edits
    NOT_EDITED = "not edited"  # the file with its edits has an error
    EMPTY = "empty"  # all papers are hidden


@dataclass(frozen=True, slots=True)
class PreparedIssue:
    """An issue that was due, and what became of it.

    `findings` are preflight's, `editions` and `recipients` the numbers of those that were frozen.
    Of one that is held, `hold` says why, `until` when a postponement ends, and `asked` that the
    operator was asked just now. `problem` is of the file with its edits.
    """

    issue: Issue
    outcome: Preparation
    findings: tuple[Finding, ...] = ()
    editions: int = 0
    recipients: int = 0
    hold: Hold | None = None
    until: datetime | None = None
    asked: bool = False
    problem: str = ""

    @property
    def is_frozen(self) -> bool:
        """Whether there is something to send, whichever process froze it."""
        return self.outcome in {Preparation.FROZEN, Preparation.FROZEN_ELSEWHERE}

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep an issue from being sent."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def prepare_due(
    collection: Collection,
    settings: Settings,
    store: Store,
    *,
    now: Callable[[], datetime] = _utc_now,
    force: bool = False,
) -> Iterator[PreparedIssue]:
    """Prepare the issues that are due: at most one of each frequency. See `prepare`."""
    due = drafts.due_issues(collection, settings, store, now())
    yield from prepare(due, settings, store, now=now, force=force)


def prepare(
    issues: Iterable[Issue],
    settings: Settings,
    store: Store,
    *,
    now: Callable[[], datetime] = _utc_now,
    force: bool = False,
) -> Iterator[PreparedIssue]:
    """Draft, check and freeze each of `issues`, and write its page; yield what became of it.

    They are without their edits, which are read here; one that an editor holds is left alone.
    `force` freezes whatever preflight finds. Raises `TemplateError`, `OutputError` and
    `StoreError`.
    """
    for issue in issues:
        # Drafted after the one before is frozen, so that nobody gets a paper in both.
        try:
            edited = editing.edited(issue, settings, store)
        except IssueError as error:
            yield PreparedIssue(issue, Preparation.NOT_EDITED, problem=str(error))
            continue
        held = _held(edited, settings, store, now())
        yield held or _freeze_drafted(edited, settings, store, now, force=force)


def _held(issue: Issue, settings: Settings, store: Store, now: datetime) -> PreparedIssue | None:
    """Return an issue that an editor holds, after the question where it needs an approval."""
    if not issue.papers:
        return PreparedIssue(issue, Preparation.EMPTY)
    plan = store.plans.get(issue.id)
    if store.issues.get(issue.id) is not None or plan.revision != issue.revision:
        return None  # freezing will tell
    why = hold_of(plan, now, due=True, approve=settings.newsletter.approve)
    if why is None:
        return None
    if why is Hold.UNAPPROVED and not drafts.has_recipients(issue, settings, store):
        return PreparedIssue(issue, Preparation.NO_RECIPIENTS)
    asked = why is Hold.UNAPPROVED and plan.asked_at is None
    asked = asked and approval.ask(issue, settings, store, now)
    return PreparedIssue(issue, Preparation.HELD, hold=why, until=plan.until, asked=asked)


def _freeze_drafted(
    issue: Issue,
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    *,
    force: bool,
) -> PreparedIssue:
    draft = drafts.draft_issue(issue, settings, store)
    if not draft.editions:
        return PreparedIssue(issue, Preparation.NO_RECIPIENTS)
    findings = tuple(preflight.check_draft(draft, settings, store))
    if not force and any(finding.severity is Severity.ERROR for finding in findings):
        return PreparedIssue(issue, Preparation.REFUSED, findings)
    # Before the first message leaves: each links to it.
    write_page(issue, settings)
    try:
        recipients = freeze(draft, settings, store, now())
    except AlreadyFrozen:
        return PreparedIssue(issue, Preparation.FROZEN_ELSEWHERE, findings)
    except EditedMeanwhile:
        return PreparedIssue(issue, Preparation.EDITED_MEANWHILE, findings)
    return PreparedIssue(issue, Preparation.FROZEN, findings, len(draft.editions), recipients)


def write_page(issue: Issue, settings: Settings) -> None:
    """Write the page of `issue`, to which every edition links, into the output folder.

    It is listed as ours, but a build leaves it alone until the issue is frozen. Raises
    `TemplateError`, and `OutputError`, also where another file of the same name is there.
    """
    from publisher.build_lock import build_lock  # noqa: PLC0415 - few runs freeze anything
    from publisher.formatter.pages import render_issue  # noqa: PLC0415 - see above
    from publisher.formatter.site.atomic_write import write_changed  # noqa: PLC0415 - see above
    from publisher.formatter.site.foreign_files import (  # noqa: PLC0415 - see above
        refuse_to_overwrite_files,
    )
    from publisher.formatter.site.manifest import read_manifest  # noqa: PLC0415 - see above

    files = render_issue(issue, settings)
    folder = settings.path(settings.output.folder)
    # A build at the same time would write its own manifest.
    with build_lock(folder, settings.output.wait_seconds, settings.cache_folder, lambda _: None):
        manifest = read_manifest(folder)
        refuse_to_overwrite_files(
            folder, {path: content for path, content in files.items() if path not in manifest}
        )
        manifest.add(files)
        manifest.write()
        write_changed(folder, files)


def freeze(draft: Draft, settings: Settings, store: Store, now: datetime) -> int:
    """Write issue, messages and recipients to the ledger; return the number of recipients.

    From here on every send and every resumed send has the same bytes. Raises `AlreadyFrozen` where
    another process was quicker, `EditedMeanwhile` where an editor was, and `StoreError`.
    """
    from publisher.sender.message import edition_message  # noqa: PLC0415 - few runs freeze anything
    from publisher.sender.message.sender_profile import SenderProfile  # noqa: PLC0415 - see above

    issue = draft.issue
    profile = SenderProfile.from_settings(settings)
    return store.issues.freeze(
        issue.id,
        period=(issue.start, issue.end),
        # Newer versions too, so that each is mentioned once.
        papers=[(paper.id, paper.version) for paper in (*issue.papers, *issue.updated)],
        frozen_editions=(
            FrozenEdition(
                key,
                edition.subject,
                edition_message.build_message(edition, replace(profile, language=edition.lang)),
            )
            for key, edition in draft.editions.items()
        ),
        audience=draft.audience,
        edition_of=edition_finder(draft.audience, draft.editions),
        now=now,
        edited=(issue.edits, issue.revision),
    )


def _ignore_step(_step: Step) -> None:
    return


def deliver_pending(
    settings: Settings,
    store: Store,
    *,
    issue_ids: Iterable[str] | None = None,
    on_progress: Callable[[Step], None] = _ignore_step,
    now: Callable[[], datetime] = _utc_now,
    stopping: Callable[[], bool] | None = None,
) -> list[Report]:
    """Send what waits of frozen issues, oldest first; end after one that had to stop.

    `issue_ids` are the issues to send, by default all that are not done. `on_progress` is called
    after each delivery, `stopping` between two messages; without it SIGTERM and Ctrl-C stop the
    sending.

    Raises `SettingsError` and `StoreError`; a failure of the transport is in the report.
    """
    from publisher.sender.delivery.deliver import deliver  # noqa: PLC0415 - drafts send nothing
    from publisher.sender.delivery.options import DeliveryOptions  # noqa: PLC0415 - see above
    from publisher.sender.delivery.signals import graceful_stop  # noqa: PLC0415 - see above
    from publisher.sender.limits.rate_limit import limits_of  # noqa: PLC0415 - see above
    from publisher.sender.transports import create  # noqa: PLC0415 - see above

    reports: list[Report] = []
    with (
        ExitStack() as stack,
        nullcontext(stopping) if stopping else graceful_stop() as is_stopping,
    ):
        transports = [
            stack.enter_context(create(settings)) for _ in range(settings.mail.connections)
        ]
        options = DeliveryOptions(
            envelope_sender=settings.mail.from_address,
            keys=store.keys,
            limits=limits_of(settings),
            failures_in_a_row=settings.pace.failures_in_a_row,
            give_up=timedelta(hours=settings.pace.give_up_hours),
            stopping=is_stopping,
            on_progress=on_progress,
            before_batch=store.save,
            now=now,
            zone=settings.site.zone,
        )
        for issue_id in unfinished(store) if issue_ids is None else issue_ids:
            report = deliver(issue_id, store, transports, options)
            reports.append(report)
            if report.stopped:
                break
    if reports:
        store.save()
    return reports


def unfinished(store: Store) -> list[str]:
    """Return the ids of the frozen issues that still have something to send, oldest first."""
    return [info.id for info in store.issues.all() if info.state != "done"]


def settle_doubts(
    store: Store, issue_id: str | None, state: DeliveryState, *, by: str, now: datetime
) -> int:
    """Decide the deliveries in doubt, of all issues or of `issue_id`; return their number.

    `state` READY sends them again, ABANDONED gives them up. `by` names the person who decided, for
    the record.
    """
    reason = {
        DeliveryState.READY: "sent again on the operator's word",
        DeliveryState.ABANDONED: "abandoned on the operator's word",
    }[state]
    count = 0
    for info in store.issues.all():
        if issue_id not in (None, info.id):
            continue
        for row in store.deliveries.rows(info.id, [DeliveryState.IN_DOUBT]):
            count += store.ledger.resolve(
                info.id, row.subscriber_id, state, reason=f"{reason} ({row.reason})", by=by, now=now
            )
    return count


def send_test(
    issue: Issue,
    settings: Settings,
    store: Store,
    to: str,
    *,
    now: Callable[[], datetime] = _utc_now,
) -> str:
    """Send a test copy of `issue` to the address `to`, without the ledger; return where it went.

    A subscriber gets their own edition, anybody else the list's on all topics. `to` is normalised;
    the result is the transport's answer.

    Raises `TransportError`.
    """
    from publisher.formatter.email import render_edition  # noqa: PLC0415 - test copies only
    from publisher.sender.transports import create  # noqa: PLC0415 - see above

    subscriber = store.subscribers.find(to)
    topics = {topic.slug for paper in issue.papers for topic in paper.topics}
    choice = EditionKey(language=settings.mail_language, length=settings.newsletter.length)
    if subscriber is not None:
        choice = EditionKey(
            topics=tuple(slug for slug in subscriber.topics if slug in topics),
            language=subscriber.preferences.language or choice.language,
            length=subscriber.preferences.length or choice.length,
        )
    edition = render_edition(issue, choice, settings)
    message, message_id = drafts.test_copy(edition, issue, settings, store, to, date=now())
    with create(settings) as transport:
        try:
            transport.open()
            return transport.send(settings.mail.from_address, to, message, message_id)
        except TransportError as error:
            raise type(error)(
                f"{transport.name}: {error}", code=error.code, enhanced=error.enhanced
            ) from error
