from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.addresses import clean_name, normalise_email
from publisher.errors import SubscriberError
from publisher.models import (
    PREFERENCES_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
    EditionKey,
    Frequency,
    Language,
    Length,
    Preferences,
    Subscriber,
    SubscriberStatus,
)
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import ReaderChoice
from publisher.newsletter.audience import (
    EditionCount,
    EditionSelector,
    IssueAudience,
    edition_finder,
    edition_key,
    needed_editions,
)
from publisher.newsletter.subscriber_csv import (
    Remark,
    SubscriberTable,
    write_csv,
)
from publisher.sender.message.tokens import (
    TOKEN_LENGTH,
    make_preferences_token,
    make_token,
    pseudonym,
    verify_preferences_token,
    verify_token,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
ACTIVE, PENDING, GONE = (
    SubscriberStatus.ACTIVE,
    SubscriberStatus.PENDING,
    SubscriberStatus.UNSUBSCRIBED,
)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("jane@example.org", "jane@example.org"),
        ("  Jane.Doe+x@EXAMPLE.Org ", "Jane.Doe+x@example.org"),
        ("j.a.n.e@GMAIL.com", "j.a.n.e@gmail.com"),
        ("a@bücher.de", "a@xn--bcher-kva.de"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
        ("e\u0301a@example.org", "éa@example.org"),
    ],
)
def test_addresses_have_one_form(given_: str, kept: str) -> None:
    assert normalise_email(given_) == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jane",
        "@example.org",
        "jane@",
        "jane@localhost",
        "a b@example.org",
        "a@example.org, b@example.org",
        "Jane <jane@example.org>",
        "jane@example.org\nBcc: x@example.org",
        "jane\r@example.org",
        "jane\x00@example.org",
        "jane\u2028@example.org",
        "ja\u202ene@example.org",
        '"two words"@example.org',
        "a@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "a@" + "b" * 300 + ".org",
        "\ud800@example.org",
    ],
)
def test_addresses_that_are_refused_in_one_printable_line(address: str) -> None:
    with pytest.raises(SubscriberError) as caught:
        normalise_email(address)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@given(st.text())
def test_no_text_is_another_error(text: str) -> None:
    for check in (normalise_email, clean_name):
        kept = _kept(check, text)
        assert kept is None or check(kept) == kept


def test_names() -> None:
    assert clean_name("  李雷   \u3000 Jane ") == "李雷 Jane"
    assert clean_name("e\u0301") == "é"
    assert clean_name("👩‍🔬") == "👩‍🔬"
    for bad in ("a\nb", "a\x00", "\u202eevil", "x" * 201):
        with pytest.raises(SubscriberError):
            clean_name(bad)


KEYS = {1: b"a" * 32, 2: b"b" * 32}


def test_a_token_is_as_long_as_its_placeholder_and_names_one_person() -> None:
    token = make_token(KEYS, 123456789, 3)
    assert len(token) == TOKEN_LENGTH == len(UNSUBSCRIBE_PLACEHOLDER)
    assert verify_token(KEYS, token) == (123456789, 3)
    old = make_token({1: KEYS[1]}, 5, 1)
    assert verify_token(KEYS, old) == (5, 1)
    assert verify_token({2: KEYS[2]}, old) is None
    assert verify_token({1: b"other" * 8, 2: b"x" * 32}, token) is None


@given(st.integers(0, 2**48 - 1), st.integers(0, 255))
def test_every_token_is_read_back(subscriber_id: int, version: int) -> None:
    token = make_token(KEYS, subscriber_id, version)
    assert verify_token(KEYS, token) == (subscriber_id, version)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@given(st.integers(0, 39), st.sampled_from("AB_-9 =\n/é"))
def test_a_token_with_one_other_character_is_none(place: int, other: str) -> None:
    token = make_token(KEYS, 7, 1)
    changed = token[:place] + other + token[place + 1 :]
    assert changed == token or verify_token(KEYS, changed) is None


@given(st.one_of(st.text(max_size=60), st.text(min_size=40, max_size=40)))
def test_other_text_is_no_token(text: str) -> None:
    assert verify_token(KEYS, text) is None


@given(st.integers(0, 2**48 - 1), st.integers(0, 255), st.dates(date(1970, 1, 1), date(2149, 6, 6)))
def test_a_token_for_choices_is_read_back_and_serves_for_nothing_else(
    subscriber_id: int, version: int, day: date
) -> None:
    token = make_preferences_token(KEYS, subscriber_id, version, day)
    assert len(token) == TOKEN_LENGTH == len(PREFERENCES_PLACEHOLDER)
    assert verify_preferences_token(KEYS, token) == (subscriber_id, version, day)
    assert verify_token(KEYS, token) is None
    assert verify_preferences_token(KEYS, make_token(KEYS, subscriber_id, version)) is None
    assert verify_preferences_token({1: KEYS[1]}, token) is None


@given(st.integers(0, 39), st.sampled_from("AB_-9 =\n/é"))
def test_a_token_for_choices_with_one_other_character_is_none(place: int, other: str) -> None:
    token = make_preferences_token(KEYS, 7, 1, date(2024, 12, 9))
    changed = token[:place] + other + token[place + 1 :]
    assert changed == token or verify_preferences_token(KEYS, changed) is None


def test_a_pseudonym_outlives_new_keys() -> None:
    assert pseudonym({1: KEYS[1]}, "i", 1) == pseudonym(KEYS, "i", 1)
    assert pseudonym(KEYS, "i", 1) != pseudonym(KEYS, "i", 2) != pseudonym(KEYS, "j", 2)


CHOICES = [
    (ReaderChoice(), 1),
    (ReaderChoice(("a", "b")), 2),
    (ReaderChoice(("a", "empty")), 3),
    (ReaderChoice(("empty",)), 4),
    (ReaderChoice(()), 5),
    (ReaderChoice(("a",)), 6),
    (ReaderChoice(), 7),  # of other people
]
AUDIENCE = IssueAudience({"p1": ("a", "b"), "p2": ("c",), "p3": ("a",)})


def test_who_gets_which_edition() -> None:
    needed = needed_editions(CHOICES, AUDIENCE)
    only_a, a_and_b = edition_key(EditionKey(("a",))), edition_key(EditionKey(("a", "b")))
    assert needed == {
        "zh-standard-all": EditionCount(EditionKey(), 8),
        only_a: EditionCount(EditionKey(("a",)), 9),
        a_and_b: EditionCount(EditionKey(("a", "b")), 2),
    }
    find = edition_finder(AUDIENCE, needed)
    assert [find(choice) for choice, _ in CHOICES[:6]] == [
        "zh-standard-all",
        a_and_b,
        only_a,
        None,
        None,
        only_a,
    ]
    assert needed_editions(CHOICES, IssueAudience({})) == {}
    assert find(ReaderChoice(("c",))) is None, "it was not made"


DAILY, WEEKLY, MONTHLY = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY


@pytest.mark.parametrize(
    ("choice", "audience", "key"),
    [
        (ReaderChoice(), AUDIENCE, EditionKey()),
        (
            ReaderChoice(None, Language.ENGLISH, Length.SHORT),
            AUDIENCE,
            EditionKey((), Language.ENGLISH, Length.SHORT),
        ),
        (ReaderChoice(), replace(AUDIENCE, language=Language.BOTH), EditionKey((), Language.BOTH)),
        # papers without a topic are for those who want all
        (ReaderChoice(), IssueAudience({"p": ()}), EditionKey()),
    ],
)
def test_what_somebody_gets(
    choice: ReaderChoice, audience: IssueAudience, key: EditionKey | None
) -> None:
    assert EditionSelector(audience).select(choice) == key


@pytest.mark.parametrize(
    ("frequency", "offered", "gets"),
    [
        (None, (WEEKLY,), True),
        (WEEKLY, (WEEKLY,), True),
        # what is not offered is as good as no wish: else they would never hear from us
        (MONTHLY, (WEEKLY,), True),
        (MONTHLY, (WEEKLY, MONTHLY), False),
        (None, (DAILY, WEEKLY), False),
        (WEEKLY, (DAILY, WEEKLY), True),
    ],
)
def test_who_is_in_the_stream(
    frequency: Frequency | None, offered: tuple[Frequency, ...], gets: bool
) -> None:
    assert replace(AUDIENCE, frequencies=offered).has_readers_of(frequency) is gets


@pytest.mark.parametrize(
    ("topics", "had", "key"),
    [
        ((), ("2024-W49",), EditionKey(received_issues=("2024-W49",))),
        (("a",), ("2024-W49",), EditionKey(("a",), received_issues=("2024-W49",))),
        # all on "b" came with the weekly issue, and with both of them nothing is left
        (("b",), ("2024-W49",), None),
        (("a", "b"), ("2024-W49",), EditionKey(("a",), received_issues=("2024-W49",))),
        ((), ("2024-W49", "2024-W50"), None),
    ],
)
def test_who_changed_frequency_gets_what_is_new_to_them(
    topics: tuple[str, ...], had: tuple[str, ...], key: EditionKey | None
) -> None:
    shared = {"2024-W49": {"p1", "p2"}, "2024-W50": {"p3"}}
    audience = replace(AUDIENCE, shared=shared)
    choice = ReaderChoice(topics or None, received_issues=had)
    assert EditionSelector(audience).select(choice) == key


def test_no_two_editions_share_a_short_name() -> None:
    keys = [
        EditionKey(topics, language, length, had)
        for topics in ((), ("a",), ("a", "b"), ("ab",))
        for language in Language
        for length in Length
        for had in ((), ("a",), ("2024-W49",), ("2024-W49", "2024-W50"))
    ]
    assert len({edition_key(key) for key in keys}) == len(keys)
    assert max(map(len, map(edition_key, keys))) <= 64


def slugify(name: str) -> str:
    return name.lower().replace(" ", "-").replace("元宇宙", "metaverse")


def read(text: str, **options: bool) -> list[ImportedSubscriber | Remark]:
    return list(SubscriberTable(text).rows(slugify=slugify, **options))


def test_a_file_with_everything_in_another_order() -> None:
    text = (
        "\ufeffTopics,Email,confirmed_at,name,status,favourite colour,created_at\r\n"
        '"Talking Head; 元宇宙;gan",Jane@EXAMPLE.org,2024-01-02T03:04:05Z,"李, 雷",active,red,\r\n'
        "\r\n"
        ",p@example.org,,,,,2024-01-01\r\n"
        ",gone@example.org,2024-01-01,,Unsubscribed,,\r\n"
    )
    remark, first, second, third = read(text)
    assert remark == Remark(
        1, "columns that mean nothing here are left out: favourite colour", rejected=False
    )
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    topics = ("gan", "metaverse", "talking-head")
    assert first == ImportedSubscriber(
        2, "Jane@example.org", "李, 雷", topics, ACTIVE, None, moment
    )
    assert isinstance(second, ImportedSubscriber)
    assert (second.line, second.status) == (4, PENDING)
    assert second.created_at == datetime(2024, 1, 1, tzinfo=UTC)
    assert isinstance(third, ImportedSubscriber)
    assert third.status is GONE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nobody,", "@-sign"),
        ("a@x.org,,zzz", "no time"),
        ("a@x.org,,,maybe", "status"),
        ("a@x.org,,,,!!!", "no usable name"),
        ("a@x.org,,,,,klingon", "language 'klingon' is none of en, zh, both"),
        ("a@x.org,,,,,,,hourly", "frequency 'hourly' is none of daily, weekly, monthly"),
        ('"a@x.org,', "not valid CSV"),
        ("a@x.org,9999-99", "no time|no usable|created"),
    ],
)
def test_a_line_that_is_lost_says_why_and_the_rest_goes_on(line: str, said: str) -> None:
    header = "email,created_at,confirmed_at,status,topics,language,length,frequency\n"
    found = read(header + "ok@example.org,,,,\n" + line + "\n")
    assert isinstance(found[0], ImportedSubscriber)
    assert isinstance(found[1], Remark)
    assert (found[1].line, found[1].rejected) == (3, True)
    import re

    assert re.search(said, found[1].message)


def test_a_record_of_many_lines_is_named_by_its_first() -> None:
    found = read('email,name\na@x.org,"x\ny"\nb@x.org,"fine"\nbad,\n')
    assert [(row.line, type(row).__name__) for row in found] == [
        (2, "Remark"),
        (4, "ImportedSubscriber"),
        (5, "Remark"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "a@example.org,Jane\n"])
def test_a_file_without_header(text: str) -> None:
    with pytest.raises(SubscriberError, match="line 1: no column 'email'"):
        read(text)


def test_a_file_that_is_not_utf8() -> None:
    stream = io.TextIOWrapper(io.BytesIO("email\nb@x.org,ä\n".encode("latin-1")), "utf-8")
    with pytest.raises(SubscriberError, match="UTF-8"):
        list(SubscriberTable(stream).rows(slugify=slugify))


def test_the_operator_may_vouch_for_all() -> None:
    found = read("email,status\na@x.org,\nb@x.org,pending\nc@x.org,unsubscribed\n", confirmed=True)
    assert [row.status for row in found if isinstance(row, ImportedSubscriber)] == [
        ACTIVE,
        PENDING,
        GONE,
    ]


def test_a_spreadsheet_runs_nothing_of_an_export() -> None:
    stream = io.StringIO(newline="")
    names = ["=1+1", " +1", "-1", "@x", "'=x", "''\t=x", "plain", "'quoted'"]
    people = [Subscriber(1, "a@x.org", name, (), ACTIVE, NOW) for name in names]
    assert write_csv(people, stream) == len(names)
    text = stream.getvalue()
    for cell in text.replace("\r\n", ",").split(","):
        assert cell.startswith('"') or not cell
        assert not cell[1:].lstrip().startswith(("=", "+", "-", "@"))


@given(
    st.lists(
        st.builds(
            Subscriber,
            id=st.just(1),
            email=st.sampled_from(["a@x.org", "-b@x.org", "=c@x.org", "+d@x.org", "'e@x.org"]),
            name=st.text(max_size=30)
            .filter(lambda name: _kept(clean_name, name) is not None)
            .map(clean_name),
            topics=st.sets(st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}", fullmatch=True)).map(
                lambda slugs: tuple(sorted(slugs))
            ),
            status=st.sampled_from([ACTIVE, GONE]),
            created_at=st.integers(0, 10**9).map(lambda seconds: NOW - timedelta(seconds=seconds)),
            confirmed_at=st.just(NOW),
            preferences=st.builds(
                Preferences,
                st.sampled_from([None, *Language]),
                st.sampled_from([None, *Length]),
                st.sampled_from([None, *Frequency]),
            ),
        )
    )
)
def test_what_is_exported_is_imported_as_it_was(people: list[Subscriber]) -> None:
    stream = io.StringIO(newline="")
    write_csv(people, stream)
    stream.seek(0)
    found = [
        (
            row.email,
            row.name,
            row.topics,
            row.status,
            row.created_at,
            row.confirmed_at,
            row.preferences,
        )
        for row in SubscriberTable(stream).rows(slugify=slugify)
        if isinstance(row, ImportedSubscriber)
    ]
    assert found == [
        (p.email, p.name, p.topics, p.status, p.created_at, p.confirmed_at, p.preferences)
        for p in people
    ]


def _kept(check: Callable[[str], str], text: str) -> str | None:
    try:
        return check(text)
    except SubscriberError as error:
        if not str(error).isprintable():
            raise AssertionError(error) from error
        return None
