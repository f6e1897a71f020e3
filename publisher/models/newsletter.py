"""Issues and editions of the newsletter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.models.papers import Paper

# Stands in an edition's html and text where a recipient's unsubscribe token goes. As long as a
# token (see sender/message/tokens.py) and made of the same characters, so that every encoding of
# the message keeps it whole and its replacement moves no byte after it.
PLACEHOLDER_END = "-token-of-this-recipient-----"
UNSUBSCRIBE_PLACEHOLDER = f"unsubscribe{PLACEHOLDER_END}"
# The same for the token that changes the recipient's choices.
PREFERENCES_PLACEHOLDER = f"preferences{PLACEHOLDER_END}"
TOKEN_PLACEHOLDERS = (UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER)


class Frequency(StrEnum):
    """The frequency of issues; each one is a stream of issues of its own."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Language(StrEnum):
    """The language of an edition: of the papers' texts and of the words around them."""

    ENGLISH = "en"
    CHINESE = "zh"
    BOTH = "both"


class Length(StrEnum):
    """The amount of each paper that an edition shows."""

    SHORT = "short"  # title and one line
    STANDARD = "standard"  # summary and takeaways
    LONG = "long"  # with abstract and notes


class BlockPlace(StrEnum):
    """The place of an editor's free block in an issue."""

    HIGHLIGHTS = "highlights"  # after them, or before the first topic where there are none
    END = "end"


@dataclass(frozen=True, slots=True)
class IssueEdits:
    """An editor's changes to an issue; what is empty leaves the issue as it would be.

    `note` and `block` are Markdown, `subject` has the placeholders of `newsletter.subject`, and
    `hide`, `promote` (into the highlights) and `pin` (to the top of a topic) are ids of papers.
    """

    note: str = ""
    subject: str = ""
    preheader: str = ""
    hide: tuple[str, ...] = ()
    promote: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    block: str = ""
    block_place: BlockPlace = BlockPlace.END


NO_EDITS = IssueEdits()


@dataclass(frozen=True, slots=True)
class EditionKey:
    """The choice that an edition is made for: everybody with the same one gets the same bytes."""

    topics: tuple[str, ...] = ()  # slugs, sorted; empty: all topics
    language: Language = Language.CHINESE
    length: Length = Length.STANDARD
    # Issues of another frequency that these readers got and that share papers with this one.
    received_issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One newsletter: the papers of one period.

    The period is `[start, end)`; the issue is due at `end`. Its id tells its frequency. `edits` are
    applied to its papers; `revision` is that of the `IssuePlan` they were read from.
    """

    id: str  # "2024-W49", "2024-12-02" or "2024-12"
    start: datetime
    end: datetime
    papers: tuple[Paper, ...]
    updated: tuple[Paper, ...] = ()  # newer versions of papers in earlier issues
    edits: IssueEdits = NO_EDITS
    revision: int = 0


@dataclass(frozen=True, slots=True)
class PastIssue:
    """A frozen issue with the ids of its papers, and of those in `updated` with their versions."""

    id: str
    start: datetime
    end: datetime
    paper_ids: tuple[str, ...]
    updated: tuple[tuple[str, int], ...] = ()
    edits: IssueEdits = NO_EDITS


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue as one group of subscribers gets it, rendered and inlined once.

    `html` and `text` hold `TOKEN_PLACEHOLDERS` where a recipient's tokens go. `paper_count` counts
    all papers on the topics; those that are not among `shown` are "n more on the web".
    """

    issue_id: str
    topics: tuple[str, ...]  # slugs, sorted; empty: all topics
    subject: str
    html: str
    text: str
    paper_count: int
    preheader: str = ""
    shown: tuple[str, ...] = ()  # ids of papers, in the order of both parts
    lang: str = ""  # BCP 47, of the frame's words
    language: Language = Language.CHINESE
    length: Length = Length.STANDARD
