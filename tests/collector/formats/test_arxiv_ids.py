from __future__ import annotations

import time

import pytest

from publisher.collector.formats.arxiv_ids import ids_in, unread_ids

TEXTS = [
    ("https://arxiv.org/abs/2411.00001v2", {"2411.00001"}),
    ("[PDF](http://arxiv.org/pdf/2411.00001.pdf)", {"2411.00001"}),
    ("https://alphaxiv.org/overview/2411.00001", {"2411.00001"}),
    ("https://huggingface.co/papers/2411.00001 https://hf.co/papers/2411.00002", {"2411.00001"}),
    ("https://papers.cool/arxiv/2411.00001", {"2411.00001"}),
    ("doi:10.48550/arXiv.2411.00001", {"2411.00001"}),
    ("arXiv:2411.00001 and arxiv 2411.00002", {"2411.00001", "2411.00002"}),
    ("**ArXiv ID:** 2411.00001", {"2411.00001"}),
    ("**arXiv**：[2411.00001](x)", {"2411.00001"}),
    ('arxiv_id: "2411.00001"', {"2411.00001"}),
    ("arxivId: 2411.00001", {"2411.00001"}),
    ('<b data-arxiv-id="2411.00001">', {"2411.00001"}),
    ("https://arxiv.org/abs/math.GT/0309136", {"math/0309136"}),
    ("arXiv:hep-th/9901001", {"hep-th/9901001"}),
    # No ids of arXiv: no such month, too many digits, another archive, no name before it.
    ("arxiv.org/abs/2413.00001", set()),
    ("arXiv:2411.000012", set()),
    ("https://www.biorxiv.org/content/10.1101/2024.01.02.123456", set()),
    ("Version 2411.00001", set()),
]


@pytest.mark.parametrize(("text", "ids"), TEXTS)
def test_ids(text: str, ids: set[str]) -> None:
    assert ids_in(text) >= ids
    assert ids_in(text) <= ids | {"2411.00002"}


def test_ids_that_are_no_papers() -> None:
    text = "arXiv:2411.00002\narXiv:2411.00001\n\n## References\n\n- arXiv:2411.00003\n"
    assert unread_ids(text, ()) == ("2411.00001", "2411.00002")
    assert unread_ids(text, ["arxiv:2411.00001", "title:1"]) == ("2411.00002",)
    assert unread_ids(text, ["arxiv:2411.00001", "arxiv:2411.00002"]) == ()


@pytest.mark.parametrize(
    "part", ["xiv", "arXiv: ", "arxiv.org/abs/", "arxivid", "co/papers/", "a-"]
)
def test_a_megabyte_of_names_without_numbers(part: str) -> None:
    start = time.process_time()
    assert ids_in(part * (1_000_000 // len(part))) == set()
    assert time.process_time() - start < 5
