"""The lines about a paper that only the program's own digests give: versions, origin, reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.formatter.i18n.words import StatusWords
    from publisher.models import Paper, SummaryText


def in_language(paper: Paper, tag: str) -> Paper:
    """Return `paper` with its summary in the language of the BCP 47 `tag`, if it has one."""
    code = tag.lower().partition("-")[0]
    text = next((text for text in paper.summaries if text.language == code), None)
    if text is None or text == paper.summaries[0]:
        return paper
    return replace(paper, summary=text.summary, takeaways=text.takeaways)


def in_one_language(paper: Paper, tag: str) -> Paper:
    """Return `paper` as `in_language` does, and without the summary in other languages."""
    return replace(in_language(paper, tag), summaries=()) if paper.summaries else paper


def other_summaries(paper: Paper) -> tuple[SummaryText, ...]:
    """Return the summaries in other languages than that of the one that is shown first."""
    shown = (paper.summary or "", paper.takeaways)
    return tuple(text for text in paper.summaries if (text.summary, text.takeaways) != shown)


def origin_line(paper: Paper, words: StatusWords) -> str:
    """Return what wrote the summary and from what, "" where nobody knows."""
    origin = paper.written_by
    if origin is None:
        return ""
    text = words.from_full_text if origin.source == "full text" else words.from_abstract
    return text.format(model=origin.model, prompt=origin.prompt)


def status_line(paper: Paper, words: StatusWords) -> str:
    """Return whether the paper was withdrawn, and what its newest version changed, else ""."""
    change = paper.change
    if paper.withdrawn or change is None:
        return words.withdrawn if paper.withdrawn else ""
    fields = words.list_comma.join(words.changed_fields[field] for field in change.fields)
    text = words.changed if fields else words.new_version
    return text.format(version=change.version, before=change.before, fields=fields)


def reasons_line(paper: Paper, words: StatusWords) -> str:
    """Return why the paper was chosen, "" where nobody knows."""
    return words.chosen.format(reasons="; ".join(paper.reasons)) if paper.reasons else ""
