"""Processing of requests by mail, and the answers to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.inbound.addresses import normalise_sender
from publisher.inbound.classification.mail_kinds import (
    Confirm,
    Help,
    Subscribe,
    Unsubscribe,
)
from publisher.models import Language, SubscriberStatus
from publisher.sender.message.tokens import verify_token
from publisher.sender.one_time_tokens import token_hash
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.rate_limits import RequestLimits
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.models import Subscriber
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class RequestHandler:
    """Processes requests; each method returns the result as a word or two, to be counted.

    `topic_slug` returns the slug of a topic by its name or slug, None for an unknown one.
    """

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    topic_slug: Callable[[str], str | None]

    def help(self, request: Help) -> str:
        """Answer with the list of commands."""
        return self._answer(MailKind.HELP, request.sender, request, "help")

    def unsubscribe(self, request: Unsubscribe) -> str:
        """Unsubscribe by a valid token; by a bare word the sender, who gets an answer.

        A mail that a program may have written gets none; where it changes nothing, it is left for
        the operator.
        """
        now, subscribers = self.clock(), self.store.subscribers
        verified = verify_token(self.store.keys, request.token) if request.token else None
        if verified is not None:
            subscriber_id, version = verified
            if (subscribers.token_version(subscriber_id) or 0) % 256 == version:
                subscribers.unsubscribe(subscriber_id, now=now, detail="by mail, from a link")
            return "unsubscribe"
        email = normalise_sender(request.sender)
        removed = bool(email) and subscribers.remove(email, now=now, detail="by mail, by word")
        if request.may_be_program:
            is_known = removed or subscribers.find(email) is not None
            return "unsubscribe" if is_known else "automatic"
        kind = MailKind.GOODBYE if removed else MailKind.STRANGER
        return self._answer(kind, request.sender, request, "unsubscribe", always=removed)

    def confirm(self, confirmation: Confirm) -> str:
        """Carry out the pending request that the token or the answered mail confirms."""
        redeem, now = self.store.confirmations.redeem, self.clock()
        outcome, pending = RedeemOutcome.UNKNOWN, None
        if confirmation.token:
            hashed = token_hash(confirmation.token)
            outcome, pending = redeem(token_hash=hashed, now=now, detail="by mail, from a link")
        if outcome is RedeemOutcome.UNKNOWN and confirmation.reply_id:
            # A mail program may have broken the token in the text that it quotes.
            hashed = token_hash(confirmation.reply_id)
            outcome, pending = redeem(reply_hash=hashed, now=now, detail="by answering the mail")
        if outcome is RedeemOutcome.UNKNOWN:
            subscriber = self.store.subscribers.find(normalise_sender(confirmation.sender))
            if subscriber is None or not _may_confirm(subscriber):
                return "other"
            return self._request_confirmation(
                subscriber.email, subscriber.topics, confirmation, "confirm, too late"
            )
        if outcome is RedeemOutcome.CONFIRMED and pending is not None:
            self._put(MailKind.WELCOME, pending.email, {"about": confirmation.message_id})
        return "confirm"

    def subscribe(self, request: Subscribe) -> str:
        """Ask the sender to confirm; nothing is stored about them before they do."""
        email = normalise_sender(request.sender)
        slugs = {name: self.topic_slug(name) for name in request.topics}
        unknown = [name for name, slug in slugs.items() if slug is None]
        if unknown:
            self._answer(MailKind.HELP, request.sender, request, "", unknown=unknown)
            return "unknown topic"
        if not email:
            return "other"
        return self._request_confirmation(
            email, sorted({slug for slug in slugs.values() if slug}), request, "subscribe"
        )

    def _request_confirmation(
        self, email: str, topics: Iterable[str], mail: Subscribe | Confirm, result: str
    ) -> str:
        if not self._may_answer(email):
            return "too many"
        payload = json.loads(SubscriptionRequest(email, tuple(topics)).to_json())
        language = self._language(chinese=isinstance(mail, Subscribe) and mail.chinese)
        self._put(
            MailKind.CONFIRM,
            email,
            {**payload, "about": mail.message_id, "letter_language": language.value},
        )
        return result

    def _answer(
        self,
        kind: MailKind,
        sender: str,
        request: Unsubscribe | Subscribe | Help,
        result: str,
        *,
        unknown: list[str] | None = None,
        always: bool = False,
    ) -> str:
        email = normalise_sender(sender)
        if not email or not (always or self._may_answer(email)):
            return "too many"
        chinese = not isinstance(request, Unsubscribe) and request.chinese
        language = self._language(chinese=chinese).value
        payload = {"about": request.message_id, "language": language, "unknown": unknown or []}
        self._put(kind, email, payload)
        return result

    def _put(self, kind: MailKind, email: str, payload: Mapping[str, object]) -> None:
        text = json.dumps(payload, ensure_ascii=False)
        self.store.outgoing_queue.put(kind, email, text, now=self.clock())

    def _may_answer(self, email: str) -> bool:
        limits = RequestLimits.of(self.settings.subscribing)
        return self.store.rate_limits.allow(email, limits, now=self.clock())

    def _language(self, *, chinese: bool) -> Language:
        if chinese:
            return Language.CHINESE
        own = self.settings.mail_language
        return own if own is Language.ENGLISH else Language.BOTH


def _may_confirm(subscriber: Subscriber) -> bool:
    """Return whether a person has yet to confirm, or to show that their mailbox works again."""
    bounced = subscriber.suppression is not None and subscriber.suppression.is_bounce
    status = subscriber.status
    return status is SubscriberStatus.PENDING or (status is SubscriberStatus.SUPPRESSED and bounced)
