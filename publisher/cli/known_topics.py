"""The topics of the digests, by which people choose theirs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.cli import show
from publisher.errors import SourceError
from publisher.services import build
from publisher.translation import _

if TYPE_CHECKING:
    from publisher.settings import Settings


class KnownTopics:
    """Finds slugs of topics; a misspelt topic would mean no mail at all."""

    def __init__(self, settings: Settings | None) -> None:
        """Read the digests; None stands for none."""
        from publisher.collector.text.slugs import fold

        self._slugs: dict[str, str] = {}
        self._unknown: dict[str, str] = {}
        if settings is not None:
            with suppress(SourceError):
                for topic in build.collect(settings).topics:
                    self._slugs[fold(topic.name)] = self._slugs[topic.slug] = topic.slug

    def slug(self, name: str) -> str:
        """Return the slug of a topic by its name or slug."""
        from publisher.collector.text.slugs import fold, slugify

        slug = self._slugs.get(name) or self._unknown.get(name)
        if slug is None:
            slug = self._slugs.get(fold(name)) or slugify(name)
            if slug not in self._slugs:
                self._unknown[name] = slug
        return slug

    def warn(self) -> None:
        """Name the topics that no digest has."""
        text = _("no digest has the topic {name!r} yet ({slug})")
        show.warnings(text.format(name=name, slug=slug) for name, slug in self._unknown.items())
