"""Requests of feeds by reader apps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollCount:
    """How often an app asked for a feed on a day, and for how many people at most.

    `day` is an ISO date of the site's time zone; `feed` is a path in the output folder.
    """

    day: str
    feed: str
    app: str
    variant: str
    polls: int
    subscribers: int
