"""Records that cross the border of a room, all frozen, each defined once.

The name of a type tells the stage: a `ParsedPaper` is a paper as one digest has it, a `Paper` is
one work merged from all digests that mention it, an `Issue` holds the papers of a period, an
`Edition` is an issue as one group of subscribers gets it.
"""

from __future__ import annotations

from publisher.models.deliveries import (
    Claim,
    Delivery,
    DeliveryState,
    DoubtDecision,
    Mark,
    Settlement,
)
from publisher.models.findings import Finding, Severity
from publisher.models.newsletter import (
    UNSUBSCRIBE_PLACEHOLDER,
    Edition,
    EditionKey,
    EditionRecipient,
    Frequency,
    FrozenEdition,
    FrozenIssue,
    Issue,
    IssueState,
    Language,
    Length,
    PastIssue,
)
from publisher.models.papers import (
    Collection,
    Notes,
    Paper,
    PaperSummary,
    ParsedDigest,
    ParsedPaper,
    Topic,
    Venue,
)
from publisher.models.polls import PollCount
from publisher.models.subscribers import (
    NO_PREFERENCES,
    ImportedSubscriber,
    Preferences,
    Subscriber,
    SubscriberStatus,
)

__all__ = [
    "NO_PREFERENCES",
    "UNSUBSCRIBE_PLACEHOLDER",
    "Claim",
    "Collection",
    "Delivery",
    "DeliveryState",
    "DoubtDecision",
    "Edition",
    "EditionKey",
    "EditionRecipient",
    "Finding",
    "Frequency",
    "FrozenEdition",
    "FrozenIssue",
    "ImportedSubscriber",
    "Issue",
    "IssueState",
    "Language",
    "Length",
    "Mark",
    "Notes",
    "Paper",
    "PaperSummary",
    "ParsedDigest",
    "ParsedPaper",
    "PastIssue",
    "PollCount",
    "Preferences",
    "Settlement",
    "Severity",
    "Subscriber",
    "SubscriberStatus",
    "Topic",
    "Venue",
]
