"""Signs of papers in a file, whether or not a format reads it.

A file without any is no digest, and passed over. A file with signs that nothing read is a finding:
what it says about papers must not be lost in silence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from publisher.paper_id import canonical_number

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Sequence

    from publisher.collector.frontmatter.reader import Post

_ID = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv[^\w\n]{0,4}(?:id)?[^\w\n]{1,8}|10\.48550/arxiv\.|"
    r"huggingface\.co/papers/|alphaxiv\.org/(?:abs|overview)/)"
    r"(?P<arxiv>\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/\d{7})|"
    r"(?<![\w./])(?:https?://(?:dx\.)?doi\.org/|doi[:：]?\s?)?(?P<doi>10\.\d{4,9}/[^\s\"<>(){}|\[\]]{2,200})|"
    r"openreview\.net/(?:forum|pdf)\?id=(?P<openreview>[\w-]{4,20})|"
    r"(?:proceedings\.mlr\.press/v|openaccess\.thecvf\.com/content|proceedings\.neurips\.cc/paper|"
    r"papers\.n(?:eur)?ips\.cc/paper|jmlr\.org/papers|ecva\.net/papers|roboticsproceedings\.org/rss|"
    r"isca-archive\.org/)(?P<site>[^\s\"<>()\[\]|]{3,200})|"
    r"aclanthology\.org/(?P<acl>[\w.-]{6,60}?)(?:\.pdf|/|(?![\w.-]))",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:[-_](?:paper|supplemental|abstract))*(?:[-_][A-Z0-9]+_paper)?(?:\.\w{3,4})?$",
    re.IGNORECASE,
)
# One of them is in all that the pattern matches; looking for them takes a tenth of the time.
_HINTS = (
    *("arxiv", "10.", "openreview.net", "aclanthology.org", "huggingface.co/papers", "mlr.press"),
    *("thecvf.com", "neurips.cc", "nips.cc", "jmlr.org", "ecva.net", "roboticsproceedings.org"),
    "isca-archive.org",
)
# Without IGNORECASE, for the sake of speed.
_ARXIV_LINK = re.compile(r"arxiv\.org/(?:abs|pdf|html)/([a-z.-]*/?\d{4,7}(?:\.\d{4,5})?)")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}(?!#)[ \t]*\S")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,4}[.)])[ \t]+\S")
_ROW = re.compile(r"[ \t]*\|")
_LABEL = re.compile(
    r"[ \t>*_-]*(?:#+[ \t]*)?[*_]{0,3}"
    r"(?:authors?|abstract|arxiv(?:[ ]?(?:id|link))?|pdf(?:[ ]link)?|doi|tl;?dr|links?|paper|url|"
    r"source|作者|摘要|论文|論文|链接|著者|概要)[*_]{0,3}[ \t]{0,4}(?:[:：*]|$)|"
    r"[ \t>*_-]*\[(?:pdf|paper|arxiv|abs|link|论文|链接)\][ \t]*\(",
    re.IGNORECASE,
)
_DATED_HEADING = re.compile(r"#[ \t]+\d{4}-\d{1,2}-\d{1,2}")
_REFERENCES = re.compile(
    r"[\s#*_>\d.]{0,12}(?:references?|bibliography|works cited|citations?|further reading|see also|"
    r"related (?:work|reading|papers)|参考|引用|延伸阅读|相关阅读|参考文献|literatur|bibliographie|"
    r"bibliografía|referencias|références|参照|참고 ?(?:문헌|자료|논문)|관련 (?:논문|연구|자료))",
    re.IGNORECASE,
)
_FEW = 2  # papers
_MAX_START = 200  # characters of a line
_SHARE = 0.3  # of a list's lines among all
_NEAR = 8  # lines below a heading


class Sign(NamedTuple):
    """A sign of a paper: its 1-based line in the file, and what it is."""

    line: int
    what: str


_Unit = tuple[int, frozenset[str]]  # index of a heading, item or row, and the papers it names


def names_paper(text: str) -> bool:
    """Return whether `text` holds the id or address of a paper."""
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS) and _ID.search(text) is not None


def papers_named(text: str) -> set[tuple[str, str]]:
    """Return the kind and key of each paper whose id or address stands in `text`."""
    return {(match.lastgroup or "", _key(match)) for match in _ID.finditer(text)}


def count_papers(text: str) -> int:
    """Return how often a paper's id or address stands in `text`."""
    return sum(1 for _ in _ID.finditer(text))


def begins_references(text: str) -> bool:
    """Return whether `text` is the heading above the works that a text refers to."""
    return _REFERENCES.match(text) is not None


def has_paper_in_front_matter(post: Post) -> bool:
    """Return whether the front matter names a paper, or has its authors beside its abstract."""
    values = (value for value in post.metadata.values() if isinstance(value, str))
    keys = {key.lower() for key, value in post.metadata.items() if value}
    has_text = "abstract" in keys and bool(keys & {"author", "authors"})
    return has_text or any(map(names_paper, values))


def sign_of_digest(post: Post, *, is_cover: bool = False, is_empty: bool = False) -> Sign | None:
    """Return the sign that `post`, which nothing read, is a digest; None if it seems to be none.

    A README, which `is_cover`, tells of a single paper without being a digest of it. If it
    `is_empty`, a format took it for a day without papers, which only papers disprove.
    """
    lines = _unfenced(post.body)
    units = list(_units(lines))
    papers = dict.fromkeys(paper for _, named in units for paper in sorted(named))
    labels = [index for index, line in lines if _LABEL.match(line)]
    if papers and (len(papers) >= _FEW or (labels and not is_cover)):
        index, _ = units[0]
        line = next(line for at, line in lines if at == index)
        return Sign(post.body_line + index, f"{_count(papers)} {_reason(line)}")
    if is_cover or is_empty:
        return None
    for index, line in lines:
        if _DATED_HEADING.match(line):
            reason = "a dated heading, below which no section has authors or a [PDF](...) line"
            return Sign(post.body_line + index, reason)
    return _sign_in_front_matter(post) if post.body.strip() else None


def _sign_in_front_matter(post: Post) -> Sign | None:
    keys = {key.lower() for key, value in post.metadata.items() if value}
    if "title" in keys:
        return None
    if has_paper_in_front_matter(post):
        return Sign(1, "its front matter names a paper, but has no title")
    if keys & {"date", "published", "created"} and keys & {"tags", "tag"}:
        return Sign(1, "its front matter has a date and tags, but no title")
    return None


def sign_of_unread_papers(
    post: Post, read: Iterable[str], seen: Container[int], at_least: int = 1
) -> Sign | None:
    """Return the first of the papers in `post` that are not among the ids `read`, if `at_least`.

    Only headings, rows and lists of papers count, and no line that is `seen`: a finding about the
    row tells of it.
    """
    known = {paper_id.removeprefix("arxiv:").lower() for paper_id in read}
    # Nearly every file names no other paper than those that were read, or only in its prose.
    if not _has_unit_with_another(post.body, known):
        return None
    unread: dict[str, int] = {}
    for index, papers in _units(_unfenced(post.body)):
        line = post.body_line + index
        if not papers & known and line not in seen:
            unread |= {paper: line for paper in sorted(papers) if paper not in unread}
    return Sign(min(unread.values()), _count(unread)) if len(unread) >= at_least else None


def _count(papers: Collection[str]) -> str:
    return next(iter(papers)) if len(papers) == 1 else f"{len(papers)} papers"


def _reason(line: str) -> str:
    """Return why a paper that `line` names is not read."""
    if _ROW.match(line):
        return "in a table without a column for titles, or for dates or links"
    if _HEADING.match(line):
        return "in a section whose heading is not a title"
    return "in a list whose items have no titles"


def _unfenced(body: str) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    fence = ""
    for index, line in enumerate(body.split("\n")):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence and line.strip():
            lines.append((index, line))
    return lines


def _units(lines: list[tuple[int, str]]) -> Iterator[_Unit]:
    """Yield the units of `lines`.

    Items count only where they are a good part of all lines, and rows of all rows: a table may
    mention a paper. What follows a heading "References" is no unit.
    """
    lines = without_references(lines)
    with_items = sum(_lines_of_items(lines)) >= _SHARE * len(lines)
    rows = [names_paper(line) for _, line in lines if _ROW.match(line)]
    with_rows = sum(rows) >= _SHARE * len(rows)
    heading, distance = -1, 0
    for index, line in lines:
        papers = frozenset(map(_key, _ID.finditer(line)))
        distance += 1
        if _HEADING.match(line):
            heading, distance = index, 0
            if papers:
                yield index, papers
        elif papers and with_rows and _ROW.match(line):
            yield index, papers
        elif papers and heading >= 0 and distance <= _NEAR and _LABEL.match(line):
            yield heading, papers
        elif papers and with_items and _ITEM.match(line):
            yield index, papers


def _has_unit_with_another(body: str, known: Container[str]) -> bool:
    """Return whether a heading, row, item or label of `body` links an arXiv paper not `known`."""
    end = 0
    for match in _ARXIV_LINK.finditer(body):
        if match.start() < end or canonical_number(match[1]) in known:
            continue
        start = body.rfind("\n", end, match.start()) + 1 or end
        end = body.find("\n", match.end())
        end = len(body) if end < 0 else end
        line = body[start : start + _MAX_START]
        if any(pattern.match(line) for pattern in (_HEADING, _ROW, _ITEM, _LABEL)):
            return True
    return False


def without_references(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return `lines`, each with its number, without those below a heading "References"."""
    texts = [line for _, line in lines]
    return [lines[place] for place in outside_references(texts, range(len(lines)))]


def outside_references(lines: Sequence[str], places: Iterable[int]) -> Iterator[int]:
    """Yield those of `places`, ascending indexes of `lines`, not below a heading "References".

    Each line is looked at once at most, and only where it decides on a place below it.
    """
    inside, first = False, 0
    for place in places:
        for line in reversed(lines[first : place + 1]):
            if (opens := _opens_references(line)) is not None:
                inside = opens
                break
        first = place + 1
        if not inside:
            yield place


def _opens_references(line: str) -> bool | None:
    """Return whether `line` is a heading "References"; None if it is no heading."""
    if _REFERENCES.match(line):
        return True
    return False if _HEADING.match(line) else None


def _lines_of_items(lines: list[tuple[int, str]]) -> Iterator[int]:
    """Yield 1 for each line of an item that names a paper, 0 for all others."""
    inside = False
    for _, line in lines:
        if _ITEM.match(line) and not line[0].isspace():
            inside = names_paper(line)
        elif not line[0].isspace():
            inside = False
        yield int(inside)


def _key(match: re.Match[str]) -> str:
    if match["arxiv"]:
        return canonical_number(match["arxiv"])
    if match["site"]:  # page and PDF have names that differ in their endings
        return _ENDING.sub("", match["site"].rpartition("/")[2]).lower()
    return next(group for group in match.groups() if group).lower().rstrip(".,;")
