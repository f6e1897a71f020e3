"""Single mails: the facts that people agree to, in both parts, and the look of an issue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from lxml import html

from publisher.formatter.email.transactional import (
    FirstIssue,
    RenderedMail,
    confirmation,
    preferences,
    wording_of,
)
from publisher.models import Frequency, Language
from publisher.settings import Settings, Site
from publisher.settings.sections import Mail, Output, Web

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
TOKEN = "T" * 43
EN, ZH, BOTH = Language.ENGLISH, Language.CHINESE, Language.BOTH
CASES = [
    (EN, Frequency.WEEKLY, ["Topics: NeRF, 数字人", "How often: Every week, on Monday"]),
    (EN, Frequency.DAILY, ["How often: Every day", "Next issue: Tuesday, 10 December 2024"]),
    (
        ZH,
        Frequency.MONTHLY,
        ["主题：NeRF、数字人", "频率：每月 1 日", "下一期：2025年1月1日（周三）"],
    ),
    (BOTH, Frequency.WEEKLY, ["频率：每周一", "Next issue: Monday, 16 December 2024"]),
]


def make_settings(folder: Path, **sections: object) -> Settings:
    return Settings(
        site=Site(
            url="https://papers.example.org", title="Paper <Notes>", timezone="Asia/Shanghai"
        ),
        web=Web(url="https://papers.example.org"),
        mail=Mail(from_address="news@example.org", postal_address="1 Road"),
        output=Output(folder=str(folder)),
        **sections,  # type: ignore[arg-type]
    )


def confirm(folder: Path, language: Language, frequency: Frequency, now: datetime) -> RenderedMail:
    first = FirstIssue(frequency, now)
    topics = ["NeRF", "数字人"]
    settings = make_settings(folder)
    return confirmation("ada@example.org", topics, TOKEN, first, language, settings)


@pytest.mark.parametrize(("language", "frequency", "lines"), CASES)
def test_both_parts_say_what_comes_and_when(
    tmp_path: Path, language: Language, frequency: Frequency, lines: list[str]
) -> None:
    mail = confirm(tmp_path, language, frequency, NOW)
    assert [line for line in lines if line not in mail.text.splitlines()] == []
    page = html.document_fromstring(mail.html)
    shown = " ".join(page.body.text_content().split())
    for line in lines:
        label, value = line.replace("：", ": ").split(": ")
        assert f"{label} {value}" in shown
    link = f"https://papers.example.org/confirm/{TOKEN}"
    assert link in mail.text
    assert page.xpath("//a/@href").count(link) == (2 if language is BOTH else 1)
    assert "recent issue" not in shown


def test_look(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "2024-W49.html").touch()
    for mail in (
        confirm(tmp_path, EN, Frequency.WEEKLY, NOW),
        preferences("ada@example.org", TOKEN, EN, make_settings(tmp_path)),
    ):
        page = html.document_fromstring(mail.html)
        assert "prefers-color-scheme: dark" in mail.html
        assert "max-width: 480px" in mail.html
        (button,) = page.xpath("//td[contains(@class, 'o')]//a")
        assert "font-weight:600" in button.get("style")
        assert "Paper <Notes>" in page.findtext(".//h1")
        assert len(mail.html) < 10_000
    mail = confirm(tmp_path, EN, Frequency.WEEKLY, NOW)
    for part in (mail.text, mail.html):
        assert "https://papers.example.org/issues/2024-W49.html" in part


def test_a_wording_is_the_same_on_every_day_and_for_everybody(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    before = wording_of(EN, settings)
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "2024-W49.html").touch()
    assert wording_of(EN, settings) == before
    assert before != wording_of(ZH, settings)
    assert "(frequency)" in before[1]
