"""The settings as types, one class for each section of publisher.toml, with their defaults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.models import Language
from publisher.settings.sections.announce import Announce, AnnounceTarget
from publisher.settings.sections.base import Section, Slug
from publisher.settings.sections.figures import Figures
from publisher.settings.sections.gather import Gather, GatherModel, GatherTopic
from publisher.settings.sections.mail import Inbox, Mail, Pace
from publisher.settings.sections.newsletter import Newsletter, Theme, Weekday
from publisher.settings.sections.site import Feeds, Output, SavedFilter, Site, Templates
from publisher.settings.sections.source import Check, Filters, Source, Watch
from publisher.settings.sections.web import Operator, Store, Subscribing, Web

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "SECTIONS",
    "Announce",
    "AnnounceTarget",
    "Check",
    "Feeds",
    "Figures",
    "Filters",
    "Gather",
    "GatherModel",
    "GatherTopic",
    "Inbox",
    "Mail",
    "Newsletter",
    "Operator",
    "Output",
    "Pace",
    "SavedFilter",
    "Section",
    "Settings",
    "Site",
    "Slug",
    "Source",
    "Store",
    "Subscribing",
    "Templates",
    "Theme",
    "Watch",
    "Web",
    "Weekday",
]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting; see the sections. Paths are relative to `base`, the config file's folder."""

    site: Site = Site()
    source: Source = Source()
    gather: Gather = msgspec.field(default_factory=Gather)
    check: Check = Check()
    filters: Filters = Filters()
    output: Output = Output()
    feeds: Feeds = Feeds()
    figures: Figures = Figures()
    templates: Templates = Templates()
    watch: Watch = Watch()
    newsletter: Newsletter = Newsletter()
    mail: Mail = msgspec.field(default_factory=Mail)
    pace: Pace = Pace()
    inbox: Inbox = msgspec.field(default_factory=Inbox)
    theme: Theme = msgspec.field(default_factory=Theme)
    announce: Announce = Announce()
    web: Web = msgspec.field(default_factory=Web)
    operator: Operator = Operator()
    subscribing: Subscribing = Subscribing()
    store: Store = msgspec.field(default_factory=Store)
    base: Path = Path()
    file: Path | None = None  # the settings file, if there is one

    @property
    def cache_folder(self) -> Path:
        """The folder of parsed files and the checkout of a repository; safe to delete."""
        if self.source.cache:
            return self.path(self.source.cache).absolute()
        from platformdirs import user_cache_path  # noqa: PLC0415 - where it is not set

        return user_cache_path("digest-publisher")

    @property
    def figures_folder(self) -> Path:
        """The folder of copies of figures; without it they are fetched again."""
        return self.cache_folder / "figures"

    @property
    def mail_language(self) -> Language:
        """The language of the mail for those who chose none."""
        site = "zh" if self.site.language.lower().split("-")[0] == "zh" else "en"
        return Language(self.newsletter.language or site)

    @property
    def inbox_address(self) -> str:
        """The address that receives mails to the list: requests, and answers to ours."""
        mail = self.mail
        return self.inbox.address or mail.unsubscribe_address or mail.from_address

    def path(self, value: str) -> Path:
        """Return the path setting `value` as seen from the config file's folder."""
        return self.base / Path(value).expanduser()


def _sections(parent: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, type[Section]]]:
    for name in parent.__struct_fields__:
        section = getattr(parent, name)
        if isinstance(section, Section):
            yield f"{prefix}{name}", type(section)
            yield from _sections(section, f"{prefix}{name}.")


# By name, in the order of publisher.toml; a table in a section follows it, as "gather.model".
SECTIONS: dict[str, type[Section]] = dict(_sections(Settings()))
