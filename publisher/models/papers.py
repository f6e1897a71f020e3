"""Papers at each stage: as a digest has them, merged, and in summary.

Text fields are plain Unicode text (TeX made readable, mark-up removed, no control characters).
Where a field has a twin `..._html`, that is the same as a safe HTML fragment (see
collector/text/sanitizer.py), "" where escaping the plain text gives it. Times are aware; lists are
tuples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from publisher.models.findings import Finding


@dataclass(frozen=True, slots=True)
class Topic:
    """The subject of a digest.

    `name` is for people ("元宇宙/虚拟人"); `slug` is safe as a file name and in an address and
    matches `^[a-z0-9][a-z0-9-]{0,63}$`.
    """

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Notes:
    r"""A language model's notes on a paper, by part; "" where it wrote none.

    Paragraphs of a part are separated by line feeds. `cut_off` means that one of
    the model's answers (summary, method, conclusion) ends in mid-sentence.
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
    """The conference or journal of a paper, e.g. "CVPR" in 2024; `year` is 0 where unknown."""

    name: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class SummaryText:
    """A summary in one language, "en" or "zh"."""

    language: str
    summary: str
    takeaways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperChange:
    """The difference between two versions of a paper.

    `fields` names what differs: "title", "abstract", "authors".
    """

    version: int
    before: int
    fields: tuple[str, ...] = ()
    comment: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of a summary: a model, its prompt, and what it read."""

    model: str
    prompt: str  # its version
    source: str  # "abstract" or "full text"


@dataclass(frozen=True, slots=True)
class ParsedPaper:
    """A paper as one digest has it."""

    line: int  # 1-based line of its heading
    id: str  # "arxiv:2411.19525", else "doi:...", else "title:<hash>"
    version: int  # of the arXiv paper; 1 where it has none
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    comment: str | None = None  # the authors' comment on arXiv, e.g. "Accepted by CVPR 2024"
    abs_url: str = ""
    pdf_url: str = ""
    code_urls: tuple[str, ...] = ()
    summary: str | None = None  # machine-written
    takeaways: tuple[str, ...] = ()  # machine-written
    figures: tuple[str, ...] = ()  # absolute http(s) addresses of screenshots
    notes: Notes | None = None  # machine-written
    repaired: bool = False  # its text was decoded wrongly once, and restored as far as possible
    published: datetime | None = None  # where the file dates each paper; None: as the digest
    topic_names: tuple[str, ...] = ()  # where the file sorts its papers; (): as the digest
    title_html: str = ""  # without links
    abstract_html: str = ""
    project_urls: tuple[str, ...] = ()
    venue: Venue | None = None  # as `comment` names it
    score: float | None = None  # the digest's rating, from 0 to 10
    # The following are known of digests that the program wrote itself.
    written_by: Provenance | None = None
    summaries: tuple[SummaryText, ...] = ()  # by language; the first one is `summary` too
    change: PaperChange | None = None
    withdrawn: bool = False
    reasons: tuple[str, ...] = ()  # why it was chosen


@dataclass(frozen=True, slots=True)
class ParsedDigest:
    """One Markdown post as its format understood it, before topics have slugs."""

    path: str  # relative to its source folder, with "/" on every system
    published: datetime
    topic_names: tuple[str, ...]
    papers: tuple[ParsedPaper, ...]
    date_line: int = 1  # 1-based line that has the date
    other_date: datetime | None = None  # of heading or path, where `published` is from elsewhere


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
    score: float | None = None
    written_by: Provenance | None = None
    summaries: tuple[SummaryText, ...] = ()
    change: PaperChange | None = None
    withdrawn: bool = False
    reasons: tuple[str, ...] = ()


# There are as many as papers, and a tuple is made in a third of a dataclass's time.
class PaperSummary(NamedTuple):
    """The facts of a paper that need none of its texts; times are microseconds since 1970."""

    id: str
    topics: tuple[Topic, ...]
    digest: str  # path of the earliest
    first_published: int
    updated: int
    fingerprint: int  # 63 bits, which change whenever anything of the paper changes


@dataclass(frozen=True, slots=True)
class Coverage:
    """The arXiv ids that stand in the sources, each counted once, and those that became papers."""

    files: int  # that hold any
    ids: int
    read: int
    path: str  # of the file with most of the others, from the working directory


@dataclass(frozen=True, slots=True)
class Collection:
    """All papers, newest first, all topics by name, and every defect.

    Papers are made lazily: read no more of them than needed. So are the `findings`; `errors` are
    those of them that are errors. `summaries` are those of `papers`, or empty where they are
    unknown. `fingerprint` (63 bits) changes whenever a paper or a topic changes; 0 is unknown.
    `figure_copies` are the names of copies of figures that belong into the site, by paper.
    """

    papers: Sequence[Paper]
    topics: tuple[Topic, ...]
    by_topic: Mapping[str, Sequence[Paper]]  # by slug
    digest_count: int
    findings: Sequence[Finding]
    errors: tuple[Finding, ...] = ()
    warning_count: int = 0
    left_out: int = 0  # files: drafts, backups of editors, and what an ignore file names
    no_digests: tuple[str, ...] = ()  # paths of files that were read and passed over
    summaries: Sequence[PaperSummary] = ()
    fingerprint: int = 0
    silenced: Mapping[str, int] = field(default_factory=dict)
    figure_copies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    coverage: Coverage | None = None  # None where at least half of the ids became papers
