"""Records that cross the border of a room, all frozen, each defined once.

The name of a type tells the stage: a `ParsedPaper` is a paper as one digest has it, a `Paper` is
one work merged from all digests that mention it, an `Issue` holds the papers of a period, an
`Edition` is an issue as one group of subscribers gets it.

Records that a build does not need are imported from their modules (`ledger`, `imports`, `polls`):
to make their classes would cost each build some milliseconds.
"""

from __future__ import annotations

from publisher.models.deliveries import Delivery, DeliveryState
from publisher.models.findings import Finding, Severity
from publisher.models.newsletter import (
    NO_EDITS,
    PLACEHOLDER_END,
    PREFERENCES_PLACEHOLDER,
    TOKEN_PLACEHOLDERS,
    UNSUBSCRIBE_PLACEHOLDER,
    BlockPlace,
    Edition,
    EditionKey,
    Frequency,
    Issue,
    IssueEdits,
    Language,
    Length,
    PastIssue,
)
from publisher.models.papers import (
    Collection,
    Coverage,
    Notes,
    Paper,
    PaperChange,
    PaperSummary,
    ParsedDigest,
    ParsedPaper,
    Provenance,
    SummaryText,
    Topic,
    Venue,
)
from publisher.models.subscribers import (
    NO_PREFERENCES,
    Preferences,
    Subscriber,
    SubscriberStatus,
    Suppression,
)

__all__ = [
    "NO_EDITS",
    "NO_PREFERENCES",
    "PLACEHOLDER_END",
    "PREFERENCES_PLACEHOLDER",
    "TOKEN_PLACEHOLDERS",
    "UNSUBSCRIBE_PLACEHOLDER",
    "BlockPlace",
    "Collection",
    "Coverage",
    "Delivery",
    "DeliveryState",
    "Edition",
    "EditionKey",
    "Finding",
    "Frequency",
    "Issue",
    "IssueEdits",
    "Language",
    "Length",
    "Notes",
    "Paper",
    "PaperChange",
    "PaperSummary",
    "ParsedDigest",
    "ParsedPaper",
    "PastIssue",
    "Preferences",
    "Provenance",
    "Severity",
    "Subscriber",
    "SubscriberStatus",
    "SummaryText",
    "Suppression",
    "Topic",
    "Venue",
]
