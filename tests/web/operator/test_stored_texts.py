from __future__ import annotations

import re
from itertools import chain

import pytest
from babel.messages.pofile import read_po

from publisher.models import DeliveryState, Frequency, Language, Length, SubscriberStatus
from publisher.models.gathering import BatchState
from publisher.models.ledger import IssueState
from publisher.translation import FOLDER, languages, using
from publisher.web.operator.stored_texts import SENTENCES, name_of, stored_text

ENUMS = (DeliveryState, Frequency, Language, Length, SubscriberStatus, BatchState, IssueState)
TRANSLATED = [language for language in languages() if language != "en"]


@pytest.mark.parametrize("name", sorted(set(chain(*ENUMS))))
def test_every_state_and_choice_has_a_name(name: str) -> None:
    with using("zh"):
        assert re.fullmatch("[\u4e00-\u9fff]+", name_of(name))


def test_names_in_english() -> None:
    assert name_of(DeliveryState.IN_DOUBT) == "in doubt"
    assert name_of(Language.BOTH) == "both languages"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("paused", "已暂停"),
        ("by operator ada", "管理员 ada"),
        ("issue 2024-W49, subscriber 7: send again", "邮件 2024-W49，订阅者 7：重新发送"),
        ("issue 2024-W49", "邮件 2024-W49"),
        ("imported as active", "导入，状态：正常"),
        ("bounced: 550 no such {user}", "退信：550 no such {user}"),
        ("by token home: moved here", "令牌 home：moved here"),
        ("550 5.1.1 no such user here", "550 5.1.1 no such user here"),
        (
            "arXiv was closed on Sunday 2024-12-08, or had nothing in cs.CV.",
            "arXiv 在 2024-12-08（星期日）没有公告，或 cs.CV 没有新内容。",
        ),
        (
            "HTTP 503. It is tried again from 2024-12-08 10:00 UTC.",
            "HTTP 503. 将于 2024-12-08 10:00（UTC）后重试。",
        ),
        ("a reason\nin two lines", "a reason\nin two lines"),
    ],
)
def test_what_the_program_wrote_is_translated(text: str, expected: str) -> None:
    with using("zh"):
        assert stored_text(text) == expected
    assert stored_text(text) == text


def test_each_sentence_is_known_as_itself() -> None:
    for sentence in SENTENCES:
        assert stored_text(re.sub(r"\{(\w+)\}", r"<\1>", sentence)).count("<") == sentence.count(
            "{"
        )


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_pages_is_translated_with_its_places(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES/operator.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        if not message.id:
            continue
        plural = message.id[-1] if isinstance(message.id, tuple) else message.id
        for text in [message.string] if isinstance(message.string, str) else message.string:
            assert text, message.id
            places = re.compile(r"\{\w*(?::[^}]*)?\}|%\(\w+\)s|%%|<[^>]+>")
            assert sorted(places.findall(text)) == sorted(places.findall(plural)), message.id
