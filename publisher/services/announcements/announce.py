"""Announce new papers and issues: once to each target, whatever happens.

The store is the fence, as for mail: a paper is taken for a target in the transaction that stores
the announcement's words, and what leaves is marked on disk before. Papers that come together, or
while a target has had enough, are one announcement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import SettingsError, StoreError, TemplateError
from publisher.models import DeliveryState
from publisher.models.announcements import AnnouncementLimits, AnnouncementText
from publisher.sender.delivery.process_owner import owner_is_dead, this_owner
from publisher.services.announcements.judge import AnnouncementOutcome, next_try
from publisher.services.announcements.networks import CALL_SECONDS, open_network
from publisher.services.announcements.news import News
from publisher.services.announcements.report import AnnouncementReport
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.formatter.announcements import TextRoom
    from publisher.models import Collection
    from publisher.models.announcements import Announcement
    from publisher.services.announcements.networks import Network
    from publisher.settings import Settings
    from publisher.settings.sections import AnnounceTarget
    from publisher.store.database import Store

# Longer than a call takes, also on a machine that slept in between.
_LEASE = timedelta(seconds=CALL_SECONDS) + timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement as it would be, for people to look at."""

    target: str
    service: str
    text: AnnouncementText
    items: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _go_on() -> bool:
    return False


def chosen_targets(settings: Settings, name: str = "") -> tuple[AnnounceTarget, ...]:
    """Return the targets of the settings, or the one called `name`.

    Raises `SettingsError` where there is none.
    """
    targets = settings.announce.targets
    if not targets:
        raise SettingsError(
            _("announce.targets: there is none; docs/how-to/announcements.md shows how to add one")
        )
    chosen = tuple(target for target in targets if name in ("", target.name))
    if not chosen:
        names = ", ".join(target.name for target in targets)
        raise SettingsError(
            _("announce.targets: {name!r} is not among {names}").format(name=name, names=names)
        )
    return chosen


def announce(
    collection: Collection,
    settings: Settings,
    store: Store,
    targets: Sequence[AnnounceTarget],
    *,
    now: Callable[[], datetime] = _utc_now,
    stopping: Callable[[], bool] = _go_on,
) -> Iterator[AnnouncementReport]:
    """Announce what is new to `targets`, and what was put off; yield what became of each.

    A problem of one target stops no other. Raises `StoreError`.
    """
    store.announcements.doubt_interrupted(owner_is_dead, now=now())
    news = News(collection, settings, store, now())
    has_changed = False
    for target in targets:
        try:
            network = open_network(target)
            if store.announcements.first_seen(target.name) is not None:
                _freeze(news, target, network.room)
            elif collection.papers:
                # An empty site is not looked at: what it has in the end was not written today.
                known = news.present()
                has_changed = store.announcements.begin(target.name, known, now=now())
                yield AnnouncementReport(target.name, None, known=len(known))
        except (SettingsError, TemplateError) as error:
            yield AnnouncementReport(target.name, None, reason=str(error))
            continue
        for number in store.announcements.due((target.name,), now=now()):
            if stopping():
                break
            report = _send(number, network, store, now)
            if report is not None:
                has_changed = True
                yield report
    if has_changed:
        store.save()


def drafts(news: News, targets: Sequence[AnnounceTarget]) -> Iterator[AnnouncementDraft]:
    """Yield the announcements that `announce` would make now; nothing is stored or sent.

    Of a target that was never seen all that is young enough is shown.

    Raises `SettingsError`, `TemplateError` and `StoreError`.
    """
    store = news.store
    for target in targets:
        network = open_network(target)
        for event, keys in news.batches(target):
            new = keys if store is None else store.announcements.unannounced(target.name, keys)
            if new:
                text = news.composer(event, target, network.room)(new)
                yield AnnouncementDraft(target.name, network.service, text, len(new))


def send_test(target: AnnounceTarget, settings: Settings) -> AnnouncementReport:
    """Send a short text to `target`, without a trace in the store; return what became of it."""
    title = _("Test from {site}").format(site=settings.site.title)
    body = _("New papers will be announced here: {url}").format(url=settings.site.root)
    try:
        outcome = open_network(target).post(AnnouncementText(title, body))
    except SettingsError as error:
        return AnnouncementReport(target.name, None, reason=str(error))
    return AnnouncementReport(target.name, outcome.state, title, outcome.reason)


def settle_doubts(
    targets: Iterable[AnnounceTarget], store: Store, state: DeliveryState, *, by: str, now: datetime
) -> int:
    """Decide the announcements in doubt, READY or ABANDONED; return their number.

    `by` names the person who decided.
    """
    store.announcements.doubt_interrupted(owner_is_dead, now=now)
    names = [target.name for target in targets]
    count = store.announcements.resolve(names, state, by=by, now=now)
    if count:
        store.save()
    return count


def _freeze(news: News, target: AnnounceTarget, room: TextRoom) -> None:
    """Store the announcements to `target` of all that is new, as far as its limits allow."""
    if news.store is None:
        return
    stored, settings = news.store.announcements, news.settings.announce
    limits = AnnouncementLimits(settings.per_hour, settings.per_day)
    if stored.is_full(target.name, limits, now=news.now):
        return
    for event, keys in news.batches(target):
        compose = news.composer(event, target, room)
        stored.freeze(target.name, event, keys, compose, limits=limits, now=news.now)


def _send(
    number: int, network: Network, store: Store, now: Callable[[], datetime]
) -> AnnouncementReport | None:
    """Send an announcement that is due; None where another process has it."""
    marked = store.announcements.mark(number, this_owner(), lease=now() + _LEASE, now=now())
    if marked is None:
        return None
    announcement, token = marked
    try:
        store.save()
    except StoreError:
        # It has not left: whoever has the newest store sends it.
        _settle(announcement, token, AnnouncementOutcome(DeliveryState.READY), store, now())
        raise
    outcome = network.post(announcement.text, now=now)
    return _settle(announcement, token, outcome, store, now())


def _settle(
    announcement: Announcement,
    token: str,
    outcome: AnnouncementOutcome,
    store: Store,
    now: datetime,
) -> AnnouncementReport:
    state, next_at = outcome.state, None
    if state is DeliveryState.READY:
        next_at = next_try(announcement.attempts, outcome.wait, now)
        state = DeliveryState.READY if next_at is not None else DeliveryState.REJECTED
    store.announcements.settle(
        announcement.id, token, state, reason=outcome.reason, next_at=next_at, now=now
    )
    return AnnouncementReport(
        announcement.target, state, announcement.text.title, outcome.reason, next_at
    )
