"""Ticks of an axis and their labels."""

from __future__ import annotations

import math

from publisher.translation import language

_WANTED = 4
_THOUSAND = 1000
# Numbers from here on are shortened.
_LONG = 10_000
# The sizes by which people count, and their signs; in Chinese four digits go together.
_SIZES = {
    "en": ((10**9, "G"), (10**6, "M"), (_THOUSAND, "k")),
    "zh": ((10**8, "亿"), (_LONG, "万")),
}


def ticks(high: int, low: int = 0) -> tuple[int, ...]:
    """Return round whole numbers, evenly spaced, from at most `low` to at least `high`.

    There are 2 to 6, each a multiple of 1, 2 or 5 times a power of ten. An axis never has length
    zero: without figures it goes from 0 to 1.
    """
    high = max(high, low + 1)
    step = _round_step((high - low) / _WANTED)
    first = low // step
    last = -(-high // step)
    return tuple(number * step for number in range(first, last + 1))


def floor(values: tuple[int, ...]) -> int:
    """Return the start of the axis of a line.

    It is 0, except for figures that differ little for their size, whose line would be flat.
    """
    lowest, highest = min(values, default=0), max(values, default=0)
    return lowest if lowest > highest - lowest else 0


def spread(count: int, most: int) -> tuple[int, ...]:
    """Return at most `most` of the positions 0 to `count` - 1, evenly spaced, with the last.

    The last is the newest, which people look for first.
    """
    if count <= 0 or most <= 0:
        return ()
    step = math.ceil(count / most)
    return tuple(reversed(range(count - 1, -1, -step)))


def short(number: int) -> str:
    """Return `number` in at most six characters for an axis: "950", "1,200", "12k", "1.5M".

    In Chinese: "1.2万", "150万".
    """
    if abs(number) < _LONG:
        return f"{number:,}"
    for size, sign in _SIZES.get(language(), _SIZES["en"]):
        # 999,960 is 1M, not 1,000k.
        if abs(number) >= size - size // 20_000:
            return f"{number / size:,.1f}".removesuffix(".0") + sign
    raise AssertionError


def _round_step(least: float) -> int:
    if least <= 1:
        return 1
    power: int = 10 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
