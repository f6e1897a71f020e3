"""Words of announcements, in whatever room a network has."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.formatter.announcements import TextRoom, render_digests, render_issue
from publisher.models import Paper, Topic, Venue
from publisher.settings import Settings
from publisher.settings.sections import AnnounceTarget, Site, Templates

if TYPE_CHECKING:
    from pathlib import Path

NERF, HUMANS = Topic("nerf", "NeRF"), Topic("humans", "数字人")
SETTINGS = Settings(site=Site(title="Papers on 3D", url="https://papers.example.org"))
TARGET = AnnounceTarget(name="chat")
WIDE = TextRoom(3000)


def paper(number: int, *topics: Topic, title: str = "", venue: str = "") -> Paper:
    moment = datetime(2026, 11, 30, tzinfo=UTC) - timedelta(minutes=number)
    return Paper(
        id=f"arxiv:2611.{number:05}",
        version=1,
        title=title or f"Paper {number}",
        authors=("A. Uthor",),
        abstract="",
        comment=None,
        abs_url="",
        pdf_url="",
        code_urls=(),
        topics=topics,
        digests=("a.md",),
        first_published=moment,
        updated=moment,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
        venue=Venue(venue, 2026) if venue else None,
    )


PAPERS = [*(paper(number, NERF) for number in range(1, 5)), paper(5, HUMANS, NERF), paper(6)]


def test_papers_are_listed_by_topic_each_once() -> None:
    text = render_digests(PAPERS, TARGET, SETTINGS, WIDE)
    assert text.title == "6 new papers · Papers on 3D"
    page = "https://papers.example.org/papers/2611.0000"
    assert text.body == (
        "NeRF\n"
        f"• Paper 1\n{page}1.html\n• Paper 2\n{page}2.html\n"
        f"• Paper 3\n{page}3.html\n• Paper 4\n{page}4.html\n\n"
        f"数字人\n• Paper 5\n{page}5.html\n\n"
        f"• Paper 6\n{page}6.html\n\n"
        "https://papers.example.org/"
    )


def test_the_rest_is_counted_and_each_topic_has_its_best() -> None:
    target = AnnounceTarget(name="chat", papers=2, language="zh")
    papers = [*PAPERS, paper(7, HUMANS, title="一\n二", venue="CVPR")]
    text = render_digests(papers, target, SETTINGS, WIDE)
    assert text.title == "7 篇新论文 · Papers on 3D"
    assert text.body == (
        "NeRF (4)\n• Paper 1\nhttps://papers.example.org/papers/2611.00001.html\n\n"
        "数字人 (2)\n• 一 二 [CVPR 2026]\nhttps://papers.example.org/papers/2611.00007.html\n\n"
        "另有 5 篇：https://papers.example.org/"
    )


def test_only_the_topics_of_the_target_are_named() -> None:
    target = AnnounceTarget(name="chat", topics=("nerf",))
    text = render_digests([PAPERS[4]], target, SETTINGS, WIDE)
    assert text.title == "1 new paper · Papers on 3D"
    assert text.body.startswith("NeRF\n• Paper 5\n")


@pytest.mark.parametrize(
    "room",
    [
        *(TextRoom(characters) for characters in (100, 280, 300, 500, 2000, 30_000)),
        TextRoom(2048, 2048),
        TextRoom(3000, 300),
    ],
)
def test_a_text_fits_into_its_room(room: TextRoom) -> None:
    papers = [paper(n, HUMANS, title=f"{n} " + "高斯 & 泼溅 " * 60) for n in range(60)]
    target = AnnounceTarget(name="chat", papers=50)
    text = render_digests(papers, target, SETTINGS, room)
    whole = html.escape(f"{text.title}\r\n{text.body}", quote=False)
    assert len(whole) <= room.characters
    assert not room.octets or len(whole.encode()) <= room.octets
    assert text.body.endswith("https://papers.example.org/")
    named = text.body.count("•")
    assert (f"and {60 - named} more" in text.body) == (named < 60)
    # Not one more would have fitted.
    larger = AnnounceTarget(name="chat", papers=named + 1)
    assert named in (50, render_digests(papers, larger, SETTINGS, room).body.count("•"))


def test_an_issue_names_itself_and_its_page() -> None:
    text = render_issue("2026-W48", PAPERS[:1], TARGET, SETTINGS, WIDE)
    assert text.title == "Papers on 3D: Weekly issue · Week 48, 2026"
    assert text.body == ("https://papers.example.org/issues/2026-W48.html\n\nNeRF\n• Paper 1")
    text = render_issue("2026-W48", PAPERS, TARGET, SETTINGS, TextRoom(130))
    assert text.body.startswith("https://papers.example.org/issues/2026-W48.html")


def test_a_template_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "announce").mkdir()
    (tmp_path / "announce" / "mine.txt.j2").write_text(
        "{{ event }}: {{ count }} & more\n\n"
        "{% for group in groups %}{{ group.papers[0].authors }}{% endfor %}\n"
    )
    own = Settings(site=SETTINGS.site, templates=Templates(folder=str(tmp_path)))
    target = AnnounceTarget(name="chat", template="announce/mine.txt.j2")
    text = render_digests(PAPERS[:1], target, own, WIDE)
    assert (text.title, text.body) == ("digests: 1 & more", "A. Uthor")
