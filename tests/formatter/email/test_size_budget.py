from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.formatter.email.paper_card import Form
from publisher.formatter.email.size_budget import Sizes, best_first, choose_forms
from publisher.newsletter.ranking import TopicSection

if TYPE_CHECKING:
    from publisher.models import Paper

LETTERS = {Form.FULL: "F", Form.COMPACT: "C", Form.TITLE: "t", None: "."}
S = Sizes(1000, 300, 100)


@pytest.mark.parametrize(
    ("sizes", "room", "most", "forms"),
    [
        ([], 1000, 10, ""),
        ([S], 1000, 10, "F"),
        ([S], 999, 10, "C"),
        ([S], 299, 10, "t"),
        ([S], 99, 10, "."),
        ([S], 0, 10, "."),
        ([S, S, S], 3000, 10, "FFF"),
        # all are named before one has more than its name
        ([S] * 10, 1000, 10, "tttttttttt"),
        ([S] * 10, 999, 10, "ttttttttt."),
        ([S] * 10, 1200, 10, "Cttttttttt"),
        # three quarters of the rest for full cards
        ([S] * 10, 2600, 10, "FCCCtttttt"),
        ([S] * 10, 3800, 10, "FFCCCCCttt"),
        ([S] * 10, 9999, 10, "FFFFFFFCCC"),
        # more is not wanted
        ([S] * 5, 9999, 3, "FFF.."),
        # a first one that is too big for anything does not make room for a later one
        ([Sizes(9000, 8000, 7000), S], 5000, 10, ".."),
    ],
)
def test_forms(sizes: list[Sizes], room: int, most: int, forms: str) -> None:
    assert "".join(LETTERS[form] for form in choose_forms(sizes, room, most)) == forms


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.integers(0, 900), st.integers(0, 3000)).map(
            lambda t: Sizes(sum(t), t[0] + t[1], t[0])
        )
    ),
    st.integers(-100, 100_000),
    st.integers(1, 50),
)
def test_forms_fit_and_fall(sizes: list[Sizes], room: int, most: int) -> None:
    forms = choose_forms(sizes, room, most)
    assert len(forms) == len(sizes)
    used = sum(getattr(size, form) for size, form in zip(sizes, forms, strict=True) if form)
    assert used <= max(room, 0)
    letters = "".join(LETTERS[form] for form in forms)
    assert letters == "".join(sorted(letters, key="FCt.".index))
    assert sum(form is not None for form in forms) <= most


class Named(NamedTuple):
    id: str


def test_each_topic_has_its_best_before_another_has_its_second() -> None:
    papers = {name: cast("Paper", Named(name)) for name in "abcdef"}
    found = [
        TopicSection(None, tuple(papers[name] for name in "abcd")),
        TopicSection(None, tuple(papers[name] for name in "ef")),
    ]

    assert "".join(paper.id for paper in best_first([papers["f"]], found)) == "faebcd"
    assert best_first([], []) == ()
