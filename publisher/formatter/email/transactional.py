"""Single mails as text, and what asks for a click as a small page too."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.formatter.email.inlining import inlined
from publisher.formatter.i18n.schedule import how_often, next_day
from publisher.formatter.i18n.words import FormWords, TransactionalWords, words_in
from publisher.formatter.sample_issue import sample_issue
from publisher.formatter.templating.templates import render
from publisher.models import Language
from publisher.newsletter.audience import offered_frequency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.models import Frequency, Preferences
    from publisher.settings import Settings

_VERSION_LENGTH = 12
_BODY = re.compile("<body[^>]*>")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail's words. `wording` tells one text that people agree to from another."""

    subject: str
    text: str
    html: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class FirstIssue:
    """The issue that somebody who confirms `now` (aware) gets first."""

    frequency: Frequency
    now: datetime

    def rows(self, words: TransactionalWords, settings: Settings) -> list[tuple[str, str]]:
        """Return labels and values: how often issues come, and the day of the next one."""
        return [
            (words.frequency, how_often(words, self.frequency, settings)),
            (words.next_issue, next_day(words, self.frequency, settings, self.now)),
        ]


def confirmation(
    email: str,
    topics: Sequence[str],
    token: str,
    first: FirstIssue,
    language: Language,
    settings: Settings,
) -> RenderedMail:
    """Return the mail that asks whether `email` is to get `topics` (names; none: all).

    It asks to answer where somebody reads the mailbox, and to follow a link where there is a web
    app; in both languages, one after the other, for a reader of both.

    Raises `TemplateError`.
    """
    context = _confirmation(email, topics, token, language, settings)
    context["schedule"] = [first.rows(words, settings) for words in _blocks(language)]
    context["sample"] = sample_issue(settings)
    return RenderedMail(
        str(context["subject"]),
        render("email/confirm.txt.j2", settings, **context),
        _page("email/confirm.html.j2", settings, context),
    )


def _confirmation(
    email: str, topics: Sequence[str], token: str, language: Language, settings: Settings
) -> dict[str, object]:
    web = settings.web.root
    blocks = _blocks(language)
    title = settings.newsletter.title or settings.site.title
    address = quote(settings.inbox_address, safe="@+")
    return {
        "blocks": blocks,
        "subject": blocks[0].confirm_subject.format(title=title),
        "email": email,
        "topics": list(topics),
        "hours": settings.subscribing.confirm_hours,
        "web_url": f"{web}confirm/{token}" if web else "",
        "mail_url": f"mailto:{address}?subject=confirm%20{token}"
        if settings.inbox.is_set_up
        else "",
        **_sender(settings, title),
    }


def preferences(email: str, token: str, language: Language, settings: Settings) -> RenderedMail:
    """Return the mail with the link that shows and changes what `email` gets.

    Raises `TemplateError`.
    """
    title = settings.newsletter.title or settings.site.title
    blocks = _blocks(language)
    context: dict[str, object] = {
        "blocks": blocks,
        "subject": blocks[0].preferences_subject.format(title=title),
        "email": email,
        "hours": settings.subscribing.preferences_hours,
        "url": f"{settings.web.root}preferences/{token}",
        **_sender(settings, title),
    }
    return RenderedMail(
        str(context["subject"]),
        render("email/preferences.txt.j2", settings, **context),
        _page("email/preferences.html.j2", settings, context),
    )


@dataclass(frozen=True, slots=True)
class ShownChoices:
    """The choices of a person: names of topics, none for all, and preferences without gaps."""

    topics: tuple[str, ...]
    preferences: Preferences

    def rows(self, words: TransactionalWords, settings: Settings) -> list[tuple[str, str]]:
        """Return labels and values."""
        form, preferences = words_in(FormWords, words.lang), self.preferences
        frequency = offered_frequency(preferences.frequency, settings.newsletter.frequencies)
        return [
            (words.topics, words.list_comma.join(self.topics) or words.all_topics),
            (form.language, form.languages[preferences.language or settings.mail_language]),
            (form.length, form.lengths[preferences.length or settings.newsletter.length]),
            (words.frequency, how_often(words, frequency, settings)),
        ]


def changed(
    before: ShownChoices, now: ShownChoices, token: str, language: Language, settings: Settings
) -> RenderedMail:
    """Return the mail about choices that the link in an issue changed, with one to change them.

    Raises `TemplateError`.
    """
    title = settings.newsletter.title or settings.site.title
    blocks = _blocks(language)
    rows = [
        [
            (label, new if new == old else words.changed_before.format(now=new, before=old))
            for (label, new), (_, old) in zip(
                now.rows(words, settings), before.rows(words, settings), strict=True
            )
        ]
        for words in blocks
    ]
    context: dict[str, object] = {
        "blocks": blocks,
        "subject": blocks[0].changed_subject.format(title=title),
        "choices": rows,
        "hours": settings.subscribing.preferences_hours,
        "days": settings.subscribing.choices_days,
        "url": f"{settings.web.root}preferences/{token}",
        **_sender(settings, title),
    }
    return RenderedMail(
        str(context["subject"]),
        render("email/changed.txt.j2", settings, **context),
        _page("email/changed.html.j2", settings, context),
    )


def wording_of(language: Language, settings: Settings) -> tuple[str, str]:
    """Return the version and the text of what people are asked, without what is a person's own.

    The days of issues are not of the wording either, nor is the issue to look at: they change.
    """
    context = _confirmation("(address)", ["(topics)"], "(token)", language, settings)
    context["schedule"] = [
        [(words.frequency, "(frequency)"), (words.next_issue, "(day)")]
        for words in _blocks(language)
    ]
    text = render("email/confirm.txt.j2", settings, **context, sample="")
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH], text


def answer(
    kind: str,
    email: str,
    language: Language,
    settings: Settings,
    *,
    unknown: Sequence[str] = (),
    known: Sequence[str] = (),
) -> RenderedMail:
    """Return the answer of a `kind`: "welcome", "goodbye", "stranger" or "help".

    `unknown` are topics that somebody asked for and nobody has, `known` those there are.

    Raises `TemplateError`.
    """
    title = settings.newsletter.title or settings.site.title
    blocks = _blocks(language)
    text = render(
        "email/answer.txt.j2",
        settings,
        blocks=[(words, getattr(words, kind).format(title=title, email=email)) for words in blocks],
        kind=kind,
        unknown=list(unknown),
        known=list(known),
        **_sender(settings, title),
    )
    return RenderedMail(getattr(blocks[0], f"{kind}_subject").format(title=title), text)


def login(address: str, language: Language, settings: Settings) -> RenderedMail:
    """Return the mail with the link `address` to the operator's pages. Raises `TemplateError`."""
    title = settings.newsletter.title or settings.site.title
    blocks = _blocks(language)
    text = render(
        "email/login.txt.j2",
        settings,
        blocks=blocks,
        address=address,
        minutes=settings.operator.link_minutes,
        **_sender(settings, title),
    )
    return RenderedMail(blocks[0].login_subject.format(title=title), text)


def approval(
    issue_id: str, preview: RenderedMail, token: str, language: Language, settings: Settings
) -> RenderedMail:
    """Return the mail that asks the operator whether an issue may go, with the issue below.

    It has links where there is a web app, and names the command in any case. Raises
    `TemplateError`.
    """
    web, blocks = settings.web.root, _blocks(language)
    context: dict[str, object] = {
        "blocks": blocks,
        "theme": settings.theme,
        "issue": issue_id,
        "preview": preview,
        "approve_url": f"{web}operator/approve/{token}" if web else "",
        "edit_url": f"{web}operator/issues/{issue_id}/edit" if web else "",
    }
    question = render("email/approval.html.j2", settings, **context)
    return RenderedMail(
        blocks[0].approval_subject.format(issue=issue_id, subject=preview.subject),
        render("email/approval.txt.j2", settings, **context),
        _BODY.sub(lambda body: body[0] + question, preview.html, count=1),
    )


def _blocks(language: Language) -> tuple[TransactionalWords, ...]:
    """Return the words in the languages that somebody reads, one after the other."""
    languages = ("zh", "en") if language is Language.BOTH else (language.value,)
    return tuple(words_in(TransactionalWords, code) for code in languages)


def _page(template: str, settings: Settings, context: dict[str, object]) -> str:
    """Return the HTML part, its styles inlined as those of an issue."""
    html = render(template, settings, theme=settings.theme, **context)
    return inlined(html, template)


def _sender(settings: Settings, title: str) -> dict[str, object]:
    return {
        "title": title,
        "sender": settings.mail.from_name or title,
        "site_url": settings.site.root,
        "postal_address": settings.mail.postal_address,
    }
