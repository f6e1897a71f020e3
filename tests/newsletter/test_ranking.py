from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from publisher.models import Paper, Topic, Venue
from publisher.newsletter.ranking import highlights, points, rank, sections

NERF, GAN, AVATAR = Topic("nerf", "NeRF"), Topic("gan", "GAN"), Topic("avatar", "avatar")
NOW = datetime(2024, 12, 5, tzinfo=UTC)
CVPR = Venue("CVPR", 2024)
CODE = ("https://github.com/example/code",)
SITE = ("https://example.org/project",)


def make_paper(name: str, *topics: Topic, **changes: Any) -> Paper:
    paper = Paper(
        id=f"arxiv:{name}",
        version=1,
        title=f"Paper {name}",
        authors=(),
        abstract="",
        comment=None,
        abs_url="",
        pdf_url="",
        code_urls=(),
        topics=topics or (NERF,),
        digests=(),
        first_published=NOW,
        updated=NOW,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )
    return dataclasses.replace(paper, **changes)


def names(papers: tuple[Paper, ...]) -> list[str]:
    return [paper.id.removeprefix("arxiv:") for paper in papers]


@pytest.mark.parametrize(
    ("topics", "changes", "expected"),
    [
        ((), {}, 0),
        ((), {"venue": CVPR}, 3),
        ((), {"code_urls": CODE}, 2),
        ((), {"project_urls": SITE}, 1),
        ((), {"code_urls": CODE, "project_urls": SITE}, 2),
        ((), {"marks": ("splatting",)}, 4),
        ((), {"marks": ("splatting", "Li")}, 5),
        ((), {"marks": tuple("abcdefg")}, 6),
        ((NERF, GAN), {}, 1),
        ((NERF, GAN, AVATAR, Topic("x", "x")), {}, 2),
        ((NERF, GAN), {"venue": CVPR, "code_urls": CODE, "marks": ("a",)}, 10),
        ((NERF, GAN), {"venue": CVPR, "code_urls": CODE, "withdrawn": True}, -1),
    ],
)
def test_points(topics: tuple[Topic, ...], changes: dict[str, Any], expected: int) -> None:
    assert points(make_paper("a", *topics, **changes)) == expected


def test_points_come_before_date_title_and_id() -> None:
    expected = [
        make_paper("venue-and-code", venue=CVPR, code_urls=CODE),
        make_paper("marked", marks=("a",)),
        make_paper("venue", venue=CVPR, first_published=NOW - timedelta(days=9)),
        make_paper("code", code_urls=CODE),
        make_paper("new", first_published=NOW + timedelta(hours=1)),
        make_paper("1", title="A"),
        make_paper("2", title="a"),
        make_paper("3", title="b"),
    ]
    shuffled = expected.copy()
    Random(1).shuffle(shuffled)  # noqa: S311 - dice

    assert names(tuple(sorted(shuffled, key=rank))) == names(tuple(expected))


def test_sections_rank_by_size_name_date_title_and_id() -> None:
    both = make_paper("both", NERF, GAN)
    papers = [
        both,
        make_paper("1", NERF, title="b"),
        make_paper("2", NERF, title="A"),
        make_paper("4", GAN, title="same"),
        make_paper("3", GAN, title="same"),
        make_paper("5", AVATAR),
    ]
    expected = [("NeRF", ["both", "2", "1"]), ("GAN", ["3", "4"]), ("avatar", ["5"])]

    for seed in range(5):
        Random(seed).shuffle(papers)  # noqa: S311 - dice
        found = sections(papers)
        assert [(s.topic and s.topic.name, names(s.papers)) for s in found] == expected

    only_gan = sections(papers, ("gan",))
    assert [names(s.papers) for s in only_gan] == [["both", "3", "4"]]
    assert sections(papers, ("unknown",)) == ()


def test_papers_without_topic_come_last() -> None:
    bare = make_paper("bare", topics=(), marks=("a",))
    other = make_paper("other")

    found = sections([bare, other])

    assert [(s.topic, names(s.papers)) for s in found] == [(NERF, ["other"]), (None, ["bare"])]


def test_highlights_are_the_best_of_the_topics() -> None:
    papers = [make_paper(f"n{n}", NERF, venue=CVPR, code_urls=CODE) for n in range(9)]
    papers += [make_paper("g", GAN, code_urls=CODE), make_paper("h", GAN)]
    papers += [make_paper("plain", AVATAR)]
    found = sections(papers)

    assert names(highlights(found, 2)) == ["n0", "g"]
    # what has nothing but its date to speak for it is no highlight; then a topic may have two
    assert names(highlights(found, 3)) == ["n0", "n1", "g"]
    assert highlights(found, 0) == ()
    assert highlights(found, 4) == ()
    assert highlights(sections([make_paper(str(n)) for n in range(50)]), 3) == ()
