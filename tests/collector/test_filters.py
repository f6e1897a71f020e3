from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publisher.collector.filters import apply_filters
from publisher.models import Paper, Topic
from publisher.settings import Filters

NERF, AVATARS = Topic("nerf", "NeRF"), Topic("xuniren", "虚拟人")


def paper(**changes: object) -> Paper:
    moment = datetime(2024, 11, 30, tzinfo=UTC)
    values: dict[str, object] = {
        "id": "arxiv:2411.00001",
        "version": 1,
        "title": "Talking Heads from a Text-to-Speech Model",
        "authors": ("Jane Müller", "Jan van der Berg", "Wei Zhang", "张伟", "John Smith Jr."),
        "abstract": "We render hair with Gaussians (3DGS) in C++.",
        "comment": None,
        "abs_url": "",
        "pdf_url": "",
        "code_urls": (),
        "topics": (NERF, AVATARS),
        "digests": (),
        "first_published": moment,
        "updated": moment,
        "summary": "本文提出基于NeRF的数字人方法。",
        "takeaways": (),
        "figures": (),
        "repaired": False,
    }
    return Paper(**(values | changes))  # type: ignore[arg-type]


KEYWORDS = [
    ("talking heads", True),
    ("Talking Head", False),
    ("heads", True),
    ("head", False),
    ("text to speech", True),
    ("TEXT-TO-SPEECH", True),
    ("3dgs", True),
    ("3D", False),
    ("C++", True),
    ("C", True),  # a sign is the end of a word
    ("数字人", True),
    ("字人", True),
    ("nerf", True),
    ("NeRF的", True),
    ("ner", False),
    ("ＮｅＲＦ", True),
    ("(3DGS)", True),
    ("heads from a text", True),
    ("Müller", False),  # names are no keywords
    ("a.*b", False),
]


@pytest.mark.parametrize(("keyword", "hits"), KEYWORDS)
def test_keyword(keyword: str, hits: bool) -> None:
    assert bool(apply_filters([paper()], Filters(include_keywords=(keyword,)))) == hits
    assert bool(apply_filters([paper()], Filters(exclude_keywords=(keyword,)))) != hits
    (marked,) = apply_filters([paper()], Filters(mark_keywords=(keyword,)))
    assert marked.marks == ((keyword,) if hits else ())


AUTHORS = [
    ("Müller", True),
    ("muller", True),
    ("Mul", False),
    ("Jane", False),
    ("Jane Muller", True),
    ("Müller, Jane", True),
    ("van der Berg", True),
    ("Berg", True),
    ("Zhang", True),
    ("Zhang Wei", False),
    ("张伟", True),
    ("张", False),
    ("Smith", True),
    ("John Smith", True),
    ("Jr.", False),
]


@pytest.mark.parametrize(("author", "hits"), AUTHORS)
def test_author(author: str, hits: bool) -> None:
    assert bool(apply_filters([paper()], Filters(include_authors=(author,)))) == hits
    assert bool(apply_filters([paper()], Filters(exclude_authors=(author,)))) != hits


@pytest.mark.parametrize(
    ("name", "expected"), [("Søren Kierkegård", "kierkegard"), ("Ł. Łukasz", "Lukasz")]
)
def test_accents_and_strokes_do_not_count(name: str, expected: str) -> None:
    assert apply_filters([paper(authors=(name,))], Filters(include_authors=(expected,)))


TOPICS = [
    (Filters(), ("NeRF", "虚拟人")),
    (Filters(include_topics=("nerf",)), ("NeRF",)),
    (Filters(include_topics=("xuniren",)), ("虚拟人",)),
    (Filters(exclude_topics=("nerf",)), ("虚拟人",)),
    (Filters(exclude_topics=("ner",)), ("NeRF", "虚拟人")),
    (Filters(exclude_topics=("NeRF", "虚拟人")), None),
    (Filters(include_topics=("GAN",)), None),
    (Filters(include_topics=("nerf",), exclude_topics=("nerf",)), None),
    (Filters(include_topics=("nerf",), include_keywords=("missing",)), None),
    (Filters(include_keywords=("missing", "hair")), ("NeRF", "虚拟人")),
    (Filters(include_authors=("Zhang",), exclude_keywords=("hair",)), None),
]


@pytest.mark.parametrize(("filters", "expected"), TOPICS)
def test_topics_and_combined_filters(filters: Filters, expected: tuple[str, ...] | None) -> None:
    papers = apply_filters([paper()], filters)
    topics = tuple(topic.name for topic in papers[0].topics) if papers else None
    assert topics == expected


def test_marks_are_in_order_and_each_once() -> None:
    filters = Filters(
        mark_authors=("Zhang", "Nobody"), mark_keywords=("hair", "3DGS"), mark_topics=("nerf",)
    )
    assert apply_filters([paper()], filters)[0].marks == ("nerf", "hair", "3DGS", "Zhang")


def test_no_filter_changes_nothing() -> None:
    papers = (paper(), paper(id="arxiv:2411.00002"))
    assert apply_filters(papers, Filters()) == papers
