"""What the readers' pages have in common: whose words, which guards, one thing that is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

from anyio import to_thread

from publisher.formatter.i18n.words import ReaderWords, words_in
from publisher.models import Language
from publisher.web.context import context_of
from publisher.web.pages import language_of, page
from publisher.web.readers.forms import text_of
from publisher.web.readers.request_batcher import RequestBatcher
from publisher.web.readers.spam_protection import (
    HONEYPOT,
    STAMP,
    WORK,
    SpamProtection,
    network_of,
)
from publisher.web.readers.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.models import Topic
    from publisher.web.context import Context

# Of a form: a field for each topic, and a few more. Nobody sends files.
_MOST_FIELDS = 600
_MOST_FIELD_BYTES = 4096


@dataclass(slots=True, weakref_slot=True)
class Readers:
    """What the readers' pages need beside the context; one for each app."""

    asking: RequestBatcher
    topics: Topics
    guards: SpamProtection

    @classmethod
    def of(cls, context: Context) -> Readers:
        """Return that of an app."""
        subscribing = context.settings.subscribing
        guards = SpamProtection(context.store.keys, subscribing.fill_seconds, subscribing.work_bits)
        return cls(RequestBatcher(context), Topics(context.settings), guards)


@dataclass(frozen=True)
class View:
    """A request of a reader's page, and what is shown for it."""

    request: Request
    language: str = field(init=False)

    def __post_init__(self) -> None:
        """Find out the language once."""
        object.__setattr__(self, "language", language_of(self.request))

    @cached_property
    def context(self) -> Context:
        """The app's."""
        return context_of(self.request)

    @cached_property
    def said(self) -> ReaderWords:
        """The words."""
        return words_in(ReaderWords, self.language)

    @property
    def mail_language(self) -> Language:
        """The language of a mail that is sent for it: this one, or English."""
        return Language(self.language) if self.language in set(Language) else Language.ENGLISH

    @cached_property
    def title(self) -> str:
        """The newsletter's."""
        settings = self.context.settings
        return settings.newsletter.title or settings.site.title

    @property
    def readers(self) -> Readers:
        """What all requests share."""
        return cast("Readers", self.request.app.state.readers)

    @property
    def address(self) -> str:
        """The address that the request came from, "" for unknown."""
        client = self.request.client
        return client.host if client and network_of(client.host) else ""

    async def form(self) -> FormData:
        """Return the fields of the request. Raises `HTTPException` for what is no form."""
        # All of it, before anything is done: a body that is too large does nothing.
        await self.request.body()
        return await self.request.form(
            max_files=0, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES
        )

    async def topics(self) -> tuple[Topic, ...]:
        """Return the topics of the site."""
        return await to_thread.run_sync(self.readers.topics.all)

    def is_trapped(self, form: FormData) -> bool:
        """Return whether a field was filled in that no person sees."""
        return bool(form.get(HONEYPOT))

    def is_guarded(self, form: FormData) -> bool:
        """Return whether the form was shown by us, a while ago, and the browser did its work."""
        guards, stamp = self.readers.guards, text_of(form, STAMP)
        now = self.context.clock().timestamp()
        return guards.has_come_in_time(stamp, now) and guards.has_worked(stamp, text_of(form, WORK))

    def show(self, template: str, *, title: str, status: int = 200, **content: object) -> Response:
        """Return a page of templates/web/readers/."""
        return page(
            self.request,
            f"web/readers/{template}.html.j2",
            title=title,
            status=status,
            said=self.said,
            **content,  # type: ignore[arg-type]
        )

    def guarded(self, template: str, *, title: str, **content: object) -> Response:
        """Return a page with a form that the guards look at."""
        from publisher.web.headers import policy  # noqa: PLC0415

        guards = self.readers.guards
        shown = self.show(
            template,
            title=title,
            stamp=guards.stamp(self.context.clock().timestamp()),
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
        """Return a page that says one thing."""
        return self.show("said", title=title, lead=lead, lines=lines, links=links, status=status)

    def link(self, path: str) -> str:
        """Return the address of one of the app's pages, in the language of this one."""
        return f"/{path}?lang={self.language}"
