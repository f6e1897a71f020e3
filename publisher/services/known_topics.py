"""The topics of the digests, by which people choose theirs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.errors import SourceError
from publisher.services import build

if TYPE_CHECKING:
    from publisher.settings import Settings


class KnownTopics:
    """Finds slugs of topics; a misspelt topic would mean no mail at all."""

    def __init__(self, settings: Settings | None) -> None:
        """Read the digests; None stands for none."""
        from publisher.collector.text.slugs import fold  # noqa: PLC0415 - few commands need it

        self._slugs: dict[str, str] = {}
        # Names that no digest has, with the slugs made of them.
        self.unknown: dict[str, str] = {}
        if settings is not None:
            with suppress(SourceError):
                for topic in build.collect(settings).topics:
                    self._slugs[fold(topic.name)] = self._slugs[topic.slug] = topic.slug

    def slug(self, name: str) -> str:
        """Return the slug of a topic by its name or slug."""
        from publisher.collector.text.slugs import fold, slugify  # noqa: PLC0415 - as above

        slug = self._slugs.get(name) or self.unknown.get(name)
        if slug is None:
            slug = self._slugs.get(fold(name)) or slugify(name)
            if slug not in self._slugs:
                self.unknown[name] = slug
        return slug
