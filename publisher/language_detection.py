"""The language of a text, told by the script it is written in."""

from __future__ import annotations

import re

_WIDE = "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Each finds runs of its letters: to find letters one by one takes five times as long.
_FAR = re.compile(f"[\u0370-\u1fff\uac00-\ud7a3\ufe70-\ufeff{_WIDE}]+")
_CHINESE = re.compile(f"[{_WIDE}]+")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
# Kana among Chinese characters: a quotation of a name is less than this part of a text.
_KANA_SHARE = 8
# A Chinese character says as much as some Latin letters.
_WIDE_WEIGHT = 4
_ALPHABETS = {
    "ko": re.compile("[\u1100-\u11ff\uac00-\ud7a3]+"),
    "ru": re.compile("[\u0400-\u052f]+"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]+"),
    "he": re.compile("[\u0590-\u05ff]+"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufe70-\ufeff]+"),
    "hi": re.compile("[\u0900-\u097f]+"),
    "th": re.compile("[\u0e00-\u0e7f]+"),
}

# Languages that the scripts above and a site's setting may name, and that run from right to left.
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ps sd syr ug ur yi".split())


def is_right_to_left(tag: str) -> bool:
    """Return whether texts in the language of the BCP 47 `tag` run from right to left."""
    primary, _, script = tag.lower().partition("-")
    if script[:4] in ("arab", "hebr", "latn", "cyrl"):
        return script[:4] in ("arab", "hebr")
    return primary in _RIGHT_TO_LEFT


def language(text: str) -> str:
    """Return the BCP 47 tag for `text`, by the script that most of it is in: "en" for Latin.

    One Chinese name makes no Chinese abstract, and Chinese with many English terms is Chinese.
    """
    far = "" if text.isascii() else "".join(_FAR.findall(text))
    if not far:
        return "en"
    latin = _count(_LATIN, text)
    wide = _count(_CHINESE, far)
    if wide * 2 > len(far):
        if wide * _WIDE_WEIGHT < latin:
            return "en"
        return "ja" if _count(_KANA, far) * _KANA_SHARE > wide else "zh"
    counts = {tag: _count(letters, far) for tag, letters in _ALPHABETS.items()}
    tag = max(counts, key=lambda candidate: counts[candidate])
    if counts[tag] <= latin:
        return "en"
    return "uk" if tag == "ru" and _UKRAINIAN.search(far) else tag


def _count(letters: re.Pattern[str], text: str) -> int:
    return len("".join(letters.findall(text)))
