from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import EmailMessage

    from support.inbound_fixture import Office

WHO = "Reader <reader@example.net>"
EMAIL = "reader@example.net"


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def asked(office: Office) -> tuple[EmailMessage, str]:
    """Return the mail that asks to confirm, and its token."""
    (mail,) = office.answers()
    found = re.search(r"subject=confirm%20([\w-]{43})", said(mail))
    assert found
    return mail, found[1]


def test_subscribing_by_mail_from_the_first_word_to_the_welcome(office: Office) -> None:
    path = office.write(WHO, "subscribe nerf, 3DGS")
    assert office.read() == {"subscribe": 1}
    assert not path.exists()
    assert [p.name for p in (office.folder / "mail" / "cur").iterdir()] == ["1.host:2,S"]
    assert office.status(EMAIL) is None, "nothing is kept before it is confirmed"
    mail, token = asked(office)
    assert mail["To"] == EMAIL
    assert mail["In-Reply-To"] == "<1@example.net>".replace("1", "0")
    assert "3DGS, NeRF" in said(mail)
    office.write(WHO, f"confirm {token}")
    assert office.read() == {"confirm": 1}
    person = office.store.subscribers.find(EMAIL)
    assert person is not None
    assert (person.status.value, person.topics) == ("active", ("3dgs", "nerf"))
    (welcome,) = office.answers()
    assert welcome["Auto-Submitted"] == "auto-replied"
    log = office.store.subscribers.export_person(EMAIL)["consent"]
    assert [line["action"] for line in log] == ["confirmed"]  # type: ignore[attr-defined]
    assert office.store.consent_log.wording(log[-1]["wording"])  # type: ignore[index]


def test_answering_is_enough(office: Office) -> None:
    office.write(WHO, "订阅")
    office.read()
    mail, _ = asked(office)
    assert "请确认" in mail["Subject"]
    office.write(WHO, f"Re: {mail['Subject']}", "好的", In_Reply_To=mail["Message-ID"])
    assert office.read() == {"confirm": 1}
    assert office.status(EMAIL) == "active"


def test_a_token_that_was_broken_on_the_way_back(office: Office) -> None:
    office.write(WHO, "subscribe")
    office.read()
    mail, token = asked(office)
    quoted = f"ok\n\n> confirm%20{token[:-1]}{'A' if token[-1] != 'A' else 'B'}"
    office.write(WHO, "Re: x", quoted, In_Reply_To=mail["Message-ID"])
    assert office.read() == {"confirm": 1}
    assert office.status(EMAIL) == "active"


def test_an_absence_note_confirms_nothing(office: Office) -> None:
    office.write(WHO, "subscribe")
    office.read()
    mail, token = asked(office)
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}):
        office.write(WHO, "Re: x", f"away {token}", In_Reply_To=mail["Message-ID"], **headers)
    office.write(WHO, "Automatic reply: x", "away", In_Reply_To=mail["Message-ID"])
    assert office.read() == {"automatic": 3}
    assert office.status(EMAIL) is None
    assert office.answers() == []
    assert len(list((office.folder / "mail" / "new").iterdir())) == 3, "left as they were"
    assert office.read() == {}


def test_a_token_from_yesterday_but_one(office: Office) -> None:
    office.write(WHO, "subscribe")
    office.read()
    _, token = asked(office)
    office.clock.now += timedelta(hours=49)
    office.write(WHO, f"confirm {token}")
    assert office.read() == {"other": 1}
    assert office.status(EMAIL) is None


def test_an_unknown_topic_is_answered_and_left_for_a_person(office: Office) -> None:
    path = office.write(WHO, "subscribe to your great list")
    assert office.read() == {"unknown topic": 1}
    (mail,) = office.answers()
    assert "no topic named to your great list" in said(mail)
    assert "医学图像" in said(mail)
    assert path.exists()


def test_leaving_by_link_word_and_answer(office: Office) -> None:
    office.join("a@example.net", "b@example.net", "c@example.net", EMAIL)
    office.write("somebody-else@example.com", f"unsubscribe {office.token('a@example.net')}")
    office.write("b@example.net", "退订")
    office.write("c@example.net", "Re: Weekly", "unsubscribe\n\n> unsubscribe")
    assert office.read() == {"unsubscribe": 3}
    assert [office.status(f"{name}@example.net") for name in "abc"] == ["unsubscribed"] * 3
    assert office.status(EMAIL) == "active"
    assert sorted(mail["To"] for mail in office.answers()) == ["b@example.net", "c@example.net"]


def test_a_wrong_token_unsubscribes_nobody(office: Office) -> None:
    office.join(EMAIL)
    token = office.token(EMAIL)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    office.write("mallory@example.com", f"unsubscribe {forged}")
    assert office.read() == {"unsubscribe": 1}
    assert office.status(EMAIL) == "active"
    (mail,) = office.answers()
    assert mail["To"] == "mallory@example.com"
    assert "not subscribed" in said(mail)


def test_strangers_cannot_have_many_mails_sent(office: Office) -> None:
    for number in range(6):
        office.clock.now += timedelta(minutes=1)
        office.write(WHO, "subscribe", Message_ID=f"<n{number}@example.net>")
        office.read()
    assert len(office.answers()) == office.settings.subscribing.address_per_day == 3
    office.clock.now += timedelta(days=1)
    office.write(WHO, "help")
    assert office.read() == {"help": 1}


def test_a_mail_is_handled_once(office: Office) -> None:
    office.write(WHO, "help", Message_ID="<same@example.net>")
    assert office.read() == {"help": 1}
    office.write(WHO, "help", Message_ID="<same@example.net>")
    assert office.read() == {}
    assert len(office.answers()) == 1
    assert len(list((office.folder / "mail" / "cur").iterdir())) == 2, "and marked all the same"


def test_a_crash_before_the_mark_does_no_harm(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.inbound.mailboxes.maildir import Maildir

    office.write(WHO, "subscribe")
    with monkeypatch.context() as patch:
        patch.setattr(Maildir, "mark_handled", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            office.read()
    assert office.read() == {}
    assert len(office.answers()) == 1
    assert list((office.folder / "mail" / "new").iterdir()) == []


def test_answers_to_answers_end(office: Office) -> None:
    """What we send comes back to us: not one mail follows from it."""
    office.join("leaving@example.net")
    office.write(WHO, "help")
    office.write(WHO, "subscribe")
    office.write("leaving@example.net", "unsubscribe")
    office.read()
    mails = office.answers()
    assert len(mails) == 3
    for mail in mails:
        office.arrive(mail.as_bytes())
        mail.replace_header("From", WHO)
        office.arrive(mail.as_bytes())
    assert office.read() == {"automatic": 6}
    assert office.answers() == []


def test_a_folder_for_what_was_handled(office: Office) -> None:
    from publisher.inbound.mailboxes.maildir import Maildir

    office.write(WHO, "help")
    office.write(WHO, "A question")
    office.read(Maildir(office.folder / "mail", handled_folder="Done"))
    moved = list((office.folder / "mail" / ".Done" / "cur").iterdir())
    assert [path.name for path in moved] == ["1.host:2,S"]
    assert [path.name for path in (office.folder / "mail" / "new").iterdir()] == ["2.host"]
