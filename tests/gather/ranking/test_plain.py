from __future__ import annotations

from time import perf_counter

import pytest

from publisher.gather.ranking.plain import without_tex


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Plain text, untouched  as it is", "Plain text, untouched  as it is"),
        (r"Schr{\"o}dinger's $\alpha$-net", "Schrodinger's alpha-net"),
        (r"Fran\c{c}ois, \v{S}koda, caf\'e, na{\"\i}ve", "Francois, Skoda, cafe, naive"),
        (r"{NeRF}: \emph{Neural} \textbf{Radiance} $\mathbb{R}^3$", "NeRF: Neural Radiance R^3"),
        (r"costs \$5 and \url{x}", "costs 5 and urlx"),
    ],
)
def test_words_of_tex(text: str, words: str) -> None:
    assert without_tex(text) == words


def test_hostile_text_takes_linear_time() -> None:
    started = perf_counter()
    for text in ("\\", "{", "\\c ", "\\text", "\\'\\"):
        without_tex(text * 100_000)
    assert perf_counter() - started < 5
