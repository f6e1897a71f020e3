"""A model of Chinese words by the frequencies in wordfreq, without any text of the archive."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Final

from publisher.collector.mojibake.language_model import LanguageModel

_WORDS: Final = 80_000
_SCALE: Final = 1e7
_FIRST, _LAST = "\u4e00", "\u9fff"


def words_are_installed() -> bool:
    """Return whether the extra `repair` is installed."""
    return find_spec("wordfreq") is not None


@lru_cache(maxsize=1)
def word_model() -> LanguageModel | None:
    """Return a model of Chinese words, None without the extra `repair`."""
    if not words_are_installed():
        return None
    import wordfreq  # noqa: PLC0415 - an extra, which takes half a second

    frequencies = wordfreq.get_frequency_dict("zh", wordlist="best")
    chinese = (
        (word, max(1, round(share * _SCALE)))
        for word, share in frequencies.items()
        if all(_FIRST <= char <= _LAST for char in word)
    )
    return LanguageModel.from_words(sorted(chinese, key=lambda item: (-item[1], item[0]))[:_WORDS])
