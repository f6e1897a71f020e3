"""Linear interpolation of two models of characters."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.collector.mojibake.language_model import LanguageModel


class InterpolatedModel:
    """A model whose probabilities are a weighted mean of those of two models."""

    __slots__ = ("_first", "_log_probabilities", "_second", "_share")

    def __init__(self, first: LanguageModel, second: LanguageModel, share: float) -> None:
        """Weight ``second`` by ``share`` (0 to 1), and ``first`` by the rest."""
        self._first, self._second, self._share = first, second, share
        self._log_probabilities: dict[str, float] = {}

    def frequency(self, char: str) -> float:
        """Return the share of ``char`` among all characters."""
        first, second = self._first.frequency(char), self._second.frequency(char)
        return first + self._share * (second - first)

    def log_probability(self, char: str, context: str) -> float:
        """Return the natural logarithm of P(``char`` | ``context``)."""
        gram = context + char
        answer = self._log_probabilities.get(gram)
        if answer is None:
            first = self._first.probability(char, context)
            second = self._second.probability(char, context)
            answer = self._log_probabilities[gram] = log(first + self._share * (second - first))
        return answer
