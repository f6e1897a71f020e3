from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publisher.gather.candidates import candidate_id, merge
from publisher.models.gathering import Announced, AnnouncementKind, Candidate

ADDRESSES = [
    ("https://arxiv.org/abs/2411.19525v2", "arxiv:2411.19525"),
    ("https://huggingface.co/papers/2411.19525", "arxiv:2411.19525"),
    ("arXiv:math.GT/0309136", "arxiv:math/0309136"),
    ("10.48550/arXiv.2411.19525", "arxiv:2411.19525"),
    ("https://doi.org/10.48550/arXiv.2411.19525", "arxiv:2411.19525"),
    ("https://doi.org/10.1101/2026.11.01.123", "doi:10.1101/2026.11.01.123"),
    ("doi: 10.1109/TPAMI.2024.1", "doi:10.1109/tpami.2024.1"),
    ("10.1109/TPAMI.2024.1", "doi:10.1109/tpami.2024.1"),
    (
        "https://www.biorxiv.org/content/10.1101/2026.11.01.123456v2?rss=1",
        "doi:10.1101/2026.11.01.123456",
    ),
    ("https://example.org/10.1101/1", "url:https://example.org/10.1101/1"),
    (" https://openreview.net/forum?id=x ", "url:https://openreview.net/forum?id=x"),
    ("10." * 20_000, "url:" + "10." * 20_000),
]


@pytest.mark.parametrize(("address", "key"), ADDRESSES, ids=[str(n) for n in range(len(ADDRESSES))])
def test_an_address_has_an_id(address: str, key: str) -> None:
    assert candidate_id(address) == key


def announced(key: str, **values: object) -> Announced:
    return Announced(Candidate(key, **({"title": f"Title of {key}"} | values)))  # type: ignore[arg-type]


def test_the_newest_version_gives_the_text_and_the_others_what_it_lacks() -> None:
    first = announced("arxiv:2411.00001", abstract="Old.", comment="12 p.", categories=("cs.CV",))
    second = Announced(
        Candidate("arxiv:2411.00001", "New", version=2, abstract="New.", categories=("cs.GR",)),
        AnnouncementKind.REPLACED,
    )
    (paper,) = merge([first, second])
    assert (paper.title, paper.abstract, paper.version) == ("New", "New.", 2)
    assert (paper.comment, paper.categories) == ("12 p.", ("cs.GR", "cs.CV"))
    assert merge([second, first])[0].categories == ("cs.GR", "cs.CV")


def test_a_doi_and_an_arxiv_id_are_one_paper() -> None:
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    journal = announced("doi:10.1109/x.1", title="In the journal", published=moment)
    preprint = announced("arxiv:2411.00001", doi="10.1109/X.1")
    other = announced("url:https://example.org/a")
    papers = merge([journal, other, preprint])
    assert [paper.id for paper in papers] == ["arxiv:2411.00001", "url:https://example.org/a"]
    assert papers[0].published == moment


def test_an_announcement_may_join_two_earlier_ones() -> None:
    doi = announced("doi:10.1109/x.1")
    arxiv = announced("arxiv:2411.00001")
    both = announced("url:https://example.org/a", doi="10.1109/x.1")
    arxiv_doi = announced("doi:10.1109/x.1", doi="10.48550/arXiv.2411.00001")
    assert [paper.id for paper in merge([doi, arxiv, both, arxiv_doi])] == ["arxiv:2411.00001"]


def test_two_papers_of_arxiv_are_two_whatever_their_doi() -> None:
    first, second = (announced(f"arxiv:2411.0000{n}", doi="10.1109/x.1") for n in (1, 2))
    journal = announced("doi:10.1109/x.1")
    papers = merge([first, second, journal, second])
    assert [paper.id for paper in papers] == ["arxiv:2411.00001", "arxiv:2411.00002"]
    papers = merge([journal, second, first])
    assert [paper.id for paper in papers] == ["arxiv:2411.00002", "arxiv:2411.00001"]


def test_many_announcements_of_a_paper_are_one() -> None:
    papers = [announced("arxiv:2411.00001", version=number) for number in range(1, 20_001)]
    assert [paper.version for paper in merge(papers)] == [20_000]
