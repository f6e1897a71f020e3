"""The line that begins a paper: a heading or the first line of an item, split into its parts.

3. **[Title](address)**, Ada Author et al., CVPR 2024, [[code]](address)
2024-11-30, **Title**, Ada Author, Paper: [address](address)
[CVPR 2024] Title. [[Paper]](address) - what it is about
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields import labels
from publisher.collector.fields.field_words import Field, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.names import names_without_label, single_name
from publisher.collector.fields.tokens import Token, TokenKind, tokens, unmarked
from publisher.collector.text.plain_text import from_machine
from publisher.collector.text.venue import find_venue

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(
    r"\A[\s>]*(?:[^\w\s\[\](){}*_`<>\"'“”「」『』【】《》$\\#|&@~.,;:/+-]{1,4}\s*)*"
    r"(?:(?:(?:No\.?|Paper|论文|#|№)\s*(?=\d))?(?:\[\d{1,3}\](?=\s)|\(\d{1,3}\)|\d{1,3}\s*[.)、．](?!\d)|\d{1,3}\s*[:：](?=\s)|"
    r"\d️?⃣|[①-⑳]|第\s*\d{1,3}\s*[篇章]\s*[:：]?))?\s*"
    r"(?:[^\w\s\[\](){}*_`<>\"'“”「」『』【】《》$\\#|&@~.,;:/+-]{1,4}\s*)*"
)
_DATE = re.compile(
    r"[\[(（【]?\s*(?:(?:19|20)\d\d(?:[-./]\d{1,2}){1,2}|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?|"
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:20)?\d\d|(?:19|20)\d\d|"
    r"\d{1,2}\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,?\s(?:20)?\d\d|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?(?:\s\d{1,2},?)?\s(?:19|20)\d\d)\s*[\])）】]?",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"(?:astro-ph|cond-mat|cs|econ|eess|gr-qc|hep-(?:ex|lat|ph|th)|math(?:-ph)?|nlin|nucl-(?:ex|th)"
    r"|physics|q-bio|q-fin|quant-ph|stat)"
    r"(?:\.[A-Za-z-]{2,12})?"
)
_VENUE = re.compile(
    r"[\[(（【]?\s*(?:[A-Z][A-Za-z&/ .+-]{1,40}?\s*[,'’ -]{0,3}\s*"
    r"(?:(?:19|20)\d\d(?![-./]\d)|['’]\d\d)|[A-Z][A-Za-z]{0,10}[A-Z][ -]?\d\d)\b"
    r"[^\[\]()]{0,30}?[\])）】]?"
)
_PREPRINT = re.compile(  # "arXiv 2026.08", "Preprint '25", "(arXiv 24')"
    r"[\[(（【]?\s*(?:arxiv|preprint)[\s,:'’-]{0,4}(?:(?:(?:19|20)\d\d|\d\d)(?:[-./]\d{1,2}){0,2})?"
    r"['’]?\s*[\])）】]?",
    re.IGNORECASE,
)
_ET_AL_AND_VENUE = re.compile(r"(.{2,400}?\bet\.?\s?al\b\.?)[\s,.;]+(\S.{0,100})", re.IGNORECASE)
_EDGES = " \t,，.;；:：|·•–—-–()（）[]【】《》<>"
_BRACKET_START = re.compile(r"[\[(（【](?P<inside>[^\[\]()（）【】]{1,60})[\])）】]\s*[:：]?\s*")
_BRACKET_END = re.compile(r"\s?[\[(（【](?P<inside>[^\[\]()（）【】]{1,60})[\])）】][\s.,]{0,9}\Z")
_BETWEEN_BRACKETS = re.compile(r"[\])）】]\s{0,9}[\[(（【]")
_BRACKETS = re.compile(r"(?:[\[(（【][^\[\]()（）【】]{1,60}[\])）】][\s:：]*)+")
_PARTS = re.compile(r"\s{0,9}[,，;；]\s+|\.\s++(?=[A-Z\[(*\"“])|\s{1,9}[-–—|·]\s+|。")
_ID_IN_TITLE = re.compile(
    r"[\s,;:(（\[]{0,9}(?:arxiv[:.\s]{0,9})?(?<![\d.])\d{4}\.\d{4,5}(?:v\d{1,2})?(?!\d)\s*[)）\]]*(?:\.pdf)?",
    re.IGNORECASE,
)
_ARXIV = re.compile(r"(?<!\w)arxiv\s?:\s?\d{4}\.\d{4,5}(?:v\d{1,2})?(?!\d)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\[\]]{0,30}\]|[(（][^()（）]{0,30}[)）]")  # "[Pool]", "(failed)"
_READ_MORE = re.compile(
    r"\s{0,9}[(（\[](?:read more|more|view|see|from|via)\b[^()（）\[\]]{0,60}[)）\]]\s*$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:for|in|of|with|without|via|on|to|is|are|as|at|using|beyond|under)\s")
_FULL_STOP = re.compile(r"(?<=[a-z]{3})\.$")
_BY = re.compile(r"\Aby\s+(?=[A-Z])", re.IGNORECASE)
_SHORTEST_DESCRIPTION = 30  # characters
_MOST_REMARKS = 12  # beside a title: venue, date, categories
_LONGEST = 3000  # characters of a line that are looked at: two hundred authors
_MAX_TITLE = 400
_MIN_LETTERS = 2
_ACRONYM = 30  # characters
_MOST_CUTS = 40  # of a line into title and authors
_MAX_SOURCE = 4000  # characters of a title with its marks and the addresses of its links


@dataclass(frozen=True, slots=True)
class Lead:
    """The parts of a line that begins a paper: its title, "" without one, and its fields."""

    title: str
    pieces: tuple[Piece, ...] = ()
    is_marked: bool = False  # the title is a link, in bold, or in quotes
    title_url: str = ""  # the address that the title links to


@dataclass(slots=True)
class _Rest:
    """The pieces of a line beside its title."""

    pieces: list[Piece] = field(default_factory=list)

    def add(self, role: Field, text: str) -> None:
        self.pieces.append(Piece(role, "", text))


@lru_cache(maxsize=512)
def read_lead(text: str) -> Lead:
    """Return the parts of `text`, a heading or the first line of an item, without its mark."""
    text = text[:_LONGEST]
    bare = _NUMBER.sub("", text, count=1)
    rest = _Rest()
    parts = labels.pieces(bare) or [Piece(None, "", "")]
    first, *others = parts
    if first.field is None and others and not _holds_title(first.text):
        others = list(dropwhile(_is_in_title, others))  # "(CVPR 2024) **SAM**: Segment Anything"
    if first.field is Field.TITLE:
        first = Piece(None, "", first.text)
    elif first.field is not None and (field_of(first.label) or len(first.label) > _ACRONYM):
        return Lead("", tuple(parts))
    else:  # "**SAM:** Segment Anything": a label that is no field belongs to the title
        first = Piece(None, "", _first_segment(bare, others))
    lead_tokens = tokens(first.text)
    at = _title_at(lead_tokens)
    title, url = ("", "")
    if at is not None:
        title, url = _title(lead_tokens, at, rest)
        _read_before(lead_tokens[:at], rest)
        _read_after(lead_tokens[at + 1 :], rest)
    else:
        _read_after(lead_tokens, rest)
    for piece in others:
        if piece.field is None:
            _read_after(tokens(piece.text), rest)
        else:
            rest.pieces.append(piece)
    is_marked = at is not None and lead_tokens[at].kind is not TokenKind.TEXT
    return Lead(title, tuple(rest.pieces), is_marked, url)


def clean_title(text: str) -> str:
    """Return a title as plain text, without numbers, ids and links around it; "" if it is none."""
    text = _NUMBER.sub("", text[:_MAX_SOURCE], count=1)
    pieces = [_shown(token) for token in tokens(text) if token.kind is not TokenKind.IMAGE]
    title = from_machine(" ".join(filter(None, pieces)) if "](" in text or "http" in text else text)
    title = _READ_MORE.sub("", _ID_IN_TITLE.sub(" ", title))
    title = " ".join(title.replace("**", "").replace("`", "").split()).strip(
        " \t,，;；:：|·•–—-*_~"
    )
    title = _FULL_STOP.sub("", title)
    if title.startswith(("《", "「", "『", "“", '"')) and title.endswith(
        ("》", "」", "』", "”", '"')
    ):
        title = title[1:-1].strip()
    return title if is_title(title) else ""


def is_title(text: str) -> bool:
    """Return whether `text` may be a paper's title: no label, id, date, address or single sign."""
    letters = sum(map(str.isalpha, text))
    if (
        letters < _MIN_LETTERS
        or _BRACKETED.fullmatch(text)
        or len(text) > _MAX_TITLE
        or field_of(text) is not None
    ):
        return False
    if paper_id.arxiv_id_of_field(text) or text.startswith(("http://", "https://", "www.")):
        return False
    return _DATE.fullmatch(text) is None and _CATEGORY.fullmatch(text) is None


def is_category(text: str) -> bool:
    """Return whether `text` is a category of arXiv, such as "cs.CV"."""
    return _CATEGORY.fullmatch(text) is not None


def _is_in_title(piece: Piece) -> bool:
    return piece.field is Field.OTHER and field_of(piece.label) is None


def _holds_title(text: str) -> bool:
    """Return whether a title may stand in `text`, rather than remarks before it alone."""
    return any(_may_be_title(token) and not _is_bracketed(token) for token in tokens(text))


def _is_bracketed(token: Token) -> bool:
    return token.kind is TokenKind.TEXT and _BRACKETS.fullmatch(token.text.strip()) is not None


def remark(text: str) -> list[Piece]:
    """Return a short text as the piece that it is by its looks: a date, venue, category or id."""
    rest = _Rest()
    _read_remark(text, rest)
    return rest.pieces


def _shown(token: Token) -> str:
    if token.kind is TokenKind.LINK:
        return "" if field_of(token.text) or paper_id.arxiv_id_of_field(token.text) else token.text
    return token.text


def _first_segment(bare: str, others: Sequence[Piece]) -> str:
    """Return the part of a line before the pieces `others`, which have labels of their own."""
    if not others:
        return bare
    _, label, text = others[0]
    at = bare.rfind(label, 0, max(bare.find(text), 0)) if label and text else -1
    if at < 0:  # the text is not as it stands in the line
        at = bare.find(label or text)
    return bare[:at].rstrip(" *_[,;.|·•") if at > 0 else bare


def _title_at(parts: Sequence[Token]) -> int | None:
    """Return the index of the token with the title: a link to the paper, else quoted, bold, ..."""
    usable = [at for at, token in enumerate(parts) if _may_be_title(token)]
    linked = [at for at in usable if parts[at].kind is TokenKind.LINK and _is_paper_link(parts[at])]
    if linked and not _text_before(parts, linked[0]):
        return linked[0]
    for mark in (TokenKind.QUOTED, TokenKind.BOLD):
        at = next((at for at in usable if parts[at].kind is mark), None)
        if at is not None and not _is_acronym_before_text(parts, at):
            return at
    if linked and not any(parts[at].kind is TokenKind.TEXT for at in usable if at < linked[0]):
        return linked[0]
    texts = [
        at for at in usable if parts[at].kind in (TokenKind.TEXT, TokenKind.ITALIC, TokenKind.LINK)
    ]
    texts = [at for at in texts if not _is_bracketed(parts[at])] or texts
    return texts[0] if texts else (usable[0] if usable else None)


def _text_before(parts: Sequence[Token], at: int) -> bool:
    """Return whether a title may stand before the link at `at`."""
    before = (
        token
        for token in parts[:at]
        if token.kind in (TokenKind.TEXT, TokenKind.BOLD, TokenKind.QUOTED)
    )
    return any(_may_be_title(token) and len(token.text) > _ACRONYM for token in before)


def _is_acronym_before_text(parts: Sequence[Token], at: int) -> bool:
    """Return whether bold text is only the short name before a title in plain text."""
    bold, following = parts[at], parts[at + 1] if at + 1 < len(parts) else None
    if bold.kind is not TokenKind.BOLD or len(bold.text) > _ACRONYM:
        return False
    if following is None or following.kind is not TokenKind.TEXT:
        return False
    text = following.text.strip(_EDGES)
    head = _PARTS.split(text, maxsplit=1)[0]
    if following.text[0] in ":：" or bold.text[-1] in ":：":  # "**SAM**: Segment Anything"
        names = names_without_label(text) or (_leading_names(text) if text != head else "")
        return bool(head) and not _is_remark(head) and (not names or _has_names(parts[at + 2 :]))
    if _GOES_ON.match(following.text):
        return True
    return len(head) > _SHORTEST_DESCRIPTION and not names_without_label(head)


def _has_names(parts: Sequence[Token]) -> bool:
    """Return whether names in italics are among `parts`."""
    slanted = (part.text for part in parts if part.kind is TokenKind.ITALIC)
    return any(names_without_label(text) or single_name(text) for text in slanted)


def _is_paper_link(token: Token) -> bool:
    return paper_id.arxiv_id(token.url) is not None or (
        token.url.startswith("http") and paper_id.is_paper_site(token.url)
    )


def _may_be_title(token: Token) -> bool:
    if token.kind in (TokenKind.IMAGE, TokenKind.CODE):
        return False
    text = token.text.strip(_EDGES)
    if not is_title(text) or field_of(unmarked(text)):
        return False
    text = _without_remarks(token.text)[0].strip(_EDGES)
    is_short = len(text) < _ACRONYM
    if is_short and (_is_venue(text) or find_venue(text) is not None):
        return False
    return token.kind is not TokenKind.ITALIC or not names_without_label(text)


def _title(parts: Sequence[Token], at: int, rest: _Rest) -> tuple[str, str]:
    """Return the title in the token at `at` and its address; what else is in it goes to `rest`."""
    token = parts[at]
    if token.kind is TokenKind.LINK:
        rest.add(Field.LINK, token.url)
    else:
        ids = _ID_IN_TITLE.finditer(token.text)
        at_edges = (match for match in ids if not match.start() or match.end() == len(token.text))
        rest.pieces += [Piece(Field.LINK, "", match.group()) for match in at_edges]
    if token.kind is not TokenKind.TEXT:
        return clean_title(token.text), token.url
    text = token.text.lstrip(" ,，.:：;；|·•–—-)]）】")
    for _ in range(_MOST_REMARKS):  # "[CVPR 2024] Title"
        if (start := _BRACKET_START.match(text)) is None:
            break
        _read_remark(start["inside"], rest)
        text = text[start.end() :]
    head, *tail = _PARTS.split(text, maxsplit=1)  # "CVPR 2024, Title"
    if tail and tail[0] and len(head) < _ACRONYM and is_dated_venue(head):
        _read_remark(head, rest)
        text = tail[0]
    text, remarks = _without_remarks(text)
    for remark in remarks:
        _read_remark(remark, rest)
    has_more = _has_names(parts[at + 1 :])
    title, others = (text, []) if has_more else _split_title(text)
    before = parts[at - 1] if at else None
    if before and before.kind is TokenKind.BOLD and _may_be_title(before):
        acronym = before.text.rstrip(":： ")
        link = " " if _GOES_ON.match(title) else ": "
        title = f"{acronym}{link}{title}" if len(acronym) <= _ACRONYM else title
    for other in others:
        _read_text(other, rest)
    return clean_title(title.strip(" [(")), ""


def _split_title(text: str) -> tuple[str, list[str]]:
    """Return the title in plain text, and the authors, venue and remarks after it."""
    for match in islice(_PARTS.finditer(text[:_MAX_SOURCE]), _MOST_CUTS):
        head, tail = text[: match.start()], text[match.end() :]
        following = (
            _PARTS.split(tail, maxsplit=1)[0] if match.group().strip() not in (",", "，") else tail
        )
        if names_without_label(following) or names_without_label(tail) or _is_remark(following):
            return head, [tail]
        if match.group().strip() in ("-", "–", "—", "|", "。", ".") and len(head) > _ACRONYM:
            return head, [tail]
    return text, []


def _is_remark(text: str) -> bool:
    text = text.strip(_EDGES)
    return bool(_DATE.fullmatch(text) or _is_venue(text) or _CATEGORY.fullmatch(text))


def _without_remarks(text: str) -> tuple[str, list[str]]:
    """Return a title without the venue or date in brackets behind it, and these."""
    text, remarks = text.rstrip(" [(,，"), list[str]()
    while (end := _BRACKET_END.search(text)) and end.start() and is_dated_venue(end["inside"]):
        remarks.append(end["inside"])
        text = text[: end.start()]
    return text, remarks


def is_dated_venue(text: str) -> bool:
    """Return whether a remark beside a title is its venue, with a year, or its date."""
    bare = text.strip(_EDGES)
    if _DATE.fullmatch(bare) or _PREPRINT.fullmatch(bare):
        return True
    return find_venue(bare) is not None and any(map(str.isdigit, bare))


def _is_venue(text: str) -> bool:
    return bool(_VENUE.fullmatch(text) or _PREPRINT.fullmatch(text))


def _read_before(parts: Sequence[Token], rest: _Rest) -> None:
    for token in parts:
        for text in _BETWEEN_BRACKETS.split(token.text):  # "(CVPR 2024) (Oral)"
            _read_remark(text, rest)
        if token.kind is TokenKind.LINK:
            _read_link(token, rest)


def _read_remark(text: str, rest: _Rest) -> None:
    """Add a short remark to `rest`: a date, venue, category or id."""
    text = text.strip(_EDGES)
    if paper_id.arxiv_id_of_field(text):
        rest.add(Field.LINK, text)
    elif _DATE.fullmatch(text):
        rest.add(Field.DATE, text)
    elif _CATEGORY.fullmatch(text):
        rest.add(Field.TOPIC, text)
    elif find_venue(text) is not None or _is_venue(text):
        rest.add(Field.VENUE, text)


def _read_after(parts: Sequence[Token], rest: _Rest) -> None:
    for token in parts:
        if token.kind is TokenKind.LINK:
            _read_link(token, rest)
        elif token.kind is TokenKind.CODE:
            _read_remark(token.text, rest)
        elif token.kind is not TokenKind.IMAGE:
            _read_text(token.text, rest)


def _read_link(token: Token, rest: _Rest) -> None:
    role = field_of(token.text)
    if role in (Field.CODE, Field.PROJECT, Field.OTHER):
        rest.add(role, token.url)
    elif role is not None or _is_paper_link(token) or not token.text:
        rest.add(Field.LINK, token.url)
    else:
        _read_remark(token.text, rest)


def _read_text(text: str, rest: _Rest) -> None:
    """Add the names, venue, date or description in `text` to `rest`."""
    text = _BY.sub("", text.strip(_EDGES))
    if not any(map(str.isalnum, text)):
        return
    if identifier := _ARXIV.search(text):
        rest.add(Field.LINK, identifier[0])
    has_authors = any(piece.field is Field.AUTHORS for piece in rest.pieces)
    if (match := _ET_AL_AND_VENUE.fullmatch(text)) and (
        _is_remark(match[2]) or find_venue(match[2])
    ):  # "Ada Author (Institute) et al. arXiv"
        _read_remark(match[2], rest)
        text = match[1]
    if not has_authors and (names_without_label(text) or single_name(text)):
        rest.add(Field.AUTHORS, text)
        return
    if _is_remark(text) or paper_id.arxiv_id_of_field(text):
        _read_remark(text, rest)
        return
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) > 1 and not has_authors:
        names = _leading_names(text)
        if names:
            rest.add(Field.AUTHORS, names)
            text = text[text.find(names) + len(names) :].strip(_EDGES)
    for part in _PARTS.split(text, maxsplit=_MOST_REMARKS):
        _read_remark(part, rest)
    if len(text) >= _SHORTEST_DESCRIPTION and not _is_remark(text):
        rest.add(Field.SUMMARY, text)


def _leading_names(text: str) -> str:
    """Return the longest part at the start of `text` that is a list of names, "" without one."""
    first, *others = filter(None, map(str.strip, _PARTS.split(text)))
    if single_name(first) and all(map(_is_remark, others)):
        return first
    ends = [match.start() for match in islice(_PARTS.finditer(text[:_MAX_SOURCE]), 60)]
    return next((text[:end] for end in reversed(ends) if names_without_label(text[:end])), "")
