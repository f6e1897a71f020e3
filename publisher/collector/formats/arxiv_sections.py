"""Digests of a daily arXiv job: a `## title` section for each paper.

    # 2024-12-02 更新
    ## Title
    **Authors:A, B**
    abstract
    [PDF](http://arxiv.org/abs/2411.19525v1) comment
    **Summary**                         machine-written from here on
    ...
    **Key Takeaways**
    1. ...
    **[Tool](https://...)**             a link line; notes follow, in Markdown or HTML
    <details>                           screenshots
      <summary>...</summary>
    <img src="https://..." align="middle">
    </details>

Title, authors, abstract and PDF line come from arXiv's data and are trusted. The text after the
PDF line comes from a language model and is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.author_names import author_names
from publisher.collector.findings import finding
from publisher.collector.formats.machine_part import last_details, machine_part_start
from publisher.collector.formats.own_part import read_own_part
from publisher.collector.formats.paper_signs import Sign, names_paper
from publisher.collector.notes import read_notes
from publisher.collector.text import links
from publisher.collector.text.plain_text import from_arxiv, html_from_arxiv
from publisher.collector.text.venue import find_venue
from publisher.digest_lines import GENERATOR
from publisher.models import ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.formats.machine_part import MachinePart
    from publisher.collector.formats.own_part import OwnPart
    from publisher.collector.frontmatter.reader import Post
    from publisher.collector.notes.leak import LeakKind
    from publisher.models import Finding, Notes

EXAMPLE = """\
# 2024-12-02
## Title of a paper
**Authors:Ada Author, Bo Writer**
The abstract.
[PDF](http://arxiv.org/abs/2411.00001v1) Accepted at ...
"""
# A blank may be a wide one of Chinese keyboards.
_HEADING = re.compile(r"[ ]{0,3}##(?:\s++(?P<text>\S.*)|(?P<glued>[^#\s].*))")
_CLOSING = re.compile(r"(?<!\s)\s++#++\s*+$")
# A title that is as a whole a link or emphasised.
_MARKED_TITLE = re.compile(
    r"\[(?P<linked>[^\[\]]{1,500})\]\(<?https?://[^\s<>()]{1,500}>?\)|"
    r"(?P<marks>\*\*|__)(?P<bold>[^*_]{1,500})(?P=marks)"
)
_UPDATE = re.compile(r"#[ \t]+\d{4}-\d{1,2}-\d{1,2}")
# The daily job writes `**Authors:A, B**`; people write the marks around the label alone, or none.
_AUTHORS = re.compile(
    r"[ \t]*+(?:[-*+•>][ \t]++)?(?P<marks>[*_]{0,3})[ \t]*+(?:Authors?|Author\(s\)|作者)[ \t]*+"
    r"(?P<closed>[*_]{0,3})[ \t]*+[:：][ \t]*(?P<names>.*)",
    re.IGNORECASE,
)
_NO_PAPERS = re.compile(
    r"\W*(?:(?:there (?:is|are) )?(?:no|none|nothing new|nothing to report)\b.{0,60}|"
    r"(?:[今本][日天])?(?:暂?无|没有).{0,30}|-{3,}|"
    r"<!--.*-->|<br\s*/?>)\W*",
    re.IGNORECASE,
)
# No arXiv paper, authors, abstract, summary or takeaways: a source had none, none was wanted, or
# the budget is spent.
_LACKING = frozenset({"D202", "D203", "D204", "D205", "D206"})
_MAX_REMARK = 200  # characters
_PDF = re.compile(
    r"[ ]{0,3}[*_]{0,3}\[[ \t]*+PDF[ \t]*+\][ \t]*+\([ \t]*+<?([^\s<>()]*+)>?"
    r"(?:[ \t]++\"[^\"]{0,200}\")?[ \t]*+\)[*_]{0,3}(.*)",
    re.IGNORECASE,
)
# What people write instead of a PDF line, and other lines of its kind: `**arXiv:** [...](...)`.
_LABELLED = re.compile(
    r"[ \t]*+(?:[-*+•>][ \t]++)?[*_]{0,3}[ \t]*+(?:arXiv(?:[ ]ID)?|PDF|Links?|Paper|URL|DOI"
    r"|论文(?:链接|地址)?|链接|Categories|Subjects?|Published|Date|Comments?|Code)[ \t]*[*_]{0,3}"
    r"[ \t]*[:：][ \t]*[*_]{0,3}[ \t]*(?:\[[^\[\]]{0,200}\]\()?<?(?P<target>[^\s<>()]*)|"
    r"[ \t]*+(?:[-*+•>][ \t]++)?[*_]{0,3}\[(?:arXiv|PDF|Link|Paper|论文(?:链接)?|链接)\][ \t]*+"
    r"\([ \t]*+<?(?P<linked>[^\s<>()]*+)",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"[*_]{0,3}(?:Abstract|摘要)[*_]{0,3}[ \t]*[:：][ \t]*[*_]{0,3}[ \t]*", re.IGNORECASE
)
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_IMAGE = re.compile(r"<img\b[^<>]{0,500}?\bsrc[ \t]*=[ \t]*[\"']?([^\"'\s<>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines of one `##` section; `line` is the 1-based line of its heading."""

    line: int
    title: str
    lines: tuple[str, ...]  # after the heading


def recognises(post: Post) -> bool:
    """Return whether `post` has a section with authors or a PDF line, or is a day without papers.

    Such a day has nothing below its `# date` heading, or says that there are none. An example in a
    code fence is no section.
    """
    dated = empty = False
    fence = ""
    for line in filter(None, post.body.split("\n")):
        if mark := _fence(line):
            fence = "" if fence == mark else fence or mark
        elif fence:
            continue
        elif _is_authors_line(line) or _pdf(line):
            return next(_sections(post.body, 1), None) is not None
        if _UPDATE.match(line):
            dated = empty = True
        elif empty and line.strip():
            empty = len(line) < _MAX_REMARK and bool(_NO_PAPERS.fullmatch(line))
    return dated and empty


def parse(path: str, post: Post, _zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of `post` and every defect, with lines of the file."""
    papers: list[ParsedPaper] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for section in _sections(post.body, post.body_line):
        paper, defects = _read(path, section)
        findings += defects
        if paper is None:
            continue
        if paper.id in seen:
            findings.append(
                finding(path, paper.line, "D207", f"{paper.id}, first in line {seen[paper.id]}")
            )
        seen.setdefault(paper.id, paper.line)
        papers.append(paper)
    if post.metadata.get("generator") == GENERATOR:
        findings = [each for each in findings if each.code not in _LACKING]
    return papers, sorted(findings)


def refusal(post: Post) -> Sign | None:
    """Return the heading above the first paper that is named below one, and what it lacks."""
    heading, at = "", 0
    for index, line in enumerate(post.body.split("\n")):
        if line.startswith("#"):
            heading, at = line.strip(), post.body_line + index
        if heading and names_paper(line):
            return Sign(at, f'no authors and no [PDF](...) line below "{heading[:80]}"')
    return None


def _sections(body: str, first_line: int) -> Iterator[_Section]:
    """Yield a section for each heading that begins a paper.

    A heading inside machine-written notes begins no paper: it has no authors line right after it
    and no PDF line before the next heading, so its lines belong to the paper before it. Headings in
    a code fence do not count.
    """
    lines = body.split("\n")
    headings = list(_headings(lines)) if "```" in body or "~~~" in body else _unfenced(lines)
    headings = list(_without_tags(lines, headings))
    starts = [
        index
        for index, following in zip(headings, [*headings[1:], len(lines)], strict=False)
        if _begins_paper(lines[index + 1 : following])
    ]
    ends = [*starts[1:], len(lines)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=False), 1):
        title = _title(lines[start]).removeprefix(f"{number}. ")
        yield _Section(first_line + start, title, tuple(lines[start + 1 : end]))


def _title(line: str) -> str:
    """Return the text of a heading, without the signs that may close it."""
    heading = _HEADING.match(line)
    if heading is None:
        return ""
    glued = heading["glued"]
    title = glued.rstrip("# \t") if glued else _CLOSING.sub("", heading["text"]).rstrip()
    marked = _MARKED_TITLE.fullmatch(title)
    return (marked["linked"] or marked["bold"]) if marked else title


def _without_tags(lines: list[str], headings: list[int]) -> Iterator[int]:
    """Yield the headings without lines such as "##tag", which is no heading in Markdown.

    "##Title" is meant as one where authors follow, or where the paper before it has its PDF line
    and another PDF line follows.
    """
    pdf_lines = [index for index, line in enumerate(lines) if _pdf(line)]
    last = -1
    for index, following in zip(headings, [*headings[1:], len(lines)], strict=False):
        heading = _HEADING.match(lines[index])
        if heading and heading["glued"]:
            first = next((line for line in lines[index + 1 : following] if line.strip()), "")
            before, here, after = (bisect_left(pdf_lines, at) for at in (last, index, following))
            if not _AUTHORS.match(first) and (here == after or (last >= 0 and before == here)):
                continue
        last = index
        yield index


def _unfenced(lines: list[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if "##" in line[:5] and _HEADING.match(line)]


def _headings(lines: list[str]) -> Iterator[int]:
    """Yield the indices of the headings that are not inside a code fence."""
    pdf_lines = [index for index, line in enumerate(lines) if _pdf(line)]
    fences = {mark: [i for i, line in enumerate(lines) if _fence(line) == mark] for mark in "`~"}
    closed_at = -1
    for index, line in enumerate(lines):
        if index <= closed_at:
            continue
        if mark := _fence(line):
            position = bisect_right(fences[mark], index)
            close = fences[mark][position] if position < len(fences[mark]) else None
            # A fence that the model forgot to close must not swallow the following papers.
            if close is not None and bisect_left(pdf_lines, close) == bisect_left(pdf_lines, index):
                closed_at = close
        elif _HEADING.match(line):
            yield index


def _fence(line: str) -> str:
    """Return the character of the code fence that `line` is, else ""."""
    match = _FENCE.match(line)
    return match.group(1)[0] if match else ""


def _pdf(line: str) -> re.Match[str] | None:
    return _PDF.match(line) if line.startswith("[") else None


def _pdf_at(lines: tuple[str, ...], first: int) -> int | None:
    """Return the index of the PDF line, else of an indented or emphasised one above the notes.

    In notes, such lines are links.
    """
    strict = next((at for at, text in enumerate(lines) if _pdf(text)), None)
    if strict is not None:
        return strict
    end = machine_part_start(lines, first) + 1
    return next((at for at in range(first, min(end, len(lines))) if _PDF.match(lines[at])), None)


def _is_authors_line(line: str) -> bool:
    """Return whether `line` names authors after an emphasised label; others need a heading."""
    match = _AUTHORS.match(line)
    return match is not None and bool(match["marks"])


def _authors_at(lines: tuple[str, ...], first: int, end: int) -> int | None:
    """Return the index of the authors line: the `first` with text, else one before `end`."""
    if lines and _AUTHORS.match(lines[first]):
        return first
    return next((i for i in range(first, end) if _is_authors_line(lines[i])), None)


def _names(line: str) -> str:
    """Return the names in an authors line, without marks of emphasis around them."""
    match = _AUTHORS.match(line)
    if match is None:
        return ""
    names, marks = match["names"].strip(), match["marks"]
    if marks and not match["closed"]:
        unmarked = names.removeprefix(marks)
        names = unmarked if unmarked != names else names.removesuffix(marks)
    return names.replace("**", "")


def _begins_paper(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    return bool(_AUTHORS.match(first)) or any(map(_pdf, lines))


def _abstract_source(lines: list[str], *, has_labels: bool) -> str:
    """Return the abstract in `lines`, without further authors lines and, if any, labelled ones."""
    lines = [line for line in lines if not _is_authors_line(line)]
    if not has_labels:
        return "\n".join(lines)
    unlabelled = (line for line in lines if not _LABELLED.match(line))
    return _ABSTRACT.sub("", "\n".join(unlabelled).strip("\n -"), count=1)


def _read(path: str, section: _Section) -> tuple[ParsedPaper | None, list[Finding]]:
    line, lines = section.line, section.lines
    findings: list[Finding] = []
    title = from_arxiv(section.title)
    if not title:
        return None, [finding(path, line, "D208")]

    first = next((i for i, text in enumerate(lines) if text.strip()), 0)
    pdf_at = _pdf_at(lines, first)
    authors_at = _authors_at(lines, first, pdf_at or 0)
    authors = () if authors_at is None else author_names(_names(lines[authors_at]), from_arxiv)
    if not authors:
        findings.append(finding(path, line + first + 1, "D203", title))
    abstract_start = first + 1 if authors_at == first else first
    abstract_end = pdf_at if pdf_at is not None else machine_part_start(lines, abstract_start)
    machine_start = abstract_end if pdf_at is None else abstract_end + 1
    labelled = None if pdf_at is not None else _labelled_id(lines[:abstract_end])
    own = [lines[at] for at in range(abstract_start, abstract_end) if at != authors_at]
    abstract_source = _abstract_source(own, has_labels=labelled is not None)
    abstract = from_arxiv(abstract_source)
    if not abstract:
        findings.append(finding(path, line, "D204", title))

    pdf_line = "" if pdf_at is None else lines[pdf_at]
    links_read = _Links(labelled) if labelled else _links(pdf_line)
    if pdf_at is None and labelled is None:
        findings.append(finding(path, line, "D201", title))
    elif pdf_at is not None and links_read.invalid:
        findings.append(finding(path, line + pdf_at + 1, "D202", links_read.invalid))

    comment = links_read.comment
    own_part = read_own_part(lines[machine_start:], comment)
    machine = own_part.machine
    missing = [("D205", machine.summary), ("D206", machine.takeaways)]
    findings += [finding(path, line, code, title) for code, part in missing if not part]
    trusted_end = len(lines) if machine.notes_start is None else machine_start + machine.notes_start
    findings += [
        finding(path, line + at + 1, "D210", title)
        for at in _seconds(lines, (authors_at, pdf_at), trusted_end)
    ]
    notes, notes_findings = _notes(path, line + machine_start + 1, lines[machine_start:], machine)
    findings += notes_findings
    findings += _leaked(path, line + machine_start + 1, own_part)
    figures, invalid = _figures(lines[machine_start:])
    findings += [finding(path, line + machine_start + 1 + at, "D209", src) for at, src in invalid]
    paper = ParsedPaper(
        line=line,
        id=arxiv.key if (arxiv := links_read.arxiv) else paper_id.title_id(title),
        version=arxiv.version if arxiv else 1,
        title=title,
        title_html=html_from_arxiv(section.title, with_links=False),
        authors=authors,
        abstract=abstract,
        abstract_html=html_from_arxiv(abstract_source),
        comment=comment or None,
        abs_url=arxiv.abs_url if arxiv else links_read.abs_url,
        pdf_url=arxiv.pdf_url if arxiv else links_read.pdf_url,
        code_urls=links.code_urls(f"{abstract} {comment}"),
        project_urls=links.project_urls(f"{abstract} {comment}"),
        venue=find_venue(comment),
        summary=machine.summary or None,
        takeaways=machine.takeaways,
        figures=figures,
        notes=notes,
        written_by=own_part.written_by,
        summaries=own_part.summaries,
        change=own_part.change,
        withdrawn=own_part.withdrawn,
        reasons=own_part.reasons,
    )
    return paper, findings


@dataclass(frozen=True, slots=True)
class _Links:
    """The paper that a PDF line names, or its addresses elsewhere; `invalid` is neither."""

    arxiv: paper_id.ArxivId | None = None
    abs_url: str = ""
    pdf_url: str = ""
    comment: str = ""
    invalid: str = ""


def _links(line: str) -> _Links:
    pdf = _PDF.match(line)
    if pdf is None:
        return _Links()
    comment = from_arxiv(pdf.group(2))
    if arxiv := paper_id.arxiv_id(pdf.group(1)):
        return _Links(arxiv, comment=comment)
    address = links.paper_url(paper_id.with_scheme(pdf.group(1)))
    if address is None:
        return _Links(comment=comment, invalid=pdf.group(1) or "no address")
    known = paper_id.is_paper_site(address)
    return _Links(None, *paper_id.addresses(address), comment, "" if known else address)


def _labelled_id(lines: tuple[str, ...]) -> paper_id.ArxivId | None:
    """Return the arXiv paper that the first of such `lines` names after a label."""
    matches = (match for line in lines if (match := _LABELLED.match(line)))
    targets = (match["target"] or match["linked"] or "" for match in matches)
    ids = map(paper_id.arxiv_id_of_field, targets)
    return next(filter(None, ids), None)


def _seconds(
    lines: tuple[str, ...], known: tuple[int | None, int | None], end: int
) -> Iterator[int]:
    """Yield the indices of authors lines before `end`, and of PDF lines, other than the `known`.

    Notes, from `end` on, may name authors again.
    """
    for at, text in enumerate(lines):
        if text and at not in known and (_pdf(text) or (at < end and _is_authors_line(text))):
            yield at


def _notes(
    path: str, first_line: int, lines: tuple[str, ...], machine: MachinePart
) -> tuple[Notes | None, list[Finding]]:
    """Return the notes, and the findings about the machine-written `lines`."""
    findings = [
        finding(path, first_line + at, "D404", f"{name} (read by its place)")
        for at, name in machine.unknown_labels
    ]
    if machine.courtesy:
        count = len(machine.courtesy)
        findings.append(finding(path, first_line + machine.courtesy[0], "D402", f"{count} x"))
    if machine.notes_start is None:
        return None, findings
    start = first_line + machine.notes_start
    read = read_notes(lines[machine.notes_start : machine.notes_end])
    if read.dropped:
        text = _counted(piece.kind for piece in read.dropped)
        findings.append(finding(path, start + read.dropped[0].index, "D401", text))
    if read.cut_at is not None:
        findings.append(finding(path, start + read.cut_at, "D403", "notes"))
    return read.notes, findings


def _leaked(path: str, first_line: int, part: OwnPart) -> list[Finding]:
    if not part.leaks:
        return []
    detail = _counted(kind for _, kind in part.leaks)
    return [finding(path, first_line + part.leaks[0][0], "D401", detail)]


def _counted(kinds: Iterable[LeakKind]) -> str:
    counts = Counter(kind.value for kind in kinds)
    return ", ".join(f"{counts[kind]} x {kind}" for kind in sorted(counts))


def _figures(lines: tuple[str, ...]) -> tuple[tuple[str, ...], list[tuple[int, str]]]:
    """Return the addresses of the screenshots, and the invalid ones with their line's index.

    Screenshots are in the last `<details>` of a section: the notes before it may hold any image.
    """
    start = last_details(lines)
    figures: list[str] = []
    invalid: list[tuple[int, str]] = []
    for index in range(start, len(lines)):
        for source in _IMAGE.findall(lines[index]) if "<" in lines[index] else ():
            if (address := links.http_url(source)) is None:
                invalid.append((index, source[:100]))
            elif address not in figures:
                figures.append(address)
    return tuple(figures), invalid
