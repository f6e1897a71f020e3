from __future__ import annotations

from math import isclose

from publisher.gather.ranking.liked import LikedText
from publisher.gather.ranking.similarity import Likeness, likeness

SPLATTING = LikedText("a", "Gaussian Splatting", "We render avatars by splatting Gaussians fast.")
SPEECH = LikedText("b", "Speech Recognition", "We transcribe the speech of many languages.")
PROTEINS = LikedText("c", "Folding Proteins", "We predict structures of molecules.")


def test_what_is_alike_scores_higher_and_names_what_it_shares() -> None:
    example = LikedText("x", "Splatting of Gaussians", "Avatars that are rendered by splatting.")
    near, far, nothing = likeness([SPLATTING, SPEECH, PROTEINS], [example])
    assert near.score > 0.5 > far.score == nothing.score == 0
    assert near.terms == ("splatting", "gaussian", "avatar")
    assert 0 < near.cosine < 1
    assert nothing == Likeness()


def test_the_nearest_example_is_named() -> None:
    papers = [LikedText("n", "Splatting Gaussians again", ""), LikedText("m", "Speech for all", "")]
    assert [like.nearest for like in likeness(papers, [PROTEINS, SPEECH, SPLATTING])] == [2, 1]


def test_the_same_text_has_the_cosine_one() -> None:
    again = LikedText("", SPLATTING.title, SPLATTING.abstract)
    like = likeness([SPLATTING, SPEECH], [again])[0]
    assert isclose(like.cosine, 1)


def test_a_paper_is_not_compared_with_itself() -> None:
    assert likeness([SPLATTING, SPEECH], [SPLATTING])[0] == Likeness()
    like = likeness([SPLATTING], [SPLATTING, SPEECH, LikedText("y", "Splatting", "Avatars.")])[0]
    assert like.nearest == 2
    assert like.cosine < 0.9


def test_what_all_papers_of_the_day_have_says_little() -> None:
    day = [LikedText(str(n), f"Speech model {n}", f"Topic{n} of speech.") for n in range(20)]
    special = LikedText("s", "Speech model for birds", "Birds that sing.")
    scores = likeness([*day, special], [LikedText("x", "Speech model of singing birds", "Birds.")])
    assert max(range(21), key=lambda place: scores[place].score) == 20
    assert scores[0].score < 0.5 < scores[20].score


def test_a_single_paper_of_a_day_has_no_background() -> None:
    (like,) = likeness([SPLATTING], [LikedText("x", "Splatting", "")])
    assert 0.5 < like.score <= 1


def test_scripts_without_blanks_are_compared_by_pairs_of_characters() -> None:
    near, far = likeness(
        [LikedText("a", "基于高斯的数字人", ""), LikedText("b", "语音识别模型", "")],
        [LikedText("x", "数字人方法", "")],
    )
    assert near.score > far.score == 0
    assert near.terms[0] in ("数字", "字人")


def test_nothing_to_compare() -> None:
    assert likeness([], [SPEECH]) == []
    assert likeness([SPEECH], []) == [Likeness()]
    blank = LikedText("", "", "")
    assert likeness([blank, SPEECH], [blank]) == [Likeness(), Likeness()]
