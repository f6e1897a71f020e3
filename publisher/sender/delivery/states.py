"""The states of a delivery and the moves between them: the whole contract of the ledger.

The store makes each move as one conditional UPDATE; a test walks it against this table.
"""

from __future__ import annotations

from enum import StrEnum

from publisher.models import DeliveryState as S


class Event(StrEnum):
    """What can happen to a delivery."""

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


TRANSITIONS: dict[tuple[S, Event], S] = {
    (S.READY, Event.CLAIM): S.CLAIMED,
    (S.CLAIMED, Event.RELEASE): S.READY,
    (S.CLAIMED, Event.UNWELCOME): S.SKIPPED,
    (S.CLAIMED, Event.MARK): S.SENDING,
    (S.SENDING, Event.ACCEPTED): S.SENT,
    (S.SENDING, Event.PUT_OFF): S.READY,
    (S.SENDING, Event.REFUSED): S.REJECTED,
    (S.SENDING, Event.NO_ANSWER): S.IN_DOUBT,
    # The sender was slow, not dead, and its answer came after all.
    (S.IN_DOUBT, Event.ACCEPTED): S.SENT,
    (S.IN_DOUBT, Event.PUT_OFF): S.READY,
    (S.IN_DOUBT, Event.REFUSED): S.REJECTED,
    (S.IN_DOUBT, Event.NO_ANSWER): S.IN_DOUBT,
    (S.IN_DOUBT, Event.EVIDENCE_FOR): S.SENT,
    (S.IN_DOUBT, Event.EVIDENCE_AGAINST): S.READY,
    (S.IN_DOUBT, Event.WAIVED): S.ABANDONED,
}
# Nothing moves a delivery out of these.
FINAL = frozenset({S.SENT, S.REJECTED, S.SKIPPED, S.ABANDONED})


def after(state: S, event: Event) -> S:
    """Return the state that follows. Raises `ValueError` for a move that does not exist."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a delivery that is {state} can't be {event}") from None
