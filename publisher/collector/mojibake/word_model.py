"""The model that needs no archive: word frequencies of a library."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from publisher.collector.mojibake.language_model import LanguageModel

_WORDS: Final = 80_000
_SCALE: Final = 1e7
_FIRST, _LAST = "\u4e00", "\u9fff"


@lru_cache(maxsize=1)
def word_model() -> LanguageModel:
    """Return a model of Chinese words, from wordfreq if it is installed.

    Without the library the model knows only which characters are common, and
    the repair is much worse, but it never fails.
    """
    try:
        import wordfreq  # noqa: PLC0415 - optional, and costs half a second
    except ImportError:
        return LanguageModel.from_texts(())
    frequencies = wordfreq.get_frequency_dict("zh", wordlist="best")
    chinese = (
        (word, max(1, round(share * _SCALE)))
        for word, share in frequencies.items()
        if all(_FIRST <= char <= _LAST for char in word)
    )
    return LanguageModel.from_words(sorted(chinese, key=lambda item: (-item[1], item[0]))[:_WORDS])
