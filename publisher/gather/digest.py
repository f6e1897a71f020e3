"""A digest file: the papers of a topic and day as Markdown, in the format that the collector reads.

All texts are hostile. Each stands on a line of its own that can't begin anything else: where its
first characters could, an invisible character, which readers of the digest drop, comes before them.
Another one is within HTML, links and template tags, as other programs (Hexo, Jekyll, Hugo) may make
pages of the file.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING
from urllib.parse import quote

import yaml

from publisher.digest_lines import (
    GENERATOR,
    WrittenLine,
    changed_line,
    chosen_line,
    withdrawn_line,
    written_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from publisher.models.gathering import Candidate, DigestEntry, WrittenSummary
    from publisher.settings.sections.gather import GatherTopic

_INVISIBLE = "\u200b"
# Letters begin no mark-up, except for the word before the names of authors.
_HARMLESS = re.compile(r"(?!authors?\b|author\(s\)|作者)[^\W\d_]", re.IGNORECASE)
# Of no text, and lone surrogates, which UTF-8 can't have.
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Beginnings of HTML and comments, of links and pictures, and of tags of Nunjucks and Liquid.
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(\[])|\{(?=[{%#])")
_SEPARATORS = re.compile(r"[,，、;；]")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ARXIV = "arxiv:"
_LABELS = {"en": ("Summary", "Key Takeaways"), "zh": ("摘要", "要点")}


def render_digest(
    topic: GatherTopic, day: date, entries: Sequence[DigestEntry], zone: ZoneInfo
) -> str:
    """Return the digest of `topic` for `day`, which begins at midnight in `zone`."""
    metadata = {
        "title": f"{topic.name} {day.isoformat()}",
        "date": datetime.combine(day, time.min, zone).isoformat(sep=" "),
        "tags": [topic.name],
        "generator": GENERATOR,
    }
    front = yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=10_000)
    blocks = [f"---\n{front}---", f"# {day.isoformat()}"]
    for number, entry in enumerate(entries, 1):
        blocks += _entry(entry, number)
    return "\n\n".join(blocks) + "\n"


def _entry(entry: DigestEntry, number: int) -> Iterator[str]:
    """Yield the blocks of a paper, which is the digest's `number`th."""
    paper = entry.paper
    yield f"## {_title(paper.title, number)}"
    if names := list(filter(None, map(_name, paper.authors))):
        yield f"**Authors:{', '.join(names)}**"
    if abstract := _paragraph(paper.abstract):
        yield abstract
    yield f"[PDF]({_address(paper)}) {_line(paper.comment)}".rstrip()
    yield from filter(None, _status(entry))
    if entry.summary is not None:
        yield from _summaries(entry.summary)


def _status(entry: DigestEntry) -> Iterator[str]:
    yield chosen_line(tuple(map(_line, entry.reasons)))
    change = entry.change
    if change is not None and change.before:
        yield changed_line(change.version, change.before, change.fields)
    if entry.paper.withdrawn or (change is not None and change.withdrawn):
        yield withdrawn_line(entry.paper.version)


def _summaries(written: WrittenSummary) -> Iterator[str]:
    for text in written.texts:
        summary, takeaways = _LABELS[text.language]
        yield f"**{summary}**"
        yield _paragraph(text.summary)
        if points := list(filter(None, map(_paragraph, text.takeaways))):
            yield f"**{takeaways}**"
            yield "\n".join(f"- {point}" for point in points)
        line = WrittenLine(text.language, written.model, written.source, written.prompt)
        yield written_line(line._replace(model=_line(written.model), prompt=_line(written.prompt)))


def _line(text: str) -> str:
    """Return `text` on one line, in which nothing is HTML, a link or a template's tag."""
    return _MARKUP.sub(rf"\g<0>{_INVISIBLE}", _clean(text))


def _clean(text: str) -> str:
    """Return `text` on one line, without characters that no text has."""
    return " ".join(_ILLEGAL.sub("", " ".join(text.split())).split())


def _paragraph(text: str) -> str:
    line = _line(text)
    return line if not line or _HARMLESS.match(line) else _INVISIBLE + line


def _title(text: str, number: int) -> str:
    """Return the text of a heading, whose end can't be taken for the signs that close one."""
    title = _paragraph(text) or f"{number}"
    return title + _INVISIBLE if title.endswith("#") else title


def _name(name: str) -> str:
    """Return an author's name without what separates names."""
    return _line(_SEPARATORS.sub(" ", name)).strip("*_ ")


def _address(paper: Candidate) -> str:
    """Return the address of a paper, in which nothing can end a link."""
    if paper.id.startswith(_ARXIV):
        address = f"http://arxiv.org/abs/{paper.id.removeprefix(_ARXIV)}v{paper.version}"
    else:
        kind, _, rest = paper.id.partition(":")
        own = f"https://doi.org/{rest}" if kind == "doi" else rest
        addresses = map(_clean, (paper.abs_url, paper.pdf_url, own))
        address = next((each for each in addresses if _WEB.match(each)), "")
    return quote(address, safe="%/:?#@!$&'*+,;=~[]")
