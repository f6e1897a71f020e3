"""Words of the store (statuses, states, tasks, results) in the operator's language."""

from __future__ import annotations

from publisher.translation import _, mark

# What `word` is asked for, so that catalogues have it.
WORDS = frozenset(
    (
        # subscribers
        mark("pending"),
        mark("active"),
        mark("paused"),
        mark("unsubscribed"),
        mark("suppressed"),
        # deliveries
        mark("ready"),
        mark("claimed"),
        mark("sending"),
        mark("sent"),
        mark("rejected"),
        mark("skipped"),
        mark("in_doubt"),
        mark("abandoned"),
        # issues
        mark("open"),
        mark("done"),
        # tasks
        mark("build"),
        mark("gather"),
        mark("issues"),
        mark("mails"),
        mark("inbox"),
        mark("cleaning"),
        # mails that were read
        mark("automatic"),
        mark("bounce"),
        mark("bounce, unproven"),
        mark("complaint"),
        mark("confirm"),
        mark("help"),
        mark("other"),
        mark("stray report"),
        mark("subscribe"),
        mark("too many"),
        mark("unknown topic"),
        mark("unsubscribe"),
    )
)


def word(value: str) -> str:
    """Return a status, state or result in the operator's language."""
    return _(value)
