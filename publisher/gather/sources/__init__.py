"""The sources of papers: a file and a line of `SOURCES` for each.

A module of `SOURCES` has a function `open_source(settings, client)`, which returns a
`GatherSource`; see source.py. Each source has its own channels, such as arXiv's categories, of
which topics name those that they read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Self

from publisher.gather.polite_client import PoliteClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from publisher.gather.sources.source import GatherSource
    from publisher.settings import Settings

# Names, not modules: they import parsers of HTML and XML.
SOURCES: dict[str, str] = {
    "arxiv": "publisher.gather.arxiv.source",
    "huggingface": "publisher.gather.sources.huggingface",
    "feed": "publisher.gather.sources.feed",
}


class OpenSources(dict[str, "GatherSource"]):
    """The sources by name, and the client that they share; closes its connection at the end."""

    def __init__(self, client: PoliteClient) -> None:
        """Begin without sources."""
        super().__init__()
        self.client = client

    def __enter__(self) -> Self:
        """Return the sources."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.client.close()


def open_sources(
    settings: Settings,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    stopping: Callable[[], bool],
) -> OpenSources:
    """Return all sources, to be used in a `with` block.

    `clock` counts seconds, as `time.monotonic` does; `sleep` waits for seconds. Where `stopping`
    returns True, requests raise `GatherError` instead of waiting.
    """
    client = PoliteClient(
        contact(settings),
        settings.gather.pause_seconds,
        clock=clock,
        sleep=sleep,
        stopping=stopping,
    )
    sources = OpenSources(client)
    for name, module in SOURCES.items():
        sources[name] = import_module(module).open_source(settings, client)
    return sources


def contact(settings: Settings) -> str:
    """Return the address at which a source can reach the operator."""
    mail = settings.mail
    sender = mail.from_address if not mail.from_address.endswith("@localhost") else ""
    return settings.gather.contact or mail.reply_to or sender or settings.site.root
