"""Detection of the labels that a language model gives to summary and takeaways.

A label is recognised by its words, which are in machine_labels.toml, in any mark-up:
`**Summary**`, `### 2. 摘要：`, `__總結__ (TL;DR)`, `📌 Key Takeaways (要点):`. A word that also
occurs in running text is a label only with emphasis or on a line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from publisher.collector.data_files import expand, patterns_of, read_data_file, words_of


class LabelKind(StrEnum):
    """The part that a label announces."""

    SUMMARY = "summary"
    TAKEAWAYS = "takeaways"
    UNKNOWN = "unknown"


class Label(NamedTuple):
    """A label and the text after it on its line."""

    kind: LabelKind
    name: str
    rest: str
    emphasised: bool  # by bold, a heading or brackets
    listed: bool  # with a list mark or number before it
    strong: bool  # without another meaning


_TRADITIONAL = str.maketrans(
    "關鍵點總結論見發現觀內簡貢獻啟讀譯導覽綜學術語話這個條創",
    "关键点总结论见发现观内简贡献启读译导览综学术语话这个条创",
)

_TAGS = r"</?(?:ul|ol|li|p|div|br|span)\b[^<>]{0,200}>"
_PICTURES = (
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]"
)
_PREFIX = re.compile(rf"(?:[\s>#]|{_TAGS}|{_PICTURES})*+")
_NUMERALS = "一二三四五"
_LISTED = re.compile(
    r"(?:[-*+•·][ \t]+|[（(]?\d{1,2}(?:[.、．)）:：]|\ufe0f?\u20e3)[ \t]*|"
    r"[（(]?[一二三四五][、.)）][ \t]*|"
    r"[①②③④⑤][ \t]*)(?:" + _PICTURES + r"|[ \t])*+"
)
_MARK = r"(?:\*{1,3}|_{1,3}|</?(?:b|strong|em|i|u|h[1-6])\b[^<>]{0,100}>|[【】「」『』\[\]])"
_OPEN = re.compile(rf"(?:{_MARK}[ \t]*)++")
_CLOSE = re.compile(rf"(?:[ \t]*{_MARK})++")
_GLOSS = re.compile(r"[ \t]*[（(]([^（()）\n]{1,40})[)）]")
_COLON = re.compile(r"[ \t]*[：:][ \t]*")
_BRACKETS = re.compile(r"[（(\[【]([^（()）\[\]【】]{0,40})[)）\]】]")
_SENTENCE = re.compile(r"[.。!！?？,，]\s*$|[。！？，]")
_RUNS = re.compile(r"[a-z][a-z ]*|[\u3400-\u9fff]+")
_LONGEST = 40  # characters of a label


def find_label(line: str) -> Label | None:
    """Return the label at the beginning of `line`, None without one.

    Its kind is `UNKNOWN` where the line looks like a label, but its words are in no table.
    """
    if not line:
        return None
    start, heading, listed, emphasis = _marks(line)
    if emphasis:
        name, rest = _emphasised(line, emphasis)
    else:
        colon = _COLON.search(line, start, start + 2 * _LONGEST)
        name, rest = (
            (line[start : colon.start()], line[colon.end() :]) if colon else (line[start:], "")
        )
    rest = rest.strip()
    if not emphasis and _SENTENCE.search(name):
        return None
    if not name.strip() or len(name) > 2 * _LONGEST:
        return None
    kind, strong = _kind(name)
    emphasised = bool(emphasis) or heading
    if kind is LabelKind.UNKNOWN and (rest or not emphasised or len(name) > _LONGEST):
        return None
    if not emphasised and rest and not strong:
        return None
    return Label(kind, name.strip(), rest, emphasised, listed, strong)


def _marks(line: str) -> tuple[int, bool, bool, re.Match[str] | None]:
    """Return the start of the words of `line`, whether it has heading and list marks, and emphasis.

    The words start at the emphasis.
    """
    # Most lines begin with a letter, and the only letters that are marks are numerals.
    if line[0].isalpha() and line[0] not in _NUMERALS:
        return 0, False, False, None
    prefix = _PREFIX.match(line)
    start = prefix.end() if prefix else 0
    heading = "#" in line[:start]
    listed = _LISTED.match(line, start)
    start = listed.end() if listed else start
    return start, heading, bool(listed), _OPEN.match(line, start)


def _emphasised(line: str, emphasis: re.Match[str]) -> tuple[str, str]:
    """Return the name inside an emphasis, and the text after it."""
    start = emphasis.end()
    close = _CLOSE.search(line, start, start + 2 * _LONGEST)
    inside = line[start : close.start()] if close else line[start : start + 2 * _LONGEST]
    colon = _COLON.search(inside)
    if colon and (colon.end() < len(inside) or close is None):
        # The emphasis continues after the label, so the rest gets the opening mark.
        return inside[: colon.start()], emphasis.group(0).strip() + line[start + colon.end() :]
    if close is None:
        return "", ""
    name, rest = inside, line[close.end() :]
    if (gloss := _GLOSS.match(rest)) and _kind(name)[0] is not LabelKind.UNKNOWN:
        rest = rest[gloss.end() :]
    if colon:
        name = inside[: colon.start()]
    elif colon_after := _COLON.match(rest):
        rest = rest[colon_after.end() :]
    return name, rest


class _Language(msgspec.Struct, forbid_unknown_fields=True):
    takeaways: str
    summary: str
    strong: str
    neutral: str
    words: dict[str, str]


class _LabelWords(NamedTuple):
    """The words of all languages."""

    kinds: tuple[tuple[LabelKind, re.Pattern[str]], ...]
    strong: frozenset[str]
    neutral: frozenset[str]


@cache
def _words() -> _LabelWords:
    languages = read_data_file(__file__, dict[str, _Language]).values()
    kinds: list[tuple[LabelKind, re.Pattern[str]]] = []
    for language in languages:
        words = patterns_of(language.words)
        kinds += [
            (LabelKind.TAKEAWAYS, re.compile(expand(language.takeaways, words))),
            (LabelKind.SUMMARY, re.compile(expand(language.summary, words))),
        ]
    return _LabelWords(
        tuple(kinds),
        frozenset(word for language in languages for word in words_of(language.strong)),
        frozenset(word for language in languages for word in words_of(language.neutral)),
    )


@lru_cache(maxsize=1024)  # digests share the same names
def _kind(name: str) -> tuple[LabelKind, bool]:
    """Return the kind of the label `name`, and whether it is strong."""
    name = unicodedata.normalize("NFKC", name).casefold().translate(_TRADITIONAL)
    name = name.replace("tl;dr", "tldr").replace("-", " ").replace("'", "")
    bare = _BRACKETS.sub(" ", name)
    runs = [run.strip() for run in _RUNS.findall(bare)] or [
        run.strip() for run in _RUNS.findall(name)
    ]
    words = _words()
    runs = [run for run in (" ".join(run.split()) for run in runs) if run not in words.neutral]
    # All words must belong to the label: "摘要生成" and "summary statistics" are no labels.
    kinds = [
        next((kind for kind, label in words.kinds if label.fullmatch(run)), None) for run in runs
    ]
    if not kinds or None in kinds or len(set(kinds)) > 1:
        return LabelKind.UNKNOWN, False
    return kinds[0] or LabelKind.UNKNOWN, all(run.replace(" ", "") in words.strong for run in runs)
