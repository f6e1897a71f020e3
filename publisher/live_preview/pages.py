"""The pages of the preview itself: the start page, and those in the place of what can't be shown.

The user's own templates are not asked: they may be what is broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from publisher.errors import PublisherError
from publisher.formatter.colour import schemes
from publisher.formatter.templating.templates import render_bytes
from publisher.live_preview import PREFIX, problems
from publisher.live_preview.mail import (
    ColourScheme,
    ScreenSize,
    ShownPart,
    mail_view,
    topics_of,
    upcoming_of,
)
from publisher.models import Language, Length
from publisher.settings import Settings
from publisher.translation import _, language, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.live_preview.board import Board, Preview
    from publisher.live_preview.mail import CheckedMail, MailRenderer, MailView
    from publisher.live_preview.problems import PreviewProblem

_OWN = Settings()
ASSETS = {
    "style.css": ("preview/style.css.j2", "text/css"),
    "live.js": ("preview/live.js.j2", "text/javascript"),
    "start.js": ("preview/start.js.j2", "text/javascript"),
    "favicon.svg": ("pages/favicon.svg.j2", "image/svg+xml"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """A choice on the start page: the options by value, and which of them holds."""

    name: str
    label: str
    options: dict[str, str]
    chosen: str


def asset(name: str) -> tuple[bytes, str]:
    """Return a file of the preview's own, and its media type."""
    template, media_type = ASSETS[name]
    light, dark = schemes(_OWN.site.colour)
    return render_bytes(template, _OWN, light=light, dark=dark, prefix=PREFIX), media_type


def problem_page(problem: PreviewProblem) -> bytes:
    """Return the page that says what keeps something from being shown."""
    return _render("preview/problem.html.j2", problem=problem)


def text_page(text: str) -> bytes:
    """Return a page with the text part of a mail."""
    return _render("preview/text.html.j2", text=text)


def start_page(board: Board, renderer: MailRenderer, query: Mapping[str, str], root: str) -> bytes:
    """Return the page with the site, the next mail and the findings beside each other."""
    preview = board.preview
    settings = preview.settings or _OWN
    view = mail_view(query, settings)
    mail, mail_problem = _mail(preview, view, renderer)
    return _render(
        "preview/start.html.j2",
        version=f"{board.run}.{preview.version}",
        site_version=board.site_version(preview),
        preview=preview,
        root=root,
        title=settings.site.title,
        mail=mail,
        mail_problem=mail_problem,
        facts=_facts(preview, view, mail) if mail else {},
        controls=_controls(preview, view, settings) if mail or view.key.topics else [],
        screen=view.screen,
        query=urlencode(_query(view)),
    )


def _mail(
    preview: Preview, view: MailView, renderer: MailRenderer
) -> tuple[CheckedMail | None, PreviewProblem | None]:
    """Return the mail, or what there is to say in its place."""
    if preview.problem or preview.mail_problem:
        return None, preview.mail_problem
    if preview.site_folder is None:
        return None, problems.building()
    try:
        mail = renderer.render(preview, view)
    except PublisherError as error:
        return None, problems.problem_of(error)
    return mail, None if mail else problems.no_issue(has_papers=preview.papers > 0)


def _facts(preview: Preview, view: MailView, mail: CheckedMail) -> dict[str, str]:
    upcoming = upcoming_of(preview, view.frequency)
    assert upcoming is not None  # noqa: S101 - there is a mail of it
    count = upcoming.recipients
    readers = ngettext("{count} subscriber gets it", "{count} subscribers get it", count)
    nobody = _("Nobody is subscribed yet. `publisher subscribers add` adds people.")
    size = len(mail.message.raw) / 1000
    return {
        _("Subject"): str(mail.message.message["Subject"]),
        _("Issue"): upcoming.issue.id if upcoming.issue else "",
        _("Readers"): readers.format(count=f"{count:,}") if count else nobody,
        _("Size"): _("{size} kB").format(size=f"{size:,.0f}"),
    }


def _controls(preview: Preview, view: MailView, settings: Settings) -> list[Control]:
    languages = {
        Language.ENGLISH: _("English"),
        Language.CHINESE: _("Chinese"),
        Language.BOTH: _("both languages"),
    }
    lengths = {
        Length.SHORT: _("short"),
        Length.STANDARD: _("standard"),
        Length.LONG: _("long"),
    }
    parts = {ShownPart.HTML: _("HTML"), ShownPart.TEXT: _("text")}
    screens = {ScreenSize.DESKTOP: _("desktop"), ScreenSize.PHONE: _("phone")}
    colours = {
        ColourScheme.SYSTEM: _("as this browser"),
        ColourScheme.LIGHT: _("light"),
        ColourScheme.DARK: _("dark"),
    }
    key, chosen = view.key, ",".join(view.key.topics)
    topics = {topic.slug: topic.name for topic in topics_of(upcoming_of(preview, view.frequency))}
    frequencies = {
        frequency: {"daily": _("daily"), "weekly": _("weekly"), "monthly": _("monthly")}[frequency]
        for frequency in dict.fromkeys(settings.newsletter.frequencies)
    }
    controls = [
        Control("frequency", _("Frequency"), _texts(frequencies), view.frequency),
        Control("topic", _("Topic"), {chosen: chosen, "": _("all topics")} | topics, chosen),
        Control("language", _("Language"), _texts(languages), key.language),
        Control("length", _("Length"), _texts(lengths), key.length),
        Control("part", _("Part"), _texts(parts), view.part),
        Control("screen", _("Screen"), _texts(screens), view.screen),
        Control("scheme", _("Colours"), _texts(colours), view.scheme),
    ]
    return [control for control in controls if len(control.options) > 1]


def _texts(options: Mapping[Any, str]) -> dict[str, str]:
    return {str(value): label for value, label in options.items()}


def _query(view: MailView) -> dict[str, str]:
    return {
        "frequency": view.frequency,
        "topic": ",".join(view.key.topics),
        "language": view.key.language,
        "length": view.key.length,
        "part": view.part,
        "scheme": view.scheme,
    }


def _render(template: str, **context: object) -> bytes:
    return render_bytes(
        template, _OWN, _=_, ngettext=ngettext, lang=language(), prefix=PREFIX, **context
    )
