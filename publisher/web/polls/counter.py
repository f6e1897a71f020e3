"""Counts of polls in memory; counting costs one step in a dictionary."""

from __future__ import annotations

from collections import Counter

from publisher.models.polls import PollCount
from publisher.web.polls.user_agents import read_agent

# Characters of a User-Agent that are read; the app is named at its beginning.
_LONGEST = 400
# Different pairs of feed and header; made-up headers must not fill the memory.
_MOST = 5_000
# Feeds that one service knows for one address of ours, for the same reason.
_VARIANTS = 20


class PollCounter:
    """Counts in one thread; `take` may be called from any."""

    def __init__(self) -> None:
        """Start empty."""
        self._counted: Counter[tuple[str, str]] = Counter()

    def count(self, feed: str, agent: str) -> None:
        """Count one request of a feed; nothing else about it is stored."""
        counted = self._counted
        key = (feed, agent[:_LONGEST])
        if key in counted or len(counted) < _MOST:
            counted[key] += 1
        else:
            counted[feed, ""] += 1

    def take(self, day: str) -> list[PollCount]:
        """Return the counts since the last call, by app and dated `day`, and start again.

        Called every minute, it dates up to a minute wrongly at midnight.
        """
        counted, self._counted = self._counted, Counter()
        totals: dict[tuple[str, str, str], tuple[int, int]] = {}
        variants: Counter[tuple[str, str]] = Counter()
        for (feed, header), polls in counted.items():
            agent = read_agent(header)
            key = (feed, agent.app, agent.variant)
            if key not in totals and agent.variant:
                variants[feed, agent.app] += 1
                if variants[feed, agent.app] > _VARIANTS:
                    key = (feed, agent.app, "")
            before, most = totals.get(key, (0, 0))
            totals[key] = (before + polls, max(most, agent.subscribers))
        return [PollCount(day, *key, *numbers) for key, numbers in totals.items()]
