"""What reports say: bounces and complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.inbound.addresses import normalise_sender
from publisher.inbound.classification.mail_kinds import (
    Bounce,
    Complaint,
    Failure,
    Returned,
    Weight,
)
from publisher.models import DeliveryState
from publisher.sender.transactional_message import MailKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.models import Delivery
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class Reports:
    """Acts on reports; each method returns what it was, in words that are counted."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]

    def bounce(self, bounce: Bounce, key: str) -> str:
        """Count or suppress; what proves to be about a delivery in doubt settles it."""
        delivery = self._delivery(bounce.returned)
        email = delivery.email if delivery else self._addressee(bounce.returned)
        if email:
            failure = _about(bounce.failures, email)
            issue = delivery.issue_id if delivery else ""
            self._note(failure, failure.weight, email, key, issue)
            if delivery is not None and delivery.state is DeliveryState.IN_DOUBT:
                self._settle(delivery, failure)
            return f"bounce, {failure.weight}"
        # Anybody can make up a report on anybody: alone it counts little.
        known = 0
        for failure in bounce.failures:
            address = normalise_sender(failure.address)
            if address and self.store.subscribers.find(address) is not None:
                known += 1
                if failure.weight in (Weight.HARD, Weight.SOFT):
                    self._note(failure, Weight.SOFT, address, key, "")
        return "bounce, unproven" if known else "stray report"

    def _note(self, failure: Failure, weight: Weight, email: str, key: str, issue: str) -> None:
        now, inbox, suppressions = self.clock(), self.settings.inbox, self.store.suppressions
        self.store.mailbox.bounced(
            key,
            email,
            weight=weight,
            status=failure.status,
            issue_id=issue or key,
            reason=failure.reason,
            now=now,
        )
        if weight is Weight.HARD:
            suppressions.add(email, f"bounced: {failure.reason}", now=now)
        elif weight is Weight.SOFT:
            since = now - timedelta(days=inbox.soft_bounce_days)
            count = self.store.mailbox.soft_bounces(email, since=since)
            if count >= inbox.soft_bounces:
                suppressions.add(email, f"bounced {count} times: {failure.reason}", now=now)

    def _settle(self, delivery: Delivery, failure: Failure) -> None:
        arrived = failure.weight in (Weight.DELIVERED, Weight.WAITING)
        self.store.ledger.resolve(
            delivery.issue_id,
            delivery.subscriber_id,
            DeliveryState.SENT if arrived else DeliveryState.REJECTED,
            reason=f"{delivery.reason}; a report came: {failure.status} {failure.reason}"[:600],
            now=self.clock(),
        )

    def complaint(self, complaint: Complaint) -> str:
        """Take whoever complained off the list for good, where the report proves who."""
        delivery = self._delivery(complaint.returned)
        email = delivery.email if delivery else self._addressee(complaint.returned)
        if not email:
            return "stray report"
        now = self.clock()
        self.store.subscribers.remove(email, now=now, detail="a complaint")
        self.store.suppressions.add(email, "complained: this is spam", now=now)
        return "complaint"

    def _delivery(self, returned: Returned) -> Delivery | None:
        issue_id = returned.message_id.strip("<").partition(".")[0]
        if not issue_id or issue_id in set(MailKind):
            return None
        found = self.store.mailbox.delivery(returned.message_id, issue_id)
        return found if found is not None and found.email else None

    def _addressee(self, returned: Returned) -> str:
        """Return whom our mail was for, by what only who had it can show; "" for unknown."""
        from publisher.inbound.classification.correlation import reply_id  # noqa: PLC0415
        from publisher.sender.message.tokens import verify_token  # noqa: PLC0415
        from publisher.sender.one_time_tokens import token_hash  # noqa: PLC0415

        asked = reply_id(returned.message_id)
        if asked:
            return self.store.confirmations.asked(token_hash(asked)) or ""
        found = verify_token(self.store.keys, returned.token) if returned.token else None
        person = self.store.subscribers.get(found[0]) if found else None
        return person.email if person else ""


def _about(failures: tuple[Failure, ...], email: str) -> Failure:
    """Return what a report says of `email`; where it was forwarded, of the first address."""
    same = (one for one in failures if one.address.lower() == email.lower())
    return next(same, failures[0])
