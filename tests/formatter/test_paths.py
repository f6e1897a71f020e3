"""Names in the output folder."""

import pytest

from publisher.formatter.paths import paper_stem


@pytest.mark.parametrize(
    ("paper_id", "stem"),
    [
        ("arxiv:2411.19525", "papers/2411.19525"),
        ("arxiv:cs/0112017", "papers/cs-0112017"),
        ("arxiv:math.GT/0309136", "papers/math.GT-0309136"),
        ("doi:10.1145/3528223.3530127", "papers/doi-10.1145-3528223.3530127-c395aa9230"),
        ("doi:10.1145/../../x", "papers/doi-10.1145-..-..-x-"),
        ("title:" + "a" * 200, "papers/title-" + "a" * 54 + "-"),
    ],
)
def test_stem(paper_id: str, stem: str) -> None:
    found = paper_stem(paper_id)
    assert found.startswith(stem)
    assert found.count("/") == 1


def test_stems_of_alike_ids_differ() -> None:
    assert paper_stem("doi:10.1/a(b)") != paper_stem("doi:10.1/a-b-")
