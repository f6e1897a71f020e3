"""The transitions between the states of a delivery: the contract of the ledger.

The store makes each transition as one conditional UPDATE; a test compares it with this table.
"""

from __future__ import annotations

from enum import StrEnum

from publisher.models import DeliveryState as S


class DeliveryEvent(StrEnum):
    """Events that move a delivery from one state to another; the value is a reason for people."""

    CLAIM = "claimed by a process"
    RELEASE = "given back before anything left"
    UNWELCOME = "the person unsubscribed or is suppressed"
    MARK = "marked, on disk, right before sending"
    ACCEPTED = "the other side has it"
    PUT_OFF = "not accepted, to be tried again"
    REFUSED = "not accepted, and never will be"
    NO_ANSWER = "it left and the answer never came, or the sender died"
    EVIDENCE_FOR = "in doubt, and found to have arrived"
    EVIDENCE_AGAINST = "in doubt, and surely not arrived; or the operator sends it again"
    WAIVED = "in doubt, and the operator lets it be"
    REPEATED = "refused, and the operator sends it again"


TRANSITIONS: dict[tuple[S, DeliveryEvent], S] = {
    (S.READY, DeliveryEvent.CLAIM): S.CLAIMED,
    (S.CLAIMED, DeliveryEvent.RELEASE): S.READY,
    (S.CLAIMED, DeliveryEvent.UNWELCOME): S.SKIPPED,
    (S.CLAIMED, DeliveryEvent.MARK): S.SENDING,
    (S.SENDING, DeliveryEvent.ACCEPTED): S.SENT,
    (S.SENDING, DeliveryEvent.PUT_OFF): S.READY,
    (S.SENDING, DeliveryEvent.REFUSED): S.REJECTED,
    (S.SENDING, DeliveryEvent.NO_ANSWER): S.IN_DOUBT,
    # The sender was slow, not dead, and its answer came late.
    (S.IN_DOUBT, DeliveryEvent.ACCEPTED): S.SENT,
    (S.IN_DOUBT, DeliveryEvent.PUT_OFF): S.READY,
    (S.IN_DOUBT, DeliveryEvent.REFUSED): S.REJECTED,
    (S.IN_DOUBT, DeliveryEvent.NO_ANSWER): S.IN_DOUBT,
    (S.IN_DOUBT, DeliveryEvent.EVIDENCE_FOR): S.SENT,
    (S.IN_DOUBT, DeliveryEvent.EVIDENCE_AGAINST): S.READY,
    (S.IN_DOUBT, DeliveryEvent.WAIVED): S.ABANDONED,
    (S.REJECTED, DeliveryEvent.REPEATED): S.READY,
}
# States that no event leaves.
FINAL = frozenset({S.SENT, S.SKIPPED, S.ABANDONED})


def after(state: S, event: DeliveryEvent) -> S:
    """Return the state after `event`. Raises `ValueError` for a transition that is not there."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a delivery that is {state} can't be {event}") from None
