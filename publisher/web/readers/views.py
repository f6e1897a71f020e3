"""The parts that the readers' pages share: language, spam protection, and simple pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

from anyio import to_thread

from publisher.formatter.i18n.words import ReaderWords, words_in
from publisher.formatter.pages.subscribe_form import origin_of
from publisher.models import Language
from publisher.web.client_network import network_of
from publisher.web.context import context_of
from publisher.web.headers import policy
from publisher.web.pages import language_of, page
from publisher.web.readers.forms import text_of
from publisher.web.readers.request_batcher import RequestBatcher
from publisher.web.readers.site_choices import SiteReader
from publisher.web.readers.spam_protection import (
    HONEYPOT,
    STAMP,
    WORK,
    SpamProtection,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.context import Context
    from publisher.web.readers.site_choices import SiteChoices

# Limits of a form: a field for each topic, and a few more. There are no files.
_MOST_FIELDS = 600
_MOST_FIELD_BYTES = 4096


@dataclass(slots=True, weakref_slot=True)
class Readers:
    """The objects that the readers' pages share beside the context; one for each app."""

    asking: RequestBatcher
    site: SiteReader
    guards: SpamProtection

    @classmethod
    def of(cls, context: Context) -> Readers:
        """Return those of an app."""
        subscribing = context.settings.subscribing
        guards = SpamProtection(context.store.keys, subscribing.fill_seconds, subscribing.work_bits)
        return cls(RequestBatcher(context), SiteReader(context.settings), guards)


@dataclass(frozen=True)
class View:
    """A request for a reader's page, and the answers to it."""

    request: Request
    language: str = field(init=False)

    def __post_init__(self) -> None:
        """Choose the language once."""
        object.__setattr__(self, "language", language_of(self.request))

    @cached_property
    def context(self) -> Context:
        """The app's context."""
        return context_of(self.request)

    @cached_property
    def words(self) -> ReaderWords:
        """The words."""
        return words_in(ReaderWords, self.language)

    @property
    def mail_language(self) -> Language:
        """The language of a mail that is sent for it: this one, or English."""
        return Language(self.language) if self.language in set(Language) else Language.ENGLISH

    @cached_property
    def title(self) -> str:
        """The title of the newsletter."""
        settings = self.context.settings
        return settings.newsletter.title or settings.site.title

    @property
    def readers(self) -> Readers:
        """The objects that all requests share."""
        return cast("Readers", self.request.app.state.readers)

    @property
    def address(self) -> str:
        """The IP address of the client, "" for unknown."""
        client = self.request.client
        return client.host if client and network_of(client.host, ipv4_prefix=32) else ""

    @property
    def network(self) -> str:
        """The network by which requests are limited, "" for unknown.

        A /24 of IPv4: people who rent servers have many addresses, but rarely more than that.
        """
        return network_of(self.address, ipv4_prefix=24)

    def token(self, length: int) -> str:
        """Return the token of a personal link, "" where it is not whole.

        A mail program may take the full stop or bracket behind a link for its end.
        """
        text = str(self.request.path_params.get("token", ""))
        match = re.search(rf"(?<![\w-])[A-Za-z0-9_-]{{{length}}}(?![\w-])", text)
        return match[0] if match else ""

    def say_incomplete(self) -> Response:
        """Return the page for a link without a whole token that another link can replace."""
        words = self.words
        again = [
            (self.link("subscribe"), words.again),
            (self.link("preferences"), words.ask_button),
        ]
        return self.say(
            words.incomplete, words.incomplete_lead, words.new_link, links=again, status=410
        )

    async def form(self) -> FormData:
        """Return the fields of the request. Raises `HTTPException` for a malformed form."""
        # Read completely first, so that a body that is too large has no effect.
        await self.request.body()
        return await self.request.form(
            max_files=0, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES
        )

    async def choices(self) -> SiteChoices:
        """Return the topics and languages of the site."""
        return await to_thread.run_sync(self.readers.site.choices)

    def is_trapped(self, form: FormData) -> bool:
        """Return whether the hidden field was filled in."""
        return bool(form.get(HONEYPOT))

    def is_guarded(self, form: FormData) -> bool:
        """Return whether the form has a timely stamp and its proof of work."""
        guards, stamp = self.readers.guards, text_of(form, STAMP)
        now = self.context.clock().timestamp()
        return guards.has_come_in_time(stamp, now) and guards.has_worked(stamp, text_of(form, WORK))

    def may_skip_stamp(self, form: FormData) -> bool:
        """Return whether the form is of a static page and counts at the first press."""
        settings = self.context.settings
        origins = [origin_of(root) for root in (settings.site.root, settings.web.root)]
        return not text_of(form, STAMP) and self.readers.guards.may_skip(
            self.request.headers, origins
        )

    def kept_stamp(self, form: FormData) -> str:
        """Return the stamp of a form that was sent too soon, "" where it has none of ours.

        It grows old enough while the form is shown again: who is quick is asked once, not twice.
        """
        stamp = text_of(form, STAMP)
        age = self.readers.guards.age(stamp, self.context.clock().timestamp())
        return "" if age is None else stamp

    def show(self, template: str, *, title: str, status: int = 200, **content: object) -> Response:
        """Return a page of templates/web/readers/."""
        return page(
            self.request,
            f"web/readers/{template}.html.j2",
            title=title,
            status=status,
            said=self.words,
            **content,  # type: ignore[arg-type]
        )

    def guarded(self, template: str, *, title: str, stamp: str = "", **content: object) -> Response:
        """Return a page with a protected form, whose `stamp` is a new one by default."""
        guards = self.readers.guards
        shown = self.show(
            template,
            title=title,
            stamp=stamp or guards.stamp(self.context.clock().timestamp()),
            work_bits=guards.work_bits,
            **content,  # type: ignore[arg-type]
        )
        if guards.work_bits:
            shown.headers["Content-Security-Policy"] = policy(script=True)
        return shown

    def say(
        self,
        title: str,
        lead: str,
        *lines: str,
        links: Sequence[tuple[str, str]] = (),
        status: int = 200,
    ) -> Response:
        """Return a page with a short message."""
        return self.show("said", title=title, lead=lead, lines=lines, links=links, status=status)

    def link(self, path: str) -> str:
        """Return the path of one of the app's pages, in the language of this one."""
        return f"/{path}?lang={self.language}"
