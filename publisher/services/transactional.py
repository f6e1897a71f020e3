"""Send the transactional mails in the store's queue."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.errors import (
    ConfigurationFailure,
    ConnectionLimit,
    PermanentFailure,
    PublisherError,
    QuotaExceeded,
    SettingsError,
    TemporaryFailure,
    TransportError,
)
from publisher.models import Language
from publisher.models.ledger import Decision
from publisher.models.subscribers import BOUNCED
from publisher.newsletter.audience import effective, offered_frequency
from publisher.sender.limits.rate_limit import RateLimiter, RateVerdict, limits_of
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.one_time_tokens import new_token
from publisher.sender.transactional_message import (
    MailKind,
    TransactionalMessage,
    build_transactional,
)
from publisher.sender.transports.smtp_replies import is_gone
from publisher.services import approval
from publisher.store.people.confirmations import SubscriptionRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from publisher.formatter.email.transactional import RenderedMail
    from publisher.sender.transports.base import Transport
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.store.mail.outgoing_queue import QueuedMail

RETRY = timedelta(minutes=15)
GIVE_UP = timedelta(hours=48)
# A longer wait is left to the next run; a request to stop is noticed after NAP seconds.
PATIENCE = timedelta(minutes=1)
NAP = 0.5


@dataclass(frozen=True, slots=True)
class SentMail:
    """The numbers of mails sent, put off and dropped; `stopped` says why some still wait."""

    sent: int = 0
    put_off: int = 0
    dropped: int = 0
    stopped: str = ""


def check_answerable(settings: Settings) -> None:
    """Raise `SettingsError` where nobody could confirm: without a web app and without a mailbox."""
    if not settings.web.root and not settings.inbox.is_set_up:
        raise SettingsError(
            "inbox.host: is not set, nor are inbox.maildir and web.url; nobody could confirm"
        )


def send_queued(
    settings: Settings,
    store: Store,
    clock: Callable[[], datetime],
    *,
    topic_names: Mapping[str, str],
    stopping: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    on_progress: Callable[[int], None] = lambda _sent: None,
) -> SentMail:
    """Send the mails that are due, one after the other, within the rate limits of all mail.

    `topic_names` maps slugs to names. A failure of one address drops its mail; a failure of our
    server or settings keeps the mail and stops. A mail that left without an answer is not sent
    again.

    Raises `StoreError`, `SettingsError` and `TemplateError`.
    """
    from publisher.sender.transports import create  # noqa: PLC0415 - smtplib and the like

    result = SentMail(dropped=store.outgoing_queue.drop_doubtful(now=clock()))
    limiter = _rate_limiter(settings, store, clock())
    with create(settings) as transport:
        while not result.stopped and not stopping():
            queued = store.outgoing_queue.take(now=clock())
            if queued is None:
                break
            letter = _addressed(queued, store)
            if letter is None:
                store.outgoing_queue.remove(queued.id)
                result = replace(result, dropped=result.dropped + 1)
                continue
            try:
                transport.open()
            except TransportError as error:
                result = _keep(letter, result, store, str(error), clock())
                break
            delay = _wait(limiter, letter, clock, sleep, stopping)
            if delay is not None:
                until, reason = delay
                store.outgoing_queue.put_off(letter.id, until)
                result = replace(result, put_off=result.put_off + 1, stopped=reason)
                continue
            result = _send(letter, result, settings, store, transport, clock(), topic_names)
            on_progress(result.sent)
    return result


def _rate_limiter(settings: Settings, store: Store, now: datetime) -> RateLimiter:
    limiter = RateLimiter(limits_of(settings))
    if limiter.limits.look_back:
        limiter.first = store.issues.first_frozen()
        limiter.learn(now, store.deliveries.left_since)
    return limiter


def _wait(
    limiter: RateLimiter,
    letter: QueuedMail,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    stopping: Callable[[], bool],
) -> tuple[datetime, str] | None:
    """Wait until `letter` may leave; return None, or the end and reason of a wait that is too long.

    The reason is empty where mails to other domains may leave.
    """
    domain = letter.email.rpartition("@")[2]
    while True:
        now = clock()
        decision = limiter.decide(now, domain)
        if decision.verdict is RateVerdict.GO:
            return None
        until = decision.until or now
        if decision.verdict is RateVerdict.DOMAIN_WAITS:
            return until, ""
        if until - now > PATIENCE:
            return until, f"{decision.reason} is reached"
        if stopping():
            return now, ""
        sleep(min((until - now).total_seconds(), NAP))


def _keep(
    letter: QueuedMail, result: SentMail, store: Store, reason: str, now: datetime
) -> SentMail:
    """Keep a mail where none can leave; drop it where it is too old to be of use."""
    if now - letter.created_at >= GIVE_UP:
        store.outgoing_queue.remove(letter.id)
        return replace(result, dropped=result.dropped + 1, stopped=reason)
    store.outgoing_queue.put_off(letter.id, now)
    return replace(result, put_off=result.put_off + 1, stopped=reason)


def _send(
    letter: QueuedMail,
    result: SentMail,
    settings: Settings,
    store: Store,
    transport: Transport,
    now: datetime,
    topic_names: Mapping[str, str],
) -> SentMail:
    """Send one mail; return the result so far."""
    try:
        message_id, message = _message(letter, settings, store, now, topic_names)
        transport.send(settings.mail.from_address, letter.email, message, message_id)
    except (QuotaExceeded, ConnectionLimit, ConfigurationFailure) as error:
        store.outgoing_queue.put_off(letter.id, now + RETRY)
        return replace(result, put_off=result.put_off + 1, stopped=str(error))
    except TemporaryFailure:
        if now - letter.created_at < GIVE_UP:
            store.outgoing_queue.put_off(letter.id, now + RETRY * letter.attempts)
            return replace(result, put_off=result.put_off + 1)
        store.outgoing_queue.remove(letter.id)
        return replace(result, dropped=result.dropped + 1)
    except PermanentFailure as error:
        if is_gone(error):
            store.suppressions.add(letter.email, f"{BOUNCED}: {error}", now=now)
        store.outgoing_queue.remove(letter.id)
        return replace(result, dropped=result.dropped + 1)
    except TransportError:
        store.outgoing_queue.remove(letter.id, left=now)
        return replace(result, dropped=result.dropped + 1)
    except PublisherError:
        # A template that fails would fail for the next mail too; nothing has left.
        store.outgoing_queue.put_off(letter.id, now)
        raise
    store.outgoing_queue.remove(letter.id, left=now)
    return replace(result, sent=result.sent + 1)


def _addressed(letter: QueuedMail, store: Store) -> QueuedMail | None:
    """Return a mail with the address that it goes to, None where it may not go.

    Anybody may have requested it on a page. A link to somebody's preferences goes to the address
    on the list: one that is equal to it in our eyes may be a stranger's.

    This is looked up long after the page was answered, so that no page reveals who is on the list.
    A suppressed address gets no mail, unless it was suppressed for bounces: it may work again.
    """
    payload = json.loads(letter.payload)
    if letter.kind == MailKind.APPROVAL and not _is_open(payload["issue"], store):
        return None
    if not payload.get("by_page"):
        return letter
    suppressed = store.suppressions.find(letter.email)
    if suppressed is not None and not suppressed.is_bounce:
        return None
    if letter.kind not in (MailKind.PREFERENCES, MailKind.CHANGED):
        return letter
    person = store.subscribers.find(letter.email)
    return None if person is None else replace(letter, email=person.email)


def _is_open(issue_id: str, store: Store) -> bool:
    """Return whether nobody has decided yet whether an issue may go."""
    decision = store.plans.get(issue_id).decision
    return decision in (Decision.NONE, Decision.POSTPONED) and store.issues.get(issue_id) is None


def _message(
    letter: QueuedMail,
    settings: Settings,
    store: Store,
    now: datetime,
    topic_names: Mapping[str, str],
) -> tuple[str, bytes]:
    """Return Message-ID and bytes; tokens are made here, at the last moment."""
    if letter.kind == MailKind.CONFIRM:
        content = _confirmation(letter, settings, store, now, topic_names)
    elif letter.kind == MailKind.LOGIN:
        content = _login(letter, settings, store, now)
    elif letter.kind == MailKind.APPROVAL:
        content = _Content(*approval.render_question(letter, settings, store, now))
    elif letter.kind == MailKind.PREFERENCES:
        content = _preferences(letter, settings, store, now)
    elif letter.kind == MailKind.CHANGED:
        content = _changed(letter, settings, store, now, topic_names)
    else:
        content = _answer(letter, settings, topic_names)
    profile = SenderProfile.from_settings(settings)
    domain = profile.from_address.rpartition("@")[2]
    message_id = f"<{letter.kind}.{content.id}@{domain}>"
    rendered = content.rendered
    mail = TransactionalMessage(
        letter.email, content.name, rendered.subject, rendered.text, rendered.html, content.about
    )
    return message_id, build_transactional(
        mail,
        profile,
        message_id=message_id,
        reply_to=settings.inbox_address,
        date=now.astimezone(settings.site.zone),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """A rendered mail, and its own part of the Message-ID."""

    rendered: RenderedMail
    id: str
    name: str = ""  # of the recipient
    about: str = ""  # the Message-ID that it answers


def _confirmation(
    letter: QueuedMail,
    settings: Settings,
    store: Store,
    now: datetime,
    topic_names: Mapping[str, str],
) -> _Content:
    from publisher.formatter.email import transactional  # noqa: PLC0415 - the queue is mostly empty

    payload = json.loads(letter.payload)
    request = SubscriptionRequest.from_json(letter.email, letter.payload)
    chosen = payload.get("letter_language")
    language = Language(chosen or request.preferences.language or settings.mail_language)
    wording, text = transactional.wording_of(language, settings)
    store.consent_log.keep_wording(wording, text, now=now)
    token = new_token()
    store.confirmations.open(
        request,
        token_hash=token.token_hash,
        reply_hash=token.reply_hash,
        wording=wording,
        now=now,
        expires=now + timedelta(hours=settings.subscribing.confirm_hours),
    )
    names = [topic_names.get(slug, slug) for slug in request.topics]
    offered = settings.newsletter.frequencies
    first = transactional.FirstIssue(offered_frequency(request.preferences.frequency, offered), now)
    rendered = transactional.confirmation(
        letter.email, names, token.token, first, language, settings
    )
    return _Content(rendered, token.reply_id, request.name, str(payload.get("about", "")))


def _login(letter: QueuedMail, settings: Settings, store: Store, now: datetime) -> _Content:
    from publisher.formatter.email import transactional  # noqa: PLC0415 - see _confirmation

    token = new_token()
    minutes = timedelta(minutes=settings.operator.link_minutes)
    store.operators.open_link(token.token_hash, letter.email, now=now, expires=now + minutes)
    address = f"{settings.web.root}operator/login/{token.token}"
    # Asked for on a page, it is in the language of the page.
    language = Language(json.loads(letter.payload).get("language") or settings.mail_language)
    rendered = transactional.login(address, language, settings)
    return _Content(rendered, token.reply_id)


def _preferences(letter: QueuedMail, settings: Settings, store: Store, now: datetime) -> _Content:
    from publisher.formatter.email import transactional  # noqa: PLC0415 - see _confirmation

    language = Language(json.loads(letter.payload).get("letter_language") or settings.mail_language)
    token = _preferences_token(letter.email, settings, store, now)
    rendered = transactional.preferences(letter.email, token, language, settings)
    return _Content(rendered, secrets.token_hex(16))


def _preferences_token(email: str, settings: Settings, store: Store, now: datetime) -> str:
    """Return a new token that shows and changes the preferences of `email`."""
    token = new_token()
    store.confirmations.open_preferences(
        email,
        token_hash=token.token_hash,
        reply_hash=token.reply_hash,
        now=now,
        expires=now + timedelta(hours=settings.subscribing.preferences_hours),
    )
    return token.token


def _changed(
    letter: QueuedMail,
    settings: Settings,
    store: Store,
    now: datetime,
    topic_names: Mapping[str, str],
) -> _Content:
    from publisher.formatter.email import transactional  # noqa: PLC0415 - see _confirmation

    before = SubscriptionRequest.from_json(letter.email, json.loads(letter.payload)["before"])
    # Erased since `_addressed` looked: nothing is known that could differ.
    person = store.subscribers.find(letter.email) or before
    shown = [
        transactional.ShownChoices(
            tuple(topic_names.get(slug, slug) for slug in choices.topics),
            effective(choices.preferences, settings),
        )
        for choices in (before, person)
    ]
    rendered = transactional.changed(
        shown[0],
        shown[1],
        _preferences_token(letter.email, settings, store, now),
        person.preferences.language or settings.mail_language,
        settings,
    )
    return _Content(rendered, secrets.token_hex(16))


def _answer(letter: QueuedMail, settings: Settings, topic_names: Mapping[str, str]) -> _Content:
    from publisher.formatter.email import transactional  # noqa: PLC0415 - see _confirmation

    payload = json.loads(letter.payload)
    rendered = transactional.answer(
        letter.kind,
        letter.email,
        Language(payload.get("language") or settings.mail_language),
        settings,
        unknown=payload.get("unknown", ()),
        known=sorted(topic_names.values()) if letter.kind == MailKind.HELP else (),
    )
    return _Content(rendered, secrets.token_hex(16), about=str(payload.get("about", "")))
