"""Sections of what the newsletter holds and how it looks."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.models import Frequency, Length
from publisher.settings.sections.base import Colour, Line, Section, TextFormat, WebAddress
from publisher.settings.values import Words
from publisher.translation import mark

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def is_subject(text: str) -> bool:
    """Return whether `text` has no other placeholders than a subject has values for."""
    try:
        text.format(papers="", count=0, topics="", period="", title="")
    except (KeyError, IndexError, ValueError, AttributeError):
        return False
    return True


SUBJECT = TextFormat(
    mark(
        "a text with no other names in braces than {papers}, {count}, {topics}, {period} "
        "and {title}"
    ),
    is_subject,
)


class Newsletter(Section, frozen=True):
    """Schedule and contents of the newsletter's issues."""

    title: Line = ""
    """Title of the newsletter. Empty: the site's title."""
    frequencies: Annotated[tuple[Frequency, ...], Meta(min_length=1)] = (Frequency.WEEKLY,)
    """Frequencies of issues: "daily", "weekly", "monthly", or several of them for subscribers
    to choose from. Those who have chosen none of these get the first. Each has its own issues,
    named 2024-12-02, 2024-W49 and 2024-12."""
    weekday: Weekday = "monday"
    """Day on which a weekly issue is due. It holds the papers of the seven days before."""
    month_day: Annotated[int, Meta(ge=1, le=28)] = 1
    """Day of the month, 1 to 28, on which a monthly issue is due. It holds the papers of the month
    before."""
    hour: Annotated[int, Meta(ge=0, le=23)] = 8
    """Hour of the day, 0 to 23, at which an issue is due, in the time zone of the site."""
    language: Literal["", "en", "zh", "both"] = ""
    """Language of the papers' texts for subscribers who have chosen none: "en", "zh" or "both".
    Empty: "zh" for a site in Chinese, else "en"."""
    length: Length = Length.STANDARD
    """Amount shown of a paper to subscribers who have not chosen: "short" (title and one
    line), "standard" (summary and takeaways) or "long" (also abstract and notes)."""
    max_age_days: Annotated[int, Meta(ge=7, le=366)] = 21
    """Age in days up to which a paper still goes into a later issue, if its digest came too late
    for its own."""
    max_papers: Annotated[int, Meta(ge=1, le=1000)] = 200
    """Number of papers that an issue shows at most. The others are counted, with a link to the
    site, and so are those that would make the mail too long for Gmail."""
    highlights: Annotated[int, Meta(ge=0, le=10)] = 3
    """Number of highlights: the best papers, shown ahead of the topics where there are many papers.
    0: none."""
    updated_papers: bool = True
    """Mention once that a paper of an earlier issue has a newer version."""
    figures: bool = True
    """Show one figure of each paper. It is loaded from the host that the digest names, which learns
    who opens the mail."""
    subject: Annotated[str, SUBJECT] = ""
    """Subject of an issue, made from `{papers}` (such as "23 new papers"), `{count}`, `{topics}`,
    `{period}` and `{title}`. It names as many topics as fit into 78 columns. Empty: as "{papers}:
    {topics} – {period}"."""
    approve: bool = False
    """Hold each issue that is due until the operator approves it. A mail to `operator.addresses`
    (where that is empty, to `mail.from_address`) shows the issue and asks."""


class Theme(Section, frozen=True):
    """Look of the mails.

    Colours whose names begin with `dark_` apply in dark mode. Avoid pure black and white: apps that
    invert colours turn them into glaring opposites.
    """

    logo: WebAddress = ""
    """Address of a picture at the top of an issue. Empty: none."""
    logo_alt: str = ""
    """Text in place of the picture where it is not shown. Empty: the newsletter's title."""
    logo_width: Annotated[int, Meta(ge=16, le=536)] = 160
    """Width of the picture, in pixels."""
    accent: Colour = "#0b6b74"
    """Colour of links, buttons and the line at the top."""
    text: Colour = "#24292f"
    """Colour of text."""
    muted: Colour = "#57606a"
    """Colour of details and small print."""
    sheet: Colour = "#fcfdfd"
    """Background of the contents."""
    background: Colour = "#eef0f2"
    """Background around the contents, and of the footer."""
    dark_accent: Colour = "#72cdd6"
    """Colour of links, buttons and the line at the top, in dark mode."""
    dark_text: Colour = "#dfe3e8"
    """Colour of text in dark mode."""
    dark_muted: Colour = "#a3acb7"
    """Colour of details and small print in dark mode."""
    dark_sheet: Colour = "#1e2227"
    """Background of the contents in dark mode."""
    dark_background: Colour = "#15181c"
    """Background around the contents, and of the footer, in dark mode."""
    texts_en: Words = msgspec.field(default_factory=Words)
    """Words to use in English mails instead of the program's, by their names in the sections
    `[shared]` and `[email]` of `publisher/formatter/i18n/en.toml`, such as
    `{ highlights = "Our favourites" }`."""
    texts_zh: Words = msgspec.field(default_factory=Words)
    """Words to use in Chinese mails, by the same names."""
