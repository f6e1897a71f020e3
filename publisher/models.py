"""The words of the program as types: what one room hands to the next.

Everything here is frozen. The name of a type tells the stage: a `ParsedPaper` is a paper as one
digest has it, a `Paper` is one work merged from all digests that mention it, an `Issue` is what a
period brought, an `Edition` is an issue as one group of subscribers gets it.

Text fields are plain Unicode text (TeX made readable, mark-up removed, no control characters).
Where a field has a twin `..._html`, that is the same as a safe HTML fragment (collector/clean.py
says of what), "" where escaping the plain text gives it. Times are aware; lists are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

# Stands in an edition's html and text where a recipient's unsubscribe token goes. As long as a
# token (see sender/tokens.py) and made of the same characters, so that every encoding of the
# message keeps it whole and its replacement moves no byte after it.
UNSUBSCRIBE_PLACEHOLDER = "unsubscribe-token-of-this-recipient-----"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a digest is about.

    `name` is for people ("元宇宙/虚拟人"); `slug` is safe as a file name and in an address and
    matches `^[a-z0-9][a-z0-9-]{0,63}$`.
    """

    slug: str
    name: str


class Severity(StrEnum):
    """How bad a finding is: an error makes the exit code 1, a warning or a note does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A defect of one digest: the value that takes the place of an exception in a batch."""

    path: str
    line: int  # 1-based; 0 where the whole file is meant
    code: str  # e.g. "D102"; the list is in collector/findings.py
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return `path:line: CODE message`, the form editors and CI logs understand."""
        return f"{self.path}:{self.line}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Notes:
    r"""What a language model noted about a paper, by part; "" where it has none.

    Paragraphs of a part are separated by line feeds. `cut_off`: the model's answer ends in
    mid-sentence, or one of the three that it gave (summary, method, conclusion) does.
    """

    background: str = ""
    past_methods: str = ""
    method: str = ""
    results: str = ""
    conclusion: str = ""
    innovation: str = ""
    performance: str = ""
    workload: str = ""
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a paper appears, e.g. "CVPR" in 2024; `year` is 0 where the comment names none."""

    name: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class ParsedPaper:
    """A paper as one digest has it."""

    line: int  # 1-based line of its heading
    id: str  # "arxiv:2411.19525", else "doi:...", else "title:<hash>"
    version: int  # of the arXiv paper; 1 where it has none
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    comment: str | None = None  # what the authors told arXiv, e.g. "Accepted by CVPR 2024"
    abs_url: str = ""
    pdf_url: str = ""
    code_urls: tuple[str, ...] = ()
    summary: str | None = None  # machine-written
    takeaways: tuple[str, ...] = ()  # machine-written
    figures: tuple[str, ...] = ()  # absolute http(s) addresses of screenshots
    notes: Notes | None = None  # machine-written
    repaired: bool = False  # its text came through a wrong decoding and was restored
    published: datetime | None = None  # where the file dates each paper; None: as the digest
    topic_names: tuple[str, ...] = ()  # where the file sorts its papers; (): as the digest
    title_html: str = ""  # without links
    abstract_html: str = ""
    project_urls: tuple[str, ...] = ()
    venue: Venue | None = None  # as `comment` names it


@dataclass(frozen=True, slots=True)
class ParsedDigest:
    """One Markdown post as its format understood it, before topics have slugs."""

    path: str  # relative to its source folder, with "/" on every system
    published: datetime
    topic_names: tuple[str, ...]
    papers: tuple[ParsedPaper, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One work, merged from every digest that mentions it."""

    id: str
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    comment: str | None
    abs_url: str
    pdf_url: str
    code_urls: tuple[str, ...]
    topics: tuple[Topic, ...]  # in the order seen
    digests: tuple[str, ...]  # paths, oldest first
    first_published: datetime  # of the earliest digest
    updated: datetime  # of the digest that brought the newest version
    summary: str | None
    takeaways: tuple[str, ...]
    figures: tuple[str, ...]
    repaired: bool
    marks: tuple[str, ...] = ()  # the texts of settings.filters that marked it
    title_html: str = ""
    abstract_html: str = ""
    project_urls: tuple[str, ...] = ()
    venue: Venue | None = None
    notes: Notes | None = None


class PaperHead(NamedTuple):  # there are as many as papers; a tuple is made in a third of the time
    """What is known of a paper without reading its texts. Moments are microseconds since 1970."""

    id: str
    topics: tuple[Topic, ...]
    digest: str  # path of the earliest
    first_published: int
    updated: int
    fingerprint: int  # 63 bits, others where anything of the paper may differ


@dataclass(frozen=True, slots=True)
class Collection:
    """All the collector found: papers newest first, topics by name, and every defect.

    A paper is made when it is asked for: what needs only the newest should ask for no more. So are
    the `findings`, all of them; `errors` are those that are errors, the others are warnings.
    `heads` are those of `papers`, or empty where nobody knows them. `fingerprint` (63 bits) is
    another where a paper or a topic may be another, 0 where nobody knows.
    """

    papers: Sequence[Paper]
    topics: tuple[Topic, ...]
    by_topic: Mapping[str, Sequence[Paper]]  # by slug
    digest_count: int
    findings: Sequence[Finding]
    errors: tuple[Finding, ...] = ()
    warning_count: int = 0
    left_out: int = 0  # files: drafts, what editors left, what an ignore file names
    heads: Sequence[PaperHead] = ()
    fingerprint: int = 0


class Frequency(StrEnum):
    """How often issues come; each frequency is a stream of issues of its own."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Language(StrEnum):
    """Which texts of a paper an edition shows, and in which words its frame is."""

    ENGLISH = "en"
    CHINESE = "zh"
    BOTH = "both"


class Length(StrEnum):
    """How much of each paper an edition shows."""

    SHORT = "short"  # title and one line
    STANDARD = "standard"  # summary and takeaways
    LONG = "long"  # with abstract and notes


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a subscriber wants the mail; None: as the list has it by default."""

    language: Language | None = None
    length: Length | None = None
    frequency: Frequency | None = None


# Nothing chosen.
NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Choice:
    """What an edition is made for: everybody with the same choice gets the same bytes."""

    topics: tuple[str, ...] = ()  # slugs, sorted; empty: all topics
    language: Language = Language.CHINESE
    length: Length = Length.STANDARD
    # Issues of another frequency that these readers had, as far as they share papers with this one.
    had: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One newsletter: what one period brought.

    The period is `[start, end)`; the issue is due at `end`. Its id tells its frequency.
    """

    id: str  # "2024-W49", "2024-12-02" or "2024-12"
    start: datetime
    end: datetime
    papers: tuple[Paper, ...]
    updated: tuple[Paper, ...] = ()  # newer versions of what earlier issues held


@dataclass(frozen=True, slots=True)
class PastIssue:
    """An issue that was sent, as far as the ledger knows it: its papers by their ids."""

    id: str
    start: datetime
    end: datetime
    paper_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue as one group of subscribers gets it, rendered and inlined once.

    `html` and `text` hold `UNSUBSCRIBE_PLACEHOLDER` where a recipient's token goes. `paper_count`
    counts all papers on the topics; those that are not among `shown` are "n more on the web".
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


class SubscriberStatus(StrEnum):
    """Only `ACTIVE` subscribers get mail."""

    PENDING = "pending"  # has not confirmed yet
    ACTIVE = "active"
    PAUSED = "paused"  # has confirmed, and wants nothing for a while
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person on the list. `email` is normalised and unique; no topics means all topics."""

    id: int
    email: str
    name: str
    topics: tuple[str, ...]  # slugs, sorted
    status: SubscriberStatus
    created_at: datetime
    confirmed_at: datetime | None = None
    wishes: Wishes = NO_WISHES
    paused_until: datetime | None = None  # None where they come back by themselves


class DeliveryState(StrEnum):
    """Where one issue to one subscriber stands; the transitions are in sender/delivery.py."""

    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    IN_DOUBT = "in_doubt"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One issue to one subscriber: a row of the ledger."""

    issue_id: str
    subscriber_id: int
    email: str  # frozen with the issue
    name: str
    edition: str  # key of the frozen edition
    state: DeliveryState
    attempts: int = 0
    reason: str = ""  # the server's last answer, or why it was skipped
    message_id: str = ""
