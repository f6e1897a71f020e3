"""A character n-gram model of clean text, small enough for the cache.

Text is *normalised* before counting: a run of ASCII letters is one symbol, a
run of digits another, and blanks are dropped.  Digests mix Chinese with English
names, and for the choice of a Chinese character it matters only that there is
*some* English word beside it.

The estimate is interpolated Kneser-Ney: every context discounts its counts by a
fixed amount, and the shorter context distributes the rest.
"""

from __future__ import annotations

import re
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from publisher.collector.mojibake.general_frequency import general_frequency

if TYPE_CHECKING:
    from collections.abc import Iterable

ORDER: Final = 4
"""Longest n-gram counted: three characters of context and the one predicted."""

_T = TypeVar("_T")
_MAGIC: Final = b"RLM3"
_HASH_PRIME: Final = 18446744073709551557  # the largest prime below 2**64
_BIG: Final = 300_000  # symbols; above, longest n-grams seen once are dropped
_DISCOUNT: Final = (0.0, 0.0, 0.7, 0.75, 0.8)  # by order of the n-gram
_PRIOR_STRENGTH: Final = 50.0  # weight of the general frequencies, in characters
_LEAST_PRIOR: Final = 1e-3  # ... or as a share of the counts, for big word lists
_LEAST_REST: Final = 0.02  # the least that a context leaves to the shorter one
_REST_STEPS: Final = 24.0  # resolution of a stored rest: exp(-step / 24)
_CACHE_LIMIT: Final = 150_000
_WORD: Final = re.compile(r"[A-Za-z]+")
_NUMBER: Final = re.compile(r"[0-9]+")
_BLANK: Final = re.compile(r"[ \t\r\f\v\u00a0\u3000]+")


def normalise(text: str) -> str:
    """Return ``text`` with words as "a", numbers as "0" and no blanks."""
    return _BLANK.sub("", _NUMBER.sub("0", _WORD.sub("a", text)))


class CharacterModel(Protocol):
    """The interface that the search needs of a model."""

    def frequency(self, char: str) -> float:
        """Return the share of ``char`` among all characters, never 0."""

    def log_probability(self, char: str, context: str) -> float:
        """Return the natural logarithm of P(``char`` | ``context``)."""


@dataclass(frozen=True, slots=True)
class _Table:
    """N-grams of one length as parallel columns, sorted by key.

    ``counts`` is how often each was predicted, ``totals`` how often it was a
    context, and ``rests`` the share that it leaves to the shorter context.
    """

    keys: array[int]
    counts: array[int]
    totals: array[int]
    rests: array[int]

    def find(self, gram: str) -> int:
        key = _key(gram)
        place = bisect_left(self.keys, key)
        return place if place < len(self.keys) and self.keys[place] == key else -1


class LanguageModel:
    """Counts of the n-grams of clean text; see :meth:`from_texts`.

    Immutable except for caches.  Models of the same set of lines are equal byte
    for byte, in any order of the lines.
    """

    __slots__ = ("_contexts", "_frequencies", "_log_probabilities", "_size", "_tables", "_total")

    def __init__(self, tables: tuple[_Table, ...], size: int) -> None:
        """Store the tables of the lengths 1 to ``ORDER``; callers use a ``from_`` method."""
        self._tables = tables
        self._size = size
        self._total = sum(tables[0].counts)
        self._log_probabilities: dict[str, float] = {}
        self._contexts: dict[str, tuple[int, float]] = {}
        self._frequencies: dict[str, float] = {}

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> LanguageModel:
        """Return a model of ``texts``; without any text it is usable, but weak.

        Repeated lines are counted once, because boilerplate would outweigh the
        prose.  Lines in plain ASCII are left out, since a wrong decoding does
        not change them.
        """
        lines = {line for text in texts for line in text.split("\n") if not line.isascii()}
        segments = [f"\n{line}\n" for line in {normalise(line) for line in lines}]
        size = sum(map(len, segments))
        tables: list[_Table] = []
        longer: Counter[str] = Counter()
        for order in range(ORDER, 0, -1):
            grams: Counter[str] = Counter()
            for segment in segments:
                grams.update([segment[i : i + order] for i in range(len(segment) - order + 1)])
            if order < ORDER:
                # Kneser-Ney: a shorter n-gram counts as often as different
                # characters precede it, of which a line's start has none.
                before = Counter([gram[1:] for gram in longer])
                for gram in grams:
                    if gram[0] != "\n" or order == 1:
                        grams[gram] = before[gram] or 1
            contexts: Counter[str] = Counter()
            if longer:
                for gram, count in longer.items():
                    contexts[gram[:-1]] += count
            least = 2 if order == ORDER and size > _BIG else 1
            tables.append(
                _table(
                    grams, contexts, longer, 2 if order == ORDER - 1 and size > _BIG else 1, least
                )
            )
            longer = grams
        return cls(tuple(reversed(tables)), size)

    @classmethod
    def from_words(cls, frequencies: Iterable[tuple[str, int]]) -> LanguageModel:
        """Return a model of single words and their counts.

        A context at the end of a word leaves its share to the shorter contexts,
        so that the next word starts by the frequency of its characters.
        """
        words = list(frequencies)
        tables: list[_Table] = []
        longer: Counter[str] = Counter()
        for order in range(ORDER, 0, -1):
            grams: Counter[str] = Counter()
            for word, count in words:
                for i in range(len(word) - order + 1):
                    grams[word[i : i + order]] += count
            tables.append(_table(grams, grams, longer, 1, 1))
            longer = grams
        return cls(tuple(reversed(tables)), 0)

    @property
    def size(self) -> int:
        """The number of characters of normalised text in the model."""
        return self._size

    def to_bytes(self) -> bytes:
        """Return the model as versioned bytes for :meth:`from_bytes`."""
        parts = [struct.pack("<Q", self._size)]
        for table in self._tables:
            columns = (table.keys, table.counts, table.totals, table.rests)
            parts.extend(
                column.typecode.encode() + _swapped(column).tobytes() for column in columns
            )
        body = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
        return _MAGIC + zlib.compress(body, 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> LanguageModel:
        """Return the model that :meth:`to_bytes` wrote.

        Raises:
            ValueError: the bytes are not a model of this version.

        """
        if data[:4] != _MAGIC:
            message = "not a language model of this version"
            raise ValueError(message)
        try:
            body = zlib.decompress(data[4:])
            parts, place = [], 0
            while place < len(body):
                (length,) = struct.unpack_from("<Q", body, place)
                parts.append(body[place + 8 : place + 8 + length])
                place += 8 + length
            (size,) = struct.unpack("<Q", parts[0])
            columns = [_column(part) for part in parts[1:]]
            tables = tuple(_Table(*columns[i : i + 4]) for i in range(0, len(columns), 4))
        except (zlib.error, struct.error, IndexError, TypeError) as error:
            message = "damaged language model"
            raise ValueError(message) from error
        if len(tables) != ORDER or any(len(t.keys) != len(t.counts) for t in tables):
            message = "damaged language model"
            raise ValueError(message)
        return cls(tables, size)

    def frequency(self, char: str) -> float:
        """Return the share of ``char`` among all characters, never 0."""
        frequency = self._frequencies.get(char)
        if frequency is None:
            place = self._tables[0].find(char)
            seen = self._tables[0].counts[place] if place >= 0 else 0
            strength = max(_PRIOR_STRENGTH, self._total * _LEAST_PRIOR)
            frequency = (seen + strength * general_frequency(char)) / (self._total + strength)
            _bounded(self._frequencies)[char] = frequency
        return frequency

    def probability(self, char: str, context: str) -> float:
        """Return P(``char`` | ``context``), never 0.

        ``context`` is normalised text; only its last three characters count.
        """
        estimate = self.frequency(char)
        for length in range(1, min(len(context), ORDER - 1) + 1):
            history = context[-length:]
            context_counts = self._contexts.get(history)
            if context_counts is None:
                context_counts = _bounded(self._contexts)[history] = self._context(history)
            total, rest = context_counts
            if not total:
                break
            estimate *= rest
            table = self._tables[length]
            place = table.find(history + char)
            if place >= 0:
                estimate += (table.counts[place] - _DISCOUNT[length + 1]) / total
        return estimate

    def _context(self, history: str) -> tuple[int, float]:
        table = self._tables[len(history) - 1]
        place = table.find(history)
        if place < 0:
            return 0, 1.0
        return table.totals[place], exp(-table.rests[place] / _REST_STEPS)

    def log_probability(self, char: str, context: str) -> float:
        """Return the natural logarithm of :meth:`probability`, cached."""
        gram = context + char
        answer = self._log_probabilities.get(gram)
        if answer is None:
            answer = _bounded(self._log_probabilities)[gram] = log(self.probability(char, context))
        return answer


def _bounded(cache: dict[str, _T]) -> dict[str, _T]:
    """Return ``cache``, cleared if it has ``_CACHE_LIMIT`` entries."""
    if len(cache) >= _CACHE_LIMIT:
        cache.clear()
    return cache


def _table(
    grams: Counter[str], contexts: Counter[str], longer: Counter[str], least_longer: int, least: int
) -> _Table:
    """Return the table of ``grams``; ``contexts`` has their counts as contexts of ``longer``."""
    order = len(next(iter(grams), ""))
    used: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for gram, count in longer.items():
        if count >= least_longer:
            used[gram[:-1]] += count
            types[gram[:-1]] += 1
    rows = []
    for gram, count in grams.items():
        if count >= least:
            total = contexts[gram] if longer else 0
            rest = 1.0
            if total:
                returned = total - used[gram] + _DISCOUNT[min(order + 1, ORDER)] * types[gram]
                rest = max(_LEAST_REST, min(1.0, returned / total))
            rows.append((_key(gram), count, total, min(255, round(-log(rest) * _REST_STEPS))))
    rows.sort()
    keys, counts, totals, rests = zip(*rows, strict=True) if rows else ((), (), (), ())
    return _Table(array("Q", keys), _smallest(counts), _smallest(totals), array("B", rests))


def _smallest(values: tuple[int, ...]) -> array[int]:
    return array("H" if max(values, default=0) < 1 << 16 else "Q", values)


def _key(gram: str) -> int:
    return int.from_bytes(gram.encode("utf-16-le", "surrogatepass"), "little") % _HASH_PRIME


def _swapped(values: array[int]) -> array[int]:
    # Stored as little-endian on every machine.
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values


def _column(data: bytes) -> array[int]:
    if data[:1] not in (b"B", b"H", b"Q"):
        message = "damaged language model"
        raise ValueError(message)
    values = array(data[:1].decode())
    values.frombytes(data[1:])
    return _swapped(values)
