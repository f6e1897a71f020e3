"""Rules by which a keyword or an author's name matches a paper.

* case, accents and width do not count: "muller" finds "Müller";
* a keyword is a whole word or phrase, where a hyphen equals a blank; Chinese, Japanese and Korean
  have no blanks between words, so there it may match anywhere;
* an author is a full name or a surname, of one word or more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters that do not decompose into base and accent, as they are written in plain ASCII.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# A letter or digit of a script that puts blanks between its words.
LETTER = r"[^\W\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff]"
_GAP = r"[\s\-\u2010-\u2013]+"
_NAME_ENDS = frozenset("jr sr ii iii iv".split())


def keyword_hits(text: str, keywords: Sequence[str]) -> list[str]:
    """Return those of `keywords` that are in `text`, which is `folded`."""
    return [keyword for keyword in keywords if _keyword(keyword).search(text)]


def author_hits(authors: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return those of `texts` that name one of `authors`."""
    names = [_name(author) for author in authors] if texts else []
    return [text for text in texts if any(_is_author(_name(text), name) for name in names)]


def _is_author(searched: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Return whether `searched` is `name` or its end, as "van der Berg" of "Jan van der Berg"."""
    return bool(searched) and name[-len(searched) :] == searched


def _name(text: str) -> tuple[str, ...]:
    surname, comma, given = text.partition(",")
    words = folded(f"{given} {surname}" if comma else text).replace(".", " ").split()
    while len(words) > 1 and words[-1] in _NAME_ENDS:
        words.pop()
    return tuple(words)


def folded(text: str) -> str:
    """Return `text` without case, width and accents."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(_PLAIN_LETTERS)


@lru_cache(maxsize=1024)
def _keyword(keyword: str) -> re.Pattern[str]:
    words = re.split(_GAP, folded(keyword).strip())
    pattern = _GAP.join(re.escape(word) for word in words)
    before = rf"(?<!{LETTER})" if re.match(LETTER, words[0]) else ""
    after = rf"(?!{LETTER})" if re.search(rf"{LETTER}\Z", words[-1]) else ""
    return re.compile(f"{before}{pattern}{after}")
