"""Trials of all formats on a file: the papers that each reads of it, and why others refuse it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.collector import formats
from publisher.collector.archive.parsing import parse_text, text_of
from publisher.collector.formats import arxiv_ids
from publisher.collector.formats.confidence import FLOOR, confidence
from publisher.collector.formats.paper_signs import Sign
from publisher.collector.frontmatter import reader
from publisher.collector.text.plain_text import without_c1
from publisher.models import Severity
from publisher.plugins import describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.formats.digest_format import DigestFormat
    from publisher.models import Finding, ParsedPaper


@dataclass(frozen=True, slots=True)
class FormatTrial:
    """The papers that a format reads of a file; `reason` and its line tell why it refuses it.

    A format that refuses a file is made to read it nevertheless: its papers show how near it is.
    """

    name: str
    papers: tuple[ParsedPaper, ...]
    ids: int  # arXiv ids of the file that are among the papers
    confidence: float  # from 0 to 1; the surest format reads the file
    line: int = 0  # 1-based; 0 for the whole file
    reason: str = ""  # "" where the format reads the file


@dataclass(frozen=True, slots=True)
class FileTrial:
    """The trials of all formats on a file, in their order of precedence.

    `used` is the name of the format whose papers are published, "" where none is; then `findings`
    tell more.
    """

    ids: int  # arXiv ids in the file
    line: int  # 1-based, of the first of them; 0 without any
    trials: tuple[FormatTrial, ...]
    used: str
    findings: tuple[Finding, ...]

    @property
    def nearest(self) -> FormatTrial:
        """The trial with most ids, then with most papers, then with the place next to an id."""

        def nearness(trial: FormatTrial) -> tuple[int, int, float, bool]:
            papers, distance = len(trial.papers), abs(trial.line - self.line)
            if trial.name == formats.ANY_POST:  # which comes near to every file
                return trial.ids, 0, -math.inf, not trial.reason
            return trial.ids, papers, -distance if trial.line else -math.inf, not trial.reason

        return max(self.trials, key=nearness)

    @property
    def refusal(self) -> Sign:
        """The place and reason for which the nearest format does not read the file."""
        nearest = self.nearest
        if nearest.reason:
            return Sign(nearest.line or self.line, nearest.reason)
        errors = [each for each in self.findings if each.severity is Severity.ERROR]
        # Files without front matter are read; the lack of a date or title is what stops them.
        for error in sorted(errors, key=lambda each: each.code == "D103"):
            return Sign(error.line, f"{error.code} {error.message}")
        return Sign(1, f"it reads one entry with {nearest.ids:,} of the {self.ids:,} ids there")


def try_formats(path: str, data: bytes, zone: ZoneInfo) -> FileTrial:
    """Return the trials of all formats on the bytes `data` of a file; `path` as for `parse_bytes`.

    Raises nothing: a format that fails refuses the file. A wrong decoding is not repaired.
    """
    text = without_c1(text_of(data)[0])
    post = reader.read_post(path, text)
    ids = frozenset(arxiv_ids.ids_in(text))
    parsed = parse_text(path, text, zone)
    used = formats.parse(path, post, zone, lambda: bool(parsed.digests)).name
    trials = (
        _below_floor(_trial(name, digest_format, path, post, ids, zone), used)
        for name, digest_format in formats.formats_for(post)
    )
    return FileTrial(
        len(ids),
        arxiv_ids.first_line(text),
        tuple(trials),
        used if parsed.digests else "",
        parsed.findings,
    )


def _below_floor(trial: FormatTrial, used: str) -> FormatTrial:
    """Return `trial` with the reason that its papers are too little like papers, if they are."""
    if trial.reason or not trial.papers or trial.name == used or trial.confidence >= FLOOR:
        return trial
    reason = f"its confidence of {trial.confidence:.2f} is less than {FLOOR}"
    return replace(trial, line=trial.papers[0].line, reason=reason)


def _trial(
    name: str,
    digest_format: DigestFormat,
    path: str,
    post: reader.Post,
    ids: frozenset[str],
    zone: ZoneInfo,
) -> FormatTrial:
    papers: Sequence[ParsedPaper] = ()
    findings: Sequence[Finding] = ()
    reason = Sign(0, "no paper in its shape")
    recognised = False
    try:
        recognised = digest_format.recognises(post)
        if not recognised and (refusal := getattr(digest_format, "refusal", None)):
            reason = refusal(post) or reason
        papers, findings = digest_format.parse(path, post, zone)
    except Exception as error:  # noqa: BLE001 - a format may fail on a file that it refuses
        reason = Sign(0, describe(error))
    if recognised and papers:
        reason = Sign(0, "")
    elif recognised and findings:
        reason = Sign(findings[0].line, f"{findings[0].code} {findings[0].message}")
    read = ids.intersection(paper.id.removeprefix("arxiv:") for paper in papers)
    titled = tuple(paper for paper in papers if paper.title)
    return FormatTrial(name, titled, len(read), confidence(titled, ids), reason.line, reason.what)
