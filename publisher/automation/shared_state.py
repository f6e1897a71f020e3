"""The settings in force and the papers of the last build, as the tasks share them."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - the dataclass below reads it
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - see above
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event

    from publisher.models import Collection
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(slots=True)
class SharedState:
    """Written by the task that builds, read by the others; each field is replaced as a whole."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    stopping: Callable[[], bool]
    collection: Collection | None = None
    read_at: datetime | None = None  # when the build began that read `collection`
    tried: bool = False  # whether a build has ended, well or not
    readers: list[Event] = field(default_factory=list)  # set when the papers have changed

    def update(self, collection: Collection, read_at: datetime, *, changed: bool) -> None:
        """Replace the papers by those of a build; wake the readers if they `changed`."""
        is_news = changed or self.collection is None
        self.collection, self.read_at = collection, read_at
        if is_news:
            for event in self.readers:
                event.set()

    def topic_names(self) -> dict[str, str]:
        """Return the names of all topics by slug; empty before the first build."""
        topics = self.collection.topics if self.collection else ()
        return {topic.slug: topic.name for topic in topics}
