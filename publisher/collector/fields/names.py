"""Names of authors where no label says so, and the judgement whether a text is one."""

from __future__ import annotations

import re

from publisher.author_names import author_names
from publisher.collector.fields.field_words import field_of
from publisher.collector.text.plain_text import from_arxiv, from_machine

_ET_AL = re.compile(r"\bet\.?\s*al\b|等\s*$|\bothers\b", re.IGNORECASE)
_SURNAME_ET_AL = re.compile(r"([A-Z][\w'’-]{1,30})\s{1,3}et\.?\s{0,3}al")
_PARTICLE = re.compile(
    r"(?:van|von|der|den|de|da|di|du|la|le|del|della|des|dos|ter|ten|al|el|bin|ibn|zu|af|av|y|e|and|of|the|for|dr|prof|jr|sr|st|bar|ben|'t)\.?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"https?:|www\.|[\[\]{}<>|=@\\*]|\d{3}|[?!。？！…]|\.\s+\w+\s+\w+\s+\w|:",
)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·・\s]{2,16}")
_ORGANISATION = re.compile(
    r"\b(?:team|collaboration|consortium|group|labs?|laboratory|center|centre|institute|university|foundation|research|inc|ai|project|community|college|school|department)\b",
    re.IGNORECASE,
)
# What stands in brackets after a name, unless it is short: "Bo (Bob) Writer", "CMS (the group)".
_AFFILIATION = re.compile(r"\s*[(（][^()（）]{12,}(?:\([^()]{0,100}\)[^()（）]{0,100})?[)）]?\s*$")
_SENTENCE = re.compile(
    r"\b(?:is|are|we|our|this|that|which|with|using|can|for|via|from|by|to|in|on|an|as|be|it|how|toward|towards|learning|models?|networks?|based|approach|framework|neural|language|data)\b",
    re.IGNORECASE,
)
_REMARK = re.compile(r"(?<=\w)\W{0,5}?[(（][^()（）]{0,300}[)）]?[\s+*]*$")
_ETC = re.compile(r"(?:(?:^|[\s*+,])\s?et\.?\s?al\.?|(?:^|[\s*])等)$", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<=[^\W\d_][^\W\d_A-Z])(?<!\b[JS]r)[._]{1,3}$")
_MAX_NAME = 80  # characters
_MAX_WORDS = 6
_NOTHING = frozenset("n/a na none null unknown tbd - — 无 未知 anonymous".split()) | {"no authors"}


def names_of_field(text: str) -> tuple[str, ...]:
    """Return the names in the text after a label, without what can't be a name."""
    names = author_names(" ".join(text.split()), _without_remark)
    return tuple(filter(may_be_name, names))


def names_without_label(text: str) -> tuple[str, ...]:
    """Return the names in `text` if it is a list of names by its looks, else ().

    A single name counts only with "et al." after it.
    """
    text = text.strip(" *_.,;()（）")
    if not text or len(text) > 20 * _MAX_NAME * 10 or "http" in text or "](" in text:
        return ()
    if (surname := _SURNAME_ET_AL.fullmatch(text)) is not None:
        return (surname[1],)
    has_more = _ET_AL.search(text) is not None
    names = author_names(text, _clean)
    if len(names) < (1 if has_more else 2) or not all(map(_looks_like_name, names)):
        return ()
    return names


def single_name(text: str) -> bool:
    """Return whether `text`, which stands alone and in italics, looks like one person's name."""
    name = _clean(text)
    return _looks_like_name(name) and not (_ORGANISATION.search(name) or _HAN.fullmatch(name))


def may_be_name(name: str) -> bool:
    """Return whether `name` may be that of a person or group: no address, sentence or label."""
    if not name or len(name) > _MAX_NAME or name.casefold().strip(" .") in _NOTHING:
        return False
    if _NO_NAME.search(name) or not any(map(str.isalpha, name)):
        return False
    is_long = len(name.split()) > _MAX_WORDS and not _ORGANISATION.search(name)
    return not is_long and field_of(name) is None


def _looks_like_name(name: str) -> bool:
    if not may_be_name(name) or len(name) < 2:  # noqa: PLR2004 - an initial alone
        return False
    if _HAN.fullmatch(name):
        return len(name.replace(" ", "")) <= 8 or "·" in name or "・" in name  # noqa: PLR2004 - characters
    if _ORGANISATION.search(name):
        return name[0].isupper()
    parts = name.replace(".", ". ").split()
    words = name.replace("-", " ").replace(".", ". ").split()
    if len(parts) < 2 or len(words) > _MAX_WORDS or _SENTENCE.search(name):  # noqa: PLR2004 - given and family name
        return False
    return all(
        word[0].isupper() or not word[0].isascii() or _PARTICLE.fullmatch(word) for word in words
    )


def _without_remark(name: str) -> str:
    """Return `name` without the affiliation or remark in brackets after it."""
    return _clean(_ETC.sub("", _REMARK.sub("", _clean(name))))


def _clean(name: str) -> str:
    plain = from_arxiv(from_machine(name))
    return _FULL_STOP.sub("", _AFFILIATION.sub("", plain).strip(" ,;*_`·-"))
