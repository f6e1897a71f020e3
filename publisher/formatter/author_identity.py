"""The spellings of a name that are one author's, and an address for each author.

    Weishi Zheng   Wei-Shi Zheng   ZHENG, Wei Shi      José Ángel López   Jose Angel Lopez
    John Smith     John A. Smith, where nobody is John B. Smith

Initials are not enough: "J. Smith" is another author than "John Smith". People of the same name
can't be told apart.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NamedTuple

from publisher.formatter.citations.names import parted

# Letters that are not a plain one with a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_PLACEHOLDER = re.compile(
    r"(?:(?:the |anonymous |unknown |various |multiple |several |many )?authors?|author names?"
    r"|anonymous|unknown|various|(?:and )?others?|et ?al|n ?a|none|null|tbd|tba"
    r"|not (?:given|available|specified|listed)|no authors?(?: listed)?|first last"
    r"|匿名(?:作者)?|佚名|未知(?:作者)?|作者(?:未知|不详)?|多位作者|等人?|暂无|不详|无)",
    re.IGNORECASE,
)
_MOST_COLUMNS = 80  # a longer "name" is a sentence
_LEAST_LETTERS = 2
_READABLE = re.compile(r"[a-z]+(?:-[a-z]+)+")
_MOST_OF_SLUG = 60


class AuthorKey(NamedTuple):
    """A name without what spellings differ in; `middle` are initials that may be left out."""

    family: str
    given: str
    middle: str = ""

    @property
    def text(self) -> str:
        """The key in one text; that of its family and given names ends with the last bar."""
        return f"{self.family}|{self.given}|{self.middle}"


def author_key(name: str) -> str:
    """Return the text of the `AuthorKey` of `name`, "" for what is no name: "et al."."""
    name = " ".join(unicodedata.normalize("NFKC", name).split()).strip(" .,;:*†‡-–—")
    plain = " ".join(_WORD.findall(name))
    if len(name) > _MOST_COLUMNS or not plain or _PLACEHOLDER.fullmatch(plain):
        return ""
    parts = parted(name)
    family = _folded(parts.family) + _folded(parts.suffix)
    words = _WORD.findall(parts.given)
    if not words:
        whole = family.removeprefix("the") if " " in name else family
        return AuthorKey(whole, "").text if len(whole) >= _LEAST_LETTERS else ""
    shouted = name.isupper()
    initials = [_initials(word, shouted=shouted) for word in words]
    if initials[0]:
        # With full names after the first initial, as in "J. Alan Smith", too.
        letters = (
            _folded(part)
            for word, of_word in zip(words, initials, strict=True)
            for part in of_word or (word,)
        )
        return AuthorKey(family, ".".join(letters)).text if family else ""
    full = "".join(word for word, of_word in zip(words, initials, strict=True) if not of_word)
    middle = "".join(initials)
    key = AuthorKey(family, _folded(full), _folded(middle))
    return key.text if family else ""


def _initials(word: str, *, shouted: bool) -> str:
    """Return "J" and "JP", "" for a name; where all is `shouted`, two letters are one."""
    if len(word) == 1 or (len(word) == 2 and word.isupper() and not shouted):  # noqa: PLR2004 - as above
        return word
    return ""


def _folded(text: str) -> str:
    """Return the letters of `text` without case and marks."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in plain if letter.isalnum())


def given_first(name: str) -> str:
    """Return `name` as it is spoken: "John Smith" for "Smith, John"."""
    if "," not in name:
        return name
    parts = parted(name)
    return " ".join(part for part in (parts.given, parts.family, parts.suffix) if part)


def author_slug(key: str) -> str:
    """Return the name of the author's page, readable and never that of another `key`.

    It has a hyphen, so that no other page in the folder can have it.
    """
    family, given, middle = key.split("|")
    words = [*given.split("."), *middle, family] if given else [family]
    slug = "-".join(filter(None, words))
    if _READABLE.fullmatch(slug) and given and len(slug) <= _MOST_OF_SLUG:
        return slug
    readable = "".join(letter for letter in slug if letter == "-" or "a" <= letter <= "z")
    digest = hashlib.blake2b(key.encode(errors="replace"), digest_size=5).hexdigest()
    return f"{readable[:_MOST_OF_SLUG].strip('-') or 'name'}-{digest}"
