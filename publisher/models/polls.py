"""Requests of feeds by reader apps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollCount:
    """Count of an app's requests for a feed on a day, and of the people it says they were for.

    `day` is an ISO date of the site's time zone; `feed` is a path in the output folder.
    """

    day: str
    feed: str
    app: str
    variant: str
    polls: int
    subscribers: int
