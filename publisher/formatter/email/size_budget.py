"""The room that each paper gets in an edition: a pure function of sizes.

Gmail hides what comes after about 102 kB of HTML, and with it the way to unsubscribe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.email.paper_card import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Paper
    from publisher.newsletter.ranking import TopicSection

HTML_BYTES = 90_000
# Of the room left beside all titles, the share that goes to the best papers in full; the rest goes
# to compact cards of those after them.
FULL_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes of a paper in each form; of a topic's first paper, those of the heading too."""

    full: int
    compact: int
    title: int


def choose_forms(sizes: Sequence[Sizes], room: int, most: int) -> tuple[Form | None, ...]:
    """Return the form of each paper, None for those that only the web has.

    `sizes` are in the order in which papers deserve room. As many titles as `room` holds come
    first, `most` at most: to be named at all is worth more than another's takeaways. Then the best
    get full cards and the next ones compact cards.
    """
    shown, left = 0, room
    for size in sizes[:most]:
        if size.title > left:
            break
        shown, left = shown + 1, left - size.title
    full, spent = _upgraded([s.full - s.title for s in sizes[:shown]], left)
    if full < shown:
        full, spent = _upgraded([s.full - s.title for s in sizes[:shown]], int(left * FULL_SHARE))
    compact, _ = _upgraded([s.compact - s.title for s in sizes[full:shown]], left - spent)
    return (
        *(Form.FULL,) * full,
        *(Form.COMPACT,) * compact,
        *(Form.TITLE,) * (shown - full - compact),
        *(None,) * (len(sizes) - shown),
    )


def best_first(top: Sequence[Paper], by_topic: Sequence[TopicSection]) -> tuple[Paper, ...]:
    """Return the papers in the order in which they deserve room.

    First `top`, then the first of each topic, then the second of each: else the largest topic,
    which comes first, would leave nothing for the others.
    """
    ordered = list(top)
    deepest = max((len(section.papers) for section in by_topic), default=0)
    for place in range(deepest):
        ordered += [s.papers[place] for s in by_topic if place < len(s.papers)]
    seen: set[str] = set()
    return tuple(p for p in ordered if not (p.id in seen or seen.add(p.id)))  # type: ignore[func-returns-value]


def _upgraded(costs: Sequence[int], room: int) -> tuple[int, int]:
    """Return how many of `costs`, from the first on, fit into `room`, and their sum."""
    spent = 0
    for number, cost in enumerate(costs):
        if spent + cost > room:
            return number, spent
        spent += cost
    return len(costs), spent
