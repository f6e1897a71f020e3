"""The check of summaries against their source: numbers, names and acronyms that it lacks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.models.gathering import SummaryText

# A name, or a number of little weight, may be the model's own word for something in the source.
MOST_NAMES = 1
_SMALL = 10  # integers up to it count parts or steps, unless they have a unit
# TeX's marks between the digits of a number or the letters of a name.
_MARKS = re.compile(r"\\[,;!: ]|\\(?=%)|[${}^_]")
_COMMANDS = re.compile(r"\\[A-Za-z]+|\}\{")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_MULTIPLIERS = {
    "k": 1000, "thousand": 1000, "千": 1000, "万": 10_000, "m": 10**6, "million": 10**6,
    "百万": 10**6, "亿": 10**8, "b": 10**9, "billion": 10**9, "十亿": 10**9, "trillion": 10**12,
}  # fmt: skip
_PERCENT = frozenset({"%", "percent", "个百分点"})
# Not within a name such as H100 or ResNet-50.
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.])(?<![A-Za-z]-)(?P<digits>\d{1,20}(?:,\d{3}){0,6}(?:\.\d{1,20})?)(?!\d)"
    r"(?:\s?-?(?P<unit>%|percent\b|个百分点|thousand\b|million\b|billion\b|trillion\b|百万|十亿|[千万亿]"
    r"|[KMB](?![A-Za-z\d])|[x×倍](?![A-Za-z\d])|times\b|fold\b|points?\b))?",
    re.IGNORECASE,
)
_NUMBER_WORDS = {
    word: value
    for value, words in enumerate(
        "zero;one single first;two second twice both pair double twofold;three third triple;"
        "four fourth;five fifth;six sixth;seven seventh;eight eighth;nine ninth;ten tenth;eleven;"
        "twelve dozen;thirteen;fourteen;fifteen;sixteen;seventeen;eighteen;nineteen;twenty".split(
            ";"
        )
    )
    for word in words.split()
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_PART = re.compile(r"[A-Za-zÀ-ɏ\d]+")
_WORD = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ\d]*")
_NAME = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ\d]{0,60}(?:[-./'’][A-Za-zÀ-ɏ\d]{1,60}){0,6}")
_SENTENCE_END = frozenset(".!?:;。！？：；\"'“”‘’(（•")
# Words of the field that stand for no one's work.
_COMMON = frozenset("ai api cpu gpu it llm ml nlp rgb sota tpu i we".split())


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Numbers and names of a summary that its source does not have, in its words."""

    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # small counts, too

    @property
    def is_too_much(self) -> bool:
        """Whether the summary has to go."""
        return bool(self.numbers) or len(self.names) > MOST_NAMES

    def __str__(self) -> str:
        """Return them as a list for people."""
        return ", ".join((*self.numbers, *self.names))


def unsupported(texts: Iterable[SummaryText], source: str) -> Unsupported:
    """Return what `texts` state and `source` does not have."""
    facts = _SourceFacts.of(_plain(source))
    numbers: dict[str, None] = {}
    names: dict[str, None] = {}
    for text in texts:
        plain = _plain(". ".join((text.summary, *text.takeaways)))
        for match in _NUMBER.finditer(plain):
            number = _Number.of(match)
            if not facts.has_number(number):
                (names if number.is_small else numbers)[match[0].strip()] = None
        for name in _names(plain, capitalises=text.language == "en"):
            if not facts.has_name(name):
                names[name] = None
    return Unsupported(tuple(numbers), tuple(names))


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written, without separators, and the unit behind it, "" without."""

    digits: str
    unit: str

    @classmethod
    def of(cls, match: re.Match[str]) -> _Number:
        return cls(match["digits"].replace(",", ""), (match["unit"] or "").lower())

    @property
    def multiplier(self) -> int:
        return _MULTIPLIERS.get(self.unit, 1)

    @property
    def value(self) -> Fraction:
        return Fraction(self.digits) * self.multiplier

    @property
    def is_small(self) -> bool:
        return not self.unit and self.digits.isdigit() and int(self.digits) <= _SMALL

    @property
    def places(self) -> int:
        """The number of decimals."""
        return len(self.digits.partition(".")[2])

    def rounded(self) -> Iterator[tuple[Fraction, int]]:
        """Yield the values, with their decimals, that it has when rounded or cut off."""
        exact = Fraction(self.digits)
        for places in range(self.places):
            scaled = exact * 10**places
            for value in {int(scaled), int(scaled + Fraction(1, 2))}:
                yield Fraction(value, 10**places), places
                yield Fraction(value, 10**places) * self.multiplier, places


@dataclass(frozen=True, slots=True)
class _SourceFacts:
    """Numbers and words of a source, as they may come back in a summary."""

    numbers: frozenset[Fraction]
    rounded: frozenset[tuple[Fraction, int]]  # with the decimals: 1.88 is 1.9, but not 1.90
    words: frozenset[str]
    compact: str  # all of it, without blanks and hyphens
    initials: str

    @classmethod
    def of(cls, plain: str) -> _SourceFacts:
        words = [word.casefold() for word in _WORD.findall(plain)]
        numbers: set[Fraction] = set()
        rounded = {(Fraction(_NUMBER_WORDS[word]), 0) for word in words if word in _NUMBER_WORDS}
        for number in {_Number.of(match) for match in _NUMBER.finditer(plain)}:
            numbers |= {Fraction(number.digits), number.value}
            if number.unit in _PERCENT:
                numbers.add(number.value / 100)
            rounded.update(number.rounded())
        compact = re.sub(r"[\s-]+", "", plain.casefold())
        initials = "".join(word[0] for word in words)
        return cls(
            frozenset(numbers),
            frozenset(rounded),
            frozenset(map(_singular, words)),
            compact,
            initials,
        )

    def has_number(self, number: _Number) -> bool:
        """Return whether the source has a number; 0.95 and 95% are the same."""
        value = number.value
        return (
            value in self.numbers
            or (value, number.places) in self.rounded
            or (number.unit in _PERCENT and value / 100 in self.numbers)
        )

    def has_name(self, name: str) -> bool:
        """Return whether the source has a name, its plural or parts, or what it stands for."""
        parts = _PART.findall(name)
        if all(map(self._has_part, parts)):
            return True
        whole = re.sub(r"[\s-]+", "", name.casefold())
        if len(whole) > 2 and (_singular(whole) in self.compact):  # noqa: PLR2004 - two letters are anywhere
            return True
        initials = "".join(part[0].casefold() for part in parts)
        if len(parts) > 1 and initials in self.words:
            return True
        return len(parts) == 1 and _singular(whole) in self.initials

    def _has_part(self, part: str) -> bool:
        folded = _singular(part.casefold())
        return (
            folded in self.words
            or folded in _COMMON
            or (part.isalpha() and part.islower())  # as "based" of "CLIP-based"
            or (part.isdecimal() and Fraction(part) in self.numbers)
        )


def _plain(text: str) -> str:
    """Return `text` without TeX's marks, and with one form of each digit, letter and dash."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return _MARKS.sub("", _COMMANDS.sub(" ", text))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") else word  # noqa: PLR2004 - "is" is no plural


def _names(plain: str, *, capitalises: bool) -> Iterator[str]:
    """Yield names and acronyms; capitalised words in a row are one name.

    `capitalises`: whether a capital at the beginning of a sentence says nothing.
    """
    run: list[str] = []
    end = -1
    for match in _NAME.finditer(plain):
        word = match[0]
        is_marked = any(c.isupper() or c.isdigit() for c in word[1:])
        before = (
            plain[max(0, match.start() - 2) : match.start()].rstrip()[-1:] if capitalises else "x"
        )
        is_name = is_marked or (
            word[0].isupper() and len(word) > 1 and before not in _SENTENCE_END and before != ""
        )
        if run and not (is_name and plain[end : match.start()] == " "):
            yield " ".join(run)
            run = []
        if is_name:
            run.append(word)
            end = match.end()
    if run:
        yield " ".join(run)
