from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import IssueError, SettingsError
from publisher.models import (
    PLACEHOLDER_END,
    PREFERENCES_PLACEHOLDER,
    TOKEN_PLACEHOLDERS,
    UNSUBSCRIBE_PLACEHOLDER,
    Edition,
)
from publisher.sender.message.edition_message import (
    Recipient,
    Template,
    build_message,
)
from publisher.sender.message.list_headers import feedback_id
from publisher.sender.message.quoted_printable import quote_printable
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.message.tokens import make_preferences_token, make_token, pseudonym
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {1: b"k" * 32}
WHEN = datetime(2024, 12, 9, 8, 0, tzinfo=timezone(timedelta(hours=8)))
HEAD = SenderProfile(
    from_address="news@papers.example.org",
    list_id="digests.papers.example.org",
    from_name="论文, 周报",
    reply_to="editor@example.org",
    language="zh-CN",
)
LINK = f"https://papers.example.org/u/{UNSUBSCRIBE_PLACEHOLDER}"
CHOICES = f"https://papers.example.org/preferences/issue/{PREFERENCES_PLACEHOLDER}"
EDITION = Edition(
    issue_id="2024-W49",
    topics=(),
    subject="论文周报 2024-W49: “Talking heads”, and more papers than fit into one line of it",
    html="<p>"
    + "说话人脸 = <b>x</b> " * 90
    + f'</p>\n.\n<a href="{LINK}">退订</a>\n<i>{LINK}</i> <a href="{CHOICES}">设置</a>\n',
    text="摘要 trailing blank \n\ttab\t\n.dot\n..dots\nFrom me\n"
    + "x" * 300
    + f"\n{LINK}\n{CHOICES}\n",
    paper_count=3,
)
WHO = Recipient(
    "jane@example.org",
    '李雷, Jane "J"',
    "Mon, 09 Dec 2024 08:00:00 +0800",
    pseudonym(KEYS, "2024-W49", 7),
    make_token(KEYS, 7, 1),
    make_preferences_token(KEYS, 7, 1, date(2024, 12, 9)),
)


def parsed(message: bytes) -> EmailMessage:
    email = message_from_bytes(message, policy=policy.default)
    assert isinstance(email, EmailMessage)
    return email


def slow_way(edition: Edition, head: SenderProfile, who: Recipient, when: datetime) -> EmailMessage:
    """Return the same message, built by the library for one recipient."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(head.from_name, addr_spec=head.from_address)
    message["To"] = Address(who.name, addr_spec=who.email)
    message["Subject"] = edition.subject
    message["Date"] = when
    message["Message-ID"] = f"<2024-W49.{who.pseudonym}@papers.example.org>"
    message["Reply-To"] = head.reply_to
    message["Content-Language"] = head.language
    message["List-Id"] = f"<{head.list_id}>"
    message["List-Help"] = f"<mailto:{head.from_address}?subject=help>"
    message["List-Unsubscribe"] = f"<mailto:{head.from_address}?subject=unsubscribe%20{who.token}>"
    message["List-Post"] = "NO"
    message["Precedence"] = "bulk"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Feedback-ID"] = feedback_id(head.list_id, edition.issue_id)
    for kind, text in (("plain", edition.text), ("html", edition.html)):
        content = text.replace(UNSUBSCRIBE_PLACEHOLDER, who.token)
        content = content.replace(PREFERENCES_PLACEHOLDER, who.preferences)
        if kind == "plain":
            message.set_content(content, cte="quoted-printable")
        else:
            message.add_alternative(content, subtype="html", cte="quoted-printable")
    return message


def parts(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in message.iter_parts():
        yield part.get_content_type(), part.get_content().replace("\r\n", "\n")


def test_spliced_bytes_say_the_same_as_a_message_built_the_slow_way() -> None:
    message = Template.parse(build_message(EDITION, HEAD)).splice(WHO)
    quick, slow = parsed(message), slow_way(EDITION, HEAD, WHO, WHEN)
    slow = parsed(slow.as_bytes())
    assert list(parts(quick)) == list(parts(slow))
    assert [kind for kind, _ in parts(quick)] == ["text/plain", "text/html"]
    # The library moves it into the first part, where it does not hold for the second.
    assert quick["Content-Language"] == HEAD.language
    names = set(slow.keys()) - {"Content-Type"}
    assert {name: str(quick[name]) for name in names} == {name: str(slow[name]) for name in names}
    assert set(quick.keys()) - {"Content-Type", "Content-Language"} == names
    assert not quick.defects
    assert quick["To"].addresses[0].display_name == WHO.name


def test_what_every_line_of_a_message_holds_to() -> None:
    message = Template.parse(build_message(EDITION, HEAD)).splice(WHO)
    head, _, body = message.partition(b"\r\n\r\n")
    assert message.isascii()
    assert message.count(b"\n") == message.count(b"\r") == message.count(b"\r\n")
    assert b"\x00" not in message
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not any(line.startswith((b".", b"From ")) for line in body.split(b"\r\n"))
    assert PLACEHOLDER_END.encode() not in message
    assert message.endswith(b"--\r\n")


def test_a_message_that_was_frozen_before_it_had_a_link_to_choices() -> None:
    old = replace(
        EDITION,
        html=EDITION.html.replace(CHOICES, "https://papers.example.org/preferences"),
        text=EDITION.text.replace(CHOICES, "https://papers.example.org/preferences"),
    )
    message = Template.parse(build_message(old, HEAD)).splice(WHO)
    assert WHO.preferences.encode() not in message
    assert message.count(WHO.token.encode()) == 4


def test_the_same_input_gives_the_same_bytes() -> None:
    assert build_message(EDITION, HEAD) == build_message(EDITION, HEAD)


@pytest.mark.parametrize("frozen", [b"date-of-this-copy", b"Mon, 02 Dec 2024 08:00:00 +0800"])
@pytest.mark.parametrize(
    "date", ["Mon, 09 Dec 2024 08:00:00 +0800", "Tue, 10 Dec 2024 23:59:60 -0330"]
)
def test_the_date_is_that_of_the_copy(date: str, frozen: bytes) -> None:
    message = build_message(replace(EDITION, subject="Date: date-of-this-copy"), HEAD)
    template = Template.parse(message.replace(b"date-of-this-copy", frozen))
    copy = parsed(template.splice(replace(WHO, date=date)))
    assert copy.get_all("Date") == [date]
    assert copy["Message-ID"] == template.message_id(WHO.pseudonym)


@pytest.mark.parametrize("part", ["html", "text"])
def test_an_edition_without_a_way_out_is_refused(part: str) -> None:
    changes: dict[str, Any] = {part: "no link"}
    with pytest.raises(IssueError, match=f"the {part} has no unsubscribe link"):
        build_message(replace(EDITION, **changes), HEAD)


@pytest.mark.parametrize(
    "damage",
    [
        b"To: recipient-of-this-copy",
        b"Date: ",
        b"pseudonym-of-this-recipient-----",
        b"subject=unsubscribe%20uns",
    ],
)
def test_a_template_that_lost_a_placeholder_is_not_sent(damage: bytes) -> None:
    with pytest.raises(IssueError, match="lost its placeholders"):
        Template.parse(build_message(EDITION, HEAD).replace(damage, b"x" * len(damage)))


def test_placeholders_in_the_texts_of_others_are_just_words() -> None:
    trick = "recipient-of-this-copy pseudonym-of-this-recipient----- To: recipient-of-this-copy"
    edition = replace(EDITION, subject=trick, text=EDITION.text + trick)
    template = Template.parse(build_message(edition, replace(HEAD, from_name=trick)))
    message = parsed(template.splice(replace(WHO, name=trick)))
    assert message["Subject"] == trick
    assert "".join(message["To"].addresses[0].display_name.split()) == "".join(trick.split())
    assert message["Message-ID"] == template.message_id(WHO.pseudonym)


def test_one_click() -> None:
    head = replace(
        HEAD, one_click_url="https://papers.example.org/u/", unsubscribe_address="o+f@x.org"
    )
    message = parsed(Template.parse(build_message(EDITION, head)).splice(WHO))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ways = str(message["List-Unsubscribe"]).split(", ")
    assert ways == [
        f"<https://papers.example.org/u/{WHO.token}>",
        f"<mailto:o%2Bf@x.org?subject=unsubscribe%20{WHO.token}>",
    ]


def lines_about(changes: dict[str, Any]) -> dict[str, str]:
    message = parsed(Template.parse(build_message(EDITION, replace(HEAD, **changes))).splice(WHO))
    assert len(set(map(str.lower, message.keys()))) == len(message.keys()), "no header twice"
    return {name: str(value) for name, value in message.items()}


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({}, "Sender", None),
        ({"sender_address": HEAD.from_address}, "Sender", None),
        ({"sender_address": "robot@example.org"}, "Sender", "robot@example.org"),
        ({}, "List-Help", "<mailto:news@papers.example.org?subject=help>"),
        ({"help_address": "a+b&c@x.org"}, "List-Help", "<mailto:a%2Bb%26c@x.org?subject=help>"),
        ({}, "List-Subscribe", None),
        ({"subscribe_url": "https://x.org/s"}, "List-Subscribe", "<https://x.org/s>"),
        ({}, "List-Archive", None),
        ({"archive_url": "https://x.org/"}, "List-Archive", "<https://x.org/>"),
        ({}, "List-Unsubscribe-Post", None),
        ({}, "Feedback-ID", "2024-W49:newsletter:148d840e0c8c"),
        ({"reply_to": ""}, "Reply-To", None),
        ({"language": ""}, "Content-Language", None),
    ],
)
def test_a_header_is_there_when_it_is_right(
    changes: dict[str, Any], name: str, value: str | None
) -> None:
    assert lines_about(changes).get(name) == value


def test_the_sender_profile_of_the_settings() -> None:
    mail = {"from_address": "news@x.org", "reply_to": "ed@x.org"}
    site = {"title": "Paper digests"}
    plain = SenderProfile.from_settings(load(None, {}, {"mail": mail, "site": site}))
    assert (plain.help_address, plain.archive_url, plain.one_click_url) == ("ed@x.org", "", "")
    assert (plain.subscribe_url, plain.from_name) == ("", "Paper digests")
    places = {"site": {"url": "https://x.org/d"}, "web": {"url": "https://w.x.org"}}
    public = SenderProfile.from_settings(load(None, {}, {"mail": mail, **places}))
    assert public.archive_url == "https://x.org/d/"
    assert public.one_click_url == "https://w.x.org/unsubscribe/"
    assert public.subscribe_url == "https://w.x.org/subscribe"
    places = {"site": {"url": "https://例子.中国/"}, "web": {"url": "http://w.x.org"}}
    bare = SenderProfile.from_settings(
        load(None, {}, {"mail": {**mail, "list_id": "a.b"}, **places})
    )
    assert (bare.one_click_url, bare.archive_url) == ("", ""), "neither https nor ASCII"


def test_the_feedback_id_is_the_senders_whatever_the_issue() -> None:
    first, second = feedback_id("a.example.org", "2024-W49"), feedback_id("A.example.org", "x:y z")
    assert first.rpartition(":")[2] == second.rpartition(":")[2]
    for value in (first, second):
        parts_ = value.split(":")
        assert len(parts_) == len(set(parts_)) == 3
        assert 5 <= len(parts_[-1]) <= 15


@pytest.mark.parametrize("name", ["", "Jane", "李雷, address@stand-in.invalid", 'a "b" <c@d.org>'])
def test_an_address_that_is_not_ascii_stands_as_it_is(name: str) -> None:
    who = replace(WHO, email="用户@example.org", name=name)
    message = Template.parse(build_message(EDITION, HEAD)).splice(who)
    (line,) = re.findall(rb"\nTo: (.*?)\r\n(?! )", message, re.DOTALL)
    assert line.count("用户@example.org".encode()) == 1
    assert line.replace("用户@example.org".encode(), b"").isascii()
    line = line.replace("用户".encode(), b"someone")
    (address,) = parsed(b"To: " + line + b"\r\n\r\n")["To"].addresses
    assert address.addr_spec == "someone@example.org"
    assert "".join(address.display_name.split()) == "".join(name.split())


@pytest.mark.parametrize("value", ["新闻@example.org", "a@x.org\r\nBcc: b@x.org", "a b@x.org"])
@pytest.mark.parametrize("name", ["from_address", "reply_to", "list_id", "unsubscribe_address"])
def test_a_sender_profile_that_would_break_a_header(name: str, value: str) -> None:
    changes: dict[str, Any] = {name: value}
    with pytest.raises(SettingsError, match=f"mail.{name}") as caught:
        build_message(EDITION, replace(HEAD, **changes))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "changes", [{"token": "short"}, {"pseudonym": "short"}, {"preferences": "short"}]
)
def test_a_value_of_another_length_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="short"):
        Template.parse(build_message(EDITION, HEAD)).splice(replace(WHO, **changes))


@given(
    st.lists(
        st.one_of(
            st.sampled_from(TOKEN_PLACEHOLDERS),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")),
            st.sampled_from([" ", "\t", "\n", "=", ".", "From ", "x" * 74, "汉" * 9, "\r\n"]),
        )
    )
)
def test_quoted_printable_keeps_the_text_and_the_placeholders(pieces: list[str]) -> None:
    text = "".join(pieces)
    encoded = quote_printable(text, *TOKEN_PLACEHOLDERS)
    head = (
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    decoded = parsed(head + encoded).get_payload(decode=True)
    assert isinstance(decoded, bytes)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    assert decoded.decode().replace("\r\n", "\n") == expected
    for placeholder in TOKEN_PLACEHOLDERS:
        assert encoded.count(placeholder.encode()) == text.count(placeholder)
    assert max(map(len, encoded.split(b"\r\n"))) <= 76
    assert not any(line.startswith(b".") for line in encoded.split(b"\r\n"))


def test_to_splice_is_much_quicker_than_to_build() -> None:
    edition = replace(EDITION, html=EDITION.html * 10)
    template = Template.parse(build_message(edition, HEAD))
    start = datetime.now(UTC)
    for _ in range(200):
        template.splice(replace(WHO, name="Jane Doe"))
    assert (datetime.now(UTC) - start) / 200 < timedelta(milliseconds=1)
