"""The mail that pages offer is one that the mailbox understands."""

from __future__ import annotations

from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from publisher.collector.text.slugs import fold
from publisher.formatter.i18n.words import PageWords, languages, words_in
from publisher.formatter.pages.mail_subscription import mail_subscription
from publisher.inbound.classification.mail_kinds import InboundMail, Subscribe
from publisher.inbound.classification.requests import (
    Plainness,
    parse_request,
    plainness_of_leaving,
)
from publisher.models import Topic
from publisher.settings import Settings, Site
from publisher.settings.sections import Inbox, Mail


def with_mailbox(language: str, address: str = "list+papers@example.org") -> Settings:
    return Settings(
        site=Site(language=language),
        mail=Mail(from_address=address),
        inbox=Inbox(host="imap.example.org"),
    )


def message_with(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.org", subject
    return message


def read(subject: str) -> InboundMail:
    return parse_request(message_with(subject), "example.org")


TOPICS = [
    ("NeRF", "nerf", "NeRF"),
    ("数字人", "shuziren", "数字人"),
    ("医学图像/分割", "yixuetuxiang-fenge", "医学图像/分割"),
    ("Vision & Language", "vision-language", "Vision & Language"),
    ("C++", "c", "c"),  # a sign at the end would be taken away
    ("Vision, Language", "vision-language", "vision-language"),  # a comma separates
    ("语音、文本", "yuyin-wenben", "yuyin-wenben"),
    ("“Agents”", "agents", "agents"),
    ("3D", "3d", "3D"),
    ("N", "n", "N"),
    ("A long name " * 9, "a-long-name", "a-long-name"),
]


@pytest.mark.parametrize("language", ["en", "zh-CN", "de"])
@pytest.mark.parametrize(("name", "slug", "written"), TOPICS)
def test_the_mail_for_a_topic_asks_for_that_topic(
    language: str, name: str, slug: str, written: str
) -> None:
    mail = mail_subscription(with_mailbox(language), Topic(slug, name))
    assert mail is not None
    request = read(mail.subject)
    assert isinstance(request, Subscribe)
    assert request.topics == (written,)
    assert fold(written) in (fold(name), slug)


@pytest.mark.parametrize(("language", "subject"), [("en", "subscribe"), ("zh-CN", "订阅")])
def test_the_link_has_what_the_page_shows(language: str, subject: str) -> None:
    mail = mail_subscription(with_mailbox(language))
    assert mail is not None
    assert (mail.address, mail.subject) == ("list+papers@example.org", subject)
    parts = urlsplit(mail.url)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", mail.address)
    assert parse_qs(parts.query) == {"subject": [subject]}
    request = read(subject)
    assert isinstance(request, Subscribe)
    assert request.topics == ()


@pytest.mark.parametrize("code", languages())
def test_the_commands_that_pages_name_are_understood(code: str) -> None:
    words = words_in(PageWords, code)
    quoted = [part.split("”")[0] for part in words.by_mail_commands.split("“")[1:]]
    choose, leave = quoted
    request = read(choose)
    assert isinstance(request, Subscribe)
    assert request.topics
    assert choose.startswith(words.subscribe_command)
    assert plainness_of_leaving(message_with(leave)) is Plainness.SUBJECT


def test_no_mailbox_no_mail() -> None:
    assert mail_subscription(Settings()) is None
