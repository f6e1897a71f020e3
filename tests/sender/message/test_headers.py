from __future__ import annotations

import random
import re
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from publisher.formatter.email.subject import subject as email_subject
from publisher.formatter.i18n.email_words import email_words
from publisher.models import Issue, Language
from publisher.sender.message.headers import address_line, text_line
from publisher.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCODED_WORD = re.compile(r"=\?utf-8\?[bq]\?[^?\s]*\?=")


def parsed(line: bytes) -> Any:
    return message_from_bytes(line + b"\r\n", policy=policy.default)


NAMES = [
    "",
    "Jane",
    "Jane Doe",
    'a, b "c" d',
    'back\\slash (comment) <x@y.org>, "',
    "李雷, 韩梅梅",
    "名字" * 100,
    "x" * 200,
    "名字, " * 100,
    'Long "Name", ' * 24,
    "👩‍🔬" * 60,
    "=?utf-8?b?5ZCN?= <b@x.org>",
    "address@stand-in.invalid",
    'very long, quoted "name" ' * 8,
    'Jürgen "J" Müller, Dr. ' * 8,
    "😀 smile; q, 😀",
    "=?utf-8?q?x?=",
    "a@b.org, c@d.org,",
    "@",
    ".",
    "Bob.",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_nasty_name_is_one_recipient_with_that_name(name: str) -> None:
    check_address(name)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_any_name_is_one_recipient_with_that_name(name: str) -> None:
    check_address(name)


def check_address(name: str, email: str = "someone@example.org") -> None:
    line = address_line("To", name, email)
    assert line.isascii()
    check_lines(line)
    (address,) = parsed(line)["To"].addresses
    assert address.addr_spec == email
    # The parser puts blanks between encoded words.
    assert "".join(address.display_name.split()) == "".join(name.split())


def check_lines(line: bytes) -> None:
    """Check the limits of RFC 2047, 2, and that no encoded word needs another to be decoded."""
    *lines, end = line.decode().split("\r\n")
    assert end == ""
    assert "\n" not in "".join(lines)
    assert "\r" not in "".join(lines)
    assert all(folded.startswith(" ") and folded.strip() for folded in lines[1:])
    for text in lines:
        words = ENCODED_WORD.findall(text)
        assert len(text) <= 76 or (not words and len(text.split()) <= 2), text
        assert all(len(word) <= 75 for word in words), text
        # A server may begin a header's line with no more than its name.
        assert len(lines) == 1 or text.split(":", 1)[-1].strip()


def words_of(line: bytes) -> Iterator[str]:
    """Yield the text of each encoded word by itself."""
    for word in ENCODED_WORD.findall(line.decode()):
        ((data, charset),) = decode_header(word)
        yield data.decode(charset)


def cleaned(subject: str) -> str:
    kept = (c if c.isprintable() or c in "\u200c\u200d" else " " for c in subject)
    return " ".join("".join(kept).split())


def check_subject(subject: str) -> None:
    line = text_line("Subject", subject)
    assert line.isascii()
    check_lines(line)
    expected = cleaned(subject)
    assert str(parsed(line)["Subject"]) == expected
    coded = list(words_of(line))
    assert not coded or "".join(coded) in expected
    # One encoding for the whole: spam filters look at headers with both.
    assert not (b"?q?" in line and b"?b?" in line)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_subject_is_itself_on_lines_that_are_short(subject: str) -> None:
    check_subject(subject)


def blocks() -> list[str]:
    """Return the printable characters of every Unicode block of 64 that has some."""
    starts = range(0, sys.maxunicode, 64)
    texts = ("".join(filter(str.isprintable, map(chr, range(n, n + 64)))) for n in starts)
    return [text for text in texts if text]


def test_every_script_at_every_length() -> None:
    dice = random.Random(6)  # noqa: S311 - which characters
    for letters in blocks():
        for _ in range(2):
            word = dice.choices(letters, k=dice.randint(1, 90))
            text = "".join(c + " " * (dice.random() < 0.1) for c in word)
            text = dice.choice(["", "23 ", "x" * dice.randint(1, 80) + " "]) + text
            check_subject(text)
            check_address(text, f"{'s' * dice.randint(1, 64)}@{'e' * dice.randint(1, 60)}.org")


@pytest.mark.parametrize("shift", range(0, 80, 3))
@pytest.mark.parametrize(
    "cluster",
    [
        "e\u0301\u0323",  # a letter with two accents
        "नि",  # Hindi
        "นี้",  # Thai
        "\u1112\u1161\u11ab",  # Korean by letters
        "👩🏽‍🔬",  # a person, a tone, a joiner, a profession
        "👨‍👩‍👧‍👦",
        "🇩🇪",
        "❤️",
        "می\u200cخ",  # Persian, with the joiner that is no blank
    ],
)
def test_no_character_is_cut_as_people_see_it(cluster: str, shift: int) -> None:
    for subject in ("汉" * (shift // 3) + cluster * 20, "é" + "x" * shift + cluster * 20):
        line = text_line("Subject", subject)
        check_lines(line)
        words = list(words_of(line))
        assert "".join(words) == subject
        seen = set(accumulate(map(len, iter_graphemes(subject))))
        assert set(accumulate(map(len, words))) <= seen


@pytest.mark.parametrize("subject", ["=?utf-8?q?x?=", "a =?x", "b" * 200, "汉 字 " * 40, "", ": x"])
def test_a_nasty_subject_is_itself(subject: str) -> None:
    check_subject(subject)


@pytest.mark.parametrize("form", ["", "{title}：{papers}（{topics}）"])
def test_a_thousand_default_chinese_subjects(form: str) -> None:
    dice = random.Random(3)  # noqa: S311 - which topics
    words = email_words(Settings(), Language.CHINESE)
    moment = datetime(2025, 1, 6, tzinfo=UTC)
    names = ["计算机视觉", "说话人脸生成", "3D 高斯泼溅", "NeRF", "扩散模型", "语音合成与识别"]
    names += ["大语言模型", "医学图像分割", "强化学习", "CVPR", "多模态", "Talking head"]
    for week in range(1, 501):
        issue = Issue(f"2025-W{week % 52 + 1:02}", moment, moment, ())
        count = dice.randint(1, 1200)
        topics = dice.sample(names, dice.randint(1, len(names)))
        title = "论文周报 Paper digests"
        subject = email_subject(issue, topics, count, words, title=title, form=form)
        check_subject(subject)
        check_lines(text_line("X-Title", subject))
        check_address(subject)
