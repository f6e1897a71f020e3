"""Two models of characters used as one."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.collector.mojibake.language_model import LanguageModel


class InterpolatedModel:
    """Two models as one: mostly the first, a share of the second."""

    __slots__ = ("_answers", "_first", "_second", "_share")

    def __init__(self, first: LanguageModel, second: LanguageModel, share: float) -> None:
        """Mix ``share`` (0 to 1) of ``second`` into ``first``."""
        self._first, self._second, self._share = first, second, share
        self._answers: dict[str, float] = {}

    def frequency(self, char: str) -> float:
        """Return the mixed share of ``char`` among all characters."""
        first, second = self._first.frequency(char), self._second.frequency(char)
        return first + self._share * (second - first)

    def log_probability(self, char: str, context: str) -> float:
        """Return the natural logarithm of the mixed probability."""
        gram = context + char
        answer = self._answers.get(gram)
        if answer is None:
            first = self._first.probability(char, context)
            second = self._second.probability(char, context)
            answer = self._answers[gram] = log(first + self._share * (second - first))
        return answer
