from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import EmailMessage

    from support.inbound_fixture import InboxFixture

WHO = "Reader <reader@example.net>"
EMAIL = "reader@example.net"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def confirmation_request(inbox: InboxFixture) -> tuple[EmailMessage, str]:
    """Return the mail that asks to confirm, and its token."""
    (mail,) = inbox.answers()
    link = re.search(r"subject=confirm%20([\w-]{43})", text_of(mail))
    assert link
    return mail, link[1]


def test_subscribing_by_mail_from_the_first_word_to_the_welcome(inbox: InboxFixture) -> None:
    path = inbox.write(WHO, "subscribe nerf, 3DGS")
    assert inbox.read() == {"subscribe": 1}
    assert not path.exists()
    assert [p.name for p in (inbox.folder / "mail" / "cur").iterdir()] == ["1.host:2,S"]
    assert inbox.status(EMAIL) is None, "nothing is stored before it is confirmed"
    mail, token = confirmation_request(inbox)
    assert mail["To"] == EMAIL
    assert mail["In-Reply-To"] == "<1@example.net>".replace("1", "0")
    assert "3DGS, NeRF" in text_of(mail)
    inbox.write(WHO, f"confirm {token}")
    assert inbox.read() == {"confirm": 1}
    person = inbox.store.subscribers.find(EMAIL)
    assert person is not None
    assert (person.status.value, person.topics) == ("active", ("3dgs", "nerf"))
    (welcome,) = inbox.answers()
    assert welcome["Auto-Submitted"] == "auto-replied"
    log = inbox.store.subscribers.export_person(EMAIL)["consent"]
    assert [line["action"] for line in log] == ["confirmed"]  # type: ignore[attr-defined]
    assert inbox.store.consent_log.wording(log[-1]["wording"])  # type: ignore[index]


def test_answering_is_enough(inbox: InboxFixture) -> None:
    inbox.write(WHO, "订阅")
    inbox.read()
    mail, _ = confirmation_request(inbox)
    assert "请确认" in mail["Subject"]
    inbox.write(WHO, f"Re: {mail['Subject']}", "好的", In_Reply_To=mail["Message-ID"])
    assert inbox.read() == {"confirm": 1}
    assert inbox.status(EMAIL) == "active"


def test_a_token_that_was_broken_on_the_way_back(inbox: InboxFixture) -> None:
    inbox.write(WHO, "subscribe")
    inbox.read()
    mail, token = confirmation_request(inbox)
    quoted = f"ok\n\n> confirm%20{token[:-1]}{'A' if token[-1] != 'A' else 'B'}"
    inbox.write(WHO, "Re: x", quoted, In_Reply_To=mail["Message-ID"])
    assert inbox.read() == {"confirm": 1}
    assert inbox.status(EMAIL) == "active"


def test_an_absence_note_confirms_nothing(inbox: InboxFixture) -> None:
    inbox.write(WHO, "subscribe")
    inbox.read()
    mail, token = confirmation_request(inbox)
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}):
        inbox.write(WHO, "Re: x", f"away {token}", In_Reply_To=mail["Message-ID"], **headers)
    inbox.write(WHO, "Automatic reply: x", "away", In_Reply_To=mail["Message-ID"])
    assert inbox.read() == {"automatic": 3}
    assert inbox.status(EMAIL) is None
    assert inbox.answers() == []
    assert len(list((inbox.folder / "mail" / "new").iterdir())) == 3, "left as they were"
    assert inbox.read() == {}


def test_a_token_expires_after_two_days(inbox: InboxFixture) -> None:
    inbox.write(WHO, "subscribe")
    inbox.read()
    _, token = confirmation_request(inbox)
    inbox.clock.now += timedelta(hours=49)
    inbox.write(WHO, f"confirm {token}")
    assert inbox.read() == {"other": 1}
    assert inbox.status(EMAIL) is None


def test_an_answer_from_a_mailbox_that_bounced_is_asked_to_confirm_again(
    inbox: InboxFixture,
) -> None:
    inbox.join(EMAIL, "spam@example.net")
    inbox.store.suppressions.add(EMAIL, "bounced: 550 5.1.1 gone", now=inbox.clock())
    inbox.store.suppressions.add("spam@example.net", "complained", now=inbox.clock())
    old = f"<confirm.{'0' * 32}@papers.example.org>"
    inbox.write(WHO, "Re: x", "I am back", In_Reply_To=old)
    inbox.write("spam@example.net", "Re: x", "hm", In_Reply_To=old)
    assert inbox.read() == {"confirm, too late": 1, "other": 1}
    mail, token = confirmation_request(inbox)
    assert mail["To"] == EMAIL
    inbox.write(WHO, f"confirm {token}")
    inbox.read()
    assert inbox.status(EMAIL) == "active"
    assert inbox.suppressed(EMAIL) == ""


def test_an_unknown_topic_is_answered_and_left_for_a_person(inbox: InboxFixture) -> None:
    path = inbox.write(WHO, "subscribe to your great list")
    assert inbox.read() == {"unknown topic": 1}
    (mail,) = inbox.answers()
    assert "no topic named to your great list" in text_of(mail)
    assert "医学图像" in text_of(mail)
    assert path.exists()


def test_leaving_by_link_word_and_answer(inbox: InboxFixture) -> None:
    inbox.join("a@example.net", "b@example.net", "c@example.net", EMAIL)
    inbox.write("somebody-else@example.com", f"unsubscribe {inbox.token('a@example.net')}")
    inbox.write("b@example.net", "退订")
    inbox.write("c@example.net", "Re: Weekly", "unsubscribe\n\n> unsubscribe")
    assert inbox.read() == {"unsubscribe": 3}
    assert [inbox.status(f"{name}@example.net") for name in "abc"] == ["unsubscribed"] * 3
    assert inbox.status(EMAIL) == "active"
    assert sorted(mail["To"] for mail in inbox.answers()) == ["b@example.net", "c@example.net"]


def test_a_word_with_a_sign_of_a_program_unsubscribes_without_an_answer(
    inbox: InboxFixture,
) -> None:
    """Exchange marks what people write as well."""
    inbox.join("a@example.net", "b@example.net", "c@example.net")
    exchange = {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}
    inbox.write("a@example.net", "unsubscribe", **exchange)
    inbox.write("b@example.net", "Re: Weekly", "退订", Precedence="bulk")
    away = {"Auto_Submitted": "auto-replied", "Precedence": "bulk"}
    inbox.write("c@example.net", "Automatic reply: Weekly", "I am away\n\n> unsubscribe", **away)
    assert inbox.read() == {"unsubscribe": 2, "automatic": 1}
    statuses = [inbox.status(f"{name}@example.net") for name in "abc"]
    assert statuses == ["unsubscribed", "unsubscribed", "active"]
    assert inbox.answers() == []
    # Who has left already is no riddle; whoever is unknown is one for the operator.
    inbox.write("a@example.net", "unsubscribe", **exchange)
    unknown = inbox.write("d@example.net", "unsubscribe", **exchange)
    assert inbox.read() == {"unsubscribe": 1, "automatic": 1}
    assert (inbox.answers(), unknown.exists()) == ([], True)


@pytest.mark.parametrize(
    ("on_the_list", "sender"),
    [
        ("John.Doe@example.net", "john.doe@example.net"),
        ("john.doe@example.net", "JOHN.DOE@EXAMPLE.NET"),
        ("john.doe@example.net", '"John.Doe"@example.net'),
        ("a@xn--bcher-kva.example", "A@Bücher.example"),
    ],
)
def test_a_sender_in_another_case_is_the_same_person(
    inbox: InboxFixture, on_the_list: str, sender: str
) -> None:
    inbox.join(on_the_list)
    inbox.write(sender, "subscribe nerf")
    inbox.read()
    _, token = confirmation_request(inbox)
    inbox.write(sender, f"confirm {token}")
    inbox.read()
    assert [person.topics for person in inbox.store.subscribers.iterate()] == [("nerf",)]
    inbox.answers()
    inbox.write(sender, "unsubscribe")
    assert inbox.read() == {"unsubscribe": 1}
    assert inbox.status(on_the_list) == "unsubscribed"


def test_a_link_to_preferences_goes_to_the_address_on_the_list(inbox: InboxFixture) -> None:
    inbox.join("kelvin@example.net")
    look_alike = "\u212aelvin@example.net"  # the sign of the unit: equal, and no k
    payload = '{"by_page": true}'
    inbox.store.outgoing_queue.put("preferences", look_alike, payload, now=inbox.clock())
    inbox.read()
    (mail,) = inbox.answers()
    assert mail["To"] == "kelvin@example.net"


def test_a_wrong_token_unsubscribes_nobody(inbox: InboxFixture) -> None:
    inbox.join(EMAIL)
    token = inbox.token(EMAIL)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    inbox.write("mallory@example.com", f"unsubscribe {forged}")
    assert inbox.read() == {"unsubscribe": 1}
    assert inbox.status(EMAIL) == "active"
    (mail,) = inbox.answers()
    assert mail["To"] == "mallory@example.com"
    assert "not subscribed" in text_of(mail)


def test_strangers_cannot_have_many_mails_sent(inbox: InboxFixture) -> None:
    for number in range(6):
        inbox.clock.now += timedelta(minutes=1)
        inbox.write(WHO, "subscribe", Message_ID=f"<n{number}@example.net>")
        inbox.read()
    assert len(inbox.answers()) == inbox.settings.subscribing.address_per_day == 3
    inbox.clock.now += timedelta(days=1)
    inbox.write(WHO, "help")
    assert inbox.read() == {"help": 1}


def test_a_mail_is_handled_once(inbox: InboxFixture) -> None:
    inbox.write(WHO, "help", Message_ID="<same@example.net>")
    assert inbox.read() == {"help": 1}
    inbox.write(WHO, "help", Message_ID="<same@example.net>")
    assert inbox.read() == {}
    assert len(inbox.answers()) == 1
    assert len(list((inbox.folder / "mail" / "cur").iterdir())) == 2, "and marked all the same"


def test_a_crash_before_the_mark_does_no_harm(
    inbox: InboxFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.inbound.mailboxes.maildir import Maildir

    inbox.write(WHO, "subscribe")
    with monkeypatch.context() as patch:
        patch.setattr(Maildir, "mark_handled", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            inbox.read()
    assert inbox.read() == {}
    assert len(inbox.answers()) == 1
    assert list((inbox.folder / "mail" / "new").iterdir()) == []


def test_answers_to_answers_end(inbox: InboxFixture) -> None:
    """Our own mail comes back to us, and causes no other mail."""
    inbox.join("leaving@example.net")
    inbox.write(WHO, "help")
    inbox.write(WHO, "subscribe")
    inbox.write("leaving@example.net", "unsubscribe")
    inbox.read()
    mails = inbox.answers()
    assert len(mails) == 3
    for mail in mails:
        inbox.arrive(mail.as_bytes())
        mail.replace_header("From", WHO)
        inbox.arrive(mail.as_bytes())
    assert inbox.read() == {"automatic": 6}
    assert inbox.answers() == []


def test_a_folder_for_what_was_handled(inbox: InboxFixture) -> None:
    from publisher.inbound.mailboxes.maildir import Maildir

    inbox.write(WHO, "help")
    inbox.write(WHO, "A question")
    inbox.read(Maildir(inbox.folder / "mail", handled_folder="Done"))
    moved = list((inbox.folder / "mail" / ".Done" / "cur").iterdir())
    assert [path.name for path in moved] == ["1.host:2,S"]
    assert [path.name for path in (inbox.folder / "mail" / "new").iterdir()] == ["2.host"]
