from __future__ import annotations

from publisher.gather.ranking.liked import LikedText
from publisher.gather.ranking.rank import rank
from publisher.models.gathering import Candidate
from publisher.settings.sections.gather import GatherTopic

SPLATTING = Candidate("arxiv:1", "Gaussian Splatting of Avatars", ("Ada Author",), "Fast.")
SPEECH = Candidate("arxiv:2", "Speech of Languages", ("Bo Writer",), "No gaussian splatting here.")
PROTEINS = Candidate("arxiv:3", "Folding Proteins", ("Cy Scribe",), "Molecules of medical use.")
PAPERS = [PROTEINS, SPEECH, SPLATTING]
LIKED = [LikedText("x", "Avatars by splatting", ""), LikedText("y", "Speech", "Languages.")]


def order(liked: list[LikedText] | None = None, **settings: object) -> list[str]:
    topic = GatherTopic(name="x", **settings)  # type: ignore[arg-type]
    return [ranked.paper.id for ranked in rank(topic, PAPERS, liked or [])]


def test_a_topic_of_categories_alone_takes_all_in_their_order() -> None:
    assert order() == ["arxiv:3", "arxiv:2", "arxiv:1"]
    assert order(exclude=("medical",)) == ["arxiv:2", "arxiv:1"]


def test_a_paper_needs_a_keyword_if_there_is_nothing_else() -> None:
    assert order(keywords=("gaussian splatting",)) == ["arxiv:1", "arxiv:2"]
    assert order(keywords=("nothing of it",)) == []


def test_authors_are_first_and_do_not_need_a_keyword() -> None:
    assert order(authors=("Scribe",), keywords=("gaussian splatting",)) == [
        "arxiv:3",
        "arxiv:1",
        "arxiv:2",
    ]
    assert order(authors=("Scribe",)) == ["arxiv:3"]
    assert order(authors=("Scribe",), exclude=("medical",)) == []


def test_liked_papers_and_an_interest_take_papers_without_keywords() -> None:
    assert order(LIKED[:1], keywords=("folding",)) == ["arxiv:3", "arxiv:1", "arxiv:2"]
    assert set(order(LIKED)) == {"arxiv:1", "arxiv:2"}
    assert order(interest="Proteins and their folding") == ["arxiv:3"]
    assert order(interest=" \n ") == order()


def test_reasons_are_for_people() -> None:
    topic = GatherTopic(
        name="x", keywords=("avatars", "fast"), authors=("Author",), interest="I like avatars."
    )
    first = rank(topic, PAPERS, [LikedText("y", r"{Splatting} of A{\"u}tos", "")])[0]
    assert first.paper == SPLATTING
    *rules, like, interest = first.reasons
    assert rules == ["by Author", "keyword avatars in the title", "keyword fast in the abstract"]
    assert like.startswith("like 'Splatting of Autos' (0.")
    assert interest == "of your interest: avatar"


def test_a_long_title_is_cut_in_a_reason() -> None:
    (ranked, *_) = rank(GatherTopic(name="x"), PAPERS, [LikedText("", "Splatting avatars " * 20)])
    assert len(ranked.reasons[0]) < 100
    assert "…' (" in ranked.reasons[0]


def test_a_library_of_ten_thousand_papers_is_thinned_out() -> None:
    liked = [LikedText(str(n), f"Avatars {n}", "Splatting.") for n in range(10_000)]
    assert rank(GatherTopic(name="x"), PAPERS, liked)[0].paper == SPLATTING
