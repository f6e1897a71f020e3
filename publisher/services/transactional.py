"""Single mails: what is asked and answered, from the store's queue to a transport.

Joins formatter, sender and store as `pipeline` joins all rooms. Rooms are imported when they are
needed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.errors import (
    ConfigurationFailure,
    PermanentFailure,
    PublisherError,
    QuotaExceeded,
    SettingsError,
    TemporaryFailure,
    TransportError,
)
from publisher.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from publisher.formatter.email.transactional import RenderedMail
    from publisher.sender.limits.rate_limit import RateLimiter
    from publisher.sender.transports.base import Transport
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.store.mail.outgoing_queue import QueuedMail

# How the reason of a suppression begins that a working mailbox lifts.
BOUNCED = "bounced"
RETRY = timedelta(minutes=15)
GIVE_UP = timedelta(hours=48)
# A longer wait than this is the next run's, and a request to stop is heard after NAP seconds.
PATIENCE = timedelta(minutes=1)
NAP = 0.5


@dataclass(frozen=True, slots=True)
class SentMail:
    """What became of the letters that were due. `stopped`: why some are still waiting."""

    sent: int = 0
    put_off: int = 0
    dropped: int = 0
    stopped: str = ""


def check_answerable(settings: Settings) -> None:
    """Raise `SettingsError` where nobody could confirm: no web app, and no mailbox that is read."""
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
    """Send the letters that are due, one after the other, at the pace that holds for all mail.

    `topic_names` has names by slug. A failure that tells of one address drops that letter; one
    that tells of us keeps it and stops. What left without an answer is not sent again.

    Raises `StoreError`, `SettingsError` and `TemplateError`.
    """
    from publisher.sender.transports import create  # noqa: PLC0415

    found = SentMail(dropped=store.outgoing_queue.drop_doubtful(now=clock()))
    pace = _pace(settings, store, clock())
    with create(settings) as transport:
        while not found.stopped and not stopping():
            letter = store.outgoing_queue.take(now=clock())
            if letter is None:
                break
            if not _may_go(letter, store):
                store.outgoing_queue.remove(letter.id)
                found = replace(found, dropped=found.dropped + 1)
                continue
            try:
                transport.open()
            except TransportError as error:
                found = _keep(letter, found, store, str(error), clock())
                break
            held_up = _wait(pace, letter, clock, sleep, stopping)
            if held_up is not None:
                until, reason = held_up
                store.outgoing_queue.put_off(letter.id, until)
                found = replace(found, put_off=found.put_off + 1, stopped=reason)
                continue
            found = _send(letter, found, settings, store, transport, clock(), topic_names)
            on_progress(found.sent)
    return found


def _pace(settings: Settings, store: Store, now: datetime) -> RateLimiter:
    from publisher.sender.limits.rate_limit import RateLimiter, limits_of  # noqa: PLC0415

    pace = RateLimiter(limits_of(settings))
    if pace.limits.look_back:
        pace.first = store.issues.first_frozen()
        pace.learn(now, store.deliveries.left_since)
    return pace


def _wait(
    pace: RateLimiter,
    letter: QueuedMail,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    stopping: Callable[[], bool],
) -> tuple[datetime, str] | None:
    """Wait until `letter` may leave; return until when it can't, and why, where that is long.

    The reason is empty where the others may leave.
    """
    from publisher.sender.limits.rate_limit import RateVerdict  # noqa: PLC0415

    domain = letter.email.rpartition("@")[2]
    while True:
        now = clock()
        decision = pace.decide(now, domain)
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


def _keep(letter: QueuedMail, found: SentMail, store: Store, why: str, now: datetime) -> SentMail:
    """Keep a letter that can't leave, as no other can; what is very old is of no use any more."""
    if now - letter.created_at >= GIVE_UP:
        store.outgoing_queue.remove(letter.id)
        return replace(found, dropped=found.dropped + 1, stopped=why)
    store.outgoing_queue.put_off(letter.id, now)
    return replace(found, put_off=found.put_off + 1, stopped=why)


def _send(
    letter: QueuedMail,
    found: SentMail,
    settings: Settings,
    store: Store,
    transport: Transport,
    now: datetime,
    topic_names: Mapping[str, str],
) -> SentMail:
    """Send one letter; return what was done so far."""
    try:
        message_id, message = _message(letter, settings, store, now, topic_names)
        transport.send(settings.mail.from_address, letter.email, message, message_id)
    except (QuotaExceeded, ConfigurationFailure) as error:
        store.outgoing_queue.put_off(letter.id, now + RETRY)
        return replace(found, put_off=found.put_off + 1, stopped=str(error))
    except TemporaryFailure:
        if now - letter.created_at < GIVE_UP:
            store.outgoing_queue.put_off(letter.id, now + RETRY * letter.attempts)
            return replace(found, put_off=found.put_off + 1)
        store.outgoing_queue.remove(letter.id)
        return replace(found, dropped=found.dropped + 1)
    except PermanentFailure as error:
        from publisher.sender.transports.smtp_replies import is_gone  # noqa: PLC0415

        if is_gone(error):
            store.suppressions.add(letter.email, f"{BOUNCED}: {error}", now=now)
        store.outgoing_queue.remove(letter.id)
        return replace(found, dropped=found.dropped + 1)
    except TransportError:
        store.outgoing_queue.remove(letter.id, left=now)
        return replace(found, dropped=found.dropped + 1)
    except PublisherError:
        # A template that fails fails for the next one too; nothing has left.
        store.outgoing_queue.put_off(letter.id, now)
        raise
    store.outgoing_queue.remove(letter.id, left=now)
    return replace(found, sent=found.sent + 1)


def _may_go(letter: QueuedMail, store: Store) -> bool:
    """Return whether a letter may go that anybody can have asked for on a page.

    It is looked up here, long after the page is answered, so that no page tells who is on the list.
    Whoever wants no mail gets none, but for those whose mailbox failed: it may work again.
    """
    from publisher.sender.transactional_message import MailKind  # noqa: PLC0415

    by_page = bool(json.loads(letter.payload).get("by_page"))
    if not by_page:
        return True
    suppressed = store.suppressions.find(letter.email)
    if suppressed is not None and not suppressed.reason.startswith(BOUNCED):
        return False
    return letter.kind != MailKind.PREFERENCES or store.subscribers.find(letter.email) is not None


def _message(
    letter: QueuedMail,
    settings: Settings,
    store: Store,
    now: datetime,
    topic_names: Mapping[str, str],
) -> tuple[str, bytes]:
    """Return Message-ID and bytes; a request to confirm gets its token here, as it leaves."""
    import secrets  # noqa: PLC0415

    from publisher.formatter.email import transactional  # noqa: PLC0415
    from publisher.sender.message.sender_profile import SenderProfile  # noqa: PLC0415
    from publisher.sender.one_time_tokens import new_token  # noqa: PLC0415
    from publisher.sender.transactional_message import (  # noqa: PLC0415
        MailKind,
        TransactionalMessage,
        build_transactional,
    )
    from publisher.store.people.confirmations import SubscriptionRequest  # noqa: PLC0415

    profile = SenderProfile.from_settings(settings)
    domain = profile.from_address.rpartition("@")[2]
    about = ""
    written: RenderedMail
    if letter.kind == MailKind.CONFIRM:
        request = SubscriptionRequest.from_json(letter.email, letter.payload)
        about = str(json.loads(letter.payload).get("about", ""))
        told = json.loads(letter.payload).get("letter_language")
        language = Language(told or request.preferences.language or settings.mail_language)
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
        written = transactional.confirmation(letter.email, names, token.token, language, settings)
        name, message_id = request.name, f"<confirm.{token.reply_id}@{domain}>"
    elif letter.kind == MailKind.LOGIN:
        token = new_token()
        minutes = timedelta(minutes=settings.operator.link_minutes)
        store.operators.open_link(token.token_hash, letter.email, now=now, expires=now + minutes)
        address = f"{settings.web.root}operator/login/{token.token}"
        written = transactional.login(address, settings.mail_language, settings)
        name, message_id = "", f"<login.{token.reply_id}@{domain}>"
    elif letter.kind == MailKind.PREFERENCES:
        told = json.loads(letter.payload).get("letter_language")
        token = new_token()
        hours = timedelta(hours=settings.subscribing.preferences_hours)
        store.confirmations.open_preferences(
            letter.email,
            token_hash=token.token_hash,
            reply_hash=token.reply_hash,
            now=now,
            expires=now + hours,
        )
        language = Language(told or settings.mail_language)
        written = transactional.preferences(letter.email, token.token, language, settings)
        name, message_id = "", f"<{letter.kind}.{secrets.token_hex(16)}@{domain}>"
    else:
        said = json.loads(letter.payload)
        about, name = str(said.get("about", "")), ""
        written = transactional.answer(
            letter.kind,
            letter.email,
            Language(said.get("language") or settings.mail_language),
            settings,
            unknown=said.get("unknown", ()),
            known=sorted(topic_names.values()) if letter.kind == MailKind.HELP else (),
        )
        message_id = f"<{letter.kind}.{secrets.token_hex(16)}@{domain}>"
    mail = TransactionalMessage(
        letter.email, name, written.subject, written.text, written.html, about
    )
    reply_to = settings.inbox_address
    return message_id, build_transactional(
        mail, profile, message_id=message_id, reply_to=reply_to, date=now
    )
