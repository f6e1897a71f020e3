"""Papers from labelled texts: of a section, an item, front matter or a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields.field_words import Field, field_of
from publisher.collector.fields.lead import clean_title
from publisher.collector.fields.names import names_of_field
from publisher.collector.fields.tokens import TokenKind, tokens
from publisher.collector.frontmatter.dates import parse_date
from publisher.collector.text import links
from publisher.collector.text.plain_text import from_arxiv, from_machine, html_from_arxiv
from publisher.collector.text.venue import find_venue
from publisher.models import Notes, ParsedPaper, Venue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.fields.labels import Piece
    from publisher.collector.fields.tokens import Token

_MARKS = re.compile(r"\*\*|\]\(|<[a-zA-Z/!]|`|(?<![\w\\$])[*_](?=\w)|&\w{2,8};|&#")
_ARXIV = re.compile(
    r"(?:arxiv|huggingface|hf\.co|alphaxiv|ar5iv|papers\.cool)[^\s\"'<>()\[\]|]{0,80}?(?<![\d.])"
    r"(?P<number>\d{4}\.\d{4,5}(?:v\d{1,3})?)(?![\d.]*\d)",
    re.IGNORECASE,
)
_BARE_ID = re.compile(r"(?<![\d./])(?P<number>\d{4}\.\d{4,5}(?:v\d{1,3})?)(?![\d.]*\d)")
_DOI = re.compile(r"(?<![\w/.])10\.\d{4,9}/[^\s\"<>(){}|\[\]]{2,200}")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*+•●]|\d{1,3}[.)、])[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+(?:\[![a-z]{1,20}\][^\n]*)?", re.MULTILINE | re.IGNORECASE)
_CATEGORY_SPLIT = re.compile(r"\s*[,，;；、|·]\s*|\s+/\s+|\s{2,}")
_PREFIX = re.compile(r"(?:query|keyword|topic|tag|category)\s*[:：]\s*", re.IGNORECASE)
_IMAGE_URL = re.compile(r"\.(?:png|jpe?g|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
_BADGE = re.compile(r"shields\.io|badge|star-history|\.svg(?:[?#]|$)|visitor", re.IGNORECASE)
_SCORE = re.compile(
    r"(?P<stars>[★⭐]{1,10}+)(?P<empty>☆{0,9})|"
    r"(?P<number>\d{1,3}(?:\.\d{1,4})?)\s*(?:(?P<percent>[%％])|/\s*(?P<most>\d{1,3}(?:\.0)?)(?!\d))?"
)
_COUNT = re.compile(r"vote|like|点赞|추천", re.IGNORECASE)  # no judgement of the digest's
_UNPUBLISHED = re.compile(r"arxiv|preprint", re.IGNORECASE)
_YEAR = re.compile(  # "CVPR 2024", "CVPR '24", "CVPR 24'"
    r"[\s,'’(]*\b((?:19|20)\d\d)\b[)\s]*|[\s,(]*(?:['’](\d\d)\b|\b(\d\d)['’])[)\s]*"
)
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]{0,40}[)）\]]")  # a remark that there is none
_SHORTEST_TEXT = 15  # characters of an abstract or summary beside its links
_BEST = 10
_TWO = 2  # digits of a year
_FEWEST_WORDS = 3  # of a title that is the text of a link called "Paper"
_MOST_TOPICS = 12
_MAX_TOPIC = 80  # characters
_LINKS = (Field.LINK, Field.TITLE, Field.PROJECT, Field.VENUE, Field.OTHER, Field.CODE)


@dataclass(frozen=True, slots=True)
class PaperSource:
    """The labelled pieces that a digest has of a paper, in order, at a 1-based line."""

    line: int
    pieces: tuple[Piece, ...]
    topic_names: tuple[str, ...] = ()  # of the headings above it


def build_paper(source: PaperSource, zone: ZoneInfo) -> ParsedPaper | None:
    """Return the paper of `source`, None where nothing in it can be a title."""
    pieces = source.pieces
    title_source = next(_titles(pieces), None)
    if title_source is None:
        return None
    title = clean_title(title_source)
    arxiv = identifier(pieces)
    abs_url, pdf_url = _elsewhere(pieces)
    abstract_source = _abstract(pieces)
    abstract = plain_field(abstract_source)
    comment = " ".join(filter(None, map(plain_field, _texts(pieces, Field.COMMENT))))
    linked_code, project = _code_and_project(pieces)
    return ParsedPaper(
        line=source.line,
        id=arxiv.key if arxiv else paper_id.title_id(title),
        version=arxiv.version if arxiv else 1,
        title=title,
        title_html=html_from_arxiv(title_source, with_links=False) if "$" in title_source else "",
        authors=_authors(pieces),
        abstract=abstract,
        abstract_html="" if _MARKS.search(abstract_source) else html_from_arxiv(abstract_source),
        comment=comment or None,
        abs_url=arxiv.abs_url if arxiv else abs_url,
        pdf_url=arxiv.pdf_url if arxiv else pdf_url,
        code_urls=tuple(dict.fromkeys((*linked_code, *links.code_urls(f"{abstract} {comment}")))),
        project_urls=tuple(dict.fromkeys((*project, *links.project_urls(f"{abstract} {comment}")))),
        venue=_venue(pieces, comment),
        summary=_joined(pieces, Field.SUMMARY) or None,
        takeaways=_takeaways(pieces),
        figures=_figures(pieces),
        notes=_notes(pieces),
        published=_date(pieces, zone),
        score=_score(pieces),
        topic_names=source.topic_names or topics_of(_texts(pieces, Field.TOPIC)),
    )


def identifier(pieces: Sequence[Piece]) -> paper_id.ArxivId | None:
    """Return the arXiv paper that `pieces` name: in a link, then in any field that may hold one."""
    for field in _LINKS:
        for text in _texts(pieces, field):
            if match := _ARXIV.search(text):
                number = _newest(text, match["number"])
                return paper_id.arxiv_id_of_field(number)
            if field is Field.LINK and (arxiv := _bare_identifier(text)):
                return arxiv
    return None


def _newest(text: str, number: str) -> str:
    """Return `number` with the newest version that `text` gives it."""
    plain = number.partition("v")[0]
    same = (
        match["number"] for match in _BARE_ID.finditer(text) if match["number"].startswith(plain)
    )
    return max((number, *same), key=lambda each: int(each.partition("v")[2] or 1))


def _bare_identifier(text: str) -> paper_id.ArxivId | None:
    whole = paper_id.arxiv_id_of_field(text.strip(" *`_()[]"))
    if whole is not None:
        return whole
    match = None if "://" in text else _BARE_ID.search(text)
    return paper_id.arxiv_id_of_field(match["number"]) if match else None


def plain_field(text: str) -> str:
    """Return a text as plain text: with marks of HTML and Markdown converted only where it has any.

    arXiv's own texts have TeX, in which the marks of Markdown mean something else.
    """
    text = _QUOTE.sub("", text)
    return from_machine(_without_links(text)) if _MARKS.search(text) else from_arxiv(text)


def _without_links(text: str) -> str:
    """Return `text` with links as their texts, and without pictures and links called "PDF"."""
    if "](" not in text:
        return text
    shown: list[str] = []
    for line in text.split("\n"):
        if "](" not in line:
            shown.append(line)
            continue
        parts = (
            ""
            if token.kind is TokenKind.IMAGE
            or (token.kind is TokenKind.LINK and _is_button(token.text))
            else _with_marks(token.kind, token.text)
            for token in tokens(line)
        )
        shown.append(" ".join(filter(None, parts)))
    return "\n".join(shown)


def _with_marks(kind: TokenKind, text: str) -> str:
    return f"“{text}”" if kind is TokenKind.QUOTED else text


def _is_button(text: str) -> bool:
    return not text or field_of(text) is not None


def is_text(text: str) -> bool:
    """Return whether `text` says something beside its links and buttons."""
    if _BRACKETED.fullmatch(text.strip(" *_\n")):
        return False
    if "](" not in text and "http" not in text:
        return len(list(islice(filter(str.isalnum, text), 2))) > 1
    links_and_pictures = (TokenKind.LINK, TokenKind.IMAGE)
    rest = (token.text for token in tokens(text) if token.kind not in links_and_pictures)
    return sum(sum(map(str.isalnum, part)) for part in rest) >= _SHORTEST_TEXT


def topics_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the topics in `texts`, lists of categories or tags, without prefixes as "query:"."""
    names: list[str] = []
    for text in texts:
        shown = (
            " ; ".join(token.text for token in tokens(text))
            if "](" in text or "`" in text
            else text
        )
        for part in _CATEGORY_SPLIT.split(from_machine(shown)):
            name = _PREFIX.sub("", part).strip(" #[]'\"*.")
            if name and len(name) <= _MAX_TOPIC and "http" not in name:
                names.append(name)
    return tuple(dict.fromkeys(names))[:_MOST_TOPICS]


def _texts(pieces: Sequence[Piece], *fields: Field) -> list[str]:
    return [piece.text for piece in pieces if piece.field in fields and piece.text.strip()]


def _titles(pieces: Sequence[Piece]) -> Iterator[str]:
    for field in (Field.TITLE, Field.TRANSLATED_TITLE):
        for text in _texts(pieces, field):
            if clean_title(text):
                yield text
    yield from filter(None, map(linked_title, pieces))


def linked_title(piece: Piece) -> str:
    """Return the title that a label such as "Paper" has as the text of its link, "" without one."""
    if piece.field is not Field.LINK or "](" not in piece.text:
        return ""
    texts = (clean_title(token.text) for token in tokens(piece.text) if _is_paper(token))
    return next((text for text in texts if len(text.split()) >= _FEWEST_WORDS), "")


def _is_paper(token: Token) -> bool:
    if token.kind is not TokenKind.LINK or not token.url.startswith("http"):
        return False
    return paper_id.arxiv_id(token.url) is not None or paper_id.is_paper_site(token.url)


def _authors(pieces: Sequence[Piece]) -> tuple[str, ...]:
    for text in _texts(pieces, Field.AUTHORS):
        listed = ", ".join(
            filter(None, (part.strip(" ,") for part in _LIST_MARK.sub("", text).split("\n")))
        )
        if names := names_of_field(listed):
            return names
    return ()


def _abstract(pieces: Sequence[Piece]) -> str:
    """Return the abstract, and after it its translation, where both stand there."""
    texts = [text for text in _texts(pieces, Field.ABSTRACT) if is_text(text)][:2]
    translated = [text for text in _texts(pieces, Field.TRANSLATED_ABSTRACT) if is_text(text)][:1]
    # Two abstracts of the same label are of two languages; arXiv's own comes first.
    texts.sort(key=lambda text: not text.isascii() and sum(map(str.isascii, text)) < len(text) / 2)
    return "\n".join(dict.fromkeys((*texts, *translated)))


def _joined(pieces: Sequence[Piece], *fields: Field) -> str:
    texts = [text for text in _texts(pieces, *fields) if is_text(text)]
    plain = (plain_field(_LIST_MARK.sub("", text)) for text in texts)
    return " ".join(dict.fromkeys(filter(None, plain)))


def _takeaways(pieces: Sequence[Piece]) -> tuple[str, ...]:
    items = [
        item
        for text in _texts(pieces, Field.TAKEAWAYS)
        for item in _LIST_MARK.split(text)
        if is_text(item)
    ]
    return tuple(filter(None, map(plain_field, items)))


def _notes(pieces: Sequence[Piece]) -> Notes | None:
    notes = Notes(
        background=_joined(pieces, Field.MOTIVATION),
        method=_joined(pieces, Field.METHOD),
        results=_joined(pieces, Field.RESULT),
        conclusion=_joined(pieces, Field.CONCLUSION),
        innovation=_joined(pieces, Field.INNOVATION),
    )
    return None if notes == Notes() else notes


def _date(pieces: Sequence[Piece], zone: ZoneInfo) -> datetime | None:
    dates = (parse_date(text.strip(" *_`"), zone) for text in _texts(pieces, Field.DATE))
    return next((date for date in dates if date), None)


def _score(pieces: Sequence[Piece]) -> float | None:
    """Return the rating from 0 to 10: "8.0", "8/10", "4/5", "85%", "★★★★☆" of five, or "85".

    A number above 10 without a scale is one of 100.
    """
    rated = (piece for piece in pieces if piece.field is Field.SCORE)
    texts = (piece.text[:200] for piece in rated if not _COUNT.search(piece.label))
    matches = (_SCORE.search(text.replace("\ufe0f", "")) for text in texts)
    match = next(filter(None, matches), None)
    if match is None:
        return None
    if match["stars"]:
        value = float(len(match["stars"]))
        most = value + len(match["empty"]) if match["empty"] else 5.0
    else:
        value = float(match["number"])
        most = float(match["most"] or (100 if match["percent"] or value > _BEST else _BEST))
    return round(_BEST * value / most, 2) if most > 0 and value <= most else None


def _venue(pieces: Sequence[Piece], comment: str) -> Venue | None:
    for text in _texts(pieces, Field.VENUE):
        plain = plain_field(text)
        if venue := find_venue(plain):
            return venue
        if 1 < len(plain) <= _MAX_TOPIC and not (_UNPUBLISHED.search(plain) or plain.isdigit()):
            year = _YEAR.search(plain)
            name = _YEAR.sub(" ", plain).strip(" ,;()")
            number = next(filter(None, year.groups())) if year else "0"
            return Venue(name, int(number) + 2000 * (len(number) == _TWO)) if name else None
    return find_venue(comment)


def _addresses(text: str) -> list[str]:
    if "](" not in text and "://" not in text:
        return []
    urls = [token.url for token in tokens(text) if token.url]
    return [url for each in urls if (url := links.http_url(each))]


def _elsewhere(pieces: Sequence[Piece]) -> tuple[str, str]:
    """Return the addresses of page and PDF of a paper that is not on arXiv, "" where unknown."""
    page = pdf = ""
    for text in _texts(pieces, Field.LINK, Field.TITLE):
        for url in _addresses(text):
            if links.code_urls(url) or _IMAGE_URL.search(url) or _BADGE.search(url):
                continue
            its_page, its_pdf = paper_id.addresses(url)
            page, pdf = page or its_page, pdf or its_pdf
        if not page and (doi := _DOI.search(text)) and "://" not in text:
            page = f"https://doi.org/{doi.group().rstrip('.,;')}"
    return page, pdf


def _code_and_project(pieces: Sequence[Piece]) -> tuple[list[str], list[str]]:
    code = [
        url
        for text in _texts(pieces, Field.CODE)
        for url in _addresses(text)
        if not paper_id.arxiv_id(url) and not _BADGE.search(url)
    ]
    others = _texts(pieces, Field.LINK, Field.PROJECT)
    code += [url for text in others for url in _addresses(text) if links.code_urls(url)]
    project = [
        url
        for text in _texts(pieces, Field.PROJECT)
        for url in _addresses(text)
        if url not in code and not paper_id.arxiv_id(url) and not _BADGE.search(url)
    ]
    return code, project


def _figures(pieces: Sequence[Piece]) -> tuple[str, ...]:
    pictures = (
        token.url
        for piece in pieces
        if "](" in piece.text
        for token in tokens(piece.text)
        if token.kind is TokenKind.IMAGE
    )
    urls = (url for each in pictures if (url := links.http_url(each)) and not _BADGE.search(url))
    return tuple(dict.fromkeys(urls))
