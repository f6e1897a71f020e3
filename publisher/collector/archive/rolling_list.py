"""Papers of a list that is rewritten again and again, folded from its versions.

A list holds the papers of its last days only. Every paper that a version has is kept once for each
version of the paper itself (v1, v2): dated by the first version of the list that has it, unless the
list dates it, with the text of the newest.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - msgspec reads the types of fields
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.archive.digest_index import moment_of
from publisher.collector.archive.parse_job import UNDATED
from publisher.models import ParsedDigest, ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Iterable

# A row of a table or an item of a list that links to a paper. The next line must begin something
# new, or the paper goes on there.
_ROW = re.compile(rb"(?:\||[-*+][ \t]|\d{1,4}[.)][ \t]).*?(?:\]\(|https?://)")
_BEGINS = re.compile(rb"(?:\||#|[-*+][ \t].*?(?:\]\(|https?://)|\d{1,4}[.)][ \t])|\s*+\Z")
PaperKey = tuple[str, int]


class Mention(msgspec.Struct, frozen=True):
    """A paper of a list; `row` is a hash of the line that it begins at."""

    published: datetime
    is_own_date: bool  # the list dates the paper
    topic_names: tuple[str, ...]
    paper: ParsedPaper
    row: str = ""

    @property
    def key(self) -> PaperKey:
        """The paper and its version."""
        return self.paper.id, self.paper.version


@dataclass(slots=True)
class RollingList:
    """All papers of a list up to one of its versions.

    `own_date` is the one in that version's heading, as `DigestIndex.moment`; `current` has the
    papers parsed from it.
    """

    mentions: dict[PaperKey, Mention] = field(default_factory=dict)
    own_date: int | None = None
    current: frozenset[PaperKey] = frozenset()

    def add(
        self,
        digests: Iterable[ParsedDigest],
        date: datetime | None,
        own_date: int | None = None,
        data: bytes = b"",
        unchanged: frozenset[bytes] = frozenset(),
    ) -> None:
        """Add the version of `date` (None: undated papers are left out), parsed from `data`.

        `unchanged` has the rows of the version that were not parsed again. A version with the same
        `own_date` as the one before replaces its papers of that date: the digest was corrected.
        """
        lines = data.split(b"\n")
        current: dict[PaperKey, Mention] = {}
        for digest in digests:
            published = digest.published
            is_undated = published == UNDATED
            for paper in digest.papers:
                is_own = paper.published is not None
                if is_undated and date is None:
                    continue
                row = lines[paper.line - 1] if 0 < paper.line <= len(lines) else b""
                day = date if is_undated and date is not None else published
                new = Mention(day, is_own, digest.topic_names, paper, row_hash(row))
                current[new.key] = _joined(current.get(new.key), new)
        if own_date is not None and own_date == self.own_date:
            self._forget(own_date, current, {row_hash(row) for row in unchanged})
        self.own_date, self.current = own_date, frozenset(current)
        for key, mention in current.items():
            self.mentions[key] = _newest(self.mentions.get(key), mention)

    def _forget(self, own_date: int, current: dict[PaperKey, Mention], unchanged: set[str]) -> None:
        for key, mention in list(self.mentions.items()):
            is_gone = key not in current and mention.row not in unchanged
            if is_gone and moment_of(mention.published) == own_date:
                del self.mentions[key]

    def add_past(self, past: RollingList) -> None:
        """Add papers of `past`, which is older."""
        for key, mention in past.mentions.items():
            known = self.mentions.get(key)
            self.mentions[key] = _newest(mention, known) if known else mention

    def has(self, digests: Iterable[ParsedDigest]) -> bool:
        """Return whether every paper of `digests` is here as it is there, apart from its topics."""
        return all(
            (known := self.mentions.get((paper.id, paper.version))) is not None
            and _text(known.paper) == _text(paper)
            for digest in digests
            for paper in digest.papers
        )

    def digests(self, path: str, since: datetime | None = None) -> tuple[ParsedDigest, ...]:
        """Return the papers as digests of the file `path`.

        Those of before `since` are left out, unless the newest version has them.
        """
        parts: dict[tuple[datetime, tuple[str, ...]], list[ParsedPaper]] = {}
        for key, mention in self.mentions.items():
            if since is None or mention.published >= since or key in self.current:
                parts.setdefault((mention.published, mention.topic_names), []).append(mention.paper)
        return tuple(
            ParsedDigest(path, published, topic_names, tuple(papers))
            for (published, topic_names), papers in parts.items()
        )


def _joined(known: Mention | None, new: Mention) -> Mention:
    """Return a paper that stands in a version several times, under one topic after another."""
    if known is None:
        return new
    topics = tuple(dict.fromkeys((*known.topic_names, *new.topic_names)))
    return msgspec.structs.replace(
        known, published=min(known.published, new.published), topic_names=topics
    )


def _newest(known: Mention | None, new: Mention) -> Mention:
    """Return the newest text of a paper with its first date; one of its own goes before others."""
    if known is None or (new.is_own_date and not known.is_own_date):
        return new
    if known.is_own_date and new.is_own_date:
        return msgspec.structs.replace(new, published=min(known.published, new.published))
    return msgspec.structs.replace(new, published=known.published, is_own_date=known.is_own_date)


def _text(paper: ParsedPaper) -> ParsedPaper:
    return replace(paper, line=0, topic_names=())


def row_hash(row: bytes) -> str:
    """Return a short hash of a line, "" of an empty one."""
    return hashlib.blake2b(row, digest_size=8).hexdigest() if row else ""


def without_rows(data: bytes, known: frozenset[bytes]) -> tuple[bytes, frozenset[bytes]]:
    """Return a version without the rows that are in `known`, and these.

    Of a hundred rows a day's version changes three, and parsing takes 0.5 ms a row. Only whole
    papers of a single line are dropped; headings and all other text stay.
    """
    lines = data.split(b"\n")
    dropped = {
        number
        for number, line in enumerate(lines)
        if line in known
        and _ROW.match(line)
        and (number + 1 == len(lines) or _BEGINS.match(lines[number + 1]))
    }
    kept = b"\n".join(line for number, line in enumerate(lines) if number not in dropped)
    return kept, frozenset(lines[number] for number in dropped)


def rows(data: bytes) -> frozenset[bytes]:
    """Return the lines of a version, for `without_rows` of the next."""
    return frozenset(data.split(b"\n"))
