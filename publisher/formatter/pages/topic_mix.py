"""The order of the newest papers where all topics are together: a topic's turn after the other."""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Item = TypeVar("Item")


def mixed_topics(
    items: Iterable[Item],
    most: int,
    day: Callable[[Item], Hashable],
    topic: Callable[[Item], Hashable],
) -> list[Item]:
    """Return the first of `items`, `most` at most, mixed within each day.

    `items` are in the order of days, so that those of a `day` stand together. Topics take turns in
    the order in which the day's items have them first; items of a topic keep their order.
    """
    mixed: list[Item] = []
    for _, of_day in groupby(items, key=day):
        if len(mixed) >= most:
            break
        by_topic: dict[Hashable, list[Item | None]] = {}
        for item in of_day:
            by_topic.setdefault(topic(item), []).append(item)
        turns = zip_longest(*by_topic.values())
        mixed += [item for turn in turns for item in turn if item is not None]
    return mixed[:most]
