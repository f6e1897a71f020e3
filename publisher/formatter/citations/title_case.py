"""The words of a title that keep their capitals where a style of BibTeX writes it in lower case.

Such styles lower all but the very first letter and the one after a colon. The capitals of
"Deep Learning" are theirs to lower; one that belongs to a name has to stay ("GPT-4o", "H&E",
"Ground-A-Score"), and so has any at all in a title that is in lower case otherwise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"\S+")
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_INSIDE = re.compile(r"[^\W_](?:.*[^\W_])?[\u0300-\u036f]*[+#*]*")
# After these a sentence begins, which BibTeX does not know.
_SENTENCE_END = ("?", "!", ".", "—", "–", "-", "|", "/")
_LONG_WORD = 5  # shorter ones ("of", "with") are in lower case in any title
# People, peoples and places that titles name.
_NAMES = frozenset(
    "african american arabic asian bayes bayesian bengali bernoulli boltzmann brownian cartesian"
    " cauchy chinese dirichlet dutch einstein english euclidean euler eulerian european fisher"
    " fourier french gabor gaussian german google greek hamiltonian hebbian hebrew hermitian"
    " hessian hilbert hindi indian indonesian italian jacobian japanese java kalman koopman korean"
    " lagrangian langevin laplace laplacian latin lipschitz lyapunov mandarin markov markovian"
    " monte carlo nash newton newtonian pareto persian poisson polish portuguese python riemannian"
    " russian schrödinger shapley siamese sobolev spanish swedish swahili thai tibetan turing"
    " turkish twitter urdu vietnamese wasserstein wikipedia wiener youtube".split()
)


def title_pieces(title: str) -> Iterator[tuple[str, bool]]:
    """Yield `title` in pieces, each with whether its capitals have to stay."""
    in_lower_case = _is_in_lower_case(title)
    position, before = 0, ":"  # the first word is as one after a colon
    for match in _WORD.finditer(title):
        word, inside = match[0], _INSIDE.search(match[0])
        if inside:
            start, end = match.start() + inside.start(), match.start() + inside.end()
            kept_by_style = before.endswith(":") and not inside.start()
            begins = before.endswith((":", *_SENTENCE_END)) and not kept_by_style
            any_capital = begins or (in_lower_case and not kept_by_style)
            if _stays(inside[0], any_capital=any_capital, first=kept_by_style):
                yield title[position:start], False
                yield inside[0], True
                position = end
        before = word
    yield title[position:], False


def _stays(word: str, *, any_capital: bool, first: bool) -> bool:
    if word == word.lower():
        return False
    if any_capital or any(character.isdigit() for character in word):
        return True
    parts = _PART.findall(word)
    if first and word == parts[0] and len(word) == 1:
        return False
    return any(
        part[1:] != part[1:].lower()
        or (len(part) == 1 and part != part.lower())
        or part.lower().removesuffix("'s").removesuffix("’s") in _NAMES
        for part in parts
    )


def _is_in_lower_case(title: str) -> bool:
    """Return whether most long words of `title` after the first begin with a small letter."""
    words: list[str] = [word for word in _PART.findall(title)[1:] if len(word) >= _LONG_WORD]
    small = sum(word[0].islower() for word in words)
    return 0 < len(words) <= small * 2
