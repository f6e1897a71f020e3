"""What people ask for by mail, and how they are answered."""

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
from publisher.sender.transactional_message import MailKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class Requests:
    """Acts on requests; each method returns what it was, in words that are counted.

    `topic_slug` finds the slug of a topic by its name or slug, None for an unknown one.
    """

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    topic_slug: Callable[[str], str | None]

    def help(self, asked: Help) -> str:
        """Say what can be written."""
        return self._answer(MailKind.HELP, asked.sender, asked, "help")

    def unsubscribe(self, asked: Unsubscribe) -> str:
        """Take somebody off the list: by a true token, or by their own address, answered."""
        from publisher.sender.message.tokens import verify_token  # noqa: PLC0415

        now, people = self.clock(), self.store.subscribers
        found = verify_token(self.store.keys, asked.token) if asked.token else None
        if found is not None:
            subscriber_id, version = found
            if (people.token_version(subscriber_id) or 0) % 256 == version:
                people.unsubscribe(subscriber_id, now=now, detail="by mail, from a link")
            return "unsubscribe"
        email = normalise_sender(asked.sender)
        left = bool(email) and people.remove(email, now=now, detail="by mail, by word")
        kind = MailKind.GOODBYE if left else MailKind.STRANGER
        return self._answer(kind, asked.sender, asked, "unsubscribe", always=left)

    def confirm(self, said: Confirm) -> str:
        """Do what was asked for, by the token or the answer to our mail."""
        from publisher.sender.one_time_tokens import token_hash  # noqa: PLC0415
        from publisher.store.people.confirmations import RedeemOutcome  # noqa: PLC0415

        redeem, now = self.store.confirmations.redeem, self.clock()
        outcome, request = RedeemOutcome.UNKNOWN, None
        if said.token:
            hashed = token_hash(said.token)
            outcome, request = redeem(token_hash=hashed, now=now, detail="by mail, from a link")
        if outcome is RedeemOutcome.UNKNOWN and said.reply_id:
            # A mail program may have broken the token in what it quotes.
            hashed = token_hash(said.reply_id)
            outcome, request = redeem(reply_hash=hashed, now=now, detail="by answering the mail")
        if outcome is RedeemOutcome.UNKNOWN:
            person = self.store.subscribers.find(normalise_sender(said.sender))
            if person is None or person.status is not SubscriberStatus.PENDING:
                return "other"
            return self._ask(person.email, person.topics, said, "confirm, too late")
        if outcome is RedeemOutcome.CONFIRMED and request is not None:
            self._put(MailKind.WELCOME, request.email, {"about": said.message_id})
        return "confirm"

    def subscribe(self, asked: Subscribe) -> str:
        """Ask the person to confirm; nothing is kept of them before they do."""
        email = normalise_sender(asked.sender)
        slugs = {name: self.topic_slug(name) for name in asked.topics}
        unknown = [name for name, slug in slugs.items() if slug is None]
        if unknown:
            self._answer(MailKind.HELP, asked.sender, asked, "", unknown=unknown)
            return "unknown topic"
        if not email:
            return "other"
        return self._ask(
            email, sorted({slug for slug in slugs.values() if slug}), asked, "subscribe"
        )

    def _ask(self, email: str, topics: Iterable[str], asked: Subscribe | Confirm, word: str) -> str:
        from publisher.store.people.confirmations import SubscriptionRequest  # noqa: PLC0415

        if not self._may_answer(email):
            return "too many"
        payload = json.loads(SubscriptionRequest(email, tuple(topics)).to_json())
        language = self._language(chinese=isinstance(asked, Subscribe) and asked.chinese)
        self._put(
            MailKind.CONFIRM,
            email,
            {**payload, "about": asked.message_id, "letter_language": language.value},
        )
        return word

    def _answer(
        self,
        kind: MailKind,
        sender: str,
        asked: Unsubscribe | Subscribe | Help,
        word: str,
        *,
        unknown: list[str] | None = None,
        always: bool = False,
    ) -> str:
        email = normalise_sender(sender)
        if not email or not (always or self._may_answer(email)):
            return "too many"
        chinese = not isinstance(asked, Unsubscribe) and asked.chinese
        language = self._language(chinese=chinese).value
        said = {"about": asked.message_id, "language": language, "unknown": unknown or []}
        self._put(kind, email, said)
        return word

    def _put(self, kind: MailKind, email: str, payload: Mapping[str, object]) -> None:
        text = json.dumps(payload, ensure_ascii=False)
        self.store.outgoing_queue.put(kind, email, text, now=self.clock())

    def _may_answer(self, email: str) -> bool:
        from publisher.store.mail.rate_limits import RequestLimits  # noqa: PLC0415

        limits = RequestLimits.of(self.settings.subscribing)
        return self.store.rate_limits.knock(email, limits, now=self.clock())

    def _language(self, *, chinese: bool) -> Language:
        if chinese:
            return Language.CHINESE
        own = self.settings.mail_language
        return own if own is Language.ENGLISH else Language.BOTH
