"""One paper is one paper: mentions in several digests become one `Paper` that knows them all.

The result does not depend on the order of the digests: they are sorted first, by time and path.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.collector.slugs import assign_slugs, fold
from publisher.models import Paper, ParsedDigest, ParsedPaper, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Mention = tuple[ParsedDigest, ParsedPaper]


def merge(digests: Iterable[ParsedDigest]) -> tuple[tuple[Paper, ...], tuple[Topic, ...]]:
    """Return the papers of `digests`, newest first, and their topics, by name."""
    ordered = sorted(digests, key=lambda digest: (digest.published, digest.path))
    topics = _topics(ordered)
    mentions: defaultdict[str, list[_Mention]] = defaultdict(list)
    for digest in ordered:
        for parsed in digest.papers:
            mentions[parsed.id].append((digest, parsed))
    papers = [_merge(group, topics) for group in mentions.values()]
    # Within one digest the paper that came first stays first.
    papers.sort(key=lambda paper: paper.id)
    papers.sort(key=lambda paper: (paper.first_published, paper.updated), reverse=True)
    used = {topic for paper in papers for topic in paper.topics}
    return tuple(papers), tuple(sorted(used, key=lambda topic: (fold(topic.name), topic.slug)))


def _topics(ordered: Sequence[ParsedDigest]) -> dict[str, Topic]:
    """Return the topic for each name; the first spelling seen is the one that is shown."""
    names = list(dict.fromkeys(name for digest in ordered for name in digest.topic_names))
    slugs = assign_slugs(names)
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(slugs[name], name)
    return {name: Topic(slugs[name], shown[slugs[name]]) for name in names}


def _merge(mentions: Sequence[_Mention], topics: dict[str, Topic]) -> Paper:
    """Return the paper of `mentions`, which are in the order of time.

    The newest mention of the newest version gives the text, an undamaged one before a repaired
    one; what it lacks (a summary, figures) comes from the next best.
    """
    first_digest = mentions[0][0]
    version = max(parsed.version for _, parsed in mentions)
    brought = next(digest for digest, parsed in mentions if parsed.version == version)
    best = [
        parsed
        for _, parsed in sorted(
            mentions,
            key=lambda mention: (
                mention[1].version,
                not mention[1].repaired,
                mention[0].published,
                mention[0].path,
                -mention[1].line,
            ),
            reverse=True,
        )
    ]
    text = best[0]
    machine = next((parsed for parsed in best if parsed.summary and parsed.takeaways), None) or (
        next((parsed for parsed in best if parsed.summary or parsed.takeaways), text)
    )
    abstract = next((parsed for parsed in best if parsed.abstract), text)
    return Paper(
        id=text.id,
        version=version,
        title=text.title,
        authors=next((parsed.authors for parsed in best if parsed.authors), ()),
        abstract=abstract.abstract,
        comment=text.comment,
        abs_url=text.abs_url,
        pdf_url=text.pdf_url,
        code_urls=text.code_urls,
        topics=tuple(
            dict.fromkeys(topics[name] for digest, _ in mentions for name in digest.topic_names)
        ),
        digests=tuple(dict.fromkeys(digest.path for digest, _ in mentions)),
        first_published=first_digest.published,
        updated=brought.published,
        summary=machine.summary,
        takeaways=machine.takeaways,
        figures=next((parsed.figures for parsed in best if parsed.figures), ()),
        repaired=text.repaired or machine.repaired,
        title_html=text.title_html,
        abstract_html=abstract.abstract_html,
        project_urls=text.project_urls,
        venue=text.venue,
        notes=next((parsed.notes for parsed in best if parsed.notes), None),
    )
