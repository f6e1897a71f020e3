"""Processing of bounces and complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.addresses import address_key
from publisher.inbound.addresses import normalise_sender
from publisher.inbound.classification.correlation import reply_id
from publisher.inbound.classification.mail_kinds import (
    Bounce,
    BounceWeight,
    Complaint,
    RecipientFailure,
    ReturnedMail,
)
from publisher.models import DeliveryState
from publisher.models.subscribers import BOUNCED, COMPLAINED
from publisher.sender.message.tokens import verify_token
from publisher.sender.one_time_tokens import token_hash
from publisher.sender.transactional_message import MailKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.models import Delivery
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class ReportHandler:
    """Processes reports; each method returns the result as a word or two, to be counted."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]

    def bounce(self, bounce: Bounce, key: str) -> str:
        """Count the bounce, suppress its address where it is gone, and settle a delivery in doubt.

        `key` identifies the report.
        """
        delivery = self._delivery(bounce.returned)
        email = delivery.email if delivery else self._recipient_of(bounce.returned)
        if email:
            failure = _failure_of(bounce.failures, email)
            issue = delivery.issue_id if delivery else ""
            self._record(failure, failure.weight, email, key, issue)
            if delivery is not None and delivery.state is DeliveryState.IN_DOUBT:
                self._settle(delivery, failure)
            return f"bounce, {failure.weight}"
        # Anybody can forge a report about anybody: without proof it counts little.
        subscribers = 0
        for failure in bounce.failures:
            address = normalise_sender(failure.address)
            if address and self.store.subscribers.find(address) is not None:
                subscribers += 1
                if failure.weight in (BounceWeight.HARD, BounceWeight.SOFT):
                    self._record(failure, BounceWeight.SOFT, address, key, "")
        return "bounce, unproven" if subscribers else "stray report"

    def _record(
        self, failure: RecipientFailure, weight: BounceWeight, email: str, key: str, issue: str
    ) -> None:
        now, inbox, suppressions = self.clock(), self.settings.inbox, self.store.suppressions
        self.store.mailbox.add_bounce(
            key,
            email,
            weight=weight,
            status=failure.status,
            issue_id=issue or key,
            reason=failure.reason,
            now=now,
        )
        if weight is BounceWeight.HARD:
            suppressions.add(email, f"{BOUNCED}: {failure.reason}", now=now)
        elif weight is BounceWeight.SOFT:
            since = now - timedelta(days=inbox.soft_bounce_days)
            count = self.store.mailbox.soft_bounces(email, since=since)
            if count >= inbox.soft_bounces:
                suppressions.add(email, f"{BOUNCED} {count} times: {failure.reason}", now=now)

    def _settle(self, delivery: Delivery, failure: RecipientFailure) -> None:
        arrived = failure.weight in (BounceWeight.DELIVERED, BounceWeight.WAITING)
        self.store.ledger.resolve(
            delivery.issue_id,
            delivery.subscriber_id,
            DeliveryState.SENT if arrived else DeliveryState.REJECTED,
            reason=f"{delivery.reason}; a report came: {failure.status} {failure.reason}"[:600],
            now=self.clock(),
        )

    def complaint(self, complaint: Complaint) -> str:
        """Unsubscribe and suppress whoever complained, if the report proves who that is."""
        delivery = self._delivery(complaint.returned)
        email = delivery.email if delivery else self._recipient_of(complaint.returned)
        if not email:
            return "stray report"
        now = self.clock()
        self.store.subscribers.remove(email, now=now, detail="a complaint")
        self.store.suppressions.add(email, f"{COMPLAINED}: this is spam", now=now)
        return "complaint"

    def _delivery(self, returned: ReturnedMail) -> Delivery | None:
        issue_id = returned.message_id.strip("<").partition(".")[0]
        if not issue_id or issue_id in set(MailKind):
            return None
        delivery = self.store.mailbox.delivery(returned.message_id, issue_id)
        return delivery if delivery is not None and delivery.email else None

    def _recipient_of(self, returned: ReturnedMail) -> str:
        """Return the address that our mail was sent to, "" where nothing proves it."""
        secret = reply_id(returned.message_id)
        if secret:
            return self.store.confirmations.recipient_of(token_hash(secret)) or ""
        verified = verify_token(self.store.keys, returned.token) if returned.token else None
        subscriber = self.store.subscribers.get(verified[0]) if verified else None
        return subscriber.email if subscriber else ""


def _failure_of(failures: tuple[RecipientFailure, ...], email: str) -> RecipientFailure:
    """Return the failure of `email`; the first one where the mail was forwarded."""
    key = address_key(email)
    same = (failure for failure in failures if address_key(failure.address) == key)
    return next(same, failures[0])
