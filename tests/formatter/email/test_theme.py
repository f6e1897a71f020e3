"""Parts of the mail that settings change without a template."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import SettingsError
from publisher.formatter.email import render_edition
from publisher.formatter.i18n.email_words import email_words
from publisher.formatter.i18n.words import EmailWords, words_in
from publisher.models import EditionKey, Issue, Language, Paper, Topic
from publisher.settings import Newsletter, Settings, Site
from publisher.settings.sections import Theme, Web
from publisher.settings.values import Words

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2024, 12, 9, 8, tzinfo=ZONE)
ENGLISH = EditionKey(language=Language.ENGLISH)


def make_issue(issue_id: str = "2024-W49", papers: int = 1) -> Issue:
    made = tuple(
        Paper(
            id=f"arxiv:2412.{number:05d}",
            version=1,
            title=f"Paper {number}",
            authors=(),
            abstract="We render.",
            comment=None,
            abs_url=f"https://arxiv.org/abs/2412.{number:05d}",
            pdf_url="",
            code_urls=(),
            topics=(Topic("nerf", "NeRF"),),
            digests=(),
            first_published=END,
            updated=END,
            summary=None,
            takeaways=(),
            figures=(),
            repaired=False,
        )
        for number in range(papers)
    )
    return Issue(issue_id, END - timedelta(days=7), END, made)


def test_colours_and_logo() -> None:
    theme = Theme(accent="#aa3300", dark_sheet="#112233", logo="https://example.org/l.png")
    html = render_edition(
        make_issue(), ENGLISH, Settings(site=Site(title="Paper digests"), theme=theme)
    ).html

    assert "border-top:4px solid #a30" in html
    assert ".x { background-color: #112233 !important; }" in html
    assert '<img src="https://example.org/l.png" width="160" alt="Paper digests"' in html
    named = Theme(logo="https://example.org/l.png", logo_alt="Us")
    assert 'alt="Us"' in render_edition(make_issue(), ENGLISH, Settings(theme=named)).html


def test_words() -> None:
    theme = Theme(texts_en=Words({"why": "Hello from {title}.", "sent_by": "Yours, {name}"}))
    settings = Settings(site=Site(title="Paper digests"), theme=theme)

    edition = render_edition(make_issue(), ENGLISH, settings)

    for part in (edition.html, edition.text):
        assert "Hello from Paper digests." in part
        assert "Yours, Paper digests" in part
    assert "Hello" not in render_edition(make_issue(), EditionKey(), settings).html


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"whi": "x"}, "theme.texts_en: no such text: 'whi'"),
        ({"lang": "de"}, "no such text: 'lang'"),
        ({"why": "{name}"}, "theme.texts_en: why: nothing to fill in for name"),
        ({"why": "{title.__class__}"}, "nothing to fill in for title.__class__"),
        ({"why": "{"}, "theme.texts_en: '{'"),
    ],
)
def test_wrong_words_are_named(words: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        render_edition(make_issue(), ENGLISH, Settings(theme=Theme(texts_en=Words(words))))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("language", "site", "expected"),
    [
        (Language.ENGLISH, "zh-CN", "en"),
        (Language.CHINESE, "en", "zh"),
        (Language.BOTH, "en", "en"),
        (Language.BOTH, "zh-TW", "zh"),
        (Language.BOTH, "de", "en"),
    ],
)
def test_the_frames_language(language: Language, site: str, expected: str) -> None:
    words = email_words(Settings(site=Site(language=site)), language)
    assert words is words_in(EmailWords, expected)


@pytest.mark.parametrize(
    ("issue_id", "settings", "subject", "period"),
    [
        ("2024-W49", {}, "1 new paper: NeRF – week 49", "Week 49, 2024 · 2–9 December 2024"),
        ("2024-12-02", {}, "1 new paper: NeRF – 2 December", "2 December 2024 · 1 new paper"),
        ("2024-12", {}, "1 new paper: NeRF – December 2024", "December 2024 · 2–9 December"),
        (
            "2024-W49",
            {"subject": "{title} {period}: {topics} ({count})"},
            "Paper digests week 49: NeRF (1)",
            "Week 49",
        ),
        ("2024-W49", {"subject": "The same\nevery week"}, "The same every week", "Week 49"),
    ],
)
def test_subject_and_period(
    issue_id: str, settings: dict[str, Any], subject: str, period: str
) -> None:
    edition = render_edition(
        make_issue(issue_id),
        ENGLISH,
        Settings(site=Site(title="Paper digests"), newsletter=Newsletter(**settings)),
    )

    assert edition.subject == subject
    assert period in edition.text


def test_the_subject_of_a_day_or_month_in_chinese() -> None:
    assert (
        "（12月2日）" in render_edition(make_issue("2024-12-02"), EditionKey(), Settings()).subject
    )
    assert (
        "（2024年12月）" in render_edition(make_issue("2024-12"), EditionKey(), Settings()).subject
    )


def test_a_web_address_brings_preferences_and_a_click() -> None:
    plain = render_edition(make_issue(), ENGLISH, Settings())
    assert "Change your preferences" not in plain.html + plain.text
    assert "mailto:" in plain.html

    there = render_edition(make_issue(), ENGLISH, Settings(web=Web(url="https://app.example.org")))

    for part in (there.html, there.text):
        assert "https://app.example.org/preferences" in part
        assert "https://app.example.org/unsubscribe/unsubscribe-token" in part
        assert "mailto:" not in part
    # the header has no such link either where it would be in the clear
    local = render_edition(make_issue(), ENGLISH, Settings(web=Web(url="http://localhost:1/")))
    assert "mailto:" in local.html
