"""Exports of other systems: who has left there, or gets no mail, is never taken."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import pytest

from publisher.errors import SubscriberError
from publisher.models import SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.newsletter.import_columns import (
    ACTIVE,
    PAUSED,
    REASONS,
    UNCONFIRMED,
    FileColumns,
    _tables,
    _words,
    reason_of_file,
)
from publisher.newsletter.subscriber_csv import COLUMNS, Remark, SubscriberTable, text_of


def read(text: str, *, confirmed: bool = True) -> list[ImportedSubscriber | Remark]:
    rows = SubscriberTable(text).rows(slugify=str.lower, confirmed=confirmed)
    return [row for row in rows if not isinstance(row, Remark) or row.rejected]


def refused(header: str, value: str) -> str:
    """Return why a row with one more column is refused, "" where it is taken."""
    (row,) = read(f'Email Address,"{header}"\na@example.org,"{value}"\n')
    return row.message if isinstance(row, Remark) else ""


@dataclass(frozen=True)
class Export:
    """A file of another system: by address what becomes of a row, a status or part of a reason."""

    name: str
    text: str
    results: dict[str, str]


EXPORTS = [
    Export(
        "Ghost",
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
        "deleted_at,labels,tiers\n"
        "1,a@x.org,Ada,,true,false,,2024-01-01T00:00:00.000Z,,,\n"
        "2,b@x.org,Bo,,false,false,,2024-01-01T00:00:00.000Z,,,\n"
        "3,c@x.org,Cy,,true,false,,2024-01-01T00:00:00.000Z,2024-05-01T00:00:00.000Z,,\n"
        "4,d@x.org,Di,,,false,,2024-01-01T00:00:00.000Z,,,\n",
        {
            "a": "active",
            "b": "gets no mail (column subscribed_to_emails: 'false')",
            "c": "has left (column deleted_at: '2024-05-01T00:00:00.000Z')",
            "d": "active",
        },
    ),
    Export(
        "Ghost, members of the API",
        "email,unsubscribed_at,email_disabled\na@x.org,,0\nb@x.org,2024-05-01,0\nc@x.org,,1\n",
        {"a": "active", "b": "column unsubscribed_at", "c": "column email_disabled: '1'"},
    ),
    Export(
        "Mailchimp, unsubscribed",
        '"Email Address","First Name","Last Name",Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,'
        "CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,"
        "UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\r\n"
        'a@x.org,Ada,L,,2,"2021-03-05 14:22:11",192.0.2.1,"2021-03-05 14:23:00",192.0.2.1,'
        '"2022-01-01 10:10:10",News,77,NORMAL,,1,2,,\r\n',
        {"a": "has left (column UNSUB_TIME: '2022-01-01 10:10:10')"},
    ),
    Export(
        "Mailchimp, cleaned",
        "Email Address,First Name,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\n"
        "a@x.org,Ada,2022-01-01 10:10:10,News,77\n",
        {"a": "mail to the address bounced (column CLEAN_TIME"},
    ),
    Export(
        "Mailchimp, by its API",
        "email_address,status\na@x.org,subscribed\nb@x.org,unsubscribed\nc@x.org,cleaned\n"
        "d@x.org,nonsubscribed\ne@x.org,pending\nf@x.org,transactional\ng@x.org,archived\n",
        {
            "a": "active",
            "b": "has left (column status: 'unsubscribed')",
            "c": "bounced (column status: 'cleaned')",
            "d": "gets no mail (column status: 'nonsubscribed')",
            "e": "pending",
            "f": "gets no mail",
            "g": "gets no mail",
        },
    ),
    Export(
        "listmonk",
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        'u,a@x.org,Ada,"{""city"": ""x""}",enabled,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n'
        "u,b@x.org,Bo,{},blocklisted,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n"
        "u,c@x.org,Cy,{},disabled,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n",
        {"a": "active", "b": "gets no mail", "c": "gets no mail (column status: 'disabled')"},
    ),
    Export(
        "listmonk, of a list",
        "email,status,subscription_status\na@x.org,enabled,confirmed\nb@x.org,enabled,unconfirmed\n"
        "c@x.org,enabled,unsubscribed\n",
        {"a": "active", "b": "pending", "c": "has left (column subscription_status"},
    ),
    Export(
        "Substack",
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "a@x.org,false,,other,false,2024-01-01T00:00:00.000Z,\n"
        "b@x.org,true,2025-01-01,monthly,true,2024-01-01T00:00:00.000Z,2024-01-02\n",
        {"a": "active", "b": "gets no mail (column email_disabled: 'true')"},
    ),
    Export(
        "Buttondown",
        "id,email_address,type,creation_date,unsubscription_date\n"
        "1,a@x.org,regular,2024-01-01,\n2,b@x.org,unactivated,2024-01-01,\n"
        "3,c@x.org,removed,2024-01-01,\n4,d@x.org,undeliverable,2024-01-01,\n"
        "5,e@x.org,complained,2024-01-01,\n6,f@x.org,regular,2024-01-01,2024-02-02\n",
        {
            "a": "active",
            "b": "pending",
            "c": "has left (column type: 'removed')",
            "d": "bounced",
            "e": "reported a mail as spam",
            "f": "has left (column unsubscription_date",
        },
    ),
    Export(
        "Kit",
        "id,first_name,email_address,state,created_at\n1,Ada,a@x.org,active,2024-01-01T00:00:00Z\n"
        "2,Bo,b@x.org,cancelled,x\n3,Cy,c@x.org,inactive,x\n4,Di,d@x.org,bounced,x\n"
        "5,Ed,e@x.org,complained,x\n6,Fa,f@x.org,Ohio,x\n",
        {
            "a": "active",
            "b": "has left",
            "c": "gets no mail",
            "d": "bounced",
            "e": "spam",
            "f": "active",
        },
    ),
    Export(
        "beehiiv",
        "Email,Status,Created At,Subscription Tier\na@x.org,active,2024-01-01 10:00:00 UTC,free\n"
        "b@x.org,inactive,,free\nc@x.org,validating,,free\nd@x.org,needs_approval,,free\n",
        {"a": "active", "b": "gets no mail", "c": "pending", "d": "pending"},
    ),
    Export(
        "MailerLite",
        "Subscriber,Name,Subscribed,Unsubscribed,Opens\na@x.org,Ada,2024-01-01 10:00:00,,3\n"
        "b@x.org,Bo,2024-01-01 10:00:00,2024-03-01 10:00:00,3\nc@x.org,Cy,2024-01-01,-,3\n",
        {"a": "active", "b": "has left (column Unsubscribed", "c": "active"},
    ),
    Export(
        "Brevo",
        "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;EMAIL_BLACKLIST;ADDED_TIME;MODIFIED_TIME\r\n"
        "1;a@x.org;Ada;L;0;01-02-2024 10:00:00;\r\n2;b@x.org;Bo;M;1;;\r\n",
        {"a": "active", "b": "gets no mail (column EMAIL_BLACKLIST: '1')"},
    ),
    Export(
        "MailPoet",
        "Email,First name,Global status,List status\na@x.org,A,subscribed,subscribed\n"
        "b@x.org,B,subscribed,unsubscribed\nc@x.org,C,unconfirmed,subscribed\n"
        "d@x.org,D,bounced,subscribed\n",
        {"a": "active", "b": "has left (column List status", "c": "pending", "d": "bounced"},
    ),
    Export(
        "Mailman",
        "address,display_name,delivery_mode,delivery_status\na@x.org,Ada,regular,enabled\n"
        "b@x.org,Bo,regular,by_bounces\nc@x.org,Cy,plaintext_digests,by_user\n",
        {"a": "active", "b": "bounced", "c": "gets no mail (column delivery_status: 'by_user')"},
    ),
    Export(
        "phpList",
        "email\tconfirmed\tblacklisted\toptedin\na@x.org\t1\t0\t1\nb@x.org\t0\t0\t1\n"
        "c@x.org\t1\t1\t1\nd@x.org\t1\t0\t0\n",
        {"a": "active", "b": "pending", "c": "column blacklisted", "d": "column optedin: '0'"},
    ),
    Export(
        "HubSpot",
        "Email,Unsubscribed from all email,Email hard bounce reason,Hard bounce reason\n"
        "a@x.org,,,\nb@x.org,true,,\nc@x.org,,,Unknown user\n",
        {"a": "active", "b": "gets no mail", "c": "bounced (column Hard bounce reason"},
    ),
    Export(
        "Klaviyo",
        "Email,Email Marketing Consent,Email Suppressions\na@x.org,SUBSCRIBED,[]\n"
        "b@x.org,UNSUBSCRIBED,[]\nc@x.org,NEVER_SUBSCRIBED,[]\nd@x.org,SUBSCRIBED,HARD_BOUNCE\n",
        {"a": "active", "b": "has left", "c": "gets no mail", "d": "column Email Suppressions"},
    ),
]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_exports_of_other_systems(export: Export) -> None:
    rows = read(export.text)
    assert len(rows) == len(export.results)
    for row, (local, result) in zip(rows, export.results.items(), strict=True):
        if isinstance(row, ImportedSubscriber):
            assert (row.email, row.status) == (f"{local}@x.org", result)
        else:
            assert result in row.message, (local, row.message)
            assert row.message.endswith("; not imported")


@pytest.mark.parametrize("kind", REASONS)
def test_every_column_that_refuses(kind: str) -> None:
    for name in _words(_tables().refusing.get(kind, "")):
        for spelling in (
            name,
            name.upper().replace(" ", "_"),
            name.title(),
            name.replace(" ", "-"),
        ):
            for value in ("2024-05-01 10:00:00", "1", "TRUE", "yes", "because"):
                assert REASONS[kind] in refused(spelling, value), (spelling, value)
            for value in ("", "0", "false", "No", "NULL", "-", "n/a", "FALSCH", "0000-00-00"):
                assert refused(spelling, value) == "", (spelling, value)
    for name in _words(_tables().wanting.get(kind, "")) if kind in _tables().wanting else ():
        for value in ("0", "false", "No", "FAUX", "unsubscribed"):
            assert "not imported" in refused(name, value), (name, value)
        for value in ("", "1", "true", "yes", "2024-05-01", "subscribed"):
            assert refused(name, value) == "", (name, value)


def test_every_word_for_a_status() -> None:
    for kind, text in _tables().words.items():
        for word in _words(text):
            for header in ("status", "Subscriber Status"):
                message = refused(header, word.upper().replace(" ", "_"))
                assert (REASONS[kind] in message) if kind in REASONS else message == "", word
    assert set(_tables().words) == {ACTIVE, PAUSED, UNCONFIRMED, *REASONS}
    assert "none of pending, active" in refused("status", "flying")
    assert refused("state", "flying") == ""


def test_columns_that_only_look_alike_mean_nothing() -> None:
    for name in (
        "unsubscribe url",
        "unsubscribe_link",
        "Opens",
        "Bounce count",
        "Active subscription",
    ):
        assert refused(name, "https://example.org/leave") == ""


def test_our_own_columns_are_known_by_their_names() -> None:
    columns = FileColumns.of(COLUMNS)
    assert tuple(columns.places) == tuple(sorted(COLUMNS, key=list(columns.places).index))
    assert (columns.marks, columns.unknown, columns.is_foreign) == ((), (), False)
    assert FileColumns.of(["address", "E-mail"]).places["email"] == 1, "the best name first"


def test_what_the_file_says_counts_more_than_a_promise() -> None:
    text = "email,is_confirmed,confirmed_at\na@x.org,no,2024-01-01\nb@x.org,yes,\n"
    rows = read(text)
    statuses = [row.status for row in rows if isinstance(row, ImportedSubscriber)]
    assert statuses == [SubscriberStatus.PENDING, SubscriberStatus.ACTIVE]


def test_values_of_others_that_we_do_not_know_refuse_nobody() -> None:
    text = "Email Address,LANGUAGE,Created At\na@x.org,pt-BR,01/02/2024 10:00\n"
    (row,) = read(text)
    assert isinstance(row, ImportedSubscriber)
    assert (row.preferences.language, row.created_at) == (None, None)
    (row,) = read("Email Address,CONFIRM_TIME\na@x.org,yesterday\n")
    assert isinstance(row, Remark)
    assert "confirmed_at 'yesterday' is no time" in row.message


TABLE = [
    ["email", "name", "topics", "status"],
    ["a@x.org", "Lovelace, Ada; Countess | x", "nerf;3dgs", ""],
    ["b@x.org", "Bo", "", "unsubscribed"],
    ["c@x.org", "Cy", "", "flying"],
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}", '"sep={}"'])
@pytest.mark.parametrize("quoted", [True, False])
def test_separators(end: str, separator: str, first: str, quoted: bool) -> None:
    def cell(text: str) -> str:
        return f'"{text}"' if quoted or re.search(r"[,;\t|]", text) else text

    lines = [separator.join(map(cell, row)) for row in TABLE]
    lead = [first.format(separator)] if first else []
    ada, bo, cy = read(end.join([*lead, *lines, ""]), confirmed=False)
    assert isinstance(ada, ImportedSubscriber)
    assert (ada.name, ada.topics) == (TABLE[1][1], ("3dgs", "nerf"))
    assert isinstance(bo, ImportedSubscriber)
    assert bo.status is SubscriberStatus.UNSUBSCRIBED
    assert isinstance(cy, Remark)
    assert cy.line == len(lead) + 4


def test_one_column_needs_no_separator() -> None:
    assert [row.line for row in read("E-Mail\na@x.org\n\nb@x.org\n")] == [2, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a@x.org\nb@x.org\n", "but an address; put a line with the names"),
        ("name;town\nAda;London\n", "no column 'email' among name, town; the first line names"),
        ("sep=;\nname;town\n", "line 2: no column 'email' among name, town; .* semicolons, tabs"),
    ],
)
def test_a_file_without_addresses_says_what_it_has(text: str, message: str) -> None:
    with pytest.raises(SubscriberError, match=message):
        read(text)


@pytest.mark.parametrize(
    "coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-bom-be"]
)
def test_encodings_of_spreadsheets(coding: str) -> None:
    text = "email\tname\r\na@x.org\t李雷\r\n"
    data = ("\ufeff" + text).encode("utf-16-be") if "bom" in coding else text.encode(coding)
    (row,) = SubscriberTable(text_of(io.BufferedReader(io.BytesIO(data)))).rows(slugify=str.lower)  # type: ignore[arg-type]
    assert isinstance(row, ImportedSubscriber)
    assert row.name == "李雷"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("unsubscribed_email_audience_export_9a.csv", "has left"),
        ("Nonsubscribed-members.csv", "gets no mail"),
        ("non-subscribed.csv", "gets no mail"),
        ("cleaned_members_export.csv", "bounced"),
        ("blocklist.txt", "gets no mail"),
        ("subscribed_email_audience_export_9a.csv", ""),
        ("cleanedup.csv", ""),
        ("-", ""),
    ],
)
def test_names_of_files(name: str, reason: str) -> None:
    assert reason in reason_of_file(name)
    assert bool(reason) == bool(reason_of_file(name))
